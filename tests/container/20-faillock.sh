#!/bin/bash
# Stacks written for pam_faillock, the name replaced: pam_unix checks the passwords, 7id counts, and locks at the limit.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

unix='unix horse stable'
answers=$(mktemp -d)
set_7id
7idctl init >/dev/null 2>&1
add_unix_user bob "$unix"
echo "root:$unix" | chpasswd
start_syslog
start_sshd -o PermitRootLogin=yes
sed -i 's/^FAIL_DELAY.*/FAIL_DELAY 0/' /etc/login.defs

# Both examples of pam_faillock(8), and what authselect writes.
declare -A auth=(
	[first]='requisite pam_7id.so preauth
[success=1 default=bad] pam_unix.so nodelay
[default=die] pam_7id.so authfail
sufficient pam_7id.so authsucc
required pam_deny.so'
	[second]='required pam_7id.so preauth
sufficient pam_unix.so nodelay
[default=die] pam_7id.so authfail
required pam_deny.so'
	[authselect]='required pam_7id.so preauth silent
sufficient pam_unix.so nodelay
required pam_7id.so authfail
required pam_deny.so'
)
declare -A account=(
	[first]='required pam_unix.so'
	[second]='required pam_7id.so authsucc
required pam_unix.so'
	[authselect]='required pam_7id.so authsucc
required pam_unix.so'
)

# use_stack NAME: what sshd, su and cron include.
use_stack() {
	echo "auth ${auth[$1]//$'\n'/$'\n'auth }" >/etc/pam.d/common-auth
	echo "account ${account[$1]//$'\n'/$'\n'account }" \
		>/etc/pam.d/common-account
}

# enrol NAME: a user of the system's whose password pam_unix keeps.
enrol() {
	add_unix_user "$1" "$unix" && 7idctl add "$1" --counts-only
}

# guess_at_once COUNT NAME: different wrong passwords over sshd.
guess_at_once() {
	local jobs=() n
	rm -f "$answers"/*
	for ((n = 1; n <= $1; n++)); do
		(
			ssh_try "$2" "guess number $n" >/dev/null 2>&1
			echo $? >"$answers/$n"
		) &
		jobs+=($!)
	done
	wait "${jobs[@]}"
}

# all_refused COUNT: every one of them was.
all_refused() {
	[ "$(grep -lx 1 "$answers"/* | wc -l)" -eq "$1" ]
}

# unix_checked COUNT: how often pam_unix has found a password wrong.
unix_checked() {
	local got
	got=$(grep -c 'pam_unix(sshd:auth): authentication failure' "$AUTH_LOG")
	[ "$got" -eq "$1" ] && return 0
	echo "pam_unix checked $got"
	return 1
}

# key_try NAME: logs in over sshd with the key.
key_try() {
	ssh -F none -p "$SSHD_PORT" -i /etc/ssh/test_key -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o BatchMode=yes \
		-o PreferredAuthentications=publickey "$1@127.0.0.1" true
}
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/test_key
install -d -m 700 ~root/.ssh
install -m 600 /etc/ssh/test_key.pub ~root/.ssh/authorized_keys

for stack in first second authselect; do
	use_stack $stack
	name=user-$stack
	enrol "$name" 2>/dev/null
	uid=$(id -u "$name")
	it "$stack: an account that is only counted is called so" \
		tally "$name" counts-only 0
	for method in password keyboard-interactive; do
		it "$stack, $method: its Unix password lets it in" \
			prints "$uid" ssh_try "$name" "$unix" $method id -u
		it "$stack, $method: a wrong one does not" \
			refuse ssh_try "$name" 'wrong horse' $method
		it "$stack, $method: and counts" tally "$name" counts-only 1
		it "$stack, $method: the right one forgets it" \
			both ssh_try "$name" "$unix" $method and \
			tally "$name" counts-only 0
		it "$stack, $method: a user who is not enrolled gets in" \
			ssh_try bob "$unix" $method
		it "$stack, $method: and not with a wrong password" \
			refuse ssh_try bob 'wrong horse' $method
		it "$stack, $method: root gets in" ssh_try root "$unix" $method
		it "$stack, $method: and not with a wrong password" \
			refuse ssh_try root 'wrong horse' $method
		it "$stack, $method: nor does a name that nobody knows" \
			refuse ssh_try nobody-knows-7 "$unix" $method
	done
	it "$stack, su: one line is asked for, not two" \
		prints "$uid" su_try "$name" "$unix" 'id -u'
	it "$stack, su: a wrong one is refused" \
		refuse su_try "$name" 'wrong horse'
	it "$stack, su: bob gets in" su_try bob "$unix"
	for user in root bob "$name"; do
		it "$stack: cron goes on for $user" \
			pamtester cron "$user" acct_mgmt
	done
	it "$stack: so does root's ssh key" key_try root
	7idctl unlock "$name" 2>/dev/null

	log_clear
	forget_log
	it "$stack: none of 20 parallel guesses gets in" \
		both guess_at_once 20 "$name" and all_refused 20
	it "$stack: three of them were judged, and are called wrong" \
		logged 3 "\"user\":\"$name\"" '"checked":"elsewhere"' \
		'"reason":"wrong"'
	it "$stack: the others were not counted" \
		logged 17 "\"user\":\"$name\"" '"reason":"locked-out"'
	it "$stack: locked out, with three failures" tally "$name" locked-out 3
	it "$stack: the line that tools look for" log_says \
		"Consecutive login failures for user $name account temporarily locked"
	[ $stack != first ] || it "$stack: pam_unix saw three" unix_checked 3
	it "$stack: the right password is refused now" \
		refuse ssh_try "$name" "$unix"
	it "$stack: by su, too, and it makes the lock no longer" \
		both refuse su_try "$name" "$unix" and tally "$name" locked-out 3
	it "$stack: cron and root go on" \
		both pamtester cron "$name" acct_mgmt and ssh_try root "$unix"
	it "$stack: unlock lets it in" \
		both 7idctl unlock "$name" and ssh_try "$name" "$unix"
done

mv /var/lib/7id /var/lib/7id.away
it "a store that is gone lets none of ours in" refuse ssh_try user-second "$unix"
it "nor users that may be ours" refuse ssh_try bob "$unix"
it "but root" ssh_try root "$unix"
mv /var/lib/7id.away /var/lib/7id
it "back again: all are in" \
	both ssh_try user-second "$unix" and ssh_try bob "$unix"
