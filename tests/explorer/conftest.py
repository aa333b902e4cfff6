"""A server of real models, asked without a socket."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app


@pytest.fixture(scope="session")
def client(tiny_model: gf.LoadedModel) -> Iterator[TestClient]:
    """Asks a server of one short run, named "tiny"."""
    with TestClient(create_app(Models([tiny_model])), base_url="http://127.0.0.1") as client:
        yield client


@pytest.fixture(scope="session")
def every(families: Models) -> Iterator[TestClient]:
    """Asks a server of these three."""
    with TestClient(create_app(families), base_url="http://127.0.0.1") as client:
        yield client
