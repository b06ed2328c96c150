"""Words that are no name: what they are linked to, and what must stay unknown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ask.candidates import Candidate, Candidates
from agent.ask.spelling import corrections, is_slip
from agent.conditions import Condition, check, from_json
from agent.search.catalogue import KINDS, CatalogueIndex, Kind, sayings
from agent.search.embeddings import embedder
from agent.settings import EmbeddingSettings
from agent.tags.taxonomy import load_taxonomy, terms
from agent.vocabulary import Term, Vocabulary

LABELS = {
    "COFFEE": ("coffee", "咖啡"),
    "CHEESE": ("cheese", "奶酪"),
    "INFANT FORMULA": ("infant formula", "婴儿配方奶粉"),
    "DIAPERS": ("diapers", "纸尿裤"),
    "DOG FOODS": ("dog food", "狗粮"),
    "CAT FOOD": ("cat food", "猫粮"),
    "BACON": ("bacon", "培根"),
    "DAIRY": ("dairy", "乳制品"),
    "OATS": ("oats", "燕麦"),
    "WATER": ("sparkling and still water", "气泡水与饮用水"),
    "DISH DETERGENT": ("dish detergent", "洗碗剂"),
    "COUPON": ("coupons", "优惠券"),
    "Renter": ("renter", "租房"),
    "Married": ("married", "已婚"),
}
SHOP = Vocabulary(
    fields={
        "spend": Term("spend", "spend", "消费金额", "money", numeric=True),
        "average_order_value": Term(
            "average_order_value", "average order value", "客单价", "money", numeric=True
        ),
        "income": Term("income", "household income", "家庭收入", values=("Under 15K", "15-24K")),
        "home_ownership": Term("home_ownership", "home ownership", "住房情况", values=("Renter",)),
        "marital_status": Term("marital_status", "marital status", "婚姻状况", values=("Married",)),
    },
    tags=terms(tag for tag in load_taxonomy() if tag.source == "rule"),
    catalogue={
        "department": ["COUPON"],
        "category": [*list(LABELS)[:12], "COUPON"],
        "type": ["ORANGE JUICE (OVER 50% JCE)", "BANANAS"],
        "brand": ["National"],
        "name": ["西湖龙井茶"],
        "product": ["1001"],
    },
    labels=LABELS,
)
WITHOUT_INDEX = Candidates(SHOP)


def first(candidates: Candidates, words: str) -> tuple[str, str, str] | None:
    """How, kind and name of the best candidate."""
    found = candidates.of(words, "en")
    return (found[0].how, found[0].kind, found[0].name) if found else None


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("pet parents", "tag", "pet_owner"),
        ("铲屎官", "tag", "pet_owner"),
        ("Bargain Hunters", "tag", "discount_hunter"),
        ("精打细算", "tag", "discount_hunter"),
        ("basket size", "field", "average_order_value"),
        ("nappies", "item", "DIAPERS"),
        ("bought nappies", "item", "DIAPERS"),
        ("买过尿不湿", "item", "DIAPERS"),
        ("tenants", "value", "Renter"),
        ("Coffee", "item", "COFFEE"),
        ("buys flowers", "tag", "flowers"),
    ],
)
def test_what_people_say_beside_the_labels(words: str, kind: str, name: str) -> None:
    assert first(WITHOUT_INDEX, words) == ("exact", kind, name)


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("coffe", "item", "COFFEE"),
        ("coffeee", "item", "COFFEE"),
        ("bought coffe", "item", "COFFEE"),
        ("chese", "item", "CHEESE"),
        ("diapars", "item", "DIAPERS"),
        ("bannanas", "item", "BANANAS"),
        ("infant formla", "item", "INFANT FORMULA"),
        ("ornage juice", "item", "orange juice"),
        ("pet ower", "tag", "pet_owner"),
        ("dog onwer", "tag", "dog_owner"),
        ("houshold income", "field", "income"),
        ("marrid", "value", "Married"),
        ("咖非", "item", "COFFEE"),
        ("买过咖非", "item", "COFFEE"),
        ("狗梁", "item", "DOG FOODS"),
        ("家廷收入", "field", "income"),
        ("养宠勿", "tag", "pet_owner"),
    ],
)
def test_slips_of_spelling(words: str, kind: str, name: str) -> None:
    assert first(WITHOUT_INDEX, words) == ("spelling", kind, name)


@pytest.mark.parametrize(
    "words",
    [
        *("laptops", "tyres", "pearls", "boats", "beards", "coffee machines", "gym", ""),
        *("轮胎", "洗碗机", "电脑", "狗证", "女顾客", "咖啡机", "?!", "1001", "15"),
    ],
)
def test_other_words_stay_unknown(words: str) -> None:
    assert WITHOUT_INDEX.of(words, "en") == []


def test_only_the_kinds_asked_for() -> None:
    assert first(WITHOUT_INDEX, "coffe") == ("spelling", "item", "COFFEE")
    kinds: tuple[Kind, ...] = ("tag", "field")
    assert WITHOUT_INDEX.of("coffe", "en", kinds) == []
    assert first(WITHOUT_INDEX, "pet parents") is not None
    assert WITHOUT_INDEX.of("pet parents", "en", KINDS[-1:]) == []


def test_a_name_at_two_levels_is_one_candidate() -> None:
    (candidate,) = WITHOUT_INDEX.of("coupons", "en")
    assert (candidate.name, candidate.level) == ("COUPON", "")
    (candidate,) = WITHOUT_INDEX.of("cheese", "en")
    assert candidate.level == "category"


def test_labels_are_in_the_language_asked_for() -> None:
    assert [WITHOUT_INDEX.of("coffe", language)[0].label for language in ("en", "zh")] == [
        "coffee",
        "咖啡",
    ]
    assert WITHOUT_INDEX.of("pet parents", "zh")[0].label == "养宠物"
    assert WITHOUT_INDEX.of("tenants", "zh")[0].label == "租房"
    assert WITHOUT_INDEX.of("bannanas", "zh")[0].label == "bananas"


@pytest.mark.parametrize(
    ("words", "label"),
    [("coffe", "coffee"), ("bacn", "bacon"), ("bought diappers", "diapers"), ("diary", "dairy")],
)
def test_a_suggestion_may_be_looser(words: str, label: str) -> None:
    assert WITHOUT_INDEX.suggestion(words, "en") == label


def test_no_suggestion_where_nothing_is_near() -> None:
    assert WITHOUT_INDEX.suggestion("laptops", "en") is None
    assert WITHOUT_INDEX.suggestion("轮胎", "zh") is None


@pytest.mark.parametrize(
    ("typed", "word", "slip"),
    [
        ("shirmp", "shrimp", True),
        ("tomattos", "tomatos", True),
        ("vodca", "vodka", True),
        ("turky", "turkey", True),
        ("pearl", "pear", False),
        ("candle", "handle", False),
        ("glass", "grass", False),
    ],
)
def test_a_slip_is_what_a_hand_does(typed: str, word: str, slip: bool) -> None:
    assert is_slip(typed, word) is slip


def test_corrections_come_in_order() -> None:
    words = ["margarine", "tangerine", "marine"]
    assert corrections("margerine", words, None)[0] == "margarine"
    assert corrections("boat", ["oats", "boats"], None) == []


@given(st.sampled_from([one for one in sayings(SHOP) if one.kind != "other"]))
def test_every_name_fits_a_condition(said: Any) -> None:
    for candidate in WITHOUT_INDEX.of(said.text, "en"):
        check(condition(candidate), SHOP)


@given(st.text(max_size=40))
def test_any_text_is_answered(words: str) -> None:
    for candidate in WITHOUT_INDEX.of(words, "zh"):
        check(condition(candidate), SHOP)
        assert 0 <= candidate.score <= 1
    WITHOUT_INDEX.suggestion(words, "en")


def condition(candidate: Candidate) -> Condition:
    if candidate.kind == "tag":
        return from_json({"tag": candidate.name})
    if candidate.kind == "item":
        level = {"level": candidate.level} if candidate.level else {}
        return from_json({"bought": [candidate.name], **level})
    if candidate.kind == "value":
        return from_json({"field": candidate.level, "op": "=", "value": candidate.name})
    known = SHOP.field(candidate.name)
    value = 1 if known.numeric else known.values[0]
    return from_json({"field": candidate.name, "op": "=", "value": value})


SOME = frozenset(
    {"pet_owner", "weekend_shopper", "coffee", "meat_lover", "baby_products", "browser_no_buy"}
    | {"married", "tobacco", "driver", "toys", "home_baker", "returner", "lapsed", "vitamins"}
)


@pytest.fixture(scope="module")
def with_index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Candidates]:
    """With the real model; some tags, and a third of the foreign words, are enough."""
    model = embedder(EmbeddingSettings())
    few = [
        one
        for at, one in enumerate(sayings(SHOP))
        if (one.name in SOME if one.kind == "tag" else one.kind != "other" or at % 3 == 0)
    ]
    with CatalogueIndex(tmp_path_factory.mktemp("names"), None, model) as index:
        index.refresh(few)
        yield Candidates(SHOP, index)


def test_meaning_links_what_was_never_listed(with_index: Candidates) -> None:
    for words, kind, name in (
        ("people who adore their pets", "tag", "pet_owner"),
        ("shops on saturdays and sundays", "tag", "weekend_shopper"),
        ("espresso addicts", "tag", "coffee"),
        ("爱吃烤肉", "tag", "meat_lover"),
        ("新手爸妈", "tag", "baby_products"),
        ("光看不下手", "tag", "browser_no_buy"),
    ):
        assert first(with_index, words) == ("meaning", kind, name), words


def test_meaning_leaves_foreign_words_alone(with_index: Candidates) -> None:
    foreign = ["laptops", "tyres", "mortgages", "wind turbines", "elections", "wedding dresses"]
    foreign += ["轮胎", "房贷", "电梯", "选举", "滑雪板", "身份证"]
    assert [words for words in foreign if with_index.of(words, "en")] == []
