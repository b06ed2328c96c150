"""From a question to a plan: conditions that are linked to its words, and what is to be shown.

Words are linked in this order, and a linked span is used up: tags with a verb in their name,
silences, percentiles, purchases, comparisons, tags and values, recent orders. What is left must be
the frame of a question ("how many customers …"); any other word is reported as not understood, and
then nothing is counted: a wrong count is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from agent.ask import lexicon
from agent.ask.bought import BoughtLinker
from agent.ask.figures import FigureLinker, recent_orders, silences
from agent.ask.join import join
from agent.ask.named import NameLinker
from agent.ask.reading import Link, Reading
from agent.conditions import All, Condition, HasTag, walk
from agent.settings import Language
from agent.vocabulary import Vocabulary

Kind = Literal["count", "list", "breakdown", "search"]


@dataclass(frozen=True)
class Plan:
    """What to do. `search`: nothing could be made a condition, so only ranking is left.

    `unused`: words that nothing was made of; beside conditions they make it `unanswerable`.
    """

    question: str
    language: Language
    kind: Kind
    condition: Condition
    group_by: str | None = None
    unused: tuple[str, ...] = ()
    unanswerable: str | None = None


class Planner:
    """Plans questions over one vocabulary; `given_tags`: those that this shop gives (or all)."""

    def __init__(self, vocabulary: Vocabulary, given_tags: Collection[str] | None = None) -> None:
        self._vocabulary = vocabulary
        self._given = frozenset(vocabulary.tags if given_tags is None else given_tags)
        self._figures = FigureLinker(vocabulary)
        self._names = NameLinker(vocabulary)
        self._bought = BoughtLinker(vocabulary)

    def plan(self, question: str) -> Plan:
        """The plan for a question in English or Chinese."""
        reading = Reading(question)
        links = list(self._ranked_links(reading))
        group_by = self._group_by(reading)
        links = sorted([*links, *self._links(reading)], key=lambda link: link.start)
        condition, ambiguous = join(links, reading)
        return self._conclude(question, reading, condition, group_by, ambiguous)

    def _ranked_links(self, reading: Reading) -> Iterator[Link]:
        """What may hold the word "by" or "每", which else begin a breakdown."""
        yield from self._names.labels_of_buying(reading)
        yield from self._figures.percentiles(reading)

    def _links(self, reading: Reading) -> Iterator[Link]:
        yield from silences(reading)
        yield from self._bought.purchases(reading)
        yield from self._figures.comparisons(reading)
        yield from self._names.names(reading)
        yield from recent_orders(reading)

    def _group_by(self, reading: Reading) -> str | None:
        """The field or attribute after "by": its label directly behind the word."""
        for match in lexicon.GROUP_BY.finditer(reading.rest):
            for name, label in self._groups():
                if reading.rest.startswith(label, match.end()):
                    tail = lexicon.GROUP_TAIL.match(reading.rest, match.end() + len(label))
                    reading.take(match.start(), tail.end() if tail else match.end() + len(label))
                    return name
        return None

    def _groups(self) -> list[tuple[str, str]]:
        """(field, label) of everything that can be broken down by, the longest labels first."""
        pairs = [
            (name, label.casefold())
            for name, term in self._vocabulary.fields.items()
            if not term.numeric
            for label in (
                term.label_en,
                term.label_zh,
                name.replace("_", " "),
                *lexicon.GROUP_LABELS.get(name, ()),
            )
        ]
        return sorted(pairs, key=lambda pair: -len(pair[1]))

    def _conclude(
        self,
        question: str,
        reading: Reading,
        condition: Condition,
        group_by: str | None,
        ambiguous: Sequence[str],
    ) -> Plan:
        linked = condition != All(all=()) or group_by is not None
        unused = (*reading.unused(), *ambiguous)
        everyone = bool(lexicon.COUNTED.search(reading.text)) and not unused
        kind = _kind(reading, linked or everyone, group_by)
        return Plan(
            question=question,
            language=reading.language,
            kind=kind,
            condition=condition,
            group_by=group_by,
            unused=unused,
            unanswerable=self._unanswerable(reading, condition, unused, kind),
        )

    def _unanswerable(
        self, reading: Reading, condition: Condition, unused: Sequence[str], kind: Kind
    ) -> str | None:
        """Why nothing is counted, in the language of the question; None if all is understood."""
        words = _REASONS[reading.language]
        if reading.too_long:
            return words["long"]
        unknown = next((m for run in unused if (m := lexicon.CANNOT.search(run))), None)
        if unknown:
            return words["unknown"].format(unknown[0])
        if unused and (kind != "search" or any(re.search(r"\d", run) for run in unused)):
            return words["unused"].format(quoted(unused, reading.language))
        for part in walk(condition):
            if isinstance(part, HasTag) and part.tag not in self._given:
                label = self._vocabulary.tag(part.tag).label(reading.language)
                return words["tag"].format(label)
        return None


_REASONS: dict[Language, dict[str, str]] = {
    "en": {
        "long": "the question is too long",
        "unknown": "the data says nothing about “{}”",
        "unused": "not understood: {}",
        "tag": "the tag “{}” is not given to anybody in this shop",
    },
    "zh": {
        "long": "问题太长",
        "unknown": "数据中没有关于“{}”的信息",
        "unused": "未能理解：{}",
        "tag": "本店没有为任何顾客打上标签“{}”",
    },
}


def quoted(words: Sequence[str], language: Language) -> str:
    """Words in quotation marks, in a row; many are cut short."""
    shown = [f"“{run[:60]}{'…' if len(run) > 60 else ''}”" for run in words[:8]]
    more = ["…"] if len(words) > 8 else []
    return ("、" if language == "zh" else ", ").join([*shown, *more])


def _kind(reading: Reading, linked: bool, group_by: str | None) -> Kind:
    if group_by:
        return "breakdown"
    if not linked:
        return "search"
    return "list" if lexicon.LIST.search(reading.text) else "count"
