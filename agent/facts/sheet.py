"""The fact sheet: what is told of a customer, as short phrases in the reader's language.

Each phrase has an id (the group of `phrases.yaml`, `likes:<category>` or `given:<attribute>`). The
ids stay outside the prompt, for a small model copies them into its text; they are how the checker,
`portrait show` and the evidence refer to facts.
"""

from __future__ import annotations

import hashlib
import json
import math
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import pandas as pd
import yaml
from pydantic import BaseModel, ConfigDict

from agent.facts.catalogue import catalogue
from agent.settings import Language
from agent.vocabulary import Term

LIKES_TOLD = 3
_RANKED = ("orders", "spend", "average_order_value")


@dataclass(frozen=True)
class Fact:
    """One phrase of the sheet."""

    id: str
    text: str


@dataclass(frozen=True)
class Like:
    """A category that the customer buys more of than others, under its label, with its orders."""

    name: str
    label: str
    orders: int


class _Phrase(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    when: dict[str, tuple[float | None, float | None]]
    en: str
    zh: str


class Group(BaseModel):
    """The phrases of one matter, and the words that tell of it; see `phrases.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str
    near: dict[Language, tuple[str, ...]] = {}
    weakly_near: dict[Language, tuple[str, ...]] = {}
    apart: dict[Language, tuple[str, ...]] = {}
    phrases: tuple[_Phrase, ...]


@cache
def groups() -> tuple[Group, ...]:
    """The groups of `phrases.yaml`, in the order in which they are told."""
    text = files("agent.facts").joinpath("phrases.yaml").read_text(encoding="utf-8")
    return tuple(Group.model_validate(entry) for entry in yaml.safe_load(text))


class _Figures(string.Formatter):
    """Fills {field:format}; a missing field or an unknown format is an error, never empty."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def format_field(self, value: Any, format_spec: str) -> str:
        number = float(value)
        match format_spec:
            case "int":
                return f"{round_half_up(number):,}"
            case "percent":
                return f"{round_half_up(number * 100)}%"
            case "change":
                return f"{round_half_up(abs(number - 1) * 100)}%"
            case "money":
                return self.money(number)
        raise ValueError(f"unknown format {format_spec!r}")

    def money(self, amount: float) -> str:
        """Whole units from 10 up, else two decimals; the mark before or, for a word, behind."""
        figure = f"{round_half_up(amount):,}" if abs(amount) >= 10 else f"{amount:.2f}"
        if self.currency.isalpha() and self.currency:
            return f"{figure} {self.currency}"
        return f"{self.currency}{figure}"


def round_half_up(number: float) -> int:
    """To the nearest whole number, halves away from zero, as people round."""
    return int(math.copysign(math.floor(abs(number) + 0.5), number))


def with_ranks(facts: pd.DataFrame) -> pd.DataFrame:
    """Adds <field>_rank, the share of customers with a lower value, for the ranked fields."""
    ranks = {
        f"{name}_rank": (facts[name].rank(method="min") - 1) / max(len(facts), 1)
        for name in _RANKED
    }
    return facts.assign(**ranks)


def fact_sheet(
    facts: Mapping[str, Any],
    likes: Sequence[Like],
    given: Sequence[tuple[Term, str]],
    language: Language,
    currency: str = "",
) -> list[Fact]:
    """The phrases for one customer, in the order in which they are told.

    facts: fields and ranks, NaN or None for unknown. likes: the categories by surprise.
    given: attributes as (term, value in the reader's language).
    """
    figures = _Figures(currency)
    sheet = [
        Fact(group.group, figures.format(getattr(phrase, language), **facts))
        for group in groups()
        if (phrase := _first(group, facts)) is not None
    ]
    sheet += [_like(like, language) for like in likes[:LIKES_TOLD]]
    return sheet + [
        Fact(f"given:{term.name}", f"{term.label(language)}{_COLON[language]}{value}")
        for term, value in given
    ]


_COLON: dict[Language, str] = {"en": " ", "zh": "："}
_SEPARATOR: dict[Language, str] = {"en": "; ", "zh": "；"}
_LIKES: dict[Language, str] = {
    "en": "buys more than others of {likes}",
    "zh": "比其他顾客更常买{likes}",
}


def sheet_text(sheet: Sequence[Fact], language: Language) -> str:
    """The sheet as the model reads it: one line, the liked categories gathered into one phrase."""
    likes = [fact.text for fact in sheet if fact.id.startswith("likes:")]
    parts = [fact.text for fact in sheet if not fact.id.startswith(("likes:", "given:"))]
    if likes:
        joined = ("、" if language == "zh" else ", ").join(likes)
        parts.append(_LIKES[language].format(likes=joined))
    parts += [fact.text for fact in sheet if fact.id.startswith("given:")]
    return _SEPARATOR[language].join(parts)


def sheet_hash(sheet: Sequence[Fact], language: Language) -> str:
    """Changes when anything that the model reads changes."""
    content = json.dumps([language, [[f.id, f.text] for f in sheet]], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:16]


def _like(like: Like, language: Language) -> Fact:
    count = f"({like.orders} orders)" if language == "en" else f"（{like.orders}单）"
    space = " " if language == "en" else ""
    return Fact(f"likes:{like.name}", f"{like.label}{space}{count}")


def _first(group: Group, facts: Mapping[str, Any]) -> _Phrase | None:
    return next((phrase for phrase in group.phrases if _holds(phrase, facts)), None)


def _holds(phrase: _Phrase, facts: Mapping[str, Any]) -> bool:
    for name, (low, high) in phrase.when.items():
        value = facts[name]
        if pd.isna(value):  # unknown holds nothing
            return False
        if (low is not None and value < low) or (high is not None and value > high):
            return False
    return True


def known_fields() -> frozenset[str]:
    """The names that phrases may use."""
    return frozenset(f.name for f in catalogue()) | {f"{name}_rank" for name in _RANKED}
