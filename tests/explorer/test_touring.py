"""What the server tells of tours."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.errors import TourError
from glassformer.explorer import explore
from glassformer.explorer.models import Models
from glassformer.explorer.server import create_app
from glassformer.tours import parse, shipped

OWN = "---\ntitle: Mine\n---\n\n## Here\nat: view=network\n\nLook.\n"


def test_the_carried_tours_come_after_a_users_own(tiny_model: gf.LoadedModel) -> None:
    models = Models([tiny_model], tours=[parse(OWN, "mine.md")])
    with TestClient(create_app(models), base_url="http://127.0.0.1") as client:
        tours = client.get("/api/tours").json()
        assert [tour["id"] for tour in tours] == ["mine", *(tour.id for tour in shipped())]
        assert tours[0]["chapters"][0]["steps"][0]["at"] == {"view": "network"}
        assert client.get("/api/tours", params={"language": "xx"}).json() == tours


def test_a_tour_that_cannot_be_read_is_not_served(
    tiny_model: gf.LoadedModel, tmp_path: Path
) -> None:
    (tmp_path / "wrong.md").write_text(OWN.replace("at:", "ta:"), encoding="utf-8")
    with pytest.raises(TourError, match="wrong.md, line 6: a step has no 'ta'. Known: at, "):
        explore(tiny_model, browser=False, tours=[tmp_path / "wrong.md"])
