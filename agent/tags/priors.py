"""Inferred tags without labels: what the model knows of the catalogue, summed over purchases.

1. An item's weight for a tag is the mean score of its words (`catalogue_questions`).
2. A customer's first score sums these weights over what they buy more of than others: orders as
   log TF-IDF of length 1, less the mean of all customers, so that the kind and not the number of
   purchases counts. Beside it stands what the model says of the customer's figures: the sum over
   the fields of rank times weight.
3. Pooling: each item's weight becomes its covariance with the first scores over all customers, plus
   half of what the model said of the item. What the same customers buy speaks for the same tags, so
   wrong answers about single items drown and items that no answer covers gain a weight. No label is
   used anywhere.
4. The final score z, with mean 0 and standard deviation 1, becomes a probability: the logistic
   function of a + d z, with a such that the mean over the customers is the tag's stated base rate,
   and d the log-odds that one standard deviation is worth if those who carry the tag and those who
   do not are two normal distributions told apart with an AUC of `ASSUMED_AUC` (binormal model:
   AUC = Phi(d / sqrt 2)). Without labels nobody knows that AUC. The one assumed is below what is
   measured on the reference data (eval/priors.md): better too near the base rate than too sure.

Evidence of a customer's tag are the items that they buy more of than others and that speak for it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.sparse import csr_matrix

from agent.data.glossary import load_glossary
from agent.data.warehouse import Warehouse
from agent.facts.frame import facts_frame
from agent.llm.answers import ask_all
from agent.llm.endpoint import Endpoint
from agent.progress import Progress, silent
from agent.settings import Language
from agent.tags.catalogue_questions import (
    field_scores,
    language_of,
    stored_answers,
    unanswered,
    word_scores,
    words_of,
)
from agent.tags.taxonomy import TagDef, load_taxonomy
from agent.workspace import Workspace

ASSUMED_AUC = 0.6
OWN_SHARE = 0.5  # of what the model said of an item, beside what its buyers tell
MIN_CUSTOMERS = 10  # an item of fewer says little of anyone
ITEMS_SHOWN = 5
LEVELS = ("type", "category", "name", "department")  # the finest that names most lines is used

Matrix = NDArray[np.float64]


def ask_catalogue(
    workspace: Workspace, endpoints: Callable[[], Sequence[Endpoint]], progress: Progress = silent
) -> int:
    """Ask the model what it has not said yet about this catalogue; returns how many questions.

    `endpoints` is called only if there is something to ask. Raises `ModelError`; what was answered
    by then is kept.
    """
    model = workspace.settings.model
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        names = list(_purchases(warehouse)["name"].unique())
    language = language_of(names)
    said = _said(workspace, names, language)
    questions = unanswered(workspace.store, model.name, language, inferred_tags(workspace), said)
    ask_all(workspace.store, endpoints, model, questions, progress, "ask about the catalogue")
    return len(questions)


def inferred_tags(workspace: Workspace) -> list[TagDef]:
    """The tags that the model is asked about; sensitive ones only where they are switched on."""
    enabled = workspace.settings.sensitive_tags
    return [
        tag for tag in load_taxonomy() if tag.prior and (not tag.sensitive or tag.id in enabled)
    ]


def prior_matrix(workspace: Workspace, items: Sequence[str]) -> pd.DataFrame:
    """Items x tags: how much an item's words speak for a tag, from stored answers alone.

    Each tag has mean 0 and standard deviation 1 over the items; an item none of whose words could
    be scored has the mean. Tags without answers are left out.
    """
    language = language_of(items)
    words = _words(workspace, language)
    said = _said(workspace, items, language)
    known = [[w for w in words_of(name, language) if w in words.index] for name in said]
    means = [words.loc[found].mean() if found else words.mean() for found in known]
    values = np.array(means, dtype=np.float64).reshape(len(known), words.shape[1])
    return pd.DataFrame(_standard(values), index=list(items), columns=words.columns)


@dataclass(frozen=True)
class PriorScores:
    """probabilities: customers x tags. weights: items x tags. The rest says what they stand on.

    shares: customers x items, the TF-IDF; orders and last go with its stored values.
    """

    probabilities: pd.DataFrame
    weights: pd.DataFrame
    level: str
    shares: Any
    orders: NDArray[np.int64]
    last: NDArray[np.object_]

    def evidence(self, customer: str, tag: str) -> list[dict[str, Any]]:
        """The items that speak most for the tag, of those that the customer buys more than others.

        `{"name", "level", "orders", "last", "weight"}`; weight is the item's share of all that
        moved the score, up or down.
        """
        row = int(self.probabilities.index.get_loc(customer))  # type: ignore[arg-type]
        surplus = self.shares[row].toarray()[0] - self._mean_shares
        moved = surplus * self.weights[tag].to_numpy()
        stored = range(self.shares.indptr[row], self.shares.indptr[row + 1])
        places = {int(self.shares.indices[place]): place for place in stored}
        best = sorted(
            (n for n in places if surplus[n] > 0 and moved[n] > 0), key=lambda n: (-moved[n], n)
        )
        return [
            {
                "name": self.weights.index[n],
                "level": self.level,
                "orders": int(self.orders[places[n]]),
                "last": self.last[places[n]],
                "weight": round(float(moved[n] / np.abs(moved).sum()), 4),
            }
            for n in best[:ITEMS_SHOWN]
        ]

    @property
    def _mean_shares(self) -> Matrix:
        return np.asarray(self.shares.mean(axis=0), dtype=np.float64).ravel()


def prior_scores(workspace: Workspace, warehouse: Warehouse) -> PriorScores:
    """The probability of each inferred tag for every customer who bought anything, with evidence.

    From stored answers alone: tags that the model was not asked about are left out. Facts must be
    computed. Raises `DataError`.
    """
    bought = _purchases(warehouse)
    items, customers = sorted(bought["name"].unique()), sorted(bought["customer"].unique())
    own = prior_matrix(workspace, items)
    bought = bought.assign(
        row=pd.Categorical(bought["customer"], customers).codes,
        column=pd.Categorical(bought["name"], items).codes,
    ).sort_values(["row", "column"], ignore_index=True)
    shares = _tfidf(bought, (len(customers), len(items)))
    figures = _figures(workspace, customers, items, list(own.columns))
    weights = _pooled(shares, own.to_numpy(), figures)
    scores = _standard(_centred(shares, weights))
    rates = {tag.id: tag.prior.base_rate for tag in load_taxonomy() if tag.prior}
    chances = {tag: to_probability(scores[:, n], rates[tag]) for n, tag in enumerate(own.columns)}
    return PriorScores(
        probabilities=pd.DataFrame(chances, index=customers),
        weights=pd.DataFrame(weights, index=items, columns=own.columns),
        level=str(bought["level"].iloc[0]) if len(bought) else LEVELS[0],
        shares=shares,
        orders=bought["orders"].to_numpy(np.int64),
        last=bought["last"].to_numpy(object),
    )


def to_probability(scores: Matrix, base_rate: float) -> Matrix:
    """Standardised scores as probabilities whose mean is the base rate; the head says how."""
    if not len(scores):
        return scores
    slope = sqrt(2) * NormalDist().inv_cdf(ASSUMED_AUC)

    def chances(shift: float) -> Matrix:
        return 1 / (1 + np.exp(-(shift + slope * scores)))

    most = 50 + slope * float(np.abs(scores).max())
    return chances(brentq(lambda shift: chances(shift).mean() - base_rate, -most, most))


def _purchases(warehouse: Warehouse) -> pd.DataFrame:
    """customer, level, name, orders, last (ISO): one row for each item that a customer bought."""
    counts = ", ".join(f"count({level})" for level in LEVELS)
    total, *named = warehouse.frame(f"SELECT count(*), {counts} FROM purchases").iloc[0]
    level = next(
        (level for level, n in zip(LEVELS, named, strict=True) if 2 * n > total), LEVELS[0]
    )
    return warehouse.frame(
        f"SELECT customer, '{level}' AS level, {level} AS name,"
        " count(DISTINCT order_id) AS orders, strftime(max(day), '%Y-%m-%d') AS last"
        f" FROM purchases WHERE {level} IS NOT NULL GROUP BY customer, {level}"
        f" QUALIFY count(*) OVER (PARTITION BY {level}) >= {MIN_CUSTOMERS}"
    )


def _said(workspace: Workspace, names: Sequence[str], language: Language) -> list[str]:
    glossary = load_glossary(workspace.store)
    return [glossary.label(name, language) for name in names]


def _words(workspace: Workspace, language: Language) -> pd.DataFrame:
    answers = stored_answers(workspace.store, workspace.settings.model.name, language)
    return word_scores(answers, inferred_tags(workspace), language)


def _figures(
    workspace: Workspace, customers: Sequence[str], names: Sequence[str], tags: Sequence[str]
) -> Matrix:
    """Customers x tags: what the model says of their figures, standardised."""
    language = language_of(names)
    answers = stored_answers(workspace.store, workspace.settings.model.name, language)
    found = field_scores(answers, inferred_tags(workspace), language)
    weights = found.reindex(columns=list(tags)).fillna(0.0)
    facts = facts_frame(workspace.store).set_index("customer").reindex(list(customers))
    ranks = facts[list(weights.index)].astype(float).rank(pct=True)
    return _standard((ranks - ranks.mean()).fillna(0.0).to_numpy() @ weights.to_numpy())


def _tfidf(bought: pd.DataFrame, shape: tuple[int, int]) -> Any:
    """Customers x items: log orders times log rarity, each customer's of length 1."""
    buyers = np.bincount(bought["column"], minlength=shape[1])
    rarity = np.log(shape[0] / np.maximum(buyers, 1))
    values = np.log1p(bought["orders"].to_numpy(float)) * rarity[bought["column"]]
    lengths = np.sqrt(np.bincount(bought["row"], values**2, minlength=shape[0]))
    values /= np.maximum(lengths[bought["row"]], 1e-12)
    starts = np.concatenate([[0], np.cumsum(np.bincount(bought["row"], minlength=shape[0]))])
    return csr_matrix((values, bought["column"].to_numpy(), starts), shape=shape)


def _pooled(shares: Any, own: Matrix, figures: Matrix) -> Matrix:
    """Items x tags: covariance with the first scores, plus a part of the model's own weights."""
    first = _centred(shares, own)
    seeds = _standard(_standard(first) + figures)
    covariance: Matrix = np.asarray(shares.T @ seeds) / max(shares.shape[0], 1)
    pooled: Matrix = covariance / _spread(_centred(shares, covariance))
    return pooled + OWN_SHARE * own / _spread(first)


def _centred(shares: Any, weights: Matrix) -> Matrix:
    """Customers x tags: the weights summed over what a customer buys more of than others."""
    scores: Matrix = np.asarray(shares @ weights)
    return scores - scores.mean(axis=0) if len(scores) else scores


def _standard(values: Matrix) -> Matrix:
    centred: Matrix = (values - values.mean(axis=0)) / _spread(values) if len(values) else values
    return centred


def _spread(values: Matrix) -> Matrix:
    """Standard deviations; 1 where there is no spread to divide by."""
    spread = values.std(axis=0) if len(values) else np.ones(values.shape[1])
    return np.where(spread > 1e-12, spread, 1.0)
