"""Saved models: numbers that come back, names that stay in their folder, files that are refused."""

from __future__ import annotations

import json
import pickle
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from scipy import sparse

from agent.errors import DataError
from agent.tags.decision import Thresholds
from agent.tags.models import Card, Model, load_cards, load_models, save_model
from agent.tags.space import fit_views, linear_weights
from agent.tags.vectors import Counts, Vectors

CARD = Card(
    tag="流失",
    source="learned",
    aim="precision 0.6",
    threshold={"yes_from": 0.7, "no_below": None},
    kept=True,
    n=120,
    positive=50,
    figures={"auc": 0.8, "given": 12},
    compared={"chosen": 0.8},
    made_at="2024-06-30T00:00:00.000+00:00",
    as_of="2024-06-30",
    data_hash="abc",
    labels_hash="def",
    intercept=-0.3,
    slope=1.7,
    offset=0.1,
)
HOSTILE = ("../x", "a/b", "..", ".", "流失", "a b", "a%2Fb", "-rf", "CON", "*", "[bold]", "\\", "~")
NAMES = (*HOSTILE, "n" * 60, "客" * 60, "😀" * 60, "%" * 60)


def make_model(**changes: Any) -> tuple[Model, Vectors]:
    random = np.random.default_rng(0)
    table = random.poisson(1.0, (25, 6)).astype(float)
    kinds = Counts(tuple("abcdef"), (None, "b", "茶", "d", "e", "f"), sparse.csr_matrix(table))
    customers = tuple(f"c{number}" for number in range(25))
    figures = pd.DataFrame(random.lognormal(size=(25, 2)), customers, ["orders", "spend"])
    parts = {"kinds": kinds, "variants": kinds, "products": kinds, "places": kinds}
    vectors = Vectors(customers, parts, figures)
    views = fit_views(vectors)
    weights = {
        name: random.normal(size=view.transform(vectors).shape[1]) for name, view in views.items()
    }
    return Model(replace(CARD, **changes), linear_weights(views, weights)), vectors


def test_a_model_comes_back_with_the_same_probabilities(tmp_path: Path) -> None:
    model, vectors = make_model()
    save_model(tmp_path, model)
    again = load_models(tmp_path)["流失"]
    assert again.card == model.card
    assert again.card.thresholds == Thresholds(0.7, -np.inf)
    assert (again.probability(vectors) == model.probability(vectors)).all()
    assert [view.kinds for view, _ in again.views] == [view.kinds for view, _ in model.views]
    assert load_cards(tmp_path) == {"流失": model.card}


def test_a_later_model_takes_the_place_of_the_earlier(tmp_path: Path) -> None:
    save_model(tmp_path, make_model()[0])
    save_model(tmp_path, make_model(n=999)[0])
    assert len(list(tmp_path.iterdir())) == 1
    assert load_cards(tmp_path)["流失"].n == 999


def test_a_model_is_plain_columns_and_a_card(tmp_path: Path) -> None:
    """Read with pyarrow alone: text and numbers, and nothing in it that would run."""
    model, _ = make_model()
    path = save_model(tmp_path, model)
    table = pq.ParquetFile(path).read()
    kinds = {field.name: field.type for field in table.schema}
    texts = {"view", "part", "weighing", "feature", "kind"}
    assert {
        name for name, kind in kinds.items() if kind in (pa.string(), pa.large_string())
    } == texts
    assert {name for name, kind in kinds.items() if kind == pa.float64()} == {
        "scale", "centre", "weight",
    }  # fmt: skip
    assert set(table.schema.metadata) == {b"portrait_card"}
    assert json.loads(table.schema.metadata[b"portrait_card"]) == asdict(model.card)
    assert not any(field.metadata for field in table.schema)
    assert table["weight"].to_pylist() == list(model.weights["weight"])


@pytest.mark.parametrize("tag", NAMES, ids=range(len(NAMES)))
def test_whatever_a_tag_is_called_its_file_stays_in_the_folder(tmp_path: Path, tag: str) -> None:
    folder = tmp_path / "home" / "models"
    path = save_model(folder, make_model(tag=tag)[0])
    assert path.resolve().parent == folder.resolve()
    assert [file.parent for file in tmp_path.rglob("*") if file.is_file()] == [folder]
    assert list(load_cards(folder)) == [tag]
    assert list(load_models(folder)) == [tag]


def test_names_that_are_written_alike_keep_their_own_files(tmp_path: Path) -> None:
    tags = [*HOSTILE, "a/b", "a%2Fb", "a%252Fb", "客" * 59 + "一", "客" * 59 + "二", "客" * 60]
    for number, tag in enumerate(dict.fromkeys(tags)):
        save_model(tmp_path, make_model(tag=tag, n=number)[0])
    found = load_cards(tmp_path)
    assert {tag: card.n for tag, card in found.items()} == {
        tag: number for number, tag in enumerate(dict.fromkeys(tags))
    }


def test_names_that_differ_in_case_alone_keep_their_own_files(tmp_path: Path) -> None:
    """On file systems that take them for the same too."""
    paths = [save_model(tmp_path, make_model(tag=tag)[0]) for tag in ("kids", "Kids", "KIDS")]
    assert len({path.name.casefold() for path in paths}) == 3
    assert set(load_cards(tmp_path)) == {"kids", "Kids", "KIDS"}


@pytest.mark.parametrize("name", ["customer=me", "weight=1", "view=x"])
def test_a_folder_called_like_a_column_is_a_name(tmp_path: Path, name: str) -> None:
    model, vectors = make_model()
    save_model(tmp_path / name, model)
    found = load_models(tmp_path / name)["流失"].probability(vectors)
    assert (found == model.probability(vectors)).all()


def test_no_folder_no_models(tmp_path: Path) -> None:
    assert load_models(tmp_path / "models") == {}
    assert load_cards(tmp_path / "models") == {}


# ---- files that are none


class Bomb:
    """Unpickled, it leaves a trace."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.trace,)


def _written(path: Path, table: pa.Table, card: object) -> None:
    content = card if isinstance(card, bytes) else json.dumps(card).encode()
    pq.write_table(table.replace_schema_metadata({b"portrait_card": content}), path)


def assert_refused(folder: Path, *, cards_too: bool = True) -> None:
    loads = (load_models, load_cards) if cards_too else (load_models,)
    for load in loads:
        with pytest.raises(DataError) as found:
            load(folder)
        message = str(found.value)
        assert "bad.parquet" in message
        assert "train" in message
        assert "\n" not in message


@pytest.mark.parametrize("content", [b"", b"PAR1", b"no parquet at all" * 50, b"PAR1" + bytes(64)])
def test_files_that_are_no_parquet(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "bad.parquet").write_bytes(content)
    assert_refused(tmp_path)


def test_a_pickle_is_refused_and_not_opened(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    (tmp_path / "bad.parquet").write_bytes(pickle.dumps(Bomb(trace)))
    assert_refused(tmp_path)
    assert not trace.exists()


def test_a_pickle_inside_a_table_is_refused_and_not_opened(tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    model, _ = make_model()
    bomb = pa.array([pickle.dumps(Bomb(trace))] * len(model.weights), pa.binary())
    for column in ("weight", "feature"):
        table = pa.Table.from_pandas(model.weights, preserve_index=False)
        place = table.schema.get_field_index(column)
        _written(
            tmp_path / "bad.parquet", table.set_column(place, column, bomb), asdict(model.card)
        )
        assert_refused(tmp_path, cards_too=False)
    _written(tmp_path / "bad.parquet", table, pickle.dumps(Bomb(trace)))
    assert_refused(tmp_path)
    assert not trace.exists()


def test_a_foreign_table(tmp_path: Path) -> None:
    pq.write_table(pa.table({"customer": ["a"], "spend": [1.0]}), tmp_path / "bad.parquet")
    assert_refused(tmp_path)


@pytest.mark.parametrize("column", ["view", "scale", "weight", "kind"])
def test_a_table_without_one_of_its_columns(tmp_path: Path, column: str) -> None:
    model, _ = make_model()
    table = pa.Table.from_pandas(model.weights.drop(columns=column), preserve_index=False)
    _written(tmp_path / "bad.parquet", table, asdict(model.card))
    assert_refused(tmp_path, cards_too=False)


@pytest.mark.parametrize("cut", [0.3, 0.6, 0.99])
def test_a_file_cut_short(tmp_path: Path, cut: float) -> None:
    path = save_model(tmp_path, make_model()[0]).rename(tmp_path / "bad.parquet")
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * cut)])
    assert_refused(tmp_path)


def test_a_file_with_a_hole(tmp_path: Path) -> None:
    path = save_model(tmp_path, make_model()[0]).rename(tmp_path / "bad.parquet")
    content = bytearray(path.read_bytes())
    content[4:300] = bytes(296)
    path.write_bytes(content)
    assert_refused(tmp_path, cards_too=False)


@pytest.mark.parametrize(
    "card",
    [
        b"{", b"\xff", [], "text", 3, None, {}, {"version": 1},
        asdict(CARD) | {"more": 1}, {k: v for k, v in asdict(CARD).items() if k != "slope"},
    ],
)  # fmt: skip
def test_a_card_that_is_none(tmp_path: Path, card: object) -> None:
    table = pa.Table.from_pandas(make_model()[0].weights, preserve_index=False)
    _written(tmp_path / "bad.parquet", table, card)
    assert_refused(tmp_path)


@pytest.mark.parametrize("version", [0, 2, "1", None])
def test_another_version_says_so(tmp_path: Path, version: object) -> None:
    table = pa.Table.from_pandas(make_model()[0].weights, preserve_index=False)
    _written(tmp_path / "bad.parquet", table, asdict(CARD) | {"version": version})
    assert_refused(tmp_path)
    with pytest.raises(DataError, match="another version of portrait: train it again"):
        load_cards(tmp_path)


def test_a_folder_called_like_a_model(tmp_path: Path) -> None:
    (tmp_path / "bad.parquet").mkdir()
    assert_refused(tmp_path)
