"""Every figure against values worked out by hand, and against scikit-learn."""

from __future__ import annotations

from dataclasses import asdict

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.calibration import calibration_curve

from agent.tags.quality import (
    Quality,
    calibration_error,
    curve,
    decide,
    error_by_chance,
    quality,
    reliability,
)

# Ten customers, four of whom carry the tag, sorted by probability. The bins of a tenth of the mass
# hold one customer each, but for the two at .4, which share one.
#
#   customer      a    b    c    d    e    f    g    h    i    j
#   probability  .9   .8   .7   .6   .5   .4   .4   .3   .2   .1
#   truth         1    1    0    1    0    1    0    0    0    0
TRUTH = np.array([1, 1, 0, 1, 0, 1, 0, 0, 0, 0], dtype=bool)
PROBABILITY = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.4, 0.3, 0.2, 0.1])


def test_every_figure_is_that_worked_out_by_hand() -> None:
    # Tagged from .7 (a, b, c), not tagged below .4 (h, i, j), the four between are left open.
    decision = decide(PROBABILITY, yes_from=0.7, no_below=0.4)
    assert list(decision[:3]) == [1, 1, 1]
    assert np.isnan(decision[3:7]).all()
    assert list(decision[7:]) == [0, 0, 0]
    expected = Quality(
        n=10,
        positive=4,
        # Pairs of a carrier and another, 4 x 6 = 24: a and b beat 6 each, d beats 5 (not c), f
        # beats h, i, j and ties with g: 3.5. Together 20.5.
        auc=20.5 / 24,
        # Precision each time a carrier is met, each a quarter of the recall: a 1/1, b 2/2, d 3/4;
        # f comes together with its tie g, the 7th: 4/7.
        average_precision=(1 + 1 + 3 / 4 + 4 / 7) / 4,
        # Squared distances: .01 + .04 + .49 + .16 + .25 + .36 + .16 + .09 + .04 + .01 = 1.61.
        brier=0.161,
        # Distances: .1 + .2 + .7 + .4 + .5 + (f and g: mean .4, share .5: 2 x .1) + .3 + .2 + .1.
        ece=2.7 / 10,
        precision=2 / 3,  # a and b of a, b, c
        recall=1.0,  # a and b of the carriers among the six decided
        f1=0.8,  # 2 x (2/3 x 1) / (2/3 + 1)
        accuracy=5 / 6,  # all decided but c
        coverage=0.6,
        abstention=0.4,
        found=0.5,  # a and b of a, b, d, f
    )
    assert asdict(quality(TRUTH, PROBABILITY, decision)) == pytest.approx(asdict(expected))


def test_the_curve_rises_in_recall_from_the_likeliest_customer() -> None:
    # From the top: a (1/1), b (2/2), c (2/3), d (3/4), e (3/5), f and g (4/7), h (4/8) ...
    points = curve(TRUTH, PROBABILITY)
    expected = [(0, 1), (1 / 4, 1), (2 / 4, 1), (2 / 4, 2 / 3), (3 / 4, 3 / 4), (3 / 4, 3 / 5)]
    assert points[:6] == [pytest.approx(point) for point in expected]
    assert points[-1] == pytest.approx((1, 4 / 10))


def test_bins_tell_their_share_with_an_interval() -> None:
    bins = reliability(TRUTH, PROBABILITY)
    assert [one.n for one in bins] == [1, 1, 1, 2, 1, 1, 1, 1, 1]
    shared = bins[3]
    assert (shared.mean_probability, shared.share) == pytest.approx((0.4, 0.5))
    # Wilson for 1 of 2, z = 1.96: (0.5 + 3.8415/4) / (1 + 3.8415/2) = 0.5, half of it
    # 1.96 / 2.92073 x sqrt(0.25/2 + 3.8415/16) = 0.671058 x 0.604207 = 0.40546.
    assert (shared.low, shared.high) == pytest.approx((0.09454, 0.90546), abs=1e-4)


def test_without_thresholds_between_all_are_decided() -> None:
    found = quality(TRUTH, PROBABILITY, decide(PROBABILITY, 0.5, 0.5))
    assert (found.coverage, found.abstention) == (1, 0)
    # Tagged: a to e, of whom a, b, d carry it; f is missed.
    assert (found.precision, found.recall, found.found) == pytest.approx((3 / 5, 3 / 4, 3 / 4))


def test_each_customer_may_have_thresholds_of_their_own() -> None:
    low, high = np.array([0.1, 0.5]), np.array([0.4, 0.9])
    assert list(decide(np.array([0.45, 0.45]), high, low)) == pytest.approx([1, 0], nan_ok=True)


def test_where_nobody_is_tagged_nothing_is_precise_and_where_nobody_is_decided_nothing_right() -> (
    None
):
    none_tagged = quality(TRUTH, PROBABILITY, np.zeros(10))
    assert (none_tagged.precision, none_tagged.recall, none_tagged.f1) == (0, 0, 0)
    assert none_tagged.accuracy == pytest.approx(0.6)
    none_decided = quality(TRUTH, PROBABILITY, np.full(10, np.nan))
    assert (none_decided.coverage, none_decided.accuracy, none_decided.found) == (0, 0, 0)


def test_one_probability_for_all_makes_one_bin() -> None:
    bins = reliability(TRUTH, np.full(10, 0.3))
    assert [(one.n, one.share) for one in bins] == [(10, 0.4)]
    assert calibration_error(bins) == pytest.approx(0.1)


def test_what_chance_alone_makes_of_perfect_probabilities() -> None:
    # Everyone has .5: one bin, and the mean distance of the share of n coin throws from a half is
    # sqrt(2 / (pi n)) / 2, for n = 400 that is .01995.
    assert error_by_chance(np.full(400, 0.5), draws=2000) == pytest.approx(0.01995, abs=0.0012)
    # Sure and right: nothing is left to chance.
    assert error_by_chance(np.array([0.0, 1.0, 1.0, 0.0])) == 0


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=2, max_size=60))
def test_bins_are_those_of_scikit_learn(rows: list[tuple[bool, int]]) -> None:
    truth = np.array([held for held, _ in rows])
    probability = np.array([place / 20 for _, place in rows])
    if truth.all() or not truth.any():
        return
    bins = reliability(truth, probability)
    share, mean = calibration_curve(truth, probability, n_bins=10, strategy="quantile")
    assert [one.share for one in bins] == pytest.approx(list(share))
    assert [one.mean_probability for one in bins] == pytest.approx(list(mean))
    assert sum(one.n for one in bins) == len(rows)
    assert all(one.low <= one.share + 1e-9 and one.share - 1e-9 <= one.high for one in bins)
