"""How soon a change of the presenter's reaches twelve followers: python benchmarks/share.py.

Followers are real clients of a real server, each on a line of its own at the machine's address on
the local network. Each does what its page does: hears of the new place, asks for the trace with the
values that every picture needs, and has it when the last byte is read.
"""

from __future__ import annotations

import http.client
import json
import statistics
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from common import keep

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.serve import prepare_shared

FOLLOWERS, CHANGES = 12, 20
NOUNS = "animal dog cat horse bird girl boy woman man child".split()
VALUES = ["probabilities"] + [
    f"{stack}.{layer}.{kind}_attention.weights"
    for stack, kind in (("encoder", "self"), ("decoder", "self"), ("decoder", "cross"))
    for layer in (0, 1)
]


def ask(line: http.client.HTTPConnection, path: str, body: object) -> bytes:
    """The answer to a question."""
    line.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
    answer = line.getresponse()
    content = answer.read()
    assert answer.status == 200, content[:200]
    return content


def follow(address: str, arrived: dict[str, list[float]], lock: threading.Lock) -> None:
    """One follower, until the stream ends; notes when each text has come."""
    parts = urlsplit(address)
    stream = http.client.HTTPConnection(parts.netloc, timeout=60)
    stream.request("GET", f"{parts.path}api/share/events")
    news = stream.getresponse()
    questions = http.client.HTTPConnection(parts.netloc, timeout=60)
    while line := news.readline():
        if not line.startswith(b"data: "):
            continue
        place = json.loads(line[6:])["place"]
        if not place:
            continue
        asked = {"model": place["model"], "text": place["text"], "values": VALUES}
        ask(questions, f"{parts.path}api/trace", asked)
        with lock:
            arrived.setdefault(place["text"], []).append(time.perf_counter())


def main() -> None:
    """Measure, and keep the figures."""
    models = Models([gf.load()])
    server, address = prepare_shared(models, None)
    threading.Thread(target=server.run, daemon=True).start()
    while not server.started:
        time.sleep(0.01)
    assert models.share
    arrived: dict[str, list[float]] = {}
    lock = threading.Lock()
    for _ in range(FOLLOWERS):
        given = (models.share.addresses[0], arrived, lock)
        threading.Thread(target=follow, args=given, daemon=True).start()
    while len(models.share.room.followers) < FOLLOWERS:
        time.sleep(0.01)
    own = http.client.HTTPConnection(urlsplit(address).netloc, timeout=60)
    last = []
    for i in range(CHANGES + 1):
        noun, other = NOUNS[i % len(NOUNS)], NOUNS[(i // len(NOUNS) + i + 1) % len(NOUNS)]
        text = f"because it was too tired, the {noun} did not see the {other}"
        before = time.perf_counter()
        ask(
            own, "/api/share/lead", {"place": {"model": "petit", "text": text, "view": "attention"}}
        )
        while len(arrived.get(text, [])) < FOLLOWERS:
            time.sleep(0.001)
            assert time.perf_counter() < before + 30, "not all were reached"
        last.append(1000 * (max(arrived[text]) - before))
        time.sleep(0.2)
    last = last[1:]  # the first one warms the model up
    server.should_exit = True
    measured: dict[str, Any] = {
        "followers": FOLLOWERS,
        "changes of the sentence": CHANGES,
        "until all have it, median ms": round(statistics.median(last), 1),
        "until all have it, slowest ms": round(max(last), 1),
    }
    keep("share", {"what": "a new sentence of the presenter's, traced and read by every follower; "
                   "all on one machine", "measured": measured,
                   "figures": {"until all have it, slowest ms": 500}})  # fmt: skip


if __name__ == "__main__":
    main()
