"""What a question wants to be told: a list and its order, a trend, one customer, a description.

Each part takes the words that say it, so that what is left speaks of conditions alone.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from agent.ask.dates import Window
from agent.ask.query import Every, Measure
from agent.ask.reading import Reading

_EVERY: tuple[tuple[Every, re.Pattern[str]], ...] = (
    ("week", re.compile(
        r"\b(?:(?:per|by|each|every|for every|for each)\s+week|weekly|week[- ](?:by"
        r"|over)[- ]week)\b|(?:按|每|逐|各)个?(?:周|星期|礼拜)(?:来|的|度)?|周(?:度|趋势)"
        r"|一(?:周|个?星期)一个?数")),
    ("month", re.compile(
        r"\b(?:(?:per|by|each|every|for every|for each)\s+(?:calendar\s+)?month|monthly"
        r"|month[- ](?:by|over|after)[- ]month)\b"
        r"|(?:按|每|逐|各|分)个?月(?:份|度|来|的)?|月度|月环比|月月|一个月一个数?")),
    ("month", re.compile(
        r"\b(?:over (?:the )?time|trends?|over the (?:course of the )?(?:year|months)"
        r"|through(?:out)? the year|trending)\b"
        r"|(?:随时间|随着时间)?的?(?:变化(?:趋势)?|走势|趋势)(?:如何|怎样|怎么样"
        r"|是怎样的)?|怎么变化|如何变化|有什么变化")),
)  # fmt: skip
_EVOLVED = re.compile(
    r"\b(?:how\s+(?:has|have|did|does|do|is|are)|has|have|been|trends?|trend line|line"
    r"|curve|chart)\b|\b(?:chang(?:e|ed|ing)|develop(?:ed|ing)?|evolv(?:ed|ing)"
    r"|grow(?:n|ing)?|gone|going|look(?:ed|s)?(?: like)?)\b|的?(?:变化|走势|趋势"
    r"|波动)(?:趋势|情况)?|怎么样|如何|画(?:条|个)?(?:线|图)|曲线|贡献"
)
_PEOPLE_COUNTED = re.compile(
    r"\b(?:how many|number of) (?:customers|people|households|shoppers|buyers)\b"
    r"|(?:下单|购买|买家|顾客)?人数|(?:多少|几)(?:个|位|名)?(?:人|顾客|客户|用户)"
)
_MEASURES: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("spend", re.compile(
        r"\b(?:total\s+)?(?:money\s+spent|spend(?:ing)?|spent|revenue|sales|turnover"
        r"|money)\b(?:\s+(?:of|by|from))?"
        r"|(?:总)?(?:消费(?:总)?(?:金?额)?|销售额|营业额|花费|流水)")),
    ("orders", re.compile(
        r"\b(?:number of\s+|how many\s+)?orders\b(?:\s+(?:of|by|from))?(?!\s+(?:at|more"
        r"|less))|(?:订单|下单)(?:数量?|量|次数)?")),
    ("customers", re.compile(
        r"多少(?:个|位|名)?(?:人|顾客|客户)"
        r"|\b(?:number of\s+)?(?:active\s+)?(?:customers"
        r"|shoppers|buyers|households)\b|(?:活跃)?(?:顾客|客户|用户|会员)(?:人数|数量?)?"
        r"|人数")),
)  # fmt: skip
_ID = re.compile(
    r"\b(?:customer|household|shopper|client|member|user|cust)\.?(?:\s*(?:number|no\.?"
    r"|id|nr\.?|#))?\s*[#:]?\s*(?P<id>[\w-]+)"
    r"|(?:顾客|客户|用户|会员|家庭)(?:编号|号码?|id)?(?:为"
    r"|是)?\s*[#:]?\s*(?P<id2>[a-z0-9][a-z0-9_-]*)\s*号?"
    r"|(?P<id3>\d[a-z0-9_-]*)\s*(?:号|这位|这个)的?(?:顾客|客户|用户|会员)|(?:给|把"
    r"|为啥)(?P<id4>\d[a-z0-9_-]*)(?=打|贴|标)"
)
_ABOUT_ONE = re.compile(
    r"\b(?:tell (?:me|us) (?:more )?about|what do we know about|explain|why (?:is|was"
    r"|does|did|do|has)|how come|profile of|describe|summari[sz]e|introduce|what about"
    r"|who is|about)\b"
    r"|为什么(?:会|被)?|为何|凭什么(?:说|认为)?|怎么(?:知道|判断|看出)|介绍(?:一下)?"
    r"|说说|讲讲|的(?:画像|情况|资料|信息|档案)|是(?:个)?(?:什么样|怎样"
    r"|怎么样)的?(?:人|顾客|客户)?|怎么样|什么样|(?:打上|贴上|标记为?|被标为|标签)"
)


_LIKENESS = re.compile(
    r"\b(?:(?:who|that|which)\s+)?(?:(?:are|is|look|sound|seem|feel|read"
    r"|act)s?\s+)?(?:most\s+|very\s+)?(?:like|similar to|resembl(?:e|es|ing)"
    r"|alike to)\s*:?\s*[\"“”「](?P<a>[^\"“”」]+)[\"“”」]"
    r"|(?:最)?(?:像|类似(?:于)?|接近(?:于)?"
    r"|符合)\s*[\"“”「『](?P<b>[^\"“”」』]+)[\"“”」』](?:这?样?的?(?:描述|画像)?)?"
)


_ORDERING = re.compile(
    r"\b(?:order(?:ed)?|shop(?:ped)?|buy|bought|come|came)\s*(?:from us"
    r"|here)?(?=\s*(?:\?|$))|(?:来)?(?:下单|购物|消费|光顾)(?=[?？。]|$)"
)


def wished_likeness(reading: Reading) -> str | None:
    """The quoted text that customers are to be like; it ranks and does not count."""
    match = _LIKENESS.search(reading.rest)
    if match is None:
        return None
    reading.take(*match.span())
    return str(match["a"] or match["b"]).strip()


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
    if people := _PEOPLE_COUNTED.search(reading.rest):
        reading.take(*people.span())
        for match in list(_ORDERING.finditer(reading.rest)):
            reading.take(*match.span())
        return "customers"
    for measure, pattern in _MEASURES:
        for match in pattern.finditer(reading.rest):
            if not re.match(
                r"\s*(?:of\s+)?(?:at least|more than|less than|over|under|>|<|超过|至少|大于|低于"
                r"|不)",
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
        said = match["id"] or match["id2"] or match["id3"] or match["id4"]
        spelled = {customer.casefold(): customer for customer in known}
        asked = match.start() == 0 or _ABOUT_ONE.search(reading.rest)
        if said not in spelled and not (asked and re.search(r"\d", said)):
            continue
        reading.take(*match.span())
        for about in list(_ABOUT_ONE.finditer(reading.rest)):
            reading.take(*about.span())
        return spelled.get(said, said)
    return None
