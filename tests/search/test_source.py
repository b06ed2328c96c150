"""The search of a home, from the rows of its store; the model is the real one."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from agent.data import store as tables
from agent.facts.catalogue import facts_table
from agent.search.customers import open_index, open_search, rebuild_index, refresh_index
from agent.search.lexicon_files import Document
from agent.search.source import StoreSource
from agent.settings import Settings
from agent.workspace import Workspace

CATEGORIES = ("CAT FOOD", "WINE", "VITAMINS")
GLOSSARY = {"CAT FOOD": ("cat food", "猫粮"), "VITAMINS": ("vitamins", "维生素")}
LIKED = {  # customer, category: surprise in nats
    ("a", "CAT FOOD"): 7.0,
    ("a", "VITAMINS"): 40.0,
    ("b", "WINE"): 1.0,
    ("b", "CAT FOOD"): 0.5,
    ("forgotten", "CAT FOOD"): 90.0,
}
TAGS = [  # customer, tag, probability, decision
    ("a", "evening_shopper", 1.0, "yes"),
    ("b", "own outcome", 0.9, "yes"),
    ("b", "has_kids", 0.75, "yes"),
    ("c", "has_kids", 0.4, "unknown"),
    ("d", "vitamins", 1.0, "yes"),
]


def fill(workspace: Workspace) -> None:
    products: dict[str, list[Any]] = {
        name: list(CATEGORIES) if name in {"product", "category"} else [None] * len(CATEGORIES)
        for name in ("product", "name", "department", "category", "type", "brand", "size")
    }
    fields = {name: pa.array(values, pa.string()) for name, values in products.items()}
    price = pa.array([None] * len(CATEGORIES), pa.decimal128(18, 4))
    pq.write_table(pa.table(fields | {"price": price}), workspace.products)
    store = workspace.store
    store.upsert(facts_table, [{"customer": customer} for customer in "abcd"])
    zeros = {"level": "category", "orders": 3, "spend": 0, "share": 0, "base_share": 0, "lift": 2}
    store.upsert(
        tables.affinities,
        [
            {"customer": customer, "rank": rank, "name": name, "surprise": surprise, **zeros}
            for rank, ((customer, name), surprise) in enumerate(LIKED.items())
        ],
    )
    keys = ("customer", "tag", "probability", "decision")
    rest = {"source": "rule", "evidence": []}
    store.upsert(tables.tags, [dict(zip(keys, row, strict=True)) | rest for row in TAGS])
    store.upsert(
        tables.glossary,
        [
            {"name": name, "language": language, "label": label, "source": "given"}
            for name, pair in GLOSSARY.items()
            for language, label in zip(("en", "zh"), pair, strict=True)
        ],
    )


def write_profile(workspace: Workspace, customer: str, summary: str, made_at: str = "2024") -> None:
    texts = ("summary_source", "facts_hash", "prompt_hash", "model")
    row = dict.fromkeys(texts, "") | {"sheet": [], "refused": [], "attempts": 1, "tokens": 1}
    row |= {"customer": customer, "language": "en", "summary": summary, "made_at": made_at}
    workspace.store.upsert(tables.profiles, [row])


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(tmp_path, Settings()) as workspace:
        fill(workspace)
        yield workspace


def test_names_have_labels_in_both_languages_and_none_touches_on_health(home: Workspace) -> None:
    assert StoreSource(home).labels() == {
        "category:CAT FOOD": ("cat food", "猫粮"),
        "category:WINE": ("wine", "WINE"),
        "tag:evening_shopper": ("evening shopper", "晚间购物者"),
        "tag:has_kids": ("children at home", "有孩子"),
    }


def test_what_is_sensitive_is_known_where_it_is_switched_on(home: Workspace) -> None:
    reason = {"vitamins": "asked for by the pharmacy"}
    with Workspace(home.home, Settings(sensitive_tags=reason)) as allowed:
        labels = StoreSource(allowed).labels()
        assert {"category:VITAMINS", "tag:vitamins"} <= set(labels)
        assert StoreSource(allowed).state() != StoreSource(home).state()


def test_documents_hold_summaries_likings_and_tags_that_are_given(home: Workspace) -> None:
    write_profile(home, "c", "Shops late.")
    write_profile(home, "forgotten", "Nothing may be left.")
    found = {document.customer: document for document in StoreSource(home).documents()}
    assert sorted(found) == ["a", "b", "c", "d"]
    assert found["a"].ties["category:CAT FOOD"] == 3
    assert found["a"].ties["tag:evening_shopper"] == 2
    assert found["b"].ties["category:CAT FOOD"] == pytest.approx(math.log2(1.5))
    assert found["b"].ties["tag:has_kids"] == 1.5
    assert found["c"] == Document("c", "Shops late.", {})


CHANGES: dict[str, Callable[[Workspace], object]] = {
    "facts": lambda home: home.store.set_meta("facts_of", "new"),
    "tags": lambda home: home.store.set_meta("tags_of", "new"),
    "a summary": lambda home: write_profile(home, "a", "New."),
    "a newer summary": lambda home: write_profile(home, "d", "Other.", "2025"),
    "a label": lambda home: home.store.upsert(
        tables.glossary, [{"name": "WINE", "language": "zh", "label": "葡萄酒", "source": "model"}]
    ),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_the_state_changes_with_what_is_known(
    home: Workspace, change: Callable[[Workspace], object]
) -> None:
    write_profile(home, "d", "Old.")
    before = StoreSource(home).state()
    assert StoreSource(home).state() == before
    change(home)
    assert StoreSource(home).state() != before


def test_search_in_both_languages_before_and_after_a_build(home: Workspace) -> None:
    for _ in range(2):
        with open_search(home) as search:
            for text in ("people with a cat", "养猫的人", "猫粮"):
                found = search.search(text, 2)
                assert [match.customer for match in found] == ["a", "b"], text
                assert found[0].names[0] == "category:CAT FOOD"
            assert search.search("who drinks?", 1)[0].customer == "b"
            assert search.search("shops after work", 1)[0].customer == "a"
        refresh_index(home)


def test_a_forgotten_customer_leaves_no_byte(home: Workspace) -> None:
    write_profile(home, "a", "secretive collector")
    refresh_index(home)
    folder = home.home / "search" / "lexicon"
    assert b"secretive" in b"".join(file.read_bytes() for file in folder.rglob("*.json"))
    with home.store.begin() as connection:
        for table in (facts_table, tables.profiles, tables.affinities, tables.tags):
            connection.execute(sa.delete(table).where(table.c.customer == "a"))
    refresh_index(home)
    assert b"secretive" not in b"".join(
        file.read_bytes() for file in folder.rglob("*") if file.is_file()
    )
    with open_search(home) as search:
        assert [match.customer for match in search.search("cat food", 9)] == ["b"]


def test_the_index_of_profiles_is_kept_as_before(home: Workspace) -> None:
    write_profile(home, "a", "Buys for a cat in the evening.")
    assert refresh_index(home) == 1
    assert refresh_index(home) == 0
    with open_index(home) as index:
        assert [hit.customer for hit in index.search("cats", 5)] == ["a"]
    assert rebuild_index(home) == 1
    with open_search(home) as search:
        assert search.search("cats", 1)[0].customer == "a"
