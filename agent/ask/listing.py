"""How customers are to be listed: "top 20 by spend", "who ordered most often", "消费最高的20位"."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from agent.ask import lexicon
from agent.ask.figures import FigureLinker
from agent.ask.numerals import to_number
from agent.ask.query import Rank
from agent.ask.reading import USED, Reading
from agent.conditions import WINDOWED

_N = lexicon.SMALL_NUMBER

_PEOPLE = (
    r"(?:customers?|shoppers?|buyers?|clients?|households?|people|members?|users?"
    r"|accounts?|spenders?)"
)

_PEOPLE_ZH = r"(?:顾客|客户|用户|会员|买家|家庭|人)"

_MOST = {"top", "best", "biggest", "largest", "highest", "most", "greatest", "longest"}

_LEAST = {"bottom", "lowest", "smallest", "least", "fewest", "worst", "shortest"}

_SIDE = "|".join(sorted(_MOST | _LEAST, key=len, reverse=True))

# "top 20 customers by spend", "the 10 biggest spenders", "first 5 customers"
_TOP = re.compile(
    rf"\b(?:(?:the|our|my)\s+)*(?:(?P<side>{_SIDE}|first)\s+(?P<n>{_N})"
    rf"|(?P<n2>{_N})\s+(?P<side2>{_SIDE}))"
    rf"(?!\s*(?:%|percent))\s*(?P<who>{_PEOPLE})?"
)

_BY = re.compile(
    r"\s*,?\s*(?:(?:ranked|sorted|ordered)\s+)?(?:by|in terms of|on"
    r"|according to)\s+(?:their\s+|total\s+|the\s+)*"
)

# "10 customers with the highest spend", "who spend the most"
_SUPERLATIVE = re.compile(
    r"(?:\b(?:with|have|has|having)\s+)?\b(?:the\s+)?(?P<side>highest|lowest|biggest"
    r"|largest|smallest|greatest|most|fewest|least|longest|shortest)\s+(?:total\s+"
    r"|number of\s+)?"
)

_VERB_MOST = re.compile(
    r"\b(?:who\s+|that\s+|which\s+)?(?:have\s+|has\s+)?(?P<verb>spen[dt]s?|paid|pays?"
    r"|order(?:s|ed)?|shop(?:s|ped)?)\s+"
    r"(?:the\s+)?(?P<side>most|least)(?:\s+(?:often|frequently|money|orders))?"
)

_OTHER_MOST: tuple[tuple[re.Pattern[str], Rank], ...] = (
    (
        re.compile(
            r"\b(?:(?:have|has|had)\s+)?(?:gone|been|not ordered|n't ordered|not bought"
            r"|inactive|silent|quiet)?\s*(?:for\s+)?the\s+longest(?:\s+time)?(?:\s+(?:without"
            r"|since)\s+(?:an?\s+|their\s+(?:last\s+)?)?(?:order|purchase|ordering|buying"
            r"|shopping))\b"
        ),
        Rank(field="days_since_last_order"),
    ),
    (
        re.compile(
            r"\b(?:been\s+)?(?:with us|customers?"
            r"|a customer)\s+(?:for\s+)?(?:the\s+)?longest\b|\blongest[- ](?:standing"
            r"|serving)\b"
        ),
        Rank(field="tenure_days"),
    ),
    (
        re.compile(
            r"\b(?:shopped|ordered|bought|purchased|been)\s+(?:with us\s+"
            r"|here\s+)?(?:the\s+)?most recently\b|\bmost recent(?:ly)?\s+(?:orders?"
            r"|purchases?|customers?)?"
        ),
        Rank(field="days_since_last_order", order="least"),
    ),
)

_OTHER_MOST_ZH: tuple[tuple[re.Pattern[str], Rank], ...] = (
    (re.compile(r"(?:下单|购买|来|购物)(?:得|的)?最(?:勤|频繁|多|密)的?"), Rank(field="orders")),
    (re.compile(r"花钱?(?:得)?最(?:多|大|狠)的?"), Rank(field="spend")),
    (
        re.compile(r"(?:当|成为)?(?:顾客|客户|会员)(?:的)?(?:时间)?最(?:久|长)的?"),
        Rank(field="tenure_days"),
    ),
)

_COUNT_ZH = re.compile(
    rf"(?:取|挑|捞|选|列|给|要|抽)?(?:出来?)?(?:前|top\s*)?(?P<n>{_N})\s*(?:位|名|个"
    rf"|户)(?:人|顾客|客户)?(?:出来|就行|即可|就好|给我)?"
)

_SOME_N = re.compile(
    rf"\b(?:the|our|list|show|find|name|me|which|what)\s+(?:the\s+)?(?P<n>{_N})\s+(?=[a-z])"
)

_FIRST_N = re.compile(
    rf"\b(?:list|show|give|find|name|get|which|what|the|who are|need|want"
    rf"|pull)\s+(?:me\s+|us\s+)?(?:the\s+)?(?P<n>{_N})\s+(?:\w+\s+)?(?P<who>{_PEOPLE})"
)

_SORTED = re.compile(
    r",?\s*\b(?:ranked|sorted|ordered|rank(?: them)?|sort(?: them)?)\s+by\s+(?:their\s+|total\s+)*"
)

_DIRECTION = re.compile(
    r"\s*,?\s*\(?(?:from\s+)?(?P<down>(?:in\s+)?desc(?:ending)?(?: order)?"
    r"|high(?:est)?(?: to low(?:est)?| first)|most first)"
    r"|\s*,?\s*\(?(?:from\s+)?(?P<up>(?:in\s+)?asc(?:ending)?(?: order)?"
    r"|low(?:est)?(?: to high(?:est)?| first)|least first)"
)

_HIGH_ZH = r"(?P<side>最高|最多|最大|最强|最低|最少|最小|最近|最久|最长|最短)"

_SILENT_ZH = re.compile(
    rf"(?:最久|最长时间|最长)(?:没有?|未)(?:再)?(?:下单|购物|购买|消费|来|买)(?:过"
    rf"|了)?的?(?:前)?(?P<n>{_N})?\s*(?:位|名|个)?"
)

_TOP_ZH = re.compile(
    rf"{_HIGH_ZH}的?(?:前)?(?P<n>{_N})?\s*(?:位|名|个|大)?(?=的|{_PEOPLE_ZH}|$|[?。,是])"
    rf"|(?:排名)?(?:前|top\s*)(?P<n2>{_N})(?!\s*%)\s*(?:位|名|个|大)?(?!订单|单|\d)"
    rf"|(?P<last>倒数)第?(?P<n3>{_N})\s*(?:位|名|个)?"
)

_SORTED_ZH = re.compile(r",?(?:并|请)?(?:按照?|根据|以)")

_SORT_TAIL_ZH = re.compile(
    r"(?:总额|金额|数量?)?(?P<dir>从高到低|从低到高|从多到少|从少到多|由高到低"
    r"|由低到高|降序|升序|倒序)?(?:来)?(?:(?:排序|排名|排列|排)(?:的)?|(?:取|选出?|看"
    r"|挑出?|列出|捞|给|要)?(?=前|最|捞|取|挑|选|给|\d|[,，]|$))"
)

_LOW_ZH = {"最低", "最少", "最小", "最短"}

_UP_ZH = {"从低到高", "从少到多", "由低到高", "升序"}


@dataclass(frozen=True)
class Listing:
    """How customers are to be listed."""

    rank: Rank | None = None
    limit: int | None = None


def listing(reading: Reading, figures: FigureLinker) -> Listing | None:
    """The order and the length of a list, if the question asks for any."""
    found = _listing_en(reading, figures) or _listing_zh(reading, figures)
    if found is None or found.rank is None:
        return found
    return Listing(_over_days(found.rank, reading), found.limit)


def _over_days(rank: Rank, reading: Reading) -> Rank:
    """ "top 20 by spend in the last 3 months": a span of days beside what was just taken."""
    if rank.field not in WINDOWED:
        return rank
    for window in reading.windows:
        before = reading.rest[: window.start].rstrip(" ,的")
        behind = reading.rest[window.end :].lstrip(" ,的")
        if before.endswith(USED) or behind.startswith(USED):
            reading.take(window.start, window.end)
            field = lexicon.WINDOWED.get((rank.field, window.last_days or 0))
            days = {} if field else window.as_span()
            return Rank(field=field or rank.field, order=rank.order, **days)
    return rank


_NUMBER_ONE = re.compile(
    r"\b(?:our|the)\s+(?:(?:very\s+)?(?:best|top|biggest)|number\s+one|no\.?\s*1"
    r"|#\s*1)\s+(?:customer|shopper|client|spender|buyer)\b"
)


def _listing_en(reading: Reading, figures: FigureLinker) -> Listing | None:
    if match := _NUMBER_ONE.search(reading.rest):
        reading.take(*match.span())
        return Listing(Rank(field=_anywhere(reading, figures) or "spend"), 1)
    if match := _TOP.search(reading.rest):
        side, number = match["side"] or match["side2"], match["n"] or match["n2"]
        spenders = (match["who"] or "").startswith("spender")
        reading.take(*match.span())
        field = _named_by(reading, figures, match.end(), _BY) or _anywhere(reading, figures)
        if field is None and (found := _superlative(reading, figures)) and found.rank:
            return Listing(found.rank, int(to_number(number)))
        if side == "first" and field is None:
            return Listing(None, int(to_number(number)))
        if field is None and not spenders and match["who"] is None:
            reading.give_back(*match.span())
            return None
        rank = Rank(field=field or "spend", order="least" if side in _LEAST else "most")
        return Listing(rank, int(to_number(number)))
    return _superlative(reading, figures)


def _superlative(reading: Reading, figures: FigureLinker) -> Listing | None:
    """ "the 10 customers with the most orders", "who spent the most", "sorted by spend"."""
    counted = _FIRST_N.search(reading.rest)
    rank = (
        _named_superlative(reading, figures)
        or _other_most(reading, chinese=False)
        or _verb_most(reading)
        or _sorted_en(reading, figures)
    )
    counted = counted or (_SOME_N.search(reading.rest) if rank else None)
    if counted is None:
        return Listing(rank) if rank else None
    reading.take(*counted.span("n"))
    return Listing(rank, int(to_number(counted["n"])))


def _named_superlative(reading: Reading, figures: FigureLinker) -> Rank | None:
    for found in _SUPERLATIVE.finditer(reading.rest):
        if (named := figures.named_at(reading.rest, found.end())) is not None:
            reading.take(found.start(), named[1])
            return Rank(field=named[0], order="least" if found["side"] in _LEAST else "most")
    return None


def _verb_most(reading: Reading) -> Rank | None:
    found = _VERB_MOST.search(reading.rest)
    if found is None:
        return None
    reading.take(*found.span())
    field = "spend" if found["verb"].startswith(("sp", "pa")) else "orders"
    return Rank(field=field, order="least" if found["side"] == "least" else "most")


def _sorted_en(reading: Reading, figures: FigureLinker) -> Rank | None:
    found = _SORTED.search(reading.rest)
    named = figures.named_at(reading.rest, found.end()) if found else None
    if found is None or named is None:
        return None
    tail = _DIRECTION.match(reading.rest, named[1])
    reading.take(found.start(), tail.end() if tail else named[1])
    return Rank(field=named[0], order="least" if tail and tail["up"] else "most")


def _other_most(reading: Reading, chinese: bool) -> Rank | None:
    """Superlatives that name their field by themselves: "with us the longest", "下单最勤"."""
    for pattern, rank in _OTHER_MOST_ZH if chinese else _OTHER_MOST:
        if match := pattern.search(reading.rest):
            reading.take(*match.span())
            return rank
    return None


def _named_by(
    reading: Reading, figures: FigureLinker, place: int, joint: re.Pattern[str]
) -> str | None:
    """The field that a joint such as "by" names right behind a place; its words are taken."""
    match = joint.match(reading.rest, place)
    if match and (named := figures.named_at(reading.rest, match.end())) is not None:
        reading.take(match.start(), named[1])
        return named[0]
    return None


def _anywhere(reading: Reading, figures: FigureLinker) -> str | None:
    """The field behind the only "by" further on: "top 10 wine buyers by spend"."""
    for match in _BY.finditer(reading.rest):
        named = figures.named_at(reading.rest, match.end()) if match[0].strip() else None
        if named is not None:
            reading.take(match.start(), named[1])
            return named[0]
    return None


def _listing_zh(reading: Reading, figures: FigureLinker) -> Listing | None:
    if silent := _SILENT_ZH.search(reading.rest):
        reading.take(*silent.span())
        return Listing(Rank(field="days_since_last_order"), _limit(silent["n"]))
    rank = _sorted_zh(reading, figures)
    if rank is None and (other := _other_most(reading, chinese=True)) is not None:
        return _counted_zh(reading, other)
    match = _TOP_ZH.search(reading.rest)
    if match is None:
        return _counted_zh(reading, rank) if rank else None
    if match["side"] is None:
        return _first_zh(reading, figures, match, rank)
    return _most_zh(reading, figures, match) or (Listing(rank) if rank else None)


def _limit(said: str | None) -> int | None:
    return int(to_number(said)) if said else None


def _counted_zh(reading: Reading, rank: Rank) -> Listing:
    """ "按消费从高到低，给7个": how many, wherever it is said."""
    counted = _COUNT_ZH.search(reading.rest)
    if counted is None:
        return Listing(rank)
    reading.take(*counted.span())
    return Listing(rank, _limit(counted["n"]))


def _first_zh(
    reading: Reading, figures: FigureLinker, match: re.Match[str], rank: Rank | None
) -> Listing:
    """ "客单价TOP10", "前20位", "总消费倒数5名"."""
    reading.take(*match.span())
    named = None if rank else figures.named_before(reading.rest, match.start())
    if named:
        reading.take(named[1], match.start())
    order: Literal["most", "least"] = "least" if match["last"] else "most"
    rank = rank or Rank(field=named[0] if named else "spend", order=order)
    return Listing(rank, _limit(match["n2"] or match["n3"]))


def _most_zh(reading: Reading, figures: FigureLinker, match: re.Match[str]) -> Listing | None:
    """ "消费最高的20位"."""
    named = figures.named_before(reading.rest, match.start())
    if named is None:
        return None
    field, start = named
    reading.take(start, match.end())
    recent = field == "days_since_last_order" and match["side"] == "最近"
    least = recent or match["side"] in _LOW_ZH
    return Listing(Rank(field=field, order="least" if least else "most"), _limit(match["n"]))


def _sorted_zh(reading: Reading, figures: FigureLinker) -> Rank | None:
    for match in _SORTED_ZH.finditer(reading.rest):
        named = figures.named_at(reading.rest, match.end())
        tail = _SORT_TAIL_ZH.match(reading.rest, named[1]) if named else None
        if named and tail:
            reading.take(match.start(), tail.end())
            return Rank(field=named[0], order="least" if tail["dir"] in _UP_ZH else "most")
    return None
