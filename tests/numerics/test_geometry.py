from __future__ import annotations

import pytest
import torch

from glassformer.numerics import geometry


def table(rows: int, width: int, seed: int = 3) -> torch.Tensor:
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(seed))


def test_principal_axes_are_those_of_the_singular_value_decomposition() -> None:
    rows = table(53, 7) * torch.tensor([9.0, 5, 3, 1, 1, 1, 1])
    axes, shares = geometry.principal_axes(rows)
    centred = rows.double() - rows.double().mean(0)
    _, values, right = torch.linalg.svd(centred, full_matrices=False)
    assert (axes.T @ right[:2].T).abs() == pytest.approx(torch.eye(2), abs=1e-9)
    assert shares == pytest.approx((values**2 / (values**2).sum())[:2], abs=1e-9)
    assert (axes.gather(0, axes.abs().argmax(0, keepdim=True)) > 0).all()
    assert geometry.project(rows, axes) == pytest.approx(centred @ axes)
    turned, _ = geometry.principal_axes(-rows)
    assert turned == pytest.approx(axes)


def test_rows_that_are_all_alike_have_no_spread() -> None:
    axes, shares = geometry.principal_axes(torch.ones(5, 3))
    assert axes.shape == (3, 2)
    assert shares.tolist() == [0, 0]


def test_likeness_by_hand() -> None:
    rows = torch.tensor([[3.0, 4.0], [-4.0, 3.0], [0.0, 0.0]])
    cosines, dots = geometry.likeness(rows, torch.tensor([6.0, 8.0]))
    assert cosines.tolist() == pytest.approx([1, 0, 0])
    assert dots.tolist() == pytest.approx([50, 0, 0])


def test_a_planted_direction_is_found_and_chance_is_not() -> None:
    width = 307
    before, way = table(23, width, 1), table(1, width, 2)[0]
    after = before + 3 * geometry.unit(way) + 0.05 * table(23, width, 5)
    assert geometry.agreement(before, after).min() > 0.9
    places = geometry.along(before, after)
    assert (places[:, 1] - places[:, 0]).tolist() == pytest.approx([3] * 23, abs=0.3)
    assert float(places.mean()) == pytest.approx(0, abs=0.1)
    chance = geometry.agreement(before, table(23, width, 7))
    assert chance.abs().max() < 0.3


def test_directions_by_hand() -> None:
    before = torch.tensor([[0.0, 0.0], [4.0, 2.0]])
    after = torch.tensor([[0.0, 3.0], [4.0, 4.0]])
    after[1, 0] += 2  # the second goes (2, 2), the first (0, 3)
    assert geometry.agreement(before, after).tolist() == pytest.approx([0.5**0.5] * 2)
    middle = torch.tensor([2.5, 2.25])
    expected = (after[0] - middle) @ torch.tensor([0.5, 0.5]).sqrt()
    assert geometry.along(before, after)[0, 1].item() == pytest.approx(expected.item())
    alone = geometry.along(before[:1], after[:1])
    assert alone.tolist() == [[-1.5, 1.5]]


def test_a_heads_map_has_no_more_rank_than_the_head_is_wide() -> None:
    value, output = table(3, 11, 1), table(11, 3, 2)
    singular = geometry.value_map(value, output)
    assert singular.shape == (11,)
    assert int((singular > 1e-9).sum()) == 3
    x = table(1, 11, 5)[0].double()
    through = output.double() @ (value.double() @ x)
    assert through.norm() <= singular[0] * x.norm()
    assert (singular**2).sum() == pytest.approx(((output.double() @ value.double()) ** 2).sum())
