#!/bin/bash
# Store, key or directory broken: root still gets in everywhere, nobody else anywhere, and the log names the remedy.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery' unix='unix horse stable'
use_7id
add_unix_user alice "$unix"
add_ours alice "$right"
add_unix_user bob "$unix"
printf 'root:%s\n' "$unix" | chpasswd
printf 'Defaults:bob rootpw\nbob ALL=(ALL) ALL\n' >/etc/sudoers.d/7id-test
sed -i '/pam_faildelay/d' /etc/pam.d/login
sed -i 's/^FAIL_DELAY.*/FAIL_DELAY 0/' /etc/login.defs
start_syslog
start_sshd -o PermitRootLogin=yes

root_at_login() {
	# shellcheck disable=SC2016
	says uid=0 typing 'login: ' root 'Password: ' "$unix" \
		'# ' 'echo uid=$(id -u); exit' -- login
}
root_by_sudo() {
	printf '%s\n' "$unix" | runuser -u bob -- sudo -k -S -p '' id -u
}

# everything_works: as before anything was broken.
everything_works() {
	it "$1: alice logs in again" ssh_try alice "$right"
	it "$1: bob logs in again" ssh_try bob "$unix"
	it "$1: 7idctl finds the store sound" 7idctl store check
	it "$1: no failure was counted" tally alice ok 0
}

# only_root WHAT REMEDY CODE: everybody's logins while something is broken; what
# the log names, and what 7idctl exits with.
only_root() {
	it "$1: root logs in at the console" root_at_login
	it "$1: root logs in by su" prints 0 su_try root "$unix" 'id -u'
	it "$1: root's password counts for sudo" prints 0 root_by_sudo
	it "$1: root logs in over sshd, password" \
		prints 0 ssh_try root "$unix" password id -u
	it "$1: root logs in over sshd, keyboard-interactive" \
		prints 0 ssh_try root "$unix" keyboard-interactive id -u
	it "$1: root's wrong password is still wrong" refuse su_try root "$right"
	log_clear
	it "$1: an account of ours is refused" refuse ssh_try alice "$right"
	it "$1: with its Unix password, too: nobody falls through" \
		refuse ssh_try alice "$unix" keyboard-interactive
	it "$1: an account of the system's is refused: whose it is, nobody knows" \
		both refuse ssh_try bob "$unix" and refuse su_try bob "$unix"
	it "$1: they are told that it is not available" says 'not available' \
		ssh_try alice "$right" keyboard-interactive
	it "$1: the system log names the remedy" log_says "$2"
	it "$1: so does 7idctl, with exit code $3" \
		both expect "$3" 7idctl status alice and says "$2" 7idctl status alice
	it "$1: nobody's password is changed" \
		not sh -c "printf '%s\n' 'bob:another horse' | chpasswd"
}

mv /var/lib/7id /var/lib/7id.away
only_root 'store moved away' '7idctl init' 7
mv /var/lib/7id.away /var/lib/7id
everything_works 'store put back'

mv /etc/7id/keys/1.key /etc/7id/1.key
only_root 'key moved away' 'Restore the key file from your backup' 7
it "key moved away: init does not make another over it" expect 1 7idctl init
it "key moved away: nor is there one now" not test -e /etc/7id/keys/1.key
mv /etc/7id/1.key /etc/7id/keys/1.key
everything_works 'key put back'

chmod 0755 /var/lib/7id
only_root 'directory 0755' 'chmod' 7
chmod 0700 /var/lib/7id
everything_works 'mode put right'

printf 'deny = many\n' >/etc/security/7id.conf
only_root 'a setting that cannot be used' 'deny = many' 1
set_7id
everything_works 'setting put right'
