"""The bank of questions is whole, its halves are drawn alike, and it fits its data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import ValidationError

from agent.conditions import check, from_json
from agent.conditions_sql import select_customers
from agent.data.example import load_example
from agent.data.warehouse import Warehouse
from agent.errors import UnknownError, UsageError
from agent.facts.frame import customer_frame
from agent.profiles.build import refresh_facts, refresh_tags
from agent.tags.names import load_vocabulary
from agent.workspace import Workspace
from eval.ask import evaluate_ask
from eval.ask_bank import Half, Question, load_questions
from eval.ask_gold import read_shop
from eval.ask_marks import Judge

Json = dict[str, Any]
HALVES: tuple[Half, Half] = ("dev", "test")
RAW: Json = {
    "id": "q",
    "language": "en",
    "kind": "count",
    "level": "easy",
    "turns": ["How many?"],
    "gold": {"kind": "count", "where": {"tag": "wine"}},
}


@pytest.fixture(scope="module")
def bank() -> dict[str, list[Question]]:
    return {half: load_questions(half) for half in HALVES}


def test_ids_and_conversations_are_unique(bank: dict[str, list[Question]]) -> None:
    everything = [question for half in HALVES for question in bank[half]]
    assert len({question.id for question in everything}) == len(everything)
    assert len({question.turns for question in everything}) == len(everything)
    for half in HALVES:
        assert all(question.id.startswith(f"{half}-") for question in bank[half])


def test_each_half_is_large_and_half_chinese(bank: dict[str, list[Question]]) -> None:
    for questions in bank.values():
        assert len(questions) >= 90
        languages = Counter(question.language for question in questions)
        assert languages["en"] == languages["zh"]
        for question in questions:
            chinese = any("\u4e00" <= sign <= "\u9fff" for sign in "".join(question.turns))
            assert chinese == (question.language == "zh"), question.id


def test_the_halves_are_drawn_alike(bank: dict[str, list[Question]]) -> None:
    def kinds(half: Half) -> Counter[tuple[str, str]]:
        return Counter((question.kind, question.language) for question in bank[half])

    assert kinds("dev") == kinds("test")
    for level in ("easy", "medium", "nasty"):
        dev, test = (sum(q.level == level for q in bank[half]) for half in HALVES)
        assert abs(dev - test) <= 2
    turns = [Counter(len(q.turns) for q in bank[half]) for half in HALVES]
    assert turns[0] == turns[1]
    assert turns[0][2] >= 8
    assert turns[0][3] >= 2


def test_enough_cannot_be_answered(bank: dict[str, list[Question]]) -> None:
    for questions in bank.values():
        without = [question for question in questions if question.unanswerable]
        assert len(without) >= 0.12 * len(questions)
        assert sum(bool(question.gold) for question in without) >= 3  # a part could be answered


def test_no_question_for_looking_at_is_one_of_those_held_back() -> None:
    seen = {q.turns for half in ("dev", "practice") for q in load_questions(half)}
    unseen = [q for half in ("held", "test") for q in load_questions(half)]
    assert [q.id for q in unseen if q.turns in seen] == []
    assert len({q.id for q in unseen}) == len(unseen)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"kind": "trend"}, "not of the kind trend"),
        ({"kind": "unanswerable"}, "says why"),
        ({"unanswerable": True, "why": "no weather"}, "says why"),
        ({"gold": {"kind": "count", "where": {"field": "spend"}}}, "not a condition"),
        ({"or_where": [{"tags": "wine"}]}, "not a condition"),
        ({"turns": []}, "turns"),
        ({"golds": {}}, "golds"),
    ],
)
def test_a_question_that_is_not_whole_is_refused(changed: Json, told: str) -> None:
    with pytest.raises((ValidationError, UsageError), match=told):
        Question.model_validate({**RAW, **changed})


def test_there_are_two_halves() -> None:
    with pytest.raises(UnknownError, match="dev, practice, held, test"):
        load_questions("both")  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace(tmp_path_factory.mktemp("reference") / "home") as opened:
        load_example(opened, "completejourney")
        refresh_facts(opened)
        refresh_tags(opened)
        yield opened


@pytest.mark.reference
def test_the_bank_fits_its_data(workspace: Workspace, bank: dict[str, list[Question]]) -> None:
    """Names exist, nobody is asked for in vain, SQL and pandas tell the same of every condition."""
    vocabulary = load_vocabulary(workspace)
    judge = Judge(read_shop(workspace))
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        warehouse.register("customer_facts", customer_frame(workspace.store))
        warehouse.register("customer_tags", judge.shop.tags)
        # Every fifth of those that are but for practice: all of them would take minutes.
        practice = load_questions("practice")[::5]
        for asked in (*bank["dev"], *bank["test"], *load_questions("held"), *practice):
            for where in asked.conditions():
                condition = from_json(where)
                check(condition, vocabulary)
                query = select_customers(condition, vocabulary, workspace.as_of)
                assert {row[0] for row in warehouse.rows(query)} == judge.audience(where), asked.id
            sides = [asked.gold[side] for side in ("where", "against") if side in asked.gold]
            assert asked.unanswerable or all(map(judge.audience, sides)), asked.id
            assert asked.gold.get("customer", "1") in judge.shop.customers.index, asked.id


MUTE = {"query": None, "unanswerable": "never", "seconds": 0.0}


@pytest.mark.reference
def test_the_harness_runs_on_the_bank(workspace: Workspace) -> None:
    result = evaluate_ask(workspace, "dev", {"mute": lambda turns: MUTE})
    assert result["systems"]["mute"]["overall"]["recognised"]["value"] == 1
    assert result["systems"]["mute"]["overall"]["falsely_refused"]["value"] == 1
    assert result["systems"]["mute"]["overall"]["exact"]["value"] == pytest.approx(14 / 102)
