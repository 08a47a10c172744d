#!/bin/bash
# Locked out, she reads her mail and does what it says: a real mail server, in English and in Japanese.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery' next='another horse stable'
need /usr/sbin/smtpd
use_7id 'support_contact = ext. 7000' 'support_contact.ja = 内線 7000' \
	'mail_from = 7id@example.org'
useradd --system --user-group --shell /usr/sbin/nologin _7id
cat >/etc/smtpd.conf <<'END'
action "local" maildir "~/Maildir"
match from local for domain "example.org" action "local"
match from local for local action "local"
END
smtpd >/dev/null 2>&1
it "the mail server stands" wait_for test -S /var/run/smtpd.sock
start_sshd
export TZ=Asia/Tokyo

# people NAME LANG: has an address that is confirmed, and a mailbox.
people() {
	add_ours "$1" "$right" --lang "$2" --email "$1@example.org" \
		--email-confirmed
}
people alice en
people yuki ja
people mallory en

# mail_of NAME: her newest mail as her mail program shows it.
mail_of() {
	python3 - "/home/$1/Maildir/new" <<'END'
import email, email.policy, os, sys
box = sys.argv[1]
newest = max((os.path.join(box, n) for n in os.listdir(box)),
             key=lambda path: (os.stat(path).st_mtime_ns, path))
with open(newest, "rb") as file:
    mail = email.message_from_binary_file(file, policy=email.policy.default)
print("From:", mail["From"])
print("To:", mail["To"])
print("Subject:", mail["Subject"])
print("Auto-Submitted:", mail["Auto-Submitted"])
print(mail.get_content())
END
}
mails() {
	find "/home/$1/Maildir/new" -type f 2>/dev/null | wc -l
}
has_mails() {
	[ "$(mails "$1")" -eq "$2" ]
}
code_of() {
	mail_of "$1" | sed -n "s/^ *\($2-[-0-9A-Z]*\)\r*$/\1/p"
}
lock_out() {
	local n
	for n in 1 2 3; do
		refuse ssh_try "$1" "guess number $n" || return
	done
	expect 5 7idctl status "$1"
}
# choose NAME CODE PASSWORD: types the code, chooses a new password, asked for
# it in NAME's language.
choose() {
	local new='New password: ' again='New password again: '
	[ "$1" != yuki ] || new='新しいパスワード: ' again='新しいパスワード（確認）: '
	typing 'Password: ' "$2" "$new" "$3" "$again" "$3" -- ssh -F none \
		-p "$SSHD_PORT" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null \
		-o PreferredAuthentications=keyboard-interactive \
		"$1@127.0.0.1" 'echo let in'
}

it "nobody was mailed for being enrolled" \
	both 7idctl mail flush --scan and has_mails alice 0
it "alice is locked out over sshd" lock_out alice
it "mail flush sends" both 7idctl mail flush and wait_for has_mails alice 1
mail_of alice >/tmp/mail
it "the mail says so in its subject" \
	grep -qx 'Subject: 7iD: your account is locked' /tmp/mail
it "it is from mail_from, to her, and no answer is wanted" \
	both grep -q '^From: .*<7id@example.org>$' /tmp/mail and \
	both grep -q '^To: .*alice@example.org' /tmp/mail and \
	grep -qx 'Auto-Submitted: auto-generated' /tmp/mail
it "it says when, in the site's zone and in UTC" \
	grep -qE 'locked at [-0-9: ]+ JST \([-0-9: ]+ UTC\)' /tmp/mail
it "it says from where, by which service, and whom to ask" \
	both grep -q 'from 127.0.0.1, by the service sshd' /tmp/mail and \
	grep -q 'ext. 7000' /tmp/mail
it "it says how to get a new password" grep -q 7R-RESET /tmp/mail
it "no second mail for the same lock" \
	both 7idctl mail flush --scan and has_mails alice 1
it "the queue is empty" says 'no mail waits' 7idctl mail queue
it "the store's outbox holds no mail any more" \
	not compgen -G '/var/lib/7id/outbox/*.mail'
code=$(code_of alice 7U)
it "the right password is refused still" refuse ssh_try alice "$right"
it "she types the unlock code from the mail: that is no login" \
	refuse ssh_try alice "$code"
it "but her password is one now" ssh_try alice "$right"
it "the code works once" \
	both lock_out alice and both refuse ssh_try alice "$code" and \
	refuse ssh_try alice "$right"
it "she is told of the unlocking and of the new lock" \
	both 7idctl mail flush and wait_for has_mails alice 3

it "yuki is locked out" lock_out yuki
it "her mail is in Japanese" \
	both 7idctl mail flush and wait_for has_mails yuki 1
mail_of yuki >/tmp/mail
it "subject and text read as they should" \
	both grep -q '^Subject: 【7iD】アカウントロックのお知らせ$' /tmp/mail and \
	both grep -q 'yuki 様' /tmp/mail and grep -q '内線 7000' /tmp/mail
full=$(code_of yuki 7U | python3 -c 'import sys
print("".join(chr(ord(c) + 0xfee0) if c != "-" else "ー"
              for c in sys.stdin.read().strip()), end="")')
it "the code, typed in full width, unlocks" \
	both refuse ssh_try yuki "$full" and ssh_try yuki "$right"

for who in alice yuki; do
	7idctl unlock $who >/dev/null 2>&1
	7idctl mail flush >/dev/null 2>&1
	wait_for test "$(mails $who)" -gt 0
	count=$(mails $who)
	it "$who: 7R-RESET at the password prompt is refused like all else" \
		refuse ssh_try $who 7R-RESET
	it "$who: and brings a mail" \
		both 7idctl mail flush and wait_for has_mails $who $((count + 1))
	code=$(code_of $who 7R)
	it "$who: with its code she chooses a new password, and is in" \
		says 'let in' choose $who "$code" "$next"
	it "$who: the new password works, the old one does not" \
		both ssh_try $who "$next" and refuse ssh_try $who "$right"
	it "$who: the code does not work again" refuse ssh_try $who "$code"
	it "$who: she is told that it was changed, and of the old one's use" \
		both 7idctl mail flush and wait_for has_mails $who $((count + 3))
done

it "somebody asks for a reset of mallory's password" \
	both refuse ssh_try mallory 7R-RESET and \
	both 7idctl mail flush and wait_for has_mails mallory 1
reset=$(code_of mallory 7R) void=$(code_of mallory 7V)
it "mallory did not ask, and types the void code" \
	refuse ssh_try mallory "$void"
it "the reset code is worthless" not says 'let in' \
	choose mallory "$reset" "$next"
it "her password is what it was" ssh_try mallory "$right"

printf 'sendmail = /bin/false\n' >>/etc/security/7id.conf
it "with a mailer that fails, a lock takes no longer and is the same" \
	lock_out mallory
it "the mail waits" \
	both expect 1 7idctl mail flush and says refused 7idctl --json mail queue
sed -i '/^sendmail/d' /etc/security/7id.conf
it "and is sent when the mailer works again" \
	both 7idctl mail retry --all and both 7idctl mail flush and \
	wait_for has_mails mallory 2
it "sendmail was not run as root" \
	not grep -rq 'root@' /home/mallory/Maildir/new
it "no mail and no code is in any log" \
	not grep -rqE "$reset|$void" /var/log/7id
