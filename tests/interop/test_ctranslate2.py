"""CTranslate2 in the place of our own decoding: the same tokens, whatever the model is made of."""

from __future__ import annotations

import builtins
import json
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

import glassformer as gf
from glassformer.data import petit
from glassformer.decoding import force
from glassformer.errors import ConfigError, MissingExtraError
from glassformer.evaluation.bleu import sacrebleu_score
from glassformer.interop.ctranslate2 import export, names
from glassformer.interop.engine import CTranslate2
from glassformer.loaded.families import words_of_petit
from glassformer.model.transformer import EncoderDecoder, build
from glassformer.runs.shipped import find_run
from glassformer.text.tokenizer import Tokenizer, TokenizerConfig, TokenizerPair
from glassformer.translation import TranslationConfig, decode_batch, source_tensor, translate

ctranslate2 = pytest.importorskip("ctranslate2")

CONFIGS: dict[str, dict[str, Any]] = {
    "post": {},
    "pre": {"norm": "pre", "activation": "gelu", "bias": True},
    "learned": {"positions": "learned", "max_length": 61, "tie": "output", "epsilon": 1e-3},
    "wide keys": {"positions": "sinusoids-concatenated", "d_k": 11, "d_v": 3, "tie": "none"},
    "wide values": {"norm": "pre", "d_k": 5, "d_v": 13, "bias": True, "tie": "output"},
    "marian": {
        "positions": "sinusoids-halved",
        "activation": "silu",
        "bias": True,
        "output_bias": True,
        "embedding_norm": True,
    },
    "others": {"activation": "gelu-tanh", "scale_embedding": False, "final_norm": True},
    "bare": {"norm": "pre", "final_norm": False},
    "odd": {"d_model": 23, "n_heads": 1, "activation": "gelu"},
}
EARLY = TranslationConfig(beam=1, extra_length=11)
LINES = [s.english for s in petit.split("new", 3, 19)]


@pytest.fixture(scope="module", params=CONFIGS)
def random_pair(request: pytest.FixtureRequest) -> tuple[EncoderDecoder, TokenizerPair]:
    """A model none of whose parameters is what it began as, and that ends its sentences."""
    parts = CONFIGS[request.param]
    source = words_of_petit(499)
    pair = TokenizerPair(source, words_of_petit(397) if "tie" in parts else source)
    sizes = {"d_model": 22, "d_ff": 37, "n_heads": 2, "n_layers": 3} | parts
    model = build(
        gf.ModelConfig(source_vocabulary=499, target_vocabulary=pair.target.size, **sizes)
    )
    assert isinstance(model, EncoderDecoder)
    torch.manual_seed(7)
    for parameter in model.parameters():
        parameter.data += 0.3 * torch.randn_like(parameter) / parameter.size(-1) ** 0.25
    end_often(model.eval(), pair)
    return model, pair


def end_often(model: EncoderDecoder, pair: TokenizerPair) -> None:
    """Make the end token likelier until most sentences end, not all of them at once."""
    end = model.output_matrix.data[pair.target.eos_id]
    last = model.decoder_norm if model.config.ends_in_norm else model.decoder[-1].after_feedforward
    bias = last.bias if isinstance(last, torch.nn.LayerNorm) else last.norm.bias
    if not model.config.ends_in_norm and model.config.norm == "pre":
        bias = model.decoder[-1].feedforward.down.bias
    sources = pair.source.encode_batch(LINES)
    while True:
        with torch.inference_mode():
            found = decode_batch(model, pair, sources, EARLY, 1)
        if sum(best[0].finished for best in found) > 0.8 * len(found):
            return
        bias.data += 0.9 * end / end.square().sum()


def test_every_part_is_carried_over(random_pair: tuple[EncoderDecoder, TokenizerPair]) -> None:
    model, pair = random_pair
    sources = pair.source.encode_batch(LINES)
    targets = [[(7 * i) % 300 + 4 for i in ids] for ids in sources]
    device = torch.device("cpu")
    with torch.inference_mode():
        state = model.start(source_tensor(sources, pair, device))
        bos, eos = pair.target.bos_id, pair.target.eos_id
        ours = force(model.step, state, targets=targets, bos_id=bos, eos_id=eos)
    engine = CTranslate2(model, pair)
    theirs = engine.engine.score_batch(
        [[engine.sources[i] for i in ids] for ids in sources],
        [[engine.targets[i] for i in ids] for ids in targets],
    )
    for one, other in zip(ours, theirs, strict=True):
        assert one == pytest.approx(other.log_probs, abs=2e-4)


def test_the_tokens_are_ours(random_pair: tuple[EncoderDecoder, TokenizerPair]) -> None:
    model, pair = random_pair
    engine, sources = CTranslate2(model, pair), pair.source.encode_batch(LINES)
    for beam, alpha in ((1, 0.6), (3, 0.0)):
        config = replace(EARLY, beam=beam, alpha=alpha)
        with torch.inference_mode():
            ours = [best[0] for best in decode_batch(model, pair, sources, config, 1)]
            theirs = [best[0] for best in engine(sources, config, 1)]
        settled = [found for found in engine.search(sources, config, 1) if found]
        assert len(settled) > len(sources) / 2, "the test shows nothing"
        for one, other in zip(ours, theirs, strict=True):
            assert one.tokens == other.tokens or one.tied
            assert other.log_probability == pytest.approx(one.log_probability, abs=1e-3)
            assert one.finished == other.finished


@pytest.fixture(scope="module")
def both() -> tuple[gf.LoadedModel, gf.LoadedModel]:
    """The model that the package carries, with our own decoding and with CTranslate2's."""
    return gf.load(), gf.load(engine="ctranslate2")


@pytest.mark.parametrize(("beam", "alpha"), [(1, 0.6), (4, 0.0)])
def test_petit_is_translated_token_for_token(
    both: tuple[gf.LoadedModel, gf.LoadedModel], beam: int, alpha: float
) -> None:
    lines = [s.english for name in ("new", "combinations") for s in petit.split(name, 5, 97)]
    ours, theirs = (m.translations(lines, beam=beam, alpha=alpha) for m in both)
    for (one,), (other,) in zip(ours, theirs, strict=True):
        assert other.text == one.text or one.tied
        assert other.log_probability == pytest.approx(one.log_probability, abs=1e-3)


def test_the_length_penalty_is_ours(both: tuple[gf.LoadedModel, gf.LoadedModel]) -> None:
    sentences = list(petit.split("new", 7, 149))
    references = [s.french for s in sentences]
    ours, theirs = (m.translations([s.english for s in sentences], beam=4, alpha=0.6) for m in both)
    one, other = (
        sacrebleu_score([best[0].text for best in found], references) for found in (ours, theirs)
    )
    assert abs(one.value - other.value) <= 0.1
    (found,) = both[1].translations([LINES[0]], beam=4, alpha=0.6, n_best=3)
    (expected,) = both[0].translations([LINES[0]], beam=4, alpha=0.6, n_best=3)
    assert [best.score for best in found] == sorted((b.score for b in found), reverse=True)
    assert found[0].score == pytest.approx(expected[0].score, abs=1e-3)


def test_an_end_that_was_missed_is_found(both: tuple[gf.LoadedModel, gf.LoadedModel]) -> None:
    """The carried model has no idea of long sentences: the best ends among the K to 2K best."""
    lines = [s.english for s in petit.split("longer", 3, 61)]
    plain, fast = both
    engine = fast.engine  # type: ignore[attr-defined]
    config = TranslationConfig(beam=4, alpha=0.0)
    sources = fast.tokenizers.source.encode_batch(lines)
    ours = [best[0].text for best in plain.translations(lines, beam=4, alpha=0.0)]
    theirs = [best[0].text for best in fast.translations(lines, beam=4, alpha=0.0)]
    alone = [found[0].tokens if found else () for found in engine.search(sources, config, 1)]
    decoded = [fast.tokenizers.target.decode(list(tokens)) for tokens in alone]
    assert sum(a != b for a, b in zip(ours, decoded, strict=True)) >= 3, "the test shows nothing"
    assert sum(a != b for a, b in zip(ours, theirs, strict=True)) <= 1


def test_lines_in_lines_out(both: tuple[gf.LoadedModel, gf.LoadedModel]) -> None:
    long = " ".join(["the girl sleeps and"] * 40)
    lines = ["", "the girl sleeps", "  \t ", long, "\x00", "Ωμέγα <pad> </s>", ""]
    ours, theirs = (m.translations(lines, beam=1) for m in both)
    assert [best[0].text for best in ours] == [best[0].text for best in theirs]
    assert theirs[3][0].pieces > 1
    assert both[1].translations([]) == []


def test_a_limit_of_its_own_for_each_line(both: tuple[gf.LoadedModel, gf.LoadedModel]) -> None:
    for model in both:
        engine = getattr(model, "engine", None)
        config = TranslationConfig(beam=1, extra_length=2)
        found = translate(model.model, model.tokenizers, LINES[:17], config, engine=engine)  # type: ignore[arg-type]
        written = [model.tokenizers.target.encode(best[0].text) for best in found]
        read = model.tokenizers.source.encode_batch(LINES[:17])
        assert all(len(w) <= len(r) + 2 for w, r in zip(written, read, strict=True))
        assert {best[0].finished for best in found} == {True, False}


def test_int8_translates_nearly_as_well(both: tuple[gf.LoadedModel, gf.LoadedModel]) -> None:
    narrow = gf.load(engine="ctranslate2", dtype="int8")
    sentences = list(petit.split("new", 7, 59))
    lines, references = [s.english for s in sentences], [s.french for s in sentences]
    exact, rounded = (
        sacrebleu_score(list(m.translate(lines, beam=1)), references).value
        for m in (both[1], narrow)
    )
    assert rounded > exact - 3


def test_the_exported_directory_is_whole(tmp_path: Path) -> None:
    model = gf.load()
    folder = tmp_path / "made"
    export(model.model, model.tokenizers, folder)
    export(model.model, model.tokenizers, folder, "int8")  # replaces it
    assert {file.name for file in folder.iterdir()} == {
        "model.bin", "config.json", "shared_vocabulary.json", "tokenizer.json", "manifest.json",
    }  # fmt: skip
    assert not list(tmp_path.glob(".*"))
    tokens = json.loads((folder / "shared_vocabulary.json").read_bytes())
    tokenizer = TokenizerPair.load(folder).source
    said = ctranslate2.Translator(str(folder)).translate_batch(
        [[tokens[i] for i in tokenizer.encode("the girl sleeps")]], beam_size=1
    )
    ids = [tokens.index(name) for name in said[0].hypotheses[0]]
    assert tokenizer.decode(ids) == model.translate("the girl sleeps", beam=1)


def test_ids_of_one_name_stay_apart() -> None:
    lines = [s.english for s in petit.split("train", 1, 300)]
    tokenizer = Tokenizer.train(
        [*lines, "\t \x0b \x0c é"], TokenizerConfig(kind="byte-bpe", size=420)
    )
    named = names(tokenizer)
    assert len(set(named)) == len(named) == tokenizer.size
    assert all(named)


def test_what_cannot_be_said_is_named(tmp_path: Path) -> None:
    sizes = {"source_vocabulary": 499, "target_vocabulary": 499, "d_model": 22, "n_heads": 2}
    pair = TokenizerPair(words_of_petit(499), words_of_petit(499))
    for family in ("decoder-only", "encoder-only"):
        model = build(gf.ModelConfig(family=family, n_layers=1, **sizes))  # type: ignore[arg-type]
        with pytest.raises(ConfigError, match=f"family = '{family}' cannot be exported"):
            export(model, pair, tmp_path / "x")
    with pytest.raises(ConfigError, match="Did you mean 'int8'"):
        export(build(gf.ModelConfig(n_layers=1, **sizes)), pair, tmp_path / "x", "int9")
    assert not list(tmp_path.iterdir())


def test_what_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="Did you mean 'ctranslate2'"):
        gf.load(engine="ctranslate")
    with pytest.raises(ConfigError, match=r"no dtype 'fp8' on this cpu: give fp32, .*int8 or auto"):
        gf.load(engine="ctranslate2", dtype="fp8")
    real = builtins.__import__

    def without(name: str, *rest: Any, **more: Any) -> Any:
        if name == "ctranslate2":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(MissingExtraError, match=r"pip install 'glassformer\[ctranslate2\]'"):
        gf.load(engine="ctranslate2")


def test_nothing_is_left_behind(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    gf.load(find_run(None), engine="ctranslate2")
    assert not list(tmp_path.iterdir())
