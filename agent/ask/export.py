"""An audience as a file: the ids, under a head that says how they were chosen."""

from __future__ import annotations

import csv
from pathlib import Path

from agent.ask.answer import Result
from agent.errors import DataError

# A spreadsheet runs a cell that begins with one of these.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")


def export_customers(path: Path, result: Result) -> None:
    """Write a CSV with one id a line, whole or not at all; the conditions stand beside it.

    `audience.csv` gets the ids, `audience.conditions.txt` question, conditions and count.
    Raises `DataError`.
    """
    if result.unanswerable or result.count is None:
        raise DataError("there is no audience to export: the question gave no conditions")
    about = path.with_suffix(".conditions.txt")
    words = [
        f"question: {result.question}",
        f"conditions: {result.conditions_in_words}",
        f"customers: {result.count}",
    ]
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["customer"])
            writer.writerows([_safe(customer)] for customer in result.customers)
        about.write_text("\n".join(words) + "\n", encoding="utf-8")
        part.replace(path)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise DataError(f"{path}: cannot be written: {error.strerror}") from error


def _safe(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_DANGEROUS) else cell
