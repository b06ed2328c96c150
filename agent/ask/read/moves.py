"""Follow-ups that move one thing of the question before: its days, its number, its "or".

"the month before that", "make it 60", "over 2,000?", "how about both?": they name nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from agent.ask.query import Query
from agent.ask.read.days import over_days
from agent.conditions import (
    All,
    AnyOf,
    Bought,
    Compare,
    Condition,
    Not,
    Span,
    from_json,
    to_json,
    walk,
)

_LEADS = (
    r"(?:(?:and|or|what|how|about|for|in|if|it|that|is|was|were|it's|make|made|set|change|raise|lower"
    r"|drop|push|increase|to|try|say|with|up|down|now|just|only|then|the|ones|those|who|did|do"
    r"|have|had|but|same|again|rather|spent|spend|spending|of)\b\s*|[,，]|那么?|要是|如果是?|换成?"
    r"|改[成为到]?|提高到|降低?到|放宽到|调到|再|是|的|只看|只要|看|把|将|消费|花了?|买过?)*"
)
_TAIL = (
    r"(?:\s*(?:instead|then|please|ones?|of them|people|[?？.。!]|的|呢|吧|话|人|顾客|试试|看看?))*"
)
_OPS = {
    ">=": r"at least|no less than|minimum|from|≥|>=|至少|不少于|不低于|满|达到",
    ">": r"over|more than|above|greater than|exceeding|beyond|>|超过|大于|高于|多于|超",
    "<=": r"at most|up to|no more than|maximum|≤|<=|至多|最多|不超过|不高于|不多于",
    "<": r"under|less than|fewer than|below|<|低于|少于|小于|不到|不足|不满",
    "=": r"exactly|just|正好|刚好|恰好",
}
_BEHIND = {">=": r"or more|and more|and over|and up|or over|\+|以上|及以上|往上|起",
           "<=": r"or less|or fewer|and under|or under|以下|及以下|以内|之内"}  # fmt: skip
_NUMBER = re.compile(
    _LEADS
    + r"(?:(?P<op>" + "|".join(_OPS.values()) + r")\s*)?"
    + r"(?P<money>[$€£¥￥])?\s*(?P<n>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|percent|dollars|bucks|usd"
    r"|元|块钱?|美元|美金|times|次|回)?\s*(?P<behind>" + "|".join(_BEHIND.values()) + r")?"
    + _TAIL
)  # fmt: skip
_MONEY = ("spend", "average_order_value", "largest_order")

_UNITS = {"month": "月", "week": "周|星期|礼拜", "quarter": "季度?", "year": "年", "day": "天"}
_UNIT = rf"(?P<unit>{'|'.join(_UNITS)}|period|time)s?"
_UNIT_ZH = rf"(?P<zh>{'|'.join(_UNITS.values())})"
_NEAR_LEADS = (
    r"(?:(?:and|what|how|about|for|in|now|then|same|show|me|the|with|during|look|looking|at|compared"
    r"|to|was|it|did|that)\b\s*|[,，]|那么?|换成?|改[成为]?|看看?|再看看?|呢|同样)*"
)
_EARLIER = re.compile(
    rf"{_NEAR_LEADS}(?:(?:(?P<n>\d+) )?{_UNIT}\s+(?:before|prior|earlier|previous(?:ly)?|preceding)"
    r"(?:\s+(?:that|to that|this|it))?|(?:previous|preceding|prior|earlier)\s+(?P<unit2>"
    rf"{'|'.join(_UNITS)}|period)){_TAIL}"
)
_EARLIER_ZH = re.compile(
    rf"{_NEAR_LEADS}(?:再?(?:往|更|向)前(?:推|数|倒)?的?(?:一|1)?个?|再(?:之)?前的?(?:那|一|1)?个?|再上(?:一|1)?个?|前(?:一|1|面)+个?"
    rf"|(?:之|此)前的?那?(?:一|1)?个?|更早的?那?(?:一|1)?个?){_UNIT_ZH}(?:份)?{_TAIL}"
)
_LATER = re.compile(
    rf"{_NEAR_LEADS}(?:(?:(?P<n>\d+) )?{_UNIT}\s+(?:after|later|following)(?:\s+(?:that|this|it))?"
    rf"|(?:following|subsequent)\s+(?P<unit2>{'|'.join(_UNITS)}|period)){_TAIL}"
)
_LATER_ZH = re.compile(
    rf"{_NEAR_LEADS}(?:再?(?:往|向)后(?:推|数)?的?(?:一|1)?个?|再(?:之)?后的?(?:那|一|1)?个?|再下(?:一|1)?个?|后(?:一|1)+个?"
    rf"|(?:之|此)后的?那?(?:一|1)?个?){_UNIT_ZH}(?:份)?{_TAIL}"
)
BOTH_SAID = re.compile(
    r"(?:(?:and|what|how|about|only|just|now|then|ok|but|who|those|people|customers|ones|that|with"
    r"|the|many|of|them|bought|buy|have|got|are|is|did|if|it|has|to|be)\b[\s,]*)*"
    r"\b(?:both|all of them|all 3|each of them)\b"
    r"(?:[\s,]*\b(?:of|them|those|these|things|items|products|together|at|once|bought|though|please"
    r"|then|the|2|did|are|is)\b)*\W*"
    r"|(?:那么?|再|只看|只要|如果|要是|其中|而且|得|的|[,，])*(?:两|2|二|俩|三|3|几)?(?:样|个|种|者|类|项|款)?(?:东西|商品"
    r"|产品)?都(?:要)?(?:有|买|购买|养|喝|爱|喜欢|吃|用|占|是|满足|符合)?(?:齐|全|过|了|的|人|顾客|呢|有|多少|几个|[?？])*"
)


def moved(before: Query, text: str, as_of: date) -> Query | None:
    """The query before with one thing moved, if the words say no more than that."""
    text = text.strip()
    moves = (_other_number, lambda b, t: _other_days(b, t, as_of), _both)
    return next((found for move in moves if (found := move(before, text)) is not None), None)


def _mapped(condition: Condition, change: Callable[[Condition], Condition]) -> Condition:
    """The condition with every part of it changed, from the leaves up."""
    match condition:
        case All():
            return All(all=tuple(_mapped(part, change) for part in condition.all))
        case AnyOf():
            return change(AnyOf(any=tuple(_mapped(part, change) for part in condition.any)))
        case Not():
            return Not.model_validate({"not": _mapped(condition.part, change)})
    return change(condition)


# ---- the number


def _other_number(before: Query, text: str) -> Query | None:
    """ "over 2,000?" of the only number that it can be."""
    match = _NUMBER.fullmatch(text)
    if match is None or not re.search(r"\d", text):
        return None
    found = [new for part in walk(before.where) if (new := _renumbered(part, match)) is not None]
    if len(found) != 1:
        return None
    where = _mapped(before.where, _instead(*found[0]))
    return before.model_copy(update={"where": where})


def _instead(old: Condition, new: Condition) -> Callable[[Condition], Condition]:
    return lambda part: new if part == old else part


def _renumbered(part: Condition, match: re.Match[str]) -> tuple[Condition, Condition] | None:
    number = float(match["n"].replace(",", ""))
    op = _said(match["op"], _OPS) or _said(match["behind"], _BEHIND)
    new: Condition | None = None
    if isinstance(part, Compare):
        new = _compared(part, number, op, match)
    elif isinstance(part, Bought):
        new = _bought(part, int(number), op, match)
    return None if new is None else (part, new)


def _compared(part: Compare, number: float, op: str | None, match: re.Match[str]) -> Compare | None:
    """The same figure with another bound; money and shares only with what fits them."""
    share, percent = part.field.endswith("share"), part.op.endswith("percent")
    money = part.field.split("_last_")[0] in _MONEY
    fits = isinstance(part.value, int | float) and part.op != "between" and part.to is None
    if not fits or (percent and op) or (match["unit"] in ("times", "次", "回")):
        return None
    if (match["money"] or match["unit"] in ("元", "块", "块钱", "dollars", "bucks")) and not money:
        return None
    if match["unit"] in ("%", "percent") and not (share or percent):
        return None
    value = number / 100 if share and number > 1 else number
    whole = int(value) if value == int(value) else value
    return part.model_copy(update={"op": op or part.op, "value": whole})


def _bought(part: Bought, number: int, op: str | None, match: re.Match[str]) -> Bought | None:
    """The same purchase another number of times, or over another number of days."""
    if match["money"] or match["unit"] not in (None, "times", "次", "回"):
        return None
    content = part.model_dump()
    if part.at_least > 1 and part.at_most is None:
        content |= {"at_least": 1, **_times(op or ">=", number)}
    elif part.last_days is not None and match["unit"] is None and op is None:
        content["last_days"] = number
    else:
        return None
    return Bought.model_validate(content)


def _times(op: str, number: int) -> dict[str, int]:
    low = {">=": number, ">": number + 1, "=": number}.get(op)
    high = {"<=": number, "<": number - 1, "=": number}.get(op)
    said = {"at_least": low, "at_most": high}
    return {name: value for name, value in said.items() if value is not None}


def _said(words: str | None, ops: dict[str, str]) -> str | None:
    return next((op for op, said in ops.items() if words and re.fullmatch(said, words)), None)


_TIMES_SAID = re.compile(r"\b(?:times|twice|once|thrice)\b|次|回")
_ORDERS_SAID = re.compile(r"\b(?:order|purchase|shop|visit|came|come)|单|来|光顾|购物")


def of_the_purchase(where: Condition, parts: tuple[Condition, ...], text: str) -> Condition | None:
    """ "at least twice?" behind a purchase: the purchase that often; None if it is not that."""
    bought = [part for part in _parts(where) if isinstance(part, Bought)]
    times = parts[0] if len(parts) == 1 else None
    if len(bought) != 1 or not isinstance(times, Compare) or times.field != "orders":
        return None
    if not _TIMES_SAID.search(text) or _ORDERS_SAID.search(text) or times.to is not None:
        return None
    assert isinstance(times.value, int | float)  # noqa: S101
    days = {k: v for k, v in to_json(times).items() if k in Span.model_fields}
    kept = {k: v for k, v in to_json(bought[0]).items() if not (days and k in Span.model_fields)}
    counted = _times(times.op, int(times.value))
    kept = {k: v for k, v in kept.items() if k not in ("at_least", "at_most")}
    new = from_json({**kept, **days, **counted})
    return _mapped(where, _instead(bought[0], new))


# ---- the days


def _other_days(before: Query, text: str, as_of: date) -> Query | None:
    """The month before, or after, the only days that were said."""
    earlier = _EARLIER.fullmatch(text) or _EARLIER_ZH.fullmatch(text)
    match = earlier or _LATER.fullmatch(text) or _LATER_ZH.fullmatch(text)
    said = [_span(part, as_of) for part in walk(before.where) if isinstance(part, Span)]
    spans = {span for span in said if span is not None}
    if match is None or len(spans) != 1:
        return None
    words = match.groupdict()
    unit = words.get("unit") or words.get("unit2") or _english(words["zh"])
    days = _beside(spans.pop(), unit, int(words.get("n") or 1), back=earlier is not None)
    where = over_days(before.where, {"since": days[0], "until": days[1]})
    return before.model_copy(update={"where": where})


def _english(unit: str) -> str:
    return next(name for name, words in _UNITS.items() if re.fullmatch(words, unit))


def _span(part: Span, as_of: date) -> tuple[date, date] | None:
    if part.last_days is not None:
        return as_of - timedelta(days=part.last_days - 1), as_of
    return (part.since, part.until or as_of) if part.since is not None else None


_MONTHS = {"month": 1, "quarter": 3, "year": 12}


def _beside(span: tuple[date, date], unit: str, n: int, *, back: bool) -> tuple[date, date]:
    """The days of a unit right before or behind a span; calendar months beside calendar months."""
    since, until = span
    if unit in _MONTHS and since.day == 1 and (until + timedelta(days=1)).day == 1:
        months = _MONTHS[unit] * n
        if back:
            return _months_on(since, -months), since - timedelta(days=1)
        first = until + timedelta(days=1)
        return first, _months_on(first, months) - timedelta(days=1)
    long = {"day": 1, "week": 7, "month": 30, "quarter": 90, "year": 365}.get(unit)
    length = timedelta(days=n * long if long else (until - since).days + 1)
    day = timedelta(days=1)
    return (since - length, since - day) if back else (until + day, until + length)


def _months_on(day: date, months: int) -> date:
    place = day.year * 12 + day.month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


# ---- either and both


def _both(before: Query, text: str) -> Query | None:
    """ "how about both?" after "A or B"."""
    if not BOTH_SAID.fullmatch(text):
        return None
    where = _mapped(before.where, _each)
    return None if where == before.where else before.model_copy(update={"where": where})


def _each(part: Condition) -> Condition:
    if isinstance(part, AnyOf):
        return All(all=part.any)
    if isinstance(part, Bought) and len(part.bought) > 1:
        return All(all=tuple(part.model_copy(update={"bought": (one,)}) for one in part.bought))
    return part


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)
