"""Why a learned tag was given: what moved a customer's score most.

A reason is a kind of product (with its sizes and products), a product that the catalogue does not
name, a channel, or a figure. Its part in the score is the sum of value x weight over its features,
less the mean of all customers: what everybody does is no reason. Its weight is that part in all
that moved the score, up or down. Orders and the last day are counted anew from the events, so that
anyone can check them.

    {"name": "BABY WIPES", "level": "type", "orders": 12, "last": "2017-12-30", "weight": 0.31}
    {"field": "spend", "value": 4360.3, "weight": 0.05}
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from agent.data.warehouse import Warehouse
from agent.tags.models import Model
from agent.tags.space import View
from agent.tags.vectors import KIND, Vectors

Evidence = list[dict[str, Any]]
Reason = tuple[str, str]  # kind, product, channel or figure, and its name

ITEMS_SHOWN = 5
_LEVEL = " ".join(
    f"WHEN {level} IS NOT NULL THEN '{level}'" for level in ("type", "category", "department")
)
_COUNTED = f"""
WITH held AS (
  SELECT customer, order_id, day, 'kind' AS sort, {KIND} AS name,
         CASE {_LEVEL} ELSE 'name' END AS level FROM purchases
  UNION ALL SELECT customer, order_id, day, 'product', product, 'product' FROM purchases
  UNION ALL SELECT customer, order_id, day, 'channel', channel, 'channel' FROM purchases)
SELECT customer, sort, name, min(level) AS level, count(DISTINCT order_id) AS orders,
       strftime(max(day), '%Y-%m-%d') AS last
FROM reasons JOIN held USING (customer, sort, name) GROUP BY customer, sort, name
"""
_KEYS = ["customer", "sort", "name"]


def learned_evidence(
    model: Model,
    vectors: Vectors,
    warehouse: Warehouse,
    customers: Sequence[str],
    hidden: Collection[str] = (),
) -> dict[str, Evidence]:
    """By customer, the reasons that spoke most for the tag, those of most weight first.

    hidden: kinds of product that are not told, for they touch on a sensitive tag.
    """
    reasons = _reasons(model, vectors, customers, {("kind", name) for name in hidden})
    warehouse.register("reasons", reasons[_KEYS].astype("str"))
    told = reasons.merge(warehouse.frame(_COUNTED), on=_KEYS, how="left")
    found: dict[str, Evidence] = defaultdict(list)
    for row in told.to_dict("records"):
        weight = round(float(row["weight"]), 4)
        found[row["customer"]].append(_entry(row, vectors) | {"weight": weight})
    return found


def _entry(row: Mapping[Hashable, Any], vectors: Vectors) -> dict[str, Any]:
    if row["sort"] == "figure":
        value = float(vectors.figures[row["name"]].loc[row["customer"]])
        return {"field": row["name"], "value": int(value) if value.is_integer() else value}
    kept = {"name": row["name"], "level": row["level"], "orders": int(row["orders"])}
    return kept | {"last": row["last"]}


def _reasons(
    model: Model, vectors: Vectors, customers: Sequence[str], hidden: Collection[Reason]
) -> pd.DataFrame:
    """customer, sort, name, weight: up to `ITEMS_SHOWN` reasons a customer."""
    reasons = sorted({reason for view, _ in model.views for reason in _named(view)})
    moved = _by_reason(model, vectors, reasons)
    mine, mean = moved[vectors.rows(customers)], np.asarray(moved.mean(axis=0)).ravel()
    rows = []
    for number, customer in enumerate(customers):
        parts = np.asarray(mine[number].todense()).ravel() - mean
        total, held = np.abs(parts).sum(), mine[number].indices
        told = (n for n in held if parts[n] > 0 and reasons[n] not in hidden)
        best = sorted(told, key=lambda n: (-parts[n], n))
        rows += [(customer, *reasons[n], parts[n] / total) for n in best[:ITEMS_SHOWN]]
    return pd.DataFrame(rows, columns=[*_KEYS, "weight"])


def _named(view: View) -> list[Reason]:
    """What a person would call each feature of a view."""
    if view.part in {"figures", "places"}:
        sort = "figure" if view.part == "figures" else "channel"
        return [(sort, feature) for feature in view.features]
    pairs = zip(view.features, view.kinds, strict=True)
    return [("kind", kind) if kind else ("product", feature) for feature, kind in pairs]


def _by_reason(model: Model, vectors: Vectors, reasons: Sequence[Reason]) -> sparse.csr_matrix:
    """Customers x reasons: what each adds to the score."""
    place = {reason: column for column, reason in enumerate(reasons)}
    total = sparse.csr_matrix((len(vectors.customers), len(reasons)))
    for view, weights in model.views:
        columns = [place[reason] for reason in _named(view)]
        rows = range(len(weights))
        to_reason = sparse.csr_matrix((weights, (rows, columns)), (len(weights), len(reasons)))
        total = total + view.transform(vectors) @ to_reason
    return sparse.csr_matrix(total)
