"""The gold's evaluator against a table that was worked out by hand, and against plain Python."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings

from agent.errors import ConditionError
from eval.ask_gold import (
    Shop,
    audience,
    begun_orders,
    breakdown,
    ranked,
    read_shop,
    sold_lines,
    trend,
    truth,
)
from eval.ask_words import Catalogue
from tests import small_shop
from tests.tags.shop import AS_OF, LOOKS, Trained
from tests.test_conditions import CONDITIONS

Json = dict[str, Any]

PRODUCTS = pd.DataFrame(
    [
        ("p1", "DRINKS", "WINE", "RED WINE"),
        ("p2", "FOOD", "OILS", "WINE VINEGAR"),
        ("p3", "FOOD", "CAT FOOD", None),
        ("p4", "FOOD", "CHERRIES", "CHERRIES"),
    ],
    columns=["product", "department", "category", "type"],
).assign(brand=None, name=None)
LABELS = {"CAT FOOD": ("food for cats", "猫粮"), "OILS": ("oils", "食用油与醋")}
# d only looked at something; e returned what an order of another shop had brought.
EVENTS = pd.DataFrame(
    [
        ("a", "2024-01-10 10:00:00", "purchase", "o1", "p1", 10.0),
        ("a", "2024-01-10 10:00:00", "purchase", "o1", "p3", 5.0),
        ("a", "2024-03-20 09:00:00", "purchase", "o2", "p1", 20.0),
        ("a", "2024-03-25 09:00:00", "return", "o2", "p1", -20.0),
        ("b", "2024-02-15 23:59:59", "purchase", "o3", "p2", 3.0),
        ("b", "2024-02-20 12:00:00", "purchase", "o4", "p3", 7.0),
        ("b", "2024-02-21 12:00:00", "cancel", "o4", None, None),
        ("b", "2024-03-31 12:00:00", "purchase", None, "p4", 1.5),
        ("b", "2024-03-31 12:00:00", "purchase", None, "p3", 2.5),
        ("c", "2024-03-01 08:00:00", "purchase", "o5", "p1", 8.1),
        ("c", "2024-03-02 08:00:00", "purchase", "o6", "p1", 8.2),
        ("c", "2024-04-01 08:00:00", "purchase", "o7", "p4", 99.0),
        ("d", "2024-03-05 08:00:00", "view", None, "p4", None),
        ("e", "2024-03-07 08:00:00", "return", "x1", "p4", -4.0),
    ],
    columns=["customer", "time", "kind", "order_id", "product", "amount"],
).astype({"time": "datetime64[us]"})
CUSTOMERS = pd.DataFrame(
    {
        "orders": [2, 2, 2, 0, 0],
        "spend": [15.0, 7.0, 16.3, 0.0, -4.0],
        "coupon_share": [0.5, 0.5, 0.25, None, None],
        "age": ["25-34", "35-44", None, None, "25-34"],
    },
    index=pd.Index(list("abcde"), name="customer"),
)
TAGS = pd.DataFrame(
    [("a", "pet", 0.9, "yes"), ("b", "pet", 0.5, "unknown"), ("c", "pet", 0.1, "no")],
    columns=["customer", "tag", "probability", "decision"],
)


def make(events: pd.DataFrame, as_of: str, **others: Any) -> Shop:
    lines = sold_lines(events, pd.Timestamp(as_of))
    bought = lines[~lines["returned"]]
    return Shop(pd.Timestamp(as_of), lines=bought, orders=begun_orders(lines), **others)


@pytest.fixture(scope="module")
def shop() -> Shop:
    catalogue = Catalogue(PRODUCTS, LABELS)
    return make(EVENTS, "2024-03-31", customers=CUSTOMERS, tags=TAGS, catalogue=catalogue)


def field(name: str, op: str, value: object, **others: object) -> Json:
    return {"field": name, "op": op, "value": value, **others}


MARCH = {"since": "2024-03-01", "until": "2024-03-31"}
OLDER = field("age", "=", "35-44")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"all": []}, "abcde"),
        (field("spend", ">=", 15), "ac"),
        (field("spend", "between", 7, to=15), "ab"),
        (field("age", "=", "25-34"), "ae"),
        (field("age", "!=", "25-34"), "b"),  # unknown is neither
        ({"not": field("age", "=", "25-34")}, "b"),
        (field("age", "in", ["25-34", "35-44"]), "abe"),
        ({"any": [OLDER, field("spend", ">", 16)]}, "bc"),  # unknown or true is true
        ({"all": [OLDER, field("spend", ">", 16)]}, ""),
        ({"not": {"all": [OLDER, field("spend", "<", 0)]}}, "abcde"),  # unknown and false is false
        ({"not": {"any": [OLDER, field("spend", "<", 0)]}}, "a"),
        ({"tag": "pet"}, "a"),
        ({"not": {"tag": "pet"}}, "cde"),  # b is undecided
        ({"tag": "pet", "at_least": 0.5}, "ab"),
        ({"not": {"tag": "pet", "at_least": 0.5}}, "cde"),
        ({"like": "cheerful"}, "abcde"),
        # two of three known customers tie for the top: rank 1 each, then rank 3
        (field("coupon_share", "top_percent", 1), "ab"),
        (field("coupon_share", "top_percent", 66), "ab"),
        (field("coupon_share", "top_percent", 67), "abc"),
        (field("coupon_share", "bottom_percent", 33), "c"),
        (field("coupon_share", "bottom_percent", 34), "abc"),
        (field("coupon_share", "top_percent", 0), ""),
        ({"not": field("coupon_share", "top_percent", 1)}, "c"),
        # orders and spend of a span of days: who has none there has 0
        (field("orders", ">=", 1, **MARCH), "abc"),
        (field("orders", "=", 2, **MARCH), "c"),
        (field("orders", "=", 0, last_days=29), "cde"),
        (field("orders", "=", 0, last_days=30), "de"),
        (field("orders", "=", 0, last_days=1), "acde"),
        (field("spend", "=", 0, **MARCH), "ad"),  # given back on the day of the order
        (field("spend", "<", 0, **MARCH), "e"),
        (field("spend", ">", 16.29, **MARCH), "c"),
        (field("spend", "top_percent", 20, **MARCH), "c"),
        (field("spend", ">", 0, until="2024-02-29"), "ab"),
        ({"bought": ["wine"]}, "ac"),  # the category of that name
        ({"bought": ["wines"]}, "abc"),  # nothing has that name: all that hold the word
        ({"bought": ["wine"], "level": "type"}, "abc"),
        ({"bought": ["red wine", "cats"]}, "abc"),
        ({"bought": ["wine"], "at_least": 2}, "ac"),
        ({"bought": ["food"], "at_least": 2}, "b"),  # o3, and the two lines of one second
        ({"bought": ["food"], "at_least": 3}, ""),  # o4 was cancelled
        ({"bought": ["food"], "but_not": ["cats"], "at_least": 2}, "b"),
        ({"bought": ["food"], "but_not": ["猫粮"]}, "b"),
        ({"bought": ["food"], "at_most": 1}, "a"),
        ({"bought": ["food"], "at_most": 0}, "cde"),
        ({"bought": ["food"], "at_least": 0, "at_most": 1}, "acde"),
        ({"not": {"bought": ["food"]}}, "cde"),
        ({"bought": ["wine"], "last_days": 12}, "a"),  # 20 March is the first of the 12 days
        ({"bought": ["wine"], "last_days": 11}, ""),
        ({"bought": ["wine"], "until": "2024-03-01"}, "ac"),
        ({"bought": ["cherry"]}, "b"),  # c's are of the day after
    ],
)
def test_audiences_that_were_worked_out_by_hand(shop: Shop, condition: Json, expected: str) -> None:
    assert "".join(sorted(audience(shop, condition))) == expected


@pytest.mark.parametrize(
    ("words", "level", "meant"),
    [
        ("wine", None, {"p1"}),
        ("WINE ", None, {"p1"}),
        ("wine", "type", {"p1", "p2"}),
        ("vinegar wines", None, {"p2"}),
        ("cherries", None, {"p4"}),
        ("cat", None, {"p3"}),
        ("food for cats", None, {"p3"}),
        ("食用油", None, {"p2"}),
        ("猫粮", None, {"p3"}),
        ("food", None, {"p2", "p3", "p4"}),
        ("food", "category", {"p3"}),
        ("p3", None, {"p3"}),
        ("P3", "product", {"p3"}),
    ],
)
def test_words_mean_products(words: str, level: str | None, meant: set[str]) -> None:
    catalogue = Catalogue(PRODUCTS, LABELS)
    assert catalogue.meant({"bought": [words], "level": level}) == meant


@pytest.mark.parametrize("words", ["win", "win e", "vinegar oil cat", "油食", "", "-", "p"])
def test_words_that_mean_nothing_are_refused(words: str) -> None:
    with pytest.raises(ConditionError, match="names nothing"):
        Catalogue(PRODUCTS, LABELS).meant({"bought": [words]})


@pytest.mark.parametrize(
    "condition", [{}, {"fields": "x"}, field("sped", ">", 1), field("age", "=", "1", last_days=3)]
)
def test_what_is_no_condition_is_refused(shop: Shop, condition: Json) -> None:
    with pytest.raises(ConditionError):
        truth(shop, condition)


def test_breakdown_leaves_the_unknown_out(shop: Shop) -> None:
    assert breakdown(shop, {"all": []}, "age") == {"25-34": 2, "35-44": 1}
    assert breakdown(shop, {"all": []}, {"tag": "pet"}) == {"yes": 1, "no": 3}
    assert breakdown(shop, {"bought": ["wine"]}, {"tag": "pet"}) == {"yes": 1, "no": 1}
    assert breakdown(shop, OLDER, "orders") == {"2": 1}


def test_a_ranked_list_tells_who_ties_for_its_end(shop: Shop) -> None:
    def listed(name: str, order: str, limit: int) -> tuple[str, str, int]:
        rank = {"field": name, "order": order}
        sure, tied, length = ranked(shop, {"where": {"all": []}, "rank": rank, "limit": limit})
        return "".join(sorted(sure)), "".join(sorted(tied)), length

    assert listed("spend", "most", 2) == ("c", "a", 2)
    assert listed("spend", "least", 2) == ("e", "d", 2)
    assert listed("coupon_share", "most", 1) == ("", "ab", 1)
    assert listed("coupon_share", "most", 9) == ("ab", "c", 3)  # the unknown are not ranked
    assert listed("coupon_share", "least", 2) == ("c", "ab", 2)
    assert ranked(shop, {"where": OLDER}) == (frozenset("b"), frozenset(), 1)


@pytest.mark.parametrize(
    ("query", "figures"),
    [
        ({"where": {"all": []}}, [1, 1, 3]),
        ({"where": {"all": []}, "measure": "orders"}, [1, 1, 4]),
        ({"where": {"all": []}, "measure": "spend"}, [15, 3, 16.3]),
        ({"where": {"tag": "pet"}, "measure": "spend"}, [15, 0, 0]),
        ({"where": {"bought": ["wine"]}, "measure": "orders"}, [1, 0, 3]),
        ({"where": {"bought": ["wine"]}, "measure": "spend"}, [10, 0, 36.3]),
        ({"where": {"all": [{"bought": ["food"]}, OLDER]}}, [0, 1, 1]),
        # a condition that counts says who, not what: all orders of those with two of wine
        ({"where": {"bought": ["wine"], "at_least": 2}, "measure": "spend"}, [15, 0, 16.3]),
        ({"where": {"not": {"bought": ["wine"]}}, "measure": "orders"}, [0, 1, 1]),
    ],
)
def test_trend_by_month(shop: Shop, query: Json, figures: list[float]) -> None:
    assert trend(shop, query) == dict(zip(["2024-01", "2024-02", "2024-03"], figures, strict=True))


def test_weeks_begin_on_monday(shop: Shop) -> None:
    weeks = trend(shop, {"where": {"all": []}, "every": "week", "measure": "orders"})
    assert min(weeks) == "2024-01-08"
    assert max(weeks) == "2024-03-25"
    assert {week: n for week, n in weeks.items() if n} == {
        "2024-01-08": 1,
        "2024-02-12": 1,
        "2024-02-26": 2,
        "2024-03-18": 1,
        "2024-03-25": 1,
    }


def as_frames(given_shop: small_shop.Shop) -> Shop:
    """The same small shop as the gold reads it."""
    bought = [("purchase", line) for line in (*given_shop.lines, *given_shop.cancelled)]
    rows = [
        (
            who,
            datetime(*day.timetuple()[:3]),
            kind,
            order,
            product,
            small_shop.PRICES.get(product, 3.25),
        )
        for kind, (who, order, day, product) in [
            *bought,
            *(("cancel", x) for x in given_shop.cancelled),
        ]
    ]
    columns = ["customer", "time", "kind", "order_id", "product", "amount"]
    events = pd.DataFrame(rows, columns=columns).astype({"time": "datetime64[us]"})
    products = pd.DataFrame(
        [
            {"product": product, **{level: names.get(level) for level in small_shop.LEVELS}}
            for product, names in small_shop.PRODUCTS.items()
        ]
    )
    return make(
        events,
        small_shop.AS_OF.isoformat(),
        customers=given_shop.facts.set_index("customer"),
        tags=given_shop.tag_frame,
        catalogue=Catalogue(products, small_shop.LABELS),
    )


PLAIN = small_shop.make_shop(seed=11)
FRAMES = as_frames(PLAIN)


@settings(max_examples=200)
@given(condition=CONDITIONS)
def test_any_condition_means_what_plain_python_makes_of_it(condition: Json) -> None:
    assert sorted(audience(FRAMES, condition)) == PLAIN.truth(condition)


def test_a_home_is_read_as_it_was_ingested(trained: Trained) -> None:
    from agent.workspace import Workspace

    with Workspace(trained.home) as workspace:
        shop = read_shop(workspace)
    lines = trained.lines
    gone = set(lines.loc[lines["state"] == "cancelled", "order"])
    stands = lines[lines["state"].isin(["paid", "refunded"]) & ~lines["order"].isin(gone)]
    wine = stands[(stands["state"] == "paid") & stands["sku"].isin(["w1", "w2"])]
    recent = (AS_OF - timedelta(days=59)).isoformat()
    of_late = wine[wine["at"].str[:10] >= recent]
    assert audience(shop, {"bought": ["wine"], "last_days": 60}) == set(of_late["who"])
    assert LOOKS in audience(shop, field("orders", "=", 0))
    # The facts of the store and the gold's own orders tell the same of the last 90 days.
    for name in ("orders", "spend"):
        told = shop.customers[f"{name}_last_90d"]
        for value in sorted(set(told.round(2)))[::7]:
            same = field(f"{name}_last_90d", "<=", value)
            assert audience(shop, field(name, "<=", value, last_days=90)) == audience(shop, same)
    yes = shop.tags[(shop.tags["tag"] == "wine") & (shop.tags["decision"] == "yes")]
    assert audience(shop, {"tag": "wine"}) == set(yes["customer"])
