"""Audiences as tables of the warehouse: one id or a million, a query says the same.

audience  customer                 distinct ids
sides     customer, side           known customers of two audiences; side is one of
                                   0: only in the first, 1: in both, 2: only in the second
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from agent.data.warehouse import Warehouse

_SIDES = """
CREATE OR REPLACE TEMP TABLE sides AS
WITH asked AS (
  SELECT customer, customer IN (SELECT customer FROM audience) AS first, {second} AS second
  FROM customer_facts)
SELECT customer, (CASE WHEN NOT second THEN 0 WHEN first THEN 1 ELSE 2 END)::TINYINT AS side
FROM asked WHERE first OR second
"""
_EVERYONE_ELSE = "customer NOT IN (SELECT customer FROM audience)"
_SECOND = "customer IN (SELECT customer FROM other_audience)"


def offer_audience(warehouse: Warehouse, customers: Sequence[str], name: str = "audience") -> None:
    """Register the ids as a table of that name, each once."""
    warehouse.register(name, pd.DataFrame({"customer": customers}, dtype="str").drop_duplicates())


def offer_sides(
    warehouse: Warehouse, audience: Sequence[str], others: Sequence[str] | None
) -> None:
    """Make the table `sides` of an audience and of others, by default everyone else."""
    offer_audience(warehouse, audience)
    if others is not None:
        offer_audience(warehouse, others, "other_audience")
    second = _EVERYONE_ELSE if others is None else _SECOND
    warehouse.execute(_SIDES.format(second=second))
