#!/bin/sh
# Every header compiles alone: headers.sh SOURCE-ROOT BUILD-ROOT COMPILER...
set -eu
root=$1 build=$2
shift 2
cd "$root"
find common pam_7id admin tests -name '*.h' | sort >"$build/headers.list"
status=0
# One compiler process for all; a fault of any of them is a fault.
xargs "$@" -std=gnu11 -D_GNU_SOURCE -Wall -Wextra -Werror -I. -I"$build" \
	-fsyntax-only -x c <"$build/headers.list" || status=1
echo "headers: $(wc -l <"$build/headers.list") headers"
exit $status
