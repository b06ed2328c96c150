"""What the numbers of a summary are told of: the facts of the sheet, and the words beside a number.

A number belongs to the matter whose words stand nearest to it in its clause, and must be that
matter's number: so the average order cannot be told as the sum, nor the gap as the last order.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from agent.facts.sheet import Fact, Group, groups
from agent.profiles.numbers import Number, fold, numbers_in
from agent.profiles.reading import LABEL, Like, Reading, Span
from agent.settings import Language

_NEVER = re.compile(r"(?!)")
# How much farther than a matter's own words its weaker ones ("spent") count, in characters.
_WEAK = 10.0
_ALONE = re.compile(r"\s*#+\s*(?:orders?|purchases?|单|次)?\W*")
# What stands between a count and the category it counts: "31 orders of …".
_OF_LABEL = re.compile(
    rf"\s*(?:(?:orders?|purchases?|visits?|times)\b|个?订单|[单次笔])?\s*"
    rf"(?:(?:of|for|contain\w*|includ\w*|hold\w*|have|had)\b)?\s*"
    rf"(?:的|都|是|有|购买|买|买过|含|包含|包括)*\s*[{LABEL}]"
)


@dataclass(frozen=True)
class Matter:
    """A fact of the sheet: its text with #s for its numbers, the words it is told by."""

    id: str
    text: str
    numbers: tuple[Number, ...]
    near: re.Pattern[str]
    weakly_near: re.Pattern[str]
    apart: re.Pattern[str]
    words: re.Pattern[str] | None


def read_matters(sheet: Sequence[Fact], language: Language) -> list[Matter]:
    """The facts of a sheet other than its liked categories."""
    known = {group.group: group for group in groups()}
    found = []
    for fact in sheet:
        if fact.id.startswith("likes:"):
            continue
        text = fold(fact.text)
        group = known.get(fact.id) or _given_group(fact.id, text)
        near = group.near.get(language, ())
        numbers = tuple(numbers_in(text))
        for number in numbers:
            text = text[: number.start] + "#" * (number.end - number.start) + text[number.end :]
        told = [] if numbers else [word for word in near if word in text]
        words = _any_of(told) if told else None
        weak, apart = (group.weakly_near.get(language, ()), group.apart.get(language, ()))
        patterns = (_any_of(near), _any_of(weak), _any_of(apart))
        found.append(Matter(fact.id, text, numbers, *patterns, words))
    return found


def holder(
    number: Number, read: Reading, matters: Sequence[Matter], likes: Sequence[Like]
) -> str | None:
    """The id of the fact that holds this number of a text, where it is told of that fact."""
    if like := _counted(number, read, likes):
        same = number.value == like.orders.value and number.unit in ("orders", "plain")
        return like.fact.id if same else None
    low, high = read.clause(number.start)
    if re.search(f"[{LABEL}]", read.text[low:high]):
        return None  # "$2,950 on chocolate milk"
    if not any(_tells(matter, read, (low, high)) for matter in matters):
        low = read.sentence(number.start)[0]
    return _nearest(number, read, matters, (low, high))


def _counted(number: Number, read: Reading, likes: Sequence[Like]) -> Like | None:
    """The category that this number counts: just before it or just behind it."""
    by_sign = {like.sign: like for like in likes}
    low, _ = read.clause(number.start)
    before = re.findall(f"[{LABEL}#]+", read.text[low : number.start])
    behind = _OF_LABEL.match(read.text, number.end)
    if behind and not (before and before[-1] in by_sign):
        return by_sign.get(behind[0][-1])
    if before:
        return by_sign.get(before[-1][-1])
    # "Chocolate milk stands out, with 31 orders"
    earlier = re.findall(f"[{LABEL}#]+", read.text[read.sentence(number.start)[0] : low])
    alone = _ALONE.fullmatch(read.text, low, read.clause(low)[1])
    return by_sign.get(earlier[-1][-1]) if earlier and alone else None


def _tells(matter: Matter, read: Reading, span: Span) -> bool:
    near = matter.near.search(read.text, *span) or matter.weakly_near.search(read.text, *span)
    return near is not None


def _nearest(number: Number, read: Reading, matters: Sequence[Matter], span: Span) -> str | None:
    """The nearest matter that has a number of this unit, if that is this number."""
    distances: list[tuple[float, bool, str]] = []
    for matter in matters:
        figures = [figure for figure in matter.numbers if _comparable(number, figure)]
        distance = _distance(number, read, matter, span)
        if figures and distance is not None and not matter.apart.search(read.text, *span):
            same = any(figure.value == number.value for figure in figures)
            distances.append((distance, not same, matter.id))
    if not distances:
        return None
    _, wrong, found = min(distances)
    return None if wrong else found


def _comparable(number: Number, figure: Number) -> bool:
    """Whether both count the same; a bare number may stand for orders or money, not a share."""
    bare = number.unit == "plain" and figure.unit in ("orders", "money")
    return number.unit == figure.unit or bare


def _distance(number: Number, read: Reading, matter: Matter, span: Span) -> float | None:
    """Characters to the matter's nearest words; those behind the number go before equal ones."""
    places = [(match.span(), 0.0) for match in matter.near.finditer(read.text, *span)]
    places += [(match.span(), _WEAK) for match in matter.weakly_near.finditer(read.text, *span)]
    return min((_gap(number, place) + more for place, more in places), default=None)


def _gap(number: Number, place: Span) -> float:
    """Characters between them; of words at one distance the longer go first ("last order")."""
    longer = (place[1] - place[0]) / 1000
    if place[0] >= number.end:
        return place[0] - number.end - longer
    return max(number.start - place[1], 0) + 0.5 - longer


def _given_group(name: str, text: str) -> Group:
    """A given attribute as a group of its own, told by the words of its phrase."""
    english = tuple(word for word in re.findall("[a-z]+", text) if len(word) > 2)
    return Group(group=name, near={"en": english, "zh": (text.partition(":")[0],)}, phrases=())


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    if not words:
        return _NEVER
    ordered = sorted(words, key=len, reverse=True)
    return re.compile(
        "|".join(rf"\b{re.escape(w)}\w*" if w[0].isascii() else re.escape(w) for w in ordered)
    )
