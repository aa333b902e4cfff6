"""Encoded corpora: what goes in comes out, from disk, and what is broken is said to be."""

from __future__ import annotations

import os
import sys
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from glassformer.data.corpus import EncodedCorpus
from glassformer.errors import DataError

ids = st.lists(st.integers(0, 2**31 - 1), max_size=9)


@settings(max_examples=25, deadline=None)
@given(pairs=st.lists(st.tuples(ids, ids), max_size=9))
def test_what_goes_in_comes_out(
    pairs: list[tuple[list[int], list[int]]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("corpus") / "x"
    for corpus in (EncodedCorpus.build(folder, pairs), EncodedCorpus.open(folder)):
        assert len(corpus) == len(pairs)
        for row, (source, target) in enumerate(pairs):
            assert corpus.source(row).tolist() == source
            assert corpus.target(row).tolist() == target
        assert corpus.source_lengths[:].tolist() == [len(s) for s, _ in pairs]
        rows = np.arange(len(pairs))[::-1]
        assert corpus.target_lengths[rows].tolist() == [len(t) for _, t in pairs][::-1]


def test_building_holds_little_in_memory(tmp_path: Path) -> None:
    def many() -> Iterator[tuple[list[int], list[int]]]:
        for i in range(20_000):
            yield [i] * 40, [i] * 40

    tracemalloc.start()
    corpus = EncodedCorpus.build(tmp_path / "x", many())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (tmp_path / "x" / "source.tokens").stat().st_size == 20_000 * 40 * 4
    assert peak < 1_500_000
    assert corpus.source(19_999)[0] == 19_999


@pytest.mark.parametrize("file", ["source.tokens", "target.offsets", "corpus.json"])
def test_a_file_that_is_cut_short_or_gone(tmp_path: Path, file: str) -> None:
    EncodedCorpus.build(tmp_path / "x", [([1, 2], [3])])
    path = tmp_path / "x" / file
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(DataError, match="no whole encoded corpus.*delete it"):
        EncodedCorpus.open(tmp_path / "x")
    path.unlink()
    with pytest.raises(DataError, match="no whole encoded corpus"):
        EncodedCorpus.open(tmp_path / "x")


def test_an_error_midway_leaves_nothing(tmp_path: Path) -> None:
    def broken() -> Iterator[tuple[list[int], list[int]]]:
        yield [1], [2]
        raise DataError("line 2 is bad")

    with pytest.raises(DataError, match="line 2 is bad"):
        EncodedCorpus.build(tmp_path / "x", broken())
    assert not list(tmp_path.iterdir())


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
def test_a_full_disk_is_named(tmp_path: Path) -> None:
    """A limit on the size of files fails as a full disk does: in the middle of a write."""
    import resource
    import signal

    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))
            try:
                EncodedCorpus.build(tmp_path / "x", (([i] * 99, [i]) for i in range(999)))
            except DataError as error:
                code = 0 if "could not write" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert not list(tmp_path.iterdir())
