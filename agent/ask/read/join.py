"""Linked conditions joined as the question joins them: "or" between two makes any, all else all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Literal

from agent.ask.read import lexicon
from agent.ask.read.days import over_days
from agent.ask.read.reading import USED, Link, Reading
from agent.conditions import All, AnyOf, Bought, Compare, Condition, HasTag, Not

Gap = Literal["or", "and", "list", "plain"]


def join(links: Sequence[Link], reading: Reading) -> tuple[Condition, list[str]]:
    """One condition for all links (in order), and the words that leave more than one reading.

    Two links belong to one "or" where it stands between them, and so do those listed before it
    ("A, B or C"). A negation reaches over its "or": "not A or B" means neither.
    """
    links = _same_age(links)
    gaps = _listed([_gap(a, b, reading) for a, b in pairwise(links)])
    for place, (a, b) in enumerate(pairwise(links)):
        if gaps[place] == "and" and _same_attribute(a, b):
            gaps[place] = "or"  # "aged 25-34 and 35-44" means either
    _one_of(links, gaps, reading)
    groups: list[list[Link]] = []
    for place, link in enumerate(links):
        if place and gaps[place - 1] == "or":
            groups[-1].append(link)
        else:
            groups.append([link])
    parts = [part for group in groups for part in _parts(_any(group))]
    return All(all=tuple(dict.fromkeys(parts))), _ambiguous(links, gaps, reading)


def with_floating_days(links: Sequence[Link], reading: Reading) -> list[Link]:
    """Days that stand apart, as in "In July, how many bought ice cream but no cookies?", are those
    of every condition that could have said some and did not."""
    window = next(iter(reading.windows), None)
    open_links = [link for link in links if link.takes_window and not link.window]
    if len(reading.windows) != 1 or window is None or not open_links:
        return list(links)
    if any(link.window for link in links):
        return list(links)  # then the days could be those of one of them alone
    reading.take(window.start, window.end)
    days = window.as_span()
    return [
        replace(link, condition=over_days(link.condition, days), window=True)
        if link in open_links
        else link
        for link in links
    ]


_ONE_OF = re.compile(
    r"\s*的?[,，]?(?:这|那)?(?:两者|二者|[两三]样|当中|其中|之中|里面?)*(?:(?:至少|任意|任何"
    r"|随便|只要|哪怕)(?:占|满足|符合|有|沾|喜欢|是)?"
    r"|占|满足|符合|沾)(?:其中)?(?:任意|任何|其|了)?[一1](?:样|种|个|条|项|头)(?:就行|即可"
    r"|就可以|都行|都算|也行)?"
)


def _one_of(links: Sequence[Link], gaps: list[Gap], reading: Reading) -> None:
    """ "A、B至少占一样": a list with such words behind it stands for "or"; they are used up."""
    for place, link in enumerate(links):
        match = _ONE_OF.match(reading.rest, link.end)
        if match is None or not place or gaps[place - 1] not in ("list", "and", "or"):
            continue
        reading.take(link.end, match.end())
        for before in reversed(range(place)):
            if gaps[before] not in ("list", "and", "or"):
                break
            gaps[before] = "or"


def _same_age(links: Sequence[Link]) -> list[Link]:
    """The links without "old" or "young" beside an age: "65岁以上的老人" says it twice."""
    aged = any(isinstance(c := link.condition, Compare) and c.field == "age" for link in links)
    tags = [HasTag(tag="age_55_plus"), HasTag(tag="age_under_35")]
    return [link for link in links if not (aged and link.condition in tags)]


def _gap(a: Link, b: Link, reading: Reading) -> Gap:
    """What stands between two links; an "or" is used up here."""
    between = reading.rest[a.end : b.start]
    if match := lexicon.EITHER_OR.search(between):
        reading.take(a.end + match.start(), a.end + match.end())
        return "or"
    if between and not between.strip(" ,、的" + USED):
        if reading.language == "zh" and "、" not in between and not _alike(a, b):
            return "plain"  # "45到64岁,爱喝茶或咖啡": a Chinese comma ends a clause
        return "list" if {",", "、"} & set(between) else "plain"
    both = lexicon.BOTH_AND.search(between)
    return "and" if both and "," not in between[: both.start()] else "plain"


def _alike(a: Link, b: Link) -> bool:
    """Whether two conditions are of one kind: two tags, two purchases, the same field."""
    fields = [getattr(link.condition, "field", "") for link in (a, b)]
    return type(a.condition) is type(b.condition) and fields[0] == fields[1]


def _listed(gaps: list[Gap]) -> list[Gap]:
    """ "A, B or C": the commas before an "or" stand for "or"."""
    for place in reversed(range(len(gaps) - 1)):
        if gaps[place] == "list" and gaps[place + 1] == "or":
            gaps[place] = "or"
    return gaps


def _any(group: list[Link]) -> Condition:
    if len(group) == 1:
        return group[0].condition
    if group[0].negative and not any(link.negative for link in group[1:]):
        neither = [group[0], *(link.negated() for link in group[1:])]
        return All(all=tuple(link.condition for link in neither))
    return AnyOf(any=tuple(link.condition for link in group))


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)


def _same_attribute(a: Link, b: Link) -> bool:
    one, other = a.condition, b.condition
    if not (isinstance(one, Compare) and isinstance(other, Compare)) or one.field != other.field:
        return False
    return {one.op, other.op} <= {"=", "in"} and not isinstance(one.value, float | int)


def _ambiguous(links: Sequence[Link], gaps: Sequence[Gap], reading: Reading) -> list[str]:
    found = []
    for left, right in pairwise(gaps):
        if {left, right} == {"and", "or"}:
            found.append("… and … or …" if reading.language == "en" else "……且……或……")
    for (a, b), gap in zip(pairwise(links), gaps, strict=True):
        if gap in ("and", "or") and a.takes_window and b.takes_window and a.window != b.window:
            spoken = a if a.window else b
            if spoken is b and _standing(a, reading.text):
                continue  # "have 15 orders and bought donuts last month"
            found += reading.window_words(spoken.start, spoken.end)
        if _one_name(a, b, reading.text) or (gap == "plain" and _runs_on(a, b, reading.text)):
            found.append(reading.text[a.start : b.end].strip())
    return found


def _standing(link: Link, text: str) -> bool:
    """Whether a figure is told as what customers have, and not as what they did some time."""
    state = re.search(r"\b(?:have|has|having|with)\s+$", text[: link.start])
    return bool(state) and isinstance(link.condition, Compare)


def _one_name(a: Link, b: Link, text: str) -> bool:
    """Whether two links cut one name: "bought pet toys" as pet and the tag of toys."""
    latin = re.fullmatch(r" +", text[a.end : b.start])
    return bool(latin) and isinstance(_inner(a), Bought) and isinstance(_inner(b), HasTag)


def _runs_on(a: Link, b: Link, text: str) -> bool:
    """Whether two links may be one: "wine in at least 3 orders", "used a coupon 3 times".

    They follow each other without a joint, and the second is a bare count or sum, or one of them
    is the use of coupons, which may be that of those orders alone.
    """
    if not lexicon.NO_JOINT.fullmatch(text[a.end : b.start]):
        return False
    one, other = _inner(a), _inner(b)
    if isinstance(other, Compare) and other.field.startswith(("orders", "spend")):
        bare = not lexicon.NAMED_FIGURE.match(text[b.start : b.end])
        if bare and not (isinstance(one, Compare) and one.field != "coupon_share"):
            return True
    figures = (Compare, Bought)
    return (
        isinstance(one, figures)
        and isinstance(other, figures)
        and "coupon_share"
        in (
            getattr(one, "field", ""),
            getattr(other, "field", ""),
        )
    )


def _inner(link: Link) -> Condition:
    return link.condition.part if isinstance(link.condition, Not) else link.condition
