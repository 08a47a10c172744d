# shellcheck shell=bash
# What scenarios are written with; each sources it first. A scenario runs as root in its own container.
set -u
export LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive

it_good=0 it_bad=0
it_log=$(mktemp)
SSHD_PORT=${SSHD_PORT:-22}
SSHD_LOG=/var/log/sshd.log
AUTH_LOG=/var/log/auth.log

# --- checks ----------------------------------------------------------------

# it DESCRIPTION COMMAND...: one line of the scenario's story, true when the
# command succeeds. What the command says is shown only when it fails.
it() {
	local what=$1
	shift
	if "$@" >"$it_log" 2>&1 </dev/null; then
		it_good=$((it_good + 1))
		echo "   ok: $what"
	else
		echo "       (exit status $?)" >>"$it_log"
		it_bad=$((it_bad + 1))
		echo "  BAD: $what"
		sed 's/^/       | /' "$it_log" | head -n 40
	fi
}

# expect STATUS COMMAND...: the command ends with exactly this status.
expect() {
	local want=$1 got
	shift
	"$@"
	got=$?
	[ "$got" -eq "$want" ] && return 0
	echo "exit status $got, expected $want"
	return 1
}

# refuse COMMAND...: the command says no, which ssh_try, su_try and sudo do with
# status 1. Trouble of any other kind is not a refusal.
refuse() {
	expect 1 "$@"
}

# says TEXT COMMAND...: its output holds the text, whatever its status.
says() {
	local text=$1 out
	shift
	out=$("$@" 2>&1)
	printf '%s\n' "$out"
	[[ $out == *"$text"* ]]
}

# prints TEXT COMMAND...: it succeeds and its standard output is exactly the text.
prints() {
	local text=$1 out
	shift
	out=$("$@") || return
	[ "$out" = "$text" ] && return 0
	printf 'printed: %s\nwanted:  %s\n' "$out" "$text"
	return 1
}

# not COMMAND...: the command fails, in whatever way.
not() {
	! "$@"
}

# both COMMAND... and COMMAND...: the first succeeds, then the second.
both() {
	local one=()
	while [ "$1" != and ]; do
		one+=("$1")
		shift
	done
	shift
	"${one[@]}" && "$@"
}

# skip REASON: this scenario cannot be played here.
skip() {
	echo "$*"
	trap - EXIT
	exit 77
}

# need FILE...: skips unless all of them are there.
need() {
	local file
	for file; do
		[ -e "$file" ] || skip "there is no $file yet"
	done
}

# Ends a scenario: good when something was checked and nothing was bad.
it_done() {
	local status=$?
	[ "$status" -eq 0 ] || echo "  BAD: the scenario stopped with status $status"
	echo "       $it_good good, $it_bad bad"
	if [ "$status" -eq 0 ] && [ "$it_bad" -eq 0 ] && [ "$it_good" -gt 0 ]; then
		exit 0
	fi
	exit 1
}
trap it_done EXIT

# wait_for COMMAND...: tries until it succeeds, ten seconds at most.
wait_for() {
	local tries
	for ((tries = 0; tries < 100; tries++)); do
		"$@" && return 0
		sleep 0.1
	done
	return 1
}

# --- people ----------------------------------------------------------------

# add_unix_user NAME PASSWORD [USERADD-OPTION...]: an account of the system's.
# An empty password leaves it without a usable one.
add_unix_user() {
	local name=$1 password=$2
	shift 2
	useradd -m -s /bin/bash "$@" "$name" || return
	[ -z "$password" ] || printf '%s:%s\n' "$name" "$password" | chpasswd
}

# use_pam_profile [ARGUMENT...]: puts pam_7id into the common stacks with these
# arguments added to each line, as an administrator on Debian does.
use_pam_profile() {
	need /usr/share/pam-configs/7id
	[ $# -eq 0 ] || sed -i "s|pam_7id\\.so|& $*|" /usr/share/pam-configs/7id
	pam-auth-update --enable 7id
}

# drop_pam_profile: takes it out again.
drop_pam_profile() {
	pam-auth-update --package --remove 7id
}

# --- 7id -------------------------------------------------------------------

# set_7id [SETTING...]: writes 7id.conf anew: cheap hashes, deny = 3, no delay
# after a refusal, and these lines, which win.
set_7id() {
	printf '%s\n' 'opslimit = 1' 'memlimit = 1M' 'nodelay = yes' 'deny = 3' \
		"$@" >/etc/security/7id.conf
}

# use_7id [SETTING...]: settings, a key, an empty store, pam_7id in the stacks.
use_7id() {
	need /usr/sbin/7idctl
	{ set_7id "$@" && 7idctl init && use_pam_profile; } >/dev/null 2>&1
}

# add_ours NAME PASSWORD [ADD-OPTION...]: an account of 7id's for a user of the
# system's, who is made without a Unix password when missing.
add_ours() {
	local name=$1 password=$2
	shift 2
	id -u "$name" >/dev/null 2>&1 || add_unix_user "$name" '' || return
	printf '%s\n' "$password" |
		7idctl add "$name" --password-stdin "$@" 2>/dev/null
}

# tally NAME WORD FAILURES: what status says of an account, such as
# `tally alice ok 2`.
tally() {
	local said
	said=$(7idctl --lang en --json status "$1")
	printf '%s\n' "$said"
	[[ $said == *"\"state\":\"$2\""*"\"failures\":$3,"* ]]
}

# logged COUNT TEXT...: exactly so many lines of 7id's log hold all the texts.
logged() {
	local want=$1 lines got
	shift
	lines=$(cat /var/log/7id/log.jsonl)
	for text; do
		lines=$(grep -F -e "$text" <<<"$lines")
	done
	got=$(grep -c . <<<"$lines")
	[ "$got" -eq "$want" ] && return 0
	printf '%s\n%s lines hold: %s\n' "$lines" "$got" "$*"
	return 1
}

# forget_log: 7id's log starts anew.
forget_log() {
	: >/var/log/7id/log.jsonl
}

# hashing: the processes that hash a password or wait for their turn.
hashing() {
	find /proc/[0-9]*/fd -lname /run/7id/slots 2>/dev/null | cut -d/ -f3
}

# nobody_hashes: all of them are done, or dead.
nobody_hashes() {
	[ -z "$(hashing)" ]
}

# wait_hash: prints one process that hashes, as soon as there is one.
wait_hash() {
	local end=$((SECONDS + 10)) found
	while [ $SECONDS -lt $end ]; do
		found=$(hashing | head -n 1)
		[ -z "$found" ] || {
			echo "$found"
			return
		}
	done
	return 1
}

# --- time ------------------------------------------------------------------

# use_clock: from now on every program that is started lives by set_clock.
use_clock() {
	need /7id/helpers/container/clock.so
	set_clock 0 0
	echo /7id/helpers/container/clock.so >/etc/ld.so.preload
}

# set_clock WALL BOOT: the wall clock and the boot clock are so many seconds
# ahead of the machine's; the monotonic one, by which programs wait, is not.
set_clock() {
	printf '%s %s\n' "$1" "$2" >/run/7id-test-clock.new &&
		mv /run/7id-test-clock.new /run/7id-test-clock
}

# --- terminals -------------------------------------------------------------

# typing PROMPT ANSWER [PROMPT ANSWER...] -- COMMAND...: runs a command on a
# terminal of its own, waits for each prompt and types the answer to it. Shows
# what was said there; status as the command's,
# 130 when a signal ended it, 124 when a prompt did not come.
# An answer of ^C, ^D, ^[ or ^Z is that key alone; ^- types nothing and goes on.
typing() {
	command expect -f /7id/tests/container/typist -- "$@"
}

# --- sshd ------------------------------------------------------------------

# start_sshd [SSHD-OPTION...]: a real sshd on 127.0.0.1. It is listening when
# this returns; its words are in $SSHD_LOG. Options given here come first, so
# they win. Both password methods are on.
start_sshd() {
	mkdir -p /run/sshd
	/usr/sbin/sshd -E "$SSHD_LOG" -p "$SSHD_PORT" "$@" \
		-o ListenAddress=127.0.0.1 -o UsePAM=yes -o UseDNS=no \
		-o PasswordAuthentication=yes -o KbdInteractiveAuthentication=yes \
		-o MaxStartups=500:30:500 -o PidFile=/run/sshd.pid
}

# stop_sshd: ends it; running logins are left alone.
stop_sshd() {
	kill "$(cat /run/sshd.pid)" && wait_for not test -e /run/sshd.pid
}

# ssh_try USER PASSWORD [METHOD [COMMAND...]]: logs in and runs the command,
# `true` by itself. METHOD is password (by itself) or keyboard-interactive; the
# password answers one prompt, whatever its words. Returns 0: in, the command
# succeeded; 1: refused; 2: no answer, or not the one of a server that checks
# passwords; 3: in, but the command failed; 4: the server closed the connection
# instead of answering.
ssh_try() {
	local user=$1 password=$2 method=${3:-password} said status
	shift $(($# < 3 ? $# : 3))
	said=$(mktemp)
	TYPED=$password SSH_ASKPASS_REQUIRE=force \
		SSH_ASKPASS=/7id/tests/container/askpass ssh -F none \
		-p "$SSHD_PORT" -o StrictHostKeyChecking=no \
		-o UserKnownHostsFile=/dev/null -o ConnectTimeout=20 \
		-o PubkeyAuthentication=no -o NumberOfPasswordPrompts=1 \
		-o "PreferredAuthentications=$method" \
		"$user@127.0.0.1" "${@:-true}" 2>"$said" </dev/null
	status=$?
	cat "$said" >&2
	if [ $status -eq 255 ]; then
		if grep -q 'Permission denied (' "$said"; then
			status=1
		elif grep -q '^Connection closed by' "$said" &&
			! grep -q kex_ "$said"
		then
			status=4
		else
			status=2
		fi
	elif [ $status -ne 0 ]; then
		status=3
	fi
	rm -f "$said"
	return $status
}

# su_try USER PASSWORD [COMMAND]: `su` typed by nobody. Status as su's: 1 refused.
su_try() {
	printf '%s\n' "$2" | runuser -u nobody -- su "$1" -c "${3:-true}"
}

# --- the system's log ------------------------------------------------------

# start_syslog: what modules log goes to $AUTH_LOG, byte for byte, as lines
# "program severity message".
start_syslog() {
	local conf=/etc/7id-test-rsyslog.conf
	cat >$conf <<-EOF
		global(parser.escapeControlCharactersOnReceive="off")
		module(load="imuxsock" SysSock.RateLimit.Interval="0")
		template(name="plain" type="string"
			string="%programname% %syslogseverity-text%%msg%\\n")
		auth,authpriv.* action(type="omfile" file="$AUTH_LOG" template="plain")
	EOF
	: >$AUTH_LOG
	rsyslogd -f $conf -i /run/7id-test-rsyslog.pid && wait_for test -S /dev/log
}

# log_says TEXT: a line of the log holds it, now or in a moment.
log_says() {
	wait_for grep -qF -e "$1" "$AUTH_LOG" || {
		tail -n 20 "$AUTH_LOG"
		return 1
	}
}

# log_clear: forgets what was logged so far.
log_clear() {
	: >"$AUTH_LOG"
}
