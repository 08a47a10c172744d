#!/bin/bash
# For a person: the story told over a real sshd, which then stays on a port of this machine until Enter.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh
trap - EXIT # it tells, it does not count

need /usr/sbin/7idctl /usr/share/pam-configs/7id
password='correct horse battery'
guesses=$(mktemp -d)

tell() {
	printf '\n%s\n' "$*"
}

# Shows a command and what it says.
show() {
	printf '    # %s\n' "$*"
	"$@" 2>&1 | sed 's/^/    /'
	return "${PIPESTATUS[0]}"
}

# Types a password at ssh and tells what sshd answered.
type_password() {
	ssh_try alice "$1" password id 2>/dev/null | sed 's/^/    in:      /'
	case ${PIPESTATUS[0]} in
	0) ;;
	1) echo "    refused: $1" ;;
	*) echo "    no answer: $1" ;;
	esac
}

# A wrong guess among many at the same time; leaves a mark when it was let in.
guess() {
	ssh_try alice "guess number $1" >/dev/null 2>&1
	echo $? >"$guesses/$1"
}

printf 'deny = 3\nunlock_time = 10m\n' >/etc/security/7id.conf
add_unix_user alice '' >/dev/null
tell "An administrator makes the store and an account; its password is '$password':"
show 7idctl init || exit 1
printf '%s\n' "$password" | show 7idctl add alice --password-stdin
{ use_pam_profile && start_syslog && start_sshd; } >/dev/null 2>&1 || {
	echo "sshd does not start:"
	tail -n 5 "$SSHD_LOG"
	exit 1
}

tell "alice logs in over ssh, on port $SSHD_PORT of 127.0.0.1:"
type_password "$password"
tell "Somebody who is not alice guesses, once, and then 20 times at once:"
type_password 'wrong horse'
for number in {1..20}; do
	guess "$number" &
	others[number]=$!
done
wait "${others[@]}"
echo "    of 20 guesses sshd refused $(grep -lx 1 "$guesses"/* | wc -l)"
tell "deny = 3: after the third wrong guess none was looked at. alice is locked out now:"
printf '    the log has %s guesses as wrong, %s as locked out\n' \
	"$(7idctl --json log alice | grep -c '"wrong"')" \
	"$(7idctl --json log alice | grep -c '"locked-out"')"
type_password "$password"
show 7idctl why alice
tell "The administrator lets her in again:"
show 7idctl unlock alice --reason 'the person showed up in person'
type_password "$password"

cat <<EOF

It is yours now. In another terminal:
    ssh -p $SSHD_PORT -o UserKnownHostsFile=/dev/null alice@127.0.0.1
    password: $password
Here: a command of 7idctl, such as "why alice", "list", "log alice"; Enter alone ends it all.
EOF
while printf '7idctl> ' && read -r -a words && [ "${#words[@]}" -gt 0 ]; do
	7idctl "${words[@]}"
done
echo
