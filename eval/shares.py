"""Shares and means with their 95% intervals.

A share of texts: Wilson (1927), which holds at 0 and 1 too. Numbers of one text stand or fall
together, so a share of numbers takes the texts for the observations: rather too wide than too
narrow. A mean over customers: percentiles of a bootstrap over the customers.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import TypedDict

import numpy as np

from agent.tags import quality
from agent.tags.bootstrap import CONFIDENCE, DRAWS


class Share(TypedDict):
    """A share or a mean with its interval; None where there is nothing to take it of."""

    value: float | None
    low: float | None
    high: float | None


NOTHING = Share(value=None, low=None, high=None)


def share(flags: Collection[bool]) -> Share:
    """The share of texts for which the flag is true."""
    return wilson(sum(flags) / len(flags), len(flags)) if flags else NOTHING


def wilson(value: float, n: int) -> Share:
    """A share of n independent observations."""
    low, high = quality.wilson(value, n)
    return Share(value=value, low=float(low), high=float(high))


def mean_share(values: Collection[float], seed: int = 0) -> Share:
    """The mean of one value a customer. Draws one after the other: customers may be many."""
    if not values:
        return NOTHING
    seen = np.array(list(values), dtype=float)
    random = np.random.default_rng(seed)
    draws = [seen[random.integers(0, len(seen), len(seen))].mean() for _ in range(DRAWS)]
    tail = 100 * (1 - CONFIDENCE) / 2
    low, high = np.percentile(draws, [tail, 100 - tail])
    return Share(value=float(seen.mean()), low=float(low), high=float(high))
