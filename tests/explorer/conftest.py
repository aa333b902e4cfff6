"""A server of real models, asked without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app
from glassformer.loaded import wrap
from glassformer.runs.shipped import find_run


@pytest.fixture(scope="session")
def client(tiny_model: gf.LoadedModel) -> Iterator[TestClient]:
    """Asks a server of one short run, named "tiny"."""
    with TestClient(create_app(Models([tiny_model])), base_url="http://127.0.0.1") as client:
        yield client


SIZES: dict[str, Any] = {"d_model": 22, "d_ff": 37, "n_heads": 2, "n_layers": 3, "d_k": 5, "d_v": 7}
VOCABULARY = 997


@pytest.fixture(scope="session")
def families() -> Models:
    """One model a family: the trained one that the package carries, "petit", and two untrained
    ones, "predictor" and "reader"."""
    models = Models([gf.load(find_run(None))])
    for name, family in (("predictor", "decoder-only"), ("reader", "encoder-only")):
        sizes = SIZES | {"source_vocabulary": VOCABULARY, "target_vocabulary": VOCABULARY}
        models.add(wrap(gf.build(gf.ModelConfig(family=family, **sizes), seed=3)), name)
    return models


@pytest.fixture(scope="session")
def every(families: Models) -> Iterator[TestClient]:
    """Asks a server of these three."""
    with TestClient(create_app(families), base_url="http://127.0.0.1") as client:
        yield client
