"""Slips of spelling: English words by their letters, Chinese ones by their sound.

Real words lie close together: of 9,000 common English words that a shop's names do not hold, 12%
are one or two letters from one that they do, and only 1% look like a slip of a whole name. So a
slip is what a hand or ear does: two letters swapped, a vowel or a letter of like sound for another,
one left out, one doubled. Who writes Chinese picks a wrong character of the right sound.
"""

from __future__ import annotations

from collections.abc import Callable, Collection

from rapidfuzz import process
from rapidfuzz.distance import OSA, Levenshtein

Like = Callable[[str, str], bool]

_VOWELS = frozenset("aeiouy")
_LIKE_SOUNDS = frozenset(map(frozenset, ("ck", "sc", "sz", "kq", "pb", "td", "fv", "gj", "mn")))
SHORTEST = 5  # of a name of one word: boats, oats
_TWO_SLIPS_FROM = 8


def corrections(
    typed: str, words: Collection[str], like: Like | None, shortest: int = SHORTEST
) -> list[str]:
    """The words that `typed` may be a slip of, the likeliest first; all lower case and Latin.

    like: what is a slip (None: whatever is near). shortest: letters that tell enough.
    """
    if len(typed) < shortest:
        return []
    most = 1 if len(typed) < _TWO_SLIPS_FROM else 2
    near = process.extract(typed, words, scorer=OSA.distance, score_cutoff=most, limit=None)
    fitting = [(distance, word) for word, distance, _ in near if like is None or like(typed, word)]
    return [word for _, word in sorted(fitting)]


def is_slip(typed: str, word: str) -> bool:
    """Whether `typed` is what a hand makes of the word, and not another word."""
    if typed[0] != word[0]:
        return False
    if OSA.distance(typed, word) < Levenshtein.distance(typed, word):
        return True  # two neighbours swapped
    return all(
        _likely(edit.tag, edit.src_pos, typed, word[edit.dest_pos : edit.dest_pos + 1])
        for edit in Levenshtein.editops(typed, word)
    )


def _likely(edit: str, place: int, typed: str, meant: str) -> bool:
    if edit == "insert":  # left out by the hand
        return True
    letter = typed[place]
    if edit == "replace":
        return {letter, meant} <= _VOWELS or frozenset((letter, meant)) in _LIKE_SOUNDS
    neighbours = typed[max(place - 1, 0) : place] + typed[place + 1 : place + 2]
    return letter in _VOWELS or letter == "h" or letter in neighbours


def sound(chinese: str) -> tuple[str, ...]:
    """The syllables with their tones: 咖非 sounds as 咖啡 does."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415  (half a second, and only for Chinese)

    return tuple(lazy_pinyin(chinese, style=Style.TONE3))
