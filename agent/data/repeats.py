"""One row per customer, product or alias in a file: of two, nobody knows which is right."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from agent.data.cleaning import Reject, quoted
from agent.data.report import DUPLICATE


class Once:
    """Lets the first row of each key of a file through. `key`: the columns that must be unique."""

    def __init__(self, key: Sequence[str]) -> None:
        self.key = key
        self._seen: dict[tuple[str, ...], int] = {}

    def split(self, rows: pa.Table) -> tuple[pa.Table, list[Reject]]:
        """The rows whose key is new, and the others: identical, or at odds with the first."""
        keep, repeats = [], []
        for row in rows.to_pylist():
            number = row.pop("row")
            key = tuple(row[column] for column in self.key)
            values = hash(tuple(row.values()))
            first = self._seen.get(key)
            self._seen.setdefault(key, values)
            keep.append(first is None)
            if first is not None:
                reason = DUPLICATE if first == values else f"another row has this {self.key[-1]}"
                repeats.append(Reject(number, self.key[-1], reason, quoted(key[-1])))
        return rows.filter(pa.array(keep, pa.bool_())), repeats
