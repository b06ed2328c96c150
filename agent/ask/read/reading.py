"""A question while its words are used up.

`text` is the question after NFKC and case folding; `rest` is the same text with every used span
blanked, so that a place means the same in both and no word is used twice.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from agent.ask.read import frame, lexicon
from agent.ask.read.asides_zh import without_asides
from agent.ask.read.dates import Window, days_of, windows
from agent.ask.read.dates_zh import in_plain_chinese
from agent.ask.read.numerals import plain_numbers
from agent.ask.read.plain import put_plainly
from agent.ask.read.sayings_zh import put_sayings, same_days
from agent.ask.read.small_talk import chinese_content, is_talk, phrases
from agent.conditions import Condition, Not, negated
from agent.settings import Language

LONGEST = 1_000  # characters of a question that are read: some readers try every place in it
_CHINESE = re.compile(r"[\u3400-\u9fff]")
USED = "\0"
# A name under a letter: "Many thanks, Judith".
_SIGNED = re.compile(
    r"((?i:thanks|thank you|thx|cheers|regards|wishes|best|sincerely)[^.!?,\n]{0,25}[\s,.!–—-]+)"
    r"[A-Z][a-z]+(?: [A-Z](?:[a-z]+|\.))?\s*[.!]?$"
)
_BEFORE_DAYS = re.compile(r"(?:[ ,、的]|\b(?:from us|with us|here|ever|sometime|back)\b)*")


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


class Reading:
    """One question; spans are taken from it until only what was not understood is left."""

    def __init__(self, question: str, as_of: date) -> None:
        self.too_long = len(question) > LONGEST
        question = _SIGNED.sub(r"\1", question[:LONGEST].strip())
        self.text = unicodedata.normalize("NFKC", question).casefold().replace(USED, " ")
        self.text = without_asides(self.text.replace("’", "'"))
        self.text = put_plainly(in_plain_chinese(put_sayings(plain_numbers(self.text))))
        self.text = same_days(self.text, windows(self.text, as_of))
        self.rest = self.text
        self.as_of = as_of
        self.language = spoken(self.text)
        self._windows = windows(self.text, as_of)
        self.spare: list[Window] = []  # of a follow-up: days that no condition of its own took

    def take(self, start: int, end: int) -> None:
        """Use up a span."""
        self.rest = self.rest[:start] + USED * (end - start) + self.rest[end:]

    def give_back(self, start: int, end: int) -> None:
        """Undo `take`."""
        self.rest = self.rest[:start] + self.text[start:end] + self.rest[end:]

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
        if away := lexicon.TAKEN_AWAY.match(self.rest, end):
            self.take(end, away.end())
            link = Link(start, away.end(), condition, **about).negated()
            before = self.take_negation(start)  # "没有孩子的不要" are those with children
            return link if before is None else replace(link, start=before).negated()
        negation = self.take_negation(start)
        link = Link(start if negation is None else negation, end, condition, **about)
        return link if negation is None else link.negated()

    @property
    def windows(self) -> list[Window]:
        """The spans of days that are not used up, in order."""
        return [w for w in self._windows if USED not in self.rest[w.start : w.end]]

    def window_before(self, place: int) -> Window | None:
        """The window that ends right before `place`, filler apart."""
        found = [w for w in self.windows if w.end <= place and not self._words(w.end, place)]
        return found[-1] if found else None

    def window_behind(self, place: int) -> Window | None:
        """The window that begins right behind `place`."""
        for window in self.windows:
            if window.start >= place and _BEFORE_DAYS.fullmatch(self.rest, place, window.start):
                return window
        return None

    def window_words(self, start: int, end: int) -> list[str]:
        """The windows said within a span, used or not, as they stand in the question."""
        inside = [w for w in self._windows if start <= w.start and w.end <= end]
        return [self.text[w.start : w.end].strip() for w in inside]

    def _words(self, start: int, end: int) -> bool:
        """Whether anything but blanks and filler stands in a span."""
        return bool(
            re.sub(r"[\s,]|\b(?:who|have|has|had|customers)\b|[有曾都的]", "", self.rest[start:end])
        )

    def unused(self, follows: bool = False, *, talk: bool = True) -> tuple[str, ...]:
        """The runs of words that no link used and that are neither the frame of a question nor,
        where that is allowed, mere talk.

        A follow-up has a frame of its own, and days alone are left to what it follows.
        """
        if follows:
            self.spare = self.windows
            for window in self.spare:
                self.take(window.start, window.end)
            for match in frame.FOLLOW.finditer(self.rest):
                self.take(*match.span())
        for match in frame.FRAME_PHRASES.finditer(self.rest):
            self.take(*match.span())
        self._take_chatter()
        for start, end in phrases(self.rest) if talk else ():
            self.take(start, end)
        return tuple(words for run in self.rest.split(USED) for words in _meaningful(run, talk))

    def _take_chatter(self) -> None:
        """Use up clauses that only greet, thank or hurry."""
        ends = [match.span() for match in frame.CLAUSE.finditer(self.rest)]
        starts = [0, *(end for _, end in ends)]
        for start, end in zip(starts, [*(s for s, _ in ends), len(self.rest)], strict=True):
            clause = self.rest[start:end]
            idle = USED not in clause and not frame.ASKS.search(clause)
            if idle and frame.CHATTER.search(clause) and len(clause) <= 60:
                self.take(start, end)


def spoken(text: str) -> Language:
    """The language of a folded question; a name in the other one does not change it."""
    if not _CHINESE.search(text):
        return "en"
    return "en" if frame.ASKING_EN.search(text) and not frame.ASKING_ZH.search(text) else "zh"


def to_days(match: re.Match[str]) -> int:
    """The days that a match of `lexicon.SILENT` speaks of."""
    for name in ("en", "zh", "en2", "zh2", "en3"):
        words = match.groupdict().get(name)
        if words:
            return days_of(words, match[f"{name}_unit"])
    raise AssertionError(match)


def _meaningful(run: str, talk: bool) -> Iterator[str]:
    """Stretches of words in a run of unused text, frame words and punctuation left out."""
    stretch: list[str] = []
    for token in re.findall(
        r"[\u3400-\u9fff]+|[^\W\u3400-\u9fff]+(?:[.'-][^\W\u3400-\u9fff]+)*|[%$€£¥]|n't|[^\w\s]",
        run,
    ):
        kept = _content(token, talk)
        if kept is None:
            if stretch:
                yield " ".join(stretch)
            stretch = []
        else:
            stretch.append(kept)
    if stretch:
        yield " ".join(stretch)


def _content(token: str, talk: bool) -> str | None:
    """What of a token carries meaning; None if nothing does."""
    if _CHINESE.match(token):
        return _chinese_content(token) and _of_words(token) if talk else _chinese_content(token)
    if talk and is_talk(token):
        return None
    if token in frame.FRAME_EN or not re.search(r"\w|[%$€£¥]", token):
        return None
    return token


def _of_words(token: str) -> str | None:
    """The same of Chinese cut into words."""
    kept = "".join(chinese_content(token))
    return _chinese_content(kept) if kept else None


def _chinese_content(token: str) -> str | None:
    """Chinese without the frame of a question at its ends."""
    blanked = frame.FRAME_ZH.sub(lambda match: " " * len(match[0]), token)
    return token[len(blanked) - len(blanked.lstrip()) : len(blanked.rstrip())] or None
