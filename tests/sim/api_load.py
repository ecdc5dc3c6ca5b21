#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""api_load.py URL PKI CREATES CONNECTIONS: creates allocations and destroys them again, over
connections that stay open, and prints how many a second and how long one took."""

import concurrent.futures
import http.client
import json
import ssl
import sys
import time
import urllib.parse



def connect(url, pki):
    context = ssl.create_default_context(cafile=f"{pki}/ca.crt")
    context.load_cert_chain(f"{pki}/alice.crt", f"{pki}/alice.key")
    parts = urllib.parse.urlparse(url)
    return http.client.HTTPSConnection(parts.hostname, parts.port, context=context, timeout=60)


def ask(connection, method, path, body, wanted):
    """One request; returns its seconds."""
    begin = time.monotonic()
    headers = {"Content-Type": "application/json"} if body else {}
    connection.request(method, path, body=json.dumps(body) if body else None, headers=headers)
    answer = connection.getresponse()
    text = answer.read()
    if answer.status != wanted:
        raise SystemExit(f"{method} {path}: {answer.status}: {text.decode(errors='replace')}")
    return time.monotonic() - begin


def create(connection, names):
    body = {"size": "2M", "client": "0xc1"}
    return [ask(connection, "POST", "/v1/allocations", {"name": n, **body}, 201) for n in names]


def destroy(connection, names):
    return [ask(connection, "DELETE", f"/v1/allocations/{n}", None, 200) for n in names]


def report(what, seconds, times):
    times.sort()
    print(f"# {what}: {len(times) / seconds:.0f} a second, p50 {1000 * times[len(times) // 2]:.1f} ms, "
          f"p99 {1000 * times[len(times) * 99 // 100]:.1f} ms, {len(times)} in {seconds:.2f} s")


def main():
    url, pki, creates, connections = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
    each = creates // connections
    names = [[f"load-{n}-{i}" for i in range(each)] for n in range(connections)]
    open_ones = [connect(url, pki) for _ in range(connections)]
    for connection in open_ones:
        connection.connect()
    with concurrent.futures.ThreadPoolExecutor(connections) as pool:
        for what in (create, destroy):
            begin = time.monotonic()
            times = [t for part in pool.map(what, open_ones, names) for t in part]
            report(f"{what.__name__}s", time.monotonic() - begin, times)


if __name__ == "__main__":
    main()
