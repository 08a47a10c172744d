#!/bin/bash
# A local user who misuses his own `su victim`: stopped, limited, again and again. It costs the victim and others nothing.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery'
settings=('deny = 16' 'hash_slots = 4' 'opslimit = 12' 'memlimit = 32M')
use_7id "${settings[@]}"
sed -i 's/^FAIL_DELAY.*/FAIL_DELAY 0/' /etc/login.defs
add_ours third "$right"
add_unix_user mallory ''
start_syslog
start_sshd

# What mallory runs: su by himself, guessing the number $1; the process that is
# su stops, whenever it can be stopped, and stays so.
cat >/tmp/mallory <<'SCRIPT'
#!/bin/bash
exec 3< <(printf 'guess number %s\n' "$1"; sleep 60)
su "$2" -c true <&3 >/dev/null 2>&1 &
su=$!
sleep "$3"
while state=$(sed 's/.*) \(.\).*/\1/' "/proc/$su/stat" 2>/dev/null); do
	case $state in
	T) break ;;
	Z) exit ;;
	esac
	kill "-$4" $su 2>/dev/null
done
echo "stopped $su"
SCRIPT
chmod 755 /tmp/mallory

# Ten of them, each stopped at another moment: before, in the middle, after.
for signal in STOP TSTP; do
	victim=victim-$signal
	add_ours "$victim" "$right"
	forget_log
	: >/tmp/stopped
	jobs=()
	for n in {1..10}; do
		runuser -u mallory -- /tmp/mallory "$n" "$victim" \
			"0.$((n * 6 + 10))" $signal >>/tmp/stopped &
		jobs+=($!)
	done
	it "$signal: the victim logs in meanwhile" ssh_try "$victim" "$right"
	it "$signal: so does a third person" ssh_try third "$right"
	wait "${jobs[@]}"
	it "$signal: some su was stopped for good" grep -q stopped /tmp/stopped
	it "$signal: none of them holds a slot" nobody_hashes
	it "$signal: the victim logs in past all that are stopped" \
		ssh_try "$victim" "$right"
	it "$signal: so does a third person, in the other way" \
		ssh_try third "$right" keyboard-interactive
	it "$signal: nobody but su itself was told busy" \
		logged 0 '"reason":"busy"' '"service":"sshd"'
	it "$signal: no guess was lost in the middle" logged 0 '"reason":"lease-lost"'
	pkill -KILL -u mallory
done

# limited KIB NAME PASSWORD: su under a limit for the files it may write; prints
# what it says, without the reference, and how it ended.
limited() {
	# shellcheck disable=SC2016
	printf '%s\n' "$3" | runuser -u mallory -- bash -c \
		'ulimit -f "$1" && exec su "$2" -c "echo in"' _ "$1" "$2" 2>&1 |
		sed 's/7iD [0-9A-Z]*:/7iD REF:/'
	echo "status ${PIPESTATUS[1]}"
}

# never_free KIB NAME: under this limit a wrong guess is either told nothing
# that the right password would not be told too, or it is counted.
never_free() {
	local guess answer before after
	before=$(failures "$2")
	guess=$(limited "$1" "$2" 'wrong horse battery')
	after=$(failures "$2")
	answer=$(limited "$1" "$2" "$right")
	printf '%s\n-- %s failures, then %s --\n%s\n' "$guess" "$before" \
		"$after" "$answer"
	[[ $guess != *"status 0"* ]] || return 1
	[ "$guess" = "$answer" ] || [ "$after" -gt "$before" ]
}
failures() {
	7idctl --json status "$1" | grep -o '"failures":[0-9]*' | head -n 1 |
		cut -d: -f2
}

for kib in 0 1 4 8 16 32 64; do
	add_ours "limited-$kib" "$right"
	it "ulimit -f $kib: a wrong guess is never free" \
		never_free $kib "limited-$kib"
	it "ulimit -f $kib: the account itself is none the worse" \
		ssh_try "limited-$kib" "$right"
done
it "ulimit -f 0: the guess is refused before anything is checked" \
	says 'not available' limited 0 limited-0 'wrong horse battery'
it "the system log says so" log_says 'pam_7id(su:auth): ref='
it "the store is sound after all that" 7idctl store check
