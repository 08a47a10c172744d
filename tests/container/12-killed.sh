#!/bin/bash
# Processes that are killed, timed out or stopped in the middle of a hash: their guess counts, and nobody else waits.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery' wrong='wrong horse battery'
slow=('opslimit = 12' 'memlimit = 64M') # half a second
use_clock
use_7id

# add_slow NAME: an account whose password takes a while to check; all others,
# dummies too, take no time.
add_slow() {
	set_7id 'deny = 1' "${slow[@]}"
	add_ours "$1" "$right"
	set_7id 'deny = 1'
}

# guess_slowly NAME PASSWORD METHOD: starts a login in the background and sets
# $hasher to the process that checks the password.
guess_slowly() {
	ssh_try "$@" >/tmp/guess.said 2>&1 &
	guess=$!
	hasher=$(wait_hash)
}
# told_to_go PROCESS: SIGALRM or SIGTERM waits for a process that is stopped.
told_to_go() {
	local pending
	pending=$(awk '$1 == "ShdPnd:" { print $2 }' "/proc/$1/status")
	[ $((0x$pending & 0x6000)) -ne 0 ]
}

start_sshd -o LoginGraceTime=4
for method in password keyboard-interactive; do
	name=late-${method%%-*}
	add_slow "$name"
	guess_slowly "$name" "$wrong" $method
	# Stopped, so that its hash outlives sshd's patience on every machine.
	kill -STOP "$hasher"
	it "LoginGraceTime, $method: sshd's patience ends in the middle of the hash" \
		wait_for told_to_go "$hasher"
	kill -CONT "$hasher"
	it "LoginGraceTime, $method: nobody is let in" not wait "$guess"
	it "LoginGraceTime, $method: the hash comes to its end" \
		wait_for nobody_hashes
	it "LoginGraceTime, $method: the guess has its line in the log" \
		logged 1 '"reason":"wrong"' "\"user\":\"$name\""
	it "LoginGraceTime, $method: the guess locks: even the right password is refused" \
		refuse su_try "$name" "$right"
	it "LoginGraceTime, $method: it is counted once" \
		tally "$name" locked-out 1
done
stop_sshd

start_sshd
for method in password keyboard-interactive; do
	name=killed-${method%%-*}
	add_slow "$name"
	forget_log
	guess_slowly "$name" "$wrong" $method
	it "SIGKILL, $method: sshd's child dies in the middle of the hash" \
		kill -KILL "$hasher"
	it "SIGKILL, $method: nobody is let in, nobody is told wrong" \
		both not wait "$guess" and logged 0 '"event":"login"'
	it "SIGKILL, $method: the guess locks: even the right password is refused" \
		refuse ssh_try "$name" "$right" $method
	it "SIGKILL, $method: it was counted once" tally "$name" locked-out 1
done

for method in password keyboard-interactive; do
	name=stopped-${method%%-*}
	add_slow "$name"
	set_clock 0 0
	guess_slowly "$name" "$right" $method
	kill -STOP "$hasher"
	set_clock 40 40
	it "SIGSTOP past the lease, $method: the next login finds it counted" \
		both refuse ssh_try "$name" "$right" $method and \
		tally "$name" locked-out 1
	kill -CONT "$hasher"
	it "SIGSTOP past the lease, $method: the stopped one is refused, though right" \
		both refuse wait "$guess" and \
		logged 1 lease-lost "\"user\":\"$name\""
	it "SIGSTOP past the lease, $method: it is counted once" \
		tally "$name" locked-out 1
done

add_slow sleeper
guess_slowly sleeper "$right" password
kill -STOP "$hasher"
set_clock 80 80
kill -CONT "$hasher"
it "SIGSTOP past the lease: refused even when nobody else came" \
	both refuse wait "$guess" and logged 1 lease-lost '"user":"sleeper"'
it "SIGSTOP past the lease: and counted" tally sleeper locked-out 1
