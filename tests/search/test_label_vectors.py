"""The cache of label vectors: right vectors whatever the cache holds, and nothing private in it."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from agent.search.embeddings import Embedder
from agent.search.label_vectors import label_embedder
from agent.search.languages import Role, Vectors


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PORTRAIT_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache" / "label-vectors.sqlite"


class Counting:
    def __init__(self) -> None:
        self.asked: list[str] = []

    def __call__(self, texts: list[str], role: Role) -> Vectors:
        self.asked += texts
        return [[float(len(text)), float(role == "query")] for text in texts]


def test_a_label_is_embedded_once_for_all_homes() -> None:
    first, second = Counting(), Counting()
    labels = ["tea", "coffee", "tea", "婴儿奶粉"]
    gold = [[3.0, 0.0], [6.0, 0.0], [3.0, 0.0], [4.0, 0.0]]
    assert label_embedder(Embedder("a", first)).documents(labels) == gold
    assert label_embedder(Embedder("a", second)).documents([*labels, "milk"]) == [*gold, [4.0, 0.0]]
    assert first.asked == ["tea", "coffee", "婴儿奶粉"]
    assert second.asked == ["milk"]


def test_another_model_has_vectors_of_its_own() -> None:
    label_embedder(Embedder("a", Counting())).documents(["tea"])
    other = Counting()
    label_embedder(Embedder("b", other)).documents(["tea"])
    assert other.asked == ["tea"]


def test_what_is_asked_is_not_kept(cache: Path) -> None:
    model = Counting()
    labels = label_embedder(Embedder("a", model))
    labels.documents(["tea"])
    for _ in range(2):
        assert labels.queries(["who has an illness"]) == [[18.0, 1.0]]
    assert model.asked.count("who has an illness") == 2
    with sqlite3.connect(cache) as connection:
        assert connection.execute("SELECT count(*) FROM vectors").fetchone() == (1,)


def test_a_cache_that_is_damaged_or_cannot_be_written_is_done_without(cache: Path) -> None:
    cache.parent.mkdir(parents=True)
    cache.write_bytes(b"this is no database " * 500)
    assert label_embedder(Embedder("a", Counting())).documents(["tea"]) == [[3.0, 0.0]]
    cache.unlink()
    cache.mkdir()
    assert label_embedder(Embedder("a", Counting())).documents(["tea"]) == [[3.0, 0.0]]
