"""The learning rate against equation 3 written out."""

import pytest

from glassformer.training.schedule import learning_rate, paper_peak


@pytest.mark.parametrize("d_model", [512, 1024, 37])
@pytest.mark.parametrize("step", [1, 2, 3999, 4000, 4001, 100_000])
def test_is_equation_3(d_model: int, step: int) -> None:
    expected = d_model**-0.5 * min(step**-0.5, step * 4000**-1.5)
    rate = learning_rate(step, warmup=4000, peak=paper_peak(d_model, 4000))
    assert rate == pytest.approx(expected, rel=1e-12)


def test_peaks_of_base_and_big() -> None:
    assert paper_peak(512, 4000) == pytest.approx(6.99e-4, rel=1e-3)
    assert paper_peak(1024, 4000) == pytest.approx(4.94e-4, rel=1e-3)
