"""A question read again with words put right that are no name: "coffe", "yoghurt".

Only a slip of spelling or another saying of a name is put right, and the answer tells it; what
merely comes near in meaning is offered ("did you mean …?") and counts nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from agent.ask.candidates import Candidates
from agent.ask.read import lexicon
from agent.ask.read.slips import plain_word
from agent.settings import Language

MOST_WORDS = 6
Pair = tuple[str, str]  # words of the question, and what they are taken for


def put_right(
    text: str, unused: tuple[str, ...], language: Language, candidates: Candidates
) -> tuple[str, tuple[Pair, ...]]:
    """The text with what is surely meant in place of each run that was not understood."""
    pairs: list[Pair] = []
    for run in unused:
        for words in _parts(run, language):
            found = candidates.of(words, language) if words in text else []
            if found and found[0].how != "meaning":
                text = text.replace(words, found[0].label, 1)
                pairs.append((words, found[0].label))
            elif language == "en":
                text, more = _words_put_right(text, words, candidates)
                pairs += more
    return text, tuple(pairs)


def _words_put_right(text: str, run: str, candidates: Candidates) -> tuple[str, list[Pair]]:
    """The text with each word of a run put right alone, or with the word beside it: "dog fod"."""
    pairs: list[Pair] = []
    for typed in re.findall(r"[a-z]+", run):
        place = re.search(rf"(?<![a-z])(?:([a-z]+) )?{typed}(?![a-z])", text)
        if place is None:
            continue
        two = candidates.of(place[0], "en", ("item", "tag")) if place[1] else []
        named = two[0].label if two and two[0].how == "spelling" else None
        if word := plain_word(typed):
            start, end, meant = place.end() - len(typed), place.end(), word
        elif named:
            start, end, meant = *place.span(), named
        else:
            alone = candidates.of(typed, "en")
            if not alone or alone[0].how != "spelling":
                continue
            start, end, meant = place.end() - len(typed), place.end(), alone[0].label
        pairs.append((text[start:end], meant))
        text = text[:start] + meant + text[end:]
    return text, pairs


def offers(unused: tuple[str, ...], language: Language, candidates: Candidates) -> tuple[Pair, ...]:
    """What may have been meant by each run, for a person to decide."""
    found = []
    for run in unused:
        words = next(_parts(run, language), "")
        offer = candidates.suggestion(words, language) if words else None
        if offer:
            found.append((words, offer))
    return tuple(found)


def _parts(run: str, language: Language) -> Iterator[str]:
    """The stretches of a run between joints, without a verb of buying before them."""
    whole = run.replace(" ", "") if language == "zh" else run
    for part in re.split(r"\s+(?:and|or)\s+|和|与|或者?|、", whole):
        verbs = list(lexicon.BUY.finditer(part))
        words = part[verbs[-1].end() :] if verbs else part
        if words.strip() and len(words.split()) <= MOST_WORDS:
            yield words.strip()
