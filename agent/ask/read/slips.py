"""Slips of spelling in the plain words of an English question: "custmers", "teh", "purchsed".

Names of the shop are `Candidates`' task. Real words lie close together, so of a plain word only a
letter left out, doubled or swapped with its neighbour counts, and short ones are listed.
"""

from __future__ import annotations

import re
from functools import cache

from rapidfuzz.distance import OSA, Levenshtein

from agent.ask.read import frame
from agent.ask.spelling import corrections

_SHORT = {
    **dict.fromkeys(("teh", "hte", "th"), "the"),
    **dict.fromkeys(("adn", "nad", "annd"), "and"),
    **dict.fromkeys(("hw", "hwo", "ohw", "hoow"), "how"),
    **dict.fromkeys(("mny", "mnay", "amny", "mayn", "meny"), "many"),
    **dict.fromkeys(("hav", "hve", "ahve", "haev"), "have"),
    **dict.fromkeys(("taht", "tht", "htat", "thta"), "that"),
    **dict.fromkeys(("wich", "whch", "wihch", "whcih"), "which"),
    **dict.fromkeys(("wiht", "wth", "wtih", "iwth"), "with"),
    **dict.fromkeys(("frm", "fom", "rfom"), "from"),
    **dict.fromkeys(("lst", "alst", "lsat"), "last"),
    **dict.fromkeys(("waht", "wat", "wht"), "what"),
    **dict.fromkeys(("moer", "mroe"), "more"),
    **dict.fromkeys(("thn", "tahn"), "than"),
    **dict.fromkeys(("bght", "boght", "bougt", "bouhgt"), "bought"),
    **dict.fromkeys(("nver", "nevr", "neevr"), "never"),
    **dict.fromkeys(("btu",), "but"),
    **dict.fromkeys(("ppl", "pple", "peple", "poeple", "peopel"), "people"),
    **dict.fromkeys(("wks", "weks", "weeeks"), "weeks"),
    **dict.fromkeys(("dya", "dyas", "dys"), "days"),
    **dict.fromkeys(("yaer", "yera", "yr"), "year"),
    **dict.fromkeys(("mnth", "motnh"), "month"),
    **dict.fromkeys(("mnths", "monts", "motnhs"), "months"),
    **dict.fromkeys(("spnt", "sepnt"), "spent"),
}
_PLAIN_WORDS = """
january february march april june july august september october november december
today weeks month months quarter years summer winter spring autumn
bought buying buyers purchased purchase purchases ordered orders order spent spend spending spends
customers customer households household people shoppers shopper clients families number average
basket baskets coupon coupons discount discounts income children married unmarried renters
homeowners department departments category categories compare difference between versus weekend
weekends evening evenings least fewer than during within before after since never without either
neither except excluding under above below over exactly times twice single person persons
half first second third fourth list show rank ranked sorted highest lowest largest smallest
biggest biggest bottom percent percentage share weekly monthly trend profile describe distribution
composition ownership owners drinkers lovers total revenue money value recent recently active
lapsed everyone anyone please which whose where many should would could
"""
_PLAIN = frozenset(_PLAIN_WORDS.split())
_SHORTEST = 5


@cache
def _words() -> frozenset[str]:
    return _PLAIN | {word for word in frame.FRAME_EN if len(word) >= _SHORTEST and word.isalpha()}


def plain_word(typed: str) -> str | None:
    """The plain word that `typed` is a slip of; None if it is none, or such a word itself."""
    if typed in _SHORT:
        return _SHORT[typed]
    if len(typed) < _SHORTEST or not re.fullmatch(r"[a-z]+", typed) or typed in _words():
        return None
    found = corrections(typed, _words(), _left_out_or_swapped, _SHORTEST)
    return found[0] if found else None


def _left_out_or_swapped(typed: str, word: str) -> bool:
    if typed[0] != word[0]:
        return False
    if OSA.distance(typed, word) < Levenshtein.distance(typed, word):
        return True
    edits = Levenshtein.editops(typed, word)
    return all(
        edit.tag == "insert"
        or (edit.tag == "delete" and typed[edit.src_pos] in _beside(typed, edit.src_pos))
        or (
            edit.tag == "replace"
            and len(typed) > 6
            and _vowels(typed[edit.src_pos], word[edit.dest_pos])
        )
        for edit in edits
    )


def _beside(typed: str, place: int) -> str:
    return typed[max(place - 1, 0) : place] + typed[place + 1 : place + 2]


def _vowels(one: str, other: str) -> bool:
    return {one, other} <= set("aeiou")
