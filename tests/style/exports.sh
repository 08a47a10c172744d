#!/bin/sh
# The module exports the six entry points and loads nothing it should not: exports.sh SOURCE-ROOT MODULE
set -eu
root=$1 module=$2
if [ ! -e "$module" ]; then
	if grep -q shared_module "$root/pam_7id/meson.build"; then
		echo "$module was not built" >&2
		exit 1
	fi
	echo "there is no module yet"
	exit 77
fi
status=0
want='pam_sm_acct_mgmt pam_sm_authenticate pam_sm_chauthtok pam_sm_close_session pam_sm_open_session pam_sm_setcred'
got=$(nm -D --defined-only --format=posix "$module" | awk '$2 != "A" { print $1 }' | LC_ALL=C sort | xargs)
if [ "$got" != "$want" ]; then
	echo "exports $got" >&2
	echo "wanted  $want" >&2
	status=1
fi
needed=$(readelf -dW "$module" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p')
for library in $needed; do
	case $library in
	libc.so.* | ld-linux*.so.* | libpam.so.* | libsodium.so.* | libgdbm.so.* | \
		libutf8proc.so.* | libaudit.so.* | libcrypt.so.*) ;;
	*)
		echo "needs $library" >&2
		status=1
		;;
	esac
done
# What hardening leaves in the file, whoever compiled it.
readelf -lW "$module" | grep -q GNU_RELRO || { echo "no relro" >&2; status=1; }
readelf -dW "$module" | grep -Eq 'BIND_NOW|FLAGS.* NOW' || { echo "not bound at load" >&2; status=1; }
if readelf -lW "$module" | grep GNU_STACK | grep -q 'RWE'; then
	echo "executable stack" >&2
	status=1
fi
echo "exports: $(echo "$got" | wc -w) symbols, needs $(echo "$needed" | xargs)"
exit $status
