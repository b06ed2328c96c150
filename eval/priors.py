"""How good are tags that nobody labelled? Ways of asking and of counting, on the reference data.

    python -m eval.priors --home DIR [--ask]

Needs a home with the reference data, its facts, and the model's answers about the catalogue. The
labels serve to measure alone; nothing that is measured reads them. `--ask` also asks what the other
ways of asking need; without it, they are shown as far as they are answered.
The table and what was learned from it stand in eval/priors.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from agent.data.warehouse import Warehouse
from agent.errors import DataError, PortraitError
from agent.llm.answers import ask_all, known_answers
from agent.llm.server import endpoints
from agent.tags.catalogue_questions import load_asking, stored_answers, word_scores
from agent.tags.pooling import (
    Matrix,
    centred_scores,
    pooled_weights,
    standardised,
    tfidf,
)
from agent.tags.priors import (
    bought_items,
    coded,
    described,
    figure_scores,
    inferred_tags,
    own_weights,
    prior_matrix,
)
from agent.workspace import Workspace
from eval.labels import reference_labels
from eval.priors_questions import WAYS, Way, questions, value

ITEMS_ASKED = 40  # for the other ways, which cost a question for each item and tag
Scores = Matrix  # customers x tags


@dataclass(frozen=True)
class Shop:
    """Everything that the variants are made from, at one level of the catalogue."""

    workspace: Workspace
    bought: pd.DataFrame
    customers: list[str]

    @cached_property
    def items(self) -> list[str]:
        """The names of the items, sorted."""
        return sorted(self.bought["name"].unique())

    @cached_property
    def tags(self) -> list[str]:
        """The tags that are inferred."""
        return [tag.id for tag in inferred_tags(self.workspace)]

    @cached_property
    def orders(self) -> Matrix:
        """Customers x items: orders."""
        placed = coded(self.bought, self.customers, self.items)
        counts = np.zeros((len(self.customers), len(self.items)))
        counts[placed["row"], placed["column"]] = placed["orders"]
        return counts

    @cached_property
    def shares(self) -> Any:
        """Customers x items: TF-IDF of length 1."""
        placed = coded(self.bought, self.customers, self.items)
        return tfidf(placed, (len(self.customers), len(self.items)))

    @cached_property
    def own(self) -> Matrix:
        """Items x tags: what the model says of the items' words."""
        return prior_matrix(self.workspace, self.items)[self.tags].to_numpy()

    @cached_property
    def figures(self) -> Scores:
        """What the model says of the customers' figures."""
        return figure_scores(self.workspace, self.customers, self.items, self.tags)

    def only(self, items: list[str]) -> Shop:
        """The same with these items alone."""
        return Shop(self.workspace, self.bought[self.bought["name"].isin(items)], self.customers)


def open_shop(workspace: Workspace, level: str) -> Shop:
    """The purchases of a home at a level of the catalogue."""
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        bought = bought_items(warehouse, level)
        rows = warehouse.frame("SELECT DISTINCT customer FROM purchases ORDER BY customer")
    return Shop(workspace, bought, list(rows["customer"]))


def method(shop: Shop, own: Matrix | None = None) -> Scores:
    """Ours, as `agent.tags.priors` does it."""
    weights = pooled_weights(shop.shares, shop.own if own is None else own, shop.figures)
    return centred_scores(shop.shares, weights)


def summed(shop: Shop, own: Matrix | None = None) -> Scores:
    """The items' own weights alone, summed over what a customer buys more of than others."""
    return centred_scores(shop.shares, shop.own if own is None else own)


def _share(shop: Shop, *, surprise: bool) -> Scores:
    """Shares of orders less their mean, plain or as signed roots of the log-likelihood ratio."""
    most = np.maximum(shop.orders.sum(axis=1, keepdims=True), 1)
    share = np.clip(shop.orders / most, 1e-9, 1 - 1e-9)
    base = shop.orders.sum(axis=0) / most.sum()
    if not surprise:
        return np.asarray((share - share.mean(axis=0)) @ shop.own)
    gain = share * np.log(share / base) + (1 - share) * np.log((1 - share) / (1 - base))
    root = np.sign(share - base) * np.sqrt(2 * most * np.maximum(gain, 0))
    return np.asarray(np.clip(root, -3, 3) @ shop.own)


def _smoothed(shop: Shop, rank: int = 20) -> Scores:
    """Item weights projected on the first singular vectors of customers x items."""
    dense = shop.shares.toarray() - shop.shares.toarray().mean(axis=0)
    left, size, right = np.linalg.svd(dense, full_matrices=False)
    return np.asarray((left[:, :rank] * size[:rank]) @ (right[:rank] @ shop.own))


def _self_trained(shop: Shop) -> Scores:
    """A logistic regression on the fifths whom the first score puts on top and at the bottom."""
    first = standardised(standardised(summed(shop)) + shop.figures)
    scale = 5 / shop.shares.toarray().std() / np.sqrt(len(shop.items))
    found = []
    for scores in first.T:
        low, high = np.quantile(scores, [0.2, 0.8])
        sure = (scores <= low) | (scores >= high)
        model = LogisticRegression(C=0.01, max_iter=500)
        model.fit(shop.shares[sure] * scale, scores[sure] >= high)
        found.append(model.decision_function(shop.shares * scale))
    return np.array(found).T


def _with_share(shop: Shop, share: float) -> Scores:
    """Ours with another part for the items' own weights than that of the pooled ones."""
    weights = pooled_weights(shop.shares, shop.own, shop.figures)
    own = shop.own / centred_scores(shop.shares, shop.own).std(axis=0)
    return centred_scores(shop.shares, weights + (share - 1) * own)


def _one_sentence(shop: Shop, number: int) -> Matrix:
    """The items' own weights by one of the sentences."""
    workspace, asking = shop.workspace, load_asking("en")
    answers = stored_answers(workspace.store, workspace.settings.model.name, "en")
    mine = {group: given for (item, group), given in answers.items() if item == str(number)}
    every = range(len(asking.sentences))
    alike = {(str(n), group): given for n in every for group, given in mine.items()}
    words = word_scores(alike, inferred_tags(workspace), "en")[shop.tags]
    return own_weights(words, described(workspace, shop.items, "en"), "en")


def _powered(shop: Shop, power: int) -> Matrix:
    """The items' own weights with another power of the words' scores."""
    workspace = shop.workspace
    answers = stored_answers(workspace.store, workspace.settings.model.name, "en")
    words = word_scores(answers, inferred_tags(workspace), "en")[shop.tags]
    return own_weights(words, described(workspace, shop.items, "en"), "en", power)


def counting(shop: Shop, categories: Shop) -> Iterator[tuple[str, Scores]]:
    """Ways of counting what the model said, each with its scores."""
    nothing = np.zeros_like(shop.figures)
    chance = np.random.default_rng(0).normal(size=shop.own.shape)
    sentences = len(load_asking("en").sentences)
    yield "**ours**", method(shop)
    yield "items alone, TF-IDF", summed(shop)
    yield "items alone, share of orders", _share(shop, surprise=False)
    yield "items alone, surprise clipped at 3", _share(shop, surprise=True)
    yield "figures alone", shop.figures
    yield "items and figures, not pooled", standardised(summed(shop)) + shop.figures
    weights = pooled_weights(shop.shares, shop.own, nothing)
    yield "pooled without figures", centred_scores(shop.shares, weights)
    yield "ours, categories for types", method(categories)
    yield "items alone, categories", summed(categories)
    for share in (0, 0.5, 2):
        yield f"ours, the items' own weights times {share}", _with_share(shop, share)
    yield "ours, words' scores as they are", method(shop, _powered(shop, 1))
    yield "ours, words' scores to the fifth power", method(shop, _powered(shop, 5))
    yield "20 singular vectors for pooling", _smoothed(shop)
    yield "logistic regression on fifths for pooling", _self_trained(shop)
    for number in range(sentences):
        yield f"ours, sentence {number + 1} alone", method(shop, _one_sentence(shop, number))
    pooled = pooled_weights(shop.shares, np.zeros_like(shop.own), shop.figures)
    yield "figures pooled, no words", centred_scores(shop.shares, pooled)
    yield "ours, random weights for the words'", method(shop, chance)


def asking(categories: Shop, ask: bool) -> Iterator[tuple[str, Scores]]:
    """Ways of asking, on the categories in most orders: items alone, then the whole of ours."""
    most = categories.bought.groupby("name")["orders"].sum().nlargest(ITEMS_ASKED)
    shop = categories.only(list(most.index))
    found = {"words (ours)": shop.own} | {
        way.name: own for way in WAYS if (own := _asked(shop, way, ask)) is not None
    }
    others = [own for name, own in found.items() if name != "words (ours)"]
    if len(others) > 1:
        found["all but ours, mean"] = standardised(np.mean(others, axis=0))
    for name, own in found.items():
        way_name = f"{ITEMS_ASKED} categories, {name}"
        yield f"{way_name}: items alone", summed(shop, own)
        yield f"{way_name}: all steps", method(shop, own)


def _asked(shop: Shop, way: Way, ask: bool) -> Matrix | None:
    """Items x tags by another way of asking; None where it was not asked yet."""
    workspace, model = shop.workspace, shop.workspace.settings.model
    labels = described(workspace, shop.items, "en")
    tags = {tag.id: tag for tag in inferred_tags(workspace)}
    cells = [questions(way, label, tags[tag]) for label in labels for tag in shop.tags]
    flat = [question for cell in cells for question in cell]
    if not ask and len(known_answers(workspace.store, model.name, flat)) < len(flat):
        return None
    given = iter(ask_all(workspace.store, lambda: endpoints(model, workspace.logs), model, flat))
    values = [value(way, [next(given) for _ in cell]) for cell in cells]
    return standardised(np.array(values).reshape(len(labels), len(shop.tags)))


def aucs(shop: Shop, scores: Scores, labels: Mapping[str, pd.Series]) -> list[float]:
    """The AUC of each tag, in the order of `shop.tags`, over the customers whose label is known."""
    frame = pd.DataFrame(scores, index=shop.customers, columns=shop.tags)
    return [
        float(roc_auc_score(labels[tag], frame.loc[labels[tag].index, tag])) for tag in shop.tags
    ]


def halves(shop: Shop, labels: Mapping[str, pd.Series]) -> list[float]:
    """The mean AUC of ours on twenty random halves of the labelled households."""
    scores, found = method(shop), []
    for seed in range(20):
        draw = np.random.default_rng(seed).random(len(shop.customers)) < 0.5
        half = set(np.array(shop.customers)[draw])
        part = {tag: known[known.index.isin(half)] for tag, known in labels.items()}
        found.append(float(np.mean(aucs(shop, scores, part))))
    return found


def table(workspace: Workspace, ask: bool) -> str:
    """All variants as a Markdown table."""
    shop, categories = open_shop(workspace, "type"), open_shop(workspace, "category")
    known = reference_labels(workspace.store)
    missing = set(known) - set(shop.tags)
    if missing:
        raise DataError(
            f"the tags {', '.join(sorted(missing))} are off: switch them on in sensitive_tags"
        )
    lines = ["| | mean | " + " | ".join(shop.tags) + " |", "|---" * (2 + len(shop.tags)) + "|"]
    parts: list[Callable[[], Iterator[tuple[str, Scores]]]] = [
        lambda: counting(shop, categories),
        lambda: asking(categories, ask),
    ]
    for part in parts:
        for name, scores in part():
            found = aucs(shop, scores, known)
            cells = " | ".join(f"{auc:.3f}" for auc in found)
            lines.append(f"| {name} | {np.mean(found):.3f} | {cells} |")
    means = halves(shop, known)
    spread = f"{np.mean(means):.3f}, from {min(means):.3f} to {max(means):.3f}"
    return "\n".join(
        [*lines, "", f"Ours on 20 random halves of the labelled households: {spread}."]
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--ask", action="store_true")
    given = parser.parse_args()
    try:
        with Workspace(given.home) as workspace:
            sys.stdout.write(table(workspace, given.ask) + "\n")
    except PortraitError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
