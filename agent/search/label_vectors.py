"""Vectors of labels, kept between homes: the same thousands of names are embedded but once.

For names of the catalogue, tags and fields alone; texts about customers are never kept here.
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import numpy as np

from agent.search.embeddings import Embedder
from agent.search.languages import Role, Vectors
from agent.settings import cache_folder

_WAIT_SECONDS = 60.0  # for another process that writes
_MOST = 500  # keys a query


def label_embedder(embedder: Embedder) -> Embedder:
    """The same vectors, from the cache where it holds them. A cache that fails is done without."""

    def encode(texts: list[str], role: Role) -> Vectors:
        if role == "query":
            return embedder.encode(texts, role)
        keys = [_key(embedder.name, text) for text in texts]
        known = _read(keys)
        missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        if missing:
            made = embedder.encode(list(missing.values()), role)
            new = dict(zip(missing, made, strict=True))
            _write(new)
            known |= new
        return [known[key] for key in keys]

    return replace(embedder, encode=encode)


def _file() -> Path:
    return cache_folder() / "label-vectors.sqlite"


def _key(name: str, text: str) -> bytes:
    return hashlib.sha256(f"{name}\0{text}".encode()).digest()


def _read(keys: Sequence[bytes]) -> dict[bytes, list[float]]:
    if not _file().exists():
        return {}
    found: dict[bytes, list[float]] = {}
    try:
        with closing(sqlite3.connect(_file(), timeout=_WAIT_SECONDS)) as connection:
            for start in range(0, len(keys), _MOST):
                some = keys[start : start + _MOST]
                marks = ",".join("?" * len(some))
                rows = connection.execute(
                    f"SELECT key, vector FROM vectors WHERE key IN ({marks})",
                    some,
                )
                found |= {key: np.frombuffer(raw, np.float32).tolist() for key, raw in rows}
    except (sqlite3.Error, ValueError):  # damaged, or no such table yet
        return {}
    return found


def _write(vectors: dict[bytes, list[float]]) -> None:
    rows = [(key, np.asarray(vector, np.float32).tobytes()) for key, vector in vectors.items()]
    try:
        _file().parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(_file(), timeout=_WAIT_SECONDS)) as connection, connection:
            connection.execute(
                "CREATE TABLE IF NOT EXISTS vectors (key BLOB PRIMARY KEY, vector BLOB NOT NULL)"
            )
            connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
    except (sqlite3.Error, OSError):
        return
