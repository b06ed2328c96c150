"""Questions that hold one audience against another, or against all others.

"compare A with B", "who spends more, A or B", "what sets A apart", "对比A和B", "A有什么特点". A cue
anywhere says which it is. Without the words of comparing, every joint may part the two audiences,
so there are several ways to read a question; one counts only where all of it is understood.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from agent.ask.query import Kind, Measure
from agent.ask.read import frame
from agent.ask.read.contrast_words import (
    ASKED_BEHIND,
    CUE_OF_TWO,
    JOINT,
    MEASURES,
    OTHERS,
    SHARED,
    SHARED_BEHIND,
    TALK_OF_TWO,
    WEAK_CUE_OF_TWO,
    WEAK_JOINTS,
)
from agent.ask.read.describe_words import CUE_OF_ONE, TALK_OF_ONE, WEAK_CUE_OF_ONE

EDGES = " \t\n,，.。?？!！:：;；-–—…~"
_WISH = re.compile(
    r"\b(?:i|we)(?:'d| would)?\s+(?:really\s+|just\s+)?(?:like|love|want|need|wish)\b"
    r"(?:\s+(?:to|you to)\s+(?:see|know|have|get|hear|learn|find out|be told|understand))?"
    r"|\b(?:i'm|i am|we're|we are)\s+(?:curious|interested|wondering|keen)\b(?:\s+(?:to\s+\w+"
    r"|about|in|how|what))?|\bi\s+wonder\b"
)
# "what do families buy that couples don't"
_ONLY_THESE = re.compile(
    r"\bwhat\s+(?:kinds?\s+of\s+\w+\s+|else\s+)?(?:do|does|did|are|is)\s+(?P<a>.+?)\s+(?:buy|do|like"
    r"|purchase|get|eat|have|pick\s+up|buying|doing|put\s+in\s+their\s+baskets?)\s+that\s+(?P<b>.+?)\s+"
    r"(?:do|does|did|have|has|are|is|would)(?:n't|\s+not)(?:\s+(?:buy|do|have|get))?\s*$"
)
# What ends or begins a side of a comparison and says nothing.
_LOOSE = re.compile(
    r"^(?:(?:(?:on|to)\s+(?:the|1)\s+(?:1\s+)?(?:hand|side)|between|both|either|of|how|what|is|are"
    r"|do|does|did|the\s+ones|and|in|i|so|then|now|us|me|take|consider|looking\s+at|,)\b[\s,]*)+"
    r"|(?:[\s,]*\b(?:and|or|are|is|do|does|did|from|with|to|in|on|how|what|us|as|please|pls)\b)+$"
    r"|^(?:[,，]|再|那|看看?|拿|把|将|一下|请问?)+|(?:[,，]|和|跟|与|看看?|一下|到底|的?时候)+$"
)


@dataclass(frozen=True)
class Contrast:
    """Two audiences in words; `against` None: all others. shared: words that go with both.

    parallel: "A and B", where what is said of the second may be meant of the first as well.
    """

    kind: Kind
    audience: str
    against: str | None = None
    shared: str | None = None
    measure: Measure | None = None
    parallel: bool = False


_MOST_SPLITS = 16  # each is read as two questions


def contrasts(text: str) -> Iterator[Contrast]:
    """Every way in which a folded question holds two audiences apart, the likeliest first."""
    text = ASKED_BEHIND.sub(" compare ", _WISH.sub(" ", text)).strip(EDGES)
    if match := _ONLY_THESE.search(text):
        text = f"compare {match['a']} with {match['b']}"
    counts = bool(frame.COUNTS.search(text))
    bare, measure = _measured(text)
    weak = measure is not None or WEAK_CUE_OF_TWO.search(text)
    if CUE_OF_TWO.search(text) or (weak and not counts):
        yield from _pairs(bare, measure)
    if CUE_OF_ONE.search(text) or (not counts and WEAK_CUE_OF_ONE.search(text)):
        yield Contrast("describe", _tidy(_bare(TALK_OF_ONE, text)))


def _pairs(text: str, measure: Measure | None) -> Iterator[Contrast]:
    shared, rest = _shared(text)
    bare = _bare(TALK_OF_TWO, rest)
    splits = [
        (bare[: j.start()], bare[j.end() :], j[0].strip(" ,，")) for j in JOINT.finditer(bare)
    ]
    # "and" joins the parts of one audience more often than the other joints do.
    splits.sort(key=lambda split: split[2] in WEAK_JOINTS)
    for one, other, joint in splits[:_MOST_SPLITS]:
        found = _pair(_tidy(one), _tidy(other), joint in WEAK_JOINTS)
        if found is not None:
            kind, a, b = found
            measured = measure if kind == "compare" else None
            yield Contrast(kind, a, b, shared, measured, parallel=joint in WEAK_JOINTS)


def _pair(a: str, b: str, weak: bool) -> tuple[Kind, str, str | None] | None:
    noun = a.split()[-1:] or [""]
    b = re.sub(r"\bones?\b(?=\s*$)", noun[0], b) if noun[0] else b
    if OTHERS.fullmatch(b):
        return "describe", a, None
    if OTHERS.fullmatch(a) and not weak:
        return "describe", b, None
    return ("compare", a, b) if b else None


def _measured(text: str) -> tuple[str, Measure | None]:
    """The question without the words that say which figure the comparison is about."""
    for pattern, measure in MEASURES:
        if match := pattern.search(text):
            return f"{text[: match.start()]} , {text[match.end() :]}".strip(EDGES), measure
    return text, None


def _shared(text: str) -> tuple[str | None, str]:
    """The words that both audiences share, and the question without them."""
    if match := SHARED.search(text):
        return match["en"] or match["zh"], text[match.end() :]
    if match := SHARED_BEHIND.search(text):
        return match["en"], text[: match.start()]
    return None, text


def _bare(talk: re.Pattern[str], text: str) -> str:
    return re.sub(r"\s+", " ", talk.sub(" ", text)).strip(EDGES)


def _tidy(words: str) -> str:
    """A side without what only leads to it."""
    before = None
    while before != words:
        before, words = words, _LOOSE.sub("", words.strip(EDGES)).strip(EDGES)
    return words
