"""Purchases said without a verb of buying right before the item.

"bought wine in October and then beer in November", "sushi: how many people have bought it?",
"stopped buying diapers after June", and, where nothing else took it, a bare name of the catalogue.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from agent.ask.read import frame, lexicon
from agent.ask.read.bought import BoughtLinker, Items, times_at
from agent.ask.read.bought_zh import ChineseLinker
from agent.ask.read.dates import Window
from agent.ask.read.days import over_days
from agent.ask.read.reading import USED, Link, Reading
from agent.conditions import All, Bought, Compare, Condition, negated
from agent.vocabulary import Vocabulary, word_set

_THEN = re.compile(
    r"\s*,?\s*(?:(?:and|but|plus|or)\s+)?(?:(?:then|later(?: on)?|afterwards?|subsequently|also"
    r"|after that|followed by|again)\s+)?(?P<not>(?:not|no|never|did(?:n't| not)"
    r"|without)\s+(?:any\s+)?)?"
    r"(?:(?:bought|buy|purchased?|ordered)\s+)?"
)
_PRONOUN = re.compile(
    r"(?:\s+(?:any\s+(?:of\s+)?|some\s+(?:of\s+)?))?\s*\b(?:it|them|these|those|one"
    r"|any|some|such (?:things?"
    r"|products?|items?))\b(?!\s+(?:who|customers|people|of|products?|items?)\b)(?:\s+from us)?"
)
_STOPPED = re.compile(
    r"\b(?:stop(?:ped|ping)?|quit|ceased?|gave up|given up|discontinued|went off|turned away from)"
    r"(?:\s+(?:on|with|buying|purchasing|ordering|getting))*\s+"
)
_STOPPED_ALL = re.compile(
    r"\b(?:stopped|quit|ceased|gave up|given up)\s+(?:ordering|shopping|buying|purchasing|coming)"
    r"(?:\s+(?:with us|from us|here|anything|altogether|completely))*"
)
_TOKEN = re.compile(r"[a-z0-9][a-z0-9'&/-]*")
# Names of the catalogue that are more often no item; said behind a verb of buying they are one.
_SELDOM_ITEMS = word_set("""
date age label bridge key keys joint link links memory menu message mail mailing map main female
male man men woman women lady girl boy baby adult family household home house misc miscellaneous
national private brand general index cost charge deal deals card gift net ring bar tax ticket state
office point points party test time top total trend unit value week weekend other others new low
high long small big large free frame full half hand hard fall first active activity all action
display dollar finance coupon coupons continuity control copy counter country grand line list
season seasonal summer winter spring report sales sale safety sample service set sets school shop
store stores senior single size special sports stock style supply supplies support system team
travel trial type video wall watch white word work year money order orders people profile photo
picture place plan plus position post price product products program promotion quality question
rate record rental restaurant return returns room round run second section share short show side
""")


_ALSO = re.compile(
    r"\s*,?\s*(?:and|but|then|&)\s+(?:(?:also|again|then|later|once more|once again|another time"
    r"|too|came back|returned|as well)\s+)+"
)


_NOT_OTHERWISE = re.compile(
    r"\s*,?\s*\b(?:but|and|yet)\b\s*(?:(?:did|have|has|had|do)(?:n't|\s+not)|not|never|no longer"
    r"|nothing)\s*(?:(?:buy|bought|ordered|purchased)\s*)?(?:(?:it|them|any|one|any more"
    r"|again)\s*)*"
    r"(?:(?P<later>after(?:wards?| that| then)?|later(?: on)?|thereafter|since(?: then)?"
    r"|from then on"
    r"|any ?more)|(?P<sooner>before(?:hand| that| then)?|earlier|previously|until then))"
    r"(?=\s*(?:$|[,.;:?!)]))"
)
_DAY = timedelta(days=1)


class LooseLinker:
    """Links what `BoughtLinker` leaves."""

    def __init__(self, vocabulary: Vocabulary, bought: BoughtLinker) -> None:
        self._vocabulary = vocabulary
        self._bought = bought
        self._chinese = ChineseLinker(vocabulary, bought)
        self._exact = {
            word_set(said)
            for level, names in vocabulary.catalogue.items()
            if level != "product"
            for name in names
            for said in (name, *vocabulary.labels.get(name, ()))
        }

    def purchases(self, reading: Reading) -> Iterator[Link]:
        """All purchases with a verb: those of `BoughtLinker` and those that lean on them."""
        yield from lost(reading)
        yield from self._chinese.in_front(reading)
        yield from self._stopped(reading)
        yield from self._pronouns(reading)
        for link in self._bought.purchases(reading):
            last: Link | None = link
            while last is not None:
                yield last
                last = self._then(reading, last) if last.window else None

    def bare(self, reading: Reading) -> Iterator[Link]:
        """Names of the catalogue that nothing took: an audience is named by what it bought."""
        if reading.language == "zh":
            yield from self._chinese.bare(reading)
            return
        place = 0
        while token := _TOKEN.search(reading.rest, place):
            place = token.end()
            items = self._named_at(reading.rest, token.start())
            if items is None or items.mixed:
                continue
            place = items.end
            if _no_item(reading, token.start()):
                continue
            link = self._bare(reading, items, token.start())
            if link is not None:
                yield link

    def _bare(self, reading: Reading, items: Items, start: int) -> Link | None:
        window = reading.window_behind(items.end)
        end = window.end if window else items.end
        return self._bought.linked(reading, items, (start, end), None, window)

    def _named_at(self, text: str, place: int) -> Items | None:
        """The list that begins at a place, if each of its items is surely one."""
        items = self._bought.items_at(text, place)
        said = [] if items is None else [*items.words, *items.excepted]
        return items if said and all(map(self._surely_item, said)) else None

    def _surely_item(self, words: str) -> bool:
        """Whether words are a whole name of the catalogue, or two or more of one."""
        wanted = word_set(words)
        if len(wanted) == 1 and (wanted <= _SELDOM_ITEMS or len(words) < 3):
            return False
        return wanted in self._exact or (len(wanted) > 1 and not wanted & _SELDOM_ITEMS)

    def _then(self, reading: Reading, before: Link) -> Link | None:
        """Another item on other days under the same verb: "… and then beer in November"."""
        joint = _THEN.match(reading.rest, before.end)
        if joint is None or joint.end() == before.end:
            return None
        items = self._bought.items_at(reading.rest, joint.end())
        if items is None or items.mixed:
            return None
        times = times_at(reading.rest, items.end)
        window = reading.window_behind(times.end if times else items.end)
        if window is None:
            return None
        start = joint.start("not") if joint["not"] else joint.end()
        link = self._bought.linked(reading, items, (joint.end(), window.end), times, window)
        if link is None or not joint["not"] or link.negative:
            return link
        reading.take(start, joint.end())
        return Link(start, link.end, negated(link.condition), window=True, takes_window=True)

    def _pronouns(self, reading: Reading) -> Iterator[Link]:
        """ "Insecticides … how many people buy them": the item stands in a clause of its own."""
        for verb in list(lexicon.BUY.finditer(reading.rest)):
            object_ = _PRONOUN.match(reading.rest, verb.end())
            if object_ is None or USED in verb[0] or self._of_items(reading, object_):
                continue
            if self._bought.items_at(reading.rest, verb.end()) is not None:
                continue  # "buy any candy"
            found = self._said_before(reading, verb.start())
            if found is None:
                continue
            start, items = found
            times = times_at(reading.rest, object_.end())
            end = times.end if times else object_.end()
            window = reading.window_behind(end)
            end = window.end if window else end
            link = self._bought.linked(reading, items, (verb.start(), end), times, window)
            if link is not None:
                reading.take(start, items.end)
                yield link

    def _of_items(self, reading: Reading, object_: re.Match[str]) -> bool:
        """Whether the word is no pronoun, but goes before a name: "buying any soft drinks"."""
        behind = re.compile(r"\s+(?:of\s+(?:the\s+|those\s+)?)?").match(reading.rest, object_.end())
        return bool(behind and self._named_at(reading.rest, behind.end()))

    def _said_before(self, reading: Reading, place: int) -> tuple[int, Items] | None:
        """The only list of sure items before a place."""
        found: list[tuple[int, Items]] = []
        for token in _TOKEN.finditer(reading.rest[:place]):
            inside = found and token.start() < found[-1][1].end
            items = None if inside else self._named_at(reading.rest[:place], token.start())
            if items is not None and not items.mixed:
                found.append((token.start(), items))
        return found[0] if len(found) == 1 else None

    def _stopped(self, reading: Reading) -> Iterator[Link]:
        """ "stopped buying diapers after June": bought until then, and not from then on."""
        for match in list(_STOPPED.finditer(reading.rest)):
            items = self._bought.items_at(reading.rest, match.end())
            window = items and reading.window_behind(items.end)
            if not items or not window or not window.since or window.until or items.mixed:
                continue
            reading.take(match.start(), window.end)
            yield Link(match.start(), window.end, _until_and_not_since(items, window), window=True)


def _no_item(reading: Reading, place: int) -> bool:
    """Whether a name tells what a list is wanted for, or goes on another: "organic produce"."""
    runs_on = reading.rest[:place].rstrip(" ").endswith(USED) and reading.rest[place - 1] == " "
    return bool(frame.PURPOSE.search(reading.text[:place])) or runs_on


def repeated(reading: Reading, link: Link) -> Iterator[Link]:
    """ "ordered in July and again in August": the same on other days."""
    condition = link.condition
    if isinstance(condition, Bought) and (other := _not_otherwise(reading, link, condition)):
        yield other
    dated = isinstance(condition, Bought | Compare) and (condition.since or condition.until)
    match = _ALSO.match(reading.rest, link.end) if dated else None
    window = reading.window_behind(match.end()) if match else None
    if window is not None:
        reading.take(link.end, window.end)
        again = over_days(condition, window.as_span())
        yield Link(link.end, window.end, again, window=True, takes_window=True)


def _not_otherwise(reading: Reading, link: Link, bought: Bought) -> Link | None:
    """ "milk before March but not after", "since June but not before": not on all other days."""
    match = _NOT_OTHERWISE.match(reading.rest, link.end)
    if match is None or bought.at_least > 1:
        return None
    if match["later"] and bought.until:
        other = Bought(bought=bought.bought, level=bought.level, since=bought.until + _DAY)
    elif match["sooner"] and bought.since:
        other = Bought(bought=bought.bought, level=bought.level, until=bought.since - _DAY)
    else:
        return None
    reading.take(*match.span())
    return Link(*match.span(), negated(other), window=True, takes_window=True)


def lost(reading: Reading) -> Iterator[Link]:
    """ "stopped ordering after June": an order until then, and none from then on."""
    for match in list(_STOPPED_ALL.finditer(reading.rest)):
        window = reading.window_behind(match.end())
        if window is None or not window.since or window.until:
            continue
        last_day = window.since - timedelta(days=1)
        before = Compare(field="orders", op=">=", value=1, until=last_day)
        after = Compare(field="orders", op="=", value=0, since=window.since)
        reading.take(match.start(), window.end)
        yield Link(match.start(), window.end, All(all=(before, after)), window=True)


def _until_and_not_since(items: Items, window: Window) -> Condition:
    assert window.since is not None  # noqa: S101
    words = tuple(items.words)
    before = Bought(bought=words, until=window.since - timedelta(days=1))
    return All(all=(before, negated(Bought(bought=words, since=window.since))))
