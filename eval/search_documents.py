"""Whole profiles as texts, and their vectors, kept in the home because they take minutes.

A profile is the summary, or the fact sheet where none is written yet, with all tags and likings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from agent.facts.sheet import sheet_text
from agent.profiles.sheets import sheets_to_tell
from agent.progress import Progress, Tick
from agent.search.embeddings import Embedder
from agent.search.languages import Role, Vectors
from agent.search.lexicon_files import Document, Labels
from agent.search.source import StoreSource
from agent.settings import Language
from agent.workspace import Workspace

AT_ONCE = 64  # texts embedded, then kept

_TAGS: dict[Language, str] = {"en": ". Tags: ", "zh": "。标签："}
_LIKES: dict[Language, str] = {"en": ". Buys more than others: ", "zh": "。比其他顾客更常买："}
_COMMA: dict[Language, str] = {"en": ", ", "zh": "、"}


def profile_texts(workspace: Workspace, language: Language) -> dict[str, str]:
    """Customer -> profile, of all customers with facts."""
    source, sheets = StoreSource(workspace), sheets_to_tell(workspace)
    labels = source.labels()
    known = {document.customer: document for document in source.documents()}
    found = {}
    for customer in sheets.customers:
        document = known.get(customer) or Document(customer, "", {})
        head = document.text or sheet_text(sheets.sheet(customer, language), language)
        found[customer] = head + _told(document, labels, language)
    return found


def _told(document: Document, labels: Labels, language: Language) -> str:
    told = ""
    for kind, lead in (("tag:", _TAGS), ("category:", _LIKES)):
        ties = [name for name in document.ties if name.startswith(kind) and name in labels]
        ties.sort(key=lambda name: (-document.ties[name], name))
        said = [labels[name][language == "zh"] for name in ties]
        told += lead[language] + _COMMA[language].join(said) if said else ""
    return told


def embed_all(texts: Sequence[str], embedder: Embedder, folder: Path, progress: Progress) -> None:
    """Embed what is not kept yet, so that `kept` knows every text."""
    memory = _Memory(folder, embedder)
    missing = sorted({text for text in texts if text not in memory}, key=len)
    for at in range(0, len(missing), AT_ONCE):
        memory.learn(missing[at : at + AT_ONCE])
        progress(Tick("embed profiles", min(at + AT_ONCE, len(missing)), len(missing)))


def kept(embedder: Embedder, folder: Path) -> Embedder:
    """The embedder, but that texts which `embed_all` has embedded cost nothing."""
    memory = _Memory(folder, embedder)

    def encode(texts: list[str], role: Role) -> Vectors:
        if role == "query":
            return embedder.queries(texts)
        memory.learn([text for text in texts if text not in memory])
        return [memory[text].tolist() for text in texts]

    return Embedder(embedder.name, encode)


class _Memory:
    """Vectors of passages by their text, in one file for each embedder."""

    def __init__(self, folder: Path, embedder: Embedder) -> None:
        self._embedder = embedder
        self._file = folder / f"profiles-{_key(embedder.name)}.npz"
        self._vectors: dict[str, NDArray[np.float32]] = {}
        if self._file.exists():
            with np.load(self._file) as found:
                self._vectors = dict(zip(found["keys"].tolist(), found["vectors"], strict=True))

    def __contains__(self, text: str) -> bool:
        return _key(text) in self._vectors

    def __getitem__(self, text: str) -> NDArray[np.float32]:
        return self._vectors[_key(text)]

    def learn(self, texts: Sequence[str]) -> None:
        """Embed texts and keep their vectors."""
        if texts:
            vectors = np.array(self._embedder.documents(texts), np.float32)
            self._vectors |= dict(zip(map(_key, texts), vectors, strict=True))
            self._save()

    def _save(self) -> None:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        draft = self._file.with_suffix(".new.npz")
        np.savez(draft, keys=list(self._vectors), vectors=list(self._vectors.values()))
        draft.replace(self._file)


def _key(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:20]
