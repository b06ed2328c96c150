"""What is known of a tag without any label: what its rule says, and what the model's priors say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import pandas as pd
from scipy.special import logit

from agent.data.store import Row
from agent.data.warehouse import Warehouse
from agent.facts.frame import customer_frame
from agent.tags.names import load_vocabulary, sensitive_categories
from agent.tags.priors import PriorScores, prior_scores
from agent.tags.rules import apply_rules
from agent.tags.taxonomy import load_taxonomy
from agent.tags.vectors import KIND, Counts, Vectors
from agent.workspace import Workspace


@dataclass(frozen=True)
class Known:
    """rules: the rows of each rule tag asked for. priors: None where the model was not asked.

    hidden: names of products' kinds that are told as no reason, for they touch on a sensitive tag.
    """

    rules: dict[str, list[Row]]
    priors: PriorScores | None
    hidden: frozenset[str] = frozenset()

    def parts(self, tag: str, vectors: Vectors) -> dict[str, Counts]:
        """`prior` and `rule` as parts of one column, as far as there are any for the tag."""
        found = {}
        if self.priors is not None and tag in self.priors.probabilities:
            odds = logit(self.priors.probabilities[tag])
            # Of who bought nothing that it speaks of, a prior says what it says of all.
            everybody = odds.reindex(list(vectors.customers)).fillna(odds.mean())
            found["prior"] = vectors.column(tag, everybody.to_dict())
        if tag in self.rules:
            carriers = {row["customer"]: 1.0 for row in self.rules[tag]}
            found["rule"] = vectors.column(tag, carriers)
        return found

    def prior_evidence(self, customer: str, tag: str) -> list[dict[str, Any]]:
        """What moved the prior's score of a customer."""
        if self.priors is None or customer not in self.priors.probabilities.index:
            return []
        found = self.priors.evidence(customer, tag)
        return [entry for entry in found if entry["name"] not in self.hidden]


def load_known(workspace: Workspace, warehouse: Warehouse, tags: Collection[str]) -> Known:
    """What rules and priors say of these tags; facts must be computed."""
    warehouse.register("customer_facts", customer_frame(workspace.store))
    taxonomy = [tag for tag in load_taxonomy() if tag.id in tags]
    rules: dict[str, list[Row]] = {tag.id: [] for tag in taxonomy if tag.rule is not None}
    enabled = tuple(workspace.settings.sensitive_tags)
    for row in apply_rules(warehouse, load_vocabulary(workspace), taxonomy, enabled):
        rules[row["tag"]].append(row)
    priors = prior_scores(workspace, warehouse)
    hidden = _sensitive_kinds(workspace, warehouse)
    return Known(rules, None if priors.probabilities.empty else priors, hidden)


def _sensitive_kinds(workspace: Workspace, warehouse: Warehouse) -> frozenset[str]:
    """The sensitive categories that are not switched on, and all kinds of product in them."""
    enabled = workspace.settings.sensitive_tags
    categories = sensitive_categories(workspace, enabled)
    warehouse.register("sensitive", pd.DataFrame({"category": sorted(categories)}, dtype="str"))
    kinds = warehouse.frame(
        f"SELECT DISTINCT {KIND} AS kind FROM purchases JOIN sensitive USING (category)"
    )
    return categories | frozenset(kinds["kind"])
