#!/bin/bash
# The recipe itself, without 7id: sshd, su and the log work in this container as on a host.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

add_unix_user alice 'correct horse'
add_unix_user bob 'パスワード二'
start_syslog
start_sshd

alice_uid=$(id -u alice)

it "has no network but its own loopback" prints lo ls /sys/class/net
it "lets a Unix user in over sshd by password, with the right uid" \
	prints "$alice_uid" ssh_try alice 'correct horse' password id -u
it "lets a Unix user in over sshd by keyboard-interactive" \
	prints "$alice_uid" ssh_try alice 'correct horse' keyboard-interactive id -u
it "types a Japanese password" ssh_try bob 'パスワード二'
it "refuses a wrong password" refuse ssh_try alice 'wrong horse'
it "refuses it by keyboard-interactive too" \
	refuse ssh_try alice 'wrong horse' keyboard-interactive
it "refuses an empty password" refuse ssh_try alice ''
it "refuses a name that nobody has" refuse ssh_try nosuchname 'correct horse'
it "tells a failing command from a refused login" \
	expect 3 ssh_try alice 'correct horse' password false
it "keeps what modules log" \
	log_says 'pam_unix(sshd:auth): authentication failure'
it "forgets the log when told so" log_clear
it "lets a Unix user in by su" prints "$alice_uid" su_try alice 'correct horse' 'id -u'
it "refuses a wrong password by su" refuse su_try alice 'wrong horse'
it "logs what su's modules say" log_says 'pam_unix(su:auth)'

run_killed() {
	strace -f -qq -o /dev/null -e trace=pwrite64,write \
		-e inject=write:signal=KILL:when=1 sh -c 'echo never' >/tmp/killed
}
it "can kill a program at a system call" expect 137 run_killed
it "and that in time: nothing was written" not test -s /tmp/killed

stop_sshd
it "tells no server from a refusal" expect 2 ssh_try alice 'correct horse'
