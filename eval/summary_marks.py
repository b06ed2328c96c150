"""One summary, marked: what the checker refuses, which numbers no fact holds, which facts it tells.

Numbers are read and held as the checker does it; tests/profiles/number_check.py does both in
another way and is held against it.

A fact is told by value where one of its figures stands in the text, told of it; by name where it
has no figures and its words stand there; a liked category where its label does.

The language is wrong where a single word is of the wrong script: a Chinese character in English, a
word in letters in Chinese (a mixed text is wrong in both). Names and words that the sheet itself
holds are left out, for a name without a translation stays as in the data. Other languages in Latin
letters pass for English here; the checker's closed vocabulary refuses those.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypedDict

from agent.facts.sheet import Fact, sheet_text
from agent.profiles.checker import Checker
from agent.profiles.matters import holder, read_matters
from agent.profiles.numbers import Number, fold
from agent.profiles.reading import Reading, read_likes
from agent.search.languages import chinese_share
from agent.settings import Language
from eval.grams import tokens

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W\d_\u3400-\u9fff]+")
Holders = dict[Number, str | None]

_ENDED = re.compile(r"[.!?。！？…][\"'”’」』)）]*\s*$")


class WrongNumber(TypedDict):
    """A number that no fact holds, with the clause it stands in."""

    customer: str
    number: str
    unit: str
    clause: str


@dataclass(frozen=True)
class Text:
    """A summary with the sheet it was written from and the one that the events give now."""

    customer: str
    language: Language
    summary: str
    sheet: list[Fact]
    fresh: list[Fact]


@dataclass(frozen=True)
class Marks:
    """What is found in one text. told: fact id -> whether the text tells it.

    wrong, unheld_now: numbers that no fact of its sheet, and of the sheet of today, holds.
    """

    text: Text
    refusals: list[str]
    numbers: int
    wrong: list[WrongNumber]
    unheld_now: list[WrongNumber]
    told: dict[str, bool]
    in_language: bool
    cut: bool
    length: int

    @property
    def share_told(self) -> float:
        """Of the facts of the sheet, the share that is told."""
        return sum(self.told.values()) / max(len(self.told), 1)


def mark(text: Text, checker: Checker) -> Marks:
    """All marks of a text."""
    read, holders = _held(text, text.sheet, checker)
    wrong = _wrong(text, text.sheet, read, holders)
    current = text.fresh == text.sheet
    return Marks(
        text=text,
        refusals=[str(refusal) for refusal in checker.refusals(text.summary, text.sheet)],
        numbers=len(holders),
        wrong=wrong,
        unheld_now=wrong
        if current
        else _wrong(text, text.fresh, *_held(text, text.fresh, checker)),
        told=_told(text, read, holders),
        in_language=in_language(text.summary, text.sheet, text.language),
        cut=_ENDED.search(text.summary) is None,
        length=length(text.summary, text.language),
    )


def in_language(summary: str, sheet: Sequence[Fact], language: Language) -> bool:
    """Whether no word is of the wrong script, and one at least of the right one."""
    told = fold(sheet_text(sheet, language))
    wrong_script = "[a-z]" if language == "zh" else "[\u3400-\u9fff]"
    words = [
        word
        for word in _WORD.findall(fold(summary))
        if not (re.match(wrong_script, word) and word in told)
    ]
    return bool(words) and chinese_share(" ".join(words)) == (language == "zh")


def length(summary: str, language: Language) -> int:
    """Words and numbers in English, characters without spaces in Chinese."""
    return len(tokens(summary)) if language == "en" else len("".join(summary.split()))


def _held(text: Text, sheet: Sequence[Fact], checker: Checker) -> tuple[Reading, Holders]:
    """The text as read with a sheet, and each of its numbers with the fact that holds it."""
    likes, matters = read_likes(sheet), read_matters(sheet, text.language)
    read = Reading(text.summary, likes, checker.is_plain)
    return read, {number: holder(number, read, matters, likes) for number in read.numbers}


def _wrong(text: Text, sheet: Sequence[Fact], read: Reading, holders: Holders) -> list[WrongNumber]:
    return [
        WrongNumber(
            customer=text.customer,
            number=number.text,
            unit=number.unit,
            clause=_clause(read, number, sheet),
        )
        for number, held in holders.items()
        if held is None
    ]


def _clause(read: Reading, number: Number, sheet: Sequence[Fact]) -> str:
    """The words around a number, its labels put back."""
    clause = read.signed[slice(*read.clause(number.start))]
    for like in read_likes(sheet):
        clause = clause.replace(like.sign, like.label)
    return clause.strip()


def _told(text: Text, read: Reading, holders: Holders) -> dict[str, bool]:
    """Fact id -> whether it is told."""
    held = set(holders.values())
    told = {like.fact.id: like.sign in read.text for like in read_likes(text.sheet)}
    for matter in read_matters(text.sheet, text.language):
        by_name = matter.words is not None and bool(matter.words.search(read.text))
        told[matter.id] = matter.id in held if matter.numbers else by_name
    return told
