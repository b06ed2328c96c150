"""The glossary: how names of the data (categories, departments, values) are said to people.

A name without an entry is tidied in English (lower case) and stays as in the data in Chinese, until
the model has translated it once (`agent.profiles.translate`).
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import Store
from agent.errors import ReadError
from agent.settings import LANGUAGES, Language


@dataclass(frozen=True)
class Glossary:
    """(name, language) -> label."""

    labels: Mapping[tuple[str, str], str]

    def label(self, name: str, language: Language) -> str:
        """How a name of the data is said in a language."""
        if found := self.labels.get((name, language)):
            return found
        return " ".join(name.split()).lower() if language == "en" else name

    def pair(self, name: str) -> tuple[str, str]:
        """The English and the Chinese label."""
        return self.label(name, "en"), self.label(name, "zh")


def load_glossary(store: Store) -> Glossary:
    """Everything in the store's table `glossary`."""
    rows = store.rows(sa.select(tables.glossary))
    return Glossary({(row["name"], row["language"]): row["label"] for row in rows})


def read_glossary(path: Path) -> list[dict[str, str]]:
    """Rows for the store's table `glossary` from a CSV file `name,en,zh`. Raises `ReadError`."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            entries = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ReadError(f"{path}: cannot be read as a glossary: {error}") from error
    if entries and not {"name", *LANGUAGES} <= set(entries[0]):
        raise ReadError(f"{path}: a glossary has the columns name, en and zh")
    return [
        {"name": entry["name"], "language": language, "label": label.strip(), "source": "given"}
        for entry in entries
        for language in LANGUAGES
        if (label := entry[language] or "").strip()
    ]
