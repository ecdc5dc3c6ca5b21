# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# Packages of any Debian release, by an apt of our own: own sources, lists and
# cache, an empty package database. The machine's apt is only asked where its
# mirrors are. Everything is checked against the Debian archive keyring.

KEYRING=/usr/share/keyrings/debian-archive-keyring.gpg
LISTS_MAX_AGE_MIN=720

# mirror main|security - that part of the archive, where this machine gets it
mirror() {
	local suite label found
	# shellcheck source=/dev/null
	suite=$(. /etc/os-release && echo "${VERSION_CODENAME:-}")
	case $1 in
	main) label=Debian ;;
	security) label=Debian-Security suite=$suite-security ;;
	esac
	# shellcheck disable=SC2016  # expanded by apt
	found=$(apt-get indextargets "Origin: Debian" "Label: $label" \
		"Release: $suite" --format '$(REPO_URI)' | head -n 1)
	[ -n "$found" ] || die "this machine's apt has no Debian mirror with" \
		"lists for $suite; run apt-get update"
	echo "${found%/}"
}

# archive_of URL - where the archive keeps what a mirror at URL has dropped: the
# host "archive" of the same domain.
archive_of() {
	local rest=${1#*://} host domain
	host=${rest%%/*}
	domain=$(grep -oE '[^.]+\.[^.]+$' <<<"$host")
	echo "${1%%://*}://archive.$domain/${rest#*/}"
}

# suites RELEASE - the suites a release's packages come from, with their part
suites() {
	case $1 in
	bullseye) echo security bullseye-security ;;
	bookworm) printf '%s\n' 'main bookworm' 'security bookworm-security' ;;
	trixie) printf '%s\n' 'main trixie' 'main trixie-backports' ;;
	*) die "no suites are known for the release '$1'" ;;
	esac
}

# write_sources RELEASE WHERE - WHERE is "mirror" or "archive"
write_sources() {
	local part suite url
	while read -r part suite; do
		url=$(mirror "$part")
		[ "$2" = mirror ] || url=$(archive_of "$url")
		echo "deb [signed-by=$KEYRING] $url $suite main"
	done < <(suites "$1") >"$AREA/sources.list"
}

write_apt_conf() {
	cat >"$AREA/apt.conf" <<-END
		Dir::Etc::sourcelist "$AREA/sources.list";
		Dir::Etc::sourceparts "/dev/null";
		Dir::Etc::preferences "/dev/null";
		Dir::Etc::preferencesparts "/dev/null";
		Dir::State "$AREA";
		Dir::State::lists "$AREA/lists";
		Dir::State::status "$AREA/status";
		Dir::Cache "$AREA/cache";
		APT::Architecture "amd64";
		APT::Architectures { "amd64"; };
		APT::Sandbox::User "root";
		Acquire::Languages "none";
		Acquire::Retries "3";
		$1
	END
}

update_lists() {
	in_area apt-get -q --error-on=any update >"$AREA/update.log" 2>&1
}

# open_area RELEASE - let in_area mean RELEASE, with fresh lists
open_area() {
	AREA=$ROOT/apt/$1
	with_lock "lists-of-$1" refresh_lists "$1"
}

refresh_lists() {
	if [ -e "$AREA/fresh" ] &&
		[ -z "$(find "$AREA/fresh" -mmin +$LISTS_MAX_AGE_MIN)" ]; then
		return
	fi
	say "reading the package lists of $1"
	mkdir -p "$AREA/lists/partial" "$AREA/cache/archives/partial"
	: >>"$AREA/status"
	write_sources "$1" mirror
	write_apt_conf ''
	if ! update_lists; then
		say "the mirror no longer serves $1; trying its archive"
		write_sources "$1" archive
		write_apt_conf 'Acquire::Check-Valid-Until "false";'
		update_lists || die "no lists for $1; see $AREA/update.log"
	fi
	touch "$AREA/fresh"
}

# in_area APT-COMMAND… - run it on the release opened last
in_area() { APT_CONFIG=$AREA/apt.conf "$@"; }

# newest_package PATTERN - the name, of those that fit, with the highest version
newest_package() {
	in_area apt-cache pkgnames | grep -xE "$1" | sort -V | tail -n 1
}

candidate() { in_area apt-cache policy "$1" | awk '/Candidate:/ { print $2 }'; }

# closure PATTERN PACKAGE… - the packages and those they need that fit PATTERN
closure() {
	local pattern=$1
	shift
	in_area apt-cache depends --recurse --no-recommends --no-suggests \
		--no-conflicts --no-breaks --no-replaces --no-enhances "$@" |
		grep -E "^($pattern)" | sort -u
}

# download DIR PACKAGE…
download() {
	mkdir -p "$1"
	(cd "$1" && shift && in_area apt-get -q download "$@")
}

# download_all DIR PACKAGE… - with everything they need, whatever is installed
download_all() {
	local dir=$1
	shift
	mkdir -p "$dir/partial"
	in_area apt-get -q -y --download-only --no-install-recommends \
		-o Dir::Cache::archives="$dir" install "$@"
}
