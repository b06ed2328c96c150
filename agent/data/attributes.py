"""The attributes that the user gave about customers: facts, not tags."""

from __future__ import annotations

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import Store
from agent.vocabulary import Term


def attribute_terms(store: Store) -> list[Term]:
    """The attributes as conditions know them, in the order of the mapping."""
    rows = store.rows(sa.select(tables.attributes).order_by(tables.attributes.c.position))
    return [
        Term(
            row["name"],
            row["label_en"],
            row["label_zh"],
            numeric=row["type"] == "number",
            values=tuple(row["values"]),
        )
        for row in rows
    ]


def given_attributes(store: Store) -> dict[str, list[tuple[Term, str]]]:
    """Customer -> the attributes that are known, each with its value as in the data."""
    terms = attribute_terms(store)
    query = sa.select(tables.customers.c.customer, tables.customers.c.attributes)
    return {
        row["customer"]: [
            (term, _written(value))
            for term in terms
            if (value := row["attributes"].get(term.name)) is not None
        ]
        for row in store.rows(query)
    }


def _written(value: object) -> str:
    """A value as text; a whole number without the `.0` of a float."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)
