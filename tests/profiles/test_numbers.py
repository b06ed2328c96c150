"""Every true number of a summary is taken and every planted wrong one refused, by the checker and
by a second check that shares no code with it (`number_check.py`), in whatever form it is written.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from agent.data import store as tables
from agent.facts.sheet import Fact, Like, fact_sheet
from agent.profiles.checker import Checker
from agent.profiles.sheets import Sheets
from agent.profiles.summaries import choose_customers, write_summaries
from agent.profiles.template import template_summary
from agent.prompts import load_claims
from agent.settings import LANGUAGES, Language
from tests.fake_server import FakeServer, Json
from tests.profiles.conftest import OpenHome, faithful
from tests.profiles.number_check import unheld
from tests.profiles.test_checker import TAKEN

LABELS: dict[Language, tuple[str, ...]] = {
    "en": ("chocolate milk", "7 up", "2% milk", "one-pot meals", "dips and dressings", "tea"),
    "zh": ("三明治", "一次性餐具", "八宝粥", "7喜", "巧克力牛奶", "茶"),
}
CURRENCIES = ("$", "€", "£", "¥", "", "CHF")
CHECKERS: dict[Language, Checker] = {
    language: Checker(language, load_claims(), LABELS[language]) for language in LANGUAGES
}
FIGURE = re.compile(r"(?P<mark>[$€£¥]?)(?P<digits>\d[\d,]*(?:\.\d+)?)(?P<percent>%?)")
_SMALL = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
WORDS = {"$": ("dollars", "美元"), "€": ("euros", "欧元"), "£": ("", ""), "¥": ("yuan", "元")}


@dataclass(frozen=True)
class Figure:
    """A number of a sheet as rendered: $2,950, 12%, 118."""

    mark: str
    value: str
    percent: bool


@st.composite
def facts(draw: st.DrawFn) -> dict[str, Any]:
    """Fields and ranks of one customer, any that may go together."""
    orders = draw(st.one_of(st.integers(1, 12), st.integers(1, 2_000)))
    spend = draw(st.integers(1, 30_000_000)) / 100
    share = st.integers(0, 100).map(lambda percent: percent / 100)
    return {
        "orders": orders,
        "spend": spend,
        "average_order_value": spend / orders,
        "tenure_days": draw(st.integers(1, 400)),
        "usual_gap_days": draw(st.integers(1, 120)),
        "days_since_last_order": draw(st.integers(0, 300)),
        "spend_trend": draw(st.integers(1, 400)) / 100,
        **{name: draw(share) for name in ("coupon_share", "weekend_share", "evening_share")},
        **{f"{n}_rank": draw(share) for n in ("orders", "spend", "average_order_value")},
    }


@st.composite
def sheets(draw: st.DrawFn, language: Language) -> tuple[list[Fact], str]:
    """A rendered sheet and its currency."""
    labels = draw(st.lists(st.sampled_from(LABELS[language]), unique=True, max_size=3))
    likes = [Like(label, label, draw(st.integers(3, 400))) for label in labels]
    currency = draw(st.sampled_from(CURRENCIES))
    return fact_sheet(draw(facts()), likes, (), language, currency), currency


def english_words(number: int) -> str:
    """118: one hundred and eighteen."""
    small, tens = _SMALL.split(), _TENS.split()
    if number < 20:
        return small[number]
    if number < 100:
        rest = f"-{english_words(number % 10)}" if number % 10 else ""
        return tens[number // 10 - 2] + rest
    if number < 1000:
        rest = f" and {english_words(number % 100)}" if number % 100 else ""
        return f"{english_words(number // 100)} hundred{rest}"
    rest = f" {english_words(number % 1000)}" if number % 1000 else ""
    return f"{english_words(number // 1000)} thousand{rest}"


def chinese_words(number: int) -> str:
    """118: 一百一十八; 2: 两 (before a measure word); 3005: 三千零五."""
    if number == 2:
        return "两"
    return _chinese(number).removeprefix("一") if 10 <= number < 20 else _chinese(number)


def _chinese(number: int) -> str:
    digits = "零一二三四五六七八九"
    if number >= 10_000:
        rest = number % 10_000
        gap = "零" if 0 < rest < 1000 else ""
        return f"{_chinese(number // 10_000)}万{gap}{_chinese(rest) if rest else ''}"
    said = ""
    for value, sign in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit, number = divmod(number, value)
        if digit:
            said += digits[digit] + sign
        elif said and number and not said.endswith("零"):
            said += "零"
    return said


def _wide(text: str) -> str:
    return text.translate({code: code + 0xFEE0 for code in map(ord, "0123456789%$")})


def ways_to_write(figure: Figure, language: Language) -> list[str]:
    """Forms of the same amount. A figure with decimals is written in digits only."""
    mark, digits = figure.mark, figure.value
    plain = digits.replace(",", "")
    sign = "%" if figure.percent else ""
    forms = [mark + digits + sign, mark + plain + sign, _wide(mark + plain + sign)]
    if "." in plain:
        return forms
    spelled = english_words(int(plain)) if language == "en" else chinese_words(int(plain))
    if figure.percent:
        word = _chinese(int(plain)) or "零"
        more = [f"{plain} percent", f"{spelled} percent"]
        forms += (
            more
            if language == "en"
            else [f"百分之{word.removeprefix('一') if 10 <= int(plain) < 20 else word}"]
        )
        if language == "zh" and int(plain) % 10 == 0 and 0 < int(plain) < 100:
            forms.append(f"{_chinese(int(plain) // 10)}成")
        return forms
    if mark:
        word = WORDS[mark][language == "zh"]
        space = " " if language == "en" else ""
        return [*forms, f"{digits}{space}{word}", f"{spelled}{space}{word}"] if word else forms
    # A bare "one" is a pronoun.
    return forms if spelled == "one" else [*forms, spelled]


def rewrite(text: str, change: Callable[[Figure], str]) -> str:
    """A text with every figure written anew."""

    def again(match: re.Match[str]) -> str:
        return change(Figure(match["mark"], match["digits"], bool(match["percent"])))

    return FIGURE.sub(again, text)


def figures(sheet: Sequence[Fact]) -> list[Figure]:
    """All figures of a sheet, in order."""
    found: list[Figure] = []

    def keep(figure: Figure) -> str:
        found.append(figure)
        return ""

    for fact in sheet:
        rewrite(_figures_of(fact)[1], keep)
    return found


def _figures_of(fact: Fact) -> tuple[str, str]:
    """A fact's text in two parts: a label, whose numbers are a name; and the rest."""
    if not fact.id.startswith("likes:"):
        return "", fact.text
    cut = max(fact.text.rfind("("), fact.text.rfind("（"))
    return fact.text[:cut], fact.text[cut:]


def tell(sheet: Sequence[Fact], language: Language, change: Callable[[Figure], str]) -> str:
    """The sheet as running text in the way of the worked examples, its figures changed."""
    parts = {
        fact.id: "".join((label, rewrite(rest, change)))
        for fact in sheet
        for label, rest in [_figures_of(fact)]
    }
    first = [parts[name] for name in ("orders", "value", "basket") if name in parts]
    likes = [text for name, text in parts.items() if name.startswith("likes:")]
    others = [t for name, t in parts.items() if t not in first and t not in likes]
    if language == "zh":
        sentences = [
            "这位顾客" + "，".join(first),
            "，".join(others),
            "比其他顾客更常买" + "、".join(likes),
        ]
        return "".join(
            s + "。" for s, has in zip(sentences, (first, others, likes), strict=True) if has
        )
    sentences = [
        "This customer placed " + ", with ".join(first),
        "The customer " + ", ".join(others),
    ]
    sentences.append("The customer buys more than others of " + ", ".join(likes))
    return " ".join(
        s + "." for s, has in zip(sentences, (first, others, likes), strict=True) if has
    )


def refused_numbers(text: str, sheet: Sequence[Fact], language: Language) -> list[str]:
    return [r.words for r in CHECKERS[language].refusals(text, sheet) if r.test == "number"]


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_both_take_every_true_number_in_any_form(language: Language, data: st.DataObject) -> None:
    sheet, _ = data.draw(sheets(language))
    text = tell(sheet, language, lambda f: data.draw(st.sampled_from(ways_to_write(f, language))))
    assert unheld(text, sheet) == [], text
    assert refused_numbers(text, sheet, language) == [], text


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_what_a_sheet_says_is_taken_whole(language: Language, data: st.DataObject) -> None:
    sheet, _ = data.draw(sheets(language))
    for text in (tell(sheet, language, _as_it_is), template_summary(sheet, language)):
        assert CHECKERS[language].refusals(text, sheet) == [], text
        assert unheld(text, sheet) == [], text


def _as_it_is(figure: Figure) -> str:
    return figure.mark + figure.value + ("%" if figure.percent else "")


@st.composite
def plants(draw: st.DrawFn, true: Figure, told: Sequence[Figure]) -> Figure:
    """Another amount than this one, and than any that the sheet tells."""
    known = {_value(figure) for figure in told}
    kind = draw(st.sampled_from(("value", "value", "currency", "percent")))
    alone = sum(_value(figure) == _value(true) for figure in told) == 1
    if kind == "currency" and true.mark:
        return replace(true, mark=draw(st.sampled_from([m for m in WORDS if m != true.mark])))
    if kind == "percent" and not true.mark and alone:
        return replace(true, percent=not true.percent)
    whole = int(_value(true))
    near = [whole - 1, whole + 1, whole + 10, whole * 10, whole // 10, whole * 100]
    value = st.one_of(st.sampled_from(near), st.integers(1, 3_000))
    wrong = draw(value.filter(lambda v: 0 < v < 10**6 and v not in known))
    return replace(true, value=f"{wrong:,}")


def _value(figure: Figure) -> Fraction:
    return Fraction(figure.value.replace(",", ""))


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_both_refuse_every_planted_number(language: Language, data: st.DataObject) -> None:
    sheet, _ = data.draw(sheets(language))
    told = figures(sheet)
    place = data.draw(st.integers(0, len(told) - 1))
    wrong = data.draw(plants(told[place], told))
    turn = itertools.count()

    def change(figure: Figure) -> str:
        # `tell` tells the facts in the order of the sheet.
        planted = wrong if next(turn) == place else figure
        return str(data.draw(st.sampled_from(ways_to_write(planted, language))))

    text = tell(sheet, language, change)
    assert unheld(text, sheet) != [], text
    assert refused_numbers(text, sheet, language) != [], text


@pytest.mark.parametrize("language", LANGUAGES)
@settings(max_examples=50, deadline=None)
@given(data=st.data())
def test_the_checker_refuses_numbers_that_changed_places(
    language: Language, data: st.DataObject
) -> None:
    """The second check does not ask which fact a number is told of, but for categories."""
    sheet, _ = data.draw(sheets(language))
    told = [(fact.id, figure) for fact in sheet for figure in figures([fact])]
    pairs = [
        (one, other)
        for one, other in itertools.combinations(range(len(told)), 2)
        if told[one][0] != told[other][0] and _alike(told[one][1], told[other][1])
    ]
    assume(pairs)
    one, other = data.draw(st.sampled_from(pairs))
    order = list(range(len(told)))
    order[one], order[other] = other, one
    turn = iter(order)
    text = tell(sheet, language, lambda _figure: _as_it_is(told[next(turn)][1]))
    assert refused_numbers(text, sheet, language) != [], text


def _alike(one: Figure, other: Figure) -> bool:
    same_thing = (one.mark, one.percent) == (other.mark, other.percent)
    return same_thing and _value(one) != _value(other)


@pytest.mark.parametrize(("sheet", "text"), TAKEN, ids=[text for _, text in TAKEN])
def test_the_second_check_takes_what_people_wrote(sheet: list[Fact], text: str) -> None:
    assert unheld(text, sheet) == []


SHEETS: dict[Language, list[Fact]] = {
    "en": [
        Fact("orders", "105 orders"),
        Fact("value", "€21 spent in all"),
        Fact("recency", "last ordered 6 days ago"),
        Fact("coupons", "uses coupons in 20% of orders"),
        Fact("trend", "spending up 30% over the last 90 days"),
        Fact("likes:COUPONS", "coupons (3 orders)"),
    ],
    "zh": [
        Fact("orders", "下过105单"),
        Fact("value", "累计消费$3,500"),
        Fact("gap", "通常每2天下单一次"),
        Fact("coupons", "100%的订单使用优惠券"),
        Fact("trend", "近90天消费增长33%"),
    ],
}


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This customer placed 105 orders, with twenty-one euros spent in all."),
        ("en", "The customer buys more than others of coupons (three orders), 105 orders in all."),
        ("zh", "这位顾客下过一百零五单，累计消费三千五美元。"),
        ("zh", "这位顾客通常每两天下单一次，下过105单。"),
        ("zh", "百分之一百的订单使用优惠券，下过105单。"),
        ("zh", "近90天消费增长三分之一，下过105单。"),
    ],
)
def test_both_take_what_was_once_misread(language: Language, text: str) -> None:
    assert refused_numbers(text, SHEETS[language], language) == []
    assert unheld(text, SHEETS[language]) == []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "This customer placed 105 orders, with $21 spent in all."),
        ("en", "This customer placed 105 orders, with 21 yuan spent in all."),
        ("en", "This customer placed 105 orders, with twenty euros spent in all."),
        ("en", "This customer placed 105 orders, with one euro spent in all."),
        ("zh", "这位顾客下过105单，累计消费3,500元。"),
        ("zh", "这位顾客下过105单，累计消费¥3,500。"),
        ("zh", "这位顾客下过105单，累计消费三千零五美元。"),
        ("zh", "这位顾客下过一百五单，累计消费$3,500。"),
        ("zh", "这位顾客下过105单，近90天一单，累计消费$3,500。"),
        ("zh", "百分之一的订单使用优惠券，下过105单。"),
    ],
)
def test_both_refuse_what_was_once_taken_or_misread(language: Language, text: str) -> None:
    assert refused_numbers(text, SHEETS[language], language) != []
    assert unheld(text, SHEETS[language]) != []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_stored_summary_tells_a_number_that_no_fact_holds(
    fake_server: Callable[..., FakeServer], open_home: OpenHome, language: Language
) -> None:
    """A model that gets a number wrong in most of its answers, and every way in which one ends."""
    turn = itertools.count()

    def careless(request: Json) -> str:
        text = faithful(request)
        return re.sub(r"\d+", "17", text, count=1) if next(turn) % 5 else text

    server = fake_server(careless)
    home = open_home(server)
    chosen = choose_customers(Sheets(home.store))
    report = write_summaries(home, lambda: [server.endpoint], chosen, language)
    rows = home.store.rows(tables.profiles.select())
    assert report.refusals["number"] > 0
    assert {row["summary_source"] for row in rows} == {"model", "template"}
    for row in rows:
        assert unheld(row["summary"], [Fact(**fact) for fact in row["sheet"]]) == []
        for answer in row["refused"]:
            assert "17" in answer
