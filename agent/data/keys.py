"""The key map: whose an id of another system is.

Kept as `keys.parquet` in the home folder (namespace, alias, customer), so that tomorrow's web
events find today's loyalty cards. An alias belongs to one customer; the first to say so wins.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from agent.data.cleaning import Faults, Reject, by_value, missing, quoted
from agent.data.files import read_parquet, write_parquet

SCHEMA = pa.schema([(name, pa.string()) for name in ("namespace", "alias", "customer")])


class KeyMap:
    """Aliases by namespace; read from `path` where it exists."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._known: dict[tuple[str, str], str] = {}
        if path.exists():
            rows = read_parquet(path).to_pylist()
            self._known = {(row["namespace"], row["alias"]): row["customer"] for row in rows}

    def add(self, rows: pa.Table) -> list[Reject]:
        """Take in clean rows of a keys file; returns those whose alias is another customer's."""
        rejects = []
        for row in rows.to_pylist():
            known = self._known.setdefault((row["namespace"], row["alias"]), row["customer"])
            if known != row["customer"]:
                reason = "belongs to another customer"
                rejects.append(Reject(row["row"], "alias", reason, quoted(row["alias"])))
        return rejects

    def translate(self, namespace: str | None, ids: pa.Array, faults: Faults) -> pa.Array:
        """Customers for the aliases of a namespace (None: the ids are customers already)."""
        if namespace is None:
            return ids
        found = by_value(ids, lambda alias: self._known.get((namespace, alias)))
        faults.mark(missing(found) & ~missing(ids), "customer", f"unknown alias in {namespace}")
        return found

    def save(self) -> None:
        """Write the map, if it holds anything."""
        if self._known:
            rows = [(*key, customer) for key, customer in sorted(self._known.items())]
            columns = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
            write_parquet(pa.Table.from_arrays(columns, schema=SCHEMA), self.path)
