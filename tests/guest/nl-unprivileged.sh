#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: users without privilege read what is no secret and change nothing
# kernels: uml-7.3-debug
# guests: 1
# tier: quick
# timeout: 60

# shellcheck source=tests/guest/lib.sh
. "$(dirname "$0")/lib.sh"
# shellcheck source=tests/guest/lib-xmem.sh
. "$(dirname "$0")/lib-xmem.sh"

start_both 16M
must "a region is lent" lend 1 4M
must "and attached" attach m 1
as_nobody() { setpriv --reuid nobody --regid nogroup --clear-groups "$@"; }
keep_state

refused 'EPERM|not permitted' as_nobody rawnl xmem "$XMEM_CMD_DEV_NEW" \
	"$XMEM_A_DEV_NAME:s=x"
refused 'EPERM|not permitted' as_nobody rawnl xmem "$XMEM_CMD_DEV_DEL" \
	"$XMEM_A_DEV_NAME:s=m"
refused 'EPERM|not permitted' as_nobody rawnl xmem "$XMEM_CMD_DEV_SET" \
	"$XMEM_A_DEV_NAME:s=m" "$XMEM_A_DEV_DEADLINE_MS:u32=1000"
for command in POOL_SET REGION_NEW REGION_DEL REGION_SET GRANT_NEW GRANT_DEL; do
	number=XMEM_APPLIANCE_CMD_$command
	refused 'EPERM|not permitted' as_nobody rawnl xmem_appliance "${!number}"
done
refused 'permitted|privilege' as_nobody xmemadm dev detach m
refused 'permitted|privilege' as_nobody xmemadm region destroy 1 --force
refused 'permitted|privilege' as_nobody xmemadm region grant 1 --client 5
refused 'permitted|privilege' as_nobody xmemadm appliance set memory 2M
same_state "by all this nothing changed"

check "devices are listed" as_nobody rawnl -d xmem "$XMEM_CMD_DEV_GET"
listed=$output
check "one device is shown" as_nobody rawnl xmem "$XMEM_CMD_DEV_GET" \
	"$XMEM_A_DEV_NAME:s=m"
listed+=$output
check "the pool is shown" as_nobody rawnl xmem_appliance "$XMEM_APPLIANCE_CMD_POOL_GET"
for command in REGION_GET GRANT_GET SESSION_GET; do
	number=XMEM_APPLIANCE_CMD_$command
	check "$command is listed" as_nobody rawnl -d xmem_appliance "${!number}"
	check "with something in it" grep -q reply <<<"$output"
	listed+=$output
done
check "the token is in none of them" lacks "$(token 1)" - <<<"$listed"
# The same for those who may do everything: only the reply to a grant has it.
listed=$(rawnl -d xmem "$XMEM_CMD_DEV_GET"
	rawnl -d xmem_appliance "$XMEM_APPLIANCE_CMD_GRANT_GET")
check "nor in what root is shown" lacks "$(token 1)" - <<<"$listed"
check "a device is there for nobody" as_nobody xmemadm dev list
check "no parameter shows it" lacks "$(token 1)" \
	<(as_nobody grep -rs . /sys/module/xmem*/parameters/)
finish
