"""Habits told as a part of all orders, or as the days between them, wherever the words stand.

"do more than two thirds of their ordering in the evening", "order at weekends over 60% of the
time", "let more than two weeks pass between orders", "order every 10 days or more often".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.ask.read import lexicon
from agent.ask.read.dates import days_of
from agent.ask.read.reading import Link, Reading
from agent.conditions import Compare

_BEFORE = "|".join(f"(?P<b{n}>{words})" for n, (_, words) in enumerate(lexicon.BEFORE))
_AFTER = "|".join(f"(?P<a{n}>{words})" for n, (_, words) in enumerate(lexicon.AFTER))
_PARTS = {"third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
_PART = (
    rf"(?:(?:(?:{_BEFORE})\s+)?(?:(?P<percent>\d{{1,3}}(?:\.\d{{1,6}})?)\s*%(?:\s+(?:{_AFTER}))?"
    rf"|(?P<n>\d|an?|one)[\s-](?P<of>{'|'.join(_PARTS)})s?)"
    r"|(?P<most>(?:the\s+)?(?:vast\s+|great\s+|large\s+)?(?:majority|bulk|lion's share|better part)"
    r"|most|mostly))"
)
_ORDERS = (
    r"(?:orders?|ordering|shopping|buying|purchases|purchasing|baskets|trips|visits|transactions"
    r"|shops|bought)"
)
_OF = rf"\s+(?:of\s+)?(?:(?:their|the|all|his|her|its|our)\s+)*{_ORDERS}\b"
_FILL = (
    r"(?:[\s,]|\b(?:are|is|were|was|been|be|fall|falls|falling|fell|happen|happens|happened|come"
    r"|comes|came|take|takes|took|place|placed|made|done|being|get|gets|that|which|when|for|right"
    r"|at|on|in|over|during|the|a|by|with|about|something like)\b)*"
)
_WHEN = (
    r"(?:(?P<evening>(?:in|during|at|of)\s+(?:the\s+)?(?:evenings?|nights?)|evenings)"
    r"|(?P<weekend>(?:on|at|over|during)\s+(?:a\s+|the\s+)?weekends?|weekends)"
    r"|(?P<coupon>(?:with|using|use|used|involve|involved|redeeming|carry|carried|contain"
    r"|contained|include|included|have|had|having)\s+(?:an?\s+|any\s+|some\s+)?coupons?))\b"
)
_DO = (
    r"(?:\b(?:do|does|did|doing|make|makes|made|place|places|placed|placing|put|have|has|had|with"
    r"|having|for\s+whom|whose)\s+)?"
)
_USUALLY = r"(?:usually|typically|normally|generally|regularly|on average|as a rule|in general)"
_SHARES = (
    re.compile(rf"{_DO}(?<![\w.]){_PART}{_OF}{_FILL}{_WHEN}"),
    re.compile(
        rf"\b(?:(?:order|shop|buy|purchase|come|do\s+their\s+(?:shopping|ordering))(?:s|ing|ed)?)\s+"
        rf"{_WHEN}{_FILL}(?<![\w.]){_PART}(?:\s+(?:of\s+)?(?:the\s+time|all\s+occasions)|{_OF})"
    ),
    re.compile(
        rf"\b(?P<coupon_used>(?:use|uses|used|using|redeem|redeems|redeemed)\s+(?:an?\s+|any\s+"
        rf"|their\s+)?coupons?){_FILL}(?<![\w.]){_PART}(?:\s+(?:of\s+)?(?:the\s+time|all\s+occasions)"
        rf"|{_OF})"
    ),
)
_N = lexicon.SMALL_NUMBER
_DAYS = rf"(?P<n>{_N}|an?|one)\s+(?P<unit>days?|weeks?|months?)(?:\s+(?:{_AFTER}))?"
_GAP = re.compile(
    rf"(?:\b{_USUALLY}\s+)?(?:\b(?:let|lets|leave|leaves|wait|waits|go|goes|take|takes|have|has|with"
    rf"|see|sees)\s+)?(?:{_USUALLY}\s+)?(?:{_BEFORE})\s+{_DAYS}\s+(?:{_USUALLY}\s+)?"
    rf"(?:(?:pass|passes|elapse|go by|goes by|lie|lies|in)\s+)?between\s+"
    rf"(?:(?:their|2|any|the|single|consecutive)\s+)*{_ORDERS}(?:\s*,?\s*{_USUALLY})?"
)
_EVERY = re.compile(
    r"\b(?:order|shop|buy|purchase|come|come back|reorder|return|place an order)s?\s+"
    rf"(?:with us\s+|here\s+)?(?:{_USUALLY}\s+|about\s+|roughly\s+|around\s+)*"
    rf"(?:(?P<least>at least|more often than|less often than)\s+)?(?:once\s+|1 times\s+)?every\s+"
    rf"(?P<n>{_N})\s+(?P<unit>days?|weeks?|months?)"
    r"(?:\s+or\s+(?P<or>less|sooner|more often|more frequently|faster|longer|less often))?"
)
_EVERY_OPS = {"at least": "<=", "more often than": "<", "less often than": ">"}


def habits(reading: Reading) -> Iterator[Link]:
    """Every such part of the orders and every such number of days between them."""
    yield from _shares(reading)
    yield from _gaps(reading)


def _shares(reading: Reading) -> Iterator[Link]:
    for pattern in _SHARES:
        for match in list(pattern.finditer(reading.rest)):
            op = ">" if match["most"] else _op(match)
            if op is not None:
                condition = Compare(field=_field(match), op=op, value=_part(match))
                yield reading.link(*match.span(), condition)


def _gaps(reading: Reading) -> Iterator[Link]:
    for match in list(_GAP.finditer(reading.rest)):
        yield reading.link(*match.span(), _between(_op(match) or "=", match))
    for match in list(_EVERY.finditer(reading.rest)):
        told = _EVERY_OPS.get(match["least"] or "")
        behind = match["or"] and (">=" if match["or"] in ("longer", "less often") else "<=")
        if op := told or behind:
            yield reading.link(*match.span(), _between(op, match))


def _between(op: str, match: re.Match[str]) -> Compare:
    number = "1" if match["n"] in ("a", "an", "one") else match["n"]
    return Compare(field="usual_gap_days", op=op, value=days_of(number, match["unit"]))  # type: ignore[arg-type]


def _field(match: re.Match[str]) -> str:
    groups = match.groupdict()
    if groups.get("evening"):
        return "evening_share"
    return "weekend_share" if groups.get("weekend") else "coupon_share"


def _part(match: re.Match[str]) -> float:
    if match["most"]:
        return 0.5
    if match["percent"]:
        return float(match["percent"]) / 100
    return int(match["n"] if match["n"].isdigit() else 1) / _PARTS[match["of"]]


def _op(match: re.Match[str]) -> lexicon.Op | None:
    """The comparison before or behind the number; None if none is said."""
    groups = match.groupdict()
    for letter, listed in (("b", lexicon.BEFORE), ("a", lexicon.AFTER)):
        for number, (op, _) in enumerate(listed):
            if groups.get(f"{letter}{number}"):
                return op
    return None
