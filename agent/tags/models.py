"""Saved models: one Parquet file a tag, plain numbers and a card, nothing that runs when opened.

HOME/models/TAG.parquet: one row a feature (view, part, weighing, feature, kind, scale, centre,
weight), and in the file's metadata the card as JSON: what was learned from what, when, and how good
it is on customers that it had not seen.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import TypeAdapter
from scipy.special import expit

from agent.data.files import write_parquet
from agent.errors import DataError
from agent.tags.decision import Thresholds
from agent.tags.space import VIEWS, View
from agent.tags.vectors import Vectors

Floats = npt.NDArray[np.float64]

_CARD = b"portrait_card"
VERSION = 1
_SCHEMA = pa.schema(
    dict.fromkeys(("view", "part", "weighing", "feature", "kind"), pa.string())
    | dict.fromkeys(("scale", "centre", "weight"), pa.float64())
)


@dataclass(frozen=True)
class Card:
    """What a person should know of a saved model.

    source: learned, prior or rule, whichever ranked unseen customers best, or unknown where none
    did better than chance. n, positive: labelled customers, and those who carry the tag. figures:
    measured on customers that the model had not seen (nested cross-validation), auc, auc_low,
    auc_high, precision, recall, ece … compared: AUC by way of knowing, on the same customers. kept:
    whether the aim held on unseen customers, enough of them; else nobody is given the tag.
    """

    tag: str
    source: Literal["learned", "prior", "rule", "unknown"]
    aim: str
    threshold: dict[str, float | None]
    kept: bool
    n: int
    positive: int
    figures: dict[str, int | float]
    compared: dict[str, float]
    made_at: str
    as_of: str
    data_hash: str
    labels_hash: str
    intercept: float
    slope: float
    offset: float
    version: int = VERSION

    @property
    def thresholds(self) -> Thresholds:
        """Where yes begins and no ends."""
        return Thresholds.read(self.threshold)


@dataclass(frozen=True)
class Model:
    """A card and the weight of every feature (no row where the tag is not learned)."""

    card: Card
    weights: pd.DataFrame

    @cached_property
    def views(self) -> list[tuple[View, Floats]]:
        """Each view with the weights of its features."""
        return [_view(rows) for _, rows in self.weights.groupby("view", sort=False)]

    def probability(self, vectors: Vectors) -> Floats:
        """The calibrated probability of each customer."""
        parts = [view.transform(vectors) @ weights for view, weights in self.views]
        score = self.card.intercept + sum(parts, np.zeros(len(vectors.customers)))
        return np.asarray(expit(self.card.slope * score + self.card.offset))


def _view(rows: pd.DataFrame) -> tuple[View, Floats]:
    kinds = rows["kind"].astype(object)
    view = View(
        part=rows["part"].iloc[0],
        weighing=rows["weighing"].iloc[0],
        length=1.0,
        features=tuple(rows["feature"].tolist()),
        kinds=tuple(kinds.where(kinds.notna(), None).tolist()),
        scale=rows["scale"].to_numpy(np.float64),
        centre=rows["centre"].to_numpy(np.float64),
    )
    return view, rows["weight"].to_numpy(np.float64)


def save_model(folder: Path, model: Model) -> Path:
    """Write a model, replacing the tag's older one as a whole. Raises `StoreError`."""
    path = folder / f"{_file_name(model.card.tag)}.parquet"
    table = pa.Table.from_pandas(model.weights, _SCHEMA, preserve_index=False)
    card = json.dumps(asdict(model.card), ensure_ascii=False, sort_keys=True)
    write_parquet(table.replace_schema_metadata({_CARD: card.encode()}), path)
    return path


def _file_name(tag: str) -> str:
    """A plain name as it is; of any other what is readable of it, and a hash that tells it apart.

    File names may not be long, and some systems take a and A for the same.
    """
    if re.fullmatch(r"[a-z][a-z0-9_]*", tag):
        return tag
    readable = re.sub(r"\W+", "-", tag)[:20]
    return f"{readable}-{hashlib.sha256(tag.encode()).hexdigest()[:10]}"


def load_models(folder: Path) -> dict[str, Model]:
    """Every saved model by tag. Raises `DataError` for a file that is none."""
    models = [_load(path) for path in sorted(folder.glob("*.parquet"))]
    return {model.card.tag: model for model in models}


def load_cards(folder: Path) -> dict[str, Card]:
    """Every saved model's card by tag, without its weights. Raises `DataError`."""
    cards = [_card(path) for path in sorted(folder.glob("*.parquet"))]
    return {card.tag: card for card in cards}


def models_hash(folder: Path) -> list[str]:
    """Changes with any byte of any model. Raises `DataError` for a file that is none."""
    load_cards(folder)
    paths = sorted(folder.glob("*.parquet"))
    return [hashlib.sha256(path.read_bytes()).hexdigest() for path in paths]


def _load(path: Path) -> Model:
    card = _card(path)
    try:
        weights = pq.ParquetFile(path).read(_SCHEMA.names).cast(_SCHEMA).to_pandas()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise _damaged(path) from error
    finite = np.isfinite(weights[["scale", "centre", "weight"]].to_numpy(np.float64)).all()
    if not finite or not set(weights["part"]) <= {part for part, _, _ in VIEWS.values()}:
        raise _damaged(path)
    return Model(card, weights)


def _card(path: Path) -> Card:
    try:
        content: dict[str, Any] = json.loads((pq.read_schema(path).metadata or {})[_CARD])
        if content["version"] != VERSION:
            raise DataError(f"{path} was made by another version of portrait: train it again")
        Card(**content)  # every key and no other; pydantic looks at the kinds of values
        return TypeAdapter(Card).validate_python(content)
    except (OSError, KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise _damaged(path) from error


def _damaged(path: Path) -> DataError:
    return DataError(f"{path} is no model of portrait's, or damaged: remove it and train again")
