#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Certificates that xmemadm pki would not make: out of date, without a role; lists of revoked ones.

# shellcheck source=tests/host/lib-announce.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib-announce.sh"

# authority DIR: what openssl needs to sign with the CA in DIR
authority() {
	touch "$1/index"
	cat >"$1/openssl.conf" <<-END
		[ca]
		default_ca = xmem
		[xmem]
		database = $1/index
		new_certs_dir = $1
		certificate = $1/ca.crt
		private_key = $1/ca.key
		default_md = sha256
		default_days = 1
		default_crl_days = 1
		rand_serial = yes
		policy = any
		[any]
		commonName = supplied
		organizationalUnitName = optional
	END
}
ca() {
	local dir=$1
	shift
	openssl ca -config "$dir/openssl.conf" -batch "$@"
}

# revoke DIR FILE OPTION… -- NAME…: a new list of these, moved into place at once
revoke() {
	local dir=$1 file=$2 options=()
	shift 2
	while [ "$1" != -- ]; do
		options+=("$1")
		shift
	done
	shift
	: >"$dir/index"
	for name; do
		ca "$dir" -revoke "$dir/$name.crt" || return
	done
	ca "$dir" -gencrl "${options[@]}" -out "$file.new" && mv "$file.new" "$file"
}

# dated NAME SUBJECT START END: a certificate for this host, valid for that time (YYYYMMDDHHMMSSZ)
dated() {
	local crt=$XMEM_TMP/pki/$1
	: >"$XMEM_TMP/pki/index"
	printf 'subjectAltName = DNS:localhost, IP:127.0.0.1\n' >"$XMEM_TMP/extensions"
	printf 'extendedKeyUsage = serverAuth, clientAuth\n' >>"$XMEM_TMP/extensions"
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$crt.key" \
		-out "$XMEM_TMP/csr" -subj "$2" &&
		ca "$XMEM_TMP/pki" -in "$XMEM_TMP/csr" -out "$crt.crt" -notext -preserveDN \
			-extfile "$XMEM_TMP/extensions" -startdate "$3" -enddate "$4"
}
# a year from now, and the one after that
next_year() { echo "$(($(date +%Y) + ${1:-1}))0101000000Z"; }
