#!/bin/bash
# An administrator's first day, from a host without a store: init, add, a login, a lockout, unlock.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh
need /usr/sbin/7idctl

add_unix_user alice 'her Unix password'
add_unix_user bob 'his Unix password'
alice_uid=$(id -u alice)
password='correct horse battery'
printf 'deny = 3\nnodelay\n' >/etc/security/7id.conf

add_alice() {
	printf '%s\n' "$password" | 7idctl add alice --password-stdin
}
it "says that there is no store yet" expect 7 7idctl list
it "makes key and store where there was nothing" 7idctl init
it "keeps the keys to root" prints 700 stat -c %a /etc/7id/keys
it "keeps the store to root" prints 700 stat -c %a /var/lib/7id
it "adds an account" add_alice
it "shows that the account is fine" 7idctl status alice

use_pam_profile >/dev/null
start_syslog
start_sshd
for method in password keyboard-interactive; do
	it "lets alice in by $method, with the right uid" \
		prints "$alice_uid" ssh_try alice "$password" $method id -u
	it "refuses her Unix password by $method" \
		refuse ssh_try alice 'her Unix password' $method
done
it "lets somebody in whom only the system knows" ssh_try bob 'his Unix password'
it "refuses him with a wrong password" refuse ssh_try bob "$password"
it "forgets her failures when she logs in" ssh_try alice "$password"
for guess in one two three; do
	it "counts guess $guess" refuse ssh_try alice "guess $guess"
done
it "calls her locked out, with exit status 5" expect 5 7idctl status alice
it "refuses the right password then" refuse ssh_try alice "$password"
it "says why" says 'locked out' 7idctl why alice
it "lets her in again" 7idctl unlock alice --reason 'seen in person'
it "and in she is" ssh_try alice "$password"
it "has a sound store" 7idctl store check
