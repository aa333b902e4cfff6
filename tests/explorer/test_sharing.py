"""A shared page as a presenter, its followers, and strangers on the same network meet it."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer import local
from glassformer.errors import ConfigError
from glassformer.explorer.models import Models
from glassformer.explorer.serve import prepare_shared
from glassformer.explorer.server import create_app
from glassformer.explorer.sharing import Share
from glassformer.explorer.sharing.gate import MOST_CHARACTERS

HOST, PORT = "10.7.5.3", 7919
PLACE = {"model": "tiny", "text": "the girl sleeps", "view": "attention"}
Ask = Callable[..., Any]


@pytest.fixture(scope="module")
def models(tiny_model: gf.LoadedModel) -> Models:
    """One model, on a page that is shared at an address of a local network."""
    models = Models([tiny_model])
    models.share = Share([f"{HOST}:{PORT}"])
    return models


@pytest.fixture(scope="module")
def app(models: Models) -> Any:
    return create_app(models)


@pytest.fixture(scope="module")
def presenter(app: Any) -> Iterator[TestClient]:
    """Who sits at the machine."""
    with TestClient(app, base_url=f"http://127.0.0.1:{PORT}", client=("127.0.0.1", 5003)) as client:
        yield client


@pytest.fixture(scope="module")
def follower(app: Any, models: Models) -> TestClient:
    """Somebody on the network who was given the address."""
    assert models.share
    return TestClient(app, base_url=models.share.addresses[0], client=("10.7.5.11", 5003))


def test_a_follower_looks_and_asks(follower: TestClient) -> None:
    assert [model["name"] for model in follower.get("api/models").json()] == ["tiny"]
    answer = follower.post("api/trace", json={"model": "tiny", "text": "the girl sleeps"})
    assert answer.status_code == 200
    assert follower.get("api/share").json()["role"] == "follower"
    assert "addresses" not in follower.get("api/share").json()


def test_what_many_ask_is_made_once(follower: TestClient, presenter: TestClient) -> None:
    asked = {"model": "tiny", "text": "the boy sleeps"}
    first = presenter.post("/api/trace", json=asked).content
    assert follower.post("api/trace", json=asked).content == first
    assert presenter.post("/api/trace", json={**asked, "pad": 1}).content != first


@pytest.mark.parametrize(
    ("verb", "path"),
    [
        ("POST", "api/demo/adopt"),
        ("POST", "api/share/lead"),
        ("GET", "api/timing/tiny?text=a"),
        ("GET", "api/nothing"),
        ("PUT", "api/trace"),
        ("POST", "api/trace/1"),
        ("POST", "api/models"),
        ("DELETE", ""),
    ],
)
def test_a_follower_changes_nothing(follower: TestClient, verb: str, path: str) -> None:
    answer = follower.request(verb, path, json={})
    assert answer.status_code == 403
    assert "only the presenter" in answer.json()["error"]


def test_a_follower_asks_of_short_texts(follower: TestClient, presenter: TestClient) -> None:
    long = {"model": "tiny", "text": "a " * (MOST_CHARACTERS // 2 + 1)}
    assert presenter.post("/api/trace", json=long).status_code == 200
    hidden = {"model": "tiny", "text": "the girl", "changes": [
        {"path": "logits", "swap": {"text": long["text"]}}]}  # fmt: skip
    for asked in (long, hidden, {"model": "tiny", "text": "the girl", "values": ["x" * 30_000]}):
        assert follower.post("api/trace", json=asked).status_code == 413
    assert follower.get(f"api/values/0?path={'x' * 9000}").status_code == 414


@pytest.mark.parametrize("key", ["", "wrong-wrong", "../..", "%2e%2e", "ключ"])
def test_without_the_key_there_is_nothing(app: Any, key: str) -> None:
    stranger = TestClient(app, base_url=f"http://{HOST}:{PORT}", client=("10.7.5.13", 5003))
    for path in ("", "api/models", "api/share/events"):
        answer = stranger.get(f"/{key}/{path}")
        assert answer.status_code == 403
        assert "scan the code" in answer.text


@pytest.mark.parametrize("host", ["evil.example", f"127.0.0.1:{PORT}", f"{HOST}:1", HOST])
def test_hosts_are_those_that_were_announced(follower: TestClient, host: str) -> None:
    assert follower.get("api/models", headers={"Host": host}).status_code == 400


def test_the_presenter_needs_the_loop_at_both_ends(app: Any, presenter: TestClient) -> None:
    assert presenter.get("/api/share").json()["role"] == "presenter"
    assert presenter.get("/api/models", headers={"Host": "evil.example"}).status_code == 400
    for base, client in (("127.0.0.1", "10.7.5.17"), (HOST, "127.0.0.1")):
        other = TestClient(app, base_url=f"http://{base}:{PORT}", client=(client, 5003))
        assert other.get("/api/models").status_code in (400, 403)


def test_another_page_of_the_presenters_browser_does_not_lead(presenter: TestClient) -> None:
    asked = {"place": PLACE, "leading": True}
    refused = presenter.post("/api/share/lead", json=asked, headers={"Origin": "http://a.example"})
    assert refused.status_code == 422
    own = presenter.post("/api/share/lead", json=asked, headers={"Origin": str(presenter.base_url)})
    assert own.json()["place"] == PLACE


def test_a_place_is_names_and_short_values(presenter: TestClient) -> None:
    for place in ({"view": 3}, {"view": "x" * 10_001}, {f"name{i}": "" for i in range(65)}):
        assert presenter.post("/api/share/lead", json={"place": place}).status_code == 422


def test_a_page_that_is_not_shared_says_so(client: TestClient) -> None:
    assert client.get("/api/share").json() is None
    assert client.get("/api/share/events").status_code == 404
    assert client.post("/api/share/lead", json={"place": {}}).status_code == 404


def test_addresses_are_announced_with_a_code(models: Models) -> None:
    share = models.share
    assert share and share.addresses == [f"http://{HOST}:{PORT}/{share.key}/"]
    assert (share.picture() or "").startswith("data:image/svg+xml")
    assert share.printed().count("\n") > 10
    assert Share([]).key != share.key


def test_one_address_waits_behind_its_own(app: Any) -> None:
    """A stranger's flood cannot be made here without a socket; what counts it can."""
    import asyncio

    from glassformer.explorer.sharing.turns import MOST_OF_ONE, Turns
    from glassformer.local import TooMuchError

    async def flood() -> list[str]:
        turns, done = Turns(), []

        async def ask(who: str, n: int) -> None:
            async with turns.turn(who):
                await asyncio.sleep(0)
                done.append(f"{who}{n}")

        many = [asyncio.ensure_future(ask("a", n)) for n in range(MOST_OF_ONE)]
        await asyncio.sleep(0)
        with pytest.raises(TooMuchError, match="much to do"):
            async with turns.turn("a"):
                pass
        await ask("b", 0)
        at = done.index("b0")
        await asyncio.gather(*many)
        assert not turns.behind and not +turns.waiting
        return [str(at), str(len(done))]

    at, count = asyncio.run(flood())
    assert int(at) < 11 and int(count) == MOST_OF_ONE + 1


# With sockets: what only a server that runs can show.


@pytest.fixture(scope="module")
def running(tiny_model: gf.LoadedModel) -> Iterator[tuple[str, Share]]:
    """A server that is shared on this machine's own networks."""
    try:
        local.local_addresses()
    except ConfigError:
        pytest.skip("this machine is on no local network")
    models = Models([tiny_model])
    server, address = prepare_shared(models, None)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    assert models.share
    yield address, models.share
    server.should_exit = True
    thread.join(10)
    assert not thread.is_alive()


def opened(address: str, path: str, body: object = None) -> http.client.HTTPResponse:
    """The answer at an address, not yet read."""
    parts = urlsplit(address)
    line = http.client.HTTPConnection(parts.netloc, timeout=20)
    sent = None if body is None else json.dumps(body)
    line.request("GET" if body is None else "POST", parts.path.rstrip("/") + path, sent,
                 {"Content-Type": "application/json"})  # fmt: skip
    return line.getresponse()


def next_state(stream: http.client.HTTPResponse) -> dict[str, Any]:
    """What comes next over a stream of events."""
    while not (line := stream.readline()).startswith(b"data: "):
        assert line, "the stream ended"
    found: dict[str, Any] = json.loads(line[6:])
    return found


def test_followers_are_told_where_the_presenter_is(running: tuple[str, Share]) -> None:
    address, share = running
    own = opened(address, "/api/share/events")
    assert next_state(own)["followers"] == 0
    stream = opened(share.addresses[0], "/api/share/events")
    assert stream.headers["content-type"].startswith("text/event-stream")
    assert next_state(stream)["place"] is None
    assert next_state(own)["followers"] == 1
    opened(address, "/api/share/lead", {"place": PLACE}).read()
    assert next_state(stream)["place"] == PLACE
    opened(address, "/api/share/lead", {"place": PLACE, "leading": False}).read()
    assert next_state(stream) == {"number": 2, "leading": False, "place": None, "followers": 1}
    stream.close()
    while next_state(own)["followers"]:
        pass


def test_it_listens_where_it_says(running: tuple[str, Share]) -> None:
    address, share = running
    assert opened(share.addresses[0], "/api/models").status == 200
    assert opened(address, "/api/models").status == 200
    bare = f"http://{share.hosts[0]}"
    assert opened(bare, "/api/models").status == 403
    port = urlsplit(address).port
    with pytest.raises(ConfigError, match=f"port {port} cannot be used"):
        local.listening([local.HOST], port)


def test_only_private_addresses_are_announced() -> None:
    from glassformer.local.network import is_local

    assert is_local("192.168.3.7") and is_local("10.1.2.3") and is_local("169.254.3.5")
    assert not is_local("127.0.0.1") and not is_local("8.8.8.8")
