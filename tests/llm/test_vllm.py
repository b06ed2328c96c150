"""The real vLLM with the default model: what the rest of portrait relies on.

That it stops and leaves no process is checked where the fixture ends it.
"""

from __future__ import annotations

import asyncio
import json
import math

import pytest

from agent.errors import ServerError
from agent.llm.client import Answer, Client, Constraint
from agent.llm.endpoint import Endpoint

pytestmark = pytest.mark.vllm


def chat(server: Endpoint, text: str, constraint: Constraint | None = None) -> Answer:
    async def run() -> Answer:
        async with Client([server], in_flight=4, timeout_seconds=300) as client:
            messages = [{"role": "user", "content": text}]
            return await client.chat(messages, max_tokens=120, constraint=constraint)

    return asyncio.run(run())


def score(server: Endpoint, text: str, options: list[str]) -> list[float]:
    async def run() -> list[float]:
        async with Client([server], in_flight=4, timeout_seconds=300) as client:
            return await client.score([{"role": "user", "content": text}], options)

    return asyncio.run(run())


def test_an_answer_ends_by_itself(vllm_server: Endpoint) -> None:
    answer = chat(vllm_server, "Say hello in one short sentence.")
    assert answer.finish_reason == "stop"
    assert answer.text
    assert "<|" not in answer.text
    assert answer.cached_tokens is not None


def test_a_regex_holds_a_chinese_answer_to_its_form(vllm_server: Endpoint) -> None:
    sentence = "[一-龥0-9，、]{4,40}。"
    answer = chat(
        vllm_server,
        "用两句中文介绍一位喜欢喝咖啡的顾客。",
        Constraint("regex", f"{sentence}{sentence}"),
    )
    assert answer.finish_reason == "stop"
    assert answer.text.count("。") == 2
    assert not any(character.isascii() and character.isalpha() for character in answer.text)


def test_a_grammar_holds_an_answer_to_its_lines(vllm_server: Endpoint) -> None:
    grammar = 'root ::= "pets: " answer "\\n" "coffee: " answer\nanswer ::= "yes" | "no"\n'
    answer = chat(vllm_server, "Tom owns a dog.", Constraint("grammar", grammar))
    first, second = answer.text.split("\n")
    assert first in {"pets: yes", "pets: no"}
    assert second in {"coffee: yes", "coffee: no"}


def test_json_has_no_whitespace_between_its_parts(vllm_server: Endpoint) -> None:
    schema = {
        "type": "object",
        "properties": {"name": {"enum": ["Tom", "Ann"]}, "orders": {"enum": [3, 5]}},
        "required": ["name", "orders"],
        "additionalProperties": False,
    }
    answer = chat(vllm_server, "Ann has 5 orders.", Constraint("json", schema))
    assert answer.text == json.dumps(json.loads(answer.text), separators=(",", ":"))


def test_a_wrong_grammar_is_an_error_at_once(vllm_server: Endpoint) -> None:
    with pytest.raises(ServerError, match="400"):
        chat(vllm_server, "Hello", Constraint("regex", "[a-"))


def test_scores_order_the_obvious(vllm_server: Endpoint) -> None:
    question = "Is {} an animal? Answer Yes or No."
    dog = score(vllm_server, question.format("a dog"), ["Yes", "No"])
    stone = score(vllm_server, question.format("a stone"), ["Yes", "No"])
    assert dog[0] - dog[1] > stone[0] - stone[1]
    assert sum(math.exp(value) for value in dog) <= 1.001
    assert all(value <= 0 for value in dog + stone)
