# shellcheck shell=bash
# Installs what is missing and builds; sourced by check and try from the top of the tree.

# Prints the packages that tests/packages lists for the given purposes.
packages_for() {
	local purpose
	for purpose; do
		awk -v p="$purpose" '$1 == p { for (i = 2; i <= NF; i++) print $i }' \
			tests/packages
	done
}

# Prints those of the given packages that are not installed. On a system without
# dpkg nothing is known to be missing, and the build itself will say.
packages_missing() {
	command -v dpkg-query >/dev/null || return 0
	printf '%s\n' "$@" | grep -vxF -f <(dpkg-query -W \
		-f='${db:Status-Status} ${Package}\n' | sed -n 's/^installed //p')
}

# Installs what the given purposes lack: as root by itself, otherwise it prints
# the line to run. Returns 1 when something is still missing.
packages_install() {
	local wanted missing log
	mapfile -t wanted < <(packages_for "$@")
	mapfile -t missing < <(packages_missing "${wanted[@]}")
	[ "${#missing[@]}" -gt 0 ] || return 0
	if [ "$(id -u)" -ne 0 ]; then
		echo "Packages are missing. As root:" >&2
		echo "    apt-get install --no-install-recommends ${missing[*]}" >&2
		return 1
	fi
	echo "Installing ${missing[*]}"
	log=$(mktemp)
	if { apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install \
		-y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1 </dev/null
	then
		rm -f "$log"
		return 0
	fi
	tail -n 15 "$log" >&2
	rm -f "$log"
	echo "apt-get could not install ${missing[*]}" >&2
	return 1
}

# Builds in directory $1, set up with the remaining arguments when it is new; all
# of it, or the one target that TARGET names. Silent when all is well.
build_in() {
	local dir=$1 log
	shift
	log=$(mktemp)
	if { [ -f "$dir/build.ninja" ] || meson setup "$dir" "$@"; } >"$log" 2>&1 &&
		meson compile -C "$dir" ${TARGET:+"$TARGET"} >>"$log" 2>&1
	then
		rm -f "$log"
		return 0
	fi
	tail -n 60 "$log" >&2
	rm -f "$log"
	return 1
}
