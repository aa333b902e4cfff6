"""Slides: every number is the run's, all stands on the page and is readable, on every model."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from looked import check_layout, words_of

import glassformer as gf
from glassformer.errors import ConfigError, RunError
from glassformer.explorer.models import Models
from glassformer.loaded import Classifier, LoadedModel, wrap
from glassformer.slides import walk_deck, write
from glassformer.slides.deck import BOLD, ITALIC, Deck, Drawing, Table
from glassformer.slides.figures import number, percent
from glassformer.slides.measure import width
from glassformer.slides.sheet import Sheet
from glassformer.slides.walk import FITS, Walk
from glassformer.text.tokenizer import Tokenizer, TokenizerPair

SENTENCE = "because it was too wide, the animal did not cross the street"
SIZES = {"d_model": 22, "d_ff": 37, "n_heads": 2, "n_layers": 3, "d_k": 5, "d_v": 7}


@pytest.fixture(scope="module")
def petit() -> LoadedModel:
    return gf.load()


@pytest.fixture(scope="module")
def deck(petit: LoadedModel) -> Deck:
    return walk_deck(petit, SENTENCE)


def images() -> LoadedModel:
    """A ViT that has learned nothing."""
    config = gf.ModelConfig(
        family="encoder-only", source_vocabulary=1, target_vocabulary=1, image_size=6, patch_size=3,
        channels=1, labels=4, tie="none", positions="learned", norm="pre", **SIZES,  # type: ignore[arg-type]
    )  # fmt: skip
    pair = TokenizerPair(Tokenizer.of_numbers(17), Tokenizer.of_labels(["0", "1", "2"]))
    return Classifier(gf.build(config, seed=3).eval(), pair, name="images")


def table(deck: Deck, title: str) -> list[list[str]]:
    """The first table of the slide with this title."""
    slide = next(slide for slide in deck.slides if slide.title.startswith(title))
    found = next(part for part in slide.parts if isinstance(part, Table))
    return [[cell.text for cell in row] for row in found.rows]


def test_all_is_readable_and_in_its_place(deck: Deck) -> None:
    check_layout(deck)
    assert len(deck.slides) >= 20


def test_the_numbers_are_the_run_s_own(petit: LoadedModel, deck: Deck) -> None:
    trace = petit.trace(SENTENCE)
    word = 1  # "it"
    head = int(trace["encoder.0.self_attention.weights"][0, :, word, 2:].amax(-1).argmax())
    path = "encoder.0.self_attention"
    rows = {row[0]: row for row in table(deck, "Scores become")}
    scores, scaled, weights = (
        trace[f"{path}.{name}"][0, head, word] for name in ("scores", "scaled", "weights")
    )
    assert rows["too"][1:] == [
        number(float(scores[3])), number(float(scaled[3])), number(float(weights[3]), 3),
    ]  # fmt: skip
    vectors = {row[0]: row for row in table(deck, "One head")}
    query = trace[f"{path}.query"][0, head, word]
    assert vectors["query q"][1:4] == [number(float(one)) for one in query[:3]]
    mixture = table(deck, "The values are mixed")[-1]
    assert mixture[2] == number(float(trace[f"{path}.mixed"][0, head, word, 0]))
    best = table(deck, "Every token gets")[1]
    at = [token["piece"] for token in trace.about["next"]].index("elle")
    assert best == ["elle", number(float(trace["logits"][0, at].max())),
                    number(float(trace["probabilities"][0, at].max()), 3)]  # fmt: skip


def test_a_cut_word_is_computed_again(petit: LoadedModel, deck: Deck) -> None:
    rows = {row[0]: row for row in table(deck, "Where did it look")}
    trace = petit.trace(SENTENCE)
    at = [token["piece"] for token in trace.about["next"]].index("elle")
    wanted = trace.about["next"][at]["id"]
    street = 12

    def cut(path: str, axes: str, value):  # type: ignore[no-untyped-def]
        if path.endswith("cross_attention.weights"):
            value = value.clone()
            value[:, :, at, street] = 0
        return value

    after = petit.trace(SENTENCE, target=trace.about["output"], patch=cut)["probabilities"]
    assert rows["street"][3] == number(float(after[0, at, wanted]), 3)
    assert float(rows["street"][3]) < 0.5 * float(trace["probabilities"][0, at, wanted])
    assert "Without “street”, “elle” keeps at most half" in words_of(deck)


@pytest.mark.parametrize("name", ["predictor", "reader"])
def test_other_families_have_the_steps_that_they_have(families: Models, name: str) -> None:
    made = walk_deck(families[name], "the cat sleeps")
    check_layout(made)
    said = words_of(made)
    assert "drawn at random" in said and "cross-attention" not in said
    assert ("Every place predicts" in said) == (name == "predictor")
    assert "The decoder looks back" not in said


def test_images_have_slides_too() -> None:
    made = walk_deck(images(), " ".join(str(i % 17) for i in range(36)))
    check_layout(made)
    said = words_of(made)
    assert "squares of 3 × 3: 4 of them" in said and "E[id]" not in said
    pixels = next(p for p in made.slides[2].parts if isinstance(p, Drawing))
    assert len(pixels.marks) == 36 and pixels.marks[1].colour == "#101010"  # 1/16 of white


@pytest.mark.parametrize("norm", ["post", "pre"])
def test_what_is_said_of_the_norm_is_so(norm: str) -> None:
    sizes = SIZES | {"source_vocabulary": 997, "target_vocabulary": 997}
    model = wrap(gf.build(gf.ModelConfig(norm=norm, **sizes), seed=3))  # type: ignore[arg-type]
    made = walk_deck(model, "the cat sleeps")
    check_layout(made)
    said = words_of(made)
    assert ("LayerNorm(x + Sublayer(x))" in said) == (norm == "post")
    assert ("normalised first" in said) == (norm == "pre")
    walk = Walk.of(model, "the cat sleeps")
    where = "after_self" if norm == "post" else "after_feedforward"
    normed = walk.tape[f"encoder.0.{where}.normalised"][0, walk.word]
    assert table(made, "Add and norm")[4][1] == number(float(normed[0]))


def test_long_words_and_strange_ones_fit(petit: LoadedModel) -> None:
    check_layout(walk_deck(petit, "the Donauschiff Ж漢 sleeps"))


def test_a_sentence_that_does_not_fit_says_what_does(petit: LoadedModel) -> None:
    with pytest.raises(ConfigError, match=rf"31 tokens long and at most {FITS} fit on a slide"):
        walk_deck(petit, " ".join(["the"] * 30))
    with pytest.raises(ConfigError, match="the sentence is empty"):
        walk_deck(petit, " ")
    walk = Walk.of(petit, " ".join(["the"] * (FITS - 1)))
    assert len(walk.words) == FITS and len(walk.written) <= FITS


def test_the_same_deck_is_the_same_file(deck: Deck, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="a PDF needs the extra 'slides'")
    deck = Deck(deck.title, (deck.slides[0], deck.slides[8], deck.slides[17]))
    for name in ("a.pdf", "b.pdf"):
        write(deck, tmp_path / name)
    first, second = ((tmp_path / name).read_bytes() for name in ("a.pdf", "b.pdf"))
    assert first == second and first.startswith(b"%PDF")
    assert len(re.findall(rb"/Type /Page\b", first)) == len(deck.slides)
    assert b"/Subtype /Image" not in first  # vectors only


def test_emphasis_in_a_pdf_is_type_of_its_own() -> None:
    pytest.importorskip("matplotlib", reason="a PDF needs the extra 'slides'")
    from glassformer.slides.pdf_file import drawn

    said = f"Ah {ITALIC}dot{ITALIC} {ITALIC}product{ITALIC}, {BOLD}all{BOLD} of it, "
    sheet = Sheet("Title").say(said + "plain. " * 40)
    written = drawn(sheet.finished(""), 1).texts
    pieces = [(one.get_text(), one.get_fontweight(), one.get_fontstyle()) for one in written[1:8]]
    assert pieces == [
        ("Ah ", "normal", "normal"), ("dot", "normal", "italic"), (" ", "normal", "normal"),
        ("product", "normal", "italic"), (", ", "normal", "normal"), ("all", "bold", "normal"),
        (pieces[6][0], "normal", "normal"),
    ]  # fmt: skip
    across = [one.get_position()[0] for one in written[1:8]]
    assert across == sorted(set(across)) and pieces[6][0].startswith(" of it, plain.")
    assert len({one.get_position()[1] for one in written[1:8]}) == 1
    assert width(f"{BOLD}a{BOLD}", 20) == width("a", 20)


def test_what_cannot_be_written_is_said(deck: Deck, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="end it in .pptx or .pdf"):
        write(deck, tmp_path / "walk.key")
    pytest.importorskip("matplotlib", reason="a PDF needs the extra 'slides'")
    with pytest.raises(RunError, match="could not write .*No such file"):
        write(Deck("", deck.slides[:1]), tmp_path / "nowhere" / "walk.pdf")


def test_numbers_are_written_as_people_do() -> None:
    assert (number(-0.001), number(-1.25, 1), number(1234567)) == (
        "0.00",
        "−1.2",
        "1\u00a0234\u00a0567",
    )
    assert (number(float("-inf")), number(float("nan"))) == ("−∞", "NaN")
    assert (percent(0.001), percent(0.999), percent(0.5)) == ("< 1 %", "> 99 %", "50 %")


def test_text_is_never_wider_than_it_is_taken_for() -> None:
    pytest.importorskip("matplotlib", reason="measures with its type")
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextToPath

    lines = [
        "The vector of “it” is multiplied by three learned matrices.", "−0.48 −1.60 0.24 → ∞",
        "PE(pos, 2i) = sin(pos / 10000^(2i/d_model))", "l'animal n'a pas traversé la rue",
        "MMMM WWWW mmmm @@ %%", "Щука и Ёж: жадный", "Where did it look for “elle”?",
    ]  # fmt: skip
    for line in lines:
        for weight in ("normal", "bold"):
            font = FontProperties(family="DejaVu Sans", weight=weight, size=24)
            true, _, _ = TextToPath().get_text_width_height_descent(line, font, False)
            taken = width(line, 24, weight == "bold")
            assert true / 72 <= taken * 1.005 <= 1.6 * true / 72, (line, weight)
