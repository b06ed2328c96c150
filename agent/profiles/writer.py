"""The writer: a fact sheet in, a checked summary out.

The model's first answer is greedy, the next ones are sampled; each goes through the checker. When
the attempts are used up the template speaks, and the summary says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from agent.facts.sheet import Fact, sheet_text
from agent.llm.client import Answer, Client, Constraint
from agent.profiles.checker import Checker, Refusal
from agent.profiles.template import template_summary
from agent.prompts import Prompt
from agent.settings import Language

ATTEMPTS = 4
TEMPERATURE = 0.6

SummarySource = Literal["model", "template"]


@dataclass(frozen=True)
class Written:
    """A summary, who wrote it, and what was refused on the way (attempt by attempt)."""

    summary: str
    source: SummarySource
    attempts: int
    tokens: int
    refused: tuple[str, ...]


class Writer:
    """Writes summaries in one language through a client."""

    def __init__(self, client: Client, prompt: Prompt, checker: Checker) -> None:
        self._client = client
        self._prompt = prompt
        self._checker = checker
        self._constraint = Constraint("regex", prompt.pattern) if prompt.pattern else None

    @property
    def language(self) -> Language:
        """The language of the summaries."""
        return self._checker.language

    async def write(self, sheet: Sequence[Fact]) -> Written:
        """A summary of the sheet. Raises `ModelError` where no server answers."""
        tokens = 0
        refused: list[str] = []
        for attempt in range(ATTEMPTS):
            answer = await self._ask(sheet, attempt)
            tokens += answer.completion_tokens
            refusals = self._refusals(answer, sheet)
            if not refusals:
                return Written(answer.text, "model", attempt + 1, tokens, tuple(refused))
            refused.append("; ".join(map(str, refusals)))
        text = template_summary(sheet, self.language)
        return Written(text, "template", ATTEMPTS, tokens, tuple(refused))

    async def _ask(self, sheet: Sequence[Fact], attempt: int) -> Answer:
        return await self._client.chat(
            self._prompt.messages(sheet=sheet_text(sheet, self.language)),
            max_tokens=self._prompt.max_tokens,
            temperature=TEMPERATURE if attempt else 0.0,
            seed=attempt,
            constraint=self._constraint,
        )

    def _refusals(self, answer: Answer, sheet: Sequence[Fact]) -> list[Refusal]:
        if answer.finish_reason != "stop":
            return [Refusal("cut", f"the answer ended by {answer.finish_reason}")]
        return self._checker.refusals(answer.text, sheet)
