"""The two audiences of a comparison, where one says only in what it departs from the other.

"… with those who didn't", "married and unmarried customers who buy wine", "in October versus
November", "the top 10% by spend against the bottom 10%": what a side leaves out, the other says.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from agent.ask.read.contrast import Contrast
from agent.ask.read.contrast_words import BOTH, NEITHER
from agent.ask.read.dates import SAME_TIME, Window
from agent.ask.read.days import over_days
from agent.conditions import All, Bought, Compare, Condition, HasTag, Not, negated, walk

Read = Callable[[str], Condition | None]
MOST_TRIES = 14
_HEAD = re.compile(r"\s*(?:for|in|during|over|on|就|在)?\s*")


class Opposer:
    """Reads the sides of comparisons.

    read: the condition that words name, None unless all of them are understood. days: the spans
    of days said in words.
    """

    def __init__(self, read: Read, days: Callable[[str], list[Window]]) -> None:
        self._read, self._days = cache(read), days

    def sides(self, found: Contrast, *, lent: bool) -> tuple[Condition, Condition | None] | None:
        """Both audiences (the second None: all others), if both are understood.

        lent: whether a side that says nothing by itself may borrow words of the other.
        """
        days = self._bare_days(f"in {found.shared}") if found.shared else None
        shared = self._read(found.shared) if found.shared and days is None else None
        if found.shared and shared is None and days is None:
            return None
        first = self._read(found.audience)
        if found.against is None:
            return None if first is None else (_both(shared, days, first), None)
        pair = self._two(found, first, found.against, lent)
        if pair is None or _same(*pair):
            return None
        one, other = (_both(shared, days, side) for side in pair)
        return None if days and one == pair[0] else (one, other)

    def _two(
        self, found: Contrast, first: Condition | None, against: str, lent: bool
    ) -> tuple[Condition, Condition] | None:
        if match := NEITHER.fullmatch(self._without_same_days(found.audience, against)):
            return None if first is None else (first, _opposite(first, match))
        if BOTH.fullmatch(against) and first is not None:
            return first, _all_of(first)
        second = self._read(self._with_same_days(found.audience, against))
        if first is not None and second is not None:
            if days := self._common_days(found.audience, against):
                return over_days(first, days.as_span()), over_days(second, days.as_span())
            more = found.parallel and len(topics(second)) > len(topics(first))
            shared = self._like(second, self._ends(found.audience, against)) if more else None
            return shared or first, second
        return self._borrowed(found, first, second) if lent else None

    def _borrowed(
        self, found: Contrast, first: Condition | None, second: Condition | None
    ) -> tuple[Condition, Condition] | None:
        """Both sides, one of which says only in what it departs from the other."""
        against = found.against or ""
        if first is not None:
            other = self._elliptic(first, found.audience, against)
            return None if other is None else (first, other)
        if second is not None:
            other = self._like(second, self._ends(found.audience, against))
            return None if other is None else (other, second)
        return None

    def _elliptic(self, first: Condition, audience: str, against: str) -> Condition | None:
        """The second audience, which leaves out what the first one said: "versus November"."""
        if (days := self._bare_days(against)) is not None:
            moved = over_days(first, days.as_span())
            return None if moved == first else moved
        return self._like(first, self._grafts(audience, against))

    def _bare_days(self, words: str) -> Window | None:
        found = self._days(words)
        if len(found) != 1:
            return None
        rest = words[: found[0].start] + words[found[0].end :]
        return (
            None if re.sub(r"\b(?:in|during|the|those|of|that)\b|[\s,的在]", "", rest) else found[0]
        )

    def _common_days(self, one: str, other: str) -> Window | None:
        """Days that stand apart at the head or the end: "in May, people who … with people who"."""
        mine, theirs = self._days(one), self._days(other)
        if len(mine) == 1 and not theirs and _HEAD.fullmatch(one[: mine[0].start]):
            return mine[0] if one[mine[0].end :].lstrip(" ").startswith((",", "，")) else None
        if len(theirs) == 1 and not mine and not other[theirs[0].end :].strip():
            return theirs[0] if re.search(r"[,，]\s*\w*\s*$", other[: theirs[0].start]) else None
        return None

    def _like(self, other: Condition, texts: Iterator[str]) -> Condition | None:
        """The first reading that is of the same make as the other audience, but not the same."""
        for _, text in zip(range(MOST_TRIES), texts, strict=False):
            found = self._read(text)
            if found is not None and topics(found) == topics(other) and found != other:
                return found
        return None

    def _ends(self, one: str, other: str) -> Iterator[str]:
        """The words of one side with the end of the other behind them."""
        words = _words(other)
        for place in range(1, len(words)):
            yield _glued([one, *words[place:]])

    def _grafts(self, one: str, other: str) -> Iterator[str]:
        """The words of the other side with the beginning of the first before, or its end behind."""
        words = _words(one)
        for place in range(1, len(words)):
            yield _glued([*words[:-place], other])
            yield _glued([other, *words[place:]])

    def _without_same_days(self, audience: str, against: str) -> str:
        """ "跟下半年没买过的": days that the first audience has said as well say nothing more."""
        mine, theirs = self._days(audience), self._days(against)
        if len(mine) != 1 or len(theirs) != 1 or mine[0].as_span() != theirs[0].as_span():
            return against
        return f"{against[: theirs[0].start]}{against[theirs[0].end :]}".strip(" 里在,，")

    def _with_same_days(self, audience: str, against: str) -> str:
        """ "in the same period" of the second audience is the days of the first."""
        said = self._days(audience)
        if not said:
            return against
        return SAME_TIME.sub(f" {audience[said[0].start : said[0].end]} ", against)


def _both(shared: Condition | None, days: Window | None, mine: Condition) -> Condition:
    """A side with what is said of both: who they are, or on which days."""
    if days is not None:
        return over_days(mine, days.as_span())
    return mine if shared is None else _joined(shared, mine)


def _joined(one: Condition, other: Condition) -> Condition:
    return All(all=tuple(dict.fromkeys((*_parts(one), *_parts(other)))))


def _same(one: Condition, other: Condition) -> bool:
    return set(_parts(one)) == set(_parts(other))


def _all_of(first: Condition) -> Condition:
    """Every part of an audience, its negations taken back."""
    return All(all=tuple(p.part if isinstance(p, Not) else p for p in _parts(first)))


def _opposite(first: Condition, match: re.Match[str]) -> Condition:
    """Who is not: of several parts the last said is denied, the others are kept."""
    parts = list(_parts(first))
    last = parts[-1]
    zeros: dict[str, int | str] = {"orders": 0, "kids_count": "0"}
    if match["none"] and isinstance(last, Compare) and last.field in zeros:
        days = last.model_dump(include={"since", "until", "last_days"})
        none = Compare(field=last.field, op="=", value=zeros[last.field], **days)
        return All(all=(*parts[:-1], none))
    if match["whole"]:
        return negated(first if len(parts) > 1 else last)
    bought = isinstance(last, Bought)
    denied = [part for part in parts if (bought and isinstance(part, Bought)) or part == last]
    kept = [part for part in parts if part not in denied]
    no = negated(denied[0] if len(denied) == 1 else All(all=tuple(denied)))
    return All(all=(*kept, no)) if kept else no


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)


def topics(condition: Condition) -> list[str]:
    """What a condition speaks of, so that two can be told to be of one make."""
    named = [
        part.field.split("_last_")[0] if isinstance(part, Compare) else type(part).__name__
        for part in walk(condition)
        if isinstance(part, Compare | Bought | HasTag)
    ]
    return sorted(named)


def _words(text: str) -> list[str]:
    """Words of English, letters of Chinese."""
    return re.findall(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+", text)


def _glued(parts: list[str]) -> str:
    """Chinese letters without blanks between them."""
    text = " ".join(parts)
    return re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", text)
