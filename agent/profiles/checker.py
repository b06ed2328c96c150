"""The checker: refuses a summary that says what the fact sheet does not.

Five tests, each with its reason: shape (length), language, numbers (each must be a number of the
sheet, of the same unit, told of the same matter), categories (no catalogue name that the sheet
lacks) and claims (no word of a group in `prompts/claims.yaml` of which the sheet says nothing).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from agent.facts.sheet import Fact, groups, sheet_text
from agent.profiles.numbers import Number, numbers_in
from agent.prompts import ClaimGroup
from agent.settings import Language

MAX_CHARACTERS: dict[Language, int] = {"en": 700, "zh": 300}
MIN_CHARACTERS: dict[Language, int] = {"en": 25, "zh": 10}
_CJK = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]+")
_CLAUSE = re.compile(r"[;。；!?！？]|[,，.](?!\d)|\band\b|\bbut\b|\bwith\b|但|而且|并且")


@dataclass(frozen=True)
class Refusal:
    """Why a summary is refused: which test, and the words that broke it."""

    test: str
    words: str

    def __str__(self) -> str:
        return f"{self.test}: {self.words}"


class Checker:
    """Checks summaries in one language. `names`: every category name and label of the catalogue."""

    def __init__(
        self, language: Language, claims: Sequence[ClaimGroup], names: Iterable[str] = ()
    ) -> None:
        self.language = language
        self._claims = [
            (group.group, _pattern(group.words(language), language)) for group in claims
        ]
        self._near = {
            group.group: [word.casefold() for word in group.near.get(language, ())]
            for group in groups()
        }
        self._names = sorted({_fold(name) for name in names if len(name) > 1}, key=len)

    def refusals(self, summary: str, sheet: Sequence[Fact]) -> list[Refusal]:
        """Everything that is wrong with a summary of this sheet; empty if it may be shown."""
        text, told = _fold(summary), _fold(sheet_text(sheet, self.language))
        return [
            *self._shape(text),
            *self._language(text, told),
            *self._numbers(text, sheet),
            *self._categories(text, told),
            *self._unsupported(text, told),
        ]

    def _shape(self, text: str) -> Iterable[Refusal]:
        low, high = MIN_CHARACTERS[self.language], MAX_CHARACTERS[self.language]
        if not low <= len(text) <= high:
            yield Refusal("length", f"{len(text)} characters, not {low} to {high}")

    def _language(self, text: str, told: str) -> Iterable[Refusal]:
        if self.language == "en":
            foreign = [char for char in _CJK.findall(text) if char not in told]
        else:
            foreign = [word for word in _LATIN.findall(text) if word not in told]
            if not _CJK.search(text):
                foreign.append(text[:20])
        if foreign:
            yield Refusal("language", " ".join(foreign[:5]))

    def _numbers(self, text: str, sheet: Sequence[Fact]) -> Iterable[Refusal]:
        rest = text
        for fact in sheet:
            if fact.id.startswith(("likes:", "given:")):
                rest = self._without(rest, fact)
        facts = [(fact.id, numbers_in(fact.text)) for fact in sheet if ":" not in fact.id]
        for clause in self._clauses(rest):
            for number in numbers_in(clause):
                if not self._held(number, clause, facts):
                    yield Refusal("number", f"{number.text} ({number.unit})")

    def _without(self, text: str, fact: Fact) -> str:
        """The text less the places where it tells this fact's figure beside this fact's words."""
        found = numbers_in(fact.text)
        if not found:
            return text
        words = _fold(fact.text)
        label, figure = words.split("(")[0].strip(), re.escape(found[-1].text)
        if fact.id.startswith("given:"):
            return text.replace(words, " ").replace(words.rsplit(" ", 1)[-1], " ")
        between = r"[^.,;。，；、\d]{0,25}?"
        pattern = rf"{re.escape(label)}{between}(?<!\d){figure}(?!\d)\s*(?:orders?|单|次|笔)?"
        return re.sub(pattern, label, text)

    def _clauses(self, text: str) -> list[str]:
        return [clause for clause in _CLAUSE.split(text) if clause.strip()]

    def _held(self, number: Number, clause: str, facts: list[tuple[str, list[Number]]]) -> bool:
        for group, known in facts:
            near = self._near.get(group, [])
            if near and not any(word in clause for word in near):
                continue
            if any(number.value == k.value and number.unit in (k.unit, "plain") for k in known):
                return True
        return False

    def _categories(self, text: str, told: str) -> Iterable[Refusal]:
        for name in self._foreign_names(text):
            if name not in told:
                yield Refusal("category", name)

    def _foreign_names(self, text: str) -> list[str]:
        return self._name_pattern.findall(text) if self._names else []

    @cached_property
    def _name_pattern(self) -> re.Pattern[str]:
        names = "|".join(re.escape(name) for name in reversed(self._names))
        return re.compile(rf"\b(?:{names})\b" if self.language == "en" else f"(?:{names})")

    def _unsupported(self, text: str, told: str) -> Iterable[Refusal]:
        for group, pattern in self._claims:
            match = pattern.search(text)
            if match and not pattern.search(told):
                yield Refusal("claim", f"{match[0]} ({group})")


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _pattern(words: Sequence[str], language: Language) -> re.Pattern[str]:
    if language == "zh":
        return re.compile("|".join(re.escape(word) for word in words))
    endings = (re.escape(word).replace(r"\*", r"\w*") for word in words)
    return re.compile(r"\b(?:" + "|".join(endings) + r")\b", re.I)
