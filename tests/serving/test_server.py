"""The server as programs meet it: a process of its own, and many clients at once."""

from __future__ import annotations

import http.client
import json
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.data import petit
from glassformer.loaded import as_translator
from glassformer.serving import create_app
from tests.cli.test_cli import ENVIRONMENT

LINES = [s.english for s in petit.split("new", 3, 61)]


@dataclass
class Served:
    """A server that runs."""

    process: subprocess.Popen[str]
    port: int

    def ask(self, content: Any) -> tuple[int, Any, http.client.HTTPMessage]:
        """POST /translate: status, answer, headers."""
        body = content if isinstance(content, bytes) else json.dumps(content).encode()
        return self.request("POST", "/translate", body)

    def health(self) -> Any:
        """What /health says."""
        return self.request("GET", "/health")[1]

    def request(
        self, method: str, path: str, body: bytes | None = None
    ) -> tuple[int, Any, http.client.HTTPMessage]:
        """One request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, {"Content-Type": "application/json"})
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read() or b"null"), answer.headers
        finally:
            connection.close()

    def wait_for(self, **lines: int) -> None:
        """Until so many lines wait, or are being translated."""
        end = time.monotonic() + 30
        while lines.items() - self.health().items():
            assert time.monotonic() < end
            time.sleep(0.005)


@contextmanager
def served(*words: str) -> Iterator[Served]:
    """``glassformer serve petit`` with these options."""
    command = [sys.executable, "-m", "glassformer", "serve", "petit", *words]
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT
    )
    try:
        assert process.stdout
        line = process.stdout.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line
        running = Served(process, int(found[1]))
        while True:
            try:
                running.health()
                break
            except ConnectionError:
                assert process.poll() is None
                time.sleep(0.02)
        yield running
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


@pytest.fixture(scope="module")
def server() -> Iterator[Served]:
    """One for all tests that leave it running."""
    with served("--queue", "211") as running:
        yield running


@pytest.fixture(scope="module")
def offline() -> gf.LoadedModel:
    """The same model, without a server."""
    return gf.load()


def test_many_clients_get_what_they_asked_for(server: Served, offline: gf.LoadedModel) -> None:
    parts = [LINES[i : i + 1 + i % 5] for i in range(23)]
    parts += [[], ["", "  ", LINES[0], ""], [" ".join(["the girl sleeps and"] * 40)]]
    options: list[dict[str, Any]] = [{"beam": 1}, {"beam": 3, "alpha": 0.0}, {}]
    asked = [(part, options[i % 3]) for i, part in enumerate(parts)]
    with ThreadPoolExecutor(len(asked)) as pool:
        answers = list(pool.map(lambda one: server.ask({"lines": one[0], **one[1]}), asked))
    for (lines, how), (status, answer, _) in zip(asked, answers, strict=True):
        assert status == 200, answer
        expected = offline.translations(lines, **how)
        for text, (best, *_) in zip(answer["translations"], expected, strict=True):
            assert text == best.text or best.tied


@pytest.mark.parametrize(
    ("content", "status", "message"),
    [
        ({"lines": "the girl sleeps"}, 422, "lines: input should be a valid list"),
        ({"lines": [3]}, 422, "lines.0: input should be a valid string"),
        ({"lines": ["a"], "beem": 3}, 422, "beem: extra inputs are not permitted"),
        ({"lines": ["a"], "beam": 0}, 422, "beam: input should be greater than or equal to 1"),
        ({"lines": ["a"], "alpha": 51}, 422, "alpha: input should be less than or equal to 50"),
        (b'{"lines": ["a"], "alpha": NaN}', 422, "alpha"),
        (b"{", 422, "json"),
        (b'{"lines": ["\\ud800"]}', 422, "unicode"),
        ({"lines": ["x" * 10_001]}, 422, "lines.0: string should have at most 10000"),
        ({"lines": ["a"] * 223}, 413, "223 lines came; a request may have 211"),
        ({"lines": ["x" * 9_999] * 101}, 413, "a request may have 1,000,000 bytes"),
    ],
)
def test_what_is_wrong_is_said(server: Served, content: Any, status: int, message: str) -> None:
    found, answer, _ = server.ask(content)
    assert (found, message in answer["error"]) == (status, True), answer


def test_another_host_is_refused(server: Served) -> None:
    body = json.dumps({"lines": ["a"]}).encode()
    for host in ("evil.example", "127.0.0.1.evil.example"):
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        connection.request("POST", "/translate", body, {"Host": host})
        assert connection.getresponse().status == 400
        connection.close()


def test_another_address_is_refused_in_a_sentence(server: Served) -> None:
    found = [server.request("GET", path)[:2] for path in ("/nothing", "/translate")]
    assert found == [
        (404, {"error": "GET /nothing: not found"}),
        (405, {"error": "GET /translate: method not allowed"}),
    ]


def test_too_much_at_once_is_put_off(server: Served) -> None:
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(server.ask, {"lines": LINES * 3, "beam": 16})
        server.wait_for(translating=183)
        second = pool.submit(server.ask, {"lines": LINES * 3, "beam": 1})
        server.wait_for(translating=183, waiting=183)
        status, answer, headers = server.ask({"lines": LINES[:29]})
        assert status == 429
        assert "183 lines are waiting already: try again in" in answer["error"]
        assert int(headers["Retry-After"]) >= 1
        assert [asked.result()[0] for asked in (first, second)] == [200, 200]
    server.wait_for(waiting=0, translating=0)
    assert server.health().items() >= {"status": "ok", "model": "petit", "engine": "torch"}.items()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_it_when_all_is_answered(number: int) -> None:
    with served("--threads", "1") as running, ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(running.ask, {"lines": LINES, "beam": beam}) for beam in (5, 4, 3)]
        running.wait_for(waiting=2 * len(LINES))
        running.process.send_signal(number)
        time.sleep(0.3)
        with pytest.raises(ConnectionError):
            running.ask({"lines": ["a"]})
        answers = [one.result() for one in asked]
        assert [status for status, _, _ in answers] == [200] * 3
        assert {len(answer["translations"]) for _, answer, _ in answers} == {len(LINES)}
        assert running.process.wait(30) == (0 if number == signal.SIGTERM else 130)
        assert running.process.stdout
        assert "Traceback" not in running.process.stdout.read()


def test_the_other_engine(offline: gf.LoadedModel) -> None:
    pytest.importorskip("ctranslate2")
    model = as_translator(gf.load(engine="ctranslate2"))
    with TestClient(create_app(model), base_url="http://127.0.0.1") as client:
        assert client.get("/health").json()["engine"] == "ctranslate2"
        found = client.post("/translate", json={"lines": LINES[:7], "beam": 1}).json()
    assert found["translations"] == offline.translate(LINES[:7], beam=1)


def test_stopping_with_nothing_to_do_leaves_no_thread(offline: gf.LoadedModel) -> None:
    with TestClient(create_app(as_translator(offline)), base_url="http://127.0.0.1") as client:
        assert client.post("/translate", json={"lines": []}).json() == {"translations": []}
        assert "translator" in {thread.name for thread in threading.enumerate()}
    assert "translator" not in {thread.name for thread in threading.enumerate()}
