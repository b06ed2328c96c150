"""Customers: attributes and consent from several sources, and everyone whom an event names.

A blank never overwrites a value; on a conflict the later source wins, then the later ingest.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
import sqlalchemy as sa

from agent.data.delimited import chunked
from agent.data.mapping import Attribute
from agent.data.store import attributes as attribute_table
from agent.data.store import customers as customer_table
from agent.data.store import upsert


class Customers:
    """What an ingest learns about customers, until it is saved in one transaction."""

    def __init__(self) -> None:
        self._new: dict[str, dict[str, dict[str, Any]]] = {}

    def add(self, rows: pa.Table) -> None:
        """Take in clean rows of a customers file."""
        for row in rows.to_pylist():
            entry = self._entry(row["customer"])
            for column, value in row.items():
                part, _, name = column.partition(".")
                if value is not None and part in _PARTS:
                    entry[_PARTS[part]][name] = value

    def meet(self, customers: Iterable[str]) -> None:
        """Take in customers whom events name."""
        for customer in customers:
            self._entry(customer)

    def save(self, connection: sa.Connection) -> None:
        """Merge with the customers of the store."""
        for block in chunked(sorted(self._new), 5_000):
            upsert(connection, customer_table, self._changed(connection, block))

    def values_of(self, name: str) -> set[str]:
        """The values of an attribute among the new rows."""
        found = (entry["attributes"].get(name) for entry in self._new.values())
        return {value for value in found if value is not None}

    def _entry(self, customer: str) -> dict[str, dict[str, Any]]:
        return self._new.setdefault(customer, {"attributes": {}, "consent": {}})

    def _changed(self, connection: sa.Connection, block: list[str]) -> Iterator[dict[str, Any]]:
        query = sa.select(customer_table).where(customer_table.c.customer.in_(block))
        known = {row["customer"]: row for row in connection.execute(query).mappings()}
        for customer in block:
            old = known.get(customer)
            merged = {
                part: {**(old[part] if old else {}), **values}
                for part, values in self._new[customer].items()
            }
            if old is None or any(old[part] != merged[part] for part in merged):
                yield {"customer": customer, **merged}


_PARTS = {"a": "attributes", "c": "consent"}


def save_attributes(
    connection: sa.Connection, attributes: Mapping[str, Attribute], customers: Customers
) -> None:
    """Define the attributes of a mapping; a category's values as declared, then as the alphabet."""
    known = {row["name"]: row for row in connection.execute(sa.select(attribute_table)).mappings()}
    positions = itertools.count(max((row["position"] for row in known.values()), default=-1) + 1)
    rows = []
    for name, attribute in attributes.items():
        old = known.get(name)
        seen = customers.values_of(name) if attribute.type == "category" else set()
        before = list(old["values"]) if old else []
        values = dict.fromkeys(itertools.chain(attribute.order, before, sorted(seen)))
        rows.append(
            {
                "name": name,
                "type": attribute.type,
                "label_en": attribute.label_en or name,
                "label_zh": attribute.label_zh or name,
                "values": list(values),
                "position": old["position"] if old else next(positions),
            }
        )
    upsert(connection, attribute_table, rows)
