#!/bin/bash
# One connection that tries as often as sshd lets it, and more devices than it should: still `deny` guesses.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery'
use_7id
start_sshd -o MaxAuthTries=100
count=$(mktemp)
types=$(mktemp)
cat >"$types" <<-EOT
	#!/bin/sh
	n=\$((\$(cat $count) + 1))
	echo \$n >$count
	echo "guess number \$n"
EOT
chmod 755 "$types"

# many_tries NAME SSH-OPTION...: one connection, forty prompts, each answered by
# another guess. Refused in the end.
many_tries() {
	local name=$1
	shift
	echo 0 >"$count"
	SSH_ASKPASS_REQUIRE=force SSH_ASKPASS=$types expect 255 ssh -F none \
		-p "$SSHD_PORT" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o PubkeyAuthentication=no \
		-o NumberOfPasswordPrompts=40 "$@" "$name@127.0.0.1" true </dev/null
}

for method in password keyboard-interactive; do
	name=alice-${method%%-*}
	add_ours "$name" "$right"
	forget_log
	it "$method: forty prompts in one connection" many_tries "$name" \
		-o PreferredAuthentications=$method \
		-o "KbdInteractiveDevices=$(printf 'pam,%.0s' {1..400})pam"
	it "$method: it could try more often than deny" \
		[ "$(cat "$count")" -ge 10 ]
	it "$method: three of them meet the real verifier" \
		logged 3 '"checked":"real"' '"reason":"wrong"'
	it "$method: no other does" logged 3 '"checked":"real"'
	it "$method: which lock" tally "$name" locked-out 3
	it "$method: the right password is refused now" \
		refuse ssh_try "$name" "$right" $method
done
