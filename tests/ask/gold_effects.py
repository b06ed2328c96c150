"""Effects once more, from the values of every customer and with scipy's own functions."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from scipy import stats
from scipy.stats.contingency import relative_risk


def katz(x: int, n: int, y: int, m: int) -> tuple[float, float]:
    """The 95% interval of (x / n) / (y / m); scipy's is that of Katz et al. 1978."""
    interval = relative_risk(x, n, y, m).confidence_interval(0.95)
    return float(interval.low), float(interval.high)


def walter(x: int, n: int, y: int, m: int) -> tuple[float, float]:
    """The same with half a customer more in every count."""
    middle = math.log((x + 0.5) / (n + 0.5) / ((y + 0.5) / (m + 0.5)))
    spread = 1 / (x + 0.5) - 1 / (n + 0.5) + 1 / (y + 0.5) - 1 / (m + 0.5)
    error = float(stats.norm.ppf(0.975)) * math.sqrt(spread)
    return math.exp(middle - error), math.exp(middle + error)


def fisher(x: int, n: int, y: int, m: int) -> float:
    """Twice the smaller tail of Fisher's exact test."""
    table = [[x, n - x], [y, m - y]]
    tails = (stats.fisher_exact(table, alternative=side).pvalue for side in ("less", "greater"))
    return min(1.0, 2 * float(min(tails)))


def rank_sum(a: Sequence[float], b: Sequence[float]) -> tuple[float, float]:
    """(AUC, p) of Mann and Whitney."""
    found: Any = stats.mannwhitneyu(a, b, method="asymptotic")
    return float(found.statistic) / (len(a) * len(b)), float(found.pvalue)


def delong(a: Sequence[float], b: Sequence[float]) -> float:
    """The variance of the AUC of DeLong et al. 1988, from all pairs."""
    one, other = np.asarray(a, dtype=float)[:, None], np.asarray(b, dtype=float)[None, :]
    wins = (one > other) + 0.5 * (one == other)
    return float(wins.mean(axis=1).var(ddof=1) / len(a) + wins.mean(axis=0).var(ddof=1) / len(b))


def share_interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval, by scipy."""
    found = stats.binomtest(round(share * n), n).proportion_ci(method="wilson")
    return float(found.low), float(found.high)
