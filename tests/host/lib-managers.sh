#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
#
# Several managers on three members of etcd, and what they say; read after etcd_prepare is known.

# shellcheck source=tests/host/lib-etcd.sh
. "$(dirname "${BASH_SOURCE[0]}")/lib-etcd.sh"

MANAGERS=(m1 m2 m3)

# configure_on NAME ETCD [CERT]: the configuration of a manager on these members. Managers of
# one cluster have one name in their certificates, so that regions are theirs alike
configure_on() {
	configure "$1" manager "${3:-managers}"
	sed -i "s|^database = .*|name = $1\netcd = $2\nurl = $(url "$1")|" "$XMEM_TMP/$1.conf"
}
manager_on() {
	configure_on "$@"
	start "$1"
}

# cluster_up: two appliances, and all managers on $ETCD
cluster_up() {
	local name
	for name in a1 a2; do
		configure "$name" appliance
		start "$name" XMEMD_MEMORY_MIB=256
	done
	for name in "${MANAGERS[@]}"; do
		manager_on "$name" "$ETCD"
	done
}

manager_leads() { [ "$(value admin "$1" /v1/status 'a["manager"]["leads"]')" = "$2" ]; }

# decides: the manager that says so of itself, if it is the only one
decides() {
	local name found=()
	for name in "${MANAGERS[@]}"; do
		manager_leads "$name" True && found+=("$name")
	done
	[ ${#found[@]} = 1 ] && echo "${found[0]}"
}
one_decides() { leader_is=$(decides) && [ -n "$leader_is" ]; }
# another_decides NAME: one does, and not that one
another_decides() { one_decides && [ "$leader_is" != "$1" ]; }

# names NAME: allocations as a manager says them
names() { value admin "$1" /v1/allocations '[(x["name"], x["state"]) for x in a["allocations"]]'; }
names_are() { [ "$(names "$1")" = "$2" ]; }

# create MANAGER NAME [CURL-OPTION…]
create() { api alice "$1" POST /v1/allocations "{\"name\":\"$2\",\"size\":\"4M\",\"client\":\"0xc1\"}" "${@:3}"; }

# end_with NAME…: these allocations go, nothing else is left, and that is the end
end_with() {
	local name
	for name; do
		check "$name goes" api alice "$leader_is" DELETE "/v1/allocations/$name"
	done
	check "nothing is left" no_regions a1 a2
	stop_all
	etcd_down
	finish
}
