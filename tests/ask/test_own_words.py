"""The words of an answer, asked again: they give back the condition that was put in words."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.ask.plan import Known
from agent.ask.planner import Planner
from agent.ask.query import query_from_json, query_to_json
from agent.ask.read.own_words import OwnWords
from agent.conditions import from_json, to_json
from agent.facts.catalogue import catalogue
from agent.settings import LANGUAGES, Language
from agent.vocabulary import Vocabulary
from agent.words import condition_words
from tests.small_shop import AS_OF, vocabulary
from tests.test_conditions import CONDITIONS

Json = dict[str, Any]
VOCABULARY = vocabulary()
PLANNER = Planner(VOCABULARY, Known(as_of=AS_OF))
OWN = OwnWords(VOCABULARY)
FRAMES: dict[Language, str] = {"en": "How many customers: {}?", "zh": "有多少顾客：{}？"}
KIDS, YOUNG = {"tag": "kids"}, {"field": "age", "op": "=", "value": "18-34"}
OFTEN = {"field": "orders", "op": ">=", "value": 3}


def meaning(condition: Json) -> Any:
    """A normal form: lists without order and doubles, one list inside another of its kind and a
    negation of a negation unfolded."""
    if "not" in condition:
        inside = meaning(condition["not"])
        return inside[1] if inside[0] == "not" else ("not", inside)
    for kind in ("all", "any"):
        if kind in condition:
            found = [meaning(part) for part in condition[kind]]
            parts = frozenset().union(*(p[1] if p[0] == kind else {p} for p in found))
            return next(iter(parts)) if len(parts) == 1 else (kind, parts)
    if condition.get("at_most") == 0:
        condition = {**condition, "at_least": 0}
    elif "bought" in condition:
        condition = {"at_least": 1, **condition}
    lists = {key: frozenset(v) for key, v in condition.items() if isinstance(v, list)}
    return ("one", frozenset((condition | lists).items()))


# Nothing is left out: every condition of the language comes back from both languages.
@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=300, deadline=None)
@given(condition=CONDITIONS)
def test_words_asked_again_mean_the_same(language: Language, condition: Json) -> None:
    words = condition_words(from_json(condition), language, VOCABULARY)
    for question in (words, FRAMES[language].format(words)):
        plan = PLANNER.plan(question)
        assert plan.unanswerable is None, question
        assert (plan.kind, plan.language, plan.unused) == ("count", language, ()), question
        assert meaning(to_json(plan.condition)) == meaning(condition), question


FIGURES = Vocabulary({field.name: field.term() for field in catalogue() if field.term().numeric})
OWN_FIGURES = OwnWords(FIGURES)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=300, deadline=None)
@given(
    field=st.sampled_from(sorted(FIGURES.fields)),
    op=st.sampled_from(["=", "!=", "<", "<=", ">", ">=", "between", "top_percent"]),
    value=st.one_of(st.integers(-9, 9), st.floats(allow_nan=False, allow_infinity=False)),
)
def test_every_figure_comes_back_with_its_number(
    language: Language, field: str, op: str, value: float
) -> None:
    to = {"to": value} if op == "between" else {}
    condition = from_json({"field": field, "op": op, "value": value, **to})
    words = condition_words(condition, language, FIGURES)
    assert OWN_FIGURES.read(words) == (language, condition)


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from('ab (（)）"“”\\,、，或且 not and是之一:：?.\n'), min_size=1),
    kind=st.sampled_from(["like", "city"]),
)
def test_any_text_comes_back(language: Language, text: str, kind: str) -> None:
    given: Json = {"like": text} if kind == "like" else {"field": "city", "op": "=", "value": text}
    condition = from_json({"all": [OFTEN, given]})
    words = condition_words(condition, language, VOCABULARY)
    assert OWN.read(words) == (language, condition)


UNDERSTOOD: list[tuple[str, Json]] = [
    (
        'not (tagged "kids" or age is 18-34) and at least 3 orders',
        {"kind": "count", "where": {"all": [{"not": {"any": [KIDS, YOUNG]}}, OFTEN]}},
    ),
    (
        "（标签“有孩子” 且 年龄为18-34） 或 订单数至少3",
        {"kind": "count", "where": {"all": [{"any": [{"all": [KIDS, YOUNG]}, OFTEN]}]}},
    ),
    ("all customers", {"kind": "count", "where": {"all": []}}),
    (
        "bought any of food for cats, oils (but not vinegar) in exactly 1 order since 2024-01-01",
        {
            "kind": "count",
            "where": {
                "all": [
                    {
                        "bought": ["food for cats", "oils"],
                        "but_not": ["vinegar"],
                        "at_most": 1,
                        "since": "2024-01-01",
                    }
                ]
            },
        },
    ),
    (
        "List customers: at least 3 orders",
        {"kind": "list", "where": {"all": [OFTEN]}},
    ),
    (
        "Top 5 customers by spend: 标签“有孩子”",
        {"kind": "list", "where": {"all": [KIDS]}, "rank": {"field": "spend"}, "limit": 5},
    ),
    (
        "有多少顾客：按与“爱尝鲜”的相近程度排序（不计数） 且 订单数至少3",
        {"kind": "list", "where": {"all": [{"like": "爱尝鲜"}, OFTEN]}, "like": "爱尝鲜"},
    ),
]


@pytest.mark.parametrize(("question", "expected"), UNDERSTOOD)
def test_a_question_that_ends_with_such_words(question: str, expected: Json) -> None:
    plan = PLANNER.plan(question)
    assert plan.unanswerable is None
    assert query_to_json(plan.query) == query_to_json(query_from_json(expected))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bought wine",  # in how many orders is always said
        "bought vine in at least 1 order",
        "never bought wine or drinks",
        "bought wine, drinks in at least 1 order",
        "age is 40",
        "city is Springfield",  # of an open attribute only a value in quotes is known
        "at least 3 orders and",
        "at least 3 orders and age is 35+ or age is 18-34",
        '(tagged "kids"',
        'tagged "unheard of"',
        "not (ranked by likeness to “cheerful” (not counted))",
        "spend from 2024-06-01 to 2024-05-01 of more than 3",
        "(" * 500 + "all customers" + ")" * 500,
    ],
)
def test_what_no_answer_says_is_left_to_the_other_readers(text: str) -> None:
    assert OWN.read(text) is None


def test_a_head_that_is_not_understood_is_told() -> None:
    plan = PLANNER.plan("How many opened our e-mails: age is 18-34")
    assert plan.unanswerable is not None


def test_a_fragment_refines_what_was_asked_before() -> None:
    before = PLANNER.plan('How many customers: tagged "kids"').query
    plan = PLANNER.plan("only those with at least 3 orders", before)
    assert meaning(to_json(plan.condition)) == meaning({"all": [KIDS, OFTEN]})
