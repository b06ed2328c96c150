"""A question while its words are used up.

`text` is the question after NFKC and case folding; `rest` is the same text with every used span
blanked, so that a place means the same in both and no word is used twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace

from agent.ask import lexicon
from agent.conditions import Condition, Not, negated
from agent.settings import Language

LONGEST = 2_000  # characters of a question that are read
_CHINESE = re.compile(r"[\u3400-\u9fff]")
USED = "\0"


@dataclass(frozen=True)
class Link:
    """A span of the question and the condition that it means.

    `window`: it was said with a window of days; `takes_window`: it could have been.
    """

    start: int
    end: int
    condition: Condition
    window: bool = False
    takes_window: bool = False

    @property
    def negative(self) -> bool:
        """Whether the condition is a negation."""
        return isinstance(self.condition, Not)

    def negated(self) -> Link:
        """The same words with the opposite meaning."""
        return replace(self, condition=negated(self.condition))


@dataclass(frozen=True)
class Window:
    """A span that says "in the last N days"."""

    start: int
    end: int
    days: int


class Reading:
    """One question; spans are taken from it until only what was not understood is left."""

    def __init__(self, question: str) -> None:
        self.text = unicodedata.normalize("NFKC", question[:LONGEST]).casefold().replace(USED, " ")
        self.text = self.text.replace("’", "'")
        self.rest = self.text
        self.language = spoken(self.text)
        self.too_long = len(question) > LONGEST

    def take(self, start: int, end: int) -> None:
        """Use up a span."""
        self.rest = self.rest[:start] + USED * (end - start) + self.rest[end:]

    def take_negation(self, start: int) -> int | None:
        """Use up the negation that ends right before `start`; where it begins, None if none."""
        match = lexicon.NEGATION.search(self.rest[:start])
        if match is None:
            return None
        self.take(match.start(), start)
        return match.start()

    def link(self, start: int, end: int, condition: Condition, **about: bool) -> Link:
        """Use up a span for a condition, with a negation right before it."""
        self.take(start, end)
        negation = self.take_negation(start)
        link = Link(start if negation is None else negation, end, condition, **about)
        return link if negation is None else link.negated()

    def window_before(self, place: int) -> Window | None:
        """The window that ends right before `place`, filler apart."""
        windows = [w for w in _windows(self.rest[:place]) if not self._words(w.end, place)]
        return windows[-1] if windows else None

    def window_behind(self, place: int) -> Window | None:
        """The window that begins right behind `place`."""
        for window in _windows(self.rest):
            if window.start >= place and not self.rest[place : window.start].strip(" ,的"):
                return window
        return None

    def _words(self, start: int, end: int) -> bool:
        """Whether anything but blanks and filler stands in a span."""
        return bool(
            re.sub(r"[\s,]|\b(?:who|have|has|had|customers)\b|[有曾都的]", "", self.rest[start:end])
        )

    def unused(self) -> tuple[str, ...]:
        """The runs of words that no link used and that are not just the frame of a question."""
        return tuple(words for run in self.rest.split(USED) for words in _meaningful(run))


def spoken(text: str) -> Language:
    """The language of a folded question; a name in the other one does not change it."""
    if not _CHINESE.search(text):
        return "en"
    return "en" if lexicon.ASKING_EN.search(text) and not lexicon.ASKING_ZH.search(text) else "zh"


def to_number(words: str) -> int | float:
    """The value of digits, an English number word or a Chinese numeral below 1,000."""
    digits = words.replace(",", "")
    if re.fullmatch(r"\d+(?:\.\d+)?", digits):
        value = float(digits)
        return int(value) if value.is_integer() else value
    if words in lexicon.NUMBER_WORDS:
        return lexicon.NUMBER_WORDS[words]
    return _chinese_number(words)


def _chinese_number(words: str) -> int:
    total, digit = 0, 0
    for character in words:
        if character in "十百":
            total += (digit or 1) * (10 if character == "十" else 100)
            digit = 0
        else:
            digit = lexicon.CHINESE_DIGITS[character]
    return total + digit


def to_days(match: re.Match[str]) -> int:
    """The days that a window's match speaks of, a week being 7."""
    for name in ("en", "zh", "en2", "zh2"):
        words = match.groupdict().get(name)
        if words:
            weeks = match[f"{name}_unit"].startswith(("week", "周", "星期"))
            return int(to_number(words)) * (7 if weeks else 1)
    raise AssertionError(match)


def _windows(text: str) -> Iterator[Window]:
    for match in lexicon.WINDOW.finditer(text):
        if (days := to_days(match)) > 0:
            yield Window(*match.span(), days)


def _meaningful(run: str) -> Iterator[str]:
    """Stretches of words in a run of unused text, frame words and punctuation left out."""
    stretch: list[str] = []
    for token in re.findall(
        r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+(?:[.'-][^\W\u3400-\u9fff]+)*|[%$€£¥]|n't|[^\w\s]",
        run,
    ):
        kept = _content(token)
        if kept is None:
            if stretch:
                yield " ".join(stretch)
            stretch = []
        else:
            stretch.append(kept)
    if stretch:
        yield " ".join(stretch)


def _content(token: str) -> str | None:
    """What of a token carries meaning; None if nothing does."""
    if _CHINESE.match(token):
        blanked = lexicon.FRAME_ZH.sub(lambda match: " " * len(match[0]), token)
        return token[len(blanked) - len(blanked.lstrip()) : len(blanked.rstrip())] or None
    if token in lexicon.FRAME_EN or not re.search(r"\w|[%$€£¥]", token):
        return None
    return token
