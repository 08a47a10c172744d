#!/bin/bash
# A help desk's week, typed at terminals: every state of an account, what it does to logins, and the exit codes.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

first='correct horse battery' second='fresh words for spring' third='autumn leaves fall'
use_7id
add_unix_user alice ''
start_sshd

it "a name that nobody has is code 3, and the next command is named" \
	both expect 3 7idctl status alice and says '7idctl list' 7idctl show alice
it "a command that does not exist is code 2, and the nearest is named" \
	both expect 2 7idctl statsu alice and says status 7idctl statsu alice
it "nobody but root may: code 77" \
	expect 77 runuser -u alice -- 7idctl status alice
it "add asks for the password twice, unseen" \
	typing 'New password for alice: ' "$first" \
	'The same again for alice: ' "$first" -- 7idctl add alice
it "and does not show it" \
	not says 'correct horse' typing 'New password for bob: ' "$first" \
	'The same again for bob: ' "$second" -- 7idctl add bob
it "two that differ add nobody" expect 3 7idctl status bob
it "a poor password is code 4, with the reason" \
	both expect 4 sh -c 'echo short | 7idctl add bob --password-stdin' and \
	says 'too short' sh -c 'echo short | 7idctl add bob --password-stdin'
it "root cannot be enrolled: code 4" \
	expect 4 sh -c 'echo some good words | 7idctl add root --password-stdin'
it "a name without a passwd entry is added with a warning" \
	says 'no passwd entry' sh -c \
	'echo some good words | 7idctl add nowhere --password-stdin'
it "a second alice is refused" expect 1 \
	typing 'New password for alice: ' "$first" -- 7idctl add alice
it "list shows both" both says alice 7idctl list and says nowhere 7idctl list
it "show shows her" says alice 7idctl show alice
it "status is code 0" expect 0 7idctl status alice
it "why has nothing against her" expect 0 7idctl why alice
it "she logs in" ssh_try alice "$first"

it "lock: done, and status is code 5" \
	both 7idctl lock alice --reason 'lost phone' and expect 5 7idctl status alice
it "lock: why tells the reason and how to end it" \
	both says 'lost phone' 7idctl why alice and \
	says '7idctl unlock alice' 7idctl why alice
it "lock: list --locked shows her alone" \
	both says alice 7idctl list --locked and not says nowhere 7idctl list --locked
it "lock: her login is refused" refuse ssh_try alice "$first"
it "unlock: she logs in" both 7idctl unlock alice and ssh_try alice "$first"

it "disable: done, and status is code 6" \
	both 7idctl disable alice --reason 'on leave' and expect 6 7idctl status alice
it "disable: why tells the reason and how to end it" \
	both says 'on leave' 7idctl why alice and \
	says '7idctl enable alice' 7idctl why alice
it "disable: her login is refused" refuse ssh_try alice "$first"
it "enable: she logs in" both 7idctl enable alice and ssh_try alice "$first"

# change_over_ssh OLD NEW: what a person sees whose password must change.
change_over_ssh() {
	typing 'Password: ' "$1" 'Current password: ' "$1" 'New password: ' "$2" \
		'New password again: ' "$2" -- ssh -F none -p "$SSHD_PORT" \
		-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
		-o PreferredAuthentications=keyboard-interactive \
		alice@127.0.0.1 'echo she is in'
}
it "passwd --must-change asks for a new one" \
	typing 'New password for alice: ' "$second" \
	'The same again for alice: ' "$second" -- \
	7idctl passwd alice --must-change
it "must change: the old one is refused" refuse ssh_try alice "$first"
it "must change: sshd makes her choose another, and lets her in" \
	says 'she is in' change_over_ssh "$second" "$third"
it "must change: the new one is in, without a question" ssh_try alice "$third"
it "must change: the one for once is not" refuse ssh_try alice "$second"

it "set --expires in the past: status is code 6" \
	both 7idctl set alice --expires 2020-01-01 and expect 6 7idctl status alice
it "expired: her login is refused" refuse ssh_try alice "$third"
it "set --expires never: she logs in" \
	both 7idctl set alice --expires never and ssh_try alice "$third"

it "log tells what was done to her, and by whom" \
	both says disable 7idctl log alice and says root 7idctl log alice
it "remove asks for the name, and another answer removes nobody" \
	both not typing 'to go on: ' alicia -- 7idctl remove alice and \
	expect 0 7idctl status alice
it "remove: she is gone, code 3" \
	both typing 'to go on: ' alice -- 7idctl remove alice and \
	expect 3 7idctl status alice
it "removed: her 7id password is refused" refuse ssh_try alice "$third"
it "the store is sound" 7idctl store check
