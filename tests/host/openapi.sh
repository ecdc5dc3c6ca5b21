#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the description of the API against the daemons: every path, method, role, answer, wrong body
# tier: quick
# timeout: 180

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

python3 -c 'import jsonschema, yaml' || skip "no python3-jsonschema or python3-yaml"
must "build" build
must "certificates" pki "$XMEM_TMP/pki" manager:manager a1:appliance a2:appliance admin:admin \
	appliance:appliance client:client viewer:viewer
configure manager manager
start manager
for name in a1 a2; do
	configure $name appliance
	start $name XMEMD_MEMORY_MIB=256
	must "appliance $name" api admin manager POST /v1/appliances \
		"{\"name\":\"$name\",\"url\":\"$(url $name)\"}"
done

stage() {
	"$XMEM_SRC/tests/host/api-check" "$@" "$XMEM_TMP/pki" "${_port[manager]}" "${_port[a1]}" |
		tee "$XMEM_OUT/api-check.$1"
	return "${PIPESTATUS[0]}"
}
check "the file is complete in itself" "$XMEM_SRC/tests/host/api-check" form
check "it has the routes of the sources" "$XMEM_SRC/tests/host/api-check" sources
check "every path, method and role" stage served
check "answers are as described" stage answers
check "wrong bodies are refused" stage bodies
note "$(tail -n 1 <<<"$output")"
check "the daemons live" api client manager GET /v1/status
check "both" api client a1 GET /v1/status
equal "the file is served as it is" "$(api client a1 GET /v1/openapi.yaml >/dev/null
	cmp "$XMEM_TMP/body" "$XMEM_SRC/Documentation/api/openapi.yaml" && echo same)" same

# ---- /metrics
check "metrics of the manager" api viewer manager GET /metrics
cp "$XMEM_TMP/body" "$XMEM_TMP/manager.metrics"
check "metrics of the appliance" api viewer a1 GET /metrics
cp "$XMEM_TMP/body" "$XMEM_TMP/appliance.metrics"
for file in manager appliance; do
	check "their grammar: $file" "$XMEM_SRC/tests/host/metrics-check" "$XMEM_TMP/$file.metrics"
	if command -v promtool >/dev/null; then
		check "promtool finds nothing: $file" promtool check metrics <"$XMEM_TMP/$file.metrics"
	else
		ok "# SKIP promtool: $file: promtool (package prometheus) is not installed"
	fi
done
check "the pool is among them" grep -q "^xmem_pool_memory_bytes $((256 << 20))\$" \
	"$XMEM_TMP/appliance.metrics"
check "appliances are" grep -q '^xmem_appliances{state="admitted"} 2$' "$XMEM_TMP/manager.metrics"
check "so is their memory" grep -q "^xmem_cluster_memory_bytes $((512 << 20))\$" \
	"$XMEM_TMP/manager.metrics"
check "refusals are" grep -Eq '^xmem_http_requests_total\{method="GET",code="403"\} [1-9]' \
	"$XMEM_TMP/manager.metrics"
stop_all
finish
