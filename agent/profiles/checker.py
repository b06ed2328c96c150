"""The checker: refuses a summary that says what the fact sheet does not.

Each test gives its reason: length, language, number (each must be a number of the sheet, of the
same unit and currency, told of the same matter), category (no catalogue name that the sheet lacks),
claim (what `prompts/claims.yaml` allows only where the sheet says it, told of the right matter),
word (nothing outside that closed vocabulary) and repeat (nothing is told twice).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from agent.facts.sheet import Fact, sheet_text
from agent.profiles.matters import Matter, holder, read_matters
from agent.profiles.numbers import Number, currencies_in, fold
from agent.profiles.reading import LABEL, Reading, Span, inflected, read_likes
from agent.prompts import ClaimGroup
from agent.settings import Language

MAX_CHARACTERS: dict[Language, int] = {"en": 700, "zh": 300}
MIN_CHARACTERS: dict[Language, int] = {"en": 25, "zh": 10}
_REPEATED_WORDS: dict[Language, int] = {"en": 6, "zh": 8}
_CJK = re.compile(r"[\u3400-\u9fff]")
_LETTERS = re.compile(r"[a-z]+|[\u3400-\u9fff]+|[^\W\d_\ue000-\uf8ff]+")
_ODD = re.compile(r"[^\w\s!-~¡-ɏ‐-―‘-”…₠-⃏、-】\ue000-\uf8ff]")
_CURRENCY = re.compile(r"# ([^\W\d_\u3400-\u9fff]+)")
_TOKENS = re.compile(rf"[a-z']+|\d+|[\u3400-\u9fff{LABEL}]")
_BOUND = re.compile(
    r"(?:\b(?:more|less|fewer|larger|smaller|higher|lower) than|\bup to|\bover(?=\s*[$€£¥₹])"
    r"|\bover(?=\s*#+\s*(?:%|percent)))\s*[$€£¥₹]?\s*#+"
)

_EVERY = re.compile(
    r"(?<!# )(?<!# for )(?<!# on )(?<!# in )\b(?:each|every|per)\b(?!\s*#)"
    r"|\ba day\b|# ?(?:%|percent) of (?!(?:the |all |their |its )*(?:orders|customers|purchases)\b)"
    r"|每(?!\s*#|[单次笔][^，,。;；#]{0,6}#)|天天|次次|单单"
)


@dataclass(frozen=True)
class Refusal:
    """Why a summary is refused: which test, and the words that broke it."""

    test: str
    words: str

    def __str__(self) -> str:
        return f"{self.test}: {self.words}"


class Checker:
    """Checks summaries in one language. `names`: every category name and label of the catalogue."""

    def __init__(
        self, language: Language, claims: Sequence[ClaimGroup], names: Iterable[str] = ()
    ) -> None:
        self.language = language
        self._claims = {group.group: group for group in claims}
        self._patterns = {group.group: _pattern(group.words(language)) for group in claims}
        self._evidence = {
            group.group: _pattern((*group.words(language), *group.held_by.get(language, ())))
            for group in claims
        }
        self._names = inflected([fold(name) for name in names if len(name) > 1])
        self._vocabulary = cache(self._make_vocabulary)

    def refusals(self, summary: str, sheet: Sequence[Fact]) -> list[Refusal]:
        """Everything that is wrong with a summary of this sheet; empty if it may be shown."""
        return list(dict.fromkeys(_Check(self, summary, sheet).refusals()))

    def held(self, told: str) -> frozenset[str]:
        """The groups of claims that a sheet's text allows."""
        return frozenset(
            name
            for name, group in self._claims.items()
            if group.always or self._evidence[name].search(told)
        )

    def is_plain(self, text: str) -> bool:
        """Whether a text holds nothing but words that some sheet may allow."""
        return not _LETTERS.search(_blank(self._vocabulary(frozenset(self._claims)), text))

    def _make_vocabulary(self, held: frozenset[str]) -> re.Pattern[str]:
        words = [word for name in held for word in self._claims[name].words(self.language)]
        return _pattern(words)


class _Check:
    """One summary against one sheet."""

    def __init__(self, checker: Checker, summary: str, sheet: Sequence[Fact]) -> None:
        self.language = checker.language
        self.checker = checker
        self.sheet = sheet
        self.likes = read_likes(sheet)
        self.matters = read_matters(sheet, checker.language)
        told = Reading(sheet_text(sheet, checker.language), self.likes, checker.is_plain)
        self.told = told.text
        self.read = Reading(summary, self.likes, checker.is_plain)
        self.held = checker.held(told.text)
        self.holders: dict[Number, str | None] = {
            number: holder(number, self.read, self.matters, self.likes)
            for number in self.read.numbers
        }

    def refusals(self) -> Iterator[Refusal]:
        """All tests in order."""
        yield from self._length()
        yield from self._foreign()
        yield from self._numbers()
        yield from self._words()
        yield from self._misplaced()
        yield from self._of_categories()
        yield from self._absolutes()
        yield from self._denials_left_out()
        yield from self._repeats()

    def _length(self) -> Iterator[Refusal]:
        low, high = MIN_CHARACTERS[self.language], MAX_CHARACTERS[self.language]
        if not low <= len(self.read.folded) <= high:
            yield Refusal("length", f"{len(self.read.folded)} characters, not {low} to {high}")

    def _foreign(self) -> Iterator[Refusal]:
        text = self.read.text
        foreign = _CJK.findall(text) if self.language == "en" else re.findall("[a-z]+", text)
        foreign = [word for word in foreign if word not in self.told]
        if self.language == "zh" and not _CJK.search(text):
            foreign.append(text[:20])
        if foreign:
            yield Refusal("language", " ".join(foreign[:5]))

    def _numbers(self) -> Iterator[Refusal]:
        for number, held in self.holders.items():
            if held is None:
                yield Refusal("number", f"{number.text} ({number.unit})")
        for currency, words in currencies_in(self.read.text).items():
            if currency not in currencies_in(self.told):
                yield Refusal("number", f"{words} (another currency)")
        for match in _BOUND.finditer(self.read.text):
            yield Refusal("number", self.read.signed[match.start() : match.end()])

    def _words(self) -> Iterator[Refusal]:
        """Categories, claims and words for which the sheet gives no leave."""
        rest = _blank(self.checker._vocabulary(self.held), self.read.text)
        rest = _blank(_pattern(self._own_words()), rest)
        denied = [("category", "", self.checker._names)]
        denied += [
            ("claim", f" ({name})", self.checker._patterns[name])
            for name in sorted(self.checker._claims.keys() - self.held)
        ]
        for test, note, pattern in denied:
            for match in pattern.finditer(self.read.text):
                if _LETTERS.search(rest, match.start(), match.end()):
                    yield Refusal(test, match[0] + note)
                    rest = _erase(rest, match.start(), match.end())
        for match in (*_LETTERS.finditer(rest), *_ODD.finditer(rest)):
            yield Refusal("word", match[0])

    def _own_words(self) -> list[str]:
        """Words that this sheet alone brings: of the given attributes, and of a currency."""
        given = " ".join(fold(fact.text) for fact in self.sheet if fact.id.startswith("given:"))
        return _LETTERS.findall(given) + _CURRENCY.findall(self.told)

    def _misplaced(self) -> Iterator[Refusal]:
        """Claims that the sheet makes, but of another matter."""
        for name in sorted(self.held):
            told_of = self.checker._claims[name].told_of
            if told_of is None:
                continue
            for match in self.checker._patterns[name].finditer(self.read.text):
                matters = [m for m in self.matters if self.checker._evidence[name].search(m.text)]
                if not getattr(self, f"_of_{told_of}")(match, matters):
                    yield Refusal("claim", f"{match[0]} ({name}, of another matter)")

    def _of_number(self, match: re.Match[str], matters: Sequence[Matter]) -> bool:
        """The last number before it in the sentence belongs to one of these matters."""
        low = self.read.sentence(match.start())[0]
        before = [n for n in self.read.numbers if low <= n.start and n.end <= match.start()]
        if not before:
            return self._of_words(match, matters)
        return self.holders[before[-1]] in {matter.id for matter in matters}

    def _of_words(self, match: re.Match[str], matters: Sequence[Matter]) -> bool:
        """Words of one of these matters stand in the same clause."""
        clause = self.read.clause(match.start())
        return any(self._says(matter.near, clause) for matter in matters)

    def _of_subject(self, match: re.Match[str], matters: Sequence[Matter]) -> bool:
        """The weaker words of one of these matters ("spending") stand in the same clause."""
        clause = self.read.clause(match.start())
        return any(self._says(matter.weakly_near, clause) for matter in matters)

    def _of_label(self, match: re.Match[str], _matters: Sequence[Matter]) -> bool:
        """A category of the sheet follows in the sentence."""
        high = self.read.sentence(match.start())[1]
        return bool(re.search(f"[{LABEL}]", self.read.text[match.end() : high]))

    def _of_categories(self) -> Iterator[Refusal]:
        """When and how the customer shops is known of the orders, not of a category."""
        for low, high in self.read.clauses:
            if not re.search(f"[{LABEL}]", self.read.text[low:high]):
                continue
            for matter in self.matters:
                if found := matter.apart.search(self.read.text, low, high):
                    yield Refusal("claim", f"{found[0]} (of a category)")

    def _absolutes(self) -> Iterator[Refusal]:
        """ "Every order", "每天": only with a figure; shares only of orders, customers."""
        for match in _EVERY.finditer(self.read.text):
            yield Refusal("claim", f"{match[0]} (every)")

    def _denials_left_out(self) -> Iterator[Refusal]:
        """A matter that the sheet denies must be told with the denial."""
        denial = self.checker._patterns["denial"]
        for matter in self.matters:
            if not denial.search(matter.text):
                continue
            for clause in self.read.clauses:
                found = matter.near.search(self.read.text, *clause)
                if found and not self._says(denial, clause):
                    yield Refusal("claim", f"{found[0]} (denial left out)")

    def _says(self, words: re.Pattern[str], span: Span) -> bool:
        return words.search(self.read.text, *span) is not None

    def _repeats(self) -> Iterator[Refusal]:
        for like in self.likes:
            if self.read.text.count(like.sign) > 1:
                yield Refusal("repeat", like.label)
        told = Counter((held, n.value, n.unit) for n, held in self.holders.items() if held)
        for (_, value, unit), times in told.items():
            if times > 1:
                yield Refusal("repeat", f"{value:f} ({unit})")
        for matter in self.matters:
            said = [c for c in self.read.clauses if matter.words and self._says(matter.words, c)]
            if len(said) > 1:
                yield Refusal("repeat", matter.text)
        yield from self._repeated_phrases()

    def _repeated_phrases(self) -> Iterator[Refusal]:
        size = _REPEATED_WORDS[self.language]
        seen: set[tuple[str, ...]] = set()
        for low, high in self.read.sentences:
            words = _TOKENS.findall(self.read.signed, low, high)
            for place in range(len(words) - size + 1):
                phrase = tuple(words[place : place + size])
                if phrase in seen:
                    yield Refusal("repeat", " ".join(phrase))
                    return
                seen.add(phrase)


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    """Any of these words, longest first: Chinese anywhere, others whole; # is a number."""
    parts = []
    for word in sorted(set(words), key=len, reverse=True):
        part = re.escape(word).replace(r"\#", "#+").replace(r"\ ", r"\s+")
        parts.append(rf"\b{part}(?!\w)" if word[0].isascii() and word[0] != "#" else part)
    return re.compile("|".join(parts) or r"(?!)")


def _blank(pattern: re.Pattern[str], text: str) -> str:
    return pattern.sub(lambda match: " " * len(match[0]), text)


def _erase(text: str, low: int, high: int) -> str:
    return text[:low] + " " * (high - low) + text[high:]
