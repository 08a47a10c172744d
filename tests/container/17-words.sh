#!/bin/bash
# What a stranger reads: the same words, byte for byte but for the reference, whatever the name and in both languages.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery'
use_7id 'deny = 1'
for name in wrong locked disabled held; do
	add_ours $name "$right"
done
su_try locked 'wrong horse battery' >/dev/null 2>&1
7idctl disable disabled 2>/dev/null
7idctl lock held 2>/dev/null
add_unix_user suzuki ''
7idctl add suzuki --lang ja --password-stdin <<<"$right" 2>/dev/null
start_sshd

# transcript NAME METHOD: what ssh says, without the name and the reference.
transcript() {
	: >/tmp/prompts
	PROMPTS=/tmp/prompts ssh_try "$1" 'wrong horse stable' "$2" 2>&1
	cat /tmp/prompts
}
masked() {
	transcript "$1" "$2" | sed -E -e "s/$1@/NAME@/g" \
		-e 's/7iD [0-9A-HJKMNP-TV-Z]{8}:/7iD REFERENCE:/'
}
# From wrong guesses to "wrong" it becomes locked: it is the first to be asked.
for lang in en ja; do
	for method in password keyboard-interactive; do
		set_7id 'deny = 1' "lang = $lang" 'support_contact = ext. 7000' \
			'support_contact.ja = 内線 7000'
		7idctl unlock wrong 2>/dev/null
		masked wrong $method >/tmp/wrong
		it "$lang, $method: the transcript is no empty one" \
			grep -q 'Permission denied' /tmp/wrong
		for name in locked disabled held nobody-at-all; do
			masked $name $method >/tmp/$name
			it "$lang, $method: \"$name\" reads as \"wrong\" does" \
				cmp /tmp/wrong /tmp/$name
		done
		masked suzuki $method >/tmp/suzuki
		it "$lang, $method: the account's language shows nothing" \
			cmp /tmp/wrong /tmp/suzuki
	done
	it "$lang: keyboard-interactive names the reference and the contact" \
		grep -q '7iD REFERENCE:' /tmp/wrong
done
it "every reference that was told is in the log" logged 1 \
	"\"reference\":\"$(transcript locked keyboard-interactive |
		sed -n 's/.*7iD \([0-9A-Z]*\):.*/\1/p')\""

set_7id "lang = ja"
7idctl unlock suzuki 2>/dev/null
it "ja: the prompt of keyboard-interactive is パスワード:" \
	grep -q 'パスワード: *$' /tmp/prompts
it "ja: sshpass finds it and types the right password" \
	sshpass -P 'パスワード' -p "$right" ssh -F none -p "$SSHD_PORT" \
	-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-o PreferredAuthentications=keyboard-interactive suzuki@127.0.0.1 true
it "ja: a terminal over ssh shows it" typing 'パスワード: ' "$right" -- \
	ssh -F none -p "$SSHD_PORT" -o StrictHostKeyChecking=no \
	-o UserKnownHostsFile=/dev/null \
	-o PreferredAuthentications=keyboard-interactive suzuki@127.0.0.1 true
it "ja: su asks in Japanese" typing 'パスワード: ' "$right" -- \
	runuser -u nobody -- su suzuki -c true
it "ja: su refuses in Japanese" says 'ログインできませんでした' \
	su_try suzuki 'wrong horse battery'
