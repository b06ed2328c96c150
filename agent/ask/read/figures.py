"""Numbers of a question linked to the field that the words beside them name.

"spent more than $500", "at least 5 orders in the last 30 days", "客单价高于40元", "5单以上".
A number whose field is not beside it stays unused: the planner reports it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from agent.ask.read import lexicon
from agent.ask.read.dated import Dated, dated_by
from agent.ask.read.dates import days_of
from agent.ask.read.numerals import WORDS, to_number
from agent.ask.read.ordered_by import ordered_by
from agent.ask.read.phrases import AGE_NOUN, AGE_OP, PLAIN_AGE_OP, RANGED
from agent.ask.read.ranges import values_within
from agent.ask.read.reading import Link, Reading
from agent.conditions import WINDOWED, Compare
from agent.vocabulary import Term, Vocabulary

# A number too long to be meant is none.
_DIGITS = r"\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,6})?|\d{1,12}(?:\.\d{1,6})?"
NUMBER = rf"(?:{_DIGITS}|\b(?:{'|'.join(WORDS)})\b|[一二两三四五六七八九十百]+)"
# "三五百" is a few hundred: no number to count by.
_VAGUE = r"[一二两三四五六七八九][一二三四五六七八九][十百千万个]"
_CURRENCY = rf"\s*(?P<money>{lexicon.CURRENCY})?\s*"
_BEFORE = "|".join(f"(?P<b{n}>{words})" for n, (_, words) in enumerate(lexicon.BEFORE))
AFTER = re.compile(
    r"\s*(?:" + "|".join(f"(?P<a{n}>{words})" for n, (_, words) in enumerate(lexicon.AFTER)) + ")"
)
_LONGER_UNIT = re.compile(r"\s*(?P<unit>weeks?|months?|quarters?|years?)\b(?:\s+(?:ago|back|old))?")
_CARRIED = re.compile(
    r"\s*[,;]?\s*(?:(?:and|but|then|or|yet|only|with|after that|later|they|had|placed"
    r"|made|did)\b[\s,]*)*"
)
_QUANTITY = re.compile(
    rf"(?:\b(?:between|from)\s+|介于|在)?(?:(?:{_BEFORE})\s*)?{_CURRENCY}"
    rf"(?<![\d.-])(?!{_VAGUE})(?P<n>{NUMBER})(?P<factor>k\b|千|万)?"
    rf"(?:\s*(?P<joint>and|to|-|–|~|到"
    rf"|至)\s*{lexicon.CURRENCY}?\s*(?P<to>{NUMBER})(?P<to_factor>k\b|千|万)?)?"
    r"(?![\d-])\s*(?P<percent>%|percent)?"
)
_VERB = re.compile(r"(?:购?买|逛|涉[及足]|覆盖|横跨|涵盖|跨|掏|砸)(?:过|了)*(?:有|达到?)?\s*$")
# What may stand behind the number of a named attribute.
_MEASURE = re.compile(r"\s*(?:口人|口|个人|个|人|位|名|岁|元|块钱?|美元|美金)")
# "来10个" asks for ten of them.
_PEOPLE_COME = re.compile(rf"来的?{NUMBER}\s*[个位名户]$")


@dataclass(frozen=True)
class Quantity:
    """A number of the question with its comparison; `to` ends a range."""

    start: int
    end: int
    op: lexicon.Op | None
    value: float
    to: float | None
    percent: bool
    money: bool
    op_words: str


@dataclass(frozen=True)
class _Name:
    """How one figure is named before and behind a number."""

    term: Term
    before: re.Pattern[str]
    behind: re.Pattern[str] | None


class FigureLinker:
    """Links comparisons and percentiles over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary

    def comparisons(self, reading: Reading) -> Iterator[Link]:
        """Every number that has its field beside it."""
        place, last = 0, None
        while match := _QUANTITY.search(reading.rest, place):
            place = match.end()
            if any(w.start < match.end("n") and match.start("n") < w.end for w in reading.windows):
                continue  # a number of a date
            quantity = _quantity(match, reading.rest)
            link = self._comparison(reading, quantity) or _carried(reading, quantity, last)
            if link:
                place, last = max(place, link.end), link
                yield link

    def percentiles(self, reading: Reading) -> Iterator[Link]:
        """ "top 10% by spend", "客单价最高的10%": the field must be named."""
        for match in lexicon.TOP.finditer(reading.text):
            found = self._ranked_by(reading, match)
            if found is None:
                continue
            low = (match["en_side"] or match["zh_side"]) in lexicon.LOW_SIDES
            value = to_number(match["en"] or match["zh"])
            op = "bottom_percent" if low else "top_percent"
            condition = Compare(field=found.field, op=op, value=value, **found.days)  # type: ignore[arg-type]
            yield reading.link(found.start, found.end, condition)

    def _ranked_by(self, reading: Reading, match: re.Match[str]) -> Dated | None:
        """The field of a percentile, named before or behind it."""
        start, end = match.span()
        behind = re.compile(
            r"\s*(?:of\s+)?(?:(?:all |our |the )*(?:customers|shoppers|people)\s+)?"
            r"(?:(?:when\s+|as\s+)?(?:ranked\s+|measured\s+|sorted\s+)?(?:by|in terms of"
            r"|according to)\s+"
            r"|(?:for|on|in|when it comes to|with regard to)\s+|的)?(?:(?:their|total|the)\s+)*"
        )
        gap = behind.match(reading.rest, end)
        at = gap.end() if gap else end
        for name in self._names:
            if found := name.before.match(reading.rest, at):
                return dated_by(name.term.name, start, found.end(), reading)
        if ordered := ordered_by(reading.rest, at, self._vocabulary):
            return dated_by(ordered[0], start, ordered[1], reading)
        for name in self._names:
            begin = _ending_at(
                name.before,
                reading.rest,
                start,
                r"(?:\s|\b(?:is|are|in|the|of)\b|为|位于|处于?|属于?|落|来|排(?:名|序|位|行)?|挤?[进入]|跻身|在|却|都|也|还|又|能|均"
                r"|居|最|的|,|是)*",
            )
            if begin is not None:
                begin -= reading.rest[:begin].endswith(("按", "以", "论"))
                return dated_by(name.term.name, begin, end, reading)
        return None

    def named_at(self, text: str, place: int) -> tuple[str, int] | None:
        """The numeric field whose name begins at a place (the longest name), and where it ends."""
        found = [
            (name.term.name, match.end())
            for name in self._names
            if (match := name.before.match(text, place))
        ]
        return max(found, key=lambda pair: pair[1], default=None)

    def named_before(self, text: str, place: int) -> tuple[str, int] | None:
        """The numeric field whose name ends at a place, and where it begins."""
        found = self._named_ending(text, place)
        return None if found is None else (found[0].name, found[1])

    def _comparison(self, reading: Reading, quantity: Quantity) -> Link | None:
        if not quantity.op and _PEOPLE_COME.search(reading.rest[: quantity.end + 1]):
            return None
        named = self._named_before(reading.rest, quantity)
        unit = self._named_behind(reading.rest, quantity)
        if named and unit and not _agree(named[0], unit[0]):
            if named[0].name == "orders" and unit[0].unit in ("money", "categories"):
                named = (unit[0], named[1])  # "下单超过300元" is about money
            elif unit[0].unit in ("share", "categories"):
                named = None  # "placed half of their orders on weekends"
            else:
                return None
        if named and unit and unit[0].name in lexicon.TOLD_BEHIND:
            named = (unit[0], named[1])
        if named is None and (ranged := self._ranged(reading, quantity)):
            return ranged  # "income under $35k" is no spend
        return self._linked(reading, quantity, named, unit) if named or unit else None

    def _named_before(self, text: str, quantity: Quantity) -> tuple[Term, int] | None:
        """The field named right before the number, and where it begins."""
        return self._named_ending(text, quantity.start)

    def _named_ending(self, text: str, place: int) -> tuple[Term, int] | None:
        """The field whose name (the longest) ends at a place, filler apart, and where it begins."""
        found = [
            (name.term, start)
            for name in self._names
            if (start := _ending_at(name.before, text, place, lexicon.LINKING)) is not None
        ]
        return min(found, key=lambda pair: pair[1], default=None)

    def _named_behind(self, text: str, quantity: Quantity) -> tuple[Term, int] | None:
        """The field that the unit behind the number tells, and where the unit ends."""
        found = [
            (name.term, match.end())
            for name in self._names
            if name.behind and (match := name.behind.match(text, quantity.end))
        ]
        if found:
            return max(found, key=lambda pair: pair[1])
        return (self._vocabulary.field("spend"), quantity.end) if quantity.money else None

    def _linked(
        self,
        reading: Reading,
        quantity: Quantity,
        named: tuple[Term, int] | None,
        unit: tuple[Term, int] | None,
    ) -> Link | None:
        term = named[0] if named else unit[0] if unit else None
        assert term is not None  # noqa: S101
        start = named[1] if named else _verb_before(reading.rest, quantity.start)
        end = unit[1] if unit else _unit_end(term, reading.rest, quantity.end)
        if term.name == "orders" and lexicon.IN_ONE.search(reading.rest[:end]):
            return None  # "over $100 in one order" says nothing of how many there are
        op, end = _operator(quantity, reading.rest, end)
        if not unit:
            end = max(end, _unit_end(term, reading.rest, end))
        value, to = _scaled(quantity, term)
        if term.unit == "days" and value is not None:
            value, to, op, end = _in_days(reading.rest, value, to, op, end)
        if value is None:
            return None
        dated = dated_by(term.name, start, end, reading)
        condition = Compare(field=dated.field, op=op, value=value, to=to, **dated.days)  # type: ignore[arg-type]
        return reading.link(
            *(dated.start, dated.end, condition),
            window=dated.windowed,
            takes_window=term.name in WINDOWED
            and not lexicon.OVERALL.search(reading.text, max(0, start - 8), end + 20),
        )

    def _ranged(self, reading: Reading, quantity: Quantity) -> Link | None:
        """A number against a closed attribute of ranges: "under 35", "收入10万以上"."""
        for field, (before, behind) in RANGED.items():
            term = self._vocabulary.fields.get(field)
            if term is None or not term.values:
                continue
            span = _ranged_span(field, before, behind, reading.rest, quantity)
            if span is None:
                continue
            op, end = _operator(quantity, reading.rest, span[1])
            if behind and (more := re.compile(rf"\s*(?:{behind})").match(reading.rest, end)):
                end = more.end()
            values = values_within(term.values, op, quantity.value, quantity.to)
            if not values:
                return None
            condition = Compare(field=field, op="in", value=values)
            if len(values) == 1:
                condition = Compare(field=field, op="=", value=values[0])
            return reading.link(span[0], end, condition)
        return None

    @cached_property
    def _names(self) -> list[_Name]:
        names = []
        for term in self._vocabulary.fields.values():
            if not term.numeric:
                continue
            before, behind = lexicon.FIGURES.get(term.name, ("", ""))
            labels = [re.escape(label.casefold()) for label in (term.label_en, term.label_zh)]
            words = "|".join(
                [*sorted(labels, key=len, reverse=True), *([before] if before else [])]
            )
            names.append(
                _Name(
                    term,
                    re.compile(rf"(?<![a-z])(?:{words})(?![a-z])"),
                    re.compile(rf"\s*(?:{behind})(?![a-z])") if behind else None,
                )
            )
        return names


def _quantity(match: re.Match[str], text: str) -> Quantity:
    groups = match.groupdict()
    place = next((n for n in range(len(lexicon.BEFORE)) if groups[f"b{n}"]), None)
    op = None if place is None else lexicon.BEFORE[place][0]
    words = "" if place is None else groups[f"b{place}"]
    start, end = match.span()
    end -= len(match[0]) - len(match[0].rstrip())
    start += len(match[0]) - len(match[0].lstrip())
    to = None if match["to"] is None else _value(match["to"], match["to_factor"])
    value = _value(match["n"], match["factor"] or (match["to_factor"] if to else None))
    joined = match["joint"] == "and" and not re.match(r"between|from", match[0].lstrip())
    if joined or (to is not None and (op or to < value)):
        end, to = match.end("factor") if match["factor"] else match.end("n"), None
    if op is None and to is None and (after := AFTER.match(text, end)):  # "5 or more orders"
        op, words, end = after_op(after), after[0].strip(), after.end()
    start += 5 * (to is None and text.startswith("from ", start))  # "from 40 categories"
    money = bool(match["money"])
    return Quantity(start, end, op, value, to, bool(match["percent"]), money, words)


def _value(words: str, factor: str | None) -> float:
    return to_number(words) * lexicon.FACTORS.get(factor or "", 1)


def _operator(quantity: Quantity, text: str, end: int) -> tuple[str, int]:
    """The comparison, looked for behind the number where none stands before it."""
    if quantity.to is not None:
        between = re.compile(r"\s*(?:之间|区间|的?范围内?|不等)").match(text, end)
        return "between", between.end() if between else end
    if quantity.op:
        said = AFTER.match(text, end) or AFTER.match(text, quantity.end)
        agree = said and after_op(said)[0] == quantity.op[0]  # "达到10次以上" says it twice
        return quantity.op, max(end, said.end()) if said and agree else end
    for place in (end, quantity.end):
        if match := AFTER.match(text, place):
            return after_op(match), max(end, match.end())
    return "=", end


def after_op(match: re.Match[str]) -> lexicon.Op:
    """The comparison that a match of `AFTER` says."""
    return next(op for n, (op, _) in enumerate(lexicon.AFTER) if match[f"a{n}"])


def _scaled(quantity: Quantity, term: Term) -> tuple[float | None, float | None]:
    """Value and end in the field's unit; None where they do not fit it."""
    if term.unit != "share":
        return (None, None) if quantity.percent else (_whole(quantity.value), quantity.to)
    if not quantity.percent and quantity.value > 1:
        return None, None
    scale = 100 if quantity.percent else 1
    return _whole(quantity.value / scale), None if quantity.to is None else quantity.to / scale


def _whole(value: float) -> float:
    return int(value) if float(value).is_integer() else value


def _agree(named: Term, unit: Term) -> bool:
    return named.unit == unit.unit or "" in (named.unit, unit.unit)


def _unit_end(term: Term, text: str, end: int) -> int:
    """Where the unit of a named field ends behind its number."""
    pattern = lexicon.UNITS.get(term.unit)
    if term.unit == "money":
        pattern = lexicon.FIGURES["spend"][1]
    match = re.compile(rf"\s*(?:{pattern})(?![a-z])").match(text, end) if pattern else None
    return match.end() if match else end


def _carried(reading: Reading, quantity: Quantity, last: Link | None) -> Link | None:
    """ "4 orders in October and then fewer than 2 in November": the field said last, other days."""
    overall = lexicon.OVERALL.match(reading.rest, quantity.end)
    window = reading.window_behind(quantity.end)
    said = last.condition if last else None
    if last is None or not isinstance(said, Compare) or not last.window or quantity.percent:
        return None
    field = said.field.split("_last_")[0]
    if field not in WINDOWED or not (window or overall):
        return None
    if not _CARRIED.fullmatch(reading.rest, last.end, quantity.start):
        return None
    op, _ = _operator(quantity, reading.rest, quantity.end)
    dated = dated_by(field, quantity.start, quantity.end, reading)
    value = _whole(quantity.value)
    condition = Compare(field=dated.field, op=op, value=value, to=quantity.to, **dated.days)  # type: ignore[arg-type]
    end = max(dated.end, overall.end() if overall else 0)
    return reading.link(dated.start, end, condition, window=True, takes_window=True)


def _in_days(
    text: str, value: float, to: float | None, op: str, end: int
) -> tuple[float, float | None, str, int]:
    """Weeks, months and years as days: "with us for more than two years"."""
    match = _LONGER_UNIT.match(text, end)
    if match is None:
        return value, to, op, end
    days = days_of("1", match["unit"])
    end = match.end()
    if op == "=" and (after := AFTER.match(text, end)):
        op, end = after_op(after), after.end()
    return value * days, None if to is None else to * days, op, end


def _verb_before(text: str, start: int) -> int:
    """Where the bare verb before a number with its unit begins: "逛过30个品类", "买了500块"."""
    match = _VERB.search(text[:start])
    return match.start() if match else start


def _ending_at(pattern: re.Pattern[str], text: str, place: int, filler: str) -> int | None:
    """Where the longest match that ends at `place`, filler apart, begins."""
    for match in pattern.finditer(text, max(0, place - 60), place):
        if re.fullmatch(filler, text[match.end() : place]):
            return match.start()
    return None


def _ranged_span(
    field: str, before: str, behind: str, text: str, quantity: Quantity
) -> tuple[int, int] | None:
    """The span of number and name, if the name of the attribute stands beside the number."""
    start = _ending_at(
        re.compile(rf"(?<![a-z])(?:{before})(?![a-z])"), text, quantity.start, lexicon.LINKING
    )
    unit = re.compile(rf"\s*(?:{behind})(?![a-z])").match(text, quantity.end) if behind else None
    if start is not None and not unit:
        unit = _MEASURE.match(text, quantity.end)
    if start is not None or unit:
        return quantity.start if start is None else start, unit.end() if unit else quantity.end
    if field != "age":
        return None
    told = AGE_OP.fullmatch(quantity.op_words)
    guessed = PLAIN_AGE_OP.fullmatch(quantity.op_words) and AGE_NOUN.search(text[: quantity.start])
    ranged = quantity.to is not None and AGE_NOUN.search(text[: quantity.start])
    plain = not (quantity.money or quantity.percent)
    return (quantity.start, quantity.end) if (told or guessed or ranged) and plain else None
