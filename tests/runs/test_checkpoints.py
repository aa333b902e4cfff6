"""Checkpoints: whole or not there, found again, averaged, told apart from damaged ones."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from glassformer.errors import CheckpointError
from glassformer.runs import Run
from glassformer.runs.files import fault, load_tensors, save_tensors


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return Run.create(tmp_path / "run", recipe='description = "a test"\n')


def save(run: Run, *steps: int) -> None:
    """Checkpoints whose every number is their step."""
    for step in steps:
        weights = {"w": torch.full((3, 5), float(step))}
        run.save_checkpoint(step, weights, {"moment": torch.full((7,), step)}, {"step": step})


def weights_file(run: Run, step: int) -> Path:
    return run.path / "checkpoints" / f"{step:08}" / "model.safetensors"


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-9])


def alter(file: Path) -> None:
    raw = bytearray(file.read_bytes())
    raw[-3] ^= 1
    file.write_bytes(raw)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def test_a_checkpoint_comes_back_as_it_was(run: Run) -> None:
    assert run.latest_checkpoint(pytest.fail) is None
    model = {"w": torch.randn(3, 5), "half": torch.randn(2).bfloat16(), "none": torch.empty(0)}
    optimizer = {"step": torch.tensor(41), "generator": torch.arange(11, dtype=torch.uint8)}
    state = {"progress": {"loss": 0.1, "name": "é\u2028"}, "threads": 2}
    run.save_checkpoint(41, model, optimizer, state)
    found = run.latest_checkpoint(pytest.fail)
    assert found is not None
    assert (found.step, found.state) == (41, state)
    for wrote, read in ((model, found.model), (optimizer, found.optimizer)):
        assert wrote.keys() == read.keys()
        for name, tensor in wrote.items():
            assert read[name].dtype == tensor.dtype
            assert torch.equal(read[name], tensor)


def test_tied_parameters_are_stored_once_and_views_each_for_itself(tmp_path: Path) -> None:
    table = torch.randn(101, 13)
    line = torch.arange(12.0)
    tensors = {"embedding": table, "output": table, "head": line[:6], "tail": line[3:9],
               "turned": table.t(), "tiny_of_large": table[:2]}  # fmt: skip
    save_tensors(tmp_path / "file", tensors)
    found = load_tensors(tmp_path / "file")
    assert found.keys() == tensors.keys()
    assert all(torch.equal(found[name], tensors[name]) for name in tensors)
    assert found["output"] is found["embedding"]
    assert (tmp_path / "file").stat().st_size < 2.5 * table.nbytes


@pytest.mark.parametrize("damage", [cut, alter, empty, Path.unlink])
@pytest.mark.parametrize(
    "name", ["model.safetensors", "optimizer.safetensors", "state.json", "manifest.json"]
)
def test_a_damaged_checkpoint_is_named_and_the_one_before_it_taken(
    run: Run, damage: Callable[[Path], None], name: str
) -> None:
    save(run, 3, 5)
    damage(run.path / "checkpoints" / "00000005" / name)
    said: list[str] = []
    found = run.latest_checkpoint(said.append)
    assert found is not None
    assert found.step == 3
    assert torch.equal(found.model["w"], torch.full((3, 5), 3.0))
    assert len(said) == 1
    assert name in said[0]
    assert "00000005" in said[0]
    assert "falling back to 00000003" in said[0]


def test_a_manifest_of_nothing_vouches_for_nothing(run: Run) -> None:
    save(run, 3)
    (run.path / "checkpoints/00000003/manifest.json").write_text('{"sha256": {}}')
    with pytest.raises(CheckpointError, match="names no file"):
        run.latest_checkpoint(pytest.fail)


def test_no_whole_checkpoint_is_an_error_that_names_each(run: Run) -> None:
    save(run, 3, 5)
    cut(weights_file(run, 3))
    weights_file(run, 5).unlink()
    for call in (run.latest_checkpoint, run.load_weights):
        with pytest.raises(CheckpointError, match=r"00000005.*missing.*00000003.*altered"):
            call(pytest.fail)
    with pytest.raises(CheckpointError, match="no whole checkpoint to average"):
        run.average(2)


@given(st.data())
def test_any_changed_byte_is_found(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    run = Run.create(tmp_path_factory.mktemp("runs") / "run", recipe="")
    save(run, 7)
    folder = run.path / "checkpoints" / "00000007"
    names = ["model.safetensors", "optimizer.safetensors", "state.json"]
    file = folder / data.draw(st.sampled_from(names))
    raw = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(raw) - 1))
    raw[place] ^= data.draw(st.integers(1, 255))
    assert fault(folder) is None
    file.write_bytes(raw)
    assert file.name in (fault(folder) or "")


def test_only_folders_named_by_a_step_are_checkpoints(run: Run) -> None:
    save(run, 3, 100_000_007)
    (run.path / "checkpoints" / "00000003.bak").mkdir()
    (run.path / "checkpoints" / "00000009").write_text("a file")
    assert [f.name for f in run.checkpoints()] == ["00000003", "100000007"]


def test_the_newest_are_kept_and_what_a_kill_left_goes(run: Run) -> None:
    save(run, 1, 2, 3, 5)
    (run.path / "checkpoints" / ".00000007.1234").mkdir()
    run.prune(2)
    names = sorted(f.name for f in (run.path / "checkpoints").iterdir())
    assert names == ["00000003", "00000005"]


def test_after_a_fallback_the_good_one_outlives_the_damaged(run: Run) -> None:
    save(run, 3, 9)
    cut(weights_file(run, 9))
    assert run.latest_checkpoint(lambda _: None).step == 3  # type: ignore[union-attr]
    save(run, 5)  # a stop between two checkpoints, before step 9 is reached again
    run.prune(1)
    assert run.latest_checkpoint(pytest.fail).step == 5  # type: ignore[union-attr]


def test_a_checkpoint_replaces_one_of_the_same_step(run: Run) -> None:
    save(run, 3)
    alter(weights_file(run, 3))
    save(run, 3)
    assert run.latest_checkpoint(pytest.fail) is not None
    assert [f.name for f in (run.path / "checkpoints").iterdir()] == ["00000003"]


def test_the_average_by_hand(run: Run) -> None:
    tied = torch.tensor([1.0, 2.0])
    for step, values in ((1, [9.0, 9.0]), (2, [1.0, 2.0]), (3, [3.0, 7.0])):
        tied = torch.tensor(values)
        weights = {"a": tied, "b": tied, "half": tied.bfloat16(), "count": torch.tensor(step)}
        run.save_checkpoint(step, weights, {}, {})
    mean = run.average(2)
    assert mean["a"].tolist() == [2.0, 4.5]
    assert mean["b"] is mean["a"]
    assert (mean["half"].dtype, mean["half"].tolist()) == (torch.bfloat16, [2.0, 4.5])
    assert mean["count"] == 3
    assert run.average(99)["a"].tolist() == pytest.approx([13 / 3, 6.0])


def test_the_average_of_equal_weights_is_themselves(run: Run) -> None:
    weights = {"w": torch.randn(31, 37)}
    for step in (1, 2, 3):
        run.save_checkpoint(step, weights, {}, {})
    assert torch.equal(run.average(3)["w"], weights["w"])


def test_a_damaged_checkpoint_is_left_out_of_the_average_and_named(run: Run) -> None:
    save(run, 1, 2, 3)
    alter(weights_file(run, 2))
    said: list[str] = []
    assert run.average(2, said.append)["w"][0, 0] == 2.0  # of 1 and 3
    assert len(said) == 1
    assert "00000002" in said[0]


def test_weights_come_from_the_final_model_or_else_from_a_checkpoint(run: Run) -> None:
    with pytest.raises(CheckpointError, match="no checkpoint yet"):
        run.load_weights(pytest.fail)
    save(run, 3)
    said: list[str] = []
    assert not run.finished
    assert run.load_weights(said.append)["w"][0, 0] == 3.0
    assert "not finished" in said.pop()
    run.save_model({"w": torch.full((3, 5), 0.5)})
    assert run.finished
    assert run.load_weights(pytest.fail)["w"][0, 0] == 0.5
    cut(run.path / "model" / "model.safetensors")
    assert run.load_weights(said.append)["w"][0, 0] == 3.0
    assert "final model" in said.pop()


def test_a_run_can_be_read_by_those_who_can_read_its_folder(run: Run) -> None:
    save(run, 3)
    mode = run.path.stat().st_mode
    assert (run.path / "checkpoints" / "00000003").stat().st_mode == mode


TOO_LARGE = """
import sys
from pathlib import Path
import torch
from glassformer.errors import RunError
from glassformer.runs import Run

run = Run.open(Path(sys.argv[1]))
run.save_checkpoint(3, {"w": torch.ones(5)}, {}, {})
if sys.argv[2] == "file":
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000))
try:
    run.save_checkpoint(5, {"w": torch.ones(1_000_000)}, {}, {})
except RunError as error:
    print(error)
try:
    run.append_metrics({"step": 5, "text": "x" * 4_000_000})
except RunError as error:
    print(error)
found = run.latest_checkpoint(print)
print(found.step, [f.name for f in (run.path / "checkpoints").iterdir()])
"""


def python(*arguments: str) -> list[str]:
    """The command of a Python that runs this code with these arguments."""
    return [sys.executable, "-c", *arguments]


def lines_of(command: list[str]) -> list[str]:
    done = subprocess.run(command, check=True, capture_output=True, encoding="utf-8", timeout=100)
    return done.stdout.split("\n")


@pytest.mark.skipif(os.name == "nt", reason="the system has no limit on the size of files")
def test_a_file_that_cannot_be_written_whole_leaves_what_was_there(run: Run) -> None:
    first, second, kept, _ = lines_of(python(TOO_LARGE, str(run.path), "file"))
    assert "could not write" in first
    assert "00000005" in first
    assert "metrics.jsonl" in second
    assert kept == "3 ['00000003']"


def on_a_small_disk(folder: Path, command: list[str]) -> list[str]:
    """The command that mounts 1 MB of memory at the folder, for itself alone, and runs this one."""
    script = 'mount -t tmpfs -o size=1m tmpfs "$0" && "$@"'
    return [*"unshare --user --map-root-user --mount sh -c".split(), script, str(folder), *command]


def test_a_full_disk_is_named_and_leaves_what_was_there(tmp_path: Path) -> None:
    tried = None
    with contextlib.suppress(OSError):
        tried = subprocess.run(on_a_small_disk(tmp_path, ["true"]), capture_output=True)
    if tried is None or tried.returncode:
        pytest.skip("this system does not let its users mount a disk of their own")
    code = TOO_LARGE.replace(
        "Run.open(Path(sys.argv[1]))", 'Run.create(Path(sys.argv[1]), recipe="")'
    )
    first, second, kept, _ = lines_of(
        on_a_small_disk(tmp_path, python(code, str(tmp_path / "run"), "disk"))
    )
    assert "00000005: the disk is full" in first
    assert "metrics.jsonl: the disk is full" in second
    assert kept == "3 ['00000003']"


SAVE_FOREVER = """
import itertools, sys
from pathlib import Path
import torch
from glassformer.runs import Run

run = Run.open(Path(sys.argv[1]))
for step in itertools.count(1):
    run.save_checkpoint(step, {"w": torch.full((200_000,), step)}, {"m": torch.ones(3)}, {})
    run.prune(3)
    print(step, flush=True)
"""


def test_a_kill_leaves_only_whole_checkpoints(run: Run) -> None:
    process = subprocess.Popen(
        python(SAVE_FOREVER, str(run.path)), stdout=subprocess.PIPE, encoding="utf-8"
    )
    assert process.stdout is not None
    for pause in (0.003, 0.011, 0.017, 0.0):
        process.stdout.readline()
        time.sleep(pause)
    process.kill()
    done = [int(line) for line in process.stdout.read().split("\n") if line]
    process.wait()
    assert all(fault(folder) is None for folder in run.checkpoints())
    found = run.latest_checkpoint(pytest.fail)
    assert found is not None
    assert found.step >= max(done, default=4)
    assert torch.equal(found.model["w"], torch.full((200_000,), found.step))


def test_a_file_with_names_that_lead_nowhere_is_refused(tmp_path: Path) -> None:
    from safetensors.torch import save_file

    tensors: dict[str, Tensor] = {"w": torch.ones(3)}
    save_file(tensors, tmp_path / "file", metadata={"shared": json.dumps({"v": "gone"})})
    with pytest.raises(CheckpointError, match="no readable safetensors file"):
        load_tensors(tmp_path / "file")
