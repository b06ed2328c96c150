"""Data files as chunks of cells with the row numbers that a person sees in the file.

Only the wanted columns are kept; personal ones leave with the line they stand on.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from python_calamine import CalamineError, CalamineWorkbook

from agent.data.cleaning import Reject
from agent.data.delimited import (
    chunked,
    detect_encoding,
    find_delimiter,
    header_is_text,
    open_bytes,
    records,
)
from agent.data.mapping import Source
from agent.errors import MappingError, ReadError

CHUNK_ROWS = 200_000
_MAX_SHOWN = 100


@dataclass(frozen=True)
class Chunk:
    """Some rows of a file: cells by column name, row numbers, and rows that could not be cut."""

    cells: dict[str, pa.Array]
    rows: np.ndarray[Any, np.dtype[np.int64]]
    rejects: list[Reject] = field(default_factory=list)


@dataclass(frozen=True)
class DataFile:
    """An opened file: its columns, how many rows it has (unknown: None), and how to read them."""

    path: Path
    columns: list[str]
    total: int | None
    chunks: Callable[[], Iterator[Chunk]]
    encoding: str | None = None


def open_file(path: Path, source: Source) -> DataFile:
    """A data file whose columns are known to fit the source.

    Raises `ReadError` where it cannot be opened, `MappingError` where columns are not there.
    """
    suffixes = [suffix.lower() for suffix in path.suffixes]
    packed = suffixes[-1:] == [".gz"]
    suffix = (suffixes[:-1] if packed else suffixes)[-1:]
    opener = _FORMATS.get(suffix[0] if suffix else "")
    if opener is None or (packed and opener is not _open_text):
        raise MappingError(
            f"{path}: the format is not known; known: {', '.join(_FORMATS)}, .csv.gz"
        )
    if path.is_dir():
        raise ReadError(f"{path}: is a folder, not a file")
    with _readable(path):
        found = opener(path, source)
    _check_columns(found, source)
    return found


def _check_columns(file: DataFile, source: Source) -> None:
    there = ", ".join(column for column in file.columns[:_MAX_SHOWN] if column)
    if len(file.columns) > _MAX_SHOWN:
        there += f" and {len(file.columns) - _MAX_SHOWN} more"
    for column in (*source.wanted, *source.personal):
        if column not in file.columns:
            raise MappingError(f"{file.path}: has no column {column!r}; its columns: {there}")
    for column in source.wanted:
        if file.columns.count(column) > 1:
            raise MappingError(f"{file.path}: column {column!r} stands there twice; rename one")


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """Every way in which a file fails to open or parse leaves as a `ReadError`."""
    try:
        yield
    except FileNotFoundError as error:
        raise ReadError(f"{path}: is not there; check the path") from error
    except (OSError, EOFError) as error:
        raise ReadError(
            f"{path}: cannot be read: {getattr(error, 'strerror', None) or error}"
        ) from error
    except (
        pa.ArrowException,
        CalamineError,
        csv.Error,
        UnicodeError,
        ValueError,
        KeyError,
    ) as error:
        raise ReadError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error


def _open_text(path: Path, source: Source) -> DataFile:
    encoding = source.encoding or detect_encoding(path)
    with open_bytes(path) as raw:
        lines = _decoded(raw, encoding)
        header = next((line for line in lines if line.strip()), None)
    if header is None:
        raise ReadError(f"{path}: is empty; its first line must name the columns")
    delimiter = source.delimiter or find_delimiter(header, source.wanted)
    with open_bytes(path) as raw:
        first = next((r for r in records(_decoded(raw, encoding), delimiter)), None)
    if not isinstance(first, tuple) or isinstance(first, Reject) or not header_is_text(first[1]):
        raise ReadError(f"{path}: does not begin with a line of column names")
    columns = _names(first[1])

    def chunks() -> Iterator[Chunk]:
        with _readable(path), open_bytes(path) as raw:
            rest = records(_decoded(raw, encoding), delimiter)
            next(rest)
            for block in chunked(rest, CHUNK_ROWS):
                yield _text_chunk(block, columns, source.wanted)

    return DataFile(path, columns, None, chunks, encoding)


def _decoded(raw: Any, encoding: str) -> Iterator[str]:
    text = io.TextIOWrapper(raw, encoding=encoding, errors="portrait.mark", newline="")
    yield from text


def _text_chunk(block: list[Any], columns: list[str], wanted: Sequence[str]) -> Chunk:
    bad = [item for item in block if isinstance(item, Reject)]
    good = [item for item in block if not isinstance(item, Reject)] if bad else block
    places = {name: columns.index(name) for name in wanted}
    cells = {
        name: pa.array([record[place] for _, record in good], pa.string())
        for name, place in places.items()
    }
    return Chunk(cells, np.array([row for row, _ in good], dtype=np.int64), bad)


def _open_parquet(path: Path, source: Source) -> DataFile:
    file = pq.ParquetFile(path)
    schema = file.schema_arrow
    for name in source.wanted:
        kind = schema.field(name).type if name in schema.names else None
        if kind is not None and not _is_single(kind):
            raise MappingError(f"{path}: column {name!r} holds {kind}, not single values")

    def chunks() -> Iterator[Chunk]:
        start = 1
        with _readable(path):
            batches = file.iter_batches(batch_size=CHUNK_ROWS, columns=list(source.wanted))
            for batch in batches:
                cells = {name: _flat(batch.column(name)) for name in source.wanted}
                yield Chunk(cells, np.arange(start, start + batch.num_rows))
                start += batch.num_rows

    return DataFile(path, list(schema.names), file.metadata.num_rows, chunks)


def _flat(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_large_string(column.type) or pa.types.is_string_view(column.type):
        column = column.cast(pa.string())
    if pa.types.is_float16(column.type):
        column = column.cast(pa.float32())
    column.validate(full=True)
    return column


def _is_single(kind: pa.DataType) -> bool:
    if isinstance(kind, pa.BaseExtensionType):
        return False
    bytes_like = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return not any(test(kind) for test in (pa.types.is_nested, *bytes_like))


def _open_excel(path: Path, source: Source) -> DataFile:
    workbook = CalamineWorkbook.from_path(str(path))
    name = source.sheet or workbook.sheet_names[0]
    if name not in workbook.sheet_names:
        raise MappingError(
            f"{path}: has no sheet {name!r}; its sheets: {', '.join(workbook.sheet_names)}"
        )
    table = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    filled = [
        (row, cells) for row, cells in enumerate(table, start=1) if any(c != "" for c in cells)
    ]
    if not filled:
        raise ReadError(f"{path}: sheet {name!r} is empty; its first row must name the columns")
    columns = _names([_cell_text(cell) for cell in filled[0][1]])

    def chunks() -> Iterator[Chunk]:
        for block in chunked(filled[1:], CHUNK_ROWS):
            records = [(row, [_cell_text(cell) for cell in cells]) for row, cells in block]
            yield _text_chunk(records, columns, source.wanted)

    return DataFile(path, columns, len(filled) - 1, chunks)


def _cell_text(cell: Any) -> str:
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 2**53 else repr(cell)
    if isinstance(cell, bool):
        return str(cell).lower()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell.total_seconds() / 86_400)
    return str(cell)


def _names(cells: Sequence[str]) -> list[str]:
    return [cell.strip().lstrip("\ufeff").strip() for cell in cells]


_FORMATS: dict[str, Callable[[Path, Source], DataFile]] = {
    ".csv": _open_text,
    ".tsv": _open_text,
    ".txt": _open_text,
    ".parquet": _open_parquet,
    ".xlsx": _open_excel,
    ".xls": _open_excel,
}
