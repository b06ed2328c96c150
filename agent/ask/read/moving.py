"""A trend: how often it is told (month or week) and what (customers, orders, spend).

How often is read first, with a measure right beside it; what the conditions leave over may tell the
measure too, and must else be the words of a trend.
"""

from __future__ import annotations

import re

from agent.ask.query import Every, Measure
from agent.ask.read.dates import Window
from agent.ask.read.reading import Reading

_U = "\0"
_EACH = r"(?:per|by|each|every|for every|for each|for all|in each|within each"
_EACH += r"|a(?!\s+\w+[- ](?:by|over|on|to|after|for)[- ])|each and every|any given)"


def _periods(one: str) -> str:
    """What English says for each such period."""
    return (
        rf"(?<!times )\b(?:on (?:a|an) )?(?:{_EACH}\s+(?:calendar\s+|single\s+)?{one}s?|{one}ly"
        rf"(?!\s+(?:rhythm|pattern|regular|customers who))"
        rf"|(?:from\s+(?:one\s+)?)?{one}[- ]?(?:by|over"
        rf"|on|to|after|for|and)[- ](?:the next|{one}|next)|{one}s? on {one}s?|by the {one})\b"
        r"(?:\s+(?:basis|figures?|numbers|values|steps|intervals|view|chart|graph|data))?"
    )


_EVERY: tuple[tuple[Every, re.Pattern[str]], ...] = (
    ("week", re.compile(
        _periods("week") + r"|\bwow\b"
        r"|(?:按|每|逐|各|分|以)(?:一|个)*(?:自然)?(?:周|星期|礼拜)(?!规律|固定|都来|末"
        r"|一次)(?:为单位|来|的|度|次)*"
        r"|周(?:度|线|环比|周|趋势|走势)|一(?:周|个?星期|个?礼拜)(?:接着?|挨着)?一(?:周|个?星期"
        r"|个?礼拜|个数)"
        r"(?:地)?(?:看)?|(?:周|星期)为单位"
        r"|(?<![\d个上下本当这那半一二两三四五六七八九十几近前后])周(?=消费|订单|下单|花费|销售|购买|营收|流水|活跃|单量)")),
    ("month", re.compile(
        _periods("month") + r"|\bmom\b|\bjanuary (?:through|to) december\b"
        r"|(?:按|每|逐|各|分|以)(?:一|个)*(?:自然)?月(?!规律|固定|都来|一次)(?:份|度|为单位|来"
        r"|的)*|月(?:度|线|环比|月)"
        r"|环比|一个月(?:接着?|挨着)?一个月(?:地)?(?:看)?|一个月一个数?|月为单位"
        r"|(?<!\d)1月到12月|(?<![\d个上下本当这那半])月(?=消费|订单|下单|花费|销售|购买|营收|流水|活跃)")),
    ("month", re.compile(
        r"\b(?:over (?:the )?time|(?<!spend )trends?|over the (?:course of the )?(?:year|months)"
        r"|through(?:out)? the year|trending|evolution|trajectory|time[- ]?(?:series|line)"
        r"|development"
        r"|(?:going|gone|go|moving) up (?:or|and) down|up or down|(?:growing|rising|increasing) or"
        r" (?:shrinking|falling|declining|decreasing)|how (?:has|have|did|is"
        r"|are)\b.*\b(?:develop(?:ed|ing)?"
        r"|evolv(?:ed|ing)|changed|changing))\b"
        r"|(?:随时间|随着时间)?的?(?:变化(?:趋势)?|走势|(?<!消费)趋势|曲线|起伏|涨跌|波动"
        r"|演变)(?:图|如何|怎样"
        r"|怎么样|是怎样的)?|怎么变化|如何变化|有什么变化|(?:是)?(?:在)?(?:涨|升|增|上升"
        r"|增长)(?:了)?(?:还是|或)"
        r"(?:在)?(?:跌|降|减|下降|减少)了?")),
)  # fmt: skip
_PEOPLE_COUNTED = re.compile(
    r"\b(?:how many|number of|count of) (?:different |distinct |active )?(?:customers|people"
    r"|households"
    r"|shoppers|buyers|families|clients)\b|\b(?:active )?(?:customer|buyer|shopper) (?:count"
    r"|numbers?)s?\b"
    r"|(?:人|顾客|客户|会员|用户|家庭)(?:一共|总共|各|分别)?有?(?:多少|几)(?:个|位|名)?|(?:下单|购买|消费|买家|顾客|客户|会员|活跃)?(?:人数|人次)|(?:多少|几)(?:个|位|名)?(?:人"
    r"|顾客|客户|用户|会员)"
    r"|(?:顾客|客户|用户|会员)(?:的)?(?:数量|数)"
)
_ORDERS = (
    r"(?:\b(?:total\s+)?(?:number of\s+|how many\s+|count of\s+|volume of\s+)?(?:orders|purchases"
    r"|transactions)(?:\s+(?:count|numbers?|placed|made))?\b(?:\s+(?:of|by|from))?"
    r"|\border\s+(?:count"
    r"|numbers?|volume|figures)s?\b(?:\s+(?:of|by|from))?"
    r"|(?:订单|下单|成交|交易|购买)(?:的)?(?:总)?(?:数量?|量|次数|笔数|单数|总数)?|单量|(?:多少"
    r"|几)(?:张|笔|个)?单"
    r"|下(?:了|过)?(?:多少|几)单)"
)
_SPEND = (
    r"(?:\b(?:total\s+|how much\s+)?(?:money\s+spent|spend(?:ing|s)?|spent|revenue|sales|turnover"
    r"|takings|money|dollars|paid|pay|expenditure|income from|earnings from|worth of orders)\b"
    r"(?:\s+(?:of|by|from|on))?"
    r"|(?:总)?(?:消费|花费|花销|支出|开销|购买|购物|成交|实付)(?:总)?金?额?(?:度)?|销售(?:总)?额"
    r"|销售|营业额|营收"
    r"|流水|业绩|(?:一共)?(?:各)?花(?:了|掉|的|费)*(?:总)?(?:多少)?钱|多少钱|金额)"
)


# A measure right beside "weekly", "per month", "走势".
def _beside(said: str) -> re.Pattern[str]:
    """Words right beside "weekly", "per month", "走势"."""
    front = rf"(?<={_U})\s*(?:的|(?:number|count) of\s+)?"
    return re.compile(rf"(?:{front}{said}|{said}\s*的?(?={_U}))")


_BESIDE: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("orders", _beside(_ORDERS)),
    ("spend", _beside(_SPEND)),
)
_COUNTED_ORDERS = re.compile(
    r"\b(?:number|count|volume) of orders\b(?:\s+(?:of|by|from))?|\bhow many orders\b"
    r"|(?:订单|下单)(?:总)?(?:数量|量|次数|笔数|数)"
)
_EVER = _EVERY[-1][1]  # "over time" beside "monthly"
_COMPARED = re.compile(
    r"\s*(?:of\s+)?(?:at least|more than|less than|over|under|>|<|超过|至少|大于|小于|高于|低于"
    r"|达到?|满"
    r"|不|少于|多于|在?\s*\d)"
)
_MEASURES: tuple[tuple[Measure, re.Pattern[str]], ...] = (
    ("spend", re.compile(_SPEND.replace("购买|", ""))),
    ("orders", re.compile(_ORDERS)),
)
_EARLY: tuple[tuple[Measure, re.Pattern[str]], ...] = (*_BESIDE, ("orders", _COUNTED_ORDERS))
_THEM = re.compile(
    r"\b(?:that|who)?\s*(?:buy(?:ing|s)?|bought|purchas(?:e|ed|ing))\s+(?:them|it|those|these"
    r"|that)\b"
)
# The words of a trend that tell nothing more.
_EVOLVED = re.compile(
    r"\b(?:how\s+(?:has|have|did|does|do|is|are|much|many)|how|has|have|been|trends?|trend line"
    r"|line"
    r"|curve|chart(?:ed)?|graph(?:ed)?|plot(?:ted)?|series|history|timeline|overview|view"
    r"|picture|buyers"
    r"|purchasers|develop(?:ed|ing|s|ment)?|evolv(?:ed|ing|e|es)|evolution|chang(?:e|ed|ing|es)"
    r"|grow(?:n|ing|s|th)?|grew|gone|going|go|goes|went|look(?:ed|s)?(?: like)?|ris(?:e|en|ing"
    r"|es)|rose"
    r"|fall(?:en|ing|s)?|fell|increas(?:e|ed|ing|es)|decreas(?:e|ed|ing|es)|declin(?:e|ed|ing|es)"
    r"|shrink(?:ing|s)?|shrunk|dropp?(?:ed|ing)?|up|down|upwards?|downwards?|more|fewer|less"
    r"|better|worse"
    r"|fluctuat\w+|mov(?:e|ed|ing)|seasonal(?:ity)?|so|coming(?: in)?|comes?(?: in)?|came(?: in)?"
    r"|bring(?:s|ing)?(?: in)?|brought(?: in)?|generat\w+|contribut\w+|figures?|values?|amounts?"
    r"|ideal"
    r"|basis|per|for|throughout|whole|course|period|time|year|months?|weeks?|or|order(?:ed|ing)?"
    r"|plac(?:ed|ing)|shop(?:ped|ping)?|made|make|only|us|in)\b"
    r"|\b(?:which|what|best|busiest|strongest|weakest|slowest|top|quietest|worst)\s+(?:months?"
    r"|weeks?|seasons?)"
    r"\b(?:\s+(?:is|are|was|were|do|does|sells?|sold|it|they|best|most|better|strongest|worst))*"
    r"|\b(?:(?:high|peak|low|off|main)[- ](?:season|time)s?|peaks?|peaking|lows?|seasonality|season"
    r"|trough|dips?|spikes?|spot|find"
    r"|selling|sells?|sold|track(?:ing|ed)?|follow(?:ing)?|trac(?:e|ing)|monitor)\b"
    r"|(?:在|是)?(?:哪|什么)(?:几|些|一)?个?(?:月|周|时候|季节|季)(?:份)?(?:里)?(?:卖|买|销|下单|来|消费)?(?:得|的|量)?"
    r"(?:最|更|比较|特别)*(?:好|动|多|火|旺|俏|快|热|高|少|差|淡|低)(?:些|一些)?|(?:是)?(?:越来越|逐渐|逐步|慢慢)(?:变)?(?:多|少|高|低|好|差)了?"
    r"|(?:有没有|是否有?|有无)?(?:明显的?)?(?:旺季|淡季|季节性|高峰期?|峰值|低谷)(?:吗|规律)?|卖得?(?:怎么样|如何|好不好|动)?|销量|销路"
    r"|一年(?:里|中|下来|到头)"
    r"|的?(?:变化|走势|趋势|波动|起伏|涨跌|演变|动态)(?:趋势|情况|图)?|怎么样|如何|怎样|怎么"
    r"|画(?:条|个|张|成)?(?:线|图"
    r"|曲线|折线图?)|曲线|折线图?|(?:来)?(?:下单|购物|光顾|消费|买东西|逛店?|买单)"
    r"|画(?:一下|一画|出来?|个)?|哪(?:几)?个?月份?(?=卖|买|最|高|旺)|[卖买]得(?:动|好|火|多|旺|最好|最多)|(?:旺|淡)季"
    r"|(?:从)?(?:年头|年初|开年|1月)(?:到|至)(?:年尾|年底|年末|岁末|12月)|卖(?:给|出去?|掉|得)?|购?买(?:的|过|了)?"
    r"|(?:是)?(?:怎么|如何|咋)?走(?:的|势|向)?|咋样|贡献|带来|买(?:它|这个|这些)的?"
    r"|各|分别|列出来?|来"
    r"|展示|做(?:成|个)?(?:图表?|表)|图表?|数据|数字|数|地看|增长|增减|上升|下降|涨|跌|变多|变少"
    r"|还是|每|额|总|了|整体|全店"
    r""
)


def trend(reading: Reading) -> tuple[Every, Measure | None] | None:
    """How often a trend is to be told, and its measure where that stands beside."""
    for every, pattern in _EVERY:
        match = pattern.search(reading.rest)
        if match is None:
            continue
        reading.take(*match.span())
        for again in list(pattern.finditer(reading.rest)):
            reading.take(*again.span())
        return every, _counted(reading)
    return None


def measured(reading: Reading, measure: Measure | None) -> Measure:
    """What a trend tells, in the words that are left over; its other words are used up."""
    for told, pattern in () if measure else _MEASURES:
        if match := pattern.search(reading.rest):
            reading.take(*match.span())
            measure = told
            break
    for pattern in (_THEM, _EVER, _EVOLVED):
        for match in list(pattern.finditer(reading.rest)):
            if not any(w.start < match.end() and match.start() < w.end for w in reading.windows):
                reading.take(*match.span())
    return measure or "customers"


def trend_days(reading: Reading) -> Window | None:
    """The days that a trend is shown of, where no condition took them."""
    window = next(iter(reading.windows), None)
    if window is not None:
        reading.take(window.start, window.end)
    return window


def _counted(reading: Reading) -> Measure | None:
    if people := _PEOPLE_COUNTED.search(reading.rest):
        reading.take(*people.span())
        return "customers"
    for measure, pattern in _EARLY:
        for match in pattern.finditer(reading.rest):
            if not _COMPARED.match(reading.rest, match.end()):
                reading.take(*match.span())
                return measure
    return None
