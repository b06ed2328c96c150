"""The field, attribute or tag that a question wants its customers broken down by.

What stands behind a word such as "by" is read before the conditions. A label that stands apart from
its cue, a tag beside its own opposite and the values of one attribute side by side are looked for
behind them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from agent.ask.query import ByTag
from agent.ask.read import group_words as words
from agent.ask.read import lexicon
from agent.ask.read.named import NameLinker
from agent.ask.read.reading import Link, Reading
from agent.conditions import Compare, HasTag, Not
from agent.vocabulary import Term, Vocabulary

By = str | ByTag


# Before "age group" and such: then one of them is meant, and no breakdown.
_VALUE = re.compile(r"\d[k+]?\s*$")


class Grouper:
    """Finds the "by …" of questions over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, names: NameLinker) -> None:
        self._names, self._vocabulary = names, vocabulary
        fields = [
            (label.casefold(), name)
            for name, term in vocabulary.fields.items()
            for label in _spellings(name, term)
        ]
        tags = [
            (label.casefold(), ByTag(tag=name))
            for name, term in vocabulary.tags.items()
            for label in _spellings(name, term)
        ]
        # Of one name for a field and a tag the field is meant: it is what the user gave.
        self._labels: dict[str, By] = dict([*tags, *fields])
        self._longest = sorted(self._labels, key=len, reverse=True)
        self._closed = {n for n, term in vocabulary.fields.items() if not term.numeric}

    def group_by(self, reading: Reading) -> By | None:
        """What is told right beside its cue; its words are taken."""
        return (
            self._counted_out(reading)
            or self._asked_of_each(reading)
            or self._labelled(reading)
            or self._whether(reading)
            or self._or_not(reading)
            or self._shared_out(reading)
        )

    def halves(self, text: str) -> bool:
        """Whether a folded text counts a tag and its opposite: "are X vs not"."""
        return bool(words.COUNTS.search(text) and words.AND_NOT_EN.search(text))

    def late(self, reading: Reading, links: list[Link], found: By | None) -> By | None:
        """What is told apart from its cue; links that only said it are taken out of the list.

        found: what was told beside its cue; only the words around it are taken then.
        """
        found = found or self._opposites(links) or self._side_by_side(reading, links)
        if found is None and words.CUE.search(reading.text):
            found = self._left_over(reading)
        return self._framed(reading, found)

    def _framed(self, reading: Reading, found: By | None) -> By | None:
        """What was found; the words around a breakdown and its second naming are used up."""
        if found is None:
            return None
        for match in list(words.FRAME.finditer(reading.rest)):
            reading.take(*match.span())
        for label, name in self._labels.items():
            if name == found and not isinstance(found, ByTag) and label in reading.rest:
                for match in list(re.finditer(_whole(label), reading.rest)):
                    reading.take(*match.span())
        return found

    def _labelled(self, reading: Reading) -> By | None:
        for match in lexicon.GROUP_BY.finditer(reading.rest):
            label = next((w for w in self._longest if _stands(reading, w, match.end())), None)
            if label is not None:
                end = match.end() + len(label)
                tail = lexicon.GROUP_TAIL.match(reading.rest, end)
                reading.take(match.start(), tail.end() if tail else end)
                return self._labels[label]
        return None

    def _whether(self, reading: Reading) -> By | None:
        """ "by whether they own a pet": the tag or attribute that the words behind it name."""
        for match in words.WHETHER.finditer(reading.rest):
            for end, condition in self._names.named_at(reading.rest, match.end()):
                tail = words.OR_NOT.match(reading.rest, end)
                reading.take(match.start(), tail.end() if tail else end)
                return _meant(condition)
        return None

    def _or_not(self, reading: Reading) -> By | None:
        """ "how many are pet owners and how many are not", "养猫的几个、不养的几个"."""
        if not words.COUNTS.search(reading.text):
            return None
        for tail in words.AND_NOT.finditer(reading.rest):
            found = self._tag_before(reading.rest, tail.start())
            if found is not None:
                place, tag = found
                before = words.HOW_MANY.search(reading.rest[:place])
                reading.take(before.start() if before else place, tail.end())
                return ByTag(tag=tag)
        return None

    def _tag_before(self, text: str, end: int) -> tuple[int, str] | None:
        """The tag named right before a place, and where its longest name begins."""
        found: tuple[int, str] | None = None
        for place in range(end - 1, max(-1, end - 60), -1):
            for stop, condition in self._names.named_at(text, place):
                if not isinstance(condition, HasTag) or (found and found[1] != condition.tag):
                    continue
                if words.BEFORE_NOT.fullmatch(text[stop:end]):
                    found = (place, condition.tag)
            if found and place < found[0] - 2:
                break
        return found

    def _shared_out(self, reading: Reading) -> By | None:
        """ "income distribution", "婚姻状况构成", "age brackets": a field with such a word."""
        for label in self._longest:
            name = self._labels[label]
            if isinstance(name, ByTag) or label not in reading.rest:
                continue
            said = re.escape(label)
            for pattern in (
                rf"(?<![a-z]){said}{words.SHARED}",
                rf"{words.SHARING}{said}(?![a-z])",
            ):
                match = re.search(pattern, reading.rest)
                if match and not _VALUE.search(reading.rest[: match.start()]):
                    reading.take(*match.span())
                    return name
        return None

    def _counted_out(self, reading: Reading) -> By | None:
        """ "how many have zero kids, one, two, three or more": the values one after the other."""
        for field, pattern in words.COUNTED_OUT:
            match = pattern.search(reading.rest)
            if match and field in self._vocabulary.fields:
                reading.take(*match.span())
                return field
        return None

    def _asked_of_each(self, reading: Reading) -> By | None:
        """ "家里有几个孩子的各多少", "租房的多还是自己有房的多"."""
        if reading.language != "zh" or not words.EACH_ONE.search(reading.text):
            return None
        for field, pattern in words.ASKED_OF_EACH:
            match = pattern.search(reading.rest)
            if match and field in self._vocabulary.fields:
                reading.take(*match.span())
                return field
        return None

    def _opposites(self, links: list[Link]) -> By | None:
        """A tag and its own negation cannot both be conditions: they are the two halves."""
        for link in links:
            condition = link.condition
            halves = [o for o in links if o.condition in (condition, link.negated().condition)]
            if isinstance(condition, HasTag) and any(
                isinstance(half.condition, Not) for half in halves
            ):
                links[:] = [other for other in links if other not in halves]
                return ByTag(tag=condition.tag)
        return None

    def _side_by_side(self, reading: Reading, links: list[Link]) -> By | None:
        """ "how many are married and how many unmarried": several values of one attribute."""
        if not words.EACH.search(reading.text):
            return None
        for link in links:
            same = [o for o in links if _attribute(o) and _attribute(o) == _attribute(link)]
            if len({str(o.condition) for o in same}) < 2:
                continue
            field = str(_attribute(link))
            _take_joints(same, reading)
            if not _ranges(self._vocabulary.field(field)) or _all_of(self._vocabulary, same):
                links[:] = [other for other in links if other not in same]
            return field
        return None

    def _left_over(self, reading: Reading) -> By | None:
        """The one label of an attribute that no condition used."""
        found: dict[str, re.Match[str]] = {}
        for label in self._longest:
            name = self._labels[label]
            match = label in reading.rest and re.search(_whole(label), reading.rest)
            if isinstance(name, str) and name in self._closed and match:
                found.setdefault(name, match)
        if len(found) != 1:
            return None
        name, match = next(iter(found.items()))
        reading.take(*match.span())
        return name


def _take_joints(links: Sequence[Link], reading: Reading) -> None:
    """Use up the "or" between values that are counted one by one."""
    for a, b in pairwise(links):
        if re.fullmatch(
            r"[\s,/]*(?:or|vs\.?|versus|and)(?:\s+(?:rather|more|mostly|mainly))*\s*",
            reading.rest[a.end : b.start],
        ):
            reading.take(a.end, b.start)


def _meant(condition: Compare | HasTag) -> By:
    return ByTag(tag=condition.tag) if isinstance(condition, HasTag) else condition.field


def _attribute(link: Link) -> str | None:
    """The attribute of which a link names a value."""
    condition = link.condition
    if isinstance(condition, Compare) and condition.op in ("=", "in"):
        return condition.field if isinstance(condition.value, str | tuple) else None
    return None


def _ranges(term: Term) -> bool:
    """Whether the values of an attribute are an ordered scale, of which a part may be asked for."""
    return any(re.search(r"\d", value) for value in term.values) and len(term.values) > 4


def _all_of(vocabulary: Vocabulary, links: Sequence[Link]) -> bool:
    said = {value for link in links for value in _values(link)}
    return said >= set(vocabulary.field(str(_attribute(links[0]))).values)


def _values(link: Link) -> Iterator[str]:
    value = getattr(link.condition, "value", ())
    yield from value if isinstance(value, tuple) else (str(value),)


def _whole(label: str) -> str:
    return rf"(?<![a-z]){re.escape(label)}(?:s(?![a-z])|(?![a-z]))"


def _stands(reading: Reading, label: str, place: int) -> bool:
    """Whether the label stands at a place as a whole word, plural or not."""
    if not reading.rest.startswith(label, place):
        return False
    return bool(re.compile(rf"{re.escape(label)}s?(?![a-z])").match(reading.rest, place))


def _spellings(name: str, term: Term) -> tuple[str, ...]:
    return (
        *(term.label_en, term.label_zh, name.replace("_", " ")),
        *words.LABELS.get(name, ()),
    )
