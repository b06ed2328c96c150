from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import SearchIndexError, ServerError
from agent.progress import Tick
from agent.search import index as index_module
from agent.search.embeddings import Embedder
from agent.search.index import Entry, Index
from tests.search.fakes import Counter, direction, entry

MANY = 3_000


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def index(tmp_path: Path, counter: Counter) -> Iterator[Index]:
    with Index(tmp_path / "chroma", None, counter.embedder) as index:
        yield index


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """An index of `MANY` customers, more than are compared one by one."""
    with (
        patch.object(index_module, "WRITE_BATCH", 1_000),
        Index(tmp_path_factory.mktemp("many"), None, Counter().embedder) as index,
    ):
        index.upsert([entry(n) for n in range(MANY)])
        yield index


def best(question: str, k: int, numbers: list[int]) -> list[str]:
    """The right answer, by comparing the question with every text."""
    query = np.array(direction(question))
    scores = {f"c{n}": float(query @ direction(entry(n).text)) for n in numbers}
    return sorted(scores, key=lambda customer: -scores[customer])[:k]


def test_only_changed_texts_are_embedded(index: Index, counter: Counter) -> None:
    entries = [entry(n) for n in range(150)]
    ticks: list[Tick] = []
    assert index.upsert(entries, ticks.append) == 150
    assert [tick.done for tick in ticks][-1] == ticks[-1].total == 150
    assert index.upsert(entries) == 0
    entries[7] = entry(7, "now buys tea")
    assert index.upsert(entries) == 1
    assert counter.documents[150:] == ["now buys tea"]
    assert index.search("now buys tea", 1)[0].customer == "c7"
    assert index.search("now buys tea", 1)[0].text == "now buys tea"


def test_new_numbers_are_written_without_embedding(index: Index, counter: Counter) -> None:
    index.upsert([entry(1)])
    moved = replace(entry(1), numbers={"orders": 2.0, "trend": float("nan")}, tags=())
    assert index.upsert([moved]) == 0
    assert index.hashes() == {"c1": moved.hash}
    assert index.hashes()["c1"] != entry(1).hash
    metadata = index._metadatas(["c1"])["c1"]
    assert {k: v for k, v in metadata.items() if "hash" not in k} == {"language": "en", "orders": 2}
    assert [hit.customer for hit in index.search(entry(1).text, 1)] == ["c1"]
    assert counter.documents == [entry(1).text]


def test_tags_can_be_filtered_by(index: Index) -> None:
    index.upsert([replace(entry(n), tags=("wine", "tea") if n % 2 else ("tea",)) for n in range(6)])
    wine: Any = {"tags": {"$contains": "wine"}}
    found = index._collection.get(where=wine)
    assert sorted(found["ids"]) == ["c1", "c3", "c5"]


def test_same_text_of_two_customers_is_two_entries(index: Index) -> None:
    twins = [entry(1, "likes tea"), entry(2, "likes tea"), entry(3)]
    assert index.upsert(twins) == 3
    hits = index.search("likes tea", 2)
    assert [hit.customer for hit in hits] == ["c1", "c2"]
    assert [hit.score for hit in hits] == pytest.approx([1, 1], abs=1e-5)
    index.delete(["c1"])
    assert index.ids() == {"c2", "c3"}


def test_of_one_customer_given_twice_the_last_counts(index: Index) -> None:
    index.upsert([entry(1, "old"), entry(2), entry(1, "new")])
    assert index.search("new", 1)[0].text == "new"
    assert index.ids() == {"c1", "c2"}


def test_empty_index_and_nothing_asked(index: Index) -> None:
    assert index.search("tea", 5) == []
    assert index.search("tea", 5, {"c1"}) == []
    assert index.upsert([]) == 0
    index.delete([])
    index.delete(["never there"])
    assert (index.ids(), index.hashes()) == (set(), {})


def test_strange_texts_and_ids(index: Index) -> None:
    strange = {"顾客 1": "", "a'b\"c%": "half \ud83d and NUL \0", "x" * 500: "买酒🍷"}
    index.upsert([Entry(name, text, "zh", (), {}) for name, text in strange.items()])
    assert index.ids() == set(strange)
    assert len(index.search("酒", 9, list(strange))) == 3


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_any_k_and_any_filter(many: Index, data: st.DataObject) -> None:
    size = data.draw(st.sampled_from([0, 1, 2, 63, 499, 500, 501, 2_500, MANY]))
    k = data.draw(st.sampled_from([1, 2, 10, size - 1, size, size + 1, MANY, 10 * MANY]))
    seed = data.draw(st.integers(0, 99))
    numbers = np.random.default_rng(seed).permutation(MANY)[:size].tolist()
    hits = many.search(f"question {seed}", k, {f"c{n}" for n in numbers})
    right = best(f"question {seed}", max(k, 0), numbers)
    assert len(hits) == len(right)
    assert {hit.customer for hit in hits} <= {f"c{n}" for n in numbers}
    if size <= index_module.EXACT_BELOW:
        assert [hit.customer for hit in hits] == right
    # The graph's search is approximate: nearly all of the best, in the right order.
    assert len({hit.customer for hit in hits} & set(right)) >= 0.8 * len(right)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@pytest.mark.parametrize("k", [0, 1, 10, MANY - 1, MANY, MANY + 1])
def test_any_k_without_a_filter(many: Index, k: int) -> None:
    hits = many.search("question", k)
    right = best("question", k, list(range(MANY)))
    assert len(hits) == len({hit.customer for hit in hits}) == min(k, MANY)
    assert len({hit.customer for hit in hits} & set(right)) >= 0.8 * len(right)


def test_a_filter_of_unknown_and_very_many_customers(many: Index) -> None:
    known = [5, 50, 500]
    crowd = {f"c{n}" for n in known} | {f"nobody {n}" for n in range(40_000)}
    assert [hit.customer for hit in many.search("question", 10, crowd)] == best(
        "question", 10, known
    )
    assert many.search("question", 3, {"nobody"}) == []


def test_a_filter_far_from_the_question_still_fills_k(many: Index) -> None:
    """The 600 customers that answer the question least: the nearest others are all in the way."""
    numbers = [int(c[1:]) for c in best("question", MANY, list(range(MANY)))][-600:]
    hits = many.search("question", 20, {f"c{n}" for n in numbers})
    assert [hit.customer for hit in hits] == best("question", 20, numbers)


def test_too_few_from_the_graph_are_made_up_for(many: Index) -> None:
    with patch.object(Index, "_nearest", lambda *_: []):
        hits = many.search("question", 7)
    assert [hit.customer for hit in hits] == best("question", 7, list(range(MANY)))


def test_another_embedder_is_refused_until_the_rebuild(tmp_path: Path) -> None:
    folder = tmp_path / "chroma"
    with Index(folder, None, Counter("old@1").embedder) as index:
        index.upsert([entry(1)])
    new = Counter("new@2")
    with Index(folder, None, new.embedder) as index:
        for refused in (index.ids, index.hashes, lambda: index.search("tea", 1)):
            with pytest.raises(SearchIndexError, match=r"old@1.*new@2.*portrait repair"):
                refused()
        assert index.rebuild([entry(1)], keep_vectors=True) == 1
        assert index.ids() == {"c1"}
    assert new.documents == [entry(1).text]


def test_rebuild_keeps_vectors_when_asked(index: Index, counter: Counter) -> None:
    index.upsert([entry(n) for n in range(100)])
    counter.documents.clear()
    entries = [*(entry(n) for n in range(99)), entry(200)]
    assert index.rebuild(entries, keep_vectors=True) == 1
    assert counter.documents == [entry(200).text]
    assert index.hashes() == {e.customer: e.hash for e in entries}
    assert index.search(entry(5).text, 1)[0].score == pytest.approx(1, abs=1e-5)
    assert index.rebuild(entries) == 100


def test_a_rebuild_that_fails_leaves_the_old_index(tmp_path: Path, counter: Counter) -> None:
    folder = tmp_path / "chroma"

    def encode(texts: list[str], _role: str) -> list[list[float]]:
        if "broken" in texts:
            raise ServerError("gone")
        return [direction(text) for text in texts]

    with Index(folder, None, Embedder("fake@1", encode)) as index:
        index.upsert([entry(1)])
        with pytest.raises(ServerError):
            index.rebuild([*(entry(n) for n in range(80)), entry(99, "broken")])
        assert index.ids() == {"c1"}
        assert len(list(folder.glob("data-*"))) == 1


def test_neither_folder_nor_server(counter: Counter) -> None:
    with pytest.raises(SearchIndexError, match="needs a folder"):
        Index(None, None, counter.embedder)
