# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
#
# The job of the demonstration, and how it is run in too little memory. Read
# by client.sh in the client guest.

WORDS=/usr/share/dict/american-english-insane
INPUT=/tmp/words
CGROUP=/sys/fs/cgroup/demo

# Words by their ends, as a rhyming dictionary has them: GNU sort, all in
# memory. The input lies in the guest's memory and not in the control group.
job_prepare() {
	rev "$WORDS" >$INPUT
	echo +memory >/sys/fs/cgroup/cgroup.subtree_control
	mkdir -p $CGROUP
}

# job_sort LIMIT: the sum of the result
job_sort() {
	echo "$1" >$CGROUP/memory.max
	{
		echo $BASHPID >$CGROUP/cgroup.procs
		LC_ALL=C exec sort --parallel=1 -S 400M $INPUT
	} | sha256sum | cut -c 1-64
}

vmstat_of() { awk -v name="$1" '$1 == name { print $2 }' /proc/vmstat; }

# The most that was swapped out at once: older kernels do not keep it, so it is
# looked at while the job runs.
watch_swap() {
	local now peak=0
	until read -r -t 0.3 <>"$XMEM_TMP/pause"; do
		now=$(<$CGROUP/memory.swap.current)
		[ "$now" -gt "$peak" ] || continue
		peak=$now
		echo "$peak" >"$XMEM_TMP/peak"
	done
}

# pages_of NAME: pages out and in so far. What frontswap takes the kernel does not
# count; the device does, by any way.
pages_of() {
	if [ "$1" = xmem ]; then
		xmemadm -j dev show demo |
			jq -r '.stats | "\(.["write-bytes"] / 4096 | floor) \(.["read-bytes"] / 4096 | floor)"'
	else
		echo "$(vmstat_of pswpout) $(vmstat_of pswpin)"
	fi
}

# job_run NAME LIMIT: runs the job, adds a line to the file results, for run:
# name, ms, pages out, pages in, most bytes swapped out at once, sum
job_run() {
	local name=$1 limit=$2 out in out_now in_now start end sum watcher peak
	read -r out in <<<"$(pages_of "$name")"
	echo 0 >"$XMEM_TMP/peak"
	watch_swap &
	watcher=$!
	start=${EPOCHREALTIME/./}
	sum=$(job_sort "$limit")
	end=${EPOCHREALTIME/./}
	kill $watcher
	wait $watcher 2>/dev/null
	read -r out_now in_now <<<"$(pages_of "$name")"
	out=$((out_now - out)) in=$((in_now - in))
	peak=$(<"$XMEM_TMP/peak")
	echo "$name $(((end - start) / 1000)) $out $in $peak $sum" >>results
	printf 'result %s: %d.%d s, %d pages out, %d in\n' "$name" \
		$(((end - start) / 1000000)) $(((end - start) / 100000 % 10)) "$out" "$in"
}
