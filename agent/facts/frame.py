"""Facts as frames, from the store."""

from __future__ import annotations

import pandas as pd
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.attributes import attribute_terms
from agent.data.store import Store
from agent.facts.catalogue import catalogue, facts_table

_TYPES = {"integer": "Int64", "number": "float64", "category": "object"}


def facts_frame(store: Store) -> pd.DataFrame:
    """One row a customer, one column a field; unknown is NaN, NA or None."""
    columns = [column.name for column in facts_table.columns]
    query = sa.select(facts_table).order_by(facts_table.c.customer)
    return pd.DataFrame(store.rows(query), columns=columns).astype(_types())


def customer_frame(store: Store) -> pd.DataFrame:
    """The fields and, beside them, one column for each attribute."""
    facts = facts_frame(store)
    terms = attribute_terms(store)
    query = sa.select(tables.customers.c.customer, tables.customers.c.attributes)
    given = {row["customer"]: row["attributes"] for row in store.rows(query)}
    for term in terms:
        values = [given.get(customer, {}).get(term.name) for customer in facts["customer"]]
        texts = [None if value is None else str(value) for value in values]
        facts[term.name] = (
            pd.Series(values, dtype="float64") if term.numeric else pd.Series(texts, dtype="object")
        )
    return facts


def _types() -> dict[str, str]:
    return {field.name: _TYPES[field.type] for field in catalogue()}
