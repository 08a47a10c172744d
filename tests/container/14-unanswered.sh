#!/bin/bash
# Nobody guessed: empty passwords, given-up prompts, timeouts and logins that sshd refuses itself touch no tally.
# shellcheck source=tests/container/lib.sh
. /7id/tests/container/lib.sh

right='correct horse battery'
use_7id
add_ours alice "$right"
add_ours barred "$right"
add_unix_user bob ''
it "one slip before, so that a tally is there to be touched" \
	both refuse su_try alice 'wrong horse battery' and tally alice ok 1
untouched() {
	tally alice ok 1
}

# An ssh that asks on the terminal it is run on.
kbdint=(ssh -F none -p "$SSHD_PORT" -o StrictHostKeyChecking=no
	-o UserKnownHostsFile=/dev/null -o LogLevel=ERROR
	-o PreferredAuthentications=keyboard-interactive
	-o NumberOfPasswordPrompts=1 alice@127.0.0.1 true)

start_sshd
for method in password keyboard-interactive; do
	it "sshd, $method: an empty password is refused, not counted" \
		both refuse ssh_try alice '' $method and untouched
done
stop_sshd
start_sshd -o PermitEmptyPasswords=yes
for method in password keyboard-interactive; do
	it "sshd with PermitEmptyPasswords, $method: the same" \
		both refuse ssh_try alice '' $method and untouched
done
it "sshd: the prompt given up with ^C" \
	both not typing 'Password: ' ^C -- "${kbdint[@]}" and untouched
it "sshd: the prompt given up with ^D" \
	both not typing 'Password: ' ^D -- "${kbdint[@]}" and untouched
stop_sshd

# Answers only when the server has gone.
cat >/tmp/too-late <<'SCRIPT'
#!/bin/sh
while pgrep -f '^sshd: alice' >/dev/null; do sleep 0.1; done
echo anything
SCRIPT
chmod +x /tmp/too-late
answer_late() {
	SSH_ASKPASS=/tmp/too-late SSH_ASKPASS_REQUIRE=force "${kbdint[@]}"
}
start_sshd -o LoginGraceTime=2
it "sshd: its patience ends at the prompt" both expect 255 answer_late and untouched
stop_sshd

it "su: an empty password" both refuse su_try alice '' and untouched
it "su: nothing at all" \
	both refuse runuser -u nobody -- su alice -c true and untouched
it "su: ^C at the prompt" both not typing 'Password: ' ^C \
	-- runuser -u bob -- su alice -c true and untouched
it "su: ^D at the prompt" both not typing 'Password: ' ^D \
	-- runuser -u bob -- su alice -c true and untouched
it "su: Escape and Enter is a password, and a wrong one of nobody's" \
	both not typing 'Password: ' '^[' \
	-- runuser -u bob -- su alice -c true and untouched

sed -i -e '/pam_faildelay/d' /etc/pam.d/login
sed -i -e 's/^LOGIN_TIMEOUT.*/LOGIN_TIMEOUT 1/' /etc/login.defs
it "login: its timeout ends the prompt" \
	both says 'timed out' typing 'login: ' alice 'Password: ' ^- -- login \
	and untouched
sed -i -e 's/^LOGIN_TIMEOUT.*/LOGIN_TIMEOUT 60/' /etc/login.defs
it "login: an empty password" \
	both says 'Login incorrect' typing 'login: ' alice 'Password: ' '' \
	'ogin: ' ^C -- login and untouched

# Whoever may not log in over ssh cannot be locked out over ssh either.
start_sshd -o DenyUsers=barred
forget_log
tries=()
for n in {1..25}; do
	ssh_try barred "guess number $n" >/dev/null 2>&1 &
	ssh_try barred "guess number $n" keyboard-interactive >/dev/null 2>&1 &
	tries+=($!)
done
wait
it "sshd's DenyUsers: 50 tries, all seen by the module" \
	logged 50 '"event":"login"' '"verdict":"deny"'
it "sshd's DenyUsers: none meets the real verifier" logged 0 '"checked":"real"'
it "sshd's DenyUsers: the tally is untouched" tally barred ok 0
it "sshd's DenyUsers: the right password is refused, uncounted" \
	both refuse ssh_try barred "$right" and tally barred ok 0
it "and lets in where sshd has no say" su_try barred "$right"
