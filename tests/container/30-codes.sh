#!/bin/bash
# Codes in the password field, at real programs: unlock, reset, saved, void, and 7R-RESET.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

ours='correct horse battery' fresh=0
use_7id
add_ours alice "$ours"
add_ours hanako "$ours"
start_syslog
start_sshd
sed -i '/pam_faildelay/d' /etc/pam.d/login
printf '%s ALL=(ALL) ALL\n' alice >/etc/sudoers.d/7id-test
uid=$(id -u alice)

# code NAME KIND: makes one and prints it. forge KIND: one that nobody was given.
code() {
	printf 'code\t%s\t%s\n' "$1" "$2" |
		/7id/helpers/pam/mkstore /etc/security/7id.conf
}
forge() {
	printf 'forge\t%s\n' "$1" |
		/7id/helpers/pam/mkstore /etc/security/7id.conf
}
# Another new password each time, in $ours.
think() {
	fresh=$((fresh + 1))
	ours="fresh words number $fresh"
}
lock_out() {
	local i
	for i in 1 2 3; do
		su_try "$1" "wrong horse $i" 2>/dev/null
	done
	tally "$1" locked-out 3
}
# ssh_typing METHOD PROMPT ANSWER...: ssh at a terminal.
ssh_typing() {
	local method=$1
	shift
	typing "$@" -- ssh -tt -F none -p "$SSHD_PORT" \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o PubkeyAuthentication=no \
		-o NumberOfPasswordPrompts=1 \
		-o "PreferredAuthentications=$method" alice@127.0.0.1
}
# last REASON [KIND]: the last record of a login.
last() {
	local line
	line=$(grep '"event":"login"' /var/log/7id/log.jsonl | tail -n 1)
	printf '%s\n' "$line"
	[[ $line == *"\"reason\":\"$1\""* ]] &&
		[[ -z ${2-} || $line == *"\"code\":\"$2\""* ]]
}

# --- unlock ---

for method in password keyboard-interactive; do
	it "locks alice out" lock_out alice
	it "sshd, $method: refuses the right password" \
		refuse ssh_try alice "$ours" $method
	unlock=$(code alice unlock)
	it "sshd, $method: an unlock code does not let in by itself" \
		refuse ssh_try alice "$unlock" $method
	it "sshd, $method: but unlocks" last code unlock
	it "sshd, $method: the password lets in now" \
		ssh_try alice "$ours" $method
	it "sshd, $method: the code works once" refuse ssh_try alice "$unlock" $method
	it "sshd, $method: and is called used" last code-old unlock
done
it "locks alice out" lock_out alice
unlock=$(code alice unlock)
it "sshd: says over keyboard-interactive that the account is unlocked" \
	says 'the account is unlocked' \
	ssh_typing keyboard-interactive 'Password: ' "$unlock"
it "locks alice out" lock_out alice
unlock=$(code alice unlock)
it "su: says so, too" says 'the account is unlocked' \
	typing 'Password: ' "${unlock,,}" -- runuser -u nobody -- su alice -c true
it "su: the password lets in now" su_try alice "$ours"
it "locks alice out" lock_out alice
unlock=$(code alice unlock)
it "login: says so, too" says 'the account is unlocked' \
	typing 'login: ' alice 'Password: ' "$unlock" 'ogin: ' ^C -- login

it "locks alice out" lock_out alice
unlock=$(code alice unlock)
forget_log
crowd=()
for _ in {1..20}; do
	ssh_try alice "$unlock" >/dev/null 2>&1 &
	crowd+=($!)
done
wait "${crowd[@]}"
only_one() {
	local n
	n=$(grep -c '"reason":"code",' /var/log/7id/log.jsonl)
	echo "$n of $(grep -c . /var/log/7id/log.jsonl)"
	[ "$n" -eq 1 ]
}
it "sshd: of 20 that type the same unlock code at once one unlocks" only_one

# --- reset ---

think
reset=$(code alice reset)
it "sshd, keyboard-interactive: a reset code asks for a new password, then lets in" \
	says "uid=$uid" ssh_typing keyboard-interactive 'Password: ' "$reset" \
	'New password: ' "$ours" 'New password again: ' "$ours" \
	'$ ' "echo uid=\$(id -u); exit"
it "sshd: that is the password" ssh_try alice "$ours"
it "sshd: the code is used up" refuse ssh_try alice "$reset"

think
it "locks alice out" lock_out alice
reset=$(code alice reset)
# shellcheck disable=SC2016
it "sshd, password: sshd has passwd ask for the code again, and for the new one" \
	says 'updated successfully' \
	ssh_typing password 'password: ' "$reset" 'Current password: ' "$reset" \
	'New password: ' "$ours" 'New password again: ' "$ours"
it "sshd: that is the password, and the lock is gone" ssh_try alice "$ours"

think
reset=$(code alice reset)
it "sshd: a command given with the code is not run" \
	not prints "$uid" ssh_try alice "$reset" password id -u
it "sshd: a connection that ends at the new password changes nothing" \
	not ssh_typing keyboard-interactive 'Password: ' "$reset" \
	'New password: ' ^C
it "sshd: the old one still lets in" ssh_try alice "fresh words number 2"
it "login: a reset code asks for a new password, then lets in" \
	says "uid=$uid" typing 'login: ' alice 'Password: ' "$reset" \
	'New password: ' short 'New password again: ' short \
	'too short' ^- 'New password: ' "$ours" 'New password again: ' "$ours" \
	'$ ' "echo uid=\$(id -u); exit" -- login
it "login: that is the password" ssh_try alice "$ours"

think
reset=$(code alice reset)
it "sudo: a reset code is a wrong password" \
	refuse sh -c "printf '%s\n' '$reset' | runuser -u alice -- sudo -k -S -p '' id -u"
it "sudo: and counted as one" tally alice ok 1
it "su: a reset code asks for a new password, then lets in" \
	says "uid=$uid" typing 'Password: ' "$reset" \
	'New password: ' "$ours" 'New password again: ' "$ours" \
	-- runuser -u nobody -- su alice -c "echo uid=\$(id -u alice)"
it "su: that is the password" su_try alice "$ours"

think
reset=$(code alice reset)
it "passwd: a reset code stands for the current password" \
	typing 'Current password: ' "$reset" 'New password: ' "$ours" \
	'New password again: ' "$ours" -- runuser -u alice -- passwd
it "passwd: that is the password" ssh_try alice "$ours"

think
sheet=$(7idctl reset issue alice --saved 3 2>/dev/null | grep -o '7S-[0-9A-Z-]*' | head -n 2)
saved=${sheet%%$'\n'*}
it "sshd: a code of the sheet that 7idctl prints is one" \
	says "uid=$uid" ssh_typing keyboard-interactive 'Password: ' "$saved" \
	'New password: ' "$ours" 'New password again: ' "$ours" \
	'$ ' "echo uid=\$(id -u); exit"
it "sshd: it works once" refuse ssh_try alice "$saved"
it "sshd: the next of the sheet is good" says 'New password' \
	ssh_typing keyboard-interactive 'Password: ' "${sheet##*$'\n'}" \
	'New password: ' ^C

# --- wrong ones, and asking ---

forged=$(forge reset)
forget_log
it "sshd: refuses a code that nobody was given" refuse ssh_try alice "$forged"
it "sshd: and calls it that in the log" last code-wrong reset
it "sshd: it counts as no failure" tally alice ok 0
it "sshd: says that there is a slip, if there is one" says 'there is a slip' \
	ssh_typing keyboard-interactive 'Password: ' "${forged%?}*"
for name in alice hanako nobody-knows; do
	it "login: says the same to $name's 7R-RESET" \
		says 'a mail with a reset code' typing 'login: ' $name \
		'Password: ' 7R-RESET 'ogin: ' ^C -- login
done
it "login: a request is recorded, for whoever it is" last reset-asked
void=$(code alice void)
reset=$(code alice reset)
it "su: a void code ends the reset code" says 'are void' \
	typing 'Password: ' "$void" -- runuser -u nobody -- su alice -c true
it "sshd: which opens nothing any more" refuse ssh_try alice "$reset"
silent() {
	local c
	for c in "$unlock" "$reset" "$saved" "$forged" "$void"; do
		! grep -qF -e "${c:3:9}" "$AUTH_LOG" /var/log/7id/log.jsonl \
			"$SSHD_LOG" || return 1
	done
}
it "no log knows a code" silent
it "the store is sound" 7idctl store check
