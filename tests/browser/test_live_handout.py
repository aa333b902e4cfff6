"""A hand-out with the model in it runs the model, from the disk and without a network: every number
of every sentence is Python's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import rig
import torch
from playwright.sync_api import Browser
from rig import Explorer
from test_handout import opened
from test_inspect import inspect

import glassformer as gf
from glassformer.explorer.asking import asking
from glassformer.explorer.changes import Change, as_patch
from glassformer.explorer.handout import Handout
from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING
from glassformer.handouts import encoded
from glassformer.inspection.tape import Tape
from glassformer.loaded import wrap
from glassformer.text import Tokenizer, TokenizerConfig

SIZES: dict[str, Any] = {"d_model": 22, "d_ff": 37, "n_heads": 2, "n_layers": 2, "d_k": 5, "d_v": 7}
# Of the grammar, and not; unknown words, signs that are spelled in bytes, an apostrophe.
NEW = [
    OPENING.replace("wide", "tired"),
    "the big dogs see a small cat",
    "Xyzzy sleeps, ▁ 3!",
    "it's a",
    "the girl who sees the cats sleeps in the old house",
]
HEAD = Change("decoder.1.cross_attention.weights", (1, None, None), scale=0.0)


@pytest.fixture(scope="module")
def path(families: Models, built: None, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A live hand-out of one sentence on the disk."""
    page = Handout(model=families["petit"], sentences=[OPENING], live=True).page()
    found = tmp_path_factory.mktemp("live") / "live.html"
    found.write_bytes(encoded(page))
    return found


@pytest.fixture(scope="module")
def tab(browser: Browser, path: Path) -> Iterator[Explorer]:
    """It in a tab, in which nothing may go wrong."""
    tab = opened(browser, path)
    yield tab
    problems, requests = list(tab.problems), list(tab.requests)
    tab.close()
    assert problems == []
    assert {url.partition("#")[0] for url in requests} == {path.as_uri()}


def saved(tab: Explorer, into: Path) -> Tape:
    """The recording that the page shows."""
    tab.page.get_by_label("more").click()
    with tab.page.expect_download() as saving:
        tab.page.get_by_role("menuitem", name="Save this recording").click()
    saving.value.save_as(into / "saved.safetensors")
    return Tape.load(into / "saved.safetensors")


def alike(page: Tape, python: Tape) -> None:
    """Hold all of one recording against the other."""
    for side in ("source", "target", "next", "output"):
        assert page.about[side] == python.about[side]
    for ours, theirs in zip(page, python, strict=True):
        kinds = {"dtype": None}  # a file knows fewer than the run
        assert dict(ours.to_json()) | kinds == dict(theirs.to_json()) | kinds
        value, expected = ours.value.float(), theirs.value.detach().float()
        assert value.shape == expected.shape, ours.path
        assert torch.allclose(value, expected, rtol=1e-4, atol=1e-4), ours.path


def typed(tab: Explorer, text: str) -> None:
    """Type a sentence, and wait until it is shown."""
    tab.page.keyboard.press("/")
    field = tab.page.get_by_role("combobox")
    field.fill(text)
    field.press("Enter")
    second = text.split()[1].rstrip(",")
    tab.page.locator("[data-side=source]:visible", has_text=second).first.wait_for()
    tab.idle()


def asked(models: Models, **question: Any) -> dict[str, Any]:
    """What the program answers when it is asked to write."""
    with asking(models) as program:
        answer: dict[str, Any] = json.loads(program.ask("api/write", question))
    return answer


def gone_to(tab: Explorer, **place: object) -> None:
    """Be at a place of the page."""
    tab.page.evaluate("place => { location.hash = place }", urlencode(place))
    tab.page.locator("#way").wait_for()
    tab.page.wait_for_timeout(300)
    tab.page.locator(".sentence.busy").wait_for(state="detached")
    tab.idle()


def values(tab: Explorer, selector: str) -> list[float]:
    """The numbers that stand there."""
    found: list[str] = tab.page.eval_on_selector_all(
        selector, "all => all.map((one) => one.dataset.value)"
    )
    return [float(one) for one in found]


def searched_alike(tab: Explorer, models: Models, **question: Any) -> None:
    """Hold a beam search of the page against the program's: every branch that it considered."""
    python = asked(models, how="beam", **question)
    place = {name: question[name] for name in ("text", "beam", "alpha")}
    if question.get("changes"):
        place["changes"] = json.dumps(question["changes"])
    gone_to(tab, view="writing", how="beam", **place)
    last = tab.page.locator("#way > dl dd").first
    for _ in range(100):  # what stands there may be the answer before
        if tab.page.locator("[data-node]").count() == len(python["nodes"]) and (
            last.inner_text() == python["output"]
        ):
            break
        tab.page.wait_for_timeout(100)
    page = tab.page.eval_on_selector_all(
        "[data-node]",
        """all => all.map((one) => [Number(one.dataset.node), one.querySelector('span').innerText,
            Number(one.dataset.value), one.classList[0]])""",
    )
    shown = {number: (piece.strip("▁ "), state) for number, piece, _, state in page}
    wanted = {
        one["id"]: (one["token"]["piece"].strip("▁"), one["state"]) for one in python["nodes"]
    }
    assert {n: state for n, (_, state) in shown.items()} == {n: s for n, (_, s) in wanted.items()}
    for number, (piece, _) in wanted.items():
        if piece.isalpha():
            assert shown[number][0] == piece
    totals = {one["id"]: one["total"] for one in python["nodes"]}
    assert {number: total for number, _, total, _ in page} == pytest.approx(totals, abs=1e-4)
    assert last.inner_text() == python["output"]
    best = python["nodes"][python["best"]]
    table = [best[name] for name in ("log_probability", "total", "penalty", "score")]
    assert values(tab, ".branch td") == pytest.approx(table, abs=1e-4)


def test_it_is_small_enough(path: Path) -> None:
    assert path.stat().st_size < 4_000_000


def test_a_word_is_exchanged(tab: Explorer, families: Models) -> None:
    assert "elle" in tab.words("target")
    tab.page.get_by_role("button", name="wide").click()
    tab.page.get_by_role("option", name="tired", exact=True).click()
    tab.page.locator("[data-side=source]:visible", has_text="tired").wait_for()
    tab.idle()
    written = families["petit"].trace(NEW[0]).about["output"]
    assert "".join(tab.words("target")) == written.replace(" ", "")


@pytest.mark.parametrize("text", NEW)
def test_every_number_of_a_new_sentence_is_pythons(
    tab: Explorer, families: Models, text: str, tmp_path: Path
) -> None:
    typed(tab, text)
    alike(saved(tab, tmp_path), families["petit"].trace(text))


def test_a_head_that_is_cut_is_cut_as_in_python(
    tab: Explorer, families: Models, tmp_path: Path
) -> None:
    model = families["petit"]
    typed(tab, NEW[1])
    change = f'[{{"path":"{HEAD.path}","where":[1,null,null],"scale":0}}]'
    tab.page.evaluate(
        "change => { location.hash += '&changes=' + encodeURIComponent(change) }", change
    )
    tab.page.get_by_role("button", name="1 change").wait_for()
    tab.idle()
    alike(saved(tab, tmp_path), model.trace(NEW[1], patch=as_patch([HEAD], model)))


def test_a_cell_of_a_new_sentence_explains_itself(tab: Explorer) -> None:
    tab.page.evaluate("location.hash = 'text=the+dog+runs'")
    tab.page.locator("[data-side=source]:visible", has_text="runs").wait_for()
    said = inspect(tab, "decoder.1.cross_attention.weights", 5)
    assert said["again"] <= 1e-5 * said["magnitude"]
    assert said["marked"]
    tab.page.keyboard.press("Escape")


def test_a_new_sentence_is_cut_before_ones_eyes(tab: Explorer) -> None:
    typed(tab, NEW[1])
    tab.page.evaluate("location.hash += '&view=tokens'")
    tab.page.locator(".view", has_text="dogs").wait_for()
    tab.page.evaluate("location.hash = 'text=the+dog+runs'")
    tab.idle()


@pytest.mark.parametrize(
    ("text", "beam", "alpha"), [(NEW[1], 4, 0.6), (NEW[2], 3, 2.0), (NEW[3], 1, 0.0)]
)
def test_beam_search_is_pythons(
    tab: Explorer, families: Models, text: str, beam: int, alpha: float
) -> None:
    searched_alike(tab, families, model="petit", text=text, beam=beam, alpha=alpha)


def test_beam_search_with_a_head_cut_is_pythons(tab: Explorer, families: Models) -> None:
    change = {"path": HEAD.path, "where": list(HEAD.where), "scale": 0}
    searched_alike(
        tab, families, model="petit", text=NEW[1], beam=2, alpha=0.6, changes=[change]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("temperature", "top_k", "top_p", "seed"),
    [(2.5, None, 1.0, 4), (1.8, 12, 0.9, 7)],
)
def test_what_a_seed_draws_is_pythons(
    tab: Explorer,
    families: Models,
    temperature: float,
    top_k: int | None,
    top_p: float,
    seed: int,
) -> None:
    python = asked(
        families, model="petit", text=NEW[4], how="sample", temperature=temperature,
        top_k=top_k, top_p=top_p, seed=seed,
    )  # fmt: skip
    place = {"t": temperature, "k": top_k or 0, "p": top_p, "seed": seed, "text": NEW[4]}
    gone_to(tab, view="writing", how="sample", **place)
    words = tab.page.locator("#way ol li button")
    words.nth(len(python["steps"]) - 1).wait_for()
    assert words.count() == len(python["steps"])
    for number, step in enumerate(python["steps"]):
        words.nth(number).click()
        tab.idle()
        options = step["options"]
        found = values(tab, ".stages tbody [data-value]")
        wanted = [one[name] for one in options for name in ("logit", "scaled", "probability")]
        assert found == pytest.approx([*wanted, step["rest"]["probability"]], abs=1e-4)
        out = tab.page.locator(".stages tr.out").count()
        assert out == sum(not one["kept"] for one in options)
        taken = tab.page.locator(".stages tr.taken [data-value]").first.get_attribute("data-value")
        (chosen,) = (one for one in options if one["id"] == step["token"]["id"])
        assert float(taken or "nan") == pytest.approx(chosen["logit"], abs=1e-4)


def test_the_page_answers_while_it_runs_a_long_text(tab: Explorer) -> None:
    """Frames are drawn while a long text is read."""
    long, short = " ".join(["the cat sees the dog"] * 12), "the dog runs"
    tab.page.keyboard.press("/")
    field = tab.page.get_by_role("combobox")
    field.fill(short)
    tab.page.locator("[data-side=source]:visible", has_text="runs").first.wait_for()
    frames = tab.page.evaluate(
        """(text) => new Promise((done) => {
            const main = document.querySelector('main'), before = main.dataset.recording;
            const field = document.querySelector('[role=combobox]');
            field.value = text;
            field.dispatchEvent(new Event('input', { bubbles: true }));
            const until = performance.now() + 20000;
            let frames = 0;
            const look = () => main.dataset.recording === before && performance.now() < until
                ? (frames++, requestAnimationFrame(look)) : done(frames);
            look();
        })""",
        long,
    )
    assert frames > 3
    field.press("Enter")


def test_a_recording_that_was_let_go_is_made_once_more(
    tab: Explorer, families: Models, tmp_path: Path
) -> None:
    """The run before any change, after more changes than the page keeps recordings of."""
    place = {"text": NEW[1], "view": "attention", "grain": "who"}
    tab.page.evaluate("place => { location.hash = place }", urlencode(place))
    prove = tab.page.get_by_role("button", name="Cut each of them and see")
    prove.wait_for()
    for number in range(25):
        change = [{"path": HEAD.path, "where": [1, None, None], "scale": number / 25}]
        shown = tab.page.locator("main").get_attribute("data-recording")
        changed = urlencode(place | {"changes": json.dumps(change)})
        tab.page.evaluate("place => { location.hash = place }", changed)
        tab.page.locator(f"main:not([data-recording='{shown}'])").wait_for()
    prove.click()
    tab.page.locator(".verdict").wait_for()
    assert tab.page.locator(".problem").count() == 0
    for _ in range(25):
        tab.page.go_back()
    tab.page.get_by_role("button", name="1 change").wait_for(state="detached")
    tab.idle()
    alike(saved(tab, tmp_path), families["petit"].trace(NEW[1]))


def test_what_still_needs_the_program_is_grey(tab: Explorer) -> None:
    tab.page.get_by_label("more").click()
    grey = tab.page.locator("[role=menu] .grey").all_inner_texts()
    tab.page.keyboard.press("Escape")
    assert "Change it" not in grey
    assert len(grey) == 4
    for view in rig.VIEWS:
        tab.page.evaluate(f"location.hash = 'view={view}'")
        tab.page.locator(".below > .view, .below > .needs").first.wait_for()
        tab.idle()
        assert tab.page.locator(".problem").count() == 0, view


@pytest.mark.parametrize(
    ("family", "kind", "text"),
    [
        ("decoder-only", "bpe", "l'homme dort et la fille dort"),
        ("decoder-only", "byte-bpe", "la fille  dort, ▁ 日本 n'a pas ʼà ½"),
        ("encoder-only", "char", "la fille <mask> dort ▁ é"),
        ("encoder-only", "wordpiece", "la fille <mask> dormait, non?! ▁ 日"),
        ("encoder-decoder", "wordpiece", "LES FILLES dorment ²"),
    ],
)
def test_other_families_and_tokenizers_run_too(
    browser: Browser, built: None, family: str, kind: Any, text: str, tmp_path: Path
) -> None:
    config = TokenizerConfig(kind=kind, size=320, lowercase=kind == "wordpiece")
    tokenizer = Tokenizer.train(["l'homme dort, la fille dort", "les filles dorment"] * 5, config)
    sizes = SIZES | {"source_vocabulary": tokenizer.size, "target_vocabulary": tokenizer.size}
    model = wrap(
        gf.build(gf.ModelConfig(family=family, **sizes), seed=5), tokenizer, built_in=False
    )
    path = tmp_path / "other.html"
    path.write_bytes(encoded(Handout(model=model, sentences=["la fille dort"], live=True).page()))
    tab = opened(browser, path)
    tab.page.keyboard.press("/")
    tab.page.get_by_role("combobox").fill(text)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_timeout(300)
    tab.idle()
    alike(saved(tab, tmp_path), model.trace(text))
    problems = list(tab.problems)
    tab.close()
    assert problems == []


@pytest.mark.parametrize(("text", "said"), [("  ", "no word"), ("a" + " a" * 100, "102 tokens")])
def test_what_cannot_be_read_is_told(tab: Explorer, text: str, said: str) -> None:
    tab.page.keyboard.press("/")
    tab.page.get_by_role("combobox").fill(text)
    tab.page.locator(".problem", has_text=said).wait_for()
    typed(tab, "the dog runs")
