#!/bin/bash
# Many connections at once over a real sshd: never more guesses checked than `deny`, no right password called wrong.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery'
# Hashes that take long enough to overlap.
use_7id 'opslimit = 3' 'memlimit = 16M'
start_sshd
answers=$(mktemp -d)

# all_at_once COUNT METHOD NAME WORD [DIFFERENT]: so many logins at the same
# time; with DIFFERENT each types its number after the word. What became of
# each goes to $answers.
all_at_once() {
	local count=$1 method=$2 name=$3 word=$4 different=${5-} jobs=() n
	rm -f "$answers"/*
	for ((n = 1; n <= count; n++)); do
		(
			ssh_try "$name" "$word${different:+ $n}" "$method" \
				>"$answers/$n.said" 2>&1
			echo $? >"$answers/$n"
		) &
		jobs+=($!)
	done
	wait "${jobs[@]}"
}

# answered COUNT STATUS: so many of them ended with this status of ssh_try's.
answered() {
	local got
	got=$(grep -lx "$2" "$answers"/*[0-9] | wc -l)
	[ "$got" -eq "$1" ] && return 0
	grep -H . "$answers"/*[0-9]
	return 1
}

for round in 1 2 3; do
	for method in password keyboard-interactive; do
		name=victim$round-${method%%-*}
		what="$method, round $round"
		add_ours "$name" "$right"
		forget_log
		all_at_once 20 $method "$name" 'guess number' different
		it "$what: none of 20 parallel wrong guesses gets in" answered 20 1
		it "$what: exactly three meet the real verifier" \
			logged 3 "\"user\":\"$name\"" '"checked":"real"'
		it "$what: and those three are called wrong" \
			logged 3 '"reason":"wrong"' '"checked":"real"'
		it "$what: three failures are recorded, and lock" \
			tally "$name" locked-out 3
		it "$what: it locks once" logged 1 '"locked_now":true'
		it "$what: no other guess is called wrong" \
			logged 3 '"reason":"wrong"'
		it "$what: every guess is in the log" \
			logged 20 '"event":"login"' "\"user\":\"$name\""
	done
done

for method in password keyboard-interactive; do
	name=owner-${method%%-*}
	add_ours "$name" "$right"
	it "$method: two slips before" refuse ssh_try "$name" 'slip one' $method
	it "$method: that count" \
		both refuse ssh_try "$name" 'slip two' $method and tally "$name" ok 2
	forget_log
	all_at_once 20 $method "$name" "$right"
	it "$method: 20 parallel right logins are all in" answered 20 0
	it "$method: none is told wrong" logged 0 '"verdict":"deny"'
	it "$method: all are in the log" \
		logged 20 '"verdict":"allow"' "\"user\":\"$name\""
	it "$method: the tally is clear" tally "$name" ok 0
done

it "the store is sound after all that" 7idctl store check
