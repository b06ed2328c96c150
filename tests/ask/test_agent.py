"""The agent with a scripted model: right numbers, invented ones, endless calls, a broken server.

Expected figures come from pandas on the CSV rows.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from agent.ask.agent import STEPS, Agent, Stepwise
from agent.ask.answer import Asker
from agent.errors import ServerError
from agent.prompts import load_prompt
from tests.ask.conftest import Shop
from tests.ask.shop import Truth
from tests.conftest import Run
from tests.fake_server import FakeServer, Reply

OPEN = "What about our jolly wine buyers?"
OPEN_ZH = "友好的葡萄酒顾客怎么样？"
FIND = Reply(calls=[("find_audience", {"words": "customers who bought wine"})])
FIND_ZH = Reply(calls=[("find_audience", {"words": "买过葡萄酒的顾客"})])
BY_AGE = Reply(calls=[("break_down", {"audience": "A1", "by": "age"})])

Begin = Callable[..., FakeServer]
Answer = Callable[..., tuple[Stepwise, FakeServer]]


@pytest.fixture(scope="module")
def asker(indexed_shop: Shop) -> Iterator[Asker]:
    with Asker(indexed_shop.workspace) as opened:
        yield opened


@pytest.fixture(scope="module")
def wine(indexed_shop: Shop) -> int:
    """How many bought wine."""
    truth: Truth = indexed_shop.truth
    return len(truth.bought("WINE"))


@pytest.fixture
def answer(asker: Asker, indexed_shop: Shop, fake_server: Begin) -> Answer:
    def call(question: str, *script: Reply | str) -> tuple[Stepwise, FakeServer]:
        server = fake_server(list(script))
        agent = Agent(asker, indexed_shop.workspace, lambda: server.endpoint)
        return agent.ask(question), server

    return call


def last(request: dict[str, Any]) -> dict[str, Any]:
    message: dict[str, Any] = request["messages"][-1]
    return message


def test_several_steps_and_a_text_with_their_numbers(answer: Answer, wine: int) -> None:
    text = f"{wine} customers bought wine, most of them of known age."
    result, server = answer(OPEN, FIND, BY_AGE, text)
    assert result.phrased == text
    assert [step["tool"] for step in result.steps] == ["find_audience", "break_down"]
    assert (result.kind, result.count, len(result.customers)) == ("breakdown", wine, wine)
    assert result.conditions_in_words == "bought wine in at least 1 order"
    assert result.question == OPEN
    assert result.unanswerable is None
    assert sum(group["count"] for group in result.groups or ()) == wine
    first, second, _ = server.chats
    assert first["messages"][0]["content"] == load_prompt("ask_agent", "en").system
    names = {tool["function"]["name"] for tool in first["tools"]}
    assert names == {
        *("find_audience", "break_down", "compare", "describe", "show_customer", "recommend")
    }
    asked = last(first)["content"]
    assert asked.endswith(OPEN)
    assert "pet_owner (pet owner)" in asked
    assert json.loads(last(second)["content"])["count"] == wine
    json.dumps(result.as_dict())


def test_an_invented_number_is_refused_once(answer: Answer, wine: int) -> None:
    right = f"There are {wine} of them."
    result, server = answer(OPEN, FIND, f"There are {wine + 1} of them.", right)
    assert result.phrased == right
    assert f'"{wine + 1}" does not stand' in last(server.chats[-1])["content"]


def test_after_two_inventions_the_exact_answer_speaks(answer: Answer, wine: int) -> None:
    result, server = answer(OPEN, FIND, "About 7,777 customers.")
    assert result.phrased is None
    assert result.count == wine
    assert result.answer.startswith(f"{wine} of 80 customers")
    assert len(server.chats) == 3


def test_endless_calls_end(answer: Answer, wine: int) -> None:
    result, server = answer(OPEN, FIND)
    assert len(server.chats) == STEPS
    assert (result.phrased, result.count) == (None, wine)


def test_what_is_wrong_is_told_to_the_model(answer: Answer, wine: int) -> None:
    wrong = [
        Reply(calls=[("find_audience", {"words": "jolly customers"})]),
        Reply(calls=[("find_audience", {"word": "wine"})]),
        Reply(calls=[("find_people", {"words": "wine"})]),
        Reply(calls=[("break_down", {"audience": "A1", "by": "age"})]),
    ]
    result, server = answer(OPEN, *wrong, FIND, f"{wine} customers.")
    told = [str(last(request)["content"]) for request in server.chats[1:5]]
    for said, words in zip(
        told,
        ["not understood: “jolly”", "wrong arguments: word", "find_people", "no audience 'A1'"],
        strict=True,
    ):
        assert words in said
        assert "Traceback" not in said
    assert result.phrased == f"{wine} customers."
    assert [("error" in step) for step in result.steps] == [True, True, True, False]


def test_several_calls_at_once(answer: Answer, wine: int) -> None:
    both = Reply(calls=[*FIND.calls, ("find_audience", {"words": "customers who bought beer"})])
    result, _ = answer(OPEN, both, "Done.")
    assert {step["tool"] for step in result.steps} == {"find_audience"}
    assert len(result.steps) == 2
    assert wine in {step["result"]["count"] for step in result.steps}


def test_without_any_step_the_planner_speaks(answer: Answer) -> None:
    result, _ = answer(OPEN, "There are 12 jolly wine buyers.")
    assert result.count is None
    assert result.phrased is None
    assert result.unanswerable
    assert "jolly" in result.unanswerable


@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"name": "describe"}</tool_call>',
        '{"name": "describe", "arguments": {"audience": "A1"}}',
        "<think>many of them",
        "他们买葡萄酒。",
        "",
        Reply("Wine buyers are", finish_reason="length"),
        Reply(calls=[("describe", "{half")]),
    ],
)
def test_what_is_no_answer_is_not_shown(answer: Answer, wine: int, text: str | Reply) -> None:
    result, _ = answer(OPEN, FIND, text)
    assert (result.phrased, result.count) == (None, wine)


def test_thoughts_are_left_out(answer: Answer, wine: int) -> None:
    result, _ = answer(OPEN, FIND, f"<think>7 or 8?</think>\n\n{wine} of them.")
    assert result.phrased == f"{wine} of them."


def test_chinese(answer: Answer, wine: int) -> None:
    text = f"共有{wine}位顾客买过葡萄酒。"
    result, server = answer(OPEN_ZH, FIND_ZH, "一共九百九十九位。", text)
    assert result.phrased == text
    assert result.answer.startswith(f"共{wine}位顾客")
    assert server.chats[0]["messages"][0]["content"] == load_prompt("ask_agent", "zh").system
    assert "没有“九百九十九”" in last(server.chats[-1])["content"]
    assert json.loads(last(server.chats[1])["content"])["conditions"] == "至少1个订单购买葡萄酒"


def test_what_is_understood_is_only_phrased(answer: Answer, wine: int) -> None:
    text = f"Wine was bought by {wine} customers."
    result, server = answer("How many customers bought wine?", text)
    assert (result.count, result.phrased, result.steps) == (wine, text, [])
    assert result.answer in last(server.chats[0])["content"]
    assert "tools" not in server.chats[0]
    result, server = answer("How many customers bought wine?", "Nearly 1,000.")
    assert (result.count, result.phrased) == (wine, None)
    assert len(server.chats) == 2


def test_what_the_data_does_not_hold_needs_no_model(answer: Answer) -> None:
    for question in (
        "How many wine buyers opened our emails?",
        "How many jolly people will buy wine next month?",
        "2099年下个月会有多少顾客购买葡萄酒？",
    ):
        result, server = answer(question, "Ten.")
        assert result.unanswerable
        assert not server.chats


def test_a_follow_up_may_build_on_the_answer_before(
    asker: Asker, indexed_shop: Shop, fake_server: Begin, wine: int
) -> None:
    describe = Reply(calls=[("describe", {"audience": "A1"})])
    server = fake_server(["Fine.", describe, f"Of the {wine} nothing is known."])
    agent = Agent(asker, indexed_shop.workspace, lambda: server.endpoint)
    first, second = agent.converse(["How many customers bought wine?", "so what is jolly of them?"])
    assert first.phrased == "Fine."
    assert "A1: bought wine in at least 1 order" in last(server.chats[1])["content"]
    assert (second.kind, second.count) == ("describe", wine)


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (Reply("no tools here", status=400), "answers 400: no tools here"),
        (Reply(body="<html>"), "broken answer|127"),
        (Reply(body='{"choices": null}'), "broken answer"),
    ],
)
@pytest.mark.parametrize("question", [OPEN, "How many customers bought wine?"])
def test_a_server_that_fails_is_one_line(
    answer: Answer, question: str, reply: Reply, said: str
) -> None:
    with pytest.raises(ServerError, match=said) as failed:
        answer(question, reply)
    assert "\n" not in str(failed.value)


def test_the_command_line_with_a_model(
    run: Run, indexed_shop: Shop, fake_server: Begin, wine: int, tmp_path: Path
) -> None:
    home = shutil.copytree(indexed_shop.workspace.home, tmp_path / "home")
    text = f"There are {wine} wine buyers."
    server = fake_server([FIND, text], model="Qwen3-8B")
    settings = {"model": {"urls": [server.url], "api_key": server.key}}
    (home / "settings.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    code, out, err = run("--home", home, "ask", "--model", "Qwen3-8B", OPEN)
    assert (code, err) == (0, "")
    assert out.index("bought wine in at least 1 order") < out.index(text)
    assert "find_audience(words: customers who bought wine)" in out
    code, _, err = run("--home", home, "ask", "--model", "qwen2.5-coder-1.5b", OPEN)
    assert code == 2
    assert "7B or more" in err
    code, _, err = run("--home", home, "ask", "--model", "Qwen3-14B", OPEN)
    assert code == 1
    assert "does not serve 'Qwen3-14B'" in err
