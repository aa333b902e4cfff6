"""The looks beside the traces: what the server says, worked out in another way."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
import sacrebleu
import torch
from starlette.testclient import TestClient

import glassformer as gf
from glassformer.explorer.models import Models
from glassformer.explorer.past import recorded_of
from glassformer.explorer.words import OPENING
from glassformer.numerics import positions


@pytest.fixture(scope="session")
def petit(families: Models) -> gf.LoadedModel:
    return families["petit"]


def ask(client: TestClient, address: str, **params: Any) -> Any:
    answer = client.get(address, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def refusal(client: TestClient, address: str, status: int, **params: Any) -> str:
    answer = client.get(address, params=params)
    assert answer.status_code == status
    return str(answer.json()["error"])


def test_tokens_tell_how_they_were_made(every: TestClient, petit: gf.LoadedModel) -> None:
    words = ask(every, "/api/tokens/petit", text="the pizza")["words"]
    assert [word["text"] for word in words] == ["the", "pizza"]
    assert [word["unknown"] for word in words] == [False, True]
    ids = [token["id"] for word in words for token in word["pieces"]]
    assert ids == petit.tokenizers.source.encode("the pizza")
    assert words[1]["steps"][-1] == [token["piece"] for token in words[1]["pieces"]]
    assert ask(every, "/api/tokens/reader", text="the girl")["words"][1]["text"] == "girl"
    assert ask(every, "/api/tokens/petit", text="")["words"] == []
    assert "text" in refusal(every, "/api/tokens/petit", 422, text="a" * 1001)


def test_the_plane_is_that_of_the_largest_spread(every: TestClient, petit: gf.LoadedModel) -> None:
    found = ask(every, "/api/space/petit")
    size = petit.tokenizers.target.size
    assert [token["id"] for token in found["tokens"]] == list(range(size)) and size > 500
    kinds = {token["piece"]: token["kind"] for token in found["tokens"]}
    assert kinds["▁street"] == kinds["▁rue"] == "noun"
    assert (kinds["▁wide"], kinds["▁Anna"], kinds["<s>"]) == ("adjective", "name", "special")
    assert (kinds["▁eats"], kinds["▁the"], kinds["<0x41>"]) == ("verb", "grammar", "byte")
    rows = petit.model.get_parameter("target_embedding.tokens.weight").detach().double()
    rows = rows - rows.mean(0)
    left, values, _ = torch.linalg.svd(rows, full_matrices=False)
    xy = torch.tensor(found["xy"], dtype=torch.float64)
    assert xy.abs() == pytest.approx((left * values)[:, :2].abs(), abs=1e-6)
    parts = values.square() / values.square().sum()
    assert found["variance"] == pytest.approx(parts[:2].tolist())
    assert ask(every, "/api/space/petit") == found


def test_a_snapshot_is_seen_in_the_plane_of_the_final_model(
    client: TestClient, tiny_model: gf.LoadedModel
) -> None:
    first, *_, last = tiny_model.run.snapshots()
    final = ask(client, "/api/space/tiny")
    early, late = (ask(client, "/api/space/tiny", snapshot=step) for step in (first, last))
    assert early["tokens"] == final["tokens"]

    def distance(found: Any) -> float:
        return (torch.tensor(found["xy"]) - torch.tensor(final["xy"])).norm().item()

    assert 0 < distance(late) < distance(early) / 2
    assert "was not kept" in refusal(client, "/api/space/tiny", 422, snapshot=last + 1)


def test_a_recorded_step_is_seen_as_it_was_recorded(
    every: TestClient, petit: gf.LoadedModel
) -> None:
    recorded = recorded_of(petit)
    assert recorded is not None
    only = [step for step in recorded.steps if step not in petit.run.snapshots()]
    found = ask(every, "/api/space/petit", snapshot=only[2])
    assert found["xy"] == recorded.space(only[2])[0]
    assert found["tokens"] == ask(every, "/api/space/petit")["tokens"]
    # The recorded plane is the plane of the model that is loaded.
    gap = torch.tensor(recorded.space(recorded.steps[-1])[0])
    gap -= torch.tensor(ask(every, "/api/space/petit")["xy"])
    assert gap.abs().mean() < 0.01  # averaged at the end, and in 16 bit
    never = next(step for step in range(1000) if step not in recorded.steps)
    refusal(every, "/api/space/petit", 422, snapshot=never)


def test_neighbours_are_the_nearest(every: TestClient, petit: gf.LoadedModel) -> None:
    table = petit.model.get_parameter("target_embedding.tokens.weight").detach()
    here = petit.tokenizers.target.encode("street")[0]
    found = ask(every, "/api/neighbours/petit", token="street")
    assert found == ask(every, "/api/neighbours/petit", token=here)
    assert found["token"] == {"id": here, "piece": "▁street"}
    cosines = torch.nn.functional.cosine_similarity(table, table[here : here + 1])
    best = cosines.argsort(descending=True)[1:13]
    assert [one["id"] for one in found["nearest"]] == best.tolist()
    for one in found["nearest"]:
        assert one["cosine"] == pytest.approx(cosines[one["id"]].item(), abs=1e-5)
        assert one["dot"] == pytest.approx((table[one["id"]] @ table[here]).item(), abs=1e-4)
    kinds = {token["id"]: token["kind"] for token in ask(every, "/api/space/petit")["tokens"]}
    assert sum(kinds[one["id"]] == "noun" for one in found["nearest"]) >= 6
    assert "not one token" in refusal(every, "/api/neighbours/petit", 404, token="pizza")
    assert "ids are 0 to" in refusal(every, "/api/neighbours/petit", 404, token="99999999")


def test_directions_of_the_grammar_and_of_the_user(
    every: TestClient, petit: gf.LoadedModel
) -> None:
    found = {one["name"]: one for one in ask(every, "/api/directions/petit")["directions"]}
    assert set(found) == {"plural", "gender", "past"}
    for one in found.values():
        assert len(one["pairs"]) == len(one["along"]) == len(one["others"]) == 10 <= one["count"]
    # What a trained model has learned is no chance.
    for name in ("plural", "past"):
        assert found[name]["mean"] > 3 * found[name]["chance"]
        assert sum(after > before for before, after in found[name]["along"]) >= 8
    own = ask(every, "/api/directions/petit", **{"from": "wide", "to": "tired"})["directions"]
    assert own[0]["name"] == "wide → tired" and len(own) == 4
    table = petit.model.get_parameter("target_embedding.tokens.weight").detach()
    wide, tired = (table[petit.tokenizers.target.encode(w)[0]] for w in ("wide", "tired"))
    ((before, after),) = own[0]["along"]
    assert after - before == pytest.approx((tired - wide).norm().item(), rel=1e-5)
    assert own[0]["others"] == [] and own[0]["mean"] is None
    refused = refusal(every, "/api/directions/petit", 422, **{"from": ["a", "b"], "to": "c"})
    assert "give as many" in refused


def test_an_untrained_model_has_directions_by_chance(every: TestClient) -> None:
    for model in ("predictor", "reader"):
        for one in ask(every, f"/api/directions/{model}")["directions"]:
            assert abs(one["mean"]) < 3 * one["chance"]
        assert ask(every, f"/api/space/{model}")["xy"]
        assert ask(every, f"/api/neighbours/{model}", token=5)["nearest"]


@pytest.mark.parametrize("scheme", ["sinusoids", "sinusoids-concatenated"])
def test_positions_are_the_packages(every: TestClient, scheme: str) -> None:
    found = ask(every, "/api/positions", scheme=scheme, length=7, width=11)
    formula = getattr(positions, scheme.replace("-", "_"))
    assert found["rows"] == formula(7, 11).tolist()
    assert found["file"] == "glassformer/numerics/positions.py"
    source = inspect.getsource(positions).split("\n")
    assert source[found["line"] - 1].startswith(f"def {formula.__name__}(")
    assert "Did you mean" in refusal(every, "/api/positions", 404, scheme="sinusoid")
    refusal(every, "/api/positions", 422, length=1000, width=1000)


def test_a_heads_values_are_one_low_rank_map(every: TestClient, families: Models) -> None:
    predictor = families["predictor"].model
    part = predictor.get_submodule("decoder.1.self_attention")
    value = part.value_matrix.weight.detach().double()[7:]  # the second of two heads, 7 wide
    output = part.output_matrix.weight.detach().double()[:, 7:]
    path = "decoder.1.self_attention"
    found = ask(every, "/api/lowrank/predictor", path=path, head=1)
    assert (found["rank"], found["width"], len(found["singular"])) == (7, 7, 22)
    assert found["singular"] == pytest.approx(
        torch.linalg.svdvals(output @ value).tolist(), abs=1e-9
    )
    x = torch.randn(5, 22, dtype=torch.float64)
    alone = x @ value.T @ output.T
    assert alone.norm() <= found["singular"][0] * x.norm()
    assert "Did you mean" in refusal(every, "/api/lowrank/predictor", 404, path=path[:-1])
    refusal(every, "/api/lowrank/predictor", 404, path=path, head=2)
    refusal(every, "/api/lowrank/petit", 404, path="encoder.0", head=0)


def test_the_score_is_sacrebleus(every: TestClient) -> None:
    output, reference = "le chat noir dort", "le chat noir dormait là"
    asked = {"model": "petit", "output": output, "reference": reference}
    found = every.post("/api/score", json=asked).json()
    assert found["bleu"] == sacrebleu.sentence_bleu(output, [reference]).score
    assert [row["matched"] for row in found["ngrams"]] == [3, 2, 1, 0]
    assert found["ngrams"][3]["items"][0]["text"] == output
    blank = every.post("/api/score", json=asked | {"reference": " "})
    assert blank.status_code == 422
    assert "no reference" in blank.json()["error"]


@pytest.mark.parametrize("model", ["petit", "predictor"])
def test_reading_is_timed(every: TestClient, families: Models, model: str) -> None:
    found = ask(every, f"/api/timing/{model}", text=OPENING)
    read = families[model].trace(OPENING).about["target"]
    assert len(found["one_by_one_ms"]) == len(read)
    assert found["one_by_one_ms"] == sorted(found["one_by_one_ms"])
    assert 0 < found["together_ms"] < found["one_by_one_ms"][-1]


def test_what_reads_at_once_only_is_not_timed(every: TestClient) -> None:
    assert "read at once" in refusal(every, "/api/timing/reader", 422, text=OPENING)
    assert "no word" in refusal(every, "/api/timing/petit", 422, text=" ")
