"""`eval search`: judgements and figures worked out by hand, and a run on a shop drawn for it."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

pytest.importorskip("ir_measures")
pytest.importorskip("langchain_text_splitters")

from agent.data.example import load_example
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.errors import DataError
from agent.profiles.build import refresh_facts, refresh_tags
from agent.progress import Tick
from agent.search import customers
from agent.tags.names import category_names, sensitive_categories
from agent.workspace import Workspace
from eval import search, search_speed, search_systems, search_vectors
from eval.search import ahead, evaluate_search, measure, text_table
from eval.search_systems import OURS, fuse
from eval.search_truth import HALVES, Judged, Theme, grade, judge, load_themes
from tests.search.fakes import DIMENSION, Counter

CAT_PEOPLE = [f"c{number:02}" for number in range(6)]
THEMES = (
    Theme(half="test", en="litter for cats", zh="猫砂", categories=("CAT LITTER", "CAT FOOD")),
    Theme(half="development", en="olive oil", zh="橄榄油", categories=("OIL",)),
    Theme(half="test", en="spaceships", zh="飞船", categories=("SPACESHIPS",)),
)
MAPPING = {
    "sources": {
        "orders": {
            "table": "events",
            "file": "orders.csv",
            "columns": {"customer": "who", "time": "at", "order": "order", "product": "sku"},
        },
        "products": {
            "table": "products",
            "file": "products.csv",
            "columns": {"product": "sku", "name": "sku", "category": "category"},
        },
    }
}
SOLD = {"L": "CAT LITTER", "F": "CAT FOOD", "M": "MILK", "O": "OIL"}


def write(path: Path, rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    """Forty customers with 20 orders each. Six buy something for a cat in 16 of theirs."""
    folder = tmp_path_factory.mktemp("shop")
    orders: list[tuple[str, ...]] = [("who", "at", "order", "sku")]
    for number in range(40):
        for order in range(20):
            who, at = f"c{number:02}", datetime(2024, 1, 1, 12) + timedelta(days=7 * order)
            cat = number < len(CAT_PEOPLE) and order < 16
            bought = ("L" if order % 2 else "F") if cat else ("O" if number == 20 else "M")
            orders.append((who, at.isoformat(), f"{who}-{order}", bought))
    write(folder / "orders.csv", orders)
    write(folder / "products.csv", [("sku", "category"), *SOLD.items()])
    (folder / "mapping.yaml").write_text(yaml.safe_dump(MAPPING), encoding="utf-8")
    with Workspace(folder / "home") as workspace:
        ingest(workspace, load_mapping(folder / "mapping.yaml"), ())
        refresh_facts(workspace)
        refresh_tags(workspace)
        yield workspace


def test_relevant_are_those_who_buy_it_much_more_often_than_others() -> None:
    orders = pd.Series({"often": 20, "more": 40, "few": 2, "usual": 100, "never": 438})
    lines = {"often": 15, "more": 16, "few": 2, "usual": 7}
    held = pd.DataFrame(
        [(who, f"{who}-{n}") for who, count in lines.items() for n in range(count)],
        columns=["customer", "order_id"],
    )
    twice = pd.concat([held, held])  # two categories in one order count once
    # 40 of 600 orders: lifts are 11.25, 6, 15 and 1.05; "few" has only two orders of it.
    assert grade(orders, twice) == {"often": 3, "more": 2}
    assert grade(orders, held[:0]) == {}


def test_judgements_of_a_home(home: Workspace) -> None:
    judged = judge(home, THEMES)
    assert [(q.text, q.half) for q in judged if q.language == "zh"] == [
        ("猫砂", "test"),
        ("橄榄油", "development"),
    ]
    assert sorted(judged[0].grades) == CAT_PEOPLE
    assert sorted(judged[2].grades) == ["c20"]
    with pytest.raises(DataError, match="example completejourney"):
        judge(home, THEMES[2:])


def question(theme: str, grades: dict[str, int]) -> Judged:
    return Judged(theme=theme, half="test", language="en", text=theme, grades=grades)


def test_figures() -> None:
    asked = [question("t", {"a": 3, "b": 1, "c": 1}), question("u", {"a": 1})]
    found = {asked[0].id: ["x", "b", "a"], asked[1].id: []}
    scores = measure(found, asked)
    # Gains 1/log2(3) + 3/log2(4) of 3/log2(2) + 1/log2(3) + 1/log2(4).
    assert scores["ndcg_10"][asked[0].id] == pytest.approx(2.13093 / 4.13093, abs=1e-5)
    assert scores["recall_100"][asked[0].id] == pytest.approx(2 / 3)
    assert scores["mrr"][asked[0].id] == 0.5
    assert [values[asked[1].id] for values in scores.values()] == [0, 0, 0]


def test_only_ten_and_a_hundred_count() -> None:
    asked = [question("t", {f"r{n}": 1 for n in range(200)})]
    late = {asked[0].id: [f"x{n}" for n in range(10)] + [f"r{n}" for n in range(150)]}
    scores = measure(late, asked)
    assert scores["ndcg_10"][asked[0].id] == 0
    assert scores["recall_100"][asked[0].id] == 90 / 200
    assert scores["mrr"][asked[0].id] == 1 / 11


def test_how_far_ours_is_ahead() -> None:
    asked = [question(f"t{n}", {"a": 1}) for n in range(30)]
    ours = {"ndcg_10": {q.id: 0.5 + n / 100 for n, q in enumerate(asked)}}
    other = {"ndcg_10": {q.id: 0.4 for q in asked}}
    interval = ahead(ours, other, asked)
    assert interval["value"] == pytest.approx(0.245)
    assert 0.19 < interval["low"] < 0.245 < interval["high"] < 0.30


def test_fusion_by_ranks() -> None:
    # a: 1/61 + 1/63, b: 1/62 + 1/61, c: 1/63, d: 1/62
    assert fuse([["a", "b", "c"], ["b", "d", "a"]]) == ["b", "a", "d", "c"]


def test_a_run(home: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    counter, ticks = Counter(), list[Tick]()
    monkeypatch.setattr(search, "load_themes", lambda: THEMES)
    for module in (search_systems, customers):
        monkeypatch.setattr(module, "embedder", lambda _: counter.embedder)
    result = evaluate_search(home, ticks.append)
    assert json.loads(json.dumps(result)) == result
    assert [system["system"] for system in result["systems"]] == [
        OURS,
        "meaning",
        "words",
        "dense",
        "dense + words",
        "plain RAG",
    ]
    words = next(system for system in result["systems"] if system["system"] == "words")
    assert words["parts"]["test"]["en"] == {
        "questions": 1,
        "ndcg_10": 1,
        "recall_100": 1,
        "mrr": 1,
    }
    assert result["questions"] == 4
    assert result["customers"] == 40
    assert result["relevant"] == [1, 3, 6]
    assert result["most_recall_100"] == 1
    assert {tick.step for tick in ticks} >= {"embed profiles", "search: hybrid"}
    assert "plain RAG" in text_table(result)
    # Whole profiles and names are embedded once, whatever is run after.
    known = len(counter.documents)
    evaluate_search(home)
    assert len(counter.documents) == known


def test_the_speed_of_a_small_crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_speed, "embedder", lambda _: Counter().embedder)
    result = search_speed.measure(tmp_path, 300)
    assert result["customers"] == 300
    assert [row["recall_10"] for row in result["searches"]] == [1] * 6
    assert search_speed.measure(tmp_path, 300)["build_s"] == 0


def test_ways_of_filtering_vectors(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search_vectors, "embedder", lambda _: Counter().embedder)
    kept = np.random.default_rng(0).normal(size=(50, DIMENSION)).astype(np.float32)
    drawn = np.concatenate(list(search_vectors.draw_vectors(kept, 700)))
    assert np.allclose(np.linalg.norm(drawn, axis=1), 1, atol=1e-5)
    result = search_vectors.measure(tmp_path, kept, 700)
    assert len(result["ways"]) == 12
    assert all(row["recall_10"] > 0.9 for row in result["ways"])


def test_the_themes_are_asked_in_both_languages_and_split_in_halves() -> None:
    themes = load_themes()
    assert len(themes) >= 40
    assert {half: sum(theme.half == half for theme in themes) for half in HALVES} == {
        half: len(themes) / 2 for half in HALVES
    }
    texts = [text for theme in themes for text in (theme.en, theme.zh)]
    assert len(set(texts)) == len(texts)
    assert all(theme.en.isascii() and not theme.zh.isascii() for theme in themes)


@pytest.mark.reference
def test_the_themes_are_of_the_reference_data_and_touch_on_nothing_sensitive(
    tmp_path: Path,
) -> None:
    with Workspace(tmp_path) as workspace:
        load_example(workspace, "completejourney")
        named = {name for theme in load_themes() for name in theme.categories}
        assert named <= set(category_names(workspace))
        assert not named & sensitive_categories(workspace, {})
        judged = judge(workspace, load_themes())
        assert len(judged) == 2 * len(load_themes())
        assert min(len(one.grades) for one in judged) >= 20
