"""What an ingest did: every row given is accepted or in quarantine, and the report adds up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa

from agent.data.cleaning import Reject

DUPLICATE = "duplicate"
_SCHEMA = pa.schema(
    [("row", pa.int64()), ("field", pa.string()), ("reason", pa.string()), ("value", pa.string())]
)


@dataclass(frozen=True)
class FileReport:
    """A file read for a source: rows given = accepted + quarantined, and why (`field: reason`)."""

    file: str
    source: str
    table: str
    given: int
    accepted: int
    quarantined: int
    reasons: dict[str, int]


@dataclass(frozen=True)
class IngestReport:
    """A whole ingest; `customers`, `products`, `events`, `as_of` are those of the home after it."""

    run: int
    files: tuple[FileReport, ...]
    warnings: tuple[str, ...]
    customers: int
    products: int
    events: int
    as_of: str | None

    @property
    def given(self) -> int:
        """Rows in all files."""
        return sum(file.given for file in self.files)

    @property
    def accepted(self) -> int:
        """Rows taken in."""
        return sum(file.accepted for file in self.files)

    @property
    def quarantined(self) -> int:
        """Rows kept out, each with its reason in the quarantine."""
        return sum(file.quarantined for file in self.files)

    def as_dict(self) -> dict[str, Any]:
        """The report as JSON can hold it."""
        sums = {"given": self.given, "accepted": self.accepted, "quarantined": self.quarantined}
        return {**asdict(self), **sums}


@dataclass
class Tally:
    """The counts and rejects of a file while it is read; packed, since there may be millions."""

    file: str
    source: str
    table: str
    given: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    _packed: list[pa.Table] = field(default_factory=list)

    def reject(self, rejects: Iterable[Reject]) -> None:
        """Add rows to the quarantine."""
        rows = list(rejects)
        if rows:
            columns = [pa.array(column) for column in zip(*rows, strict=True)]
            self._packed.append(pa.Table.from_arrays(columns, schema=_SCHEMA))
            self.reasons.update(f"{r.field or 'row'}: {r.reason}" for r in rows)

    def repeat(self, rows: pa.Array) -> None:
        """Add rows, by number, that are there already."""
        if len(rows):
            empty, reason = (pa.array([text] * len(rows)) for text in ("", DUPLICATE))
            self._packed.append(pa.Table.from_arrays([rows, empty, reason, empty], schema=_SCHEMA))
            self.reasons[f"row: {DUPLICATE}"] += len(rows)

    def quarantine(self, run: int) -> Iterator[dict[str, Any]]:
        """Rows for the table `quarantine`."""
        for table in self._packed:
            for row in table.to_pylist():
                yield {"run": run, "file": self.file, **row}

    def report(self) -> FileReport:
        """The counts, final."""
        out = self.reasons.total()
        reasons = dict(self.reasons.most_common())
        return FileReport(
            self.file, self.source, self.table, self.given, self.given - out, out, reasons
        )
