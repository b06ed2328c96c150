"""Chinese purchases whose items stand before the verb, or without any verb."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from agent.ask.read import lexicon
from agent.ask.read.bought import BoughtLinker, Items, condition_of, times_at
from agent.ask.read.fronted import Fronted, bare_end, bare_start, first_word, fronted
from agent.ask.read.reading import USED, Link, Reading
from agent.conditions import All, Bought
from agent.vocabulary import Vocabulary

_TOKEN = re.compile(r"[a-z0-9'&/-]+|[\u3400-\u9fff]")
_OBJECT = re.compile(rf"(?:{lexicon.BUY.pattern})\s*$")


_FARTHEST = 80  # characters before its verb in which a list of items is looked for


class ChineseLinker:
    """Links them over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, bought: BoughtLinker) -> None:
        self._vocabulary = vocabulary
        self._bought = bought

    def in_front(self, reading: Reading) -> Iterator[Link]:
        """ "啤酒、葡萄酒都没买过", "牛奶近60天买过三次": items before the verb."""
        for verb in fronted(reading):
            if USED in reading.rest[verb.start : verb.end]:
                continue
            if self._bought.items_at(reading.rest, verb.end) is not None:
                continue  # the verb has an object of its own
            found = self._items_before(reading.rest, verb.start)
            if found is not None:
                yield from self._linked(reading, *found, verb)

    def _items_before(self, text: str, end: int) -> tuple[Items, int] | None:
        """The longest list of items that ends at a place, and where it begins."""
        for token in _TOKEN.finditer(text, max(0, end - _FARTHEST), end):
            items = self._bought.items_at(text, token.start())
            if items and items.end == end and not items.mixed:
                owned = _OBJECT.search(text[: token.start()])  # what a verb before them bought
                return None if owned else (items, token.start())
        return None

    def _linked(self, reading: Reading, items: Items, start: int, verb: Fronted) -> Iterator[Link]:
        several = len(items.words) > 1
        times = None if verb.negative else times_at(reading.rest, verb.end)
        joined = verb.every or verb.either or items.any_of or items.all_of
        if several and not joined and not verb.negative:
            return  # "beer, wine bought": more than one reading
        end = times.end if times else verb.end
        any_of = verb.either or verb.negative or items.any_of
        start = first_word(reading.rest, start) if verb.negative else start
        window = verb.window or reading.window_behind(end) or reading.window_before(start)
        span = (min(start, window.start), max(end, window.end)) if window else (start, end)
        reading.take(*span)
        chosen = replace(items, any_of=any_of, all_of=several and not any_of)
        condition = condition_of(chosen, times, window, verb.negative)
        yield Link(*span, condition, window=window is not None, takes_window=True)

    def bare(self, reading: Reading) -> Iterator[Link]:
        """ "喝酸奶的顾客", "雪茄的买家": items that stand alone and that nothing else took."""
        place = 0
        while token := _TOKEN.search(reading.rest, place):
            place = token.end()
            items = self._bought.items_at(reading.rest, token.start())
            begin = bare_start(reading.rest, token.start())
            end = bare_end(reading.rest, items.end) if items else None
            if items is None or begin is None or end is None or not self._surely(items, begin[1]):
                continue
            place = end
            groups = [items.words] if items.any_of else [[word] for word in items.words]
            parts = tuple(Bought(bought=tuple(group)) for group in groups)
            condition = parts[0] if len(parts) == 1 else All(all=parts)
            yield reading.link(begin[0], end, condition, takes_window=True)

    def _surely(self, items: Items, consumed: bool) -> bool:
        """Whether the list is meant as items, and joined in one way."""
        if items.mixed or items.excepted:
            return False
        if len(items.words) > 1 and not (items.any_of or items.all_of):
            return False
        return consumed or all(map(self._is_a_name, items.words))

    def _is_a_name(self, words: str) -> bool:
        """Whether the words are all of a name of the catalogue, not a part of one."""
        names = {item.name for item in self._vocabulary.items((words,))}
        said = {s.casefold() for n in names for s in (n, *self._vocabulary.labels.get(n, ()))}
        return words in said
