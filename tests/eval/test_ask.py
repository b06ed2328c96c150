"""The harness measures what was answered: marks of single answers, and their figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import pytest

from agent.errors import AnswerError, DataError, UnknownError, UsageError
from agent.progress import Tick
from agent.workspace import Workspace
from eval.ask import evaluate_ask, failures, figures, judge_systems
from eval.ask_bank import Question
from eval.ask_gold import Shop, begun_orders, sold_lines
from eval.ask_marks import Judge, Mark, mark
from eval.ask_words import Catalogue
from tests.tags.shop import Trained

Json = dict[str, Any]


# ---- marks ---------------------------------------------------------------------------------------
RAW: Json = {
    "id": "q",
    "language": "en",
    "kind": "count",
    "level": "easy",
    "turns": ["How many?"],
    "gold": {"kind": "count", "where": {"tag": "wine"}},
}


@pytest.fixture(scope="module")
def shop() -> Shop:
    """a and b carry `wine`, b and c have children, d nothing; `kids` is given to nobody."""
    customers = pd.DataFrame(
        {
            "orders": [3, 2, 2, 1],
            "children": ["0", "1", "1", None],
            "orders_last_30d": [1, 1, 0, 0],
        },
        index=pd.Index(list("abcd"), name="customer"),
    )
    tags = pd.DataFrame(
        [(who, "wine", 1.0, "yes") for who in "ab"]
        + [(who, "kids", 0.5, "unknown") for who in "abcd"],
        columns=["customer", "tag", "probability", "decision"],
    )
    lines = [("a", 1, "w"), ("b", 2, "w"), ("b", 35, "v"), ("c", 40, "v"), ("d", 70, "m")]
    events = pd.DataFrame(
        [
            (
                who,
                pd.Timestamp("2024-01-01") + pd.Timedelta(days=day),
                "purchase",
                f"{who}{day}",
                sku,
                2.5,
            )
            for who, day, sku in lines
        ],
        columns=["customer", "time", "kind", "order_id", "product", "amount"],
    )
    products = pd.DataFrame(
        [("w", "DRINKS", "RED WINE"), ("v", "OILS", "VINEGAR"), ("m", "DRINKS", "MILK")],
        columns=["product", "department", "category"],
    ).assign(type=None, brand=None, name=None)
    as_of = pd.Timestamp("2024-03-31")
    sold = sold_lines(events, as_of)
    return Shop(as_of, customers, tags, sold, begun_orders(sold), Catalogue(products, {}))


def question(kind: str = "count", **others: Any) -> Question:
    gold = {"kind": kind, **others.pop("gold", {"where": {"tag": "wine"}})}
    return Question.model_validate({**RAW, "kind": kind, "gold": gold, **others})


UNANSWERABLE = Question.model_validate(
    {**RAW, "kind": "unanswerable", "gold": {}, "unanswerable": True, "why": "no weather"}
)


def answer(customers: str = "", **others: Any) -> Json:
    return {"query": None, "customers": list(customers), "count": None, "groups": None} | {
        "unanswerable": None,
        "seconds": 1.0,
        **others,
    }


def marked(shop: Shop, asked: Question, told: Mapping[str, Any]) -> Mark:
    return mark(Judge(shop), asked, told)


def test_an_audience_is_exact_or_near(shop: Shop) -> None:
    asked = question()
    assert marked(shop, asked, answer("ba"))["exact"]
    assert marked(shop, asked, answer("ab", count=2))["exact"]
    assert not marked(shop, asked, answer("ab", count=3))["exact"]
    near = marked(shop, asked, answer("abcd"))
    assert (near["exact"], near["jaccard"], near["count_error"]) == (False, 0.5, 1.0)
    assert marked(shop, asked, answer("", count=2))["count_error"] == 0
    refused = marked(shop, asked, answer("ab", unanswerable="no data"))
    assert (refused["exact"], refused["refused"], refused["jaccard"]) == (False, True, 0.0)
    failed = marked(shop, asked, {"error": "no server", "seconds": 3.0})
    assert (failed["exact"], failed["refused"], failed["jaccard"]) == (False, False, 0.0)
    assert failed["seconds"] == 3.0


def test_another_reading_is_as_right_where_anybody_meets_it(shop: Shop) -> None:
    has_kids = {"field": "children", "op": "!=", "value": "0"}
    both = question(gold={"where": has_kids}, or_where=[{"tag": "wine"}, {"tag": "kids"}])
    assert marked(shop, both, answer("bc"))["exact"]
    assert marked(shop, both, answer("ab"))["exact"]
    assert marked(shop, both, answer("b"))["jaccard"] == 0.5
    # the tag is undecided for everybody: an empty audience is not as right as a full one
    assert not marked(shop, both, answer(""))["exact"]


def test_lists_take_any_of_those_who_tie(shop: Shop) -> None:
    gold = {"where": {"all": []}, "rank": {"field": "orders", "order": "most"}, "limit": 2}
    asked = question("list", gold=gold)
    assert marked(shop, asked, answer("ab"))["exact"]
    assert marked(shop, asked, answer("ca"))["exact"]
    assert marked(shop, asked, answer("ca"))["jaccard"] == 1
    for wrong in ("bc", "a", "abc", "ad"):
        assert not marked(shop, asked, answer(wrong))["exact"]
    assert marked(shop, asked, answer("ad"))["jaccard"] == pytest.approx(1 / 3)
    assert marked(shop, question("list"), answer("ab"))["exact"]  # no limit: all of them


def test_breakdowns_need_the_field_and_every_count(shop: Shop) -> None:
    asked = question("breakdown", gold={"where": {"all": []}, "by": "children"})
    right = [{"value": "0", "count": 1}, {"value": "1", "count": 2}]
    query = {"where": {"all": []}, "by": "children"}
    told = answer("abcd", query=query, groups=right)
    assert marked(shop, asked, told)["exact"]
    assert marked(shop, asked, told | {"groups": [*right, {"value": None, "count": 1}]})["exact"]
    assert marked(shop, asked, told | {"groups": [*right, {"value": "2", "count": 0}]})["exact"]
    assert not marked(shop, asked, told | {"groups": right[:1]})["exact"]
    assert not marked(shop, asked, told | {"groups": [*right, {"value": "2", "count": 1}]})["exact"]
    assert not marked(shop, asked, told | {"query": {**query, "by": "age"}})["exact"]
    by_tag = question("breakdown", gold={"where": {"all": []}, "by": {"tag": "wine"}})
    told = answer("abcd", query={"by": {"tag": "wine"}})
    sides = [{"value": "yes", "count": 2}, {"value": "no", "count": 2}]
    assert marked(shop, by_tag, told | {"groups": sides})["exact"]
    assert not marked(shop, by_tag, told | {"groups": sides[:1]})["exact"]


def test_comparisons_need_both_sides_in_either_order(shop: Shop) -> None:
    children = {"field": "children", "op": "=", "value": "1"}
    asked = question("compare", gold={"where": {"tag": "wine"}, "against": children})
    query = {"where": children, "against": {"tag": "wine"}}
    assert marked(shop, asked, answer(query=query))["exact"]
    sides = [{"customers": ["a", "b"]}, {"customers": ["c", "b"]}]
    assert marked(shop, asked, answer(groups=sides))["exact"]
    half = marked(shop, asked, answer(groups=[sides[0], {"customers": []}]))
    assert (half["exact"], half["jaccard"], half["count_error"]) == (False, 0.5, None)
    assert marked(shop, asked, answer("ab"))["jaccard"] == 0
    broken = marked(shop, asked, answer(query={**query, "against": {"bought": ["unheard"]}}))
    assert (broken["exact"], broken["invented"]) == (False, True)


def test_one_customer_is_named_or_shown(shop: Shop) -> None:
    asked = question("explain", gold={"customer": "a"})
    assert marked(shop, asked, answer("a"))["exact"]
    assert marked(shop, asked, answer(query={"kind": "explain", "customer": "a"}))["exact"]
    assert not marked(shop, asked, answer("ab"))["exact"]
    assert not marked(shop, asked, answer("a", query={"customer": "b"}))["exact"]
    assert not marked(shop, asked, answer())["exact"]


def test_trends_need_every_figure(shop: Shop) -> None:
    gold = {"where": {"all": []}, "every": "month", "measure": "spend"}
    asked = question("trend", gold=gold)

    def told(*spent: float) -> Json:
        return answer(groups=[{"value": str(n), "count": one} for n, one in enumerate(spent)])

    assert marked(shop, asked, told(5.0, 5.0, 2.5))["exact"]
    assert marked(shop, asked, told(0, 5.0, 5.001, 2.5, 0))["exact"]
    assert not marked(shop, asked, told(5.0, 5.0))["exact"]
    assert not marked(shop, asked, told(5.0, 5.0, 2.6))["exact"]
    assert marked(shop, asked, told(5.0, 5.0, 2.5))["jaccard"] is None


def test_what_cannot_be_answered_is_to_be_said(shop: Shop) -> None:
    assert marked(shop, UNANSWERABLE, answer(unanswerable="no weather here"))["exact"]
    told = marked(shop, UNANSWERABLE, answer("ab"))
    assert (told["exact"], told["refused"], told["jaccard"]) == (False, False, None)


@pytest.mark.parametrize(
    ("where", "invented"),
    [
        ({"tag": "wine", "at_least": 0.5}, False),
        ({"tag": "kids"}, True),
        ({"not": {"all": [{"tag": "wine"}, {"any": [{"tag": "kids"}]}]}}, True),
        ({"field": "orders_last_30d", "op": ">", "value": 2}, False),  # of the same field, a span
        ({"field": "children", "op": "=", "value": "1"}, True),
        ({"field": "age", "op": "=", "value": "1"}, True),
        ({"bought": ["wine", "vinegar"], "at_least": 9}, False),
        ({"bought": ["red wine"]}, False),
        ({"bought": ["drinks"]}, True),  # milk as well
        ({"bought": ["unheard"]}, True),
        ({"all": []}, False),
        ({"like": "cheerful"}, False),
    ],
)
def test_a_condition_that_nobody_asked_for_is_invented(
    shop: Shop, where: Json, invented: bool
) -> None:
    asked = question(
        gold={
            "where": {"all": [{"tag": "wine"}, {"bought": ["wine"]}, {"not": {"bought": ["oils"]}}]}
        },
        or_where=[{"field": "orders", "op": ">", "value": 2}],
    )
    assert marked(shop, asked, answer("d", query={"where": where}))["invented"] == invented
    assert not marked(shop, asked, answer("d", unanswerable="?", query={"where": where}))[
        "invented"
    ]
    # for a question that cannot be answered any condition is
    any_leaf = where not in ({"all": []}, {"like": "cheerful"})
    told = answer("d", query={"against": where})
    assert marked(shop, UNANSWERABLE, told)["invented"] == any_leaf


def test_an_exact_answer_in_other_words_invents_nothing(shop: Shop) -> None:
    same = {"field": "orders_last_30d", "op": "=", "value": 1}
    assert not marked(shop, question(), answer("ab", query={"where": same}))["invented"]


# ---- figures -------------------------------------------------------------------------------------
def one(kind: str, exact: bool, **others: Any) -> Mark:
    plain = Mark(
        id="q",
        kind=kind,
        language="en",
        level="easy",
        exact=exact,
        jaccard=None,
        count_error=None,
        invented=False,
        refused=False,
        seconds=1.0,
    )
    return {**plain, **others}  # type: ignore[typeddict-item]


def test_figures() -> None:
    found = figures(
        [
            one("count", True, jaccard=1.0, count_error=0.0),
            one("count", False, jaccard=0.5, count_error=0.5, invented=True, seconds=9.0),
            one("count", False, jaccard=0.0, count_error=1.0, refused=True, seconds=2.0),
            one("unanswerable", True, refused=True, seconds=0.5),
            one("unanswerable", False, invented=True),
        ]
    )
    assert found["questions"] == 5
    assert found["exact"]["value"] == 0.4
    # Wilson's interval of 2 of 5, from the formula in his paper
    assert found["exact"]["low"] == pytest.approx(0.1176, abs=1e-4)
    assert found["exact"]["high"] == pytest.approx(0.7693, abs=1e-4)
    assert (found["jaccard"], found["count_error"]) == (0.5, 0.5)
    assert found["invented"]["value"] == 0.4
    assert found["recognised"]["value"] == 0.5
    assert found["falsely_refused"]["value"] == pytest.approx(1 / 3)
    assert found["seconds_median"] == 1.0
    assert found["seconds_p95"] == pytest.approx(7.6)
    nothing = figures([])
    assert nothing["exact"] == {"value": None, "low": None, "high": None}
    assert (nothing["jaccard"], nothing["seconds_p95"]) == (None, None)


ASKED = [
    question(id="q1", turns=["wine?"]),
    question(
        "explain", id="q2", language="zh", level="nasty", turns=["a", "b?"], gold={"customer": "b"}
    ),
]


def right(turns: Sequence[str]) -> Json:
    return answer("ab", count=2) if turns == ("wine?",) else answer(turns[-1][0])


def broken(turns: Sequence[str]) -> Json:
    if len(turns) > 1:
        raise AnswerError("the model said nothing")
    return answer("ab", query={"where": {"tag": "wine"}}, count=3)


def test_systems_are_measured_side_by_side(shop: Shop) -> None:
    ticks: list[Tick] = []
    systems = {"right": right, "broken": broken}
    result = judge_systems(shop, ASKED, "dev", systems, ticks.append)
    assert [system["overall"]["exact"]["value"] for system in result["systems"].values()] == [1, 0]
    assert [system["failed"] for system in result["systems"].values()] == [0, 1]
    kinds = result["systems"]["broken"]["by_kind"]
    assert {kind: found["questions"] for kind, found in kinds.items()} == {"count": 1, "explain": 1}
    assert set(result["systems"]["right"]["by_language"]) == {"en", "zh"}
    assert set(result["systems"]["right"]["by_level"]) == {"easy", "nasty"}
    assert failures(result, "right") == []
    first, second = failures(result, "broken")
    assert (first["id"], first["turns"]) == ("q1", ["wine?"])
    assert first["expected"]["where"] == {"tag": "wine"}
    assert first["got"]["count"] == 3
    assert "customers" not in first["got"]
    assert second["got"]["error"] == "the model said nothing"
    assert {tick.step for tick in ticks} == {"ask right", "ask broken"}
    assert (ticks[-1].done, ticks[-1].total) == (2, 2)


def test_of_the_test_half_only_figures_are_told(shop: Shop) -> None:
    result = judge_systems(shop, ASKED, "test", {"broken": broken})
    assert result["answers"] == {}
    assert result["systems"]["broken"]["overall"]["questions"] == 2
    with pytest.raises(UsageError, match="development half only"):
        failures(result, "broken")
    assert "wine?" not in str(result)


def test_a_system_that_was_not_measured_is_named(shop: Shop) -> None:
    result = judge_systems(shop, ASKED, "dev", {"right": right})
    with pytest.raises(UnknownError, match=r"'wrong' was not measured; measured were: right"):
        failures(result, "wrong")


def test_other_data_are_refused(trained: Trained) -> None:
    with Workspace(trained.home) as workspace, pytest.raises(DataError, match="reference data"):
        evaluate_ask(workspace, "dev", {})
