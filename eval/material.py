"""What the baselines know of customers: purchases and facts, and nothing that anybody labelled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.facts.catalogue import catalogue
from agent.facts.frame import facts_frame
from agent.tags.priors import finest_level
from agent.workspace import Workspace

_LINES = """
SELECT customer, category, {level} AS type, count(*) AS lines FROM purchases
WHERE {level} IS NOT NULL GROUP BY ALL ORDER BY ALL
"""
_LEVELS = ("type", "category", "department", "name", "product")
_NUMBERS = """
WITH coupons AS (
  SELECT customer, sum(coupon_discount) AS coupon_money FROM events GROUP BY customer)
SELECT customer, count(*) AS lines, count(DISTINCT order_id) AS orders,
       sum(amount)::DOUBLE AS spend, sum(amount)::DOUBLE / count(DISTINCT order_id) AS order_value,
       count(DISTINCT type) AS types, coalesce(max(coupon_money), 0)::DOUBLE AS coupon_money
FROM purchases JOIN coupons USING (customer) GROUP BY customer ORDER BY customer
"""


@dataclass(frozen=True)
class Material:
    """Purchases and facts by customer.

    lines: category, type and number of purchase lines, one row a customer and product type.
    numbers: the six of the plain regression. facts: every numeric field, unknown as NaN.
    """

    lines: pd.DataFrame
    numbers: pd.DataFrame
    facts: pd.DataFrame

    @cached_property
    def types(self) -> list[str]:
        """The product types, in the order of the columns of `counts`."""
        return list(self._codes.categories)

    def counts(self, customers: Sequence[str] | pd.Index) -> Any:
        """Purchase lines, customers x product types, as a sparse matrix of floats."""
        return self._all_counts[self.numbers.index.get_indexer(pd.Index(customers))]

    def check_knows(self, customers: pd.Index) -> None:
        """Raises `DataError` where a customer bought nothing."""
        without = customers.difference(self.numbers.index)
        if len(without):
            raise DataError(
                f"{len(without)} labelled customers bought nothing, such as {without[0]}; "
                "leave them out of the labels"
            )

    def share(self, named: Callable[[str], bool]) -> pd.Series:
        """The share of each customer's lines whose category and type, as one text, are named."""
        held = np.array([named(name) for name in self._names.categories])
        lines = self.lines["lines"] * held[self._names.codes]
        total = np.bincount(self._rows, lines, len(self.numbers))
        return pd.Series(total, index=self.numbers.index) / self.numbers["lines"]

    @cached_property
    def _names(self) -> Any:
        return pd.Categorical(
            self.lines["category"].fillna("").str.cat(self.lines["type"], sep=" ")
        )

    @cached_property
    def _rows(self) -> npt.NDArray[np.intp]:
        return self.numbers.index.get_indexer(pd.Index(self.lines["customer"]))

    @cached_property
    def _codes(self) -> pd.Categorical:
        return pd.Categorical(self.lines["type"])

    @cached_property
    def _all_counts(self) -> Any:
        values = self.lines["lines"].to_numpy(dtype=float)
        shape = (len(self.numbers), len(self.types))
        return sparse.csr_matrix((values, (self._rows, self._codes.codes)), shape=shape)


def load_material(workspace: Workspace) -> Material:
    """All customers with purchases. Raises `DataError` where there are none yet."""
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        lines = warehouse.frame(_LINES.format(level=finest_level(warehouse, _LEVELS)))
        numbers = warehouse.frame(_NUMBERS)
    numeric = [field.name for field in catalogue() if field.type != "category"]
    facts = facts_frame(workspace.store).set_index("customer")[numeric].astype(float)
    return Material(lines, numbers.set_index("customer"), facts)
