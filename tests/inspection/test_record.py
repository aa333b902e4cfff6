"""Recordings: complete, recomputable, the same as the run that was not recorded."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from glassformer.errors import RecordingError
from glassformer.inspection.operators import SHAPE_OPERATORS
from glassformer.inspection.record import no_fast_path, record
from glassformer.inspection.tape import Tape, plain
from glassformer.model import Model, ModelConfig, build

SIZES: dict[str, Any] = {
    "source_vocabulary": 31, "target_vocabulary": 31, "d_model": 22, "d_ff": 37, "n_heads": 2,
    "n_layers": 2, "d_k": 5, "d_v": 7,
}  # fmt: skip
SOURCE = torch.tensor([[3, 4, 5, 6, 7], [8, 9, 0, 0, 0]])
TARGET = torch.tensor([[1, 4, 5], [1, 9, 11]])
INPUTS = {
    "encoder-decoder": (SOURCE, TARGET), "decoder-only": (SOURCE,), "encoder-only": (SOURCE,),
}  # fmt: skip


def small(**changes: Any) -> Model:
    return build(ModelConfig(**(SIZES | changes)), seed=5).eval()


def taken(model: nn.Module, *inputs: Tensor) -> tuple[Tape, Any]:
    with torch.no_grad(), record(model) as tape:
        result = model(*inputs)
    return tape, result


def check_every_value(tape: Tape) -> int:
    """Compute every value again from its inputs; return how many there were."""
    count = 0
    for entry in tape:
        if entry.kind != "value":
            continue
        found, recorded = tape.recompute(entry).float(), entry.value.float()
        finite = recorded[recorded.isfinite()]
        scale = 1 + (float(finite.abs().max()) if finite.numel() else 0)
        assert torch.allclose(found, recorded, atol=1e-5 * scale, equal_nan=True), entry.path
        for source in entry.inputs:
            assert {name for name, _ in source.through} <= SHAPE_OPERATORS
        count += 1
    return count


@pytest.mark.parametrize("norm", ["post", "pre"])
@pytest.mark.parametrize("family", INPUTS)
def test_every_value_can_be_computed_again(family: str, norm: str) -> None:
    model, inputs = small(family=family, norm=norm, activation="gelu"), INPUTS[family]
    tape, result = taken(model, *inputs)
    assert check_every_value(tape) > 50
    with torch.no_grad():
        assert torch.allclose(result, model(*inputs), atol=1e-5)
    assert torch.equal(tape["hidden"], result)


def test_from_the_output_one_can_walk_to_the_words() -> None:
    tape, _ = taken(small(), SOURCE, TARGET)
    reached, waiting = set(), [tape.index["hidden"]]
    while waiting:
        number = waiting.pop()
        if number not in reached:
            reached.add(number)
            waiting += [source.entry for source in tape.entries[number].inputs]
    paths = {tape.entries[number].path for number in reached}
    assert {"source", "target"} <= paths
    parameters = {path for path, _ in small().named_parameters()}
    assert parameters <= paths
    unreached = [e.path for i, e in enumerate(tape) if i not in reached]
    assert not unreached


def test_entries_say_how_they_came_to_be() -> None:
    tape, _ = taken(small(), SOURCE, TARGET)
    scores = tape.entry("decoder.1.cross_attention.scores")
    assert (scores.operator, scores.axes) == ("matmul", "batch head query key")
    assert [tape.entries[s.entry].path for s in scores.inputs] == [
        "decoder.1.cross_attention.query", "decoder.1.cross_attention.key",
    ]  # fmt: skip
    assert scores.inputs[1].through[0][0] == "transpose"
    assert scores.file == "glassformer/numerics/attention.py"
    source = Path(__file__).parents[2] / "src" / scores.file
    line = source.read_text(encoding="utf-8").split("\n")[scores.line - 1]
    assert "query @ key.transpose(-2, -1)" in line
    scaled = tape.entry("decoder.1.cross_attention.scaled")
    assert (scaled.operator, scaled.constants[0][1]) == ("div", pytest.approx(5**0.5))


def test_tied_parameters_stand_once() -> None:
    tape, _ = taken(small(tie="all"), SOURCE, TARGET)
    tables = [e.path for e in tape if e.kind == "parameter" and e.shape == (31, 22)]
    assert len(tables) == 1


def test_a_patch_leaves_what_was_there_beside_it() -> None:
    def patch(path: str, axes: str, value: Tensor) -> Tensor:
        return value * 0 if path == "encoder.0.self_attention.weights" else value

    model = small()
    with torch.no_grad(), record(model, patch) as tape:
        changed = model(SOURCE, TARGET)
    entry = tape.entry("encoder.0.self_attention.weights")
    assert entry.kind == "changed" and (entry.value == 0).all()
    assert (tape["encoder.0.self_attention.weights.original"] != 0).any()
    assert (tape["encoder.0.self_attention.mixed"] == 0).all()
    assert not any(e.operator == "mul" and "attention" in e.path for e in tape)
    assert not torch.equal(changed, taken(model, SOURCE, TARGET)[1])
    check_every_value(tape)


@pytest.mark.parametrize("batch_first", [True, False])
def test_torchs_own_transformer(batch_first: bool) -> None:
    model = nn.Transformer(16, 2, 2, 2, 32, batch_first=batch_first).eval()
    generator = torch.Generator().manual_seed(1)
    source, target = (torch.randn(3, n, 16, generator=generator) for n in (5, 4))
    if not batch_first:
        source, target = source.transpose(0, 1), target.transpose(0, 1)
    mask = nn.Transformer.generate_square_subsequent_mask(4)
    with torch.no_grad():
        expected = model(source, target, tgt_mask=mask)
        with record(model) as tape:
            found = model(source, target, tgt_mask=mask)
    assert torch.allclose(found, expected, atol=1e-5)
    weights = tape["decoder.layers.1.multihead_attn.weights"]
    assert weights.shape == (3, 2, 4, 5)
    assert torch.allclose(weights.sum(-1), torch.ones(()))
    assert check_every_value(tape) > 100


def test_padding_on_torchs_fast_path_is_recorded_by_steps() -> None:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True).eval()
    x = torch.randn(2, 5, 16, generator=torch.Generator().manual_seed(2))
    padding = torch.tensor([[False] * 5, [False, False, True, True, True]])
    with torch.no_grad():
        expected = layer(x, src_key_padding_mask=padding)
        with record(layer) as tape:
            found = layer(x, src_key_padding_mask=padding)
    assert torch.allclose(found[~padding], expected[~padding], atol=1e-5)
    assert (tape["self_attn.weights"][1, :, :, 2:] == 0).all()
    assert torch.backends.mha.get_fastpath_enabled()


def test_the_fast_path_comes_back_when_the_last_recording_ends() -> None:
    assert torch.backends.mha.get_fastpath_enabled()
    first, second = no_fast_path(), no_fast_path()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not torch.backends.mha.get_fastpath_enabled()
    second.__exit__(None, None, None)
    assert torch.backends.mha.get_fastpath_enabled()


class Fused(nn.Module):
    """Attention as small GPT code has it."""

    def __init__(self) -> None:
        super().__init__()
        self.a = nn.Linear(8, 24)

    def forward(self, x: Tensor) -> Tensor:
        sides = [s.view(2, 5, 2, 4).transpose(1, 2) for s in self.a(x).split(8, dim=2)]
        mixed = F.scaled_dot_product_attention(*sides, is_causal=True)
        return mixed.transpose(1, 2).reshape(2, 5, 8)


def test_fused_attention_is_recorded_by_its_steps() -> None:
    model, x = Fused().eval(), torch.randn(2, 5, 8)
    tape, found = taken(model, x)
    assert torch.allclose(found, model(x), atol=1e-6)
    assert {"scores", "scaled", "masked", "weights", "mixed"} <= set(tape.index)
    assert check_every_value(tape) >= 6


def test_any_module_is_recorded_operator_by_operator() -> None:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(inplace=True), nn.MaxPool2d(2), nn.Flatten(),
        nn.Linear(36, 5), nn.GELU(), nn.Dropout(0.5),
    ).eval()  # fmt: skip
    tape, _ = taken(model, torch.randn(2, 1, 8, 8))
    made = [e.operator for e in tape if e.kind == "value"]
    assert made[:6] == ["conv2d", "batch_norm", "relu", "max_pool2d", "linear", "gelu"]
    assert (tape["1.batch_norm"] < 0).any()  # kept as it was before relu wrote over it


class Writes(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = torch.zeros(4, 4)
        y[:, :2] = x
        return y


class WritesAView(nn.Module):
    def forward(self, x: Tensor) -> Tensor:
        y = x * 2
        y[:, 0].add_(1)
        return y


@pytest.mark.parametrize("model", [Writes(), WritesAView()])
def test_a_write_that_cannot_be_followed_is_refused(model: nn.Module) -> None:
    with pytest.raises(RecordingError, match=r"test_record.py, line \d+ writes into a part"):
        taken(model, torch.ones(4, 2))


def test_compiled_models_are_refused() -> None:
    with (
        pytest.raises(RecordingError, match="pass the model it was made from"),
        record(torch.compile(small(), backend="eager")),  # type: ignore[arg-type]
    ):
        pass


def test_steps_of_decoding_have_their_number() -> None:
    model = small()
    with torch.no_grad(), record(model) as tape:
        state = model.start(SOURCE)
        for step in range(3):
            tape.step = step
            model.step(TARGET[:, step], state)
    keys = [tape[f"decoder.0.self_attention.key{end}"].size(2) for end in ("", "@1", "@2")]
    assert keys == [1, 2, 3]
    assert {e.step for e in tape} == {0, 1, 2}
    check_every_value(tape)


def test_nothing_stays_behind() -> None:
    model = small()
    hooks = [len(part._forward_hooks) for part in model.modules()]
    with pytest.raises(ZeroDivisionError), record(model):
        1 / 0  # noqa: B018
    assert hooks == [len(part._forward_hooks) for part in model.modules()]
    assert model(SOURCE, TARGET).shape == (2, 3, 22)


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    tape, _ = taken(small(), SOURCE, TARGET)
    tape.about = {"text": "ä 😀"}
    file = tmp_path / "x.safetensors"
    tape.save(file)
    again = Tape.load(file)
    assert again.graph == tape.graph
    for entry in tape:
        assert torch.equal(plain(again[entry.path]), plain(entry.value)), entry.path
    assert check_every_value(again) == check_every_value(tape)
    json.dumps(tape.graph, allow_nan=False)


def test_some_values_travel_without_the_others() -> None:
    from safetensors.torch import load

    tape, _ = taken(small(), SOURCE, TARGET)
    content = tape.to_bytes(["hidden"])
    assert set(load(content)) == {"hidden"}
    with pytest.raises(RecordingError, match="as 'hiden'. Did you mean .*hidden"):
        tape.to_bytes(["hiden"])


def test_files_that_are_no_recordings_are_named(tmp_path: Path) -> None:
    file = tmp_path / "x.safetensors"
    for content in (b"", b"no recording at all", Tape().to_bytes()[:-3]):
        file.write_bytes(content)
        with pytest.raises(RecordingError, match="x.safetensors is no recording"):
            Tape.load(file)
    with pytest.raises(RecordingError, match="is no recording"):
        Tape.load(tmp_path / "none")
    with pytest.raises(RecordingError, match="could not write"):
        Tape().save(tmp_path / "none" / "x")


def test_the_table_has_a_line_for_each_entry() -> None:
    tape, _ = taken(small(), SOURCE, TARGET)
    lines = tape.table().split("\n")
    assert len(lines) == len(tape)
    (line,) = [line for line in lines if line.startswith("encoder.0.self_attention.weights ")]
    assert "batch 2 × head 2 × query 5 × key 5" in line and "masked_fill(" in line


def test_two_threads_record_one_model_at_once() -> None:
    model = small()
    expected = [taken(model, SOURCE, TARGET[:, :n])[0] for n in (1, 2, 3)]
    found: dict[int, list[Tape]] = {0: [], 1: [], 2: []}

    def work(which: int) -> None:
        for _ in range(8):
            found[which].append(taken(model, SOURCE, TARGET[:, : which + 1])[0])

    threads = [threading.Thread(target=work, args=(which,)) for which in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for which, tapes in found.items():
        assert len(tapes) == 8
        for tape in tapes:
            assert tape.graph == expected[which].graph
