"""The numbers behind inferred tags: shares of purchases, weights of items, scores, probabilities.

`agent.tags.priors` tells what for. Nothing here knows of models, stores or files.
"""

from __future__ import annotations

from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse import csr_matrix

ASSUMED_AUC = 0.6

Matrix = NDArray[np.float64]


def tfidf(bought: pd.DataFrame, shape: tuple[int, int]) -> Any:
    """Customers x items: log orders times log rarity, each customer's of length 1."""
    buyers = np.bincount(bought["column"], minlength=shape[1])
    rarity = np.log(shape[0] / np.maximum(buyers, 1))
    values = np.log1p(bought["orders"].to_numpy(float)) * rarity[bought["column"]]
    lengths = np.sqrt(np.bincount(bought["row"], values**2, minlength=shape[0]))
    values /= np.maximum(lengths[bought["row"]], 1e-12)
    starts = np.concatenate([[0], np.cumsum(np.bincount(bought["row"], minlength=shape[0]))])
    return csr_matrix((values, bought["column"].to_numpy(), starts), shape=shape)


def pooled_weights(shares: Any, own: Matrix, figures: Matrix) -> Matrix:
    """Items x tags: covariance with the first scores and the items' own weights, in equal parts.

    shares: customers x items, sparse; figures: customers x tags, standardised.
    """
    first = centred_scores(shares, own)
    seeds = standardised(standardised(first) + figures)
    covariance: Matrix = np.asarray(shares.T @ seeds) / max(shares.shape[0], 1)
    pooled: Matrix = covariance / _spread(centred_scores(shares, covariance))
    return pooled + own / _spread(first)


def centred_scores(shares: Any, weights: Matrix) -> Matrix:
    """Customers x tags: the weights summed over what a customer buys more of than others."""
    scores: Matrix = np.asarray(shares @ weights)
    return scores - scores.mean(axis=0) if len(scores) else scores


def standardised(values: Matrix) -> Matrix:
    """Each column with mean 0 and standard deviation 1; one without any spread is all 0."""
    centred: Matrix = (values - values.mean(axis=0)) / _spread(values) if len(values) else values
    return centred


def _spread(values: Matrix) -> Matrix:
    """Standard deviations; 1 where there is no spread to divide by."""
    spread = values.std(axis=0) if len(values) else np.ones(values.shape[1])
    return np.where(spread > 1e-12, spread, 1.0)


def to_probability(scores: Matrix, base_rate: float) -> Matrix:
    """Standardised scores as probabilities whose mean is the base rate; the head says how."""
    if not len(scores):
        return scores
    slope = sqrt(2) * NormalDist().inv_cdf(ASSUMED_AUC)

    def chances(shift: float) -> Matrix:
        return 1 / (1 + np.exp(-(shift + slope * scores)))

    most = 50 + slope * float(np.abs(scores).max())
    return chances(brentq(lambda shift: chances(shift).mean() - base_rate, -most, most))
