"""What is measured of summaries: figures worked out by hand, on a small home and on texts."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.data import store as tables
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.errors import DataError
from agent.facts.sheet import Fact
from agent.profiles.checker import Checker
from agent.profiles.sheets import Sheets, sheets_to_tell
from agent.profiles.summaries import choose_customers, write_summaries
from agent.progress import Tick
from agent.prompts import load_claims
from agent.settings import LANGUAGES, Language
from agent.workspace import Workspace
from eval.fresh_sheets import fresh_sheets
from eval.grams import common_phrases, distinct, overlaps, tokens
from eval.shares import mean_share, share, wilson
from eval.summaries import Figures, Group, evaluate_summaries
from eval.summaries_report import html_report, markdown_report, text_report
from eval.summary_marks import Marks, Text, in_language, length, mark
from tests.eval.test_report import HOSTILE, _Page
from tests.fake_server import FakeServer, Json
from tests.profiles.conftest import (
    CUSTOMERS,
    OpenHome,
    faithful,
    open_home,
    template_home,
    write_data,
)

__all__ = ["open_home", "template_home"]  # fixtures
Serve = Callable[..., FakeServer]
SHEETS: dict[Language, list[Fact]] = {
    "en": [
        Fact("orders", "118 orders"),
        Fact("value", "$2,950 spent in all (top 25% of customers)"),
        Fact("coupons", "never uses coupons"),
        Fact("trend", "spending down 35% over the last 90 days"),
        Fact("likes:MILK", "chocolate milk (31 orders)"),
        Fact("likes:牛奶", "牛奶 (12 orders)"),
    ],
    "zh": [
        Fact("orders", "下过118单"),
        Fact("value", "累计消费$2,950，位于顾客前25%"),
        Fact("coupons", "从不使用优惠券"),
        Fact("trend", "近90天消费下降35%"),
        Fact("likes:MILK", "巧克力牛奶（31单）"),
        Fact("likes:TEA", "Earl Grey（12单）"),
    ],
}


def write(home: Workspace, server: FakeServer, language: Language = "en") -> None:
    chosen = choose_customers(Sheets(home.store))
    write_summaries(home, lambda: [server.endpoint], chosen, language)


def figures(group: Group, source: str) -> Figures:
    return next(one for one in group["sources"] if one["source"] == source)


def tamper(home: Workspace, customer: str, summary: str) -> None:
    table = tables.profiles
    with home.store.begin() as connection:
        connection.execute(
            sa.update(table).where(table.c.customer == customer).values(summary=summary)
        )


def summary_of(home: Workspace, customer: str) -> str:
    table = tables.profiles
    row = home.store.rows(sa.select(table).where(table.c.customer == customer))[0]
    return str(row["summary"])


def marks(language: Language, summary: str) -> Marks:
    sheet = SHEETS[language]
    return mark(Text("c1", language, summary, sheet, sheet), Checker(language, load_claims()))


def test_a_home_without_summaries_says_what_to_do(fake_server: Serve, open_home: OpenHome) -> None:
    with pytest.raises(DataError, match="no summaries yet: run `portrait build`"):
        evaluate_summaries(open_home(fake_server(faithful)))


def test_an_empty_home_says_what_to_do(tmp_path: Path) -> None:
    with Workspace(tmp_path / "home") as home, pytest.raises(DataError, match="run `portrait"):
        evaluate_summaries(home)


@pytest.mark.parametrize("language", LANGUAGES)
def test_faithful_texts_are_wholly_right(
    fake_server: Serve, open_home: OpenHome, language: Language
) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server, language)
    ticks: list[Tick] = []
    result = evaluate_summaries(home, ticks.append)
    assert (result["summaries"], result["failed"], len(result["groups"])) == (12, 0, 1)
    group = result["groups"][0]
    assert (group["language"], group["model"]) == (language, server.model)
    assert [one["source"] for one in group["sources"]] == ["model", "plain"]
    for one in group["sources"]:
        for name in ("passed", "numbers_right", "numbers_current", "language_right"):
            assert one[name]["value"] == 1
        assert one["facts_told"] == {"value": 1, "low": 1, "high": 1}
        assert one["cut"]["value"] == 0
        assert one["numbers"] > 3 * 12
        assert not any((one["wrong_numbers"], one["outdated_numbers"], one["refused"]))
    # 12 of 12 by Wilson: 1 / (1 + z²/12) at the lower end.
    assert group["first"]["low"] == pytest.approx(1 / (1 + 3.841459 / 12), abs=1e-6)
    assert group["more_told"] == {"value": 0, "low": 0, "high": 0}
    assert (ticks[-1].done, ticks[-1].total) == (12, 12)
    assert json.loads(json.dumps(result)) == result


def test_attempts_and_fallbacks_are_counted(fake_server: Serve, open_home: OpenHome) -> None:
    turn: dict[str, int] = {}

    def careless(request: Json) -> str:
        """Right for half of the sheets at once, for a quarter at the second try, else never."""
        text = faithful(request)
        place = list(turn).index(text) if text in turn else len(turn)
        turn[text] = turn.get(text, 0) + 1
        wrong = place % 4 == 2 and turn[text] == 1
        return "This customer placed 999 orders, with a dog." if wrong or place % 4 == 3 else text

    server = fake_server(careless)
    home = open_home(server)
    write(home, server)
    group = evaluate_summaries(home)["groups"][0]
    shares = [group[name]["value"] for name in ("first", "accepted", "fallback")]
    assert shares == [0.5, 0.75, 0.25]
    assert [(one["source"], one["texts"]) for one in group["sources"]] == [
        ("model", 9),
        ("template", 3),
        ("plain", 9),
    ]
    assert group["refusals"] == {"number": 3 + 3 * 4, "word": 3 + 3 * 4}


def test_what_is_wrong_in_the_store_is_found_with_its_customer(
    fake_server: Serve, open_home: OpenHome
) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server)
    tamper(home, "c03", "This customer placed 4711 orders.")
    tamper(home, "c04", summary_of(home, "c04").replace("This customer", "这位顾客"))
    tamper(home, "c05", summary_of(home, "c05").removesuffix("."))
    found = figures(evaluate_summaries(home)["groups"][0], "model")
    assert [(w["customer"], w["number"]) for w in found["wrong_numbers"]] == [("c03", "4711")]
    assert found["wrong_numbers"][0]["clause"] == "this customer placed 4711 orders."
    assert found["numbers_right"]["value"] == pytest.approx(1 - 1 / found["numbers"])
    assert {one["customer"] for one in found["refused"]} == {"c03", "c04"}
    assert found["passed"]["value"] == pytest.approx(10 / 12)
    assert found["outdated_numbers"] == []
    assert found["wrong_language"] == ["c04"]
    assert found["cut_customers"] == ["c05"]
    told = {one["fact"]: (one["told"], one["sheets"]) for one in found["told"]}
    assert told["orders"] == (11, 12)


def test_numbers_that_the_events_no_longer_hold_are_told(
    fake_server: Serve, open_home: OpenHome, tmp_path: Path
) -> None:
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server)
    # One more order of c00 on the last day, so that nobody else's days change.
    last = home.as_of.isoformat()
    mapping = write_data(tmp_path, f"c00,{last} 09:00:00,c00-new,m1,500.00\n")
    ingest(home, load_mapping(mapping))
    found = figures(evaluate_summaries(home)["groups"][0], "model")
    assert found["wrong_numbers"] == []
    outdated = {one["customer"] for one in found["outdated_numbers"]}
    assert "c00" in outdated
    assert (found["numbers_current"]["value"] or 1) < 1


def test_the_sheets_from_the_events_are_those_of_the_store(
    fake_server: Serve, open_home: OpenHome
) -> None:
    home = open_home(fake_server(faithful))
    stored = sheets_to_tell(home)
    for language in LANGUAGES:
        fresh = fresh_sheets(home, dict.fromkeys(CUSTOMERS, language))
        assert fresh == {customer: stored.sheet(customer, language) for customer in CUSTOMERS}
    assert fresh_sheets(home, {"nobody": "en"}) == {}


@pytest.mark.parametrize(
    ("language", "summary", "told"),
    [
        ("en", "This customer placed 118 orders.", {"orders"}),
        ("en", "With 118 days ago, this customer shops here.", set()),
        (
            "en",
            "Spending is down 35% over the last 90 days, never with coupons.",
            {"trend", "coupons"},
        ),
        ("en", "Spending is down, and chocolate milk stands out.", {"likes:MILK"}),
        ("en", "A top 25% customer, who buys 牛奶 (12 orders).", {"value", "likes:牛奶"}),
        ("zh", "这位顾客下过一百一十八单，累计消费2,950美元。", {"orders", "value"}),
        ("zh", "从不使用优惠券，比其他顾客更常买巧克力牛奶（31单）。", {"coupons", "likes:MILK"}),
        ("zh", "近90天消费下降了三成五。", {"trend"}),
        ("zh", "这位顾客常来。", set()),
    ],
)
def test_a_fact_is_told_by_value_or_by_name(
    language: Language, summary: str, told: set[str]
) -> None:
    found = marks(language, summary)
    assert {fact for fact, is_told in found.told.items() if is_told} == told
    assert found.share_told == len(told) / 6


@pytest.mark.parametrize(
    ("language", "summary", "right"),
    [
        ("en", "This customer placed 118 orders.", True),
        ("en", "This customer buys 牛奶 (12 orders).", True),  # as the sheet says it
        ("en", "This customer buys 牛奶 and 茶.", False),
        ("en", "这位顾客下过118单。", False),
        ("en", "118, 35%.", False),
        ("zh", "这位顾客下过118单，累计消费$2,950。", True),
        ("zh", "比其他顾客更常买Earl Grey（12单）。", True),
        ("zh", "这位顾客下过118单，is a top customer。", False),
        ("zh", "このお客様は118回注文しました。", False),
        ("zh", "This customer placed 118 orders.", False),
    ],
)
def test_one_word_of_the_wrong_script_is_wrong(
    language: Language, summary: str, right: bool
) -> None:
    assert in_language(summary, SHEETS[language], language) is right


@pytest.mark.parametrize(
    ("summary", "cut"),
    [
        ("Placed 118 orders.", False),
        ('Placed "118 orders."', False),
        ("下过118单。 ", False),
        ("下过118单（累计。）", False),
        ("Placed 118 orders", True),
        ("Placed 118 orders,", True),
        ("下过118单，", True),
        ("", True),
    ],
)
def test_a_text_without_a_sentence_mark_at_the_end_is_cut(summary: str, cut: bool) -> None:
    assert marks("en", summary).cut is cut


def test_lengths_are_words_in_english_and_characters_in_chinese() -> None:
    assert length("This customer placed 1,180 orders, $2.50 each.", "en") == 7
    assert length("下过 118单，累计$2.50。", "zh") == 15
    assert tokens("Don't pay 1,180.50 at 7-up！下过３单") == [
        *("don't", "pay", "1,180.50", "at", "7", "up", "下", "过", "3", "单"),
    ]


def test_distinct_n_and_overlap_by_hand() -> None:
    texts = ["a b c d e", "a b c d f", "x y z"]
    assert distinct(texts, 1) == 9 / 13
    assert distinct(texts, 2) == (5 + 2) / 13  # ab bc cd de df, xy yz
    assert overlaps(texts) == [0.5, 0.5, 0]  # abcd of abcd and bcde
    assert overlaps(["下过三单", "下过三单"]) == [1, 1]
    assert overlaps(["a b c d a b c d", "x"]) == [0, 0]  # a text's own repetition is another matter
    assert (distinct([], 1), overlaps([])) == (0, [])


def test_the_most_common_phrases_by_hand() -> None:
    texts = [
        "This customer placed 5 orders, with $9 spent in all.",
        "This customer placed 7 orders, more than most.",
        "This customer placed 9 baskets. The last order was yesterday.",
        "The last order was today.",
    ]
    assert common_phrases(texts) == [
        {"phrase": "this customer placed #", "texts": 3},
        {"phrase": "customer placed # orders", "texts": 2},
        {"phrase": "the last order was", "texts": 2},
    ]
    assert common_phrases(["下过5单。累计消费$9", "累计消费$8"]) == [
        {"phrase": "累计消费#", "texts": 2}
    ]


def test_wilson_by_hand() -> None:
    assert share([True] * 10 + [False] * 10) == pytest.approx(
        {"value": 0.5, "low": 0.299298, "high": 0.700702}, abs=1e-6
    )
    assert wilson(0, 20) == pytest.approx({"value": 0, "low": 0, "high": 0.161125}, abs=1e-6)
    assert share([]) == mean_share([]) == {"value": None, "low": None, "high": None}


@settings(max_examples=30)
@given(values=st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_the_interval_of_a_mean_lies_within_its_values(values: list[float]) -> None:
    found = mean_share(values)
    assert found == mean_share(values)
    assert found["value"] == pytest.approx(sum(values) / len(values))
    low, high = found["low"], found["high"]
    assert low is not None
    assert high is not None
    assert min(values) - 1e-9 <= low <= high <= max(values) + 1e-9


def test_the_report_tells_what_matters_and_escapes(fake_server: Serve, open_home: OpenHome) -> None:
    """One wrong number, among words that are hostile to a page, in both languages and all forms."""
    server = fake_server(faithful)
    home = open_home(server)
    write(home, server)
    tamper(home, "c03", f"This customer placed 4711 orders {HOSTILE}.")
    result = evaluate_summaries(home)
    for language in LANGUAGES:
        page = _Page(html_report(result, language))
        assert (page.open, page.loads) == ([], [])
        assert "script" not in page.seen
        markdown = markdown_report(result, language)
        assert "<script>" not in markdown
        told = html.unescape(re.sub(r"\\(.)", r"\1", markdown))
        for text in (page.text, told, text_report(result, language)):
            for words in ("4711", "c03", "91.7%", "11 / 12", result["as_of"], server.model):
                assert words in text
            chinese = len(re.findall("[\u4e00-\u9fff]", text))
            assert chinese == 0 if language == "en" else chinese > 200
