"""Tags and attribute values that a question names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from agent.ask.read import lexicon
from agent.ask.read.phrases import (
    PHRASES,
    RANGED,
    SURE_BEFORE,
    SURE_BEHIND,
    TAG_AFTER,
    TAG_AFTER_ZH,
    TAG_BEFORE,
    TAG_BEFORE_ZH,
)
from agent.ask.read.reading import USED, Link, Reading
from agent.conditions import Compare, Condition, HasTag, check, from_json
from agent.errors import ConditionError
from agent.prompts import read_yaml
from agent.vocabulary import Term, Vocabulary

_JOINED = re.compile("(?:与|和|及|以及|、|,|跟|或)")
_CHINESE = re.compile(r"[\u3400-\u9fff]")


# Every form of the verbs that begin a tag's name: "buys across the shop", "stocks up".
_VERBS = {f"{verb}s": rf"{verb}(?:s|ing|ed)?" for verb in ("stock", "look", "fill", "pay", "cook")}
_VERBS |= {f"{verb}s": rf"{verb}(?:s|ing)?" for verb in ("buy", "return", "spend")}
_VERBS |= {"shops": r"shop(?:s|ping|ped)?", "searches": r"search(?:es|ing|ed)?"}
_VERBS |= {
    "writes": r"writ(?:e|es|ing)",
    "gives": r"giv(?:e|es|ing)",
    "browses": r"brows(?:e|es|ing)",
}
_VERBS |= {"uses": r"us(?:e|es|ing)", "loves": r"lov(?:e|es|ing)", "likes": r"likes?"}
_VERBS |= {"and": "(?:and|&)"}
_WHOLE = r"(?:the|our|your)(?:\s+(?:whole|entire|full|complete))?"
_HABIT = (
    r"(?:(?:regularly|routinely|habitually|usually|often|frequently|constantly|always)\s+"
    r"(?:buy|buys|buying)|(?:buy|buys|buying)\s+(?:a lot of|lots of|plenty of)"
    r"|(?:in the habit of|used to)\s+buying|regular buyers of|(?:love|like|enjoy)s?\s+(?:to buy"
    r"|buying))\s+"
)


_OFTEN = (
    r"(?:regularly|habitually|routinely|all the time|as a habit|time and again|again and again"
    r"|on a regular basis|as a matter of course|as a rule|a lot|constantly|week in,? week out)"
)


@dataclass(frozen=True)
class Phrase:
    """Words that a person may use for one condition; `own`: a name that a person gave."""

    pattern: re.Pattern[str]
    condition: Condition
    buying: bool = False
    own: bool = False


class NameLinker:
    """Links the words for tags and attribute values, the longest first."""

    def __init__(self, vocabulary: Vocabulary, audiences: Mapping[str, Condition]) -> None:
        # Of equal length, what the user gave comes before what a tag supposes.
        given = [*_value_phrases(vocabulary), *_extra_phrases(vocabulary)]
        phrases = [*_saved(audiences), *given, *_tag_phrases(vocabulary), *_synonyms(vocabulary)]
        self._phrases = phrases
        self._buying = [phrase for phrase in self._phrases if phrase.buying]

    def labels_of_buying(self, reading: Reading) -> Iterator[Link]:
        """Tags whose own name holds a word of buying: "buys across the shop", "只看不买"."""
        return _linked(reading, self._buying)

    def named_at(self, text: str, place: int) -> Iterator[tuple[int, Compare | HasTag]]:
        """Where the words of a tag or a value that begin at a place end, and what they mean; the
        longest first."""
        found = [(p.pattern.match(text, place), p.condition) for p in self._phrases]
        ends = [
            (match.end(), condition)
            for match, condition in found
            if match and isinstance(condition, Compare | HasTag)
        ]
        yield from sorted(ends, key=lambda pair: -pair[0])

    def names(self, reading: Reading) -> Iterator[Link]:
        """All tags and values."""
        return _linked(reading, self._phrases)


def _linked(reading: Reading, phrases: list[Phrase]) -> Iterator[Link]:
    """People's own names first, then the longest match, the first in the question, in the list."""
    found = [
        (not phrase.own, match.start() - match.end(), match.start(), number, match.span())
        for number, phrase in enumerate(phrases)
        for match in phrase.pattern.finditer(reading.rest)
    ]
    for _, _, _, number, span in sorted(found):
        if USED in reading.rest[slice(*span)]:
            continue
        condition = phrases[number].condition
        if isinstance(condition, HasTag):
            yield reading.link(*_with_probability(reading, *span, condition))
        else:
            yield reading.link(*span, condition)


def _with_probability(
    reading: Reading, start: int, end: int, tag: HasTag
) -> tuple[int, int, HasTag]:
    """The tag from a probability on, if the question names one beside it."""
    before = SURE_BEFORE.search(reading.rest[:start])
    behind = SURE_BEHIND.match(reading.rest, end)
    match = before or behind
    if match is None:
        return start, end, tag
    percent = next(float(value) for value in match.groups() if value)
    sure = HasTag(tag=tag.tag, at_least=percent / 100)
    return (before.start(), end, sure) if before else (start, match.end(), sure)


def _saved(audiences: Mapping[str, Condition]) -> Iterator[Phrase]:
    """The names of saved audiences, quoted or not."""
    for name, condition in audiences.items():
        named = rf"[\"“「]?{re.escape(name.casefold())}[\"”」]?"
        behind = r"(?:\s*(?:audience|list|group|人群|名单|受众))?"
        yield Phrase(re.compile(rf"(?:(?:the )?audience )?{named}{behind}"), condition, own=True)


def _tag_phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    for name, term in vocabulary.tags.items():
        for words in {term.label_en, term.label_zh, name.replace("_", " ")}:
            text = words.casefold()
            verb = lexicon.BUY.match(text)
            item = text[verb.end() :].strip() if verb else ""
            if item and vocabulary.known_words((item,)):
                # "buys flowers" is a purchase, which windows and counts may refine; as a habit not
                end = r"\b(?!\s+(?:in|at least|since|during|\d))"
                said = re.escape(item)
                habit = rf"\b{_HABIT}{said}{end}|\b(?:buy|buys|buying)\s+{said}\s+{_OFTEN}{end}"
                yield Phrase(re.compile(habit), HasTag(tag=name), buying=True)
                continue
            buying = bool(lexicon.BUY.search(text))
            yield Phrase(re.compile(_around(text)), HasTag(tag=name), buying)


def _synonyms(vocabulary: Vocabulary) -> Iterator[Phrase]:
    """What people call the tags beside their labels: `prompts/synonyms.yaml`."""
    own = _own_names(vocabulary)
    for name, languages in read_yaml("synonyms.yaml").items():
        for words in (said.casefold() for said in chain(*languages.values())):
            if name in vocabulary.tags and words not in own:
                yield Phrase(re.compile(_around(words)), HasTag(tag=name))


def _own_names(vocabulary: Vocabulary) -> set[str]:
    """Outcomes of the user's own: each has its name alone, and that name is theirs."""
    return {n.casefold() for n, t in vocabulary.tags.items() if n == t.label_en == t.label_zh}


def _around(words: str) -> str:
    """The words of a tag with what people say around them."""
    if _CHINESE.search(words):
        listed = _JOINED.sub(rf"{_JOINED.pattern}{TAG_BEFORE_ZH}", re.escape(words))
        return f"{TAG_BEFORE_ZH}{listed}{TAG_AFTER_ZH}"
    return rf"\b{TAG_BEFORE}{_spelled(words)}{TAG_AFTER}\b"


def _spelled(words: str) -> str:
    """Words with blanks or hyphens between them, the last one plural or not."""
    said = [_VERBS.get(word, re.escape(word)) for word in re.split(r"[\s-]+", words)]
    said = [rf"{_WHOLE}" if n and word == "the" else word for n, word in enumerate(said)]
    return r"[\s-]+".join(said) + "(?:s|es)?"


def _value_phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    seen: dict[str, set[str]] = {}
    for name, term in vocabulary.fields.items():
        for value in term.values:
            for words in _sayings(value, vocabulary):
                seen.setdefault(words, set()).add(name)
    for name, term in vocabulary.fields.items():
        for value in term.values:
            condition = Compare(field=name, op="=", value=value)
            for words in _sayings(value, vocabulary):
                alone = len(seen[words]) == 1 and _tells_enough(words)
                yield Phrase(re.compile(_value_pattern(words, term, alone)), condition)


def _sayings(value: str, vocabulary: Vocabulary) -> set[str]:
    return {words.casefold() for words in (value, *vocabulary.labels.get(value, ()))}


def _tells_enough(words: str) -> bool:
    """Whether a value can stand without its attribute's name: a word, or a code like 35-44."""
    return bool(re.search(r"[^\W\d_]{2,}", words) or re.fullmatch(r"\d+-\d+k?|\d{2,}k?\+", words))


def _value_pattern(words: str, term: Term, alone: bool) -> str:
    if _CHINESE.search(words):
        value = re.escape(words)
    else:
        value = rf"(?<![a-z0-9_.-]){_spelled(words)}(?![a-z0-9_+-])"
    before, behind = RANGED.get(term.name, ("", ""))
    labels = {term.label_en.casefold(), term.label_zh.casefold(), term.name.replace("_", " ")}
    names = "|".join(
        [*map(re.escape, sorted(labels, key=len, reverse=True)), *filter(None, [before])]
    )
    named = rf"(?:{names}){lexicon.LINKING}"
    tail = rf"(?:\s*(?:{behind}))?" if behind else ""
    return rf"(?:{named})?{value}{tail}" if alone else rf"{named}{value}{tail}"


def _extra_phrases(vocabulary: Vocabulary) -> Iterator[Phrase]:
    own = _own_names(vocabulary)
    for words, given in PHRASES:
        if any(re.fullmatch(words, name) for name in own):
            continue
        condition = from_json(given)
        try:
            check(condition, vocabulary)
        except ConditionError:
            continue
        for part in _parts(words):
            pattern = part if _CHINESE.search(part) else rf"\b(?:{part})\b"
            yield Phrase(re.compile(pattern), condition)


def _parts(words: str) -> list[str]:
    """The alternatives of a pattern that stand outside all brackets."""
    parts, depth, start = [], 0, 0
    for place, character in enumerate(words):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if character == "|" and depth == 0:
            parts.append(words[start:place])
            start = place + 1
    return [*parts, words[start:]]
