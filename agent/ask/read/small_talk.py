"""Mere talk around the conditions of a question: `small_talk.yaml`, read once."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

import yaml

from agent.search.words import segments

# "for tomorrow's board meeting", "my manager"
_BEFORE = (
    r"(?:(?:for|in|on|at|to|with|from|into|before|after|during|as part of|ahead of)\s+)?"
    r"(?:(?:the|my|our|a|an|this|that|today's|tomorrow's|tonight's|next|weekly|monthly|quarterly"
    r"|annual|big|quick|short|new|upcoming|internal"
    r"|(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:'s)?)\s+)+(?:[a-z-]+\s+)?"
)


@cache
def _lists() -> dict[str, dict[str, frozenset[str]]]:
    path = Path(__file__).with_name("small_talk.yaml")
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {
        language: {name: frozenset(found) for name, found in lists.items()}
        for language, lists in content.items()
    }


@cache
def _phrases() -> re.Pattern[str]:
    """All of several words, the longest first."""
    english, chinese = _lists()["en"], _lists()["zh"]
    occasions = rf"{_BEFORE}(?:{_any(english['occasions'])})(?:'s|s)?\b"
    return re.compile(
        rf"\b(?:{occasions}|(?:{_any(english['phrases'])})(?!\w))|{_any(chinese['phrases'])}"
    )


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


def phrases(text: str) -> list[tuple[int, int]]:
    """Where the phrases of talk stand in a folded text."""
    return [match.span() for match in _phrases().finditer(text)]


def is_talk(word: str) -> bool:
    """Whether an English word is mere talk."""
    return word in _lists()["en"]["words"]


def chinese_content(run: str) -> list[str]:
    """The words of a run of Chinese that are not mere talk."""
    talk = _lists()["zh"]["words"]
    return [word for word in segments(run) if word not in talk]
