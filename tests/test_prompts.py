"""Prompts are rendered strictly, versioned by hash, and complete in both languages."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agent.errors import PromptError
from agent.prompts import Example, Prompt, load_claims, load_prompt, read_yaml
from agent.settings import LANGUAGES, Language

PROMPT = Prompt(system="Be brief.", user="Say $word.", max_tokens=5)


def test_variables_are_filled_in() -> None:
    assert PROMPT.messages(word="hello")[-1] == {"role": "user", "content": "Say hello."}


@pytest.mark.parametrize("values", [{}, {"word": "a", "more": "b"}, {"other": "a"}])
def test_a_variable_too_few_or_too_many_is_an_error(values: dict[str, str]) -> None:
    with pytest.raises(PromptError, match="takes the variables"):
        PROMPT.messages(**values)


def test_a_value_is_not_a_template() -> None:
    assert PROMPT.messages(word="$word ${x} %s {y}")[-1]["content"] == "Say $word ${x} %s {y}."


def test_the_hash_changes_with_every_part() -> None:
    changes: list[dict[str, Any]] = [
        {"system": "Be long."},
        {"user": "Shout $word."},
        {"examples": (Example(given="a", answer="b"),)},
        {"pattern": "[a-z]+"},
        {"max_tokens": 6},
    ]
    hashes = {PROMPT.model_copy(update=change).hash for change in [{}, *changes]}
    assert len(hashes) == len(changes) + 1


def test_a_missing_file_names_itself() -> None:
    with pytest.raises(PromptError, match=r"prompts/nothing\.yaml"):
        read_yaml("nothing.yaml")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["summary", "translate"])
def test_worked_examples_have_the_form_that_is_asked_for(name: str, language: Language) -> None:
    prompt = load_prompt(name, language)
    assert prompt.examples
    assert prompt.pattern is not None
    for example in prompt.examples:
        assert re.fullmatch(prompt.pattern, example.answer), example.answer


def test_the_form_has_no_bounded_repeat_of_many() -> None:
    """Such a pattern slows the engine to a crawl (2 tokens/s for {30,230})."""
    for name in ("summary", "translate"):
        for language in LANGUAGES:
            bounds = re.findall(r"\{\d*,?(\d+)\}", load_prompt(name, language).pattern or "")
            assert all(int(bound) <= 5 for bound in bounds)


def test_claims_are_told_apart() -> None:
    groups = [group.group for group in load_claims()]
    assert len(groups) == len(set(groups))
