"""The field, attribute or tag that a question wants its customers broken down by."""

from __future__ import annotations

import re

from agent.ask import lexicon
from agent.ask.named import NameLinker
from agent.ask.query import ByTag
from agent.ask.reading import Reading
from agent.conditions import HasTag
from agent.vocabulary import Term, Vocabulary

_WHETHER = re.compile(
    r"\b(?:by|according to|on)\s+whether\s+(?:or\s+not\s+)?(?:they\s+)?(?:(?:are"
    r"|is)\s+)?(?:an?\s+)?"
    r"|按照?(?:是否|有没有|是不是|有无)(?:是)?"
)
_FRAME = re.compile(
    r"\b(?:break(?:ing)?|split(?:ting)?|group(?:ed|ing)?|divide[sd]?)(?:\s+(?:them"
    r"|those|it|all))?(?:\s+(?:down|up))?\b|\bdown\b"
    r"|\b(?:breakdown|distribution|split|share)\b(?:\s+of\b)?|的?(?:分布|构成|占比"
    r"|结构|细分|拆分|分组)(?:情况|如何|怎样|是怎样的)?"
)
_OR_NOT = re.compile(r"\s*,?\s*(?:or\s+not)?\b|(?:与否)?(?:来)?(?:分组|划分|细分|拆分|分开|分|看)*")


class Grouper:
    """Finds the "by …" of questions over one vocabulary."""

    def __init__(self, vocabulary: Vocabulary, names: NameLinker) -> None:
        self._names = names
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
        self._labels: dict[str, str | ByTag] = dict([*tags, *fields])
        self._longest = sorted(self._labels, key=len, reverse=True)

    def group_by(self, reading: Reading) -> str | ByTag | None:
        """What stands directly behind "by"; its words are taken."""
        found = (
            self._labelled(reading)
            or self._whether(reading)
            or self._or_not(reading)
            or self._shared_out(reading)
        )
        if found is not None:
            for match in _FRAME.finditer(reading.rest):
                reading.take(*match.span())
        return found

    def _labelled(self, reading: Reading) -> str | ByTag | None:
        for match in lexicon.GROUP_BY.finditer(reading.rest):
            label = next((w for w in self._longest if _stands(reading, w, match.end())), None)
            if label is not None:
                end = match.end() + len(label)
                tail = lexicon.GROUP_TAIL.match(reading.rest, end)
                reading.take(match.start(), tail.end() if tail else end)
                return self._labels[label]
        return None

    def _whether(self, reading: Reading) -> str | ByTag | None:
        """ "by whether they own a pet": the tag or attribute that the words behind it name."""
        for match in _WHETHER.finditer(reading.rest):
            for end, condition in self._names.named_at(reading.rest, match.end()):
                tail = _OR_NOT.match(reading.rest, end)
                reading.take(match.start(), tail.end() if tail else end)
                return (
                    ByTag(tag=condition.tag) if isinstance(condition, HasTag) else condition.field
                )
        return None

    def _shared_out(self, reading: Reading) -> str | ByTag | None:
        """ "income distribution", "婚姻状况构成", "age brackets": a field with such a word."""
        for label in self._longest:
            name = self._labels[label]
            if isinstance(name, ByTag) or label not in reading.rest:
                continue
            words = re.escape(label)
            for pattern in (rf"(?<![a-z]){words}{_SHARED}", rf"{_SHARING}{words}(?![a-z])"):
                if match := re.search(pattern, reading.rest):
                    reading.take(*match.span())
                    return name
        return None

    def _or_not(self, reading: Reading) -> str | ByTag | None:
        """ "how many are pet owners and how many are not"."""
        for match in _HOW_MANY.finditer(reading.rest):
            for end, condition in self._names.named_at(reading.rest, match.end()):
                if isinstance(condition, HasTag) and (tail := _AND_NOT.match(reading.rest, end)):
                    reading.take(match.start(), tail.end())
                    return ByTag(tag=condition.tag)
        return None


_SHARED = (
    r"(?:\s*(?:groups?|bands?|brackets?|levels?|ranges?|status))?\s*(?:distribution"
    r"|split|breakdown|mix|structure|composition|brackets?|bands?)\b"
    r"(?:\s+(?:of|for|look like))?(?:\s+are they in)?|(?:的)?(?:段|档|区间|状况"
    r"|情况)?的?(?:构成|分布|占比|结构|比例|怎么分布)(?:情况|如何|怎样|是怎样的)?"
)
_SHARED = rf"(?:{_SHARED})"
_SHARING = (
    r"(?:(?:split|breakdown|distribution|mix)\s+(?:of|by)\s+(?:the\s+|their\s+)?|(?:以"
    r"|按照?|根据|分|拆到|拆成|拆分?为?|各个?|不同的?)(?:各个?|不同的?)?)"
)
_HOW_MANY = re.compile(
    r"\b(?:how many|(?:what|which) (?:share|percentage|proportion"
    r"|part))(?:\s+of\s+(?:them|those|these))?\s+(?:(?:are|is)\s+)?"
    r"|(?:有)?多少(?:人)?(?:是|为)?|(?<=[,，、里中])"
)
_AND_NOT = re.compile(
    r"\s*,?\s*and\s+(?:(?:how many|(?:what|which) (?:share|percentage|proportion"
    r"|part))\s+)?(?:(?:are|do|have|is|did)\s*(?:n't|not)|not)\b(?:\s+(?:have"
    r"|own)\s+any)?"
    r"|的?(?:几个|多少)?\s*[,，、]?(?:有)?(?:多少|几个)?(?:人)?(?:不是|没有"
    r"|不)(?:\w{1,4}的)?(?:几个|多少)?"
)


def _stands(reading: Reading, label: str, place: int) -> bool:
    """Whether the label stands at a place as a whole word, plural or not."""
    if not reading.rest.startswith(label, place):
        return False
    return bool(re.compile(rf"{re.escape(label)}s?(?![a-z])").match(reading.rest, place))


def _spellings(name: str, term: Term) -> tuple[str, ...]:
    return (
        *(term.label_en, term.label_zh, name.replace("_", " ")),
        *lexicon.GROUP_LABELS.get(name, ()),
    )
