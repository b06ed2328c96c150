"""An audience as a file: who is meant, what is known of them, and beside it how they were chosen.

    audience.csv            one row a customer; or audience.parquet, by the ending of the name
    audience.header.json    question, query, conditions in words, counts, consent, dates, columns

Both files are put in place whole or not at all, and replace files of their names as a shell's `>`
does. The header holds the SHA-256 of the file that it tells of.
"""

from __future__ import annotations

import csv
import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from agent import __version__
from agent.ask.columns import Choice, Column, choose_columns, read_pages, schema
from agent.ask.consent import Consent, apply_consent
from agent.ask.query import Query, query_to_json
from agent.data.store import now
from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.settings import Language
from agent.vocabulary import Vocabulary
from agent.workspace import Workspace

# Text that a spreadsheet would run, also behind what some of them drop. Apostrophes in front are
# passed over, so that a text which already begins with one comes back as it was.
_RUN = r"^['\p{Z}\p{Cc}\p{Cf}]*[=+\-@＝＋－＠]|^'*[\t\r\n]"
_RULE: dict[Language, str] = {
    "en": "UTF-8 with a byte order mark; an empty cell is unknown. So that no spreadsheet runs a "
    "text, one apostrophe (') was put in front of every text whose first character, behind any "
    "apostrophes, blanks and invisible characters (Unicode Z, Cc and Cf), is one of = + - @ or of "
    "the same in full width, or that begins, behind any apostrophes, with a tab or a line break. "
    "To undo: where a text cell begins with an apostrophe and fits this description, take that "
    "one apostrophe away. Numbers are as they are.",
    "zh": "UTF-8编码，带BOM；空单元格表示未知。为避免电子表格把文本当作公式执行，凡文本在撇号、"
    "空白和不可见字符（Unicode类别Z、Cc、Cf）之后的第一个字符是 = + - @ 之一（含全角），"
    "或在撇号之后以制表符或换行开头的，前面都加了一个撇号（'）。"
    "还原方法：文本单元格以撇号开头且符合上述描述的，去掉这一个撇号。数字保持原样。",
}


@dataclass(frozen=True)
class Audience:
    """Who is meant, in order, and how they were chosen. `words`: the query as people read it."""

    question: str
    query: Query
    words: Mapping[Language, str]
    customers: Sequence[str]


@dataclass(frozen=True)
class Exported:
    """What was written: how many rows, how many are held back, and why in words."""

    path: Path
    header: Path
    customers: int
    held_back: int
    words: Mapping[Language, str]


def export_audience(
    path: Path,
    audience: Audience,
    choice: Choice,
    channel: str | None,
    workspace: Workspace,
    warehouse: Warehouse,
    vocabulary: Vocabulary,
) -> Exported:
    """Write those of an audience who agreed to a channel, and the header beside them.

    Without a channel nobody is held back, and the header says so. The warehouse must offer
    `customer_facts` and `customer_tags`. Raises `DataError` for a place that cannot be written,
    `UnknownError` for a channel that was never recorded, `ConditionError` for unknown columns.
    """
    with _mapped(path):
        place = _checked(path, workspace)
        header = _header_of(place)
        columns = choose_columns(choice, workspace, vocabulary, warehouse)
        consent = apply_consent(workspace.store, audience.customers, channel)
        read = read_pages(columns, choice.tags, consent.kept, workspace.store, warehouse)
        with _both_or_none(place, header) as (rows, about), closing(read) as pages:
            _WRITERS[place.suffix.lower()](rows, pages, columns)
            told = _header(place, audience, consent, columns, workspace)
            _write_header(about, told | {"sha256": _digest(rows)})
    return Exported(place, header, len(consent.kept), consent.held_back, consent.words())


def neutralise(texts: pa.Array) -> pa.Array:
    """Texts as a CSV file may hold them: what a spreadsheet would run is led by an apostrophe."""
    led = pc.binary_join_element_wise("'", texts, "")
    return pc.if_else(pc.match_substring_regex(texts, _RUN), led, texts)


def _write_csv(part: Path, pages: Iterable[pa.Table], columns: Sequence[Column]) -> None:
    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(neutralise(pa.array([column.name for column in columns])).to_pylist())
        for page in pages:
            cells = [
                neutralise(cells.combine_chunks()) if column.kind == "text" else cells
                for column, cells in zip(columns, page.columns, strict=True)
            ]
            writer.writerows(zip(*(column.to_pylist() for column in cells), strict=True))
        _to_disk(file)


def _write_parquet(part: Path, pages: Iterable[pa.Table], columns: Sequence[Column]) -> None:
    with part.open("wb") as file:
        with pq.ParquetWriter(file, schema(columns), compression="zstd") as writer:
            for page in pages:
                writer.write_table(page)
        _to_disk(file)


_WRITERS: dict[str, Callable[[Path, Iterable[pa.Table], Sequence[Column]], None]] = {
    ".csv": _write_csv,
    ".parquet": _write_parquet,
}


def _header(
    place: Path,
    audience: Audience,
    consent: Consent,
    columns: Sequence[Column],
    workspace: Workspace,
) -> dict[str, Any]:
    return {
        "file": place.name,
        "question": audience.question,
        "query": query_to_json(audience.query),
        "conditions": dict(audience.words),
        "count": len(audience.customers),
        "exported": len(consent.kept),
        "held_back": consent.held_back,
        "consent": {
            "channel": consent.channel,
            "applied": consent.channel is not None,
            "said_no": consent.refused,
            "never_said": consent.silent,
            "words": consent.words(),
        },
        "as_of": workspace.as_of.isoformat(),
        "data_hash": workspace.store.get_meta("data_hash"),
        "made_at": now(),
        "portrait": __version__,
        "columns": [column.as_dict() for column in columns],
        "cells": _RULE if place.suffix.lower() == ".csv" else None,
    }


def _write_header(part: Path, header: Mapping[str, Any]) -> None:
    with part.open("w", encoding="utf-8") as file:
        file.write(json.dumps(header, ensure_ascii=False, indent=2) + "\n")
        _to_disk(file)


def _to_disk(file: Any) -> None:
    file.flush()
    os.fsync(file.fileno())


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _checked(path: Path, workspace: Workspace) -> Path:
    """Where the file will lie. An audience replaces files only, and none that portrait lives on."""
    if path.suffix.lower() not in _WRITERS:  # a slip of the hand must not replace a database
        raise DataError(
            f"{path}: an audience is CSV or Parquet: let its name end in {' or '.join(_WRITERS)}"
        )
    place = _resolved(path)
    if place == workspace.products or place.is_relative_to(workspace.events):
        raise DataError(f"{path}: this is where portrait keeps its data: choose another place")
    for file in (place, _header_of(place)):
        if file.exists() and not file.is_file():
            raise DataError(f"{file}: cannot be written: it is not a file: choose another name")
        if file.exists() and not os.access(file, os.W_OK):
            raise DataError(f"{file}: cannot be written: it is read-only: choose another name")
    other = _told_of(_header_of(place))
    if other not in (None, place.name) and (place.parent / str(other)).exists():
        raise DataError(
            f"{_header_of(place)} tells of {other}, which lies beside it: choose another name"
        )
    return place


def _resolved(path: Path) -> Path:
    try:
        return path.expanduser().resolve()
    except RuntimeError as error:  # a loop of links, or the home of nobody
        raise DataError(f"{path}: cannot be written: {error}; choose another place") from error


def _header_of(path: Path) -> Path:
    return path.with_suffix(".header.json")


def _told_of(header: Path) -> Any:
    """The name of the file that a header tells of; None where there is no header."""
    try:
        return json.loads(header.read_text(encoding="utf-8"))["file"]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def _mapped(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        reason = error.strerror or error
        raise DataError(f"{path}: cannot be written: {reason}; choose another place") from error


@contextmanager
def _both_or_none(file: Path, header: Path) -> Iterator[tuple[Path, Path]]:
    """Two places beside the files; what was written there is put in place at the end."""
    parts = tuple(path.with_name(f".{path.name}.part") for path in (file, header))
    try:
        yield parts[0], parts[1]
        _put(parts[0], file, parts[1], header)
    finally:
        for part in parts:
            with suppress(OSError):
                part.unlink(missing_ok=True)


def _put(new_file: Path, file: Path, new_header: Path, header: Path) -> None:
    """The file last: while the new one waits, the old header can still be brought back."""
    before = header.read_bytes() if header.exists() else None
    try:
        new_header.replace(header)
        new_file.replace(file)
    except BaseException:
        if new_file.exists() and before is None:
            header.unlink(missing_ok=True)
        elif new_file.exists() and before is not None:
            header.write_bytes(before)
        raise
