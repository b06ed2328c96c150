"""Follow-ups: "only those with kids", "and in December?", "不要有宠物的", "by age?".

A fragment refines the query before it. A part of the same kind is replaced after "what about"
("what about beer?"), a span of days alone moves the spans there are, everything else is added.
"""

from __future__ import annotations

import re

from agent.ask.days import over_days
from agent.ask.query import Query
from agent.ask.reading import Reading
from agent.conditions import (
    All,
    Bought,
    Compare,
    Condition,
    HasTag,
    Not,
    from_json,
    to_json,
)

SHORT = 40
_REFERS = re.compile(
    r"\b(?:those|these|them|of (?:them|those|these)|the same|among them)\b|其中|这些"
    r"|那些|他们|她们|上述|刚才|同样"
)
_BEGINS = re.compile(
    r"^\s*(?:and|but|now|only|just|also|then|ok(?:ay)?|what about|how about|what if"
    r"|instead|without|"
    r"excluding|except|exclude|remove|drop|minus|not)\b"
    r"|^\s*(?:那|再|只|仅|还有|不要|别要|去掉|排除|除去|除掉|换成|改成|其中|而|加上"
    r"|另外|如果|并且|且|从中)"
)
_PEOPLE = re.compile(
    r"\b(?:customers?|people|households|shoppers?|spenders?|buyers?|members?|we|our"
    r"|us)\b|顾客|客户|用户|会员"
)
_ASKS = re.compile(r"^\s*how many\b|多少|几(?:个|位)")
_SWAPS = re.compile(
    r"^\s*(?:(?:and|ok(?:ay)?|so|now)\s*,?\s*)?(?:what about|how about|and for"
    r"|same(?: thing| question)? (?:for|with)|make (?:that|it|them)|what if it (?:is"
    r"|were)|instead)\b|\binstead\b|\brather than\b|^\s*那?(?:换成|改成|如果是|要是)"
    r"|^\s*那.*呢[?？]?$"
)


def fragment(reading: Reading) -> bool:
    """Whether a question leans on the one before."""
    text = reading.text
    if _REFERS.search(text) or _BEGINS.search(text):
        return True
    return len(text) <= SHORT and not _PEOPLE.search(text) and not _ASKS.search(text)


def refine(before: Query, new: Query, reading: Reading, said: str) -> Query:
    """The query before with what a fragment (`said`) adds, replaces or asks for in another way."""
    parts = _parts(new.where)
    window = next(iter(reading.spare), None)
    where = before.where
    if window is not None and not parts:
        where = over_days(where, window.as_span())
    elif _SWAPS.search(said):
        where = _swapped(where, parts)
    else:
        where = All(all=tuple(dict.fromkeys((*_parts(where), *parts))))
    asked = {name: value for name in _SHOWN if (value := getattr(new, name)) is not None}
    kind = new.kind if new.kind not in ("count", "search") or _counts(reading) else before.kind
    if kind == "compare" and not asked and before.against is not None and window is not None:
        asked["against"] = over_days(before.against, window.as_span())
    gone = {} if kind == before.kind else dict.fromkeys(_SHOWN)
    return before.model_copy(update={**gone, **asked, "where": where, "kind": kind})


_SHOWN = ("by", "rank", "limit", "customer", "every", "measure", "like")


def _counts(reading: Reading) -> bool:
    return bool(re.search(r"\bhow many\b|多少|几个|几位", reading.text))


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)


def _swapped(where: Condition, parts: tuple[Condition, ...]) -> Condition:
    """Each new part instead of the last old one of its kind; added where there is none."""
    kept = list(_parts(where))
    for part in parts:
        place = next((n for n in reversed(range(len(kept))) if _alike(kept[n], part)), None)
        if place is None:
            kept.append(part)
        else:
            kept[place] = _in_place(kept[place], part)
    return All(all=tuple(kept))


def _alike(old: Condition, new: Condition) -> bool:
    one, other = _inner(old), _inner(new)
    if isinstance(one, Compare) and isinstance(other, Compare):
        return one.field.split("_last_")[0] == other.field.split("_last_")[0]
    return type(one) is type(other) and isinstance(one, Bought | HasTag)


def _in_place(old: Condition, new: Condition) -> Condition:
    """The new purchase keeps counts and days of the old one, where it says none itself."""
    if not (isinstance(old, Bought) and isinstance(new, Bought)):
        return new
    return from_json({**to_json(old), **to_json(new)})


def _inner(condition: Condition) -> Condition:
    return condition.part if isinstance(condition, Not) else condition


def swaps(text: str) -> bool:
    """Whether a follow-up puts something in the place of what was said: "what about beer?"."""
    return bool(_SWAPS.search(text))
