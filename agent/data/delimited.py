"""CSV, TSV and their kin: encoding, delimiter, and records with the line on which each starts.

A record that cannot be cut into fields costs one line: a quote that never closes must not take
the good rows after it along, so reading goes on at the next line.
"""

from __future__ import annotations

import codecs
import csv
import gzip
import itertools
from collections import deque
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from charset_normalizer import from_bytes

from agent.data.cleaning import MAX_TEXT, UNDECODABLE, Reject
from agent.errors import ReadError

DELIMITERS = (",", "\t", ";", "|")
Record = tuple[int, list[str]]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BINARY = ((b"PAR1", "Parquet"), (b"PK\x03\x04", "Excel or zip"), (b"\xd0\xcf\x11\xe0", "Excel"))
# No line of column names holds them, whatever its encoding (but for UTF-16 without a mark).
_CONTROL = bytes({*range(32)} - {*b"\t\n\r\f\x1a\x1b"})
_SAMPLE_LINES = 2000
# A quoted field may hold line breaks, but no more of them than this before the quote is a mistake.
_MAX_LINES = 1000


def _mark(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeDecodeError)  # noqa: S101
    wide = error.encoding.startswith(("utf-16", "utf-32", "utf16", "utf32"))
    return UNDECODABLE, error.end if wide else error.start + 1


codecs.register_error("portrait.mark", _mark)


def open_bytes(path: Path) -> IO[bytes]:
    """The bytes of a file, unpacked where its name ends in .gz."""
    return gzip.open(path, "rb") if path.suffix.lower() == ".gz" else path.open("rb")  # type: ignore[return-value]


def detect_encoding(path: Path) -> str:
    """The encoding of a text file, from its first bytes and its first lines that are not ASCII.

    Raises `ReadError` for files that are not text at all.
    """
    with open_bytes(path) as file:
        start = file.read(4096)
        marked = next((name for mark, name in _MARKS if start.startswith(mark)), None)
        if marked:
            return marked
        _refuse_binary(path, start)
        file.seek(0)
        foreign = (line for line in file if not line.isascii())
        lines = [line[:10_000] for line in itertools.islice(foreign, _SAMPLE_LINES)]
    return _encoding_of(lines)


def find_delimiter(header: str, wanted: Iterable[str]) -> str:
    """The delimiter under which the header holds most of the wanted columns, then most columns."""
    names, header = set(wanted), header[:MAX_TEXT]

    def fit(delimiter: str) -> tuple[int, int]:
        cells = next(csv.reader([header], delimiter=delimiter), [])
        return len(names.intersection(cell.strip() for cell in cells)), len(cells)

    return max(DELIMITERS, key=fit)


def records(lines: Iterable[str], delimiter: str, width: int = 0) -> Iterator[Record | Reject]:
    """Each record with the number of its first line, or the line's `Reject`; blank lines are none.

    `width` is the number of fields that a record must have; 0 takes it from the first record.
    """
    source = _Lines(lines)
    reader = csv.reader(source, delimiter=delimiter, strict=True)
    while True:
        source.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield Reject(source.first, "", _quoting(error), "")
            source.rewind()
            reader = csv.reader(source, delimiter=delimiter, strict=True)
            continue
        width = width or len(cells)
        if len(cells) == width:
            yield source.first, cells
        elif cells:
            found = f"{len(cells)} fields, not {width}"
            yield Reject(source.first, "", "wrong number of fields", found)
            source.rewind()


class _Lines:
    """Lines that remember the record in hand, so that all but its first can be read again."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._lines = iter(lines)
        self._again: deque[str] = deque()
        self._record: list[str] = []
        self.first = 1

    def begin(self) -> None:
        self.first += len(self._record)
        self._record.clear()

    def rewind(self) -> None:
        self._again.extendleft(reversed(self._record[1:]))
        del self._record[1:]

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        if len(self._record) == _MAX_LINES:
            raise csv.Error("quote")
        line = self._again.popleft() if self._again else next(self._lines)
        self._record.append(line)
        return line


def _quoting(error: csv.Error) -> str:
    too_long = "field larger" in str(error)
    return f"over {MAX_TEXT:,} characters" if too_long else "quotes that do not match"


def _refuse_binary(path: Path, start: bytes) -> None:
    kind = next((name for mark, name in _BINARY if start.startswith(mark)), None)
    if kind:
        raise ReadError(f"{path}: is {kind} by its content; give it that file ending")
    if start.startswith(b"\x1f\x8b"):
        raise ReadError(f"{path}: is packed with gzip; let its name end in .gz")
    header = start.lstrip().partition(b"\n")[0]
    if header.translate(None, delete=_CONTROL) != header:
        raise ReadError(f"{path}: is not a text file (or is UTF-16: then name its encoding)")


def _encoding_of(lines: list[bytes]) -> str:
    if 2 * _decoded(lines, "utf-8") >= len(lines):
        return "utf-8"
    if 2 * _decoded(lines, "gb2312") >= len(lines):
        return "gb18030"
    guesses = from_bytes(b"".join(lines))
    # Short Western texts fit a dozen code pages: where the usual one is among them, it is it.
    best = None if any("cp1252" in g.could_be_from_charset for g in guesses) else guesses.best()
    return best.encoding if best else "cp1252"


def _decoded(lines: list[bytes], encoding: str) -> int:
    def readable(line: bytes) -> bool:
        try:
            line.decode(encoding)
        except UnicodeDecodeError:
            return False
        return True

    return sum(readable(line) for line in lines)


def header_is_text(cells: list[str]) -> bool:
    """Whether a first record can be column names: no control characters, nothing undecodable."""
    return all(cell.isprintable() and UNDECODABLE not in cell for cell in map(str.strip, cells))


def chunked(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Lists of up to `size` items."""
    iterator = iter(items)
    while block := list(itertools.islice(iterator, size)):
        yield block
