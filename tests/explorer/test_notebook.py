"""What ``gf.explore`` takes beside models, in a notebook and outside of one."""

from __future__ import annotations

import pytest
import torch
from torch import nn

import glassformer as gf
from glassformer.errors import ConfigError
from glassformer.explorer import notebook
from glassformer.explorer.models import Models


def test_this_is_no_notebook() -> None:
    assert not notebook.in_notebook()


def test_a_module_reads_no_sentence() -> None:
    with pytest.raises(ConfigError, match="'the girl': a module with inputs of its own"):
        gf.explore(nn.Linear(3, 5), torch.ones(2, 3), "the girl")


def test_a_sentence_alone_is_no_model() -> None:
    with pytest.raises(ConfigError, match="explore needs a model"):
        gf.explore("the girl sleeps")


def test_a_sentence_that_does_not_fit_says_so(tiny_model: gf.LoadedModel) -> None:
    with pytest.raises(ConfigError, match="control character"):
        notebook.embedded(Models([tiny_model]), ["a\x07"])
