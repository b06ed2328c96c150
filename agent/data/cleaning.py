"""Cells to values, a column of a chunk at a time; what cannot be a value is a fault of its row.

Each function takes the cells as read (text from text files and Excel, typed from Parquet), marks
its faults, and returns one value a row; a missing or faulty cell is null.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from agent.data.privacy import redact

# Stands where bytes of a file could not be decoded: a code point that no text may use.
UNDECODABLE = "\uffff"
MAX_ID, MAX_NAME, MAX_TEXT, MAX_NUMBER = 200, 1000, 100_000, 1e9

Mask = np.ndarray[Any, np.dtype[np.bool_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]

_MISSING = pa.array(["", "null", "n/a", "#n/a", "nan", "nat", "<na>", "\\n"])
_EDGES = r"^[\s\p{Z}\x{FEFF}\x{200B}]+|[\s\p{Z}\x{FEFF}\x{200B}]+$"
_CURRENCY = r"(?i)US\$|CN¥|RMB|CNY|USD|EUR|GBP|HKD|[\p{Sc}元圆]"
_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,2})?$"
_GROUPED = r"^[+-]?\d{1,3}([, '’]\d{3})+(\.\d*)?$"
_INFINITE = r"(?i)^[+-]?inf(inity)?$"
_TRUE = ("true", "t", "yes", "y", "1", "1.0", "on", "是", "有", "同意")
_FALSE = ("false", "f", "no", "n", "0", "0.0", "off", "否", "无", "不同意")


class Reject(NamedTuple):
    """A row that is not accepted: its number as a person sees it, the field, why, and the cell."""

    row: int
    field: str
    reason: str
    value: str


class Faults:
    """The first fault of each of `size` rows."""

    def __init__(self, size: int) -> None:
        self.field = np.full(size, "", dtype=object)
        self.reason = np.full(size, "", dtype=object)
        self.good: Mask = np.ones(size, dtype=bool)

    def mark(self, rows: Mask, field: str, reason: str) -> None:
        """Where `rows` is true and no fault is known yet, this is the fault."""
        new = rows & self.good
        self.field[new], self.reason[new] = field, reason
        self.good &= ~new


def mask(condition: pa.Array) -> Mask:
    """A boolean column as numpy; null is false."""
    filled = pc.fill_null(condition, False)
    return np.asarray(filled.to_numpy(zero_copy_only=False), dtype=bool)


def missing(values: pa.Array) -> Mask:
    """Where a column is null."""
    return np.asarray(values.is_null().to_numpy(zero_copy_only=False), dtype=bool)


def texts(cells: pa.Array) -> pa.Array:
    """Cells as trimmed text; empty, null, nan and n/a are missing. 900.0 as a number is 900."""
    text = pc.replace_substring_regex(_as_text(cells), _EDGES, "")
    absent = pc.is_in(pc.utf8_lower(text), value_set=_MISSING)
    return pc.if_else(absent, pa.scalar(None, pa.string()), text)


def plain(cells: pa.Array) -> pa.Array:
    """Cells as text with full-width letters and digits made ordinary (NFKC)."""
    return texts(pc.utf8_normalize(texts(cells), form="NFKC"))


def ids(cells: pa.Array, faults: Faults, field: str) -> pa.Array:
    """Identifiers: NFKC, trimmed, at most 200 characters, without the `.0` of a table program."""
    text = pc.replace_substring_regex(plain(cells), r"^(\d+)\.0+$", r"\1")
    _mark_characters(text, faults, field, r"[\x00-\x1f\x7f]", MAX_ID)
    mangled = pc.match_substring_regex(text, r"^\d\.\d+[eE]\+\d+$")
    faults.mark(mask(mangled), field, "id in scientific notation has lost digits")
    return text


def names(cells: pa.Array, faults: Faults, field: str) -> pa.Array:
    """Names and categories: trimmed, at most 1,000 characters."""
    text = texts(cells)
    _mark_characters(text, faults, field, r"[\x00-\x1f\x7f]", MAX_NAME)
    return text


def free_text(cells: pa.Array, faults: Faults, field: str) -> pa.Array:
    """What people wrote, at most 100,000 characters, with personal values replaced by marks."""
    text = texts(cells)
    _mark_characters(text, faults, field, r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", MAX_TEXT)
    usable = pc.if_else(pa.array(faults.good), text, pa.scalar(None, pa.string()))
    return by_value(usable, redact)


def numbers(cells: pa.Array, faults: Faults, field: str, decimal_comma: bool = False) -> Floats:
    """Numbers, NaN where missing; currency signs and thousands separators are dropped."""
    if pa.types.is_decimal(cells.type) or pa.types.is_floating(cells.type) or _is_int(cells):
        values = pc.cast(cells, pa.float64(), safe=False)
    else:
        values = _parsed(plain(cells), faults, field, decimal_comma)
    found: Floats = np.array(values.to_numpy(zero_copy_only=False), dtype=np.float64)
    faults.mark(np.isinf(found), field, "not a finite number")
    faults.mark(np.abs(found) > MAX_NUMBER, field, "impossible number")
    found[~(np.abs(found) <= MAX_NUMBER)] = np.nan
    return found


def booleans(cells: pa.Array, faults: Faults, field: str) -> pa.Array:
    """Yes and no in the usual ways of writing, English and Chinese."""
    text = pc.utf8_lower(plain(cells))
    yes, no = (pc.is_in(text, value_set=pa.array(words)) for words in (_TRUE, _FALSE))
    faults.mark(mask(pc.invert(pc.or_(yes, no))) & ~missing(text), field, "not yes or no")
    return pc.if_else(pc.or_(yes, no), yes, pa.scalar(None, pa.bool_()))


def choices(cells: pa.Array, allowed: Mapping[str, str], faults: Faults, field: str) -> pa.Array:
    """Each cell's value in a table of allowed ones, whatever its case or width."""
    folded = {fold(key): value for key, value in allowed.items()}
    text = plain(cells)
    found = by_value(text, lambda value: folded.get(fold(value)))
    faults.mark(missing(found) & ~missing(text), field, f"unknown {field}")
    return found


def by_value(values: pa.Array, function: Callable[[str], str | None]) -> pa.Array:
    """A text column with a function applied once to each distinct value."""
    encoded = values.dictionary_encode()
    changed = [function(value) for value in encoded.dictionary.to_pylist()]
    return pa.array(changed, pa.string()).take(encoded.indices)


def fold(value: str) -> str:
    """A word for comparison: NFKC, trimmed, without case."""
    return unicodedata.normalize("NFKC", value).strip().casefold()


def rejects(
    faults: Faults, rows: Sequence[int] | np.ndarray[Any, Any], cells: dict[str, list[pa.Array]]
) -> list[Reject]:
    """The faulty rows, each with its cell (several joined by +), shortened and redacted."""
    bad = np.flatnonzero(~faults.good)
    columns = {
        field: [_as_text(part.take(pa.array(bad))).to_pylist() for part in parts]
        for field, parts in cells.items()
    }
    found = []
    for place, index in enumerate(bad):
        field = str(faults.field[index])
        parts = [column[place] or "" for column in columns.get(field, [])]
        found.append(
            Reject(int(rows[index]), field, str(faults.reason[index]), quoted(" + ".join(parts)))
        )
    return found


def quoted(value: str) -> str:
    """A cell as the quarantine may show it: redacted, printable, at most 100 characters."""
    shown = "".join(c if c.isprintable() else "\ufffd" for c in redact(value[:2000]))
    return shown if len(shown) <= 100 else f"{shown[:99]}…"


def _parsed(text: pa.Array, faults: Faults, field: str, decimal_comma: bool) -> pa.Array:
    text = pc.replace_substring_regex(pc.replace_substring(text, "−", "-"), _CURRENCY, "")
    text = pc.utf8_trim_whitespace(text)
    if decimal_comma:
        text = pc.replace_substring(pc.replace_substring(text, ".", " "), ",", ".")
    grouped = pc.match_substring_regex(text, _GROUPED)
    text = pc.if_else(grouped, pc.replace_substring_regex(text, "[, '’]", ""), text)
    infinite = pc.match_substring_regex(text, _INFINITE)
    faults.mark(mask(infinite), field, "not a finite number")
    good = pc.match_substring_regex(text, _NUMBER)
    faults.mark(mask(pc.invert(good)), field, "not a number")
    return pc.cast(pc.if_else(good, text, pa.scalar(None, pa.string())), pa.float64())


def _mark_characters(text: pa.Array, faults: Faults, field: str, control: str, limit: int) -> None:
    faults.mark(mask(pc.match_substring(text, "\0")), field, "NUL byte")
    faults.mark(mask(pc.match_substring(text, UNDECODABLE)), field, "undecodable bytes")
    faults.mark(mask(pc.match_substring_regex(text, control)), field, "control character")
    faults.mark(mask(pc.greater(pc.utf8_length(text), limit)), field, f"over {limit:,} characters")


def _as_text(cells: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    if pa.types.is_floating(cells.type):
        whole = pc.and_(pc.equal(pc.floor(cells), cells), pc.less(pc.abs(cells), 2.0**53))
        integers = pc.cast(pc.if_else(whole, cells, None), pa.int64())
        return pc.coalesce(pc.cast(integers, pa.string()), pc.cast(cells, pa.string()))
    return cells if cells.type == pa.string() else pc.cast(cells, pa.string())


def _is_int(cells: pa.Array) -> bool:
    return bool(pa.types.is_integer(cells.type))
