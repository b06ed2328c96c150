"""`eval tags` as a whole: the same customers for everybody, leaks refused, any shop and outcome."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.errors import DataError, ReadError
from agent.progress import Tick
from agent.tags.decision import Aim
from agent.workspace import Workspace
from eval.report import html_report, markdown_report
from eval.results import Result
from eval.tags import evaluate_tags
from tests.fake_server import FakeServer
from tests.profiles.conftest import settings_for
from tests.tags.shop import CUSTOMERS, LEVELS, Trained, draw, make_home, write_labels

AIM = Aim(0.6)
_KEYS = "tag n positive auc auc_low auc_high f1 precision recall ece baselines"
CONTRACT = set(_KEYS.split())


@pytest.fixture(scope="module")
def workspace(trained: Trained) -> Iterator[Workspace]:
    with Workspace(trained.home) as opened:
        yield opened


@pytest.fixture(scope="module")
def evaluated(trained: Trained, workspace: Workspace) -> tuple[Result, list[Tick]]:
    path = write_labels(trained.folder / "two.csv", trained.labels[["流失", "has_kids"]])
    ticks: list[Tick] = []
    return evaluate_tags(workspace, path, AIM, progress=ticks.append), ticks


def _home(folder: Path, lines: pd.DataFrame, levels: tuple[str, ...] = LEVELS) -> Workspace:
    folder.mkdir()
    return make_home(folder, lines, levels)


def test_the_contract_holds(evaluated: tuple[Result, list[Tick]]) -> None:
    result = json.loads(json.dumps(evaluated[0], allow_nan=False))
    assert {"tags", "mean_auc", "mean_baseline_auc"} <= set(result)
    assert [tag["tag"] for tag in result["tags"]] == ["流失", "has_kids"]
    for tag in result["tags"]:
        assert set(tag) >= CONTRACT
        assert {"majority", "tfidf_regression", "boosted_trees"} <= set(tag["baselines"])
        assert tag["auc_low"] <= tag["auc"] <= tag["auc_high"]
        assert tag["n"] == len(CUSTOMERS)
        assert tag["aim"] == "precision 0.6"
        assert tag["source"] == "learned"
    assert result["mean_auc"] == pytest.approx(np.mean([t["auc"] for t in result["tags"]]))
    assert result["mean_baseline_auc"] == pytest.approx(
        np.mean([t["baselines"]["tfidf_regression"] for t in result["tags"]])
    )


def test_without_a_model_the_rest_is_measured_and_the_lack_told(
    evaluated: tuple[Result, list[Tick]],
) -> None:
    notes = " ".join(evaluated[0]["notes"])
    assert "portrait priors" in notes
    assert "yes_no" in notes
    assert "list_tags" in notes


def test_ours_and_the_card_agree(trained: Trained, evaluated: tuple[Result, list[Tick]]) -> None:
    """`train` and `eval` judge on the same folds, so they must say the same."""
    cards = {card["tag"]: card for card in trained.report["tags"]}
    for tag in evaluated[0]["tags"]:
        figures = cards[tag["tag"]]["figures"]
        assert tag["auc"] == pytest.approx(figures["auc"], abs=1e-4)
        assert tag["precision"] == pytest.approx(figures["precision"], abs=1e-4)
        assert tag["found"] == pytest.approx(figures["found"], abs=1e-4)


def test_examples_carry_the_tag_and_their_reasons(
    trained: Trained, workspace: Workspace, evaluated: tuple[Result, list[Tick]]
) -> None:
    for tag in evaluated[0]["tags"]:
        rows = trained.rows(workspace, tag["tag"])
        assert len(tag["examples"]) == 3
        for example in tag["examples"]:
            assert rows[example["customer"]]["decision"] == "yes"
            assert example["evidence"]


def test_thresholds_are_told(evaluated: tuple[Result, list[Tick]]) -> None:
    for tag in evaluated[0]["tags"]:
        yes_from, no_below = tag["threshold"]["yes_from"], tag["threshold"]["no_below"]
        assert yes_from is not None
        assert yes_from >= 0.5
        assert no_below is None or no_below <= 0.5


def test_the_language_is_the_readers(trained: Trained, workspace: Workspace) -> None:
    path = write_labels(trained.folder / "one.csv", trained.labels[["has_kids"]])
    (tag,) = evaluate_tags(workspace, path, AIM, language="zh")["tags"]
    assert tag["label"] == "有孩子"
    assert all("占得分的" in words for one in tag["examples"] for words in one["evidence"])


def test_the_model_is_asked_of_the_tags_that_it_can_be_told_of(
    trained: Trained, tmp_path: Path, fake_server: Callable[..., FakeServer]
) -> None:
    """流失 is the user's own word, so nobody can ask the model whether it fits."""
    shutil.copytree(trained.home, tmp_path / "home")
    server = fake_server("[]", scores=lambda prompt, option: -float(len(prompt + option) % 7))
    path = write_labels(trained.folder / "both.csv", trained.labels[["流失", "has_kids"]])
    with Workspace(tmp_path / "home", settings_for(server)) as copy:
        own, known = evaluate_tags(copy, path, AIM, lambda: [server.endpoint])["tags"]
    assert not {"yes_no", "list_tags"} & set(own["baselines"])
    assert {"yes_no", "list_tags"} <= set(known["baselines"])


def test_progress_is_told(evaluated: tuple[Result, list[Tick]]) -> None:
    steps = {tick.step for tick in evaluated[1]}
    assert {"judge tags", "judge tfidf_regression", "judge boosted_trees"} <= steps


@pytest.mark.filterwarnings("error:Glyph:UserWarning")
@pytest.mark.parametrize("language", ["en", "zh"])
def test_reports_name_every_tag(evaluated: tuple[Result, list[Tick]], language: Any) -> None:
    result = evaluated[0]
    for render in (html_report, markdown_report):
        text = render(result, language)
        assert "流失" in text
        assert "has_kids" in text or "has\\_kids" in text
        assert f"{result['mean_auc']:.3f}" in text


# ---- leaks


def _planted(where: str, lines: pd.DataFrame, carriers: list[str]) -> pd.DataFrame:
    """The label hidden in the events: bought by exactly the carriers, or all that they spend."""
    if where == "channel":
        return lines.assign(via=lines["via"].where(~lines["who"].isin(carriers), "secret"))
    if where == "figure":
        paid = lines["paid"].where(~lines["who"].isin(carriers), lines["paid"] * 1000)
        return lines.assign(paid=paid)
    sku = {"product": "m2", "kind": "d1"}[where]
    kept = lines[(lines["sku"] != sku) | (lines["state"] != "paid")]
    more = lines.drop_duplicates("who").assign(sku=sku, state="paid", paid=2.0)
    more = more[more["who"].isin(carriers)].assign(order=lambda frame: frame["who"] + "-planted")
    return pd.concat([kept, more])


@pytest.mark.parametrize("where", ["product", "kind", "channel", "figure"])
def test_a_planted_leak_is_refused(tmp_path: Path, where: str) -> None:
    lines, labels = draw()
    carriers = list(labels.index[labels["noise"]])
    with _home(tmp_path / "shop", _planted(where, lines, carriers)) as workspace:
        path = write_labels(tmp_path / "labels.csv", labels[["noise"]])
        with pytest.raises(DataError, match=r"noise: .*alone tell") as found:
            evaluate_tags(workspace, path, AIM)
    told = {"product": "m2", "kind": "DOG FOOD", "channel": "secret", "figure": "spend"}[where]
    assert told in str(found.value)


def test_a_label_called_like_a_figure_is_refused(trained: Trained, workspace: Workspace) -> None:
    path = write_labels(
        trained.folder / "spend.csv", trained.labels[["noise"]].rename(columns={"noise": "spend"})
    )
    with pytest.raises(DataError, match=r"spend: the features spend, .* are labels"):
        evaluate_tags(workspace, path, AIM)


# ---- other shops


@pytest.mark.parametrize(
    ("levels", "gone"),
    [
        (("name", "department", "category"), []),
        (("department",), ["via"]),
        ((), []),
        ((), ["via", "sku"]),
    ],
)
def test_a_shop_with_less_is_measured_too(
    tmp_path: Path, levels: tuple[str, ...], gone: list[str]
) -> None:
    """The last one keeps only who ordered when, and for how much."""
    lines, labels = draw()
    lines[gone] = None
    with _home(tmp_path / "shop", lines, levels) as workspace:
        path = write_labels(tmp_path / "labels.csv", labels[["has_kids"]])
        (tag,) = evaluate_tags(workspace, path, AIM)["tags"]
    assert tag["auc"] > (0.4 if "sku" in gone else 0.7)
    for name in ("tfidf_regression", "boosted_trees"):
        assert 0.4 < tag["baselines"][name] < 1


# ---- what cannot be measured


def test_a_tag_with_too_few_is_left_out_and_said(
    trained: Trained, workspace: Workspace, tmp_path: Path
) -> None:
    path = write_labels(tmp_path / "labels.csv", trained.labels[["has_kids", "rare"]])
    result = evaluate_tags(workspace, path, AIM)
    assert [tag["tag"] for tag in result["tags"]] == ["has_kids"]
    assert any("rare: 7 of" in note and "label 33 more" in note for note in result["notes"])
    alone = write_labels(tmp_path / "alone.csv", trained.labels[["rare"]])
    with pytest.raises(DataError, match=r"rare: 7 of .*label 33 more"):
        evaluate_tags(workspace, alone, AIM)


def test_a_home_without_the_references_labels(workspace: Workspace) -> None:
    with pytest.raises(DataError, match="does not hold the reference data"):
        evaluate_tags(workspace, None, AIM)


def test_a_home_without_facts_says_what_to_run(trained: Trained, tmp_path: Path) -> None:
    with (
        Workspace(tmp_path / "home") as empty,
        pytest.raises(DataError, match=r"portrait (ingest|example)"),
    ):
        evaluate_tags(empty, trained.folder / "two.csv", AIM)


def test_facts_that_are_older_than_the_data_are_not_measured(
    trained: Trained, tmp_path: Path
) -> None:
    shutil.copytree(trained.folder, tmp_path / "shop")
    folder = tmp_path / "shop"
    more = trained.lines.iloc[[0]].assign(who="newcomer", order="new")
    pd.concat([trained.lines, more]).to_csv(folder / "lines.csv", index=False)
    path = write_labels(folder / "two.csv", trained.labels[["has_kids"]])
    with Workspace(folder / "home") as workspace:
        ingest(workspace, load_mapping(folder / "mapping.yaml"))
        with pytest.raises(DataError, match="portrait build"):
            evaluate_tags(workspace, path, AIM)


def test_labels_of_strangers(trained: Trained, workspace: Workspace) -> None:
    path = trained.folder / "strangers.csv"
    path.write_text("customer,t\nnobody,1\n", encoding="utf-8")
    with pytest.raises(ReadError, match="none of the customers of this home"):
        evaluate_tags(workspace, path, AIM)


def test_the_regression_is_that_of_the_folds(
    trained: Trained, workspace: Workspace, evaluated: tuple[Result, list[Tick]]
) -> None:
    """The baseline's figure, worked out once more on the folds that are written in the result."""
    from sklearn.model_selection import StratifiedKFold

    from eval.baselines import tfidf_regression
    from eval.material import load_material

    labels = trained.labels["has_kids"].sort_index()
    found = pd.Series(0.0, labels.index)
    assert evaluated[0]["folds"] == "StratifiedKFold(5, shuffle=True, random_state=0)"
    splits = StratifiedKFold(5, shuffle=True, random_state=0).split(labels, labels)
    for train, test in splits:
        rows, others = labels.index[train], labels.index[test]
        found[others] = tfidf_regression(load_material(workspace), labels[rows], others)
    (tag,) = (one for one in evaluated[0]["tags"] if one["tag"] == "has_kids")
    assert tag["baselines"]["tfidf_regression"] == pytest.approx(roc_auc_score(labels, found))
