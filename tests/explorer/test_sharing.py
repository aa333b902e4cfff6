"""A shared page as a presenter, its followers, and strangers on the same network meet it."""

from __future__ import annotations

import http.client
import json
import re
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
        ("POST", "api/share/draw"),
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


STROKE: dict[str, Any] = {"tool": "pen", "at": "data-step=memory@0", "wide": 7, "tall": 5,
                          "points": [1, 2.5]}  # fmt: skip
HUGE = {**STROKE, "points": [-123456.7] * 7000}  # 70 kB of a request


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"strokes": [{**STROKE, "tool": "red"}]}, "tool: input should be 'pen' or 'marker'"),
        ({"strokes": [{**STROKE, "at": "x" * 301}]}, "at: .*300"),
        ({"strokes": [{**STROKE, "wide": "7"}]}, "wide: .*number"),
        ({"strokes": [{**STROKE, "tall": "7"}]}, "tall: .*number"),
        ({"strokes": [{**STROKE, "wide": 1e7}]}, "wide: .*1000000"),
        ({"strokes": [{**STROKE, "points": [1, 2, 3]}]}, "a point has two numbers"),
        ({"strokes": [{**STROKE, "points": []}]}, "points: .*at least 2"),
        ({"strokes": [{**STROKE, "points": [0] * 8002}]}, "points: .*at most 8000"),
        ({"strokes": [{**STROKE, "colour": "red"}]}, "colour: extra"),
        ({"strokes": [{"tool": "pen", "at": "", "wide": 1, "points": [0, 0]}] * 501}, "500"),
        ({"strokes": [STROKE], "keep": -1}, "keep: .*0"),
        ({"spot": "x" * 10_001}, "spot: .*10000"),
    ],
)
def test_a_drawing_is_checked(presenter: TestClient, asked: dict[str, Any], said: str) -> None:
    whole = {"spot": "view=attention", "keep": 0, "strokes": []} | asked
    answer = presenter.post("/api/share/draw", json=whole)
    assert answer.status_code == 422
    assert re.search(said, answer.json()["error"]), answer.json()


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_a_drawing_has_finite_numbers(presenter: TestClient, number: str) -> None:
    stroke = json.dumps(STROKE).replace("2.5", number)
    text = f'{{"spot": "", "keep": 0, "strokes": [{stroke}]}}'
    answer = presenter.post(
        "/api/share/draw", content=text, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422


def test_a_drawing_that_is_too_large_says_what_is_the_most(presenter: TestClient) -> None:
    def draw(keep: int, *strokes: Any, spot: str = "much") -> Any:
        return presenter.post(
            "/api/share/draw", json={"spot": spot, "keep": keep, "strokes": strokes}
        )

    assert draw(3, STROKE).status_code == 422
    answers = [draw(n, HUGE) for n in range(20)]
    refused = next(one for one in answers if one.status_code != 200)
    assert refused.status_code == 413
    assert "500 strokes and 1,000,000 letters of them are the most" in refused.json()["error"]
    small = [draw(25 * n, *[STROKE] * 25, spot="many") for n in range(20)]
    assert [one.status_code for one in small] == [200] * 20
    assert draw(500, STROKE, spot="many").status_code == 413
    assert draw(1, STROKE, spot="another").status_code == 422
    assert draw(0, spot="").status_code == 200


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


def next_drawing(stream: http.client.HTTPResponse) -> dict[str, Any]:
    """The next change of the drawing that comes over a stream of events."""
    while stream.readline() != b"event: drawn\n":
        pass
    return next_state(stream)


def test_followers_are_told_what_is_drawn(running: tuple[str, Share]) -> None:
    address, share = running
    spot, other = "view=attention", {**STROKE, "tool": "marker"}

    def draw(keep: int, *strokes: Any) -> None:
        asked = {"spot": spot, "keep": keep, "strokes": strokes}
        assert opened(address, "/api/share/draw", asked).status == 200

    def lead(leading: bool) -> None:
        opened(address, "/api/share/lead", {"place": PLACE, "leading": leading}).read()

    lead(True)
    draw(0, STROKE)
    early = opened(share.addresses[0], "/api/share/events")
    assert next_drawing(early) == {"spot": spot, "keep": 0, "strokes": [STROKE]}
    draw(1, other)
    late = opened(share.addresses[0], "/api/share/events")
    assert next_drawing(early) == {"spot": spot, "keep": 1, "strokes": [other]}
    assert next_drawing(late) == {"spot": spot, "keep": 0, "strokes": [STROKE, other]}
    draw(1)
    assert next_drawing(early) == {"spot": spot, "keep": 1, "strokes": []}
    lead(False)  # who is not led is shown nothing
    assert next_drawing(early) == {"spot": "", "keep": 0, "strokes": []}
    draw(0, other)
    lead(True)
    assert next_drawing(early) == {"spot": spot, "keep": 0, "strokes": [other]}
    own = opened(address, "/api/share/events")
    next_state(own)
    draw(0)
    lead(True)
    assert own.readline().strip() == b"" and own.readline().startswith(b"data: ")
    for stream in (early, late, own):
        stream.close()


def test_a_large_drawing_is_shown_whole_or_not_at_all(running: tuple[str, Share]) -> None:
    address, share = running

    def draw(keep: int, *strokes: Any, more: bool = False, spot: str = "a") -> int:
        asked = {"spot": spot, "keep": keep, "strokes": strokes, "more": more}
        return opened(address, "/api/share/draw", asked).status

    opened(address, "/api/share/lead", {"place": PLACE, "leading": True}).read()
    draw(0, STROKE)
    stream = opened(share.addresses[0], "/api/share/events")
    assert next_drawing(stream)["strokes"] == [STROKE]
    assert draw(0, STROKE, STROKE, more=True) == draw(2, STROKE, more=True) == 200
    assert draw(3, STROKE) == 200
    assert next_drawing(stream) == {"spot": "a", "keep": 0, "strokes": [STROKE] * 4}
    assert draw(0, HUGE, more=True, spot="b") == 200
    answers = [draw(n, HUGE, more=True, spot="b") for n in range(1, 20)]
    assert set(answers[: answers.index(413)]) == {200}
    # Of what was refused nothing is shown, nor what it was to replace.
    assert next_drawing(stream) == {"spot": "", "keep": 0, "strokes": []}
    assert draw(0, STROKE, spot="b") == 200
    assert next_drawing(stream) == {"spot": "b", "keep": 0, "strokes": [STROKE]}
    stream.close()


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
