"""Saved audiences in a real SQLite file: names, loading against another vocabulary, old homes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.ask.audiences import (
    MAX_NAME,
    checked_name,
    delete_audience,
    list_audiences,
    load_audience,
    load_conditions,
    save_audience,
)
from agent.ask.query import query_from_json, query_to_json
from agent.data import store as tables
from agent.data.store import Store
from agent.errors import ConditionError, SettingsError, UnknownError
from agent.vocabulary import Vocabulary
from tests.small_shop import vocabulary

VOCABULARY = vocabulary()
WINE: dict[str, Any] = {
    "kind": "list",
    "where": {"all": [{"bought": ["wine"], "last_days": 90}, {"not": {"tag": "pet_owner"}}]},
    "rank": {"field": "spend"},
}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'home.sqlite'}")
    yield opened
    opened.close()


def save(store: Store, name: str, query: dict[str, Any], question: str = "q") -> Any:
    return save_audience(store, VOCABULARY, name, query_from_json(query), question)


def without(**gone: str) -> Vocabulary:
    """The vocabulary of a day on which a field, a tag or a level of the catalogue is gone."""
    kept = {
        part: {name: value for name, value in getattr(VOCABULARY, part).items() if name != missing}
        for part, missing in gone.items()
    }
    return replace(VOCABULARY, **kept)


@pytest.mark.parametrize(
    "name",
    [
        "VIP",
        "summer campaign 2024",
        "葡萄酒老客户",
        "Größe-M",
        "клуб_1",
        "कहानी",
        "お得意様",
        "x" * 60,
    ],
)
def test_what_is_saved_comes_back(store: Store, tmp_path: Path, name: str) -> None:
    assert save(store, name, WINE, "谁买过 wine?\n") is None
    store.close()
    again = Store(f"sqlite:///{tmp_path / 'home.sqlite'}")
    (listed,) = list_audiences(again)
    assert (listed.name, listed.question, listed.query) == (name, "谁买过 wine?\n", WINE)
    assert listed.made_at.startswith("20")
    assert query_to_json(load_audience(again, VOCABULARY, name)) == WINE
    assert delete_audience(again, name) == listed
    assert list_audiences(again) == []
    with pytest.raises(UnknownError, match="none was saved yet"):
        load_audience(again, VOCABULARY, name)
    again.close()


def test_width_case_and_blanks_make_no_other_name(store: Store) -> None:
    everyone = {"kind": "count", "where": {"all": []}}
    save(store, "VIP Kunden", WINE)
    replaced = save(store, " ｖｉｐ   kunden ", everyone)
    assert (replaced.name, replaced.query) == ("VIP Kunden", WINE)
    assert [one.name for one in list_audiences(store)] == ["vip kunden"]
    assert query_to_json(load_audience(store, VOCABULARY, "VIP KUNDEN")) == everyone
    assert delete_audience(store, "Vip Kunden").name == "vip kunden"


def test_they_are_listed_by_name(store: Store) -> None:
    for name in ("zebra", "Apfel", "birne"):
        save(store, name, WINE)
    assert [one.name for one in list_audiences(store)] == ["Apfel", "birne", "zebra"]


def test_an_unknown_name_is_told_its_neighbours(store: Store) -> None:
    save(store, "summer campaign", WINE)
    for attempt in (
        lambda n: load_audience(store, VOCABULARY, n),
        lambda n: delete_audience(store, n),
    ):
        with pytest.raises(
            UnknownError, match="'sumer campagne'; the nearest are: summer campaign"
        ):
            attempt("sumer campagne")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "2 to 60 characters"),
        ("   ", "2 to 60 characters"),
        ("x", "2 to 60 characters"),
        ("x" * 61, "2 to 60 characters"),
        ("2024", "a letter"),
        ("- _", "a letter"),
        ("a=b", "not '='"),
        ("a/b", "not '/'"),
        ("x'; DROP TABLE audiences; --", 'not "\'"'),
        ("a\x00b", r"not '\\x00'"),
        ("a\u200bb", r"not '\\u200b'"),
        ("😀 fans", "not '😀'"),
        ("Spend", "names 'spend'"),
        ("消费金额", "names 'spend'"),
        ("share-of-coupons", "names 'coupon_share'"),
        ("pet owner", "names 'pet_owner'"),
        ("Pet Owners", "names 'pet_owner'"),
        ("养宠物", "names 'pet_owner'"),
        ("food for cats", "names 'CAT FOOD'"),
        ("猫粮", "names 'CAT FOOD'"),
        ("Wine", "names products, such as 'WINE'"),
        ("天然", "names products, such as '天然猫粮'"),
        ("customers", "word of questions"),
        ("所有顾客", "word of questions"),
    ],
)
def test_a_name_that_cannot_be_told_apart_is_refused(store: Store, name: str, reason: str) -> None:
    with pytest.raises(SettingsError, match=reason) as raised:
        save(store, name, WINE)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 250
    assert list_audiences(store) == []


def test_a_product_with_letters_of_its_own_is_found() -> None:
    shop = replace(VOCABULARY, catalogue={"name": ["Crème Brûlée"], "product": ["ШОКОЛАД"]})
    for name in ("crème brûlée", "шоколад"):
        with pytest.raises(SettingsError, match="names the product"):
            checked_name(name, shop)
    assert checked_name("клуб wine", VOCABULARY) == "клуб wine"  # not just its Latin part


@given(st.text(max_size=MAX_NAME + 5))
def test_a_name_is_refused_or_can_be_said_in_a_question(name: str) -> None:
    try:
        plain = checked_name(name, VOCABULARY)
    except SettingsError:
        return
    assert checked_name(plain, VOCABULARY) == plain
    assert plain == " ".join(unicodedata.normalize("NFKC", name).split())
    assert 2 <= len(plain) <= MAX_NAME
    assert plain.replace(" ", "").isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.text("abcXYZ 中文ＡéßΣ-_0", min_size=2, max_size=20))
def test_a_saved_name_is_found_in_any_case_and_width(store: Store, name: str) -> None:
    try:
        save(store, name, WINE)
    except SettingsError:
        return
    wide = name.translate({ord("a"): "ａ", ord("0"): "０", ord("X"): "Ｘ"})
    for spelling in (name, name.lower(), wide, f"  {name} "):
        assert query_to_json(load_audience(store, VOCABULARY, spelling)) == WINE
    delete_audience(store, name)
    assert list_audiences(store) == []


@pytest.mark.parametrize(
    ("query", "error", "reason"),
    [
        ({"kind": "search", "like": "cosy"}, SettingsError, "search has no audience"),
        ({"kind": "explain", "customer": "1"}, SettingsError, "explain has no audience"),
        (
            {"kind": "compare", "where": {"tag": "kids"}, "against": {"tag": "pet_owner"}},
            SettingsError,
            "compare has no audience",
        ),
        (WINE | {"limit": 20}, SettingsError, "first 20 of a list"),
        ({"kind": "count", "where": {"tag": "sailor"}}, ConditionError, "no tag 'sailor'"),
        ({"kind": "breakdown", "by": "shoe_size"}, ConditionError, "no field 'shoe_size'"),
    ],
)
def test_what_is_no_audience_is_not_saved(
    store: Store, query: dict[str, Any], error: type[Exception], reason: str
) -> None:
    save(store, "VIP", WINE)
    with pytest.raises(error, match=reason):
        save(store, "VIP", query)
    assert [one.query for one in list_audiences(store)] == [WINE]


@pytest.mark.parametrize(
    ("today", "gone"),
    [
        (without(fields="spend"), "spend"),
        (without(tags="pet_owner"), "pet_owner"),
        (replace(VOCABULARY, catalogue={"category": ["OILS"]}), "wine"),
    ],
)
def test_what_is_gone_is_named(store: Store, today: Vocabulary, gone: str) -> None:
    save(store, "VIP", WINE)
    save(
        store,
        "everyone else",
        {"kind": "count", "where": {"field": "age", "op": "=", "value": "35+"}},
    )
    with pytest.raises(ConditionError, match=f"'VIP' does not fit any more: .*'{gone}'"):
        load_audience(store, today, "vip")
    good, broken = load_conditions(store, today)
    assert list(good) == ["everyone else"]
    assert list(broken) == ["VIP"]
    assert gone in broken["VIP"]
    assert load_audience(store, VOCABULARY, "VIP").kind == "list"  # nothing was lost


def test_a_query_of_another_version_is_told(store: Store) -> None:
    row = {"name": "VIP", "query": {"kind": "poem"}, "question": "q", "made_at": "2024"}
    store.upsert(tables.audiences, [row])
    assert [one.query for one in list_audiences(store)] == [{"kind": "poem"}]
    with pytest.raises(ConditionError, match="'VIP' does not fit any more: not a query"):
        load_audience(store, VOCABULARY, "VIP")
    assert delete_audience(store, "VIP").name == "VIP"


def test_a_home_of_an_older_version_gets_the_table(store: Store, tmp_path: Path) -> None:
    store.set_meta("currency", "¥")
    with store.begin() as connection:
        connection.execute(sa.text("DROP TABLE audiences"))
    store.close()
    opened = Store(f"sqlite:///{tmp_path / 'home.sqlite'}")
    assert opened.get_meta("currency") == "¥"
    assert list_audiences(opened) == []
    save(opened, "VIP", WINE)
    assert len(list_audiences(opened)) == 1
    opened.close()
