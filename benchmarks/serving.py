"""How fast the server is: python benchmarks/serving.py [RUN] [--engine ctranslate2] [--seconds 10]

A server in a process of its own, on as many cores as this process may use, and 1, 16 and 64 clients
in another. Each client sends one sentence, waits for its translation, and sends the next, on a
connection that it keeps. The sentences are petit's, unlike one another, so the share of time that
waiting for others costs is what a real client would see.
"""

from __future__ import annotations

import argparse
import http.client
import json
import re
import statistics
import subprocess
import threading
import time
from typing import Any

from common import glassformer, keep

from glassformer.data import petit

CLIENTS = (1, 16, 64)


def main() -> None:
    """Start the server, ask, print a table, keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run", nargs="?", default="petit")
    parser.add_argument("--engine", choices=["torch", "ctranslate2"], action="append")
    parser.add_argument("--seconds", type=float, default=10, help="for each number of clients")
    parser.add_argument("--beam", type=int, default=4)
    parser.add_argument("--threads", type=int, help="of the server")
    parser.add_argument("--dry", action="store_true", help="print, and keep nothing")
    arguments = parser.parse_args()
    lines = [sentence.english for sentence in petit.split("new", 1, 2000)]
    rows = []
    for engine in arguments.engine or ["torch"]:
        threads = ["--threads", str(arguments.threads)] if arguments.threads else []
        command = glassformer("serve", arguments.run, "--engine", engine, *threads)
        server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        try:
            port = address(server)
            measure(port, lines, 4, arguments.beam, 2)  # warm
            for clients in CLIENTS:
                found = measure(port, lines, clients, arguments.beam, arguments.seconds)
                rows.append({"engine": engine, "clients": clients, **found})
        finally:
            server.terminate()
            server.wait(60)
    print_table(rows)
    if not arguments.dry:
        keep("serving", {
            "what": f"glassformer serve {arguments.run}, one sentence a request, clients that wait "
                    "for their answer",
            "beam": arguments.beam,
            "seconds_each": arguments.seconds,
            "rows": rows,
        })  # fmt: skip


def address(server: subprocess.Popen[str]) -> int:
    """The port that the server says it listens on, once it does."""
    assert server.stdout
    found = re.search(r"http://127\.0\.0\.1:(\d+)", server.stdout.readline())
    if found is None:
        raise SystemExit("the server did not start")
    port = int(found[1])
    while True:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port)
            connection.request("GET", "/health")
            connection.getresponse().read()
            return port
        except ConnectionError:
            time.sleep(0.05)


def measure(port: int, lines: list[str], clients: int, beam: int, seconds: float) -> dict[str, Any]:
    """So many clients for so long: sentences a second, and how long an answer took."""
    waits: list[list[float]] = [[] for _ in range(clients)]
    began = time.monotonic()
    threads = [
        threading.Thread(
            target=client, args=(port, lines[i::clients], beam, began + seconds, waits[i])
        )
        for i in range(clients)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    every = sorted(1000 * wait for one in waits for wait in one)
    return {
        "sentences": len(every),
        "sentences_a_second": round(len(every) / took, 1),
        "median_ms": round(statistics.median(every), 1),
        "p95_ms": round(every[min(len(every) - 1, int(0.95 * len(every)))], 1),
    }


def client(port: int, lines: list[str], beam: int, end: float, waits: list[float]) -> None:
    """Ask for one sentence after the other until ``end``, noting how long each took."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    while True:
        for line in lines:
            started = time.monotonic()
            if started >= end:
                connection.close()
                return
            body = json.dumps({"lines": [line], "beam": beam})
            connection.request("POST", "/translate", body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            content = json.loads(answer.read())
            if answer.status != 200:
                raise SystemExit(f"the server answered {answer.status}: {content}")
            waits.append(time.monotonic() - started)


def print_table(rows: list[dict[str, Any]]) -> None:
    """A line for each engine and number of clients."""
    print(f"{'engine':<12}{'clients':>8}{'sentences/s':>13}{'median ms':>11}{'p95 ms':>9}")
    for row in rows:
        print(
            f"{row['engine']:<12}{row['clients']:>8}{row['sentences_a_second']:>13,.1f}"
            f"{row['median_ms']:>11,.1f}{row['p95_ms']:>9,.1f}"
        )


if __name__ == "__main__":
    main()
