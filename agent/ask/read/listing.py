"""How customers are to be listed: "top 20 by spend", "biggest spenders first", "消费最高的20位".

A cue (a superlative, a word of sorting, a direction) and the field nearest to it tell the order; a
number that nothing else uses tells the length. What tells it beyond doubt is read before the
conditions; what stands apart is looked for in the words that they leave over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from agent.ask.query import Rank
from agent.ask.read import lexicon
from agent.ask.read import rank_words as words
from agent.ask.read.numerals import to_number
from agent.ask.read.rank_words_zh import ALONE_ZH
from agent.ask.read.reading import USED, Reading
from agent.conditions import WINDOWED
from agent.vocabulary import Vocabulary

Order = Literal["most", "least"]
_N = lexicon.SMALL_NUMBER
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_NUMBER_ONE = re.compile(
    r"\b(?:our|the)\s+(?:(?:very\s+)?(?:best|top|biggest)|number\s+one|no\.?\s*1"
    r"|#\s*1)\s+(?:customer|shopper|client|spender|buyer)\b"
)
# A length by itself: "list 20 customers who …".
_FIRST_N = re.compile(
    rf"\b(?:list|show|give|find|name|get|which|what|the|who are|need|want|pull|pick|select"
    rf"|send)\s+(?:me\s+|us\s+)?(?:the\s+|just\s+|only\s+)?(?P<n>{_N})\s+(?:\w+\s+)?"
    rf"(?:{words.PEOPLE}|{words.ROWS})\b"
)
# A length in the words that no condition used.
_CUT = (
    r"(?:stop|cap(?:ped)?|limit(?:ed)?|cut(?:\s+(?:it|them))?(?:\s+off)?|max(?:imum)?|at most|up to"
    r"|no more than|restrict(?:ed)?|keep|only|just|first|top|take)"
)
_LATE_N = re.compile(
    rf"(?P<cut>\b{_CUT}\s*(?:it\s+|them\s+|the list\s+|this\s+|the\s+)*(?:at|to|after|of|with|top"
    rf"|first)?\s*)?(?<![\w.$€£¥%-])(?P<n>{_N})(?![\w%-]|\.\d|\s*%)"
    r"(?!\s+(?:or\s+\w+\s+)?(?:orders?|times|days?|weeks?|months?|years?|kids?|children|quarters?"
    rf"|purchases|dollars|categories|in))(?P<tail>\s*(?:{words.ROWS}|max(?:imum)?|tops?"
    r"|only|(?:is|are|will be|would be)\s+(?:enough|plenty|fine)|will do|suffices?|should do)\b)?"
)
_LATE_N_ZH = re.compile(
    r"(?P<cut>(?:只|就|先)?(?:取|挑|选|要|给|列|捞|抽|拿|看|留|保留|筛|拉|导|找|来|显示|推荐)(?:出来?)?"
    rf"(?:我|他们|其中)?)?(?P<rank>排名?|排在)?(?:前面?|(?<!里)头|哪|top\s*)?(?<![\d.])(?P<n>{_N})"
    r"(?![\d.%]|个?[月年天周季岁]|个星期)\s*(?:位|名|个|户|人|行|条)(?:人|顾客|客户|会员|用户)?"
    r"(?!表|名单|清单|单子|排[名行]|榜|图|列表|数|结果|报表|画像|趋势|曲线|组)"
    r"(?:出来|就行|即可|就好|就够了?|给我|好了|为止)?"
)
_PEOPLE_BETWEEN = re.compile(rf"(?<=\0)\s*{words.PEOPLE}$")
_FIRST = re.compile(r"\s*,?\s*(?:\b(?:first|on top|at the top)\b|排(?:在)?(?:最)?前面?)")
_HERE_N = re.compile(
    rf"\s*的?(?:是)?(?:哪|前)?(?P<n>{_N})(?![\d.%]|个?[月年天周季])\s*(?:位|名|个|大|户)?"
    rf"{words.PEOPLE_ZH}?"
)


@dataclass(frozen=True)
class Listing:
    """How customers are to be listed; `side`: of "top 20" whose field was not found yet."""

    rank: Rank | None = None
    limit: int | None = None
    side: Order | None = None


@dataclass(frozen=True)
class _Span:
    """A word of ordering (kind: down, up, least, most, sort) or a field, and where it stands."""

    name: str
    start: int
    end: int


_BY_LEFT = re.compile(rf"\bby\s+(?:their\s+)?(?={USED})")
# A count among those at the top cannot be told: a list is cut behind its conditions, not before.
_TOP_N = (
    rf"(?:(?:top|best|bottom|first|biggest|largest)\s+{_N}"
    rf"|{_N}\s+(?:top|best|bottom|biggest|largest|most|highest|lowest))\b(?!\s*%)"
)
_OF_THE_TOP = re.compile(
    rf"\bhow (?:many|much) (?:of|from|among|in)\s+(?:(?:our|the|those|my)\s+)?{_TOP_N}"
    rf"|\b(?:of|among|in|within) (?:our|the|those|my)\s+{_TOP_N}[^.?!;]*\bhow (?:many|much)\b"
    rf"|(?:前|最[高多大好]的?){_N}[位名个]\w{{0,4}}(?:里面?|当中|之中|中)[^,，。]{{0,4}}(?:多少|几)"
)


class Lister:
    """Finds the order and the length of lists over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._names = []
        for term in vocabulary.fields.values():
            if not term.numeric:
                continue
            labels = sorted((term.label_en, term.label_zh), key=len, reverse=True)
            said = "|".join(re.escape(label.casefold()) for label in labels)
            more = words.NAMES.get(term.name)
            pattern = rf"(?<![a-z])(?:{said}{'|' + more if more else ''})(?![a-z])"
            self._names.append((term.name, re.compile(pattern)))

    def listing(self, reading: Reading) -> Listing | None:
        """What is told beside its cue; its words are taken."""
        if _OF_THE_TOP.search(reading.text):
            return None
        if match := _NUMBER_ONE.search(reading.rest):
            reading.take(*match.span())
            return Listing(Rank(field=self._by(reading, match.end()) or "spend"), 1)
        rank = self._alone(reading) or self._beside(reading)
        self._again(reading, rank)
        found = self._top(reading, rank) or self._top_zh(reading, rank)
        found = found or _counted(reading, rank)
        if found is None or found.rank is None:
            return found
        return replace(found, rank=_over_days(found.rank, reading))

    def late(self, reading: Reading, found: Listing | None, usual: str) -> Listing | None:
        """The same with what stands apart from its cue, in the words that are left over.

        usual: the field of a "top 20" that names none.
        """
        if _OF_THE_TOP.search(reading.text):
            return found
        if found is None or found.rank is None:
            rank = self._paired(reading, anywhere=True)
            if rank is None and found is not None and found.side:
                rank = Rank(field=usual, order=found.side)
            if rank is not None:
                found = Listing(_over_days(rank, reading), found.limit if found else None)
        if found is None or found.limit is None:
            limit = _late_limit(reading, ranked=found is not None)
            found = replace(found or Listing(), limit=limit) if limit else found
        if found is not None:
            _take_choosing(reading)
        return found

    def _alone(self, reading: Reading) -> Rank | None:
        for pattern, rank in (*words.ALONE, *ALONE_ZH):
            if match := pattern.search(reading.rest):
                reading.take(*match.span())
                self._directed(reading, match.end())
                return rank
        return None

    def _again(self, reading: Reading, rank: Rank | None) -> None:
        """Use up a second saying of the same order: "买得最杂(品类最多)"."""
        if rank is not None:
            rest = reading.rest
            if (self._alone(reading) or self._beside(reading)) != rank:
                reading.rest = rest

    def _beside(self, reading: Reading) -> Rank | None:
        return self._paired(reading, anywhere=False)

    def _paired(self, reading: Reading, anywhere: bool) -> Rank | None:
        """The cue and the field that stand nearest to each other."""
        names = list(self._named(reading.rest))
        pairs = [
            (distance, cue.start, cue, name)
            for cue in _cues(reading.rest)
            for name in names
            if (distance := _distance(reading.rest, cue, name, anywhere)) is not None
        ]
        if not pairs:
            return None
        _, _, cue, name = min(pairs, key=lambda pair: pair[:2])
        order = _order(cue, name, reading.rest)
        _take_pair(reading, cue, name, anywhere)
        told = self._directed(reading, max(cue.end, name.end))
        return Rank(field=name.name, order=told or order)

    def _directed(self, reading: Reading, end: int) -> Order | None:
        """The direction said apart from a cue ("…, highest first"); None if there is none."""
        if first := _FIRST.match(reading.rest, end):
            reading.take(*first.span())
        told: Order | None = None
        for cue in list(_cues(reading.rest)):
            if cue.name == "sort" and end >= cue.end:
                reading.take(cue.start, cue.end)
            if cue.name in ("down", "up"):
                reading.take(cue.start, cue.end)
                told = "most" if cue.name == "down" else "least"
        return told

    def _named(self, text: str) -> Iterator[_Span]:
        """Every field that is named, the longest name at each place."""
        found = [
            _Span(field, *match.span())
            for field, pattern in self._names
            for match in pattern.finditer(text)
        ]
        end = 0
        for span in sorted(found, key=lambda span: (span.start, -span.end)):
            if span.start >= end:
                yield span
                end = span.end

    def _at(self, text: str, place: int) -> _Span | None:
        """The field that is named right at a place."""
        return next(
            (span for span in self._named(text) if span.start <= place < span.end and place), None
        )

    def _by(self, reading: Reading, place: int) -> str | None:
        """The field behind a "by" right here, or else behind the first "by" that has one."""
        here = words.BY.match(reading.rest, place)
        for match in (*([here] if here else []), *words.BY.finditer(reading.rest)):
            if match[0].strip() and (name := self._at(reading.rest, match.end())):
                reading.take(match.start(), name.end)
                self._directed(reading, name.end)
                return name.name
        return None

    def _top(self, reading: Reading, rank: Rank | None) -> Listing | None:
        """ "top 20 customers by spend", "the 10 highest discount shares"."""
        match = next(_outside_days(words.TOP, reading), None)
        if match is None:
            return None
        side = match["side"] or match["side2"]
        order: Order = "least" if side in words.LOW_SIDES else "most"
        limit = int(to_number(match["n"] or match["n2"]))
        reading.take(*match.span())
        if rank is not None:
            return Listing(rank, limit)
        gap = words.GAP.match(reading.rest, match.end())
        name = self._at(reading.rest, gap.end() if gap else match.end())
        if name and not match["who"]:
            reading.take(match.end(), name.end)
        field = name.name if name and not match["who"] else self._by(reading, match.end())
        if field:
            return Listing(Rank(field=field, order=order), limit)
        if side == "first":
            return Listing(None, limit)
        return Listing(None, limit, side=order)

    def _top_zh(self, reading: Reading, rank: Rank | None) -> Listing | None:
        """ "前20名", "总消费倒数5名"."""
        match = next(_outside_days(words.TOP_ZH, reading), None)
        if match is None:
            return None
        reading.take(*match.span())
        limit = int(to_number(match["n"] or match["n2"] or match["n3"] or match["n4"]))
        if rank is not None:
            return Listing(rank, limit)
        order: Order = "least" if match["last"] else "most"
        before = [n for n in self._named(reading.rest) if n.end <= match.start()]
        name = before[-1] if before else None
        between = reading.rest[name.end : match.start()] if name else ""
        if name and words.GAP_ZH.fullmatch(words.CHOOSE_ZH.sub("", between)):
            _take_pair(reading, _Span("most", *match.span()), name, anywhere=False)
            return Listing(Rank(field=name.name, order=order), limit)
        return Listing(None, limit, side=order)


def _take_choosing(reading: Reading) -> None:
    """Use up the words that only choose or sort."""
    for pattern in (_BY_LEFT, words.CHOOSE, words.CHOOSE_ZH):
        for match in list(pattern.finditer(reading.rest)):
            reading.take(*match.span())


def _cues(text: str) -> Iterator[_Span]:
    for match in words.CUES.finditer(text):
        assert match.lastgroup is not None  # noqa: S101
        yield _Span(match.lastgroup, *match.span())


def _distance(text: str, cue: _Span, name: _Span, anywhere: bool) -> int | None:
    """How far apart a cue and a field stand; None if they cannot belong together."""
    behind = name.start >= cue.end
    if not behind and name.end > cue.start:
        return None
    between = text[cue.end : name.start] if behind else text[name.end : cue.start]
    chinese = bool(_CHINESE.search(text[cue.start : cue.end]))
    gap = words.GAP_ZH if chinese else words.GAP
    if not (anywhere or gap.fullmatch(between)):
        return None
    if chinese and cue.name == "sort" and behind:
        return None
    # English names the field behind its cue, Chinese before it, as a rule.
    return len(between) + (2 if behind == chinese else 0) + (5 if cue.name == "sort" else 0)


def _order(cue: _Span, name: _Span, text: str) -> Order:
    low = cue.name in ("up", "least")
    if name.name == "days_since_last_order" and cue.name == "sort":
        return "least"  # by recency: the latest first
    said = text[cue.start : cue.end]
    dated = name.name in ("days_since_last_order", "tenure_days")
    if re.search(r"newest|latest|recent|oldest|earliest|最[早晚新近]", said) and not dated:
        return "least" if low else "most"
    return "least" if low else "most"


def _take_pair(reading: Reading, cue: _Span, name: _Span, anywhere: bool) -> None:
    """Use up a cue, its field and what joins them."""
    if anywhere:
        reading.take(cue.start, cue.end)
        reading.take(name.start, name.end)
    else:
        reading.take(min(cue.start, name.start), max(cue.end, name.end))
    start = min(cue.start, name.start)
    if carrier := words.CARRIER.search(reading.rest[:start]):
        reading.take(*carrier.span())
    if front := words.SORT_FRONT_ZH.search(reading.rest[:start]):
        reading.take(*front.span())
    if cue.name in ("down", "up", "sort") or _CHINESE.search(reading.text[cue.start : cue.end]):
        tail = words.SORT_TAIL_ZH.match(reading.rest, max(cue.end, name.end))
        if tail and tail[0] and _CHINESE.search(tail[0]):
            reading.take(*tail.span())


def _over_days(rank: Rank, reading: Reading) -> Rank:
    """ "top 20 by spend in the last 3 months": a span of days beside what was just taken."""
    if rank.field not in WINDOWED:
        return rank
    for window in reading.windows:
        before = _PEOPLE_BETWEEN.sub(
            "", reading.rest[: window.start].rstrip(" ,的").removesuffix(" of")
        )
        behind = reading.rest[window.end :].lstrip(" ,的")
        if before.endswith(USED) or behind.startswith(USED):
            reading.take(window.start, window.end)
            front = words.SORT_FRONT_ZH.search(reading.rest[: window.start])
            if front and front[0]:
                reading.take(*front.span())
            field = lexicon.WINDOWED.get((rank.field, window.last_days or 0))
            days = {} if field else window.as_span()
            return Rank(field=field or rank.field, order=rank.order, **days)
    return rank


def _outside_days(pattern: re.Pattern[str], reading: Reading) -> Iterator[re.Match[str]]:
    """Matches that share no character with a span of days."""
    for match in pattern.finditer(reading.rest):
        if not any(w.start < match.end() and match.start() < w.end for w in reading.windows):
            yield match


def _counted(reading: Reading, rank: Rank | None) -> Listing | None:
    """ "消费最高的20位"; "list 20 customers who …"."""
    if rank is None:
        match = next(_outside_days(_FIRST_N, reading), None)
        if match is None:
            return None
        reading.take(*match.span("n"))
        return Listing(None, int(to_number(match["n"])))
    for place in range(len(reading.rest)):
        behind = place and reading.rest[place - 1] == USED and reading.rest[place] != USED
        if behind and (match := _HERE_N.match(reading.rest, place)):
            reading.take(*match.span())
            return Listing(rank, int(to_number(match["n"])))
    return Listing(rank)


def _late_limit(reading: Reading, ranked: bool) -> int | None:
    """The one number that is left over; without an order it must say that it is a length."""
    pattern = _LATE_N_ZH if reading.language == "zh" else _LATE_N
    found = list(_outside_days(pattern, reading))
    told = [m for m in found if m["cut"] or m.groupdict().get("tail")]
    chosen = told if len(told) == 1 else found
    if len(chosen) != 1 or not (ranked or told):
        return None
    limit = int(to_number(chosen[0]["n"]))
    if limit == 1 and not ranked:
        return None  # "给我一个数"
    reading.take(*chosen[0].span())
    return limit
