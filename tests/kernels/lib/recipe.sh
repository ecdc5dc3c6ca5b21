# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# What is known about a kernel: its line in the table, the package version that
# was chosen for it, the key of its result, and where the result lies.

# Raise when a change of these scripts changes what they produce.
RECIPE_VERSION=1

names() { awk '!/^#/ && NF { print $1 }' "$HERE/kernels"; }

# load NAME - its line of the table into NAME KIND RELEASE PACKAGE MORE
load() {
	local line
	line=$(awk -v n="$1" '!/^#/ && $1 == n' "$HERE/kernels")
	[ -n "$line" ] || die "no kernel is called '$1'; there are: $(names | xargs)"
	read -r NAME KIND RELEASE PACKAGE MORE <<<"$line"
}

# The arguments after the architecture are fragments.
arch() { echo "${MORE%% *}"; }
fragments() {
	local f
	for f in ${MORE#* }; do echo "$HERE/$f.config"; done
}

compiler() { echo "${XMEM_KERNEL_CC:-gcc-12}"; }
compiler_version() { "$(compiler)" --version | head -n 1; }

# settings - the wanted symbols, one per line; the last word on each wins
settings() {
	fragments | xargs cat |
		awk -F= '/^CONFIG_/ { v[$1] = $0 } END { for (s in v) print v[s] }' |
		sort
}

# A pin is the package and version chosen: as long as a result made from it is
# there, it is used, so that neither a new upload nor a missing network stops
# anybody.
pin() { cat "$ROOT/pins/$NAME" 2>/dev/null || true; }

choose_version() {
	local package version
	open_area "$RELEASE"
	package=$(newest_package "$PACKAGE")
	[ -n "$package" ] || die "$RELEASE has no package that fits '$PACKAGE'"
	version=$(candidate "$package")
	mkdir -p "$ROOT/pins"
	echo "$package $version" >"$ROOT/pins/$NAME.new.$$"
	mv "$ROOT/pins/$NAME.new.$$" "$ROOT/pins/$NAME"
}

key() {
	{
		echo "$RECIPE_VERSION $KIND $(pin)"
		if [ "$KIND" = source ]; then
			arch
			edits
			compiler_version
			settings
		fi
	} | sha256sum | cut -c1-12
}

result() { echo "$ROOT/$NAME-$(key)"; }

ready() { [ -n "$(pin)" ] && [ -e "$(result)/release" ]; }
