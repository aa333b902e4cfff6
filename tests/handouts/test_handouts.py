"""Hand-outs: parameters in few bits, what a file holds, and what is too much for one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load
from torch import Tensor, nn

from glassformer.errors import ConfigError, RecordingError
from glassformer.handouts import Contents, Recorded, Rounded, contents, encoded, file, round_rows
from glassformer.inspection.one_page import once_more, recorded, rounded
from glassformer.inspection.record import record
from glassformer.inspection.tape import Tape
from glassformer.numerics.positions import sinusoids

OPS = Path(__file__).parent.parent.parent / "web" / "src" / "ops"


def test_a_row_becomes_levels_of_its_own_scale() -> None:
    found = round_rows(torch.tensor([[-1.27, 0.0, 0.635], [12.7, 0.1, -0.04]]), 8)
    assert found.levels.tolist() == [[-127, 0, 63], [127, 1, 0]]
    assert torch.allclose(found.scale, torch.tensor([0.01, 0.1]), rtol=1e-3)


@pytest.mark.parametrize("bits", [8, 9, 12])
def test_no_number_moves_by_more_than_half_a_level(bits: int) -> None:
    torch.manual_seed(2)
    value = torch.randn(3, 5, 7)
    found = round_rows(value, bits)
    off = (found.value() - value).abs().reshape(15, 7)
    assert bool((off <= found.scale[:, None] * 0.5001).all())
    assert found.value().shape == value.shape


def test_a_row_of_zeros_stays_one() -> None:
    assert torch.equal(round_rows(torch.zeros(2, 3), 8).value(), torch.zeros(2, 3))


def test_nan_cannot_be_rounded() -> None:
    with pytest.raises(RecordingError, match="NaN"):
        round_rows(torch.tensor([[1.0, torch.nan]]), 8)


def restored(planes: dict[str, Tensor], shape: tuple[int, ...], bits: int) -> Tensor:
    """What web/src/core/rounded.ts makes of the planes."""
    levels = planes["high"].to(torch.int64)
    size = -(-len(levels) // 8)
    for bit in range(bits - 8):
        row = np.unpackbits(planes["low"][bit * size : (bit + 1) * size].numpy())[: len(levels)]
        levels = 2 * levels + torch.from_numpy(row)
    rows = levels.reshape(-1, shape[-1]).float()
    return (rows * planes["scale"][:, None]).reshape(shape)


@pytest.mark.parametrize("bits", [8, 11])
def test_the_planes_hold_all_of_it(bits: int) -> None:
    torch.manual_seed(4)
    found = round_rows(torch.randn(5, 13), bits)
    assert torch.equal(restored(found.planes(), (5, 13), bits), found.value())


def test_text_holds_fifteen_bits_a_character() -> None:
    data = bytes(range(256)) * 3 + b"\x01\x02"
    text = file.as_text(data)
    codes = [ord(one) - 0x100 for one in text]
    assert len(text) == -(-len(data) * 8 // 15)
    assert all(0 <= code < 2**15 for code in codes)
    bits = "".join(f"{code:015b}" for code in codes)[: len(data) * 8]
    assert bytes(int(bits[i : i + 8], 2) for i in range(0, len(bits), 8)) == data


def test_the_file_says_that_it_is_utf16() -> None:
    assert encoded("aé").hex() == "fffe6100e900"


def test_what_is_said_to_be_computed_has_an_explainer() -> None:
    text = (OPS / "index.ts").read_text(encoding="utf-8")
    known = text.partition("EXPLAINERS")[2].partition("};")[0].partition("{")[2]
    names = set(re.findall(r"(?:^|[\s,{])(\w+)(?=[,:\s])", known.replace("'", "")))
    assert contents.COMPUTED - names == set()


def net() -> tuple[nn.Module, Tensor]:
    """Something small that is no model of ours."""
    torch.manual_seed(5)
    return nn.Sequential(nn.Linear(5, 7), nn.ReLU(), nn.Linear(7, 3)).eval(), torch.randn(2, 5)


def taken() -> Tape:
    """A recording of it."""
    model, x = net()
    with torch.no_grad(), record(model) as tape:
        model(x)
    return tape


def test_once_more_is_the_run_with_the_rounded_parameters() -> None:
    model, x = net()
    tape = taken()
    parameters = {path: one.value() for path, one in rounded(tape, 8).items()}
    assert list(parameters) == ["0.weight", "2.weight"]
    again = once_more(tape, parameters)
    with torch.no_grad():
        model.load_state_dict(parameters, strict=False)
        expected = model(x)
    assert torch.equal(again.entries[-1].value, expected)
    assert not torch.equal(again.entries[-1].value, tape.entries[-1].value)


def test_a_hand_out_holds_what_cannot_be_computed_and_nothing_else() -> None:
    tape = taken()
    tape.about = {"trace": "1"}
    one = Contents(
        title="x", recorded=[recorded(tape)], parameters=rounded(tape, 9), moved=0.5, models=[]
    )
    tensors = load(one.to_bytes())
    assert sorted(tensors) == [
        "0.weight.high", "0.weight.low", "0.weight.scale",
        "2.weight.high", "2.weight.low", "2.weight.scale", "given 6", "given 7", "given 8",
    ]  # fmt: skip


def test_a_table_of_positions_is_kept_as_its_formula() -> None:
    graph = {"entries": [{"path": "table", "kind": "buffer", "operator": "", "inputs": []}]}
    one = Recorded(graph, {"table": sinusoids(11, 6)})
    made = Contents(title="", recorded=[one], parameters={}, moved=0, models=[]).to_bytes()
    length = int.from_bytes(made[:8], "little")
    held = json.loads(json.loads(made[8 : 8 + length])["__metadata__"]["handout"])["traces"][0]
    assert held["tables"] == {"table": "sinusoids"}
    assert load(made) == {}


def test_more_bits_where_there_is_room_and_an_error_where_there_is_none(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("handout.css", "handout.js"):
        (tmp_path / name).write_text("x")
    monkeypatch.setattr(file, "PAGE", tmp_path)
    torch.manual_seed(6)
    value = torch.randn(101, 997)
    asked: list[int] = []

    def make(bits: int) -> Contents:
        asked.append(bits)
        found: dict[str, Rounded | Tensor] = {"w": round_rows(value, bits)}
        return Contents(title="", recorded=[], parameters=found, moved=0, models=[])

    size = len(encoded(file.fitting(make)))
    assert asked == [8, 12]
    monkeypatch.setattr(file, "GOAL", size - 30_000)
    assert len(encoded(file.fitting(make))) <= size - 30_000
    assert asked[-1] == 9
    monkeypatch.setattr(file, "CAP", 1000)
    with pytest.raises(ConfigError, match=r"would have 0\.1 MB.*fewer sentences"):
        file.fitting(make)


def test_a_title_in_braces_is_a_title(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("handout.css", "handout.js"):
        (tmp_path / name).write_text("x")
    monkeypatch.setattr(file, "PAGE", tmp_path)
    found = Contents(title="a {data} <b>", recorded=[], parameters={}, moved=0, models=[])
    for plain in (False, True):
        page = file.written(found, plain=plain)
        assert "<title>a &#123;data} &lt;b&gt;</title>" in page and "{data}" not in page


def test_a_page_that_was_not_built_is_one_line(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(file, "PAGE", tmp_path)
    with pytest.raises(ConfigError, match="make setup"):
        taken().save(tmp_path / "x.html")
