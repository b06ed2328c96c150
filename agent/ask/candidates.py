"""What words may mean that are no name: candidates among the names of the catalogue.

    candidates = Candidates(vocabulary, index)
    candidates.of("coffe", "en")                          # what coffee is called, by spelling
    candidates.of("always hunting for a bargain", "en")   # tag discount_hunter, by meaning
    candidates.of("laptops", "en")                        # [] where none are sold

A wrong link makes a wrong count, a missing one only a question back. So every way is cut where
wrong links get rare (eval/linking.md), and the first that finds anything is the one taken.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from typing import Literal, TypeVar, cast

from rapidfuzz.distance import OSA

from agent.ask.spelling import SHORTEST, Like, corrections, is_slip, sound
from agent.search.catalogue import KINDS, CatalogueIndex, Kind, Saying, sayings
from agent.settings import Language
from agent.vocabulary import Vocabulary, word_set

NEAR = 0.46  # a `CatalogueHit.score` that one in a hundred words reaches that mean no name
LOOSE = 0.30
MAYBE = 0.40  # the same, where a person is only asked
FOUND = 12  # texts looked at: several say one name
MOST = 3

How = Literal["exact", "spelling", "meaning"]
Found = list[tuple[Saying, float]]
K = TypeVar("K")

_BUYING = re.compile(
    r"^\s*(?:(?:who|have|has|had)\s+)*(?:bought|buys?|buying|purchas(?:ed|es|ing)|ordered)\s+"
    r"(?:(?:an?|the|any|some)\s+)?|^(?:购买|买)过?了?"
)
_CHINESE = re.compile(r"[㐀-鿿]+")
_LATIN = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True)
class Candidate:
    """What a run of words may mean.

    kind, name and level are what a condition needs: the name of a field or tag; a value and, as
    level, its attribute; words for `bought` and, unless empty, their level. `score` is at most 1,
    to be compared within one `how`. `label`: the name as people say it.
    """

    words: str
    kind: Kind
    name: str
    level: str
    score: float
    how: How
    label: str


class Candidates:
    """Over one vocabulary. Without an index only other sayings and slips of spelling are known."""

    def __init__(self, vocabulary: Vocabulary, index: CatalogueIndex | None = None) -> None:
        self._vocabulary = vocabulary
        self._index = index

    def of(
        self, words: str, language: Language, kinds: Collection[Kind] = KINDS
    ) -> list[Candidate]:
        """What a run of words may mean, best first; [] if that is no name of this shop's data.

        The run is taken as a whole, but for a verb of buying before it. Raises `SearchIndexError`.
        """
        run = _bare(words)
        if found := _only(kinds, self._exact(words) or self._exact(run)):
            how: How = "exact"
        elif found := _only(kinds, self._spelled(run, is_slip)):
            how = "spelling"
        else:
            found, how = self._near(run, kinds, NEAR), "meaning"
        return self._candidates(words, how, found, language)

    def suggestion(self, words: str, language: Language) -> str | None:
        """What may have been meant, as people say it: looser than `of`, for a person to decide."""
        run = _bare(words)
        found = self.of(words, language) or self._candidates(
            words,
            "meaning",
            self._spelled(run, None) or self._near(run, KINDS, MAYBE),
            language,
        )
        return found[0].label if found else None

    def near(self, words: str, language: Language) -> list[Candidate]:
        """What comes near a run in spelling or meaning, for a model to choose from."""
        run = _bare(words)
        return self.of(words, language) or self._candidates(
            words, "meaning", [*self._spelled(run, None), *self._near(run, KINDS, LOOSE)], language
        )

    def _candidates(
        self, words: str, how: How, found: Found, language: Language
    ) -> list[Candidate]:
        """The best saying of each name, the best names first."""
        best: dict[tuple[str, ...], Candidate] = {}
        for said, score in sorted(found, key=lambda pair: -pair[1]):
            kind, label = cast(Kind, said.kind), self._label(said, language)
            candidate = Candidate(words, kind, said.name, said.level, score, how, label)
            best.setdefault((said.kind, said.name, said.level), candidate)
        return list(best.values())[:MOST]

    def _label(self, said: Saying, language: Language) -> str:
        if said.kind == "field":
            return self._vocabulary.field(said.name).label(language)
        if said.kind == "tag":
            return self._vocabulary.tag(said.name).label(language)
        plain = " ".join(said.name.split()).lower() if said.kind == "item" else said.name
        return self._vocabulary.labels.get(said.name, (plain, plain))[language == "zh"]

    def _exact(self, run: str) -> Found:
        return [(said, 1.0) for said in self._by_words.get(_key(run), ())]

    def _near(self, run: str, kinds: Collection[Kind], cut: float) -> Found:
        if self._index is None or not _key(run):
            return []
        return [
            (Saying(hit.kind, hit.name, hit.level, hit.text), hit.score)
            for hit in self._index.search(run, FOUND, kinds)
            if hit.score >= cut
        ]

    def _spelled(self, run: str, like: Like | None) -> Found:
        """The names of which the run is a slip; with `like` None, of which it may be any."""
        if _CHINESE.fullmatch(run):
            return [(said, _alike(run, said.text)) for said in self._by_sound.get(sound(run), ())]
        meant = () if _CHINESE.search(run) else islice(self._corrected(run, like), MOST)
        loose = like is None
        return [(said, _alike(run, words)) for words in meant for said in self._named(words, loose)]

    def _named(self, words: str, loose: bool) -> list[Saying]:
        """The names that are these words; of several words, else what is sold under all of them."""
        if named := self._by_words.get(_key(words)):
            return named
        sold = (loose or " " in words) and self._vocabulary.known_words((words,))
        return [Saying("item", words, "", words)] if sold else []

    def _corrected(self, run: str, like: Like | None) -> Iterable[str]:
        """The run with each unknown word put right; a word alone must be a slip of a whole name."""
        tokens = [word for token in _LATIN.findall(run.casefold()) for word in word_set(token)]
        if all(token in self._words for token in tokens):
            return ()
        enough = len(tokens) > 1 or like is None
        names = self._words if enough else self._names_of_a_word
        put_right = [
            [token]
            if token in self._words
            else corrections(token, names, like, SHORTEST - 2 * enough)
            for token in tokens
        ]
        return map(" ".join, product(*put_right))

    @cached_property
    def _sayings(self) -> list[Saying]:
        return [said for said in sayings(self._vocabulary) if said.kind in KINDS]

    @cached_property
    def _by_words(self) -> Mapping[str, list[Saying]]:
        return _grouped((_key(said.text), said) for said in self._sayings)

    @cached_property
    def _by_sound(self) -> Mapping[tuple[str, ...], list[Saying]]:
        spoken = (said for said in self._sayings if _CHINESE.fullmatch(said.text))
        return _grouped((sound(said.text), said) for said in spoken if len(said.text) > 1)

    @cached_property
    def _words(self) -> frozenset[str]:
        return frozenset(word for key in self._by_words for word in key.split())

    @cached_property
    def _names_of_a_word(self) -> frozenset[str]:
        return frozenset(key for key in self._by_words if " " not in key)


def _bare(words: str) -> str:
    return _BUYING.sub("", words.casefold()).strip()


def _key(text: str) -> str:
    """The same for one and many, in any order of words; empty for a text without any."""
    return " ".join(sorted(word_set(text)))


def _grouped(pairs: Iterable[tuple[K, Saying]]) -> Mapping[K, list[Saying]]:
    groups: dict[K, list[Saying]] = {}
    for key, said in pairs:
        if key:
            groups.setdefault(key, []).append(said)
    return groups


def _only(kinds: Collection[Kind], found: Found) -> Found:
    return [(said, score) for said, score in found if said.kind in kinds]


def _alike(run: str, text: str) -> float:
    return OSA.normalized_similarity(run.casefold(), text.casefold())
