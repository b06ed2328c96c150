"""Inferred tags without labels: what the model knows of the catalogue, summed over purchases.

1. An item's own weight for a tag is the mean cube of the scores of the words of its name and of its
   category (`catalogue_questions`): one telling word outweighs many lukewarm ones.
2. A customer's first score sums these weights over what they buy more of than others: orders as
   log TF-IDF of length 1, less the mean of all customers, so that the kind and not the number of
   purchases counts. Beside it stands what the model says of the customer's figures: the sum over
   the fields of rank times score.
3. Pooling: an item's weight becomes its covariance with the first scores over all customers, and
   its own weight, in equal parts. What the same customers buy speaks for the same tags, so wrong
   answers about single items drown, and items that no answer covers gain a weight. No label is
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
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
from agent.tags.pooling import (
    Matrix,
    centred_scores,
    pooled_weights,
    standardised,
    tfidf,
    to_probability,
)
from agent.tags.taxonomy import TagDef, load_taxonomy, switched_off
from agent.workspace import Workspace

MIN_CUSTOMERS = 10  # an item of fewer says little of anyone
ITEMS_SHOWN = 5
POWER = 3  # odd: it keeps the sign
LEVELS = ("type", "category", "name", "department")  # the finest that names most lines is used


def ask_catalogue(
    workspace: Workspace, endpoints: Callable[[], Sequence[Endpoint]], progress: Progress = silent
) -> int:
    """Ask the model what it has not said yet about this catalogue; returns how many questions.

    `endpoints` is called only if there is something to ask. Raises `ModelError`; what was answered
    by then is kept.
    """
    model = workspace.settings.model
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        names = list(bought_items(warehouse)["name"].unique())
    language = language_of(names)
    texts = described(workspace, names, language)
    questions = unanswered(workspace.store, model.name, language, inferred_tags(workspace), texts)
    ask_all(workspace.store, endpoints, model, questions, progress, "ask about the catalogue")
    return len(questions)


def inferred_tags(workspace: Workspace) -> list[TagDef]:
    """The tags that the model is asked about; sensitive ones only where they are switched on."""
    off = switched_off(workspace.settings.sensitive_tags)
    return [tag for tag in load_taxonomy() if tag.prior and tag.id not in off]


def prior_matrix(workspace: Workspace, items: Sequence[str]) -> pd.DataFrame:
    """Items x tags: how much an item's words speak for a tag, from stored answers alone.

    Each tag has mean 0 and standard deviation 1 over the items. Tags without answers are left out.
    """
    language = language_of(items)
    answers = stored_answers(workspace.store, workspace.settings.model.name, language)
    words = word_scores(answers, inferred_tags(workspace), language)
    values = own_weights(words, described(workspace, items, language), language)
    return pd.DataFrame(values, index=list(items), columns=words.columns)


def own_weights(
    words: pd.DataFrame, texts: Sequence[str], language: Language, power: int = POWER
) -> Matrix:
    """Texts x tags: mean of the scores (words x tags) of their words to that power, standardised.

    A text none of whose words has a score gets 0 before that.
    """
    raised = words**power
    known = [[w for w in words_of(text, language) if w in raised.index] for text in texts]
    means = [raised.loc[found].mean() if found else 0 * raised.mean() for found in known]
    return standardised(np.array(means, dtype=np.float64).reshape(len(texts), words.shape[1]))


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

    @cached_property
    def _mean_shares(self) -> Matrix:
        return np.asarray(self.shares.mean(axis=0), dtype=np.float64).ravel()


def prior_scores(workspace: Workspace, warehouse: Warehouse) -> PriorScores:
    """The probability of each inferred tag for every customer who bought anything, with evidence.

    From stored answers alone: tags that the model was not asked about are left out. Facts must be
    computed. Raises `DataError`.
    """
    bought = bought_items(warehouse)
    items, customers = sorted(bought["name"].unique()), sorted(bought["customer"].unique())
    own = prior_matrix(workspace, items)
    bought = coded(bought, customers, items)
    shares = tfidf(bought, (len(customers), len(items)))
    figures = figure_scores(workspace, customers, items, list(own.columns))
    weights = pooled_weights(shares, own.to_numpy(), figures)
    scores = standardised(centred_scores(shares, weights))
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


def bought_items(warehouse: Warehouse, level: str | None = None) -> pd.DataFrame:
    """customer, level, name, orders, last (ISO): one row for each item that a customer bought.

    The level is the finest that names most purchase lines; items of fewer than `MIN_CUSTOMERS`
    are left out.
    """
    level = level or finest_level(warehouse, LEVELS)
    return warehouse.frame(
        f"SELECT customer, '{level}' AS level, {level} AS name,"
        " count(DISTINCT order_id) AS orders, strftime(max(day), '%Y-%m-%d') AS last"
        f" FROM purchases WHERE {level} IS NOT NULL GROUP BY customer, {level}"
        f" QUALIFY count(*) OVER (PARTITION BY {level}) >= {MIN_CUSTOMERS}"
    )


def finest_level(warehouse: Warehouse, levels: Sequence[str]) -> str:
    """The first of these columns that most lines of this shop have, else the first of all."""
    counts = ", ".join(f"count({level})" for level in levels)
    total, *named = warehouse.frame(f"SELECT count(*), {counts} FROM purchases").iloc[0]
    found = (level for level, n in zip(levels, named, strict=True) if 2 * n > total)
    return next(found, levels[0])


def coded(bought: pd.DataFrame, customers: Sequence[str], items: Sequence[str]) -> pd.DataFrame:
    """The purchases with the places of their customer and item as row and column, in order."""
    rows = pd.Categorical(bought["customer"], list(customers)).codes
    columns = pd.Categorical(bought["name"], list(items)).codes
    placed = bought.assign(row=rows, column=columns)
    return placed.sort_values(["row", "column"], ignore_index=True)


def described(workspace: Workspace, names: Sequence[str], language: Language) -> list[str]:
    """Each item as people say it in a language, with the category of most of its products."""
    label = load_glossary(workspace.store).label
    categories = _categories(workspace)
    return [
        " ".join(label(part, language) for part in (name, categories.get(name)) if part)
        for name in names
    ]


def _categories(workspace: Workspace) -> dict[str, str]:
    """Type or product name -> category."""
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        rows = warehouse.frame(
            "SELECT item, mode(category ORDER BY category) AS category"
            " FROM (UNPIVOT (SELECT type, name, category FROM products)"
            "       ON type, name INTO NAME level VALUE item)"
            " WHERE category IS NOT NULL GROUP BY item"
        )
    return dict(zip(rows["item"], rows["category"], strict=True))


def figure_scores(
    workspace: Workspace, customers: Sequence[str], names: Sequence[str], tags: Sequence[str]
) -> Matrix:
    """Customers x tags: what the model says of their figures, standardised."""
    language = language_of(names)
    answers = stored_answers(workspace.store, workspace.settings.model.name, language)
    found = field_scores(answers, inferred_tags(workspace), language)
    weights = found.reindex(columns=list(tags)).fillna(0.0)
    facts = facts_frame(workspace.store).set_index("customer").reindex(list(customers))
    ranks = facts[list(weights.index)].astype(float).rank(pct=True)
    return standardised((ranks - ranks.mean()).fillna(0.0).to_numpy() @ weights.to_numpy())
