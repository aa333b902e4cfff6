"""Any cell explains itself: value, arithmetic, line of code; pins, tables and files."""

from __future__ import annotations

import csv
import json
import random
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rig
import torch
from playwright.sync_api import Browser
from rig import Explorer

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.words import OPENING
from glassformer.inspection.tape import Entry, Tape
from glassformer.loaded import wrap
from glassformer.loaded.training import Training

Open = Callable[..., Explorer]
FAMILIES = ["petit", "predictor", "reader"]
SRC = Path(gf.__file__).parent.parent
SEED = 7
CARD = "[data-testid=pinned-value]"


def inspect(tab: Explorer, path: str, flat: int) -> dict[str, Any]:
    """Select a cell as a link would, and read what the inspector says of it."""
    here = tab.page.evaluate("location.hash.slice(1)")
    tab.page.evaluate(
        """([here, cell]) => {
            const place = new URLSearchParams(here);
            place.set('cell', cell);
            location.hash = place.toString();
        }""",
        [here, f"{path}:{flat}"],
    )
    tab.page.locator(f"{CARD}[data-path='{path}'][data-flat='{flat}']").wait_for()
    tab.idle()
    said: dict[str, Any] = tab.page.evaluate("""() => {
        const one = (test) => document.querySelector(`[data-testid=${test}]`);
        return {
            value: Number(one('pinned-value').dataset.value),
            again: one('recomputed') && Number(one('recomputed').dataset.difference),
            magnitude: one('recomputed') && Number(one('recomputed').dataset.magnitude),
            formulas: document.querySelectorAll('aside .katex').length,
            marked: one('code').querySelector('.now')?.textContent.trimEnd() ?? null,
            file: one('code').querySelector('.file')?.textContent ?? null,
        };
    }""")
    return said


def computed(entry: Entry) -> bool:
    """Whether a value was computed from others."""
    return entry.kind == "value" and bool(entry.operator or entry.inputs)


def is_explained(said: dict[str, Any], entry: Entry, flat: int) -> list[str]:
    """What is wrong with what the inspector said of a cell; nothing if all is well."""
    value = float(entry.value.detach().flatten()[flat])
    found = []
    if said["value"] != pytest.approx(value, rel=1e-7, nan_ok=True):
        found.append(f"is {value}, {said['value']} is shown")
    if computed(entry):
        if said["again"] is None or not said["formulas"]:
            found.append(f"{entry.operator!r} has no explainer")
        elif not said["again"] <= 1e-5 * max(said["magnitude"], 1e-30):
            found.append(f"differs by {said['again']} of {said['magnitude']}")
    if entry.file.startswith("glassformer/"):
        line = (SRC / entry.file).read_text(encoding="utf-8").split("\n")[entry.line - 1]
        if said["marked"] != line.rstrip():
            found.append(f"{entry.file}, line {entry.line} is {line!r}, not {said['marked']!r}")
    return [f"{entry.path}[{flat}] ({entry.operator}): {what}" for what in found]


def view_of(model: str) -> dict[str, object]:
    """Where nothing but the inspector asks for values: the pins, of which there are none."""
    return {"model": model, "text": OPENING, "view": "pins"}


@pytest.mark.parametrize("model", FAMILIES)
def test_random_cells_are_pythons_and_are_computed_again(
    explorer: Open, families: Models, model: str
) -> None:
    tape, tab, draw = families[model].trace(OPENING), explorer(), random.Random(SEED)
    tab.open(**view_of(model))
    wrong = []
    for entry in draw.sample(list(tape), 40):
        flat = draw.randrange(entry.value.numel())
        wrong += is_explained(inspect(tab, entry.path, flat), entry, flat)
        wrong += tab.untrue(tape)
    assert wrong == []


@pytest.fixture(scope="module")
def builds() -> Models:
    """Every family with each norm, and between them all activations and positions."""
    torch.manual_seed(SEED)
    parts: list[dict[str, Any]] = [
        {"norm": "post", "activation": "relu", "positions": "sinusoids"},
        {"norm": "pre", "activation": "gelu", "positions": "learned", "bias": True},
        {"norm": "post", "activation": "gelu", "positions": "sinusoids-concatenated"},
    ]
    found = []
    for family in ("encoder-decoder", "decoder-only", "encoder-only"):
        for i, part in enumerate(parts):
            config = gf.ModelConfig(
                family=family, source_vocabulary=307, target_vocabulary=307, d_model=12, d_ff=17,
                n_heads=3, n_layers=1, attention_dropout=0.1, activation_dropout=0.1, **part,
            )  # fmt: skip
            found.append(wrap(gf.build(config), name=f"{family} {i}"))
    return Models(found)


@pytest.fixture(scope="module")
def of_builds(browser: Browser, builds: Models, built: None) -> Iterator[Explorer]:
    """A tab on a server of ``builds``."""
    with rig.serving(builds) as address:
        tab = Explorer(browser, address)
        yield tab
        tab.close()
        assert tab.problems == []


def operators(tape: Tape) -> dict[str, Entry]:
    """One entry of each operator of a recording."""
    return {entry.operator: entry for entry in tape if computed(entry)}


@pytest.mark.parametrize("training", [False, True], ids=["reading", "training"])
def test_every_operator_that_occurs_has_an_explainer(
    of_builds: Explorer, builds: Models, training: bool
) -> None:
    wrong, seen = [], set()
    for name, model in builds.items():
        step = Training(seed=3) if training else None
        fresh = {
            operator: entry
            for operator, entry in operators(model.trace("the girl", training=step)).items()
            if operator not in seen
        }
        seen |= set(fresh)
        if fresh:
            more = {"training": json.dumps({"seed": 3})} if training else {}
            of_builds.open(model=name, text="the girl", view="pins", **more)
        for entry in fresh.values():
            flat = entry.value.numel() // 2
            wrong += is_explained(inspect(of_builds, entry.path, flat), entry, flat)
    assert {"linear", "softmax", "layer_norm", "embedding", "gelu", "relu", "masked_fill"} <= seen
    assert not training or {"log_softmax", "one_hot", "mean", "sum", "neg"} <= seen
    assert wrong == []


def test_a_number_is_followed_from_the_probability_to_the_embedding(
    explorer: Open, families: Models
) -> None:
    tape, tab = families["petit"].trace(OPENING), explorer()
    tab.open(**view_of("petit"))
    inspect(tab, "probabilities", 3 * 1368 + 5)
    tab.page.locator("[data-testid=code] summary").click()
    paths = ["probabilities"]
    follow = tab.page.locator("aside .follow")
    while follow.count() and len(paths) < 99:
        before = tab.page.locator(CARD).get_attribute("data-path")
        follow.click()
        tab.page.locator(f"{CARD}:not([data-path='{before}'])").wait_for()
        tab.idle()
        paths.append(tab.page.locator(CARD).get_attribute("data-path") or "")
        entry = tape.entry(paths[-1])
        marked = tab.page.locator("[data-testid=code] .now")
        assert marked.count() == (1 if entry.file else 0), entry.path
    assert paths[1] == "logits"
    assert tape.entry(paths[-1]).kind in ("input", "parameter", "buffer")
    assert any("embedding" in path for path in paths), paths
    for path in reversed(paths[:-1]):
        tab.page.get_by_role("button", name="back", exact=True).click()
        tab.page.locator(f"{CARD}[data-path='{path}']").wait_for()
    assert tab.page.get_by_role("button", name="back", exact=True).count() == 0


def test_what_is_shown_of_a_sum_adds_up(explorer: Open, families: Models) -> None:
    tab = explorer()
    tab.open(**view_of("petit"))
    for path, flat in [("decoder.0.feedforward.hidden", 1013), ("probabilities", 77),
                       ("encoder.0.self_attention.scores", 91)]:  # fmt: skip
        inspect(tab, path, flat)
        for one in tab.page.locator("[data-testid=sum]").all():
            shown = [t.replace("−", "-") for t in one.locator(".term").all_inner_texts()]
            places = max(len(text.partition(".")[2]) for text in shown)
            *terms, total = (round(float(text) * 10**places) for text in shown)
            assert sum(terms) == total, (path, shown)


ACCENT = """canvas => {
    const probe = document.body.appendChild(document.createElement('i'));
    probe.style.color = 'var(--accent)';
    const accent = getComputedStyle(probe).color.match(/\\d+/g).map(Number);
    probe.remove();
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    let found = 0;
    for (let i = 0; i < data.length; i += 4)
        found += accent.every((part, k) => Math.abs(data[i + k] - part) < 3);
    return found;
}"""


def outlined(tab: Explorer, path: str) -> int:
    """How many pixels of a value's picture have the colour of outlines."""
    tab.idle()
    picture = tab.page.locator(f"[data-part='{path}'] canvas").first
    found: int = picture.evaluate(ACCENT)
    return found


def test_the_cells_behind_the_selected_one_are_outlined(explorer: Open) -> None:
    tab, part = explorer(), "decoder.2.feedforward"
    tab.open(model="predictor", text=OPENING, view="neurons")
    tab.page.locator(f"[data-part='{part}.active'] canvas").wait_for()
    assert outlined(tab, f"{part}.active") == 0
    inspect(tab, f"{part}.output", 5)
    assert outlined(tab, f"{part}.active") > 100
    assert outlined(tab, f"{part}.down.weight") > 20


def test_what_a_change_changed_is_outlined_dashed(explorer: Open) -> None:
    tab, part = explorer(), "decoder.2.feedforward.active"
    change = {"path": "decoder.0.feedforward.active", "where": [3, 5], "value": 9}
    tab.open(model="predictor", text=OPENING, view="neurons", changes=json.dumps([change]))
    tab.page.locator(f"[data-part='{part}'] canvas").wait_for()
    assert outlined(tab, part) > 100
    tab.open(model="predictor", text=OPENING, view="neurons")
    tab.page.locator(f"[data-part='{part}'] canvas").wait_for()
    assert outlined(tab, part) == 0


def test_pins_lead_back_and_travel_in_a_file(
    explorer: Open, families: Models, tmp_path: Path
) -> None:
    tab = explorer()
    tab.open(model="petit", text="the dog sleeps", view="pins")
    inspect(tab, "encoder.0.feedforward.active", 11)
    tab.page.get_by_role("button", name="pin it").click()
    tab.page.get_by_label("title").fill("a neuron")
    tab.page.get_by_label("note", exact=True).fill("it is <b>on</b>\nhere")
    tab.page.get_by_role("button", name="close").last.click()
    tab.open(model="petit", text=OPENING, view="pins")
    tab.page.get_by_role("button", name="a neuron", exact=True).click()
    tab.page.locator(f"{CARD}[data-path='encoder.0.feedforward.active'][data-flat='11']").wait_for()
    tab.idle()
    assert [word.lower() for word in tab.words("source")][:3] == ["the", "dog", "sleeps"]
    with tab.page.expect_download() as download:
        tab.page.get_by_role("button", name="save in a file").click()
    kept = tmp_path / "notes.json"
    download.value.save_as(kept)
    (note,) = json.loads(kept.read_text(encoding="utf-8"))["notes"]
    assert note["text"] == "it is <b>on</b>\nhere"
    tab.page.get_by_role("button", name="take the pin “a neuron” out").click()
    assert tab.page.get_by_role("button", name="a neuron", exact=True).count() == 0
    chooser = tab.page.locator("section input[type=file]")
    chooser.set_input_files(kept)
    tab.page.get_by_role("button", name="a neuron", exact=True).wait_for()
    wrong = tmp_path / "wrong.json"
    wrong.write_text(kept.read_text(encoding="utf-8").replace('"flat": 11', '"flat": "x"'))
    chooser.set_input_files(wrong)
    tab.page.get_by_text("Pin 1 of this file has no valid “flat”.").wait_for()


def opened_part(tab: Explorer) -> Any:
    """The queries of all heads, by the part for heads, in the view of one layer's steps."""
    tab.open(model="predictor", text=OPENING, view="neurons")
    return tab.page.locator("[data-part='decoder.2.feedforward.up.weight']")


def test_arrows_walk_through_a_picture_and_say_where_one_is(
    explorer: Open, families: Models
) -> None:
    tab, tape = explorer(), families["predictor"].trace(OPENING)
    field = opened_part(tab).locator("[data-testid=field]")
    field.focus()
    for key in ("Enter", "ArrowDown", "ArrowDown", "ArrowRight"):
        field.press(key)
    card = tab.page.locator(CARD)
    matrix = tape["decoder.2.feedforward.up.weight"]
    assert card.get_attribute("data-flat") == str(2 * matrix.size(1) + 1)
    assert "row 3, column 2" in (field.get_attribute("aria-label") or "")
    spoken = opened_part_reading(tab)
    assert float(spoken) == pytest.approx(matrix[2, 1].item(), rel=1e-7)


def opened_part_reading(tab: Explorer) -> str:
    part = tab.page.locator("[data-part='decoder.2.feedforward.up.weight']")
    return part.locator("[aria-live] [data-value]").get_attribute("data-value") or ""


def test_a_part_is_a_table_and_saves_as_numbers_and_as_a_drawing(
    explorer: Open, families: Models, tmp_path: Path
) -> None:
    tab, tape = explorer(), families["predictor"].trace(OPENING)
    part, matrix = opened_part(tab), tape["decoder.2.feedforward.up.weight"]
    part.get_by_role("button", name="as a table").click()
    assert part.locator("th[scope=col]").count() == min(32, matrix.size(1))
    assert part.locator("th[scope=row]").count() == min(64, matrix.size(0))
    assert tab.untrue(tape) == []
    files = {}
    for kind, name in (("csv", "as numbers (CSV)"), ("svg", "as a drawing (SVG)")):
        part.get_by_role("button", name="save").click()
        with tab.page.expect_download() as download:
            part.get_by_role("menuitem", name=name).click()
        files[kind] = tmp_path / download.value.suggested_filename
        download.value.save_as(files[kind])
        assert files[kind].name == f"decoder.2.feedforward.up.weight.{kind}"
    rows = list(csv.reader(files["csv"].read_text(encoding="utf-8").splitlines()))
    saved = torch.tensor([[float(cell) for cell in row[1:]] for row in rows[1:]])
    assert torch.equal(saved, matrix)
    drawing = ElementTree.parse(files["svg"]).getroot()
    cells = [one for one in drawing.iter() if one.get("class") == "cell"]
    assert [float(one.get("data-value") or "nan") for one in cells] == matrix.flatten().tolist()


def test_on_a_phone_the_sheet_leaves_the_chosen_cell_in_view(explorer: Open) -> None:
    tab = explorer(width=360)
    tab.open(model="petit", text=OPENING, view="neurons")
    name = "decoder.1.feedforward.active"
    part = tab.page.locator(f"[data-part='{name}']")
    part.locator("select").select_option("4")
    field = part.locator("[data-testid=field]")
    field.tap(position={"x": 40, "y": 50})
    sheet = tab.page.locator("aside")
    sheet.wait_for()
    tab.idle()
    assert tab.page.locator(CARD).get_attribute("data-path") == name
    marker, top = part.locator(".marker").bounding_box(), sheet.bounding_box()
    assert marker and top and 0 <= marker["y"] < top["y"]
    assert tab.overflow() == []
    handle = tab.page.get_by_role("slider", name="height of this sheet")
    handle.press("ArrowUp")
    taller = sheet.bounding_box()
    assert taller and taller["height"] > top["height"]
    tab.page.keyboard.press("Escape")
    sheet.wait_for(state="detached")


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("dark", [False, True])
def test_the_inspector_is_accessible(explorer: Open, width: int, dark: bool) -> None:
    tab = explorer(width=width, dark=dark)
    cell = "decoder.0.feedforward.hidden:1013"
    tab.open(model="petit", text=OPENING, view="neurons", cell=cell)
    for summary in tab.page.locator("aside summary").all():
        summary.click()
    assert tab.findings() == []
    assert tab.overflow() == []
    assert set(tab.text_sizes()) <= {13, 15, 18, 22, 28}
