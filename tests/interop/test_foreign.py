"""Models of transformers in small, their parameters drawn at random: the same logits, the same
tokens, greedy and by beam; and whatever does not fit is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from foreign_models import KINDS, WORDS, made
from safetensors.torch import load_file, save_file
from torch import Tensor

import glassformer as gf
from glassformer.decoding import beam_search, greedy
from glassformer.errors import ConfigError, ForeignError
from glassformer.interop import hub
from glassformer.interop.mapping import Rows, give, joined, take, transposed
from glassformer.interop.own import table
from glassformer.interop.written import export_transformers
from glassformer.model import DecoderOnly, EncoderDecoder

Saved = dict[str, tuple[Any, Path]]


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Saved:
    """Every kind: the model of transformers, and where it is saved."""
    models = {}
    for kind in KINDS:
        theirs = made(kind)
        folder = tmp_path_factory.mktemp(kind.replace(" ", "-"))
        theirs.save_pretrained(folder)
        models[kind] = theirs, folder
    return models


def read_by(kind: str, rows: int = 3, length: int = 11) -> Tensor:
    """What the model reads: ids, or an image for who sees."""
    generator = torch.Generator().manual_seed(length)
    if kind == "vit":
        return torch.randn(rows, 2, 15, 15, generator=generator)
    return torch.randint(3, 99, (rows, length), generator=generator)


@torch.no_grad()
def theirs_on(kind: str, theirs: Any, x: Tensor, y: Tensor) -> Tensor:
    """Logits [batch, position, vocabulary] by transformers."""
    if kind.startswith("marian"):
        found: Tensor = theirs(
            input_ids=x, attention_mask=x.ne(100).long(), decoder_input_ids=y
        ).logits
        return found
    if kind == "vit":
        return theirs(x).logits[:, None]
    pad = theirs.config.pad_token_id
    out = (
        theirs(input_ids=x) if pad is None else theirs(input_ids=x, attention_mask=x.ne(pad).long())
    )
    if kind == "minilm":
        return out.last_hidden_state @ theirs.embeddings.word_embeddings.weight.T
    found = out.prediction_logits if kind == "bert pretraining" else out.logits
    return found[:, None] if found.dim() == 2 else found


@pytest.mark.parametrize("kind", KINDS)
@torch.no_grad()
def test_the_logits_are_theirs(kind: str, saved: Saved) -> None:
    theirs, folder = saved[kind]
    ours = gf.load(folder)
    x, y = read_by(kind), read_by(kind, 3, 7)
    if kind != "vit" and not kind.startswith("gpt2"):
        x[1, 6:] = ours.config.pad
    given = (x, y) if isinstance(ours.model, EncoderDecoder) else (x,)
    found, wanted = ours.model.logits(ours.model(*given)), theirs_on(kind, theirs, x, y)
    real = x.ne(ours.config.pad) if found.size(1) == x.size(-1) and kind != "vit" else ...
    assert found.shape == wanted.shape
    assert (found - wanted)[real].abs().max() < 1e-4
    assert wanted.std() > 0.1


def test_labels_have_their_names_there_and_back(saved: Saved, tmp_path: Path) -> None:
    theirs, _ = saved["vit"]
    names = [f"kind {7 * i}" for i in range(7)]
    theirs.save_pretrained(tmp_path / "vit")
    said = json.loads((tmp_path / "vit" / "config.json").read_text())
    said["id2label"] = dict(enumerate(names))
    (tmp_path / "vit" / "config.json").write_text(json.dumps(said))
    model = gf.load(tmp_path / "vit")
    pixels = [11 * i % 256 for i in range(450)]
    with torch.no_grad():
        logits = theirs(torch.tensor(pixels).view(1, 2, 15, 15) / 255).logits[0]
    found = model.labels(" ".join(map(str, pixels)))
    order = logits.argsort(descending=True).tolist()
    assert [name for name, _ in found] == [names[i] for i in order]
    assert torch.allclose(torch.tensor([p for _, p in found]), logits.softmax(-1)[order], atol=1e-5)
    export_transformers(model.model, model.tokenizers, tmp_path / "out")
    again = json.loads((tmp_path / "out" / "config.json").read_text())
    assert again["id2label"] == {str(i): name for i, name in enumerate(names)}
    assert gf.load(tmp_path / "out").tokenizers.target.pieces([3]) == [names[3]]


@torch.no_grad()
def test_pixels_are_normalised_as_theirs(saved: Saved, tmp_path: Path) -> None:
    theirs, _ = saved["vit"]
    theirs.save_pretrained(tmp_path)
    mean, deviation = [0.3, 0.7], [0.2, 0.6]
    said = {"do_normalize": True, "image_mean": mean, "image_std": deviation}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(said))
    x = torch.rand(3, 2, 15, 15, generator=torch.Generator().manual_seed(3))
    shift, scale = (torch.tensor(part)[:, None, None] for part in (mean, deviation))
    ours = gf.load(tmp_path).model
    wanted = theirs((x - shift) / scale).logits
    assert (ours.logits(ours(x))[:, 0] - wanted).abs().max() < 1e-4


@pytest.mark.parametrize("kind", ["bert", "roberta"])
@torch.no_grad()
def test_segments_are_theirs(kind: str, saved: Saved) -> None:
    theirs, folder = saved[kind]
    x = read_by(kind)
    kinds = torch.zeros_like(x)
    kinds[:, 5:] = theirs.config.type_vocab_size - 1
    ours = gf.load(folder).model
    wanted = theirs(input_ids=x, token_type_ids=kinds).logits
    assert (ours.logits(ours(x, kinds)) - wanted).abs().max() < 1e-4
    if kind == "bert":
        assert (ours.logits(ours(x)) - wanted).abs().max() > 1e-2


def by_transformers(theirs: Any, x: Tensor, most: int, beam: int) -> list[list[int]]:
    """The tokens that transformers writes, neither start nor end nor padding among them."""
    how = {"num_beams": beam, "length_penalty": 0.0} if beam > 1 else {}
    rows = theirs.generate(
        x, max_new_tokens=most, do_sample=False, pad_token_id=100, **how
    ).tolist()
    begun = 1 if theirs.config.is_encoder_decoder else x.size(1)
    end = theirs.config.eos_token_id
    return [row[begun : [*row, end].index(end, begun)] for row in rows]


def by_us(model: DecoderOnly | EncoderDecoder, x: Tensor, most: int, beam: int) -> list[list[int]]:
    """The tokens that we write."""
    written = []
    end = 0 if isinstance(model, EncoderDecoder) else 100
    for row in x:
        if isinstance(model, EncoderDecoder):
            state, newest = model.start(row[None]), 100
        else:
            state, newest = model.start(), int(row[-1])
            for token in row[:-1]:
                _, state = model.step(token[None], state)
        shared: Any = {"rows": 1, "bos_id": newest, "eos_id": end, "max_lengths": [most],
                       "banned": (100,) if end == 0 else ()}  # fmt: skip
        if beam == 1:
            (best,) = greedy(model.step, state, **shared)
        else:
            ((best,),) = beam_search(model.step, state, beam=beam, alpha=0.0, **shared)
        written.append(list(best.tokens))
    return written


@pytest.mark.parametrize("beam", [1, 3])
@pytest.mark.parametrize("kind", ["gpt2", "marian"])
@torch.no_grad()
def test_the_tokens_are_theirs(kind: str, beam: int, saved: Saved) -> None:
    theirs, folder = saved[kind]
    ours = gf.load(folder).model
    assert isinstance(ours, DecoderOnly | EncoderDecoder)
    if kind.startswith("marian"):
        theirs.generation_config.bad_words_ids = [[100]]
    x = read_by(kind, 5, 7)
    found, wanted = by_us(ours, x, 23, beam), by_transformers(theirs, x, 23, beam)
    assert found == wanted
    assert len({tuple(row) for row in found}) > 1 and len({i for row in found for i in row}) > 3


@pytest.mark.parametrize("kind", ["gpt2", "bert", "roberta labels", "distilbert", "marian"])
def test_all_that_is_loaded_traces_and_can_be_patched(kind: str, saved: Saved) -> None:
    model = gf.load(saved[kind][1])
    text, target = "5 17 29 3", "7 11 13" if kind == "marian" else None
    tape = model.trace(text, target)
    layer = "decoder.1" if kind in ("gpt2", "marian") else "encoder.1"
    weights = f"{layer}.self_attention.weights"

    def even(path: str, axes: str, value: Tensor) -> Tensor:
        return torch.full_like(value, 1 / value.size(-1)) if path == weights else value

    patched = model.trace(text, target, patch=even)
    assert (patched["logits"] - tape["logits"]).abs().max() > 1e-4
    assert not tape.about["untrained"]
    assert tape.about["run"] == model.name == saved[kind][1].name


def test_a_model_writes_in_its_own_words(saved: Saved) -> None:
    theirs, folder = saved["gpt2"]
    wanted = by_transformers(theirs, torch.tensor([[5, 17, 29]]), 9, 1)[0]
    assert gf.load(folder).generate("5 17 29", max_length=9) == " ".join(map(str, wanted))


@pytest.fixture
def altered(saved: Saved, tmp_path: Path) -> Any:
    """A copy of the small GPT-2 with its tensors or its config changed."""

    def made_of(change: Any = lambda tensors: None, **config: Any) -> Path:
        source = saved["gpt2"][1]
        tensors = load_file(source / "model.safetensors")
        change(tensors)
        save_file(tensors, tmp_path / "model.safetensors")
        said = json.loads((source / "config.json").read_text()) | config
        (tmp_path / "config.json").write_text(json.dumps(said))
        return tmp_path

    return made_of


def test_a_tensor_that_is_missing_superfluous_or_misshaped_is_named(altered: Any) -> None:
    def spoil(tensors: dict[str, Tensor]) -> None:
        del tensors["transformer.h.1.ln_1.weight"]
        tensors["transformer.h.9.ln_1.weight"] = torch.zeros(22)
        tensors["transformer.h.2.attn.c_attn.weight"] = torch.zeros(22, 65)

    with pytest.raises(ForeignError) as caught:
        gf.load(altered(spoil))
    message = str(caught.value)
    assert "transformer.h.2.attn.c_attn.weight is [22, 65] there" in message
    assert "asks for [22, 66]" in message
    assert "superfluous: transformer.h.9.ln_1.weight" in message
    assert "missing: transformer.h.1.ln_1.weight" in message


def test_a_checkpoint_of_another_size_says_which_tensors(altered: Any) -> None:
    with pytest.raises(
        ForeignError, match=r"wte.weight is \[101, 22\] there.* asks for \[97, 22\]"
    ):
        gf.load(altered(vocab_size=97, bos_token_id=3, eos_token_id=3))


def test_what_must_hold_certain_numbers_does(altered: Any) -> None:
    triangle = torch.ones(43, 43).tril()[None, None]
    gf.load(altered(lambda tensors: tensors.update({"transformer.h.0.attn.bias": triangle})))
    with pytest.raises(ForeignError, match="transformer.h.0.attn.bias does not hold"):
        gf.load(
            altered(
                lambda tensors: tensors.update(
                    {"transformer.h.0.attn.bias": triangle.mT.contiguous()}
                )
            )
        )
    with pytest.raises(
        ForeignError, match="lm_head.weight differs from the tensor that it is tied to"
    ):
        gf.load(altered(lambda tensors: tensors.update({"lm_head.weight": torch.zeros(WORDS, 22)})))


def test_what_the_model_here_cannot_be_is_refused(altered: Any) -> None:
    with pytest.raises(
        ForeignError, match="scale_attn_by_inverse_layer_idx = True, which the model"
    ):
        gf.load(altered(scale_attn_by_inverse_layer_idx=True))
    with pytest.raises(ForeignError, match="activation_function = 'mish', which is not known"):
        gf.load(altered(activation_function="mish"))


def test_an_unknown_kind_lists_what_is_known(altered: Any, tmp_path: Path) -> None:
    with pytest.raises(ForeignError, match="of the kind 'mamba'. Known: BERT, .*GPT-2, Marian"):
        gf.load(altered(model_type="mamba"))
    with pytest.raises(ConfigError, match="Did you mean 'GPT-2'"):
        gf.load(tmp_path, format="GPT2")


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.safetensors", b"version https://git-lfs.github.com/spec/v1\n", "pointer of git-lfs"),
        ("a.safetensors", b"<!DOCTYPE html><html>", "a web page"),
        ("a.safetensors", b"\x00" * 8 + b'{"a":', "cut short"),
        ("a.bin", b"", "it is empty"),
        ("a.bin", b"GGUF\x03\x00", "GGUF"),
        ("a.pt", b"\x80\x02cposix\nsystem\nq\x00.", "would run code"),
        ("a.bin", b"\x1f\x8b\x08", "gzip"),
        ("a.bin", b"so it goes", "of no kind that is known"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_checkpoint_says_what_it_looks_like(
    name: str, content: bytes, message: str, tmp_path: Path
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ForeignError, match=message):
        gf.load(tmp_path / name)


def test_a_folder_without_weights_says_what_is_expected(tmp_path: Path) -> None:
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(
        ForeignError, match="a model.safetensors, .* is expected; there is config.json"
    ):
        gf.load(tmp_path)


def test_the_same_from_a_pickle_of_tensors_and_from_shards(saved: Saved, tmp_path: Path) -> None:
    theirs, folder = saved["gpt2"]
    (tmp_path / "config.json").write_bytes((folder / "config.json").read_bytes())
    torch.save(theirs.state_dict(), tmp_path / "pytorch_model.bin")
    theirs.save_pretrained(tmp_path / "shards", max_shard_size="30KB")
    assert len(list((tmp_path / "shards").glob("*.safetensors"))) > 1
    one = gf.load(folder).model.state_dict()
    for other in (tmp_path, tmp_path / "shards"):
        for name, value in gf.load(other).model.state_dict().items():
            assert torch.equal(value, one[name]), name


def test_a_hub_that_cannot_be_reached_says_what_to_put_where(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    constants = pytest.importorskip("huggingface_hub").constants
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(
        ForeignError, match=r"download the files of nobody/none: config.json.* folder"
    ):
        gf.load("nobody/none", format="auto")
    with pytest.raises(ForeignError, match="neither a path that exists nor a name"):
        hub.fetch("no/such/path")


def test_other_names_are_a_table_of_ones_own(tmp_path: Path) -> None:
    """The example of docs/foreign-weights.md, as it stands there."""
    page = Path(__file__).parents[2] / "docs" / "foreign-weights.md"
    code = page.read_text(encoding="utf-8").split('```python title="own.py"\n')[1].split("```")[0]
    theirs = made("gpt2")
    own = {}
    for name, value in theirs.state_dict().items():
        name = (
            name.removeprefix("transformer.").replace("h.", "blocks.").replace("attn.c_attn", "qkv")
        )
        own[
            name.replace("attn.c_proj", "out")
            .replace("mlp.c_fc", "up")
            .replace("mlp.c_proj", "down")
        ] = value.clone()
    del own["lm_head.weight"]
    save_file(own, tmp_path / "weights.safetensors")
    space: dict[str, Any] = {"path": tmp_path / "weights.safetensors"}
    exec(compile(code, "own.py", "exec"), space)
    x = read_by("gpt2")
    with torch.no_grad():
        found = space["model"].model.logits(space["model"].model(x))
        assert (found - theirs(input_ids=x).logits).abs().max() < 1e-4


def test_a_table_that_forgets_a_parameter_is_told(tmp_path: Path) -> None:
    save_file({"e": torch.zeros(11, 4)}, tmp_path / "w.safetensors")
    config = gf.ModelConfig(
        family="decoder-only", source_vocabulary=11, target_vocabulary=11, d_model=4, n_heads=2,
        d_ff=5, n_layers=1,
    )  # fmt: skip
    with pytest.raises(
        ForeignError, match="no row for decoder.0.self_attention.query_matrix.weight"
    ):
        gf.load(
            tmp_path / "w.safetensors", config=config, table={"e": "target_embedding.tokens.weight"}
        )


def test_a_table_goes_both_ways() -> None:
    config = gf.ModelConfig(
        family="encoder-only", source_vocabulary=14, target_vocabulary=14, d_model=6, n_heads=2,
        d_ff=5, n_layers=2,
    )  # fmt: skip
    one, other = gf.build(config, seed=1), gf.build(config, seed=2)
    rows: Rows = {**table(config, {})}
    own = "source_embedding.tokens.weight"
    del rows[own], rows["output_matrix"]
    rows["first", "second"] = joined(own, 2)
    up = "encoder.{}.feedforward.up."
    for layer in range(2):
        for kind in ("weight", "bias"):
            del rows[up.format(layer) + kind]
    rows["up.{}.*"] = transposed(up + "*")
    theirs = give(rows, one)
    assert theirs["second"].shape == (7, 6) and theirs["up.1.weight"].shape == (6, 5)
    assert torch.equal(theirs["second"], one.state_dict()[own][7:])
    take(rows, theirs, other)
    for name, value in one.state_dict().items():
        assert torch.equal(other.state_dict()[name], value), name
    del theirs["second"]
    with pytest.raises(ForeignError, match="missing: second$"):
        take(rows, theirs, other)
