"""Our rules with the model's help: what they leave open of a question is a form that it fills.

One line a run of words that was not understood, open only to the names that come near it, to plain
words of a question, to "talk" (the question asks the same without it) and to "other" (it says what
no name here says, so nothing is counted). The question is then read again with what was chosen in
place, twice at most, and only one that the rules then understand wholly is answered.

`eval/ask.md` has the figures: models small enough for a laptop make answers worse this way, so
`portrait ask` does not use it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from agent.ask.answer import Asker
from agent.ask.candidates import Candidates
from agent.ask.plan import Plan
from agent.ask.query import Query
from agent.ask.read.reading import Reading
from agent.llm.client import Constraint
from agent.prompts import load_prompt
from agent.settings import Language
from eval.ask_systems import System, told
from eval.ask_writer import Writer

TALK: dict[Language, str] = {"en": "talk", "zh": "闲话"}
OTHER: dict[Language, str] = {"en": "other", "zh": "其他"}
PLAIN: dict[Language, tuple[str, ...]] = {
    "en": ("bought", "without", "compare", "describe", "by", "per month", "list"),
    "zh": ("买过", "没有", "对比", "画像", "按", "每月", "列出"),
}
MOST_RUNS = 4  # of a question with more nothing much is understood
ROUNDS = 2


@dataclass(frozen=True)
class Line:
    """Words of the question that are open, and what they may stand for."""

    words: str
    options: tuple[str, ...]


def with_form(asker: Asker, writer: Writer) -> System:
    """The planner, and the model for the words that it does not understand."""
    vocabulary = asker.executor.vocabulary
    candidates = Candidates(vocabulary, asker.executor.catalogue)

    def answer(turns: Sequence[str]) -> dict[str, Any]:
        began = time.monotonic()
        before: Query | None = None
        for turn in turns:
            plan = _helped(asker, turn, before, candidates, writer)
            before = before if plan.unanswerable else plan.query
        return {**told(asker.answer(plan)), "seconds": (time.monotonic() - began) / len(turns)}

    return answer


def _helped(
    asker: Asker, question: str, before: Query | None, candidates: Candidates, writer: Writer
) -> Plan:
    plan = first = asker.plan(question, before)
    text = Reading(question, asker.executor.warehouse.as_of).text
    for _ in range(ROUNDS):
        lines = lines_of(plan.unused, plan.language, candidates) if plan.unanswerable else ()
        chosen = fill(text, lines, plan.language, writer) if lines else {}
        if not chosen or OTHER[plan.language] in chosen.values():
            break
        text = put_in(text, chosen, plan.language)
        plan = asker.plan(text, before)
    return first if plan.unanswerable else replace(plan, question=question)


def lines_of(unused: Sequence[str], language: Language, candidates: Candidates) -> tuple[Line, ...]:
    """A line for each run; none at all where there are too many to make sense of."""
    if len(unused) > MOST_RUNS:
        return ()
    return tuple(_line(run, language, candidates) for run in unused)


def _line(run: str, language: Language, candidates: Candidates) -> Line:
    names = [found.label for found in candidates.near(run, language)]
    plain = [] if re.search(r"\d", run) else [TALK[language], *PLAIN[language]]
    return Line(run, tuple(dict.fromkeys([*names, *plain, OTHER[language]])))


def fill(
    question: str, lines: Sequence[Line], language: Language, writer: Writer
) -> Mapping[str, str]:
    """What the model takes each run for; empty where its answer was cut. Raises `ServerError`."""
    numbered = {str(place): line for place, line in enumerate(lines, 1)}
    shown = [f"{n}. {line.words}: {' | '.join(line.options)}" for n, line in numbered.items()]
    prompt = load_prompt("ask_form", language)
    messages = prompt.messages(question=question, lines="\n".join(shown))
    text = writer.write(messages, prompt.max_tokens, Constraint("json", _schema(numbered)))
    try:
        chosen = json.loads(text)
    except ValueError:
        return {}
    return {line.words: chosen[n] for n, line in numbered.items()}


def _schema(lines: Mapping[str, Line]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {n: {"enum": list(line.options)} for n, line in lines.items()},
        "required": list(lines),
        "additionalProperties": False,
    }


def put_in(text: str, chosen: Mapping[str, str], language: Language) -> str:
    """The question with what was chosen in the place of each run."""
    for words, meant in chosen.items():
        text = text.replace(words, " " if meant == TALK[language] else f" {meant} ", 1)
    return text
