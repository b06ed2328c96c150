from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.errors import SearchIndexError
from agent.search import hybrid
from agent.search.embeddings import Embedder
from agent.search.hybrid import HybridSearch
from agent.search.index import Index
from agent.search.lexicon import LexiconFolder
from agent.search.lexicon_files import Document
from tests.search.fakes import Counter
from tests.search.known import GOODS, Scripted, crowd, means, ranking

MANY = 400
# What a text means and says: cosines by label, and the words of it that anybody may have.
TEXTS = {
    "feline owners": ({"tuna pouch": 0.61, "shops late": 0.43}, []),
    "喝酒的 merlot": ({"葡萄酒": 0.71, "绿茶": 0.3}, ["merlot"]),
    "loyal sencha or 积木": ({"green sencha": 0.53, "积木": 0.47}, ["loyal", "sencha", "积木"]),
    "loyal": ({}, ["loyal"]),
    "nobody": ({}, []),
}
EMBEDDER = means({text: cosines for text, (cosines, _) in TEXTS.items()})
NAMES = {label: name for name, labels in GOODS.items() for label in labels}


def opened(folder: Path, source: Scripted, embedder: Embedder = EMBEDDER) -> HybridSearch:
    names = Index(folder / "names", None, embedder, "names")
    return HybridSearch(names, LexiconFolder(folder / "lexicon"), source)


@cache
def gold(text: str) -> list[str]:
    cosines, said = TEXTS[text]
    return ranking(crowd(MANY), said, {NAMES[label]: c for label, c in cosines.items()})


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HybridSearch]:
    with opened(tmp_path_factory.mktemp("many"), Scripted(crowd(MANY))) as search:
        yield search


@pytest.mark.parametrize("text", TEXTS)
def test_the_order_is_that_of_the_formulas(many: HybridSearch, text: str) -> None:
    hits = many.search(text, MANY)
    assert [hit.customer for hit in hits] == gold(text)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@settings(max_examples=60)
@given(st.data())
def test_a_filter_gives_the_first_of_those_left(many: HybridSearch, data: st.DataObject) -> None:
    text = data.draw(st.sampled_from(sorted(TEXTS)))
    size = data.draw(st.sampled_from([0, 1, 7, 8, 9, 100, MANY - 1, MANY]))
    chosen = data.draw(st.permutations(range(MANY)))[:size]
    within = [f"c{number}" for number in chosen] + data.draw(
        st.sampled_from([[], ["nobody"], [f"x{n}" for n in range(2_000)]])
    )
    k = data.draw(st.sampled_from([0, 1, 2, size - 1, size, size + 1, 10 * MANY]))
    left = [customer for customer in gold(text) if customer in set(within)]
    given_as = data.draw(st.sampled_from([list, set, tuple]))
    with patch.object(hybrid, "FIRST", data.draw(st.sampled_from([1, 40, 20_000]))):
        hits = many.search(text, k, given_as(within))
    assert [hit.customer for hit in hits] == left[: max(k, 0)]


def test_a_filter_far_from_the_text(many: HybridSearch) -> None:
    """Those that match least: all others come before them."""
    text = "loyal sencha or 积木"
    least = gold(text)[-12:]
    others = [d.customer for d in crowd(MANY) if d.customer not in gold(text)]
    assert [hit.customer for hit in many.search(text, 5, [*least, *others])] == least[:5]


@pytest.mark.parametrize("k", [-1, 0, 1, 2, MANY, MANY + 1])
def test_edges_of_k(many: HybridSearch, k: int) -> None:
    found = [hit.customer for hit in many.search("loyal", k)]
    assert found == gold("loyal")[: max(k, 0)]


def test_the_parts_of_a_score_and_the_names_are_told(tmp_path: Path) -> None:
    documents = [
        Document("both", "merlot", {"category:WINE": 4.0, "category:TEA": 9.0, "tag:night": 9.0}),
        Document("wine", "", {"category:WINE": 2.0}),
        Document("night", "", {"tag:night": 3.0}),
    ]
    with opened(tmp_path, Scripted(documents)) as search:
        first, second = search.search("喝酒的 merlot", 9)
    assert first.customer == "both"
    assert first.meaning == 1
    assert first.words == pytest.approx(0.3)
    # The tea's cosine is less than half of the wine's.
    assert first.names == ("category:WINE",)
    assert second.customer == "wine"
    assert second.meaning == pytest.approx(0.5)
    assert second.score == pytest.approx(second.meaning + second.words)


@pytest.mark.parametrize("documents", [[], [Document("a", "", {})]])
def test_nothing_known(tmp_path: Path, documents: list[Document]) -> None:
    with opened(tmp_path, Scripted(documents, labelled={})) as search:
        assert search.search("loyal", 5) == search.search("loyal", 5, {"a"}) == []


def test_it_is_made_at_first_use_and_only_anew_when_the_source_changes(tmp_path: Path) -> None:
    counter = Counter()
    source = Scripted(crowd(5))
    for _ in range(2):
        with opened(tmp_path, source, counter.embedder) as search:
            assert source.read == (1 if counter.documents else 0)
            search.search("tea", 1)
            search.refresh()
    assert sorted(counter.documents) == sorted(NAMES)
    source.version, source.labelled = "2", {"category:TEA": ("oolong", "绿茶"), "tag:new": ("new",)}
    source.customers = [Document("only", "", {"category:TEA": 1.0})]
    counter.documents.clear()
    with opened(tmp_path, source, counter.embedder) as search:
        assert [hit.customer for hit in search.search("oolong", 9)] == ["only"]
        assert search.search("tuna", 9)[0].words == 0
    assert sorted(counter.documents) == ["new", "oolong"]
    assert source.read == 2


def test_a_damaged_lexicon_is_made_anew(tmp_path: Path) -> None:
    source = Scripted(crowd(30))
    with opened(tmp_path, source) as search:
        before = search.search("loyal", 9)
    (content,) = (tmp_path / "lexicon").glob("data-*")
    strengths = content / "ties-strengths.npy"
    os.truncate(strengths, strengths.stat().st_size // 2)
    with opened(tmp_path, source) as search:
        assert search.search("loyal", 9) == before
    assert source.read == 2
    assert not content.exists()


def test_damaged_names_are_told_and_rebuilt(tmp_path: Path) -> None:
    source = Scripted(crowd(30))
    with opened(tmp_path, source) as search:
        before = search.search("feline owners", 9)
    (content,) = (tmp_path / "names").glob("data-*")
    (content / "chroma.sqlite3").write_bytes(b"no database" * 999)
    with opened(tmp_path, source) as search:
        with pytest.raises(SearchIndexError, match="portrait repair"):
            search.search("feline owners", 9)
        search.rebuild()
        assert search.search("feline owners", 9) == before


def test_open_once(tmp_path: Path) -> None:
    with opened(tmp_path, Scripted([])), pytest.raises(SearchIndexError, match="has it open"):
        opened(tmp_path, Scripted([]))
