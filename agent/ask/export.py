"""An audience as a file: the ids, under a head that says how they were chosen."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from agent.ask.answer import Result
from agent.errors import DataError

# A spreadsheet runs a cell that begins with one of these.
_DANGEROUS = frozenset("=+-@\t\r\n")


def export_customers(path: Path, result: Result) -> None:
    """Write a CSV with one id a line, whole or not at all; the conditions stand beside it.

    `audience.csv` gets the ids, `audience.conditions.txt` question, conditions and count.
    Raises `DataError`.
    """
    if path.suffix.lower() != ".csv":  # a slip of the hand must not replace a database
        raise DataError(f"{path}: an audience is a CSV file: let its name end in .csv")
    if result.unanswerable or result.count is None:
        raise DataError("there is no audience to export: the question gave no conditions")
    words = {
        "question": " ".join(result.question.split()),
        "conditions": result.conditions_in_words,
        "customers": str(result.count),
    }
    about = "".join(f"{name}: {text}\n" for name, text in words.items())
    ids = "".join(f"{_cell(customer)}\r\n" for customer in ("customer", *result.customers))
    _write({path: ids, path.with_suffix(".conditions.txt"): about})


def _write(texts: Mapping[Path, str]) -> None:
    """All files or none: each is written beside its place, then all are put there."""
    parts = {path.with_name(f".{path.name}.part"): path for path in texts}
    try:
        for part, path in parts.items():
            if path.is_dir():
                raise IsADirectoryError(0, "is a directory")
            part.write_text(texts[path], encoding="utf-8", newline="")
        for part, path in parts.items():
            part.replace(path)
    except OSError as error:
        for part in parts:
            with suppress(OSError):
                part.unlink(missing_ok=True)
        place = next(iter(texts))
        raise DataError(f"{place}: cannot be written: {error.strerror}") from error


def _cell(text: str) -> str:
    """One cell of a CSV file; what a spreadsheet would run is led by an apostrophe."""
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow([f"'{text}" if text[:1] in _DANGEROUS else text])
    return line.getvalue()
