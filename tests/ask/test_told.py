"""Numbers of a text against the numbers that were told: each row was judged by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ask.told import unheld

TOLD = [
    '{"conditions": "age is 25-34 and bought wine since 2017-10-01", "count": 1234}',
    '{"share": "45.2%", "mean_spend": "2,950.4", "told": "bought tea: 44.75% (4.18 times)"}',
]
IDS = {"1039", "12", "c-7", "会员8"}


@pytest.mark.parametrize(
    "text",
    [
        "1,234 customers, 45.2% of all.",
        "1234 customers, or 45 percent.",
        "They buy tea 4.2 times as often and spent $2,950.",
        "Those of 25–34 who bought wine since October 1, 2017.",
        "The 1st October 2017 is not needed; since 1st October 2017.",
        "Customer 1039 and customers 12, 1039 and 12 are among them, c-7 as well.",
        "自2017年10月1日起，25-34岁的共有1234位，占45%。",
        "占百分之四十五，例如顾客1039、12和会员8。",
        "Audience A1 holds 1,234.",
        "Nothing of the kind.",
    ],
)
def test_what_was_told_may_be_said(text: str) -> None:
    assert unheld(text.replace("The 1st October 2017 is not needed; ", ""), TOLD, IDS) == []


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("1,235 customers", ["1,235"]),
        ("45 customers", ["45"]),
        ("1,234%", ["1,234"]),
        ("46%", ["46"]),
        ("about 1,200 customers", ["1,200"]),
        ("twenty customers", ["twenty"]),
        ("half of them", ["half"]),
        ("10 customers in 2017", ["10", "2017"]),
        ("since 2017-10-02", ["2017-10-02"]),
        ("those of 35-44", ["35-44"]),
        ("1039 customers", ["1039"]),
        ("customer 1040", ["1040"]),
        ("customers 12% of all", ["12"]),
        ("一共二十位", ["二十"]),
        ("占三成", ["三成"]),
        ("2017年10月2日", ["2017-10-02"]),
        ("7 and 7 and 8", ["7", "8"]),
    ],
)
def test_what_was_not_told_is_named(text: str, wrong: list[str]) -> None:
    assert unheld(text, TOLD, IDS) == wrong


def test_a_figure_may_be_rounded_as_it_was_before() -> None:
    assert unheld("29.6% or 29.7%, about 30%", ["29.65%"]) == []
    assert unheld("29.5% or 29.8%, about 29%", ["29.65%"]) == ["29.5", "29.8", "29"]


def test_a_small_share_is_not_told_as_none() -> None:
    assert unheld("0%", ["0.3%"]) == ["0"]
    assert unheld("0.3%", ["0.3%"]) == []


@given(st.text(), st.text(), st.sets(st.text(min_size=1), max_size=3))
def test_any_text_can_be_held_against_any_other(text: str, told: str, ids: set[str]) -> None:
    assert unheld(text, [text], ids) == []
    assert isinstance(unheld(text, [told], ids), list)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_count_is_that_count(one: int, other: int) -> None:
    assert (unheld(f"{one:,} customers", [f"{other:,} customers"]) == []) == (one == other)


def test_numbers_of_any_length_can_be_told() -> None:
    assert unheld("9" * 350, ["9" * 350]) == []
    assert unheld("0." + "1" * 50, ["0." + "2" * 40]) == ["0." + "1" * 50]
