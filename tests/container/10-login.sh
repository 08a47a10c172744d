#!/bin/bash
# Everyday logins and password changes: ours by 7id alone, everybody else's by pam_unix in the same stack.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

ours='correct horse battery' unix='unix horse stable'
use_7id
add_unix_user alice "$unix"
add_unix_user bob "$unix"
add_ours alice "$ours"
add_ours ghost "$ours" # no Unix password at all
start_syslog
start_sshd
sed -i '/pam_faildelay/d' /etc/pam.d/login
printf '%s ALL=(ALL) ALL\n' alice bob >/etc/sudoers.d/7id-test
uid=$(id -u alice)
bob_uid=$(id -u bob)

for method in password keyboard-interactive; do
	it "sshd, $method: lets an account of ours in, with the right uid" \
		prints "$uid" ssh_try alice "$ours" $method id -u
	it "sshd, $method: refuses its wrong password" \
		refuse ssh_try alice 'wrong horse battery' $method
	it "sshd, $method: refuses its Unix password" \
		refuse ssh_try alice "$unix" $method
	it "sshd, $method: lets an account of the system's in by pam_unix" \
		prints "$bob_uid" ssh_try bob "$unix" $method id -u
	it "sshd, $method: refuses its wrong password" \
		refuse ssh_try bob "$ours" $method
	7idctl unlock alice 2>/dev/null
done
it "sshd: lets in who has no Unix password" ssh_try ghost "$ours"
it "keeps no tally of the system's accounts" says no-account 7idctl status bob

it "su: lets an account of ours in, with the right uid" \
	prints "$uid" su_try alice "$ours" 'id -u'
it "su: refuses its wrong password" refuse su_try alice 'wrong horse battery'
it "su: refuses its Unix password" refuse su_try alice "$unix"
it "su: counts the two" tally alice ok 2
it "su: lets an account of the system's in" \
	prints "$bob_uid" su_try bob "$unix" 'id -u'
it "su: refuses its wrong password" refuse su_try bob "$ours"
7idctl unlock alice 2>/dev/null

# login_try NAME PASSWORD: at a terminal; says uid=N when in.
login_try() {
	# shellcheck disable=SC2016
	typing 'login: ' "$1" 'Password: ' "$2" '$ ' 'echo uid=$(id -u); exit' \
		-- login
}
login_refused() {
	says 'Login incorrect' typing 'login: ' "$1" 'Password: ' "$2" \
		'ogin: ' ^C -- login
}
it "login: lets an account of ours in, with the right uid" \
	says "uid=$uid" login_try alice "$ours"
it "login: refuses its wrong password" login_refused alice 'wrong horse battery'
it "login: refuses its Unix password" login_refused alice "$unix"
it "login: lets an account of the system's in" \
	says "uid=$bob_uid" login_try bob "$unix"
7idctl unlock alice 2>/dev/null

# sudo_try USER PASSWORD: prints 0 when root's.
sudo_try() {
	printf '%s\n' "$2" | runuser -u "$1" -- sudo -k -S -p '' id -u
}
it "sudo: takes the 7id password of an account of ours" \
	prints 0 sudo_try alice "$ours"
it "sudo: refuses its Unix password" refuse sudo_try alice "$unix"
it "sudo: counts it once, not the prompts that nobody answered" tally alice ok 1
it "sudo: takes the Unix password of an account of the system's" \
	prints 0 sudo_try bob "$unix"
it "sudo: refuses its wrong password" refuse sudo_try bob "$ours"
7idctl unlock alice 2>/dev/null

shadow() {
	getent shadow "$1"
}
alice_shadow=$(shadow alice)
first='first fresh words' second='second fresh words' third='third fresh words'
it "passwd: an account of ours changes its own 7id password" \
	typing 'Current password: ' "$ours" 'New password: ' "$first" \
	'New password again: ' "$first" -- runuser -u alice -- passwd
it "passwd: the new one is in" ssh_try alice "$first"
it "passwd: the old one is refused" refuse ssh_try alice "$ours"
it "passwd: nothing changes without the current one" \
	not typing 'Current password: ' "$ours" -- runuser -u alice -- passwd
it "passwd: an old one is no guess" tally alice ok 0
it "passwd: nothing changes with a wrong one" \
	not typing 'Current password: ' 'never hers' -- runuser -u alice -- passwd
it "passwd: and that counts as a guess" tally alice ok 1
it "passwd: the same password is still in" ssh_try alice "$first"
it "passwd: root changes it without the current one" \
	typing 'New password: ' "$second" 'New password again: ' "$second" \
	-- passwd alice
it "passwd: root's is in" ssh_try alice "$second"
it "passwd: the one before is refused" refuse ssh_try alice "$first"
it "passwd: a poor one is refused with the reason" says 'too short' \
	typing 'New password: ' short 'New password again: ' short \
	'New password: ' ^D -- passwd alice
# shellcheck disable=SC2016
it "chpasswd: root changes it from a list" \
	sh -c 'echo "alice:$1" | chpasswd' _ "$third"
it "chpasswd: that one is in" ssh_try alice "$third"
it "chpasswd: the one before is refused" refuse ssh_try alice "$second"
it "leaves the Unix password of our account alone" \
	prints "$alice_shadow" shadow alice

it "passwd: an account of the system's changes its Unix password" \
	typing 'Current password: ' "$unix" 'New password: ' "$first" \
	'Retype new password: ' "$first" -- runuser -u bob -- passwd
it "passwd: the new one is in" ssh_try bob "$first"
it "passwd: the old one is refused" refuse ssh_try bob "$unix"
it "passwd: root changes it" typing 'New password: ' "$second" \
	'Retype new password: ' "$second" -- passwd bob
it "passwd: root's is in" ssh_try bob "$second"
# shellcheck disable=SC2016
it "chpasswd: root changes it from a list" \
	sh -c 'echo "bob:$1" | chpasswd' _ "$third"
it "chpasswd: that one is in" ssh_try bob "$third"
it "chpasswd: the one before is refused" refuse ssh_try bob "$second"
it "root's own password is pam_unix's" sh -c 'echo "root:unix horse root" | chpasswd'
it "and lets root in by su" \
	prints 0 sh -c 'echo "unix horse root" | runuser -u bob -- su -c "id -u"'

# What the profile makes of any answer that is not a plain yes or "not mine".
answer_instead() {
	sed -i -E "s/^(auth.*)(pam_7id|pam_debug)\\.so.*/\\1pam_debug.so auth=$1/" \
		/etc/pam.d/common-auth
}
bob_tries() {
	printf '%s\n' "$third" | pamtester sshd bob authenticate
}
for answer in ignore auth_err authinfo_unavail buf_err perm_denied \
	service_err cred_err maxtries acct_expired abort; do
	answer_instead $answer
	it "a module that answers \"$answer\" opens no way round to pam_unix" \
		not bob_tries
done
answer_instead user_unknown
it "only \"not mine\" does" bob_tries
