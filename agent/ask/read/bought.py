"""What stands behind a word of buying and names something in the product catalogue.

One verb makes one link, whatever it lists: "bought wine or beer but not coffee at least 3 times in
the last 90 days". An item that the catalogue does not know ends the list and stays unused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from agent.ask.read import frame, lexicon
from agent.ask.read.dates import Window
from agent.ask.read.figures import AFTER, NUMBER, after_op
from agent.ask.read.fronted import ANY
from agent.ask.read.numerals import to_number
from agent.ask.read.reading import USED, Link, Reading
from agent.conditions import All, Bought, Condition, negated, walk
from agent.vocabulary import Vocabulary, word_set

_TOKEN = re.compile(r"&|[a-z0-9'/-]*[a-z0-9][a-z0-9'&/-]*|[\u3400-\u9fff]")
_EXCEPT = re.compile(
    r"\s*,?\s*(?:(?:but|and|yet)\s+(?:not|no|never|neither|without)|except(?: for)?"
    r"|without|但不包括|但从?没有?买?过?|却?从?没有?买过|不含|不包括)\s*"
    r"(?=\w)"
)
_BEHIND_ITEMS = re.compile(
    r"(?:有?(?:多少|几)(?:个|位)?(?:人|顾客|客户|家庭)|累计|一共|总共|曾经?"
    r"|等)*(?:[两三四五六七八九几]样|这些)?(?P<all>全部?都?|都|均)?(?:购买|买)(?:过"
    r"|了)(?=[\d一二两三四五六七八九十至超不的,，。?？!呀啊吗呢]|$|次|顾客|客户|人|数)"
    r"|\s+(?P<all_en>\bboth\s+)?(?:(?:that|which)\s+)?(?:(?:was|were|has been|have been|being|is"
    r"|are|gets?|got)\s+)?(?:(?:ever|already|regularly|actually)\s+)?(?:bought|purchased|ordered)\b"
    r"(?:\s+ever\b)?(?:\s+by\b)?(?!\s+(?:anything|something|nothing|it|them|one|any)\b)"
    r"|\s*(?:购买)(?=人数|次数|者)"
)
_LONGEST_RUN = 10
_KEPT = 20_000
_OPS = "|".join(f"(?P<o{n}>{words})" for n, (_, words) in enumerate(lexicon.BEFORE))
_TIMES = re.compile(
    r"(?:的?(?:总|累计)?(?:次数|单数|频次|订单数)(?:在|为|是|有|也|都|达到)*|(?:累计|总共|一共"
    r"|合计|共计?)*)"
    rf"\s*,?\s*(?:in\s+)?(?:(?:{_OPS})\s*)?(?:有|了)?"
    rf"(?:(?P<n>{NUMBER})\s*(?P<more>or more\s+)?(?P<more_zh>以上)?"
    r"(?:(?:different |separate )?orders?\b|times\b|个?订单中?|(?:次|单|回|趟|遍|笔)(?!抛|性|数))"
    r"|(?P<word>once|twice)\b)\s*(?P<late>or more)?"
)
_TIMES_BEFORE = re.compile(
    rf"(?:(?:{_OPS})\s*)?(?:有|在)?(?P<n>{NUMBER})(?P<more>\s+or more|以上)?\s*(?P<unit>times|次"
    rf"|单|回"
    rf"|趟|遍|笔|个?订单)?(?P<more_zh>(?:及|或)?以上)?\s*(?:有|中|里|都|会|的订单)*$"
)
_OP_BEFORE = re.compile(rf"(?:{_OPS})\s*$")
# Words that name no product, although some product's name may hold them.
_EMPTY = word_set("""
a an the and or of in on for to with at by from who that which have has had been are is were was do
does did how many much customer household people shopper buyer order last past day week month year
least most more less than any some all never not no but also often what item product thing coupon
their they we our us me top time once twice lot anything something nothing over under every each per
about only just since until before after between within during exactly it this these those he she
kid child children first second half start end beginning quarter
""")
_ANY = re.compile(ANY)
# One character is mostly a part of a word; these are sold.
NO_ITEM = re.compile(
    r"(?![酒肉鱼虾茶糖盐奶菜汤药书鸭羊猪梨饼粥蒜姜葱])[\u3400-\u9fff]"
    r"|\d+|用品|商品|东西|其他|产品|人群|家庭|成人|大人|小孩|数量|次数|品类|天数|一次|两个|个人"
    r"|护理|专用|日用"
)


# Days behind such a figure are its own, and of "without buying …" behind them as well.
_FIGURE = re.compile(r"[$€£]\d[\d,.]*\s*$|\d\s*(?:dollars|bucks|usd|orders|times)\s*$")


@dataclass
class Items:
    """A list of items under one verb."""

    words: list[str]
    excepted: list[str]
    end: int
    any_of: bool = False
    all_of: bool = False

    @property
    def mixed(self) -> bool:
        """Whether "and" and "or" both join its items: more than one reading."""
        return self.any_of and self.all_of


def _cut_short(words: str, behind: str) -> bool:
    """Whether a single Chinese character is but the head of a longer word: 牛 of 牛奶."""
    return bool(
        re.fullmatch(r"[\u3400-\u9fff]", words)
        and re.match(r"[\u3400-\u9fff]", behind)
        and not re.match(r"[的和或与及但且而又并至不没]", behind)
    )


@dataclass(frozen=True)
class Times:
    """In how many orders."""

    start: int
    end: int
    op: str
    number: int


class BoughtLinker:
    """Links purchases over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._names: dict[str, bool] = {}  # a question asks for the same words again and again

    def purchases(self, reading: Reading) -> Iterator[Link]:
        """One link for each verb that is followed by known items, and for each "wine buyers"."""
        yield from self._buyers(reading)
        yield from self._said_before(reading)
        place = 0
        while match := lexicon.BUY.search(reading.rest, place):
            place = match.end()
            link = self._purchase(reading, match)
            if link:
                place = max(place, link.end)
                yield link
                if again := _not_again(reading, link):
                    place = again.end
                    yield again

    def bare(self, reading: Reading) -> Iterator[Link]:
        """Items without any verb, as "milk per week" has them: whole names of the catalogue."""
        for token in _TOKEN.finditer(reading.rest):
            if USED in reading.rest[token.start() : token.end()]:
                continue
            found = self._item(reading.rest, token.start())
            if frame.PURPOSE.search(reading.text[: token.start()]):
                continue
            if found and found[0] in self._spellings(found[0]):
                condition = Bought(bought=(found[0],))
                yield reading.link(token.start(), found[1], condition, takes_window=True)

    def _said_before(self, reading: Reading) -> Iterator[Link]:
        """ "鸡蛋有多少人买过", "beer was bought": the items stand before the verb."""
        for match in _BEHIND_ITEMS.finditer(reading.rest):
            if self._item(reading.rest, match.end()) is not None:
                continue  # the verb has an object of its own
            for token in _TOKEN.finditer(reading.rest[: match.start()]):
                items = self.items_at(reading.rest, token.start())
                if items and items.end == match.start() and not items.mixed:
                    yield from self._linked_before(reading, items, token.start(), match)
                    break

    def _linked_before(
        self, reading: Reading, items: Items, start: int, verb: re.Match[str]
    ) -> Iterator[Link]:
        times = times_at(reading.rest, verb.end())
        end = times.end if times else verb.end()
        joined = reading.language == "en" and items.all_of
        every = (bool(verb["all"]) or joined) and len(items.words) > 1
        chosen = replace(items, all_of=every, any_of=items.any_of or not every)
        if len(items.words) > 1 and not every and not items.any_of:
            return  # "beer, wine bought": more than one reading
        link = self.linked(reading, chosen, (start, end), times, reading.window_behind(end))
        if link is not None:
            yield link

    def _buyers(self, reading: Reading) -> Iterator[Link]:
        for match in lexicon.BUYERS.finditer(reading.rest):
            words = list(_TOKEN.finditer(reading.rest[: match.start()]))[-2 * _LONGEST_RUN :]
            for first in words:
                items = self.items_at(reading.rest[: match.start()], first.start())
                if items is None or items.mixed or reading.rest[items.end : match.start()].strip():
                    continue
                window = reading.window_behind(match.end())
                end = window.end if window else match.end()
                link = self.linked(reading, items, (first.start(), end), None, window)
                if link is not None:
                    yield link
                break

    def _purchase(self, reading: Reading, verb: re.Match[str]) -> Link | None:
        times = times_at(reading.rest, verb.end())
        items = self.items_at(reading.rest, times.end if times else verb.end())
        if items is None:
            return None
        end = items.end
        # English says its days behind, Chinese in front: between two purchases either could be.
        in_front = reading.language == "zh" and reading.window_before(verb.start())
        window = None if in_front else reading.window_behind(end)
        end = window.end if window else end
        if not times and (times := times_at(reading.rest, end)):
            end = times.end
        if not window and not in_front and (window := reading.window_behind(end)):
            end = window.end
        return self.linked(reading, items, (verb.start(), end), times, window)

    def linked(
        self,
        reading: Reading,
        items: Items,
        span: tuple[int, int],
        times: Times | None,
        window: Window | None,
    ) -> Link | None:
        """One link for the items with what is said around the span; None if it could mean more."""
        start, end = span
        before = _times_before(reading.rest, start, times)
        if items.mixed or ((before or times) and len(items.words) > 1 and not items.any_of):
            return None  # more than one reading
        times = before or times
        start = before.start if before else start
        reading.take(start, end)
        negation = reading.take_negation(start)
        start = start if negation is None else negation
        window = window or reading.window_before(start)
        if window and not _FIGURE.search(reading.rest[: window.start]):
            reading.take(window.start, window.end)
            start = min(start, window.start)
        condition = condition_of(items, times, window, negation is not None)
        return Link(start, end, condition, window=window is not None, takes_window=True)

    def items_at(self, text: str, place: int) -> Items | None:
        """The list that begins at `place`; None if its first item is unknown."""
        found = self._item(text, place)
        if found is None:
            return None
        items = Items([found[0]], [], found[1])
        while joint := lexicon.ITEM_JOINT.match(text, items.end):
            found = self._item(text, joint.end())
            if found is None:
                break
            items.words.append(found[0])
            items.any_of = items.any_of or bool(joint["or"])
            items.all_of = items.all_of or bool(joint["and"])
            items.end = found[1]
        if any_one := _ANY.match(text, items.end):
            items.any_of, items.all_of, items.end = True, False, any_one.end()
        excepted = _EXCEPT.match(text, items.end)
        if excepted and (found := self._item(text, excepted.end())):
            items.excepted.append(found[0])
            items.end = found[1]
            while (joint := lexicon.ITEM_JOINT.match(text, items.end)) and not joint["and"]:
                if (found := self._item(text, joint.end())) is None:
                    break
                items.excepted.append(found[0])
                items.end = found[1]
        return items

    def _item(self, text: str, place: int) -> tuple[str, int] | None:
        """The longest run of words at `place` that names something, and where it ends."""
        filler = lexicon.ITEM_FILLER.match(text, place)
        place = filler.end() if filler else place
        tokens: list[re.Match[str]] = []
        at = place
        while (token := _TOKEN.match(text, at)) and len(tokens) < _LONGEST_RUN:
            tokens.append(token)
            at = token.end() + (len(text[token.end() :]) - len(text[token.end() :].lstrip(" ")))
        for count in range(len(tokens), 0, -1):
            words, end = text[place : tokens[count - 1].end()], tokens[count - 1].end()
            if self.names(words) and not _cut_short(words, text[end:]):
                tail = lexicon.ITEM_TAIL.match(text, end)
                return words, tail.end() if tail else end
        return None

    def names(self, words: str) -> bool:
        """Whether words name something in the catalogue."""
        known = self._names.get(words)
        if known is None:
            if len(self._names) >= _KEPT:
                self._names.clear()
            known = self._names[words] = self._is_name(words)
        return known

    def _is_name(self, words: str) -> bool:
        if NO_ITEM.fullmatch(words) or not self._vocabulary.known_words((words,)):
            return False
        if not word_set(words) & _EMPTY:
            return True
        spellings = self._spellings(words)
        return words in spellings or any(
            word_set(words) == word_set(said) and len(words.split()) <= len(said.split())
            for said in spellings
        )

    def _spellings(self, words: str) -> set[str]:
        """The whole names, in every language, of what the words name."""
        exact = {item.name for item in self._vocabulary.items((words,))}
        return {s.casefold() for n in exact for s in (n, *self._vocabulary.labels.get(n, ()))}


def _not_again(reading: Reading, link: Link) -> Link | None:
    """ "bought it in June but not since July": the same purchase, not in other days."""
    bought = next((part for part in walk(link.condition) if isinstance(part, Bought)), None)
    for pattern, window_first in ((lexicon.NOT_AGAIN, False), (lexicon.NOT_AGAIN_ZH, True)):
        window = reading.window_behind(link.end) if window_first else None
        match = pattern.match(reading.rest, window.end if window else link.end)
        if match is None or bought is None:
            continue
        window = window or reading.window_behind(match.end())
        if window is None:
            continue
        again = Bought(bought=bought.bought, **window.as_span())
        end = max(match.end(), window.end)
        reading.take(link.end, end)
        return Link(link.end, end, negated(again), window=True, takes_window=True)
    return None


def times_at(text: str, place: int) -> Times | None:
    """The count of orders that begins at `place`."""
    match = _TIMES.match(text, place)
    if match is None:
        return None
    more = match["more"] or match["more_zh"] or match["late"]
    op, end = ">=" if more else _op(match) or "=", match.end()
    if behind := AFTER.match(text, end):
        op, end = _both(op, after_op(behind)), behind.end()
    number = lexicon.TIMES_WORDS[match["word"]] if match["word"] else to_number(match["n"])
    return Times(place, end, op, int(number))


def _times_before(text: str, place: int, times: Times | None) -> Times | None:
    """The count that ends at `place`, or the comparison that belongs to a count behind it."""
    if times:
        match = _OP_BEFORE.search(text[:place])
        return match and Times(match.start(), place, _op(match) or "=", times.number)
    match = _TIMES_BEFORE.search(text[:place])
    if match is None or not (match["unit"] or text.startswith("order", place)):
        return None
    op = ">=" if match["more"] or match["more_zh"] else _op(match) or "="
    return Times(match.start(), place, op, int(to_number(match["n"])))


def _both(before: str, behind: str) -> str:
    """The comparison of words on both sides of a number: "达到10次以上" is at least 10."""
    return behind if before == "=" else before


def _op(match: re.Match[str]) -> str | None:
    found = (op for n, (op, _) in enumerate(lexicon.BEFORE) if match[f"o{n}"])
    return next(found, None)


def condition_of(
    items: Items, times: Times | None, window: Window | None, negative: bool
) -> Condition:
    """Items joined by "or", and those of a negation, are one purchase: any of them counts."""
    several = not (items.any_of or negative)
    groups = [(word,) for word in items.words] if several else [tuple(items.words)]
    days: dict[str, Any] = window.as_span() if window else {}
    least, most = (1, None) if times is None else _limits(times)
    parts: list[Condition] = [
        Bought(bought=group, at_least=least, at_most=most, **days) for group in groups
    ]
    parts = [negated(part) for part in parts] if negative else parts
    parts += [negated(Bought(bought=(word,), **days)) for word in items.excepted]
    return parts[0] if len(parts) == 1 else All(all=tuple(parts))


def _limits(times: Times) -> tuple[int, int | None]:
    """The least and the most orders that a count allows."""
    number = times.number
    return {
        ">=": (number, None),
        ">": (number + 1, None),
        "<=": (1, number),
        "<": (1, max(number - 1, 0)),
        "=": (number, number),
    }[times.op]
