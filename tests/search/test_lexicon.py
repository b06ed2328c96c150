from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from agent.errors import SearchIndexError
from agent.search.lexicon import Lexicon, LexiconFolder
from agent.search.lexicon_files import Document
from tests.search.known import GOODS, crowd

FEW = [
    Document("a", "loyal", {"category:WINE": 2.0}),
    Document("b", "", {"category:WINE": 0.5, "category:TEA": 3.0, "category:UNSAID": 9.0}),
    Document("顾客", "", {}),
]


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[LexiconFolder]:
    with LexiconFolder(tmp_path / "lexicon") as opened:
        yield opened


def written(folder: LexiconFolder, documents: list[Document]) -> Lexicon:
    folder.write("1", GOODS, documents)
    return folder.read()


def test_ties_are_weighted_and_added(folder: LexiconFolder) -> None:
    lexicon = written(folder, FEW)
    assert lexicon.customers == ["a", "b", "顾客"]
    scores = lexicon.by_names({"category:WINE": 10, "category:TEA": 1, "category:NONE": 5})
    assert scores.tolist() == [20, 8, 0]
    assert lexicon.strength(1, "category:TEA") == 3
    assert lexicon.strength(0, "category:TEA") == lexicon.strength(2, "category:TEA") == 0
    assert lexicon.strength(1, "category:UNSAID") == 0  # it has no label


def test_words_find_texts_and_labels_in_both_languages(folder: LexiconFolder) -> None:
    lexicon = written(folder, FEW)
    assert np.flatnonzero(lexicon.by_words("loyal customers")).tolist() == [0]
    assert np.flatnonzero(lexicon.by_words("谁买绿茶")).tolist() == [1]
    assert np.flatnonzero(lexicon.by_words("绿茶, loyal")).tolist() == [0, 1]
    wine = lexicon.by_words("merlot")
    assert wine[0] > wine[1] > wine[2] == 0  # the stronger tie says it more often
    assert lexicon.by_words("merlot merlot").tolist() == wine.tolist()
    for unknown in ("spaceship", "的", ""):
        assert not lexicon.by_words(unknown).any()


@pytest.mark.parametrize("documents", [[], [Document("a", "", {})]])
def test_nothing_known(folder: LexiconFolder, documents: list[Document]) -> None:
    lexicon = written(folder, documents)
    assert lexicon.by_words("wine").tolist() == lexicon.by_names({"tag:x": 1.0}).tolist()
    assert len(lexicon.by_words("wine")) == len(documents)


def test_state_and_what_is_left_on_disk(folder: LexiconFolder, tmp_path: Path) -> None:
    assert not folder.holds("1")
    with pytest.raises(SearchIndexError, match="portrait repair"):
        folder.read()
    lexicon = written(folder, [Document("gone", "secretive 珍邮", {}), *FEW])
    assert folder.holds("1")
    assert not folder.holds("2")
    folder.write("2", GOODS, FEW)
    assert folder.holds("2")
    assert lexicon.by_words("secretive").any()  # who has it open keeps it
    files = [file for file in (tmp_path / "lexicon").rglob("*") if file.is_file()]
    contents = [file.read_bytes() for file in files]
    assert not any(b"secretive" in content or b"gone" in content for content in contents)
    assert not [file for file in files if file.read_bytes()[:2] == b"\x80\x04"]  # no pickle


def test_a_failure_leaves_the_old_one(folder: LexiconFolder, tmp_path: Path) -> None:
    def broken() -> Iterator[Document]:
        yield FEW[0]
        raise KeyboardInterrupt

    written(folder, FEW)
    with pytest.raises(KeyboardInterrupt):
        folder.write("2", GOODS, broken())
    assert folder.holds("1")
    assert folder.read().customers == ["a", "b", "顾客"]
    folder.close()
    with LexiconFolder(tmp_path / "lexicon"):
        assert len(list((tmp_path / "lexicon").glob("data-*"))) == 1


def test_only_one_owner(folder: LexiconFolder, tmp_path: Path) -> None:
    with pytest.raises(SearchIndexError, match="has it open"):
        LexiconFolder(tmp_path / "lexicon")


def _cut(name: str) -> Callable[[Path], None]:
    def damage(content: Path) -> None:
        (found,) = content.glob(name)
        found.write_bytes(found.read_bytes()[: found.stat().st_size // 2])

    return damage


def _gone(name: str) -> Callable[[Path], None]:
    return lambda content: next(content.glob(name)).unlink()


def _wrong(name: str, value: object) -> Callable[[Path], object]:
    return lambda content: (content / name).write_text(json.dumps(value))


DAMAGES = {
    "ties cut": _cut("ties-rows.npy"),
    "ties gone": _gone("ties-bounds.npy"),
    "customers cut": _cut("customers.json"),
    "names gone": _gone("names.json"),
    "names wrong": _wrong("names.json", 7),
    "customers too few": _wrong("customers.json", ["c0"]),
    "words cut": _cut("words/data*"),
    "words gone": _gone("words/vocab*"),
    "words wrong": _cut("words/params*"),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_damage_is_told(
    folder: LexiconFolder, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    folder.write("1", GOODS, crowd(50))
    (content,) = (tmp_path / "lexicon").glob("data-*")
    damage(content)
    with pytest.raises(SearchIndexError, match="portrait repair") as caught:
        folder.read()
    assert "\n" not in str(caught.value)
