#!/bin/bash
# Locked out: only passwords are refused, for as long as policy says whatever the clocks do, and it ends in three ways.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery'
use_clock
use_7id
start_sshd
add_unix_user mallory ''
sed -i 's/^FAIL_DELAY.*/FAIL_DELAY 0/' /etc/login.defs

# lock_out NAME: three wrong guesses, told by su what nobody else is told; never
# one that was made before, which would be none. A first lock each time: a
# second in a day would last longer.
lock_out() {
	local n
	7idctl unlock "$1" >/dev/null 2>&1
	for n in 1 2 3; do
		su_try "$1" "guess number $n $RANDOM $RANDOM"
	done
	tally "$1" locked-out 3
}

# key_try NAME: logs in over sshd with the key.
key_try() {
	ssh -F none -p "$SSHD_PORT" -i /etc/ssh/test_key -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o BatchMode=yes \
		-o PreferredAuthentications=publickey "$1@127.0.0.1" true
}

# cron_try NAME: a real cron daemon, just started, runs a job of this user's.
cron_try() {
	local mark="/home/$1/mark"
	rm -f "$mark" /run/crond.reboot
	echo "@reboot touch $mark" | crontab -u "$1" - && cron || return
	wait_for test -e "$mark"
	expect 0 kill "$(cat /run/crond.pid)" && test -e "$mark"
}

add_ours alice "$right"
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/test_key
install -d -o alice -m 700 /home/alice/.ssh
install -o alice -m 600 /etc/ssh/test_key.pub /home/alice/.ssh/authorized_keys

it "three wrong guesses lock alice out" lock_out alice
it "sshd, password: the right password is refused" refuse ssh_try alice "$right"
it "sshd, keyboard-interactive: it is refused, too" \
	refuse ssh_try alice "$right" keyboard-interactive
it "su: it is refused, too" refuse su_try alice "$right"
it "the lock is no longer for that, and no failure is added" \
	tally alice locked-out 3
it "status exits 5" expect 5 7idctl status alice
it "status says until when" says "alice locked-out until $(date +%Y-%m-)" \
	7idctl status alice
it "why exits 5, too, and names the next command" \
	both expect 5 7idctl why alice and says 'unlock alice' 7idctl why alice
it "her ssh key goes on" key_try alice
it "cron runs her jobs" cron_try alice
it "services that ask for the account alone go on" \
	pamtester cron alice acct_mgmt
it "root's su goes on" su alice -c true
it "none of them ended the lock" tally alice locked-out 3

it "unlock --reason lets her in" \
	both 7idctl unlock alice --reason 'showed her badge' and \
	ssh_try alice "$right"
it "the log keeps the reason" \
	logged 1 '"event":"unlock"' '"user":"alice"' 'showed her badge'
it "no failure is left" tally alice ok 0

7idctl lock alice --reason 'stolen laptop' 2>/dev/null
it "held by an administrator: the right password is refused" \
	both refuse ssh_try alice "$right" and expect 5 7idctl status alice
it "held: her ssh key and account-only services go on" \
	both key_try alice and pamtester cron alice acct_mgmt
it "held: unlock lets her in" both 7idctl unlock alice and ssh_try alice "$right"
7idctl disable alice 2>/dev/null
it "disabled: the right password is refused" \
	both refuse ssh_try alice "$right" and expect 6 7idctl status alice
it "disabled: so are her ssh key and account-only services" \
	both not key_try alice and not pamtester cron alice acct_mgmt
it "enabled again: everything goes on" \
	both 7idctl enable alice and both ssh_try alice "$right" and key_try alice

set_7id 'unlock_time = 3'
add_ours waiter "$right"
it "unlock_time = 3: locked out at once" \
	both lock_out waiter and refuse ssh_try waiter "$right"
it "unlock_time = 3: in after that, with nobody's help" \
	wait_for ssh_try waiter "$right"
it "unlock_time = 3: and the failures are gone" tally waiter ok 0

# within MOST: alice is locked out, for so many more seconds at the most.
within() {
	local until left
	until=$(7idctl --json status alice |
		sed -n 's/.*"locked-out".*"until":"\([^"]*\)".*/\1/p')
	left=$(($(date -d "$until" +%s) - $(date +%s)))
	echo "until $until, in $left s"
	[ "$left" -le "$1" ] && [ "$left" -gt 0 ]
}
hour=3600 year=31557600
set_7id 'unlock_time = 10m'
lock_out alice >/dev/null 2>&1
for step in 2h:$((2 * hour)) -2h:$((-2 * hour)) 20y:$((20 * year)) \
	-20y:$((-20 * year)) 79y:$((79 * year)) -56y:$((-56 * year)); do
	set_clock "${step#*:}" 0
	it "wall clock stepped by ${step%:*}: the wait is no longer" within 600
	it "wall clock stepped by ${step%:*}: nor over" \
		both refuse ssh_try alice "$right" and within 600
done
set_clock $((20 * year)) 580
it "580 s later, 20 years ahead: 20 s are left" within 20
set_clock $((-20 * year)) 601
it "601 s later, 20 years behind: in" ssh_try alice "$right"

set_clock $((20 * year)) 1000
lock_out alice >/dev/null 2>&1
set_clock 0 1000
it "locked out 20 years ahead, clock set right: the wait is no longer" within 600
set_clock 0 1601
it "and it ends in time" ssh_try alice "$right"

set_clock 0 5000
lock_out alice >/dev/null 2>&1
set_clock 0 2000
it "boot clock set back (another time namespace): the wait is no longer" \
	both refuse ssh_try alice "$right" and within 600
set_clock 0 2601
it "and it ends in time" ssh_try alice "$right"
