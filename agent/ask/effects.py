"""How far two audiences differ in one trait, and how sure that is.

Customers lie in three cells: only in the first audience, in both, only in the second; so two
audiences may overlap, and a customer of both moves both figures at once. Intervals are 95%.

Shares are compared by their ratio, the lift. Its interval is that of the log of a ratio of two
shares (Katz et al. 1978, Biometrics 34:469): var = (1-p)/x of the first + (1-q)/y of the second,
here as a sum over the cells, which is the same where they do not overlap. Where nobody of a side
carries the trait, half a customer is added to each count (Walter 1975, Biometrika 62:371).
Numbers are compared by the probability that one of the first audience has more than one of the
second, ties counting half (AUC, Mann and Whitney 1947), with the variance of DeLong et al. (1988,
Biometrics 44:837) and, so that it stays within 0 and 1, the interval of a share (Wilson 1927)
that varies as much.

p is that of the smaller audience against all others of the two, for those are never the same
customers: Fisher's exact test (twice the smaller tail), and for numbers the rank-sum test.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import stats

from agent.tags.quality import NORMAL_95, Floats, wilson

Counts = npt.NDArray[np.int64]
_FIRST, _SECOND = slice(0, 2), slice(1, 3)


@dataclass(frozen=True)
class Effects:
    """Arrays, one entry a trait. ratio: 0 or infinite where only one side carries the trait."""

    inside: Floats
    outside: Floats
    ratio: Floats
    low: Floats
    high: Floats
    p: Floats


@dataclass(frozen=True)
class Superiority:
    """Medians of both sides, the probability that the first has more, its interval, and p."""

    inside: float
    outside: float
    auc: float
    low: float
    high: float
    p: float


def share_ratios(have: Counts, known: Counts) -> Effects:
    """have, known: traits x 3 cells, the customers who carry each trait and those known.

    Of every trait some are known on both sides, and some carry it and some do not.
    """
    x, n = have[:, _FIRST].sum(axis=1), known[:, _FIRST].sum(axis=1)
    y, m = have[:, _SECOND].sum(axis=1), known[:, _SECOND].sum(axis=1)
    inside, outside = x / n, y / m
    half = np.where((x == 0) | (y == 0), 0.5, 0.0)
    middle = np.log((x + half) / (n + half)) - np.log((y + half) / (m + half))
    error = NORMAL_95 * np.sqrt(_log_variance(have, known, half))
    with np.errstate(divide="ignore"):
        ratio = inside / outside
    low = np.where(x == 0, 0.0, np.exp(middle - error))
    high = np.where(y == 0, np.inf, np.exp(middle + error))
    return Effects(inside, outside, ratio, low, high, _fisher(have, known))


def _log_variance(have: Counts, known: Counts, half: Floats) -> Floats:
    x, n = have[:, _FIRST].sum(axis=1) + half, known[:, _FIRST].sum(axis=1) + half
    y, m = have[:, _SECOND].sum(axis=1) + half, known[:, _SECOND].sum(axis=1) + half
    apart = 1 / x - 1 / n + 1 / y - 1 / m
    # One carrier more moves log x by 1/x and log y by 1/y; who is in both moves both.
    moves = np.stack([1 / x, 1 / x - 1 / y, -1 / y], axis=1)
    spread = have * (1 - have / np.maximum(known, 1))
    together: Floats = (spread * moves**2).sum(axis=1)
    return np.where(half > 0, apart, together)


def _fisher(have: Counts, known: Counts) -> Floats:
    first, second = known[:, _FIRST].sum(axis=1), known[:, _SECOND].sum(axis=1)
    carriers = np.where(first <= second, have[:, _FIRST].sum(axis=1), have[:, _SECOND].sum(axis=1))
    drawn = stats.hypergeom(known.sum(axis=1), have.sum(axis=1), np.minimum(first, second))
    tail = np.minimum(drawn.cdf(carriers), drawn.sf(carriers - 1))
    p: Floats = np.minimum(1.0, 2 * tail)
    return p


def superiority(values: Floats, tally: Counts) -> Superiority:
    """values: rising; tally: values x 3 cells, the customers with each value.

    Each side has at least two customers.
    """
    first, second = tally[:, _FIRST].sum(axis=1), tally[:, _SECOND].sum(axis=1)
    n, m = int(first.sum()), int(second.sum())
    # The share of the other side that each value beats, or is beaten by.
    beats = (np.cumsum(second) - second / 2) / m
    beaten = 1 - (np.cumsum(first) - first / 2) / n
    auc = float((first * beats).sum() / n)
    a, b = (beats - auc) / np.sqrt(n * (n - 1)), (beaten - auc) / np.sqrt(m * (m - 1))
    variance = float((tally * np.stack([a, a + b, b], axis=1) ** 2).sum())
    low, high = _interval(auc, variance, min(n, m))
    medians = _median(values, first), _median(values, second)
    return Superiority(*medians, auc, low, high, _rank_sum(tally))


def _interval(auc: float, variance: float, least: int) -> tuple[float, float]:
    """That of a share among as many as give the variance; where all is apart, the smaller side."""
    alike = least if variance == 0 else max(int(auc * (1 - auc) / variance), 1)
    low, high = wilson(auc, alike)
    return float(low), float(high)


def _median(values: Floats, counts: Counts) -> float:
    upto, total = np.cumsum(counts), counts.sum()
    middle = np.searchsorted(upto, [(total - 1) // 2, total // 2], side="right")
    return float(values[middle].mean())


def _rank_sum(tally: Counts) -> float:
    """Two-sided, by the normal approximation with ties and the correction for continuity."""
    first, second = tally[:, _FIRST].sum(axis=1), tally[:, _SECOND].sum(axis=1)
    part, all_ = (first if first.sum() <= second.sum() else second), tally.sum(axis=1)
    n, total = float(part.sum()), float(all_.sum())
    rest = total - n
    wins = (part * (np.cumsum(all_ - part) - (all_ - part) / 2)).sum()
    ties = ((all_.astype(float) ** 3 - all_).sum()) / max(total * (total - 1), 1)
    spread = np.sqrt(n * rest / 12 * (total + 1 - ties))
    if spread == 0:  # one customer's value is everyone's, or nobody is left to compare with
        return 1.0
    return float(min(1.0, 2 * stats.norm.sf((abs(wins - n * rest / 2) - 0.5) / spread)))
