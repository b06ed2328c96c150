"""What a question wants to be told: a list and its order, a trend, one customer, a description.

Each part takes the words that say it, so that what is left speaks of conditions alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from agent.ask import lexicon
from agent.ask.dates import Window
from agent.ask.figures import FigureLinker
from agent.ask.numerals import to_number
from agent.ask.query import Every, Measure, Rank
from agent.ask.reading import USED, Reading
from agent.conditions import WINDOWED

_N = lexicon.SMALL_NUMBER
_PEOPLE = r"(?:customers?|shoppers?|buyers?|clients?|households?|people|members?|users?|accounts?|spenders?)"
_PEOPLE_ZH = r"(?:顾客|客户|用户|会员|买家|家庭|人)"
_MOST = {"top", "best", "biggest", "largest", "highest", "most", "greatest", "longest"}
_LEAST = {"bottom", "lowest", "smallest", "least", "fewest", "worst", "shortest"}
_SIDE = "|".join(sorted(_MOST | _LEAST, key=len, reverse=True))

# "top 20 customers by spend", "the 10 biggest spenders", "first 5 customers"
_TOP = re.compile(
    rf"\b(?:(?:the|our|my)\s+)*(?:(?P<side>{_SIDE}|first)\s+(?P<n>{_N})|(?P<n2>{_N})\s+(?P<side2>{_SIDE}))"
    rf"(?!\s*(?:%|percent))\s*(?P<who>{_PEOPLE})?"
)
_BY = re.compile(
    r"\s*,?\s*(?:(?:ranked|sorted|ordered)\s+)?(?:by|in terms of|on|according to)\s+(?:their\s+|total\s+|the\s+)*"
)
# "10 customers with the highest spend", "who spend the most"
_SUPERLATIVE = re.compile(
    rf"\b(?:with|have|has|having)\s+(?:the\s+)?(?P<side>{_SIDE}|most)\s+(?:total\s+|number of\s+)?"
)
_VERB_MOST = re.compile(
    r"\b(?:who\s+|that\s+|which\s+)?(?:have\s+|has\s+)?(?P<verb>spen[dt]s?|paid|pays?|order(?:s|ed)?|shop(?:s|ped)?)\s+"
    r"(?:the\s+)?(?P<side>most|least)(?:\s+(?:often|frequently|money|orders))?"
)
_LONGEST_SILENT = re.compile(
    r"\b(?:(?:have|has|had)\s+)?(?:gone|been|not ordered|n't ordered|not bought|inactive|silent|quiet)?\s*(?:for\s+)?the\s+longest(?:\s+time)?(?:\s+(?:without|since)\s+(?:an?\s+|their\s+(?:last\s+)?)?(?:order|purchase|ordering|buying|shopping))?\b"
)
_SOME_N = re.compile(
    rf"\b(?:the|our|list|show|find|name|me|which|what)\s+(?:the\s+)?(?P<n>{_N})\s+(?=[a-z])"
)
_FIRST_N = re.compile(
    rf"\b(?:list|show|give|find|name|get|which|what|the|who are)\s+(?:me\s+|us\s+)?(?:the\s+)?(?P<n>{_N})\s+(?:\w+\s+)?(?P<who>{_PEOPLE})"
)
_SORTED = re.compile(
    r",?\s*\b(?:ranked|sorted|ordered|rank(?: them)?|sort(?: them)?)\s+by\s+(?:their\s+|total\s+)*"
)
_DIRECTION = re.compile(
    r"\s*,?\s*\(?(?:from\s+)?(?P<down>(?:in\s+)?desc(?:ending)?(?: order)?|high(?:est)?(?: to low(?:est)?| first)|most first)"
    r"|\s*,?\s*\(?(?:from\s+)?(?P<up>(?:in\s+)?asc(?:ending)?(?: order)?|low(?:est)?(?: to high(?:est)?| first)|least first)"
)
_HIGH_ZH = r"(?P<side>最高|最多|最大|最强|最低|最少|最小|最近|最久|最长|最短)"
_SILENT_ZH = re.compile(
    rf"(?:最久|最长时间|最长)(?:没有?|未)(?:再)?(?:下单|购物|购买|消费|来|买)(?:过|了)?的?(?:前)?(?P<n>{_N})?\s*(?:位|名|个)?"
)
_TOP_ZH = re.compile(
    rf"{_HIGH_ZH}的?(?:前)?(?P<n>{_N})?\s*(?:位|名|个|大)?(?=的|{_PEOPLE_ZH}|$|[?。,是])"
    rf"|(?:排名)?前(?P<n2>{_N})\s*(?:位|名|个|大)(?!订单|单)"
)
_SORTED_ZH = re.compile(r",?(?:并|请)?(?:按照?|根据|以)")
_SORT_TAIL_ZH = re.compile(
    r"(?:总额|金额|数量?)?(?P<dir>从高到低|从低到高|从多到少|从少到多|由高到低|由低到高|降序|升序|倒序)?(?:来)?(?:(?:排序|排名|排列|排)(?:的)?|(?:取|选出?|看|挑出?|列出)(?=前|最))"
)
_LOW_ZH = {"最低", "最少", "最小", "最短"}
_UP_ZH = {"从低到高", "从少到多", "由低到高", "升序"}

_EVERY: tuple[tuple[Every, re.Pattern[str]], ...] = (
    ("week", re.compile(
        r"\b(?:(?:per|by|each|every)\s+week|weekly|week[- ](?:by|over)[- ]week)\b|(?:按|每|逐|各)个?(?:周|星期)(?:来|的|度)?|周度")),
    ("month", re.compile(
        r"\b(?:(?:per|by|each|every)\s+(?:calendar\s+)?month|monthly|month[- ](?:by|over|after)[- ]month)\b"
        r"|(?:按|每|逐|各)个?月(?:份|度|来|的)?|月度|月环比")),
    ("month", re.compile(
        r"\b(?:over (?:the )?time|trends?|over the (?:course of the )?(?:year|months)|through(?:out)? the year|trending)\b"
        r"|(?:随时间|随着时间)?的?(?:变化(?:趋势)?|走势|趋势)(?:如何|怎样|怎么样|是怎样的)?|怎么变化|如何变化|有什么变化")),
)  # fmt: skip
_EVOLVED = re.compile(
    r"\b(?:how\s+(?:has|have|did|does|do|is|are)|has|have|been)\b|\b(?:chang(?:e|ed|ing)|develop(?:ed|ing)?|evolv(?:ed|ing)|grow(?:n|ing)?|gone|going|look(?:ed|s)?(?: like)?)\b|的?(?:变化|走势|趋势|波动)(?:趋势|情况)?|怎么样|如何"
)
_PEOPLE_COUNTED = re.compile(
    r"\bhow many (?:customers|people|households|shoppers|buyers)\b|(?:多少|几)(?:个|位|名)?(?:人|顾客|客户|用户)"
)
_MEASURES: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("spend", re.compile(
        r"\b(?:total\s+)?(?:spend(?:ing)?|spent|revenue|sales|turnover)\b(?:\s+(?:of|by|from))?"
        r"|(?:总)?(?:消费(?:总)?(?:金?额)?|销售额|营业额|花费)")),
    ("orders", re.compile(
        r"\b(?:number of\s+|how many\s+)?orders\b(?:\s+(?:of|by|from))?(?!\s+(?:at|more|less))|(?:订单|下单)(?:数量?|量|次数)?")),
    ("customers", re.compile(r"多少(?:个|位|名)?(?:人|顾客|客户)|\b(?:number of\s+)?(?:active\s+)?(?:customers|shoppers|buyers|households)\b|(?:活跃)?(?:顾客|客户|用户|会员)(?:人数|数量?)?|人数")),
)  # fmt: skip
_ID = re.compile(
    r"\b(?:customer|household|shopper|client|member|user)(?:\s*(?:number|no\.?|id|nr\.?|#))?\s*[#:]?\s*(?P<id>[\w-]+)"
    r"|(?:顾客|客户|用户|会员|家庭)(?:编号|号码?|id)?(?:为|是)?\s*[#:]?\s*(?P<id2>[a-z0-9][a-z0-9_-]*)\s*号?|(?P<id3>\d[a-z0-9_-]*)\s*号(?:顾客|客户|用户|会员)"
)
_ABOUT_ONE = re.compile(
    r"\b(?:tell (?:me|us) (?:more )?about|what do we know about|explain|why (?:is|was|does|did|do|has)|how come|profile of|describe|summari[sz]e|introduce|what about|who is|about)\b"
    r"|为什么(?:会|被)?|为何|凭什么(?:说|认为)?|怎么(?:知道|判断|看出)|介绍(?:一下)?|说说|讲讲|的(?:画像|情况|资料|信息|档案)|是(?:个)?(?:什么样|怎样|怎么样)的?(?:人|顾客|客户)?|怎么样|什么样|(?:打上|贴上|标记为?|被标为|标签)"
)


_LIKENESS = re.compile(
    r"\b(?:(?:who|that|which)\s+)?(?:(?:are|is|look|sound|seem|feel|read|act)s?\s+)?(?:most\s+|very\s+)?(?:like|similar to|resembl(?:e|es|ing)|alike to)\s*:?\s*[\"“”「](?P<a>[^\"“”」]+)[\"“”」]"
    r"|(?:最)?(?:像|类似(?:于)?|接近(?:于)?|符合)\s*[\"“”「『](?P<b>[^\"“”」』]+)[\"“”」』](?:这?样?的?(?:描述|画像)?)?"
)


_ORDERING = re.compile(
    r"\b(?:order(?:ed)?|shop(?:ped)?|buy|bought|come|came)\s*(?:from us|here)?(?=\s*(?:\?|$))|(?:来)?(?:下单|购物|消费|光顾)(?=[?？。]|$)"
)


@dataclass(frozen=True)
class Listing:
    """How customers are to be listed."""

    rank: Rank | None = None
    limit: int | None = None


def wished_likeness(reading: Reading) -> str | None:
    """The quoted text that customers are to be like; it ranks and does not count."""
    match = _LIKENESS.search(reading.rest)
    if match is None:
        return None
    reading.take(*match.span())
    return str(match["a"] or match["b"]).strip()


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


def _listing_en(reading: Reading, figures: FigureLinker) -> Listing | None:
    if match := _TOP.search(reading.rest):
        side, number = match["side"] or match["side2"], match["n"] or match["n2"]
        spenders = (match["who"] or "").startswith("spender")
        reading.take(*match.span())
        field = _named_by(reading, figures, match.end(), _BY) or _anywhere(reading, figures)
        if side == "first" and field is None:
            return Listing(None, int(to_number(number)))
        if field is None and not spenders and match["who"] is None:
            reading.give_back(*match.span())
            return None
        rank = Rank(field=field or "spend", order="least" if side in _LEAST else "most")
        return Listing(rank, int(to_number(number)))
    return _superlative(reading, figures)


def _superlative(reading: Reading, figures: FigureLinker) -> Listing | None:
    limit = None
    if match := _FIRST_N.search(reading.rest):
        limit = (match, int(to_number(match["n"])))
    rank = None
    if found := _SUPERLATIVE.search(reading.rest):
        if (named := figures.named_at(reading.rest, found.end())) is not None:
            reading.take(found.start(), named[1])
            rank = Rank(field=named[0], order="least" if found["side"] in _LEAST else "most")
    elif found := _LONGEST_SILENT.search(reading.rest):
        reading.take(*found.span())
        rank = Rank(field="days_since_last_order")
    elif found := _VERB_MOST.search(reading.rest):
        reading.take(*found.span())
        field = "spend" if found["verb"].startswith(("sp", "pa")) else "orders"
        rank = Rank(field=field, order="least" if found["side"] == "least" else "most")
    elif found := _SORTED.search(reading.rest):
        if (named := figures.named_at(reading.rest, found.end())) is not None:
            tail = _DIRECTION.match(reading.rest, named[1])
            reading.take(found.start(), tail.end() if tail else named[1])
            rank = Rank(field=named[0], order="least" if tail and tail["up"] else "most")
    if rank and not limit and (match := _SOME_N.search(reading.rest)):
        limit = (match, int(to_number(match["n"])))
    if limit:
        reading.take(limit[0].start("n"), limit[0].end("n"))
    return Listing(rank, limit[1] if limit else None) if rank or limit else None


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
    rank, limit = _sorted_zh(reading, figures), None
    if silent := _SILENT_ZH.search(reading.rest):
        reading.take(*silent.span())
        number = int(to_number(silent["n"])) if silent["n"] else None
        return Listing(Rank(field="days_since_last_order"), number)
    match = _TOP_ZH.search(reading.rest)
    if match is None:
        return Listing(rank) if rank else None
    said = match["n"] or match["n2"]
    limit = int(to_number(said)) if said else None
    if match["side"] is None:
        reading.take(*match.span())
        return Listing(rank or Rank(field="spend"), limit)
    named = figures.named_before(reading.rest, match.start())
    if named is None:
        return Listing(rank) if rank else None
    field, start = named
    reading.take(start, match.end())
    least = match["side"] in _LOW_ZH
    if field == "days_since_last_order" and match["side"] == "最近":
        least = True
    return Listing(Rank(field=field, order="least" if least else "most"), limit)


def _sorted_zh(reading: Reading, figures: FigureLinker) -> Rank | None:
    for match in _SORTED_ZH.finditer(reading.rest):
        named = figures.named_at(reading.rest, match.end())
        tail = _SORT_TAIL_ZH.match(reading.rest, named[1]) if named else None
        if named and tail:
            reading.take(match.start(), tail.end())
            return Rank(field=named[0], order="least" if tail["dir"] in _UP_ZH else "most")
    return None


def trend(reading: Reading) -> tuple[Every, Measure] | None:
    """How often and what a trend is to tell, if one is asked for."""
    for every, pattern in _EVERY:
        match = pattern.search(reading.rest)
        if match is None:
            continue
        reading.take(*match.span())
        return every, _measure(reading)
    return None


def trend_days(reading: Reading) -> Window | None:
    """The days that a trend is shown of, where no condition took them."""
    window = next(iter(reading.windows), None)
    if window is not None:
        reading.take(window.start, window.end)
    return window


def _measure(reading: Reading) -> Measure:
    for evolved in list(_EVOLVED.finditer(reading.rest)):
        reading.take(*evolved.span())
    if _PEOPLE_COUNTED.search(reading.rest):
        for match in list(_ORDERING.finditer(reading.rest)):
            reading.take(*match.span())
        return "customers"
    for measure, pattern in _MEASURES:
        for match in pattern.finditer(reading.rest):
            if not re.match(
                r"\s*(?:of\s+)?(?:at least|more than|less than|over|under|>|<|超过|至少|大于|低于|不)",
                reading.rest[match.end() :],
            ):
                reading.take(*match.span())
                return measure
    return "customers"


def one_customer(reading: Reading, known: Collection[str]) -> str | None:
    """The id of the one customer that a question is about, if it is about one.

    An id that nobody has is given back as it was said, so that the answer can say so.
    """
    for match in _ID.finditer(reading.rest):
        said = match["id"] or match["id2"] or match["id3"]
        spelled = {customer.casefold(): customer for customer in known}
        asked = match.start() == 0 or _ABOUT_ONE.search(reading.rest)
        if said not in spelled and not (asked and re.search(r"\d", said)):
            continue
        reading.take(*match.span())
        for about in list(_ABOUT_ONE.finditer(reading.rest)):
            reading.take(*about.span())
        return spelled.get(said, said)
    return None
