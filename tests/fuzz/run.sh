#!/bin/sh
# SPDX-License-Identifier: GPL-3.0-or-later
# Fuzzes with program $1 from the seeds in $2, for FUZZ_SECONDS (10); what is found stays out of the tree.
set -eu
found=$(mktemp -d)
log=$found/log
mkdir "$found/corpus"
if "$1" -max_total_time="${FUZZ_SECONDS:-10}" -timeout=20 -max_len=256 \
	-rss_limit_mb=2048 -print_final_stats=1 -artifact_prefix="$found/" \
	"$found/corpus" "$2" >"$log" 2>&1
then
	sed -n -e '/INITED/p' -e '/DONE/p' -e 's/^stat::number_of_executed_units: */runs: /p' "$log"
	rm -rf "$found"
else
	tail -n 60 "$log"
	echo "the input that did it is in $found"
	exit 1
fi
