#!/bin/bash
# A stolen store names nobody; and the wrong key is called the wrong key, not damage.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery'
use_7id
add_ours takahashi "$right" --email takahashi@post.example \
	--birthdate 1987-06-05 --lang ja
7idctl disable takahashi --reason 'left the company' 2>/dev/null
7idctl enable takahashi 2>/dev/null
7idctl lock takahashi --reason 'unpaid invoices' 2>/dev/null
start_sshd
ssh_try takahashi "$right" >/dev/null 2>&1
ssh_try nobodys-name 'some guess' >/dev/null 2>&1

# found TEXT: in a file of the store, in any case, as bytes or as UTF-16.
found() {
	python3 - "$1" <<-'EOT'
		import os, sys
		text = sys.argv[1].lower()
		for at, _, names in os.walk("/var/lib/7id"):
		    for name in names:
		        data = open(os.path.join(at, name), "rb").read().lower()
		        if text.encode() in data or text.encode("utf-16le") in data:
		            sys.exit(0)
		sys.exit(1)
	EOT
}
plant() {
	printf 'x\0Takahashi' >/var/lib/7id/planted
	found takahashi
}
it "what a thief looks for is found where it does lie" plant
rm -f /var/lib/7id/planted
for secret in takahashi post.example 1987 'left the company' 'unpaid invoices' \
	"$right" argon2 nobodys-name 127.0.0.1 sshd; do
	it "the store holds no \"$secret\"" not found "$secret"
done
it "every file of it is root's alone" \
	prints '' find /var/lib/7id /etc/7id/keys ! -user root -o -perm /077
it "the key lies elsewhere" prints '' find /var/lib/7id -name '*.key'

# The thief, or a restore gone wrong: this store, another store's key.
mkdir /tmp/other
printf 'store_dir = /tmp/other/store\nkey_dir = /tmp/other/keys\n' >/tmp/other/conf
7idctl --conf /tmp/other/conf init 2>/dev/null
cp -p /etc/7id/keys/1.key /tmp/1.key
cp /tmp/other/keys/1.key /etc/7id/keys/1.key

# wrong_key COMMAND...: it exits 7, says so, and does not speak of damage.
wrong_key() {
	local out
	out=$(printf '%s\n' "$right" | 7idctl --lang en "$@" 2>&1)
	expect 7 return $?
	printf '%s\n' "$out"
	[[ $out == *"another store's"* && $out == *'not damaged'* ]]
}
while read -r -a words; do
	it "wrong key: ${words[*]}" wrong_key "${words[@]}"
done <<-'EOT'
	add suzuki --password-stdin
	set takahashi --lang en
	passwd takahashi --password-stdin
	remove takahashi --yes
	list
	show takahashi
	status takahashi
	why takahashi
	unlock takahashi
	unlock --all --yes
	lock takahashi
	disable takahashi
	enable takahashi
	store check
EOT
it "wrong key: nobody logs in" refuse ssh_try takahashi "$right"
it "wrong key: init leaves the store alone" \
	both expect 1 7idctl init and cmp /tmp/other/keys/1.key /etc/7id/keys/1.key

cp -p /tmp/1.key /etc/7id/keys/1.key
it "the right key: the store is sound, nothing was changed" \
	both 7idctl store check and tally takahashi held 0
