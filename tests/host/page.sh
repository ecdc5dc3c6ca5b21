#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-or-later
# about: the status page in a browser: what it shows, that it follows events, for whom, on a phone, in the dark
# tier: full
# timeout: 180

# shellcheck source=tests/host/lib-xmemd.sh
. "$(dirname "$0")/lib-xmemd.sh"

two_appliances 256 128
must "certificate of a viewer" "$XMEMADM" pki issue viewer --role viewer --dir "$XMEM_TMP/pki"

# ---- without a browser
check "the page" api viewer manager GET / '' -D "$XMEM_TMP/head"
check "is HTML" grep -qi '^content-type: text/html' "$XMEM_TMP/head"
check "may load nothing of others" grep -qi "^content-security-policy: default-src 'none'" "$XMEM_TMP/head"
check "its script" api admin manager GET /page/status.js '' -D "$XMEM_TMP/head"
check "is a script" grep -qi '^content-type: text/javascript' "$XMEM_TMP/head"
refused 'has no file "passwd"' api viewer manager GET /page/passwd
refused 'no path' api viewer manager GET /page/../etc/passwd
refused 'no path' api viewer manager GET '/page/..%2f..%2fetc%2fpasswd'
for who in alice a1; do
	refused 'this needs admin, viewer' api $who manager GET /
done
refused 'does not have the role manager' api admin a1 GET /
refused 'page of another site' api admin manager DELETE /v1/allocations/x '' -H 'Sec-Fetch-Site: cross-site'
check "no script within the page" test "$(grep -c '<script>\|style=\|onclick=' \
	"$XMEM_SRC/mgmt-daemon/page/index.html")" = 0
check "nothing of other hosts" test "$(grep -vE 'www.w3.org/2000/svg' \
	"$XMEM_SRC"/mgmt-daemon/page/*.{html,js,css,svg} | grep -cE 'https?://|//[a-z]+\.')" = 0

chromium=$(command -v chromium || command -v chromium-browser) || skip "no chromium: apt-get install chromium"
mkdir -p "$XMEM_TMP/profile"
coproc BROWSER { exec setpriv --pdeathsig TERM "$XMEM_SRC/tests/host/browser" "$chromium" "$XMEM_TMP/pki" viewer \
	"${_port[manager]}" "$XMEM_TMP/profile" 2>"$XMEM_TMP/browser.log"; }
exec {to}>&"${BROWSER[1]}" {from}<&"${BROWSER[0]}"
read -r -t 60 -u "$from" answer || skip "chromium does not start: $(tail -n 1 "$XMEM_TMP/browser.log")"

# page COMMAND…: one command of the browser; prints its answer, and fails if it did
page() {
	local answer
	printf '%s\n' "$*" >&"$to"
	read -r -t 60 -u "$from" answer || return
	echo "$answer"
	[[ $answer != *'"failed":'* ]]
}

page size 1280 900 >/dev/null
must "the page loads" page open /
check "it is live" page wait 'document.querySelector("#connection").dataset.state === "good"'
check "the pool" page wait 'document.querySelector("#pool").textContent.includes("384 MiB")'
check "the appliances" page wait \
	'["a1", "a2"].every((x, i) => document.querySelectorAll("#appliances tbody th")[i].textContent === x)'

# ---- it follows what happens
must "an allocation" api alice manager POST /v1/allocations '{"name":"shown","size":"150M","client":"0xc1"}'
check "appears by itself" page wait \
	'[...document.querySelectorAll("#allocations tbody tr")].some((x) => /shown.*ready.*150 MiB.*alice.*a1/s.test(x.textContent))'
check "with an event" page wait 'document.querySelector("#events").textContent.includes("alloc.created")'
check "and in the sums" page wait 'document.querySelector("#pool").textContent.includes("234 MiB")'
page shot "$XMEM_OUT/light.png" >/dev/null
must "a name that is no HTML" api alice manager POST /v1/allocations '{"name":"b.x-1","size":"2M","client":"0xc1"}'
check "appears" page wait 'document.querySelector("#allocations").textContent.includes("b.x-1")'
must "the first goes" api alice manager DELETE /v1/allocations/shown
check "and disappears" page wait '!document.querySelector("#allocations").textContent.includes("shown")'
stop a2 KILL
check "an appliance that does not answer" page wait \
	'/down/.test(document.querySelectorAll("#appliances tbody tr")[1].textContent)'

# ---- and comes back after the manager did
stop manager
check "it says that nobody answers" page wait 'document.querySelector("#connection").dataset.state === "bad"'
start manager
check "it is live again" page wait 'document.querySelector("#connection").dataset.state === "good"'

# ---- for everybody
# contrast COLOUR BACKGROUND as the standard for accessibility defines it
contrast='(() => { const l = (c) => { const [r, g, b] = c.match(/[0-9.]+/g).slice(0, 3).map((x) => { x /= 255; return x <= 0.03928 ? x / 12.92 : ((x + 0.055) / 1.055) ** 2.4; }); return 0.2126 * r + 0.7152 * g + 0.0722 * b; }; const section = getComputedStyle(document.querySelector("section")).backgroundColor; return Math.min(...[...document.querySelectorAll("section *")].filter((x) => x.textContent && getComputedStyle(x).display !== "none").map((x) => { const [a, b] = [l(getComputedStyle(x).color), l(section)].sort((p, q) => q - p); return (a + 0.05) / (b + 0.05); })) >= 4.5; })()'
equal "light: all can be read" "$(page eval "$contrast")" true
page dark >/dev/null
check "dark" page wait 'getComputedStyle(document.body).backgroundColor === "rgb(13, 17, 23)"'
equal "dark: all can be read" "$(page eval "$contrast")" true
page shot "$XMEM_OUT/dark.png" >/dev/null
page size 390 844 >/dev/null
equal "a phone need not scroll sideways" "$(page eval 'document.documentElement.scrollWidth <= 390')" true
equal "and cells say what they are" \
	"$(page eval 'getComputedStyle(document.querySelector("#appliances td"), "::before").content')" '"\"State\""'
page shot "$XMEM_OUT/phone.png" >/dev/null
equal "all controls have names" "$(page nameless)" "[]"
equal "nothing of other hosts was asked for" "$(page foreign)" "[]"
note "the browser said: $(page errors)"
equal "no script failed, nothing was forbidden" \
	"$(page errors | grep -ciE 'Content.Security|Uncaught|TypeError|ReferenceError')" 0
kill "$BROWSER_PID"
wait "$BROWSER_PID" 2>/dev/null
stop_all
finish
