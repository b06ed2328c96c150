"""Which words in the names of what was bought speak for a tag: what a marketer would write down.

Written from the catalogue and common sense; no label was looked at. A phrase names a product type
if its words all stand in the names of the type and its category (whole words, plural or not).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from agent.vocabulary import word_set


@dataclass(frozen=True)
class Words:
    """Phrases that make a tag likelier, and phrases that make it less likely."""

    speaks_for: tuple[str, ...]
    speaks_against: tuple[str, ...] = ()


def _phrases(text: str) -> tuple[str, ...]:
    return tuple(phrase.strip() for phrase in text.split(","))


_KIDS = _phrases("""
    baby, infant, diapers, babyfood, kids, children, toys and games, fruit snacks, toaster pastries,
    lunch combo, school supplies, string cheese, drink powder pouches""")
_OLD = _phrases("""
    denture, hearing aid, adult incontinence, prune, laxatives, antacids, reading glasses,
    decaffinated, home health care, bird seed""")
_YOUNG = _phrases("""
    energy drink, frozen pizza, ramen, pregnancy test, tampons, infant, diapers, beers,
    snacks appetizers, macaroni cheese""")
_FINE = _phrases("""
    imported wine, organic, organics, natural, sushi, gourmet, seafood fresh, specialty cheese,
    cut flowers, berries, value added fruit, premium""")
_PLAIN = _phrases("""
    economy, ramen, margarine, hot dogs, bologna, cigarettes, canned milk, meat shelf stable,
    drink powder pouches, macaroni cheese, lottery""")
_ONE = _phrases("""
    single serve, frzn ss, singles, cat food, condensed soup, microwavable soups""")
_MANY = _phrases("""
    multi pack, multi serve, family cereal, mult pk, hamburger buns, lunch combo""")
_HOUSE = _phrases("""
    lawn and garden, garden center, hardware, bulbs, charcoal, bird seed, dog foods, propane,
    fertilizers, baking needs, canning""")

KEYWORDS: dict[str, Words] = {
    "has_kids": Words(_KIDS, _OLD),
    "married": Words((*_MANY, "beef", "charcoal", "baking mixes", "shaving care"), _ONE),
    "homeowner": Words(_HOUSE, ("ramen", "cigarettes", "single serve")),
    "high_income": Words(_FINE, _PLAIN),
    "low_income": Words(_PLAIN, _FINE),
    "age_55_plus": Words(_OLD, (*_KIDS, *_YOUNG)),
    "age_under_35": Words(_YOUNG, _OLD),
    "lives_alone": Words(_ONE, (*_MANY, *_KIDS)),
    "large_household": Words((*_MANY, *_KIDS), _ONE),
}


def naming(phrases: tuple[str, ...]) -> Callable[[str], bool]:
    """Whether a text holds all words of any of the phrases."""
    wanted = [word_set(phrase) for phrase in phrases]
    return lambda text: any(words <= _words(text) for words in wanted)


@cache
def _words(text: str) -> frozenset[str]:
    return word_set(text)
