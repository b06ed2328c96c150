"""Effects against scipy, against values worked out by hand, and against draws."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from agent.ask.effects import Counts, Superiority, share_ratios, superiority
from tests.ask.gold_effects import delong, fisher, katz, rank_sum, share_interval, walter


def cells(first: int, both: int, second: int) -> Counts:
    return np.array([[first, both, second]])


def shares(x: int, n: int, y: int, m: int) -> tuple[float, float, float, float]:
    """Ratio, low, high and p of two audiences that do not overlap."""
    found = share_ratios(cells(x, 0, y), cells(n, 0, m))
    return float(found.ratio[0]), float(found.low[0]), float(found.high[0]), float(found.p[0])


def tallied(first: list[float], both: list[float], second: list[float]) -> Superiority:
    values, place = np.unique(np.array([*first, *both, *second], dtype=float), return_inverse=True)
    side = np.repeat([0, 1, 2], [len(first), len(both), len(second)])
    tally = np.bincount(place * 3 + side, minlength=3 * len(values)).reshape(-1, 3)
    return superiority(values, tally)


def test_a_ratio_of_shares_by_hand() -> None:
    """30 of 100 against 20 of 200: log 3 +- 1.96 sqrt(1/30 - 1/100 + 1/20 - 1/200)."""
    ratio, low, high, p = shares(30, 100, 20, 200)
    assert ratio == pytest.approx(3)
    assert [low, high] == pytest.approx([1.7973, 5.0076], abs=1e-4)
    assert p == pytest.approx(fisher(30, 100, 20, 200))


@given(st.data())
def test_ratios_are_those_of_scipy(data: st.DataObject) -> None:
    n, m = data.draw(st.integers(1, 300)), data.draw(st.integers(1, 300))
    x, y = data.draw(st.integers(1, n)), data.draw(st.integers(1, m))
    ratio, low, high, p = shares(x, n, y, m)
    assert ratio == pytest.approx((x / n) / (y / m))
    assert (low, high) == pytest.approx(katz(x, n, y, m))
    assert p == pytest.approx(fisher(x, n, y, m), rel=1e-6, abs=1e-12)


def test_where_one_side_has_nobody() -> None:
    ratio, low, high, p = shares(0, 10, 5, 20)
    assert (ratio, low) == (0, 0)
    assert high == pytest.approx(walter(0, 10, 5, 20)[1])
    assert p == pytest.approx(fisher(0, 10, 5, 20))
    ratio, low, high, _ = shares(5, 20, 0, 10)
    assert (ratio, high) == (math.inf, math.inf)
    assert low == pytest.approx(walter(5, 20, 0, 10)[0])


def test_audiences_that_overlap_have_the_shares_of_all_their_customers() -> None:
    found = share_ratios(cells(10, 20, 5), cells(30, 40, 60))
    assert found.inside[0] == pytest.approx(30 / 70)
    assert found.outside[0] == pytest.approx(25 / 100)
    # The smaller one against all others of the two.
    assert found.p[0] == pytest.approx(fisher(30, 70, 5, 60))


@pytest.mark.parametrize("known", [(100, 400, 300), (0, 300, 700), (500, 200, 0)])
def test_intervals_of_audiences_that_overlap_hold_what_draws_show(
    known: tuple[int, int, int],
) -> None:
    """The spread of the log ratio, over audiences drawn again and again."""
    chances, draws = (0.3, 0.25, 0.2), 20_000
    random = np.random.default_rng(5)
    have = np.stack(
        [random.binomial(n, chance, draws) for n, chance in zip(known, chances, strict=True)],
        axis=1,
    )
    found = share_ratios(have, np.broadcast_to(known, have.shape))
    width = np.log(found.high) - np.log(found.low)
    assert width.mean() == pytest.approx(2 * 1.96 * np.log(found.ratio).std(), rel=0.05)


def test_an_audience_against_itself_does_not_differ() -> None:
    found = share_ratios(cells(0, 12, 0), cells(0, 50, 0))
    assert (found.ratio[0], found.low[0], found.high[0], found.p[0]) == (1, 1, 1, 1)
    same = tallied([], [1, 2, 2, 5], [])
    assert (same.auc, same.p) == (0.5, 1)
    assert same.low <= 0.5 <= same.high


_numbers = st.lists(st.integers(-5, 20).map(float), min_size=2, max_size=40)


@given(_numbers, _numbers)
@settings(deadline=None)
def test_numbers_are_compared_as_scipy_does(a: list[float], b: list[float]) -> None:
    found = tallied(a, [], b)
    auc, p = rank_sum(a, b)
    assert found.auc == pytest.approx(auc)
    assert found.p == pytest.approx(p if len({*a, *b}) > 1 else 1.0)
    assert [found.inside, found.outside] == [np.median(a), np.median(b)]
    assert 0 <= found.low <= found.auc <= found.high <= 1


def test_the_interval_of_numbers_by_hand() -> None:
    """The variance from all pairs; Wilson's interval for as many as vary as much."""
    random = np.random.default_rng(3)
    a, b = random.normal(1, 1, 60).round(1).tolist(), random.normal(0, 1, 90).round(1).tolist()
    found = tallied(a, [], b)
    alike = int(found.auc * (1 - found.auc) / delong(a, b))
    z, share = 1.959964, found.auc
    middle = (share + z**2 / (2 * alike)) / (1 + z**2 / alike)
    half = z / (1 + z**2 / alike) * math.sqrt(share * (1 - share) / alike + (z / 2 / alike) ** 2)
    assert (found.low, found.high) == pytest.approx((middle - half, middle + half), abs=1e-6)


def test_numbers_that_lie_apart_are_as_sure_as_the_smaller_side_is_large() -> None:
    found = tallied([5, 6, 7, 8], [], [1, 2, 3, 4, 4, 1])
    assert found.auc == 1
    assert (found.low, found.high) == pytest.approx(share_interval(1, 4))


def test_numbers_of_audiences_that_overlap() -> None:
    """The intervals hold the value that draws show as often as they say."""
    random = np.random.default_rng(8)
    found = [
        tallied(
            random.normal(1, 1, 40).tolist(),
            random.normal(0.5, 1, 40).tolist(),
            random.normal(0, 1, 60).tolist(),
        )
        for _ in range(400)
    ]
    middle = np.mean([one.auc for one in found])
    held = np.mean([one.low <= middle <= one.high for one in found])
    assert 0.92 <= held <= 0.98


@given(arrays.arrays(np.int64, (4, 3), elements=st.integers(0, 30)))
def test_the_order_of_two_audiences_turns_the_effect_round(known: Counts) -> None:
    known = known + 2
    have = known // 2
    have[:, 1:] = known[:, 1:] // 3
    forth, back = share_ratios(have, known), share_ratios(have[:, ::-1], known[:, ::-1])
    with np.errstate(divide="ignore"):
        assert forth.low == pytest.approx(1 / back.high)
        assert forth.high == pytest.approx(1 / back.low)
    assert (forth.inside == back.outside).all()
