"""The names of the catalogue as texts to be found by: words that are no name find what they mean.

    with open_catalogue(workspace) as index:
        index.search("people with a tight purse", k=3)   # [CatalogueHit("tag", "low_income", …)]

One document a way of saying a name: fields, attributes and their values, tags, what is sold. It is
derived and small; `refresh` embeds only what is new.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Literal, Self

import yaml

from agent.data.warehouse import Warehouse
from agent.errors import SearchIndexError
from agent.progress import Progress, silent
from agent.prompts import read_yaml
from agent.search.embeddings import Embedder, embedder
from agent.search.index import Entry, Index
from agent.search.label_vectors import label_embedder
from agent.search.languages import Role, Vectors
from agent.tags.names import load_vocabulary
from agent.vocabulary import Item, Term, Vocabulary
from agent.workspace import Workspace

Kind = Literal["field", "value", "tag", "item"]
KINDS: tuple[Kind, ...] = ("field", "value", "tag", "item")
LEVELS = ("department", "category", "type", "brand", "name")
MOST_ITEMS = 20_000  # embedding them takes minutes

# Under this kind stand words that no data of a shop answers to; they are never found themselves.
_OTHER = "other"
_RIVAL = 0.5
_LETTERS = re.compile(r"[a-z]{4}|[㐀-鿿]{2}", re.IGNORECASE)


@dataclass(frozen=True)
class Saying:
    """One way of saying one name.

    `level`: of an item, empty where the name stands at several; of a value, its attribute.
    """

    kind: str
    name: str
    level: str
    text: str


@dataclass(frozen=True)
class CatalogueHit:
    """A name found, and the text of it that was nearest.

    `score`: the cosine of text and words, less half of that of the nearest words that name nothing
    here. So it tells words that mean a name from words that are merely near one.
    """

    kind: Kind
    name: str
    level: str
    score: float
    text: str


class CatalogueIndex:
    """Give a `folder`, or the `url` of a Chroma server. Raises `SearchIndexError` throughout."""

    def __init__(self, folder: Path | None, url: str | None, embedder: Embedder) -> None:
        self._index = Index(folder, url, _of_one_role(embedder), "catalogue")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close Chroma and let another process have the folder."""
        self._index.close()

    def refresh(self, wanted: Iterable[Saying], progress: Progress = silent) -> int:
        """Make the index hold just these; returns how many texts were embedded."""
        wanted = list(wanted)
        entries = _entries(wanted)
        self.__dict__.pop("_ids", None)
        try:
            self._index.delete(self._index.ids() - {entry.customer for entry in entries})
            return self._index.upsert(entries, progress)
        except SearchIndexError:  # damaged, or made with another embedder
            return self.rebuild(wanted, progress)

    def rebuild(self, wanted: Iterable[Saying], progress: Progress = silent) -> int:
        """Make the index anew with just these; returns how many texts were embedded."""
        self.__dict__.pop("_ids", None)
        return self._index.rebuild(_entries(wanted), progress)

    def search(self, words: str, k: int, kinds: Collection[Kind] = KINDS) -> list[CatalogueHit]:
        """The `k` nearest texts of those kinds, best first; several may say one name."""
        near = self._index.search(words, k, [key for kind in kinds for key in self._of_kind(kind)])
        rivals = self._index.search(words, 1, self._of_kind(_OTHER))
        less = _RIVAL * max((rival.score for rival in rivals), default=0.0)
        return [_hit(hit.customer, hit.score - less) for hit in near]

    def _of_kind(self, kind: str) -> list[str]:
        return self._ids.get(kind, [])

    @cached_property
    def _ids(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for key in sorted(self._index.ids()):
            found.setdefault(json.loads(key)[0], []).append(key)
        return found


def open_catalogue(workspace: Workspace) -> CatalogueIndex:
    """The index of a home's names. Raises `SearchIndexError`; close it after use."""
    url = workspace.settings.chroma_url
    folder = None if url else workspace.home / "search" / "catalogue"
    return CatalogueIndex(folder, url, embedder(workspace.settings.embedding))


def refresh_catalogue(workspace: Workspace, progress: Progress = silent) -> int:
    """Bring the index up to a home's names; returns how many texts were embedded."""
    wanted = _wanted(workspace)
    with open_catalogue(workspace) as index:
        return index.refresh(wanted, progress)


def rebuild_catalogue(workspace: Workspace, progress: Progress = silent) -> int:
    """Make the index anew; returns how many texts were embedded."""
    wanted = _wanted(workspace)
    with open_catalogue(workspace) as index:
        return index.rebuild(wanted, progress)


def _wanted(workspace: Workspace) -> list[Saying]:
    vocabulary = load_vocabulary(workspace)
    return sayings(vocabulary, _in_most_orders(workspace, vocabulary))


def sayings(vocabulary: Vocabulary, items: Iterable[Item] | None = None) -> list[Saying]:
    """Every way of saying every name, each once; of what is sold only the `items`, if given."""
    sold = _items(vocabulary) if items is None else items
    found = [
        *(said for term in vocabulary.fields.values() for said in _of_field(term, vocabulary)),
        *(said for term in vocabulary.tags.values() for said in _labels("tag", term)),
        *_of_items(sold, vocabulary),
        *_of_phrases(vocabulary),
    ]
    return list(dict.fromkeys(said for said in found if said.text.strip()))


def _of_field(term: Term, vocabulary: Vocabulary) -> Iterator[Saying]:
    yield from _labels("field", term)
    for value in term.values:
        english, chinese = vocabulary.labels.get(value, (value, value))
        for text in (f"{term.label_en}: {english}", f"{term.label_zh}：{chinese}"):
            yield Saying("value", value, term.name, text)
        for text in (english, chinese):
            if _LETTERS.search(text):  # "renter" says enough, "3+" does not
                yield Saying("value", value, term.name, text)


def _labels(kind: Kind, term: Term) -> Iterator[Saying]:
    yield Saying(kind, term.name, "", term.label_en)
    yield Saying(kind, term.name, "", term.label_zh)


def _of_items(items: Iterable[Item], vocabulary: Vocabulary) -> Iterator[Saying]:
    levels: dict[str, list[str]] = {}
    for item in items:
        levels.setdefault(item.name, []).append(item.level)
    for name, found in levels.items():
        level = found[0] if len(found) == 1 else ""
        for label in vocabulary.labels.get(name) or (" ".join(name.split()).lower(),):
            yield Saying("item", name, level, label)


def _of_goods(group: Sequence[str], vocabulary: Vocabulary) -> Iterator[Saying]:
    """The words of a group, for what the first of them names that names anything here."""
    known = vocabulary.known_words(group)
    if not known:
        return
    meant = vocabulary.items(known[:1])
    names, levels = {item.name for item in meant}, {item.level for item in meant}
    name = names.pop() if len(names) == 1 else known[0]
    level = levels.pop() if len(levels) == 1 else ""
    yield from (Saying("item", name, level, text) for text in group)


def _of_phrases(vocabulary: Vocabulary) -> Iterator[Saying]:
    """What people say beside the labels, of the names that this shop has."""
    phrases = _phrases()
    tags = {name: [*said["en"], *said["zh"]] for name, said in read_yaml("synonyms.yaml").items()}
    for kind, said_of in (("tag", tags), ("tag", phrases["tags"]), ("field", phrases["fields"])):
        known = vocabulary.tags if kind == "tag" else vocabulary.fields
        yield from (
            Saying(kind, name, "", text)
            for name, texts in said_of.items()
            if name in known
            for text in texts
        )
    for key, texts in phrases["values"].items():
        attribute, _, value = key.partition("=")
        if attribute in vocabulary.fields and value in vocabulary.fields[attribute].values:
            yield from (Saying("value", value, attribute, text) for text in texts)
    for group in phrases["goods"]:
        yield from _of_goods(group, vocabulary)
    for pair in phrases["other"]:
        if not vocabulary.known_words(pair):  # another shop may sell just these
            yield from (Saying(_OTHER, "", "", text) for text in pair)


@cache
def _phrases() -> dict[str, Any]:
    text = Path(__file__).with_name("phrases.yaml").read_text(encoding="utf-8")
    phrases: dict[str, Any] = yaml.safe_load(text)
    return phrases


def _items(vocabulary: Vocabulary) -> list[Item]:
    return [Item(level, name) for level in LEVELS for name in vocabulary.catalogue.get(level, ())]


def _in_most_orders(workspace: Workspace, vocabulary: Vocabulary) -> list[Item]:
    """What is sold; of a large catalogue what stands in the most orders."""
    items = _items(vocabulary)
    if len(items) <= MOST_ITEMS:
        return items
    counted = " UNION ALL ".join(
        f"SELECT '{level}' AS level, {level} AS item, count(DISTINCT order_id) AS orders "
        f"FROM purchases WHERE {level} IS NOT NULL GROUP BY ALL"
        for level in LEVELS
    )
    query = f"{counted} ORDER BY orders DESC, level, item LIMIT {MOST_ITEMS}"
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        frame = warehouse.frame(query)
    return [Item(level, name) for level, name in zip(frame["level"], frame["item"], strict=True)]


def _entries(wanted: Iterable[Saying]) -> list[Entry]:
    return [_entry(saying) for saying in dict.fromkeys(wanted)]


def _entry(saying: Saying) -> Entry:
    key = json.dumps([saying.kind, saying.name, saying.level, saying.text])
    return Entry(customer=key, text=saying.text, language="", tags=(), numbers={})


def _hit(key: str, score: float) -> CatalogueHit:
    kind, name, level, text = json.loads(key)
    return CatalogueHit(kind, name, level, score, text)


def _of_one_role(embedder: Embedder) -> Embedder:
    """Names and words are both short, and neither asks: as passages they are found better.

    The vectors of names are kept, those of what somebody asked are not.
    """
    names = label_embedder(embedder)

    def encode(texts: list[str], role: Role) -> Vectors:
        return (names if role == "passage" else embedder).encode(texts, "passage")

    return Embedder(embedder.name, encode)
