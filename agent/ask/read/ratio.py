"""Spend of the last 90 days held against that of the 90 days before: the field `spend_trend`.

"whose last 90 days' spend is less than half that of the preceding 90 days", "spent more than twice
as much in the last three months as in the three months before".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.ask.read.reading import Link, Reading
from agent.conditions import Compare

_QUARTER = r"(?:90[ -]days?|3[ -]months?|quarter|12[ -]weeks|13[ -]weeks)"
_NOW = re.compile(
    rf"\b(?:in |over |during |for )?(?:the |their |these )?(?:last|past|latest"
    rf"|most recent) {_QUARTER}(?:'s?|s)?"
)
_EARLIER = re.compile(
    rf"\b(?:(?:in|over|during|for|of|from) )?(?:the |their )?(?:(?:preceding|previous"
    rf"|prior|earlier) {_QUARTER}(?:s)?"
    rf"(?: before)?|{_QUARTER} (?:before(?: that| those| then| them)?"
    rf"|prior(?: to that)?|preceding(?: it| that| them)?"
    r"|earlier|previously))"
)
_SPEND = re.compile(r"\bspen(?:d|t|ds|ding)\b|\bmoney\b")
_HOW = re.compile(
    r"(?P<op>less than|under|below|at most|no more than|more than|over|above|at least)\s+"
    r"(?:(?P<half>half|50%)|(?P<double>twice|double|2 times)|(?P<share>\d+)%"
    r"|(?P<n>\d+(?:\.\d+)?) times)"
    r"|(?P<halved>halved|(?:fell|dropped|down|shrank|shrunk) by (?:more than |over "
    r"|at least )?(?:half|50%))"
    r"|(?P<doubled>doubled)|(?P<less>less|lower|smaller|fell|fallen|dropped|down)"
    r"|(?P<more>more|higher|larger|rose|grew|up)"
)
_FILL = re.compile(
    r"\b(?:is|was|has|have|had|did|do|does|as|much|that|what|of|than|they|it|their|the"
    r"|in|compared|to|with|against"
    r"|versus|vs|relative|total|by|those|for|whose|spending|spent|spend|spends|money"
    r"|amount)\b|[\s,']"
)
_OPS = {
    **dict.fromkeys(("less than", "under", "below"), "<"),
    **dict.fromkeys(("at most", "no more than"), "<="),
    **dict.fromkeys(("more than", "over", "above"), ">"),
    "at least": ">=",
}


def spend_ratios(reading: Reading) -> Iterator[Link]:
    """At most one comparison: both spans of days, spend and the ratio must be said together."""
    earlier = _EARLIER.search(reading.rest)
    now = earlier and _NOW.search(reading.rest)
    if earlier is None or now is None or now.start() == earlier.start():
        return
    start, end = min(now.start(), earlier.start()), max(now.end(), earlier.end())
    said = re.search(r"(?:[a-z'%\d]+ ){0,8}$", reading.rest[:start])
    before = reading.rest[said.start() : start] if said else ""
    for found in (reading.rest[start:end], before):
        if how := _HOW.search(found):
            break
    else:
        return
    if not _SPEND.search(before + reading.rest[start:end]):
        return
    middle = reading.rest[start:end].replace(now[0], " ").replace(earlier[0], " ")
    if _FILL.sub("", middle.replace(how[0], " ")):
        return
    first = _start(reading.rest, start, how[0] if how.string == before else "")
    op, value = _ratio(how)
    yield reading.link(first, end, Compare(field="spend_trend", op=op, value=value))  # type: ignore[arg-type]


def _start(text: str, start: int, how: str) -> int:
    """Where the words for spend and ratio begin before the first span of days."""
    words = re.search(
        r"(?:\b(?:whose|who|that|with)\b )?(?:(?!\b(?:and|or|but)\b)[a-z'%\d]+ )*$", text[:start]
    )
    tail = text[words.start() : start] if words else ""
    found = _SPEND.search(tail)
    place = min(
        [
            m
            for m in (found and found.start(), tail.find(how) if how else None)
            if m is not None and m >= 0
        ],
        default=len(tail),
    )
    return start - len(tail) + place


def _ratio(how: re.Match[str]) -> tuple[str, float]:
    if how["op"]:
        value = 0.5 if how["half"] else 2 if how["double"] else None
        if value is None:
            value = int(how["share"]) / 100 if how["share"] else float(how["n"])
        return _OPS[how["op"]], value
    if how["halved"] or how["doubled"]:
        return ("<=", 0.5) if how["halved"] else (">=", 2)
    return ("<", 1) if how["less"] else (">", 1)
