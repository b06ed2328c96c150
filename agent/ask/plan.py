"""From a question to a plan: conditions that are linked to its words, and what is to be shown.

Words are linked in this order, and a linked span is used up: windows and silences, percentiles,
comparisons with a figure, tags, attribute values, products. A number that nothing uses, or a matter
of which the data knows nothing, makes the plan say so instead of guessing.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from agent.ask import lexicon
from agent.conditions import All, Bought, Compare, Condition, HasTag, Not
from agent.settings import Language
from agent.vocabulary import Vocabulary, word_set

Kind = Literal["count", "list", "breakdown", "search"]


@dataclass(frozen=True)
class Plan:
    """What to do. `search`: nothing could be made a condition, so only ranking is left."""

    question: str
    language: Language
    kind: Kind
    condition: Condition
    group_by: str | None = None
    unused: tuple[str, ...] = ()
    unanswerable: str | None = None


@dataclass(frozen=True)
class Phrase:
    """Words that a person may use for one condition."""

    words: str
    condition: Condition


class Planner:
    """Plans questions over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        phrases = [*_tag_phrases(vocabulary), *_value_phrases(vocabulary)]
        self._phrases = sorted(phrases, key=lambda phrase: -len(phrase.words))

    def plan(self, question: str) -> Plan:
        """The plan for a question in English or Chinese."""
        reading = _Reading(question)
        group_by = self._group_by(reading)
        parts = [
            *self._silences(reading),
            *self._percentiles(reading),
            *self._comparisons(reading),
            *self._named(reading),
            *self._products(reading),
        ]
        reading.take_all(lexicon.WINDOW)
        return self._conclude(reading, parts, group_by)

    def _conclude(self, reading: _Reading, parts: list[Condition], group_by: str | None) -> Plan:
        unused = tuple(re.findall(r"\d+(?:\.\d+)?", reading.rest))
        reason = _unanswerable(reading, unused)
        whole = bool(lexicon.EVERYONE.search(reading.rest))
        return Plan(
            question=reading.question,
            language=reading.language,
            kind=_kind(reading, parts, group_by, whole),
            condition=All(all=tuple(dict.fromkeys(parts))),
            group_by=group_by,
            unused=unused,
            unanswerable=reason,
        )

    def _group_by(self, reading: _Reading) -> str | None:
        """The field or attribute after "by": its label directly behind the word."""
        match = lexicon.BREAKDOWN.search(reading.rest)
        if match is None:
            return None
        behind = reading.rest[match.end() :]
        for name, term in self._vocabulary.fields.items():
            for label in (term.label_en, term.label_zh, name.replace("_", " ")):
                if not term.numeric and behind.startswith(label.casefold()):
                    reading.take(match.start(), match.end() + len(label))
                    return name
        return None

    def _silences(self, reading: _Reading) -> Iterator[Condition]:
        for match in reading.take_all(lexicon.SILENT):
            days = int(match["en"] or match["zh"])
            yield Compare(field="days_since_last_order", op=">=", value=days)

    def _percentiles(self, reading: _Reading) -> Iterator[Condition]:
        for match in reading.take_all(lexicon.TOP):
            low = (match["side"] or match["zh_side"])[:3] in ("bot", "low", "后", "最低", "最低的")
            behind = reading.rest[match.end() : match.end() + 40]
            name = next((n for n, words in lexicon.FIGURES if words.search(behind)), "spend")
            op: Literal["top_percent", "bottom_percent"] = (
                "bottom_percent" if low else "top_percent"
            )
            yield Compare(field=name, op=op, value=float(match["en"] or match["zh"]))

    def _comparisons(self, reading: _Reading) -> Iterator[Condition]:
        """A comparison, its number, and the figure that the words around them name."""
        for match in reversed(list(lexicon.COMPARISON.finditer(reading.rest))):
            number = re.match(
                r"\s*[$€£¥]?\s*(\d[\d,]*(?:\.\d+)?)\s*(%)?", reading.rest[match.end() :]
            )
            if number is None:
                continue
            end = match.end() + number.end()
            clause = _clause(reading.rest, match.start(), end)
            name = _figure(reading.rest[match.start() : end + 12], clause)
            if name is None:
                continue
            value = float(number[1].replace(",", ""))
            condition = self._compare(name, match, value / 100 if number[2] else value, reading)
            reading.take(match.start(), end)
            yield condition

    def _compare(
        self, name: str, match: re.Match[str], value: float, reading: _Reading
    ) -> Condition:
        place = int(str(match.lastgroup)[1:])
        window = lexicon.WINDOW.search(reading.rest)
        days = int(window["en"] or window["zh"]) if window else 0
        if window and (name, days) in lexicon.WINDOWED:
            reading.take(*window.span())
        whole = int(value) if value == int(value) else value
        field = lexicon.WINDOWED.get((name, days), name)
        return Compare(field=field, op=lexicon.COMPARISONS[place][0], value=whole)

    def _named(self, reading: _Reading) -> Iterator[Condition]:
        """Tags and attribute values, the longest words first."""
        for phrase in self._phrases:
            span = reading.find(phrase.words)
            if span:
                yield reading.negated(span, phrase.condition)
                reading.take(*span)

    def _products(self, reading: _Reading) -> Iterator[Condition]:
        """What stands behind a word of buying and names something in the catalogue."""
        verb = lexicon.BUY.search(reading.rest)
        if verb is None:
            return
        window = lexicon.WINDOW.search(reading.rest)
        days = int(window["en"] or window["zh"]) if window else None
        for words, span in reading.candidates(verb.end()):
            if self._vocabulary.known_words((words,)):
                condition = Bought(bought=(words,), last_days=days)
                yield reading.negated((verb.start(), span[1]), condition)
                reading.take(*span)


class _Reading:
    """A question while its words are used up: `rest` keeps its length, used words become blanks."""

    def __init__(self, question: str) -> None:
        self.question = question
        self.rest = unicodedata.normalize("NFKC", question).casefold()
        self.whole = self.rest
        self.language: Language = "zh" if re.search(r"[\u3400-\u9fff]", question) else "en"

    def take(self, start: int, end: int) -> None:
        """Use up a span."""
        self.rest = self.rest[:start] + " " * (end - start) + self.rest[end:]

    def take_all(self, pattern: re.Pattern[str]) -> list[re.Match[str]]:
        """Use up every match."""
        matches = list(pattern.finditer(self.rest))
        for match in matches:
            self.take(*match.span())
        return matches

    def find(self, words: str) -> tuple[int, int] | None:
        """Where these words stand: whole words, plural or not, in English; anywhere in Chinese."""
        if re.search(r"[\u3400-\u9fff]", words):
            place = self.rest.find(words)
            return (place, place + len(words)) if place >= 0 else None
        pattern = r"[\s-]+".join(rf"{re.escape(word)}(?:s|es)?" for word in words.split())
        match = re.search(rf"\b{pattern}\b", self.rest)
        return match.span() if match else None

    def negated(self, span: tuple[int, int], condition: Condition) -> Condition:
        """The condition, or its negation where the words before the span negate it."""
        before = self.whole[: span[0]]
        return Not(**{"not": condition}) if lexicon.NEGATION.search(before) else condition

    def candidates(self, start: int) -> Iterator[tuple[str, tuple[int, int]]]:
        """Runs of words behind `start` that may name a product, the longest first."""
        tokens = list(re.finditer(r"[a-z0-9'&/-]+|[\u4e00-\u9fff]", self.rest[start:]))
        used = [False] * len(tokens)
        joint = "" if self.language == "zh" else " "
        for length in range(min(8 if joint == "" else 4, len(tokens)), 0, -1):
            for first in range(len(tokens) - length + 1):
                if any(used[first : first + length]) or (joint == "" and length < 2):
                    continue
                run = tokens[first : first + length]
                words = joint.join(token[0] for token in run)
                if not joint or not word_set(words) & _EMPTY_WORDS:
                    span = (start + run[0].start(), start + run[-1].end())
                    before = self.rest
                    yield words, span
                    if self.rest != before:
                        used[first : first + length] = [True] * length


_EMPTY_WORDS = word_set(
    "a an the and or of in on for to with at by from who that which have has had been are is were "
    "was do does did how many much customer household people shopper buyer order last day week "
    "month year least most more less than any some all never not no but also often what item "
    "product thing their they we our us me top"
)


def _tag_phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    for name, term in vocabulary.tags.items():
        for words in {term.label_en, term.label_zh, name.replace("_", " ")}:
            yield Phrase(words.casefold(), HasTag(tag=name))


def _value_phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    """Attribute values that are words (a bare number or a single letter names nothing)."""
    for name, term in vocabulary.fields.items():
        for value in term.values:
            for words in {value, *vocabulary.labels.get(value, ())}:
                if re.search(r"[^\W\d]{2,}", words):
                    yield Phrase(words.casefold(), Compare(field=name, op="=", value=value))


def _clause(text: str, start: int, end: int) -> str:
    """The words around a span up to the next comma or joining word."""
    before = re.split(r"[,;，；。]|\band\b|\bor\b|且|并且", text[:start])[-1]
    behind = re.split(r"[,;，；。]|\band\b|\bor\b|且|并且", text[end:])[0]
    return before[-40:] + text[start:end] + behind[:30]


def _figure(close: str, clause: str) -> str | None:
    """The field whose words stand closest: beside the number, else anywhere in the clause."""
    for words in (close, clause):
        for name, pattern in lexicon.FIGURES:
            if pattern.search(words):
                return name
    return None


def _kind(reading: _Reading, parts: list[Condition], group_by: str | None, whole: bool) -> Kind:
    if group_by:
        return "breakdown"
    if not parts and not whole:
        return "search"
    return "list" if lexicon.LIST.search(reading.whole) else "count"


def _unanswerable(reading: _Reading, unused: tuple[str, ...]) -> str | None:
    unknown = lexicon.CANNOT.search(reading.rest)
    if unknown:
        words = unknown[0]
        return (
            f"the data says nothing about “{words}”"
            if reading.language == "en"
            else f"数据中没有关于“{words}”的信息"
        )
    if unused:
        numbers = ", ".join(unused)
        return (
            f"these numbers could not be linked to anything: {numbers}"
            if reading.language == "en"
            else f"以下数字无法对应到任何条件：{numbers}"
        )
    return None
