"""Which names words mean: whole English words, plural or not; Chinese ones anywhere."""

from __future__ import annotations

import pytest

from agent.errors import ConditionError
from agent.vocabulary import Item, Term, Vocabulary, word_set
from tests.small_shop import EXCEPTED, LEVELS, NAMED, PRODUCTS, vocabulary

SHOP = vocabulary()


def products(items: list[Item]) -> set[str]:
    """The products of the small shop that lie under any of the items."""
    return {
        product
        for product, names in PRODUCTS.items()
        if any(names.get(item.level) == item.name for item in items)
    }


@pytest.mark.parametrize("words", sorted(NAMED))
def test_words_name_what_a_person_would_say(words: str) -> None:
    assert products(SHOP.items([words])) == NAMED[words]


@pytest.mark.parametrize("words", sorted(EXCEPTED))
def test_excepted_words_reach_namesakes_too(words: str) -> None:
    assert products(SHOP.holding([words])) == EXCEPTED[words]


def test_a_product_is_named_by_its_id_alone() -> None:
    assert SHOP.items(["p6"]) == [Item("product", "p6")]
    assert SHOP.holding(["nothing of the kind"]) == []


def test_a_level_narrows_the_words() -> None:
    assert SHOP.items(["food"], "category") == [Item("category", "CAT FOOD")]
    with pytest.raises(ConditionError, match="'drinks' names nothing in any type"):
        SHOP.items(["drinks"], "type")


def test_parts_of_english_words_name_nothing() -> None:
    for words in ("win", "oo", "ca", "", " ", "，"):
        assert SHOP.known_words([words]) == ()


def test_known_words_keep_their_order() -> None:
    assert SHOP.known_words(["whisky", "wine", "狗粮", "猫粮"]) == ("wine", "猫粮")


def test_an_unknown_word_is_offered_its_neighbours_whatever_their_case() -> None:
    with pytest.raises(ConditionError, match="nearest are: CAT FOOD"):
        SHOP.items(["catfood"])
    with pytest.raises(ConditionError, match="猫粮"):
        SHOP.items(["猫粮食品"])
    with pytest.raises(ConditionError, match="no field 'Spend'; the nearest are: spend"):
        SHOP.field("Spend")
    with pytest.raises(ConditionError, match=r"no tag 'pets'; the nearest are: .*pet_owner"):
        SHOP.tag("pets")


def test_an_empty_vocabulary_refuses_without_offers() -> None:
    empty = Vocabulary({})
    with pytest.raises(ConditionError, match=r"^there is no field 'spend'$"):
        empty.field("spend")
    with pytest.raises(ConditionError, match=r"^'wine' names nothing in the product catalogue$"):
        empty.items(["wine"])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("berries", "BERRY"),
        ("dishes", "dish"),
        ("glasses", "glass"),
        ("matches", "match"),
        ("dog foods", "Food/Dog"),
        ("猫粮，天然", "天然 猫粮"),
    ],
)
def test_spellings_that_are_the_same_words(one: str, other: str) -> None:
    assert word_set(one) == word_set(other)


@pytest.mark.parametrize(("one", "other"), [("gas", "ga"), ("bus", "bu"), ("glass", "glas")])
def test_spellings_that_are_not(one: str, other: str) -> None:
    assert word_set(one) != word_set(other)


def test_terms_speak_both_languages() -> None:
    term = Term("spend", "spend", "消费金额")
    assert (term.label("en"), term.label("zh")) == ("spend", "消费金额")
    assert {item.level for item in SHOP.items(["food", "wine", "rioja"])} <= set(LEVELS)
