"""Labels from a CSV file: whether some customers carry a tag, as somebody who knows has said.

Two forms: `customer,tag,value`, or `customer` and one column a tag. A value is yes or no in the
usual ways of writing (yes, 1, true, 是 …); an empty one is unknown, and unknown is not no. A tag
may be one of the taxonomy or any outcome of your own (bought after the mail, cancelled).
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd
import pyarrow as pa

from agent.data import cleaning
from agent.data.delimited import detect_encoding, find_delimiter
from agent.errors import ReadError

LONG = ("customer", "tag", "value")
MAX_NAME = 60
Entry = tuple[int, str, str, str]  # row in the file, customer, tag, value


@dataclass
class Labels:
    """By tag: True or False by customer, sorted by id. `unknown`: customers without any data."""

    tags: dict[str, pd.Series]
    unknown: list[str] = field(default_factory=list)


def read_labels(path: Path, customers: Collection[str]) -> Labels:
    """The labels of these customers. Raises `ReadError` with the row and what to write there."""
    known, unknown = set(customers), set()
    values: dict[str, dict[str, bool]] = {}
    entries = list(_entries(path))
    ids, said = _ids(entries), _values(path, entries)
    for (row, _, tag, _), customer, value in zip(entries, ids, said, strict=True):
        if customer not in known:
            unknown.add(customer)
        elif value is not None and values.setdefault(tag, {}).setdefault(customer, value) != value:
            raise ReadError(
                f"{path}, row {row}: customer {customer!r} is said to carry {tag!r} and not to: "
                "keep one of the two rows"
            )
    if not values:
        raise ReadError(f"{path}: labels none of the customers of this home{_strangers(unknown)}")
    return Labels(
        {tag: pd.Series(found, name=tag).sort_index() for tag, found in values.items()},
        sorted(unknown),
    )


def _strangers(unknown: Collection[str]) -> str:
    if not unknown:
        return ": below its column names there is no yes and no no"
    return f" ({len(unknown):,} ids are not known here, such as {min(unknown)!r})"


def _entries(path: Path) -> Iterator[Entry]:
    rows = _rows(path)
    header = [cell.strip() for cell in next(rows, (0, []))[1]]
    folded = [cleaning.fold(cell) for cell in header]
    if "customer" not in folded or len(header) < 2:
        raise ReadError(
            f"{path}: its columns are {', '.join(header) or 'none'}; write {', '.join(LONG)}, or "
            "customer and one column a tag"
        )
    _check_names(path, header)
    if set(LONG) <= set(folded):
        place = [folded.index(name) for name in LONG]
        for row, cells in rows:
            customer, tag, value = (cells[p].strip() for p in place)
            yield row, customer, tag, value
        return
    who = folded.index("customer")
    for row, cells in rows:
        for column, (tag, value) in enumerate(zip(header, cells, strict=True)):
            if column != who:
                yield row, cells[who].strip(), tag, value.strip()


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The line on which each row begins, and its cells; empty rows are passed over."""
    try:
        with path.open(encoding=detect_encoding(path), newline="") as file:
            start = file.readline()
            file.seek(0)
            width = None
            reader = csv.reader(file, delimiter=find_delimiter(start, LONG))
            row = 1
            for cells in reader:
                begun, row = row, reader.line_num + 1
                if not any(cell.strip() for cell in cells):
                    continue
                width = width or len(cells)
                if len(cells) != width:
                    raise ReadError(f"{path}, row {begun}: {len(cells)} cells, not {width}")
                yield begun, cells
    except (OSError, UnicodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or " ".join(str(error).split())
        raise ReadError(f"{path}: cannot be read as CSV: {reason}") from error


def _check_names(path: Path, header: list[str]) -> None:
    twice = next((name for name in header if header.count(name) > 1), None)
    if twice is not None:
        raise ReadError(f"{path}: the column {twice!r} is there twice: rename one of them")


def _ids(entries: Sequence[Entry]) -> list[str]:
    """As an ingest keeps them: a table program's 12.0 is 12."""
    cells = pa.array([customer for _, customer, _, _ in entries], pa.string())
    found = cleaning.ids(cells, cleaning.Faults(len(entries)), "customer")
    return [customer or "" for customer in found.to_pylist()]


def _values(path: Path, entries: Sequence[Entry]) -> list[bool | None]:
    """Yes, no or unknown of each entry."""
    cells = pa.array([text for _, _, _, text in entries], pa.string())
    faults = cleaning.Faults(len(entries))
    found: list[bool | None] = cleaning.booleans(cells, faults, "value").to_pylist()
    for (row, _, tag, text), good in zip(entries, faults.good, strict=True):
        if not tag or len(tag) > MAX_NAME or not tag.isprintable():
            raise ReadError(
                f"{path}, row {row}: {tag[:80]!r} is no name for a tag: 1-{MAX_NAME} letters"
            )
        if not good:
            raise ReadError(f"{path}, row {row}: {tag} is {text[:40]!r}: write yes, no or nothing")
    return found
