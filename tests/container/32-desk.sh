#!/bin/bash
# The help desk's sudo: it runs what the example allows and nothing else, and the log knows who it was.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

her='correct horse battery' next='another horse stable' desk='help desk of 7'
example=/usr/share/doc/7id/examples/sudoers.d-7id-helpdesk.example
need /usr/sbin/7idctl "$example"
use_7id 'admin_group = wheel' 'support_contact = ext. 7000' \
	'sendmail = /usr/local/bin/take-mail' 'mail_user = nobody'
cat >/usr/local/bin/take-mail <<'END'
#!/bin/sh
{ echo; echo "To $3"; cat; } >>/var/tmp/box
END
chmod 0755 /usr/local/bin/take-mail
install -m 0666 /dev/null /var/tmp/box
groupadd helpdesk
groupadd wheel
add_unix_user hana "$desk" -G helpdesk
add_unix_user taro "$desk"
add_ours alice "$her" --email alice@example.org --email-confirmed
add_ours boss "$her"
usermod -aG wheel boss
start_sshd -o MaxAuthTries=6

it "the example is what visudo takes" visudo -c -f "$example"
install -m 0440 "$example" /etc/sudoers.d/7id-helpdesk
it "also in its place" visudo -c

# by NAME WORD...: 7idctl, run by that person with sudo and the own password.
by() {
	local name=$1
	shift
	printf '%s\n' "$desk" |
		runuser -u "$name" -- sudo -k -S -p '' 7idctl "$@"
}
# barred WORD...: sudo itself refuses hana that, and the tool is not run.
barred() {
	says 'not allowed to execute' by hana "$@" || return
	! by hana "$@" 2>/dev/null
}
# The log names the login uid's person where the kernel keeps one.
who=hana
read -r uid </proc/self/loginuid
[ "$uid" = 4294967295 ] || who=$(id -un "$uid")

it "why, by hana" says 'can log in' by hana why alice
it "status, by hana" expect 0 by hana status alice
it "somebody else may not" not by taro status alice
for n in 1 2 3; do refuse ssh_try alice "guess $n"; done >/dev/null 2>&1
it "alice has locked herself out" expect 5 by hana status alice
it "unlock, by hana" by hana unlock alice --reason 'called back, knew-it-all'
it "she is unlocked" expect 0 7idctl status alice
it "a reason in Japanese" by hana unlock alice --reason '電話で 本人確認'
it "an address in mail: find-id, by hana" \
	by hana find-id --email alice@example.org
it "reset issue --send, by hana" \
	says 'sent to a***@example.org' by hana reset issue alice --send --reason called
it "she has her mail" grep -q '^To alice@example.org' /var/tmp/box
code=$(by hana reset issue alice --reason 'at the counter' 2>/dev/null)
it "reset issue, by hana: a code for the telephone" \
	test "${code#7R-}" != "$code"
it "for an administrator it is refused, code 4" \
	expect 4 by hana reset issue boss --reason called
it "and root cannot be had by it" barred reset issue boss --privileged --reason x

it "every act has her name, and the reason" \
	both logged 2 '"event":"unlock"' "\"actor\":\"$who\"" and \
	both logged 1 '"event":"find-id"' "\"actor\":\"$who\"" and \
	both logged 1 '"reason":"mailed"' "\"actor\":\"$who\"" '"note":"called"' and \
	logged 1 '"reason":"printed"' "\"actor\":\"$who\"" 'at the counter'
it "no code is in the log" not grep -q '7R-' /var/log/7id/log.jsonl

for words in 'show alice' 'log alice' 'list' 'export' 'void' 'mail flush' \
	'add mallory --generate' 'set alice --no-email' 'passwd alice' \
	'disable alice --reason x' 'lock alice' 'remove alice --yes' \
	'reset list' 'reset revoke alice' 'reset issue alice' \
	'reset issue alice --saved 8 --reason x' \
	'reset issue alice --reason x --privileged' \
	'reset issue alice --reason --privileged' \
	'unlock alice' 'unlock --all --yes --reason x' \
	'unlock alice --reason x --all' 'unlock alice --repair --reason x' \
	'find-id --email alice@example.org --admin' \
	'--conf /tmp/c why alice' 'why --conf=/tmp/c' \
	'why alice --conf /tmp/c' 'status alice --json'; do
	# shellcheck disable=SC2086
	it "barred: $words" barred $words
done
it "barred: an option inside a reason of two words" \
	barred unlock alice --reason 'x --all'

it "alice types the code, chooses a password and is in" \
	says 'she is in' typing 'Password: ' "$code" 'New password: ' "$next" \
	'New password again: ' "$next" -- ssh -F none -p "$SSHD_PORT" \
	-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
	-o PreferredAuthentications=keyboard-interactive \
	alice@127.0.0.1 'echo she is in'
it "with the new password from then on" ssh_try alice "$next"
it "and with no other" refuse ssh_try alice "$her"
it "the code was good once" refuse ssh_try alice "$code"
told() {
	grep -q "^Subject: .*$(printf %s "$1" | base64)" /var/tmp/box
}
it "she is told of it" both 7idctl mail flush and \
	told '7iD: your password was changed'
it "the store is sound" 7idctl store check
