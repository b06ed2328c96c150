"""What a customer is to a learned tag: counts of what and where they buy, and their figures.

Nothing that a person said about a customer enters (age, income, any attribute): those are what
labels are made of, and a tag learned from its own label says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import sparse

from agent.data.warehouse import Warehouse
from agent.facts.catalogue import catalogue
from agent.facts.frame import facts_frame
from agent.workspace import Workspace

KIND = "coalesce(type, category, department, name)"
# Each part counts lines. `kind` is what a person would call the feature.
_PARTS = {
    "kinds": f"SELECT customer, {KIND} AS feature, {KIND} AS kind, count(*) AS n",
    "variants": f"SELECT customer, {KIND} || ' · ' || coalesce(size, '') AS feature,"
    f" min({KIND}) AS kind, count(*) AS n",
    "products": f"SELECT customer, product AS feature, min({KIND}) AS kind, count(*) AS n",
    "places": "SELECT customer, channel AS feature, channel AS kind, count(*) AS n",
}


@dataclass(frozen=True)
class Counts:
    """One part: customers x features, the features' names, and the kind that each belongs to."""

    features: tuple[str, ...]
    kinds: tuple[str | None, ...]
    matrix: sparse.csr_matrix


@dataclass(frozen=True)
class Vectors:
    """Parts by name, and the figures, one row a customer in the order of `customers`."""

    customers: tuple[str, ...]
    parts: dict[str, Counts]
    figures: pd.DataFrame

    def only(self, parts: Mapping[str, Counts]) -> Vectors:
        """The same customers with other parts, and no figures."""
        return Vectors(self.customers, dict(parts), self.figures[[]])

    def column(self, name: str, values: Mapping[str, float]) -> Counts:
        """One number a customer as a part; who is not named has 0."""
        numbers = [[values.get(customer, 0.0)] for customer in self.customers]
        return Counts((name,), (None,), sparse.csr_matrix(numbers))

    def rows(self, customers: Sequence[str]) -> list[int]:
        """The row of each customer. Raises KeyError for one that is not here."""
        place = {customer: row for row, customer in enumerate(self.customers)}
        return [place[customer] for customer in customers]


def load_vectors(workspace: Workspace, warehouse: Warehouse) -> Vectors:
    """The vectors of every customer that has facts, from the events and the store."""
    facts = facts_frame(workspace.store).set_index("customer")
    customers = tuple(facts.index)
    parts = {
        name: _counts(warehouse.frame(f"{select} FROM purchases GROUP BY 1, 2"), customers)
        for name, select in _PARTS.items()
    }
    names = [field.name for field in catalogue() if field.numeric]
    return Vectors(customers, parts, facts[names].astype("float64"))


def _counts(frame: pd.DataFrame, customers: Sequence[str]) -> Counts:
    known = frame.dropna(subset=["feature"])
    row = pd.Categorical(known["customer"], categories=list(customers))
    feature = pd.Categorical(known["feature"])  # its categories are sorted: stable columns
    kinds = known.groupby("feature", sort=True)["kind"].first()
    shape = (len(customers), len(feature.categories))
    matrix = sparse.csr_matrix(
        (known["n"].to_numpy(dtype=np.float64), (row.codes, feature.codes)), shape=shape
    )
    names = tuple(str(kind) if isinstance(kind, str) else None for kind in kinds)
    return Counts(tuple(feature.categories), names, matrix)
