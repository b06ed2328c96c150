"""Why a learned tag was given: the kinds of product that moved a customer's score most.

A kind's part in the score is the sum of value x weight over its features (the kind itself, its
sizes, its products), less the mean of all customers: what everybody buys is no reason. Its share is
that part in all that moved the score, up or down. Orders and the last day are counted anew from the
events, so that anyone can check them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy import sparse

from agent.data.warehouse import Warehouse
from agent.tags.models import Model
from agent.tags.vectors import KIND, Vectors

Evidence = list[dict[str, Any]]

ITEMS_SHOWN = 5
_LEVEL = " ".join(
    f"WHEN {level} IS NOT NULL THEN '{level}'" for level in ("type", "category", "department")
)
_BOUGHT = f"""
SELECT r.customer, r.kind, min(CASE {_LEVEL} ELSE 'name' END) AS level,
       count(DISTINCT order_id) AS orders, strftime(max(day), '%Y-%m-%d') AS last
FROM reasons r JOIN purchases p ON p.customer = r.customer AND {KIND} = r.kind
GROUP BY r.customer, r.kind
"""


def learned_evidence(
    model: Model, vectors: Vectors, warehouse: Warehouse, customers: Sequence[str]
) -> dict[str, Evidence]:
    """By customer, the kinds that spoke most for the tag, those of most weight first."""
    reasons = _reasons(model, vectors, customers)
    warehouse.register("reasons", reasons[["customer", "kind"]])
    told = reasons.merge(warehouse.frame(_BOUGHT), on=["customer", "kind"], how="left")
    found: dict[str, Evidence] = defaultdict(list)
    for row in told.to_dict("records"):
        entry = {"name": row["kind"], "level": row["level"], "orders": int(row["orders"])}
        entry |= {"last": row["last"], "weight": round(float(row["share"]), 4)}
        found[row["customer"]].append(entry)
    return found


def _reasons(model: Model, vectors: Vectors, customers: Sequence[str]) -> pd.DataFrame:
    """customer, kind, share: up to `ITEMS_SHOWN` kinds a customer that spoke for the tag."""
    kinds = sorted({kind for view, _ in model.views for kind in view.kinds if kind})
    moved = _by_kind(model, vectors, kinds)
    bought, mean = moved.tocsr()[vectors.rows(customers)], np.asarray(moved.mean(axis=0)).ravel()
    rows = []
    for number, customer in enumerate(customers):
        parts = np.asarray(bought[number].todense()).ravel() - mean
        total, held = np.abs(parts).sum(), bought[number].indices
        best = sorted((n for n in held if parts[n] > 0), key=lambda n: (-parts[n], n))
        rows += [(customer, kinds[n], parts[n] / total) for n in best[:ITEMS_SHOWN]]
    return pd.DataFrame(rows, columns=["customer", "kind", "share"])


def _by_kind(model: Model, vectors: Vectors, kinds: Sequence[str]) -> sparse.csr_matrix:
    """Customers x kinds: what each kind adds to the score."""
    place = {kind: column for column, kind in enumerate(kinds)}
    total = sparse.csr_matrix((len(vectors.customers), len(kinds)))
    for view, weights in model.views:
        if view.part == "places" or not any(view.kinds):
            continue
        rows = [row for row, kind in enumerate(view.kinds) if kind]
        columns = [place[str(view.kinds[row])] for row in rows]
        values: npt.NDArray[np.float64] = weights[rows]
        to_kind = sparse.csr_matrix((values, (rows, columns)), (len(weights), len(kinds)))
        total = total + view.transform(vectors) @ to_kind
    return sparse.csr_matrix(total)
