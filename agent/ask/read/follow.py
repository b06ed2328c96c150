"""Follow-ups: "only those with kids", "and in December?", "不要有宠物的", "by age?".

A fragment refines the query before it. What it does is told by words at its head ("leave out …",
"make that …", "drop the … condition"); what it says of customers is read as any question is.
Conditions are added, taken out, put in the place of those of their kind, or dropped; a span of days
moves the spans there are.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from agent.ask.query import Query
from agent.ask.read.clash import clashes
from agent.ask.read.days import over_days
from agent.ask.read.follow_words import (
    ABOUT_THEM,
    ALSO_ZH,
    ASKS,
    BEGINS,
    DROPS,
    INSTEAD_ZH,
    LEADS,
    LESS,
    PEOPLE,
    PUTS,
    PUTS_BACK,
    REFERS,
    SWAPS,
    TAKES_OUT,
    WITHOUT,
)
from agent.ask.read.moves import of_the_purchase
from agent.ask.read.reading import Reading
from agent.conditions import (
    All,
    AnyOf,
    Bought,
    Compare,
    Condition,
    HasTag,
    Not,
    from_json,
    negated,
    to_json,
)

SHORT = 70
How = Literal["adds", "swaps", "takes out", "denies", "puts back", "drops"]


@dataclass(frozen=True)
class Step:
    """What a follow-up does with the conditions that its words name.

    old: words of what goes, where both are said ("Q3 rather than Q4").
    """

    how: How
    words: str
    old: str | None = None


def fragment(reading: Reading) -> bool:
    """Whether a question leans on the one before."""
    text = reading.text
    if REFERS.search(text) or BEGINS.search(text) or _about_them(text):
        return True
    if DROPS.fullmatch(text) or step(text).how != "adds":
        return True
    return len(text) <= SHORT and not PEOPLE.search(text) and not ASKS.search(text)


def _about_them(text: str) -> bool:
    """ "they" of a question that named nobody before it."""
    match = ABOUT_THEM.search(text)
    return match is not None and not PEOPLE.search(text[: match.start()])


def step(text: str) -> Step:
    """What a follow-up does."""
    text = led(text)
    if match := DROPS.fullmatch(text):
        return Step("drops", _first(match))
    for pattern in PUTS:
        if match := pattern.fullmatch(text):
            groups = match.groupdict()
            return Step("swaps", groups["new"], groups.get("old"))
    if match := PUTS_BACK.fullmatch(text):
        return Step("puts back", _first(match))
    if match := TAKES_OUT.fullmatch(text):
        return Step("denies" if WITHOUT.match(text) else "takes out", _first(match))
    if match := SWAPS.search(text):
        return Step("swaps", f"{text[: match.start()]} {text[match.end() :]}")
    if INSTEAD_ZH.search(text) and not ALSO_ZH.search(text):
        return Step("swaps", text)
    return Step("adds", text)


def led(text: str) -> str:
    """The text without the words that only lead to it."""
    text = text.strip(" \t\n,，.。?？!！:：;；-–—…")
    return LEADS.sub("", text)


def _first(match: re.Match[str]) -> str:
    return next(group for group in match.groups() if group is not None)


def refine(before: Query, new: Query, reading: Reading, done: Step, gone: Condition) -> Query:
    """The query before with what a fragment adds, replaces or asks for in another way.

    new: what its words say by themselves. gone: what it says goes.
    """
    asked = {name: value for name in _SHOWN if (value := getattr(new, name)) is not None}
    window = next(iter(reading.spare), None)
    days = window.as_span() if window else None
    where = _refined(before.where, new.where, days, done, gone, reading.text)
    kind = new.kind if new.kind not in ("count", "search") or _counts(reading) else before.kind
    if kind == before.kind == "compare" and before.against is not None:
        asked["against"] = _refined(before.against, new.where, days, done, gone, reading.text)
    if kind == before.kind == "trend" and new.measure == "customers":
        asked.pop("measure" if not PEOPLE.search(reading.text) else "", None)
    lost = {} if kind == before.kind else dict.fromkeys((*_SHOWN, "against"))
    return before.model_copy(update={**lost, **asked, "where": where, "kind": kind})


_SHOWN = ("by", "rank", "limit", "customer", "every", "measure", "like")


def _refined(
    where: Condition,
    new: Condition,
    days: dict[str, object] | None,
    done: Step,
    gone: Condition,
    text: str,
) -> Condition:
    """The condition with what a fragment says. text: all of the fragment."""
    parts = _parts(new)
    if days is not None:
        where = over_days(where, days)
    if counted := of_the_purchase(where, parts, text):
        return counted
    if done.how == "swaps":
        return _swapped(where, parts, gone)
    if done.how == "takes out" and set(kept := _parts(where)) & set(parts):
        return All(all=tuple(part for part in kept if part not in parts))  # who were asked for
    if done.how in ("takes out", "denies") and parts:
        parts = (_none_of(parts),)
    left = [old for old in _parts(where) if not any(_supersedes(new, old) for new in parts)]
    parts = tuple(_over_days_of(where, part) for part in parts)
    return All(all=tuple(dict.fromkeys((*left, *parts))))


def _supersedes(new: Condition, old: Condition) -> bool:
    """ "over 1,000?" after "over 500": a bound of the same figure on the same side; or both
    cannot be met."""
    if clashes(new, old):
        return True
    if not (isinstance(new, Compare) and isinstance(old, Compare)) or new.windowed:
        return False
    figure = isinstance(new.value, int | float) and new.op[0] == old.op[0] and new.op[0] in "<>"
    return figure and new.field == old.field.split("_last_")[0]


def _over_days_of(where: Condition, new: Condition) -> Condition:
    """The new bound of a figure over the days of the old one."""
    for old in _parts(where):
        if _supersedes(new, old) and isinstance(old, Compare) and isinstance(new, Compare):
            return old.model_copy(update={"op": new.op, "value": new.value, "to": new.to})
    return new


def _none_of(parts: tuple[Condition, ...]) -> Condition:
    return negated(parts[0] if len(parts) == 1 else All(all=parts))


def restored(where: Condition, named: Condition) -> Condition | None:
    """The condition without the denial of another; None if that was never denied."""
    denied = _none_of(_parts(named))
    kept = tuple(part for part in _parts(where) if part != denied and not clashes(named, part))
    return All(all=kept) if len(kept) < len(_parts(where)) else None


def without(where: Condition, topics: Collection[str]) -> Condition:
    """The condition without the parts that speak of any of the topics; "days": without days."""
    if "days" in topics:
        where = over_days(where, {})
        where = All(all=tuple(p for p in _parts(where) if p != _EVER_ORDERED))
    return All(all=tuple(part for part in _parts(where) if not topic(part) & set(topics)))


_EVER_ORDERED = Compare(field="orders", op=">=", value=1)


def topic(condition: Condition) -> set[str]:
    """What a condition speaks of: fields, tags as `tag:x`, purchases as `bought:x`."""
    match condition:
        case Compare():
            return {condition.field.split("_last_")[0]}
        case HasTag():
            return {f"tag:{condition.tag}"}
        case Bought():
            return {f"bought:{word}" for word in condition.bought}
        case Not():
            return topic(condition.part)
        case All():
            return set[str]().union(*map(topic, condition.all))
        case AnyOf():
            return set[str]().union(*map(topic, condition.any))
    return set()


def relisted(before: Query, text: str) -> Query | None:
    """ "the bottom ten", "just 5", "the other way round": a list in other order or length."""
    match = LESS.fullmatch(led(text))
    if match is None or (before.rank is None and before.limit is None):
        return None
    said = match.groupdict()
    number = next((int(v) for k, v in said.items() if k.startswith("n") and v), before.limit)
    rank = before.rank
    if rank is not None and (said["other"] or said["other_zh"]):
        rank = rank.model_copy(update={"order": "least" if rank.order == "most" else "most"})
    elif rank is not None and (said["low"] or said["low_zh"]):
        rank = rank.model_copy(update={"order": "least"})
    elif rank is not None and (said["high"] or said["high_zh"]):
        rank = rank.model_copy(update={"order": "most"})
    return before.model_copy(update={"rank": rank, "limit": number})


def _counts(reading: Reading) -> bool:
    return bool(re.search(r"\bhow many\b|多少|几个|几位", reading.text))


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)


def _swapped(where: Condition, parts: tuple[Condition, ...], gone: Condition) -> Condition:
    """Each new part instead of what goes, else of the last old one of its kind; added where there
    is none."""
    kept, leaving = list(_parts(where)), topic(gone)
    for part in parts:
        places = [n for n in range(len(kept)) if topic(kept[n]) & leaving]
        places = places or [n for n in range(len(kept)) if _alike(kept[n], part)]
        places = places or [n for n in range(len(kept)) if _likings(kept[n], part)]
        if places:
            kept[places[-1]] = _in_place(kept[places[-1]], part)
        else:
            kept.append(part)
    return All(all=tuple(kept))


def _alike(old: Condition, new: Condition) -> bool:
    one, other = _inner(old), _inner(new)
    if isinstance(one, Compare) and isinstance(other, Compare):
        return one.field.split("_last_")[0] == other.field.split("_last_")[0]
    return type(one) is type(other) and isinstance(one, Bought | HasTag)


def likings(where: Condition) -> bool:
    """Whether it says last what customers like or buy."""
    parts = _parts(where)
    return bool(parts) and _likings(parts[-1], parts[-1])


def _likings(old: Condition, new: Condition) -> bool:
    """A purchase and a tag may stand for each other: "make that tea lovers"."""
    return isinstance(old, Bought | HasTag) and isinstance(new, Bought | HasTag)


def _in_place(old: Condition, new: Condition) -> Condition:
    """The new purchase keeps counts and days of the old one, where it says none itself."""
    if isinstance(old, Not) and not isinstance(new, Not) and isinstance(old.part, Bought):
        return negated(_in_place(old.part, new))
    if not (isinstance(old, Bought) and isinstance(new, Bought)):
        return new
    return from_json({**to_json(old), **to_json(new)})


def _inner(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else condition
