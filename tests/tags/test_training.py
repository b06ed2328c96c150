"""Training in a small shop: what cards promise, and what has no say in them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from agent.data.warehouse import Warehouse
from agent.errors import DataError, SettingsError
from agent.progress import Tick
from agent.settings import Settings
from agent.tags import training
from agent.tags.decision import Aim
from agent.tags.folds import folds
from agent.tags.labels import Labels, read_labels
from agent.tags.models import load_cards, load_models
from agent.tags.training import Material, _hash, judge, load_material, train
from agent.workspace import Workspace
from tests.tags.shop import CUSTOMERS, LOOKS, UNNAMED, Trained


@pytest.fixture(scope="module")
def workspace(trained: Trained) -> Iterator[Workspace]:
    with Workspace(trained.home) as opened:
        yield opened


@pytest.fixture(scope="module")
def material(workspace: Workspace) -> Material:
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        return load_material(workspace, warehouse, ["has_kids", "wine"])


@pytest.fixture
def copy(trained: Trained, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(trained.home, tmp_path / "home")
    with Workspace(tmp_path / "home") as opened:
        yield opened


def series(trained: Trained, tag: str) -> pd.Series:
    return trained.labels[tag].astype(bool)


def test_what_is_there_is_found_and_told(trained: Trained) -> None:
    cards = {card["tag"]: card for card in trained.report["tags"]}
    assert set(cards) == {"has_kids", "流失", "noise", "wine"}
    for tag in ("has_kids", "流失"):
        assert cards[tag]["source"] == "learned"
        assert cards[tag]["figures"]["auc_low"] > 0.7
        assert cards[tag]["kept"]
    for tag, card in cards.items():
        assert (card["n"], card["positive"]) == (len(CUSTOMERS), trained.labels[tag].sum())
        figures = card["figures"]
        assert figures["auc_low"] <= figures["auc"] <= figures["auc_high"]
        assert all(np.isfinite(value) for value in figures.values())


def test_noise_stays_unknown(trained: Trained) -> None:
    card = next(card for card in trained.report["tags"] if card["tag"] == "noise")
    assert card["source"] == "unknown"
    assert card["threshold"] == {"yes_from": None, "no_below": None}
    assert card["figures"]["auc_low"] <= 0.5


def test_a_tag_with_too_few_is_refused_with_the_number(trained: Trained) -> None:
    (reason,) = trained.report["refused"]
    assert reason.startswith("rare: 7 of the labelled customers are with it")
    assert reason.endswith("label 33 more")
    assert "rare" not in {path.stem for path in (trained.home / "models").iterdir()}


def test_a_rule_that_is_right_is_kept(trained: Trained) -> None:
    card = next(card for card in trained.report["tags"] if card["tag"] == "wine")
    assert card["source"] == "rule"
    assert card["compared"]["rule"] == 1


def test_figures_are_those_of_customers_not_seen(trained: Trained, material: Material) -> None:
    labels = series(trained, "has_kids")
    unseen = judge(material, labels, Aim(0.6))
    card = load_cards(trained.home / "models")["has_kids"]
    assert card.figures["auc"] == pytest.approx(roc_auc_score(labels, unseen.probability), abs=1e-4)
    given = labels[unseen.decision == 1]
    assert card.figures["given"] == len(given)
    assert card.figures["precision"] == pytest.approx(given.mean(), abs=1e-4)
    assert card.figures["found"] == pytest.approx(given.sum() / labels.sum(), abs=1e-4)
    assert set(unseen.sources) == {"learned"}


def test_labels_of_a_fold_have_no_say_in_its_probabilities(
    trained: Trained, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = series(trained, "has_kids")
    splits = list(folds(labels))
    monkeypatch.setattr(training, "folds", lambda _: splits)
    _, test = splits[0]
    turned = labels.copy()
    turned[test] = ~turned[test]
    before, after = (judge(material, one, Aim(0.6)) for one in (labels, turned))
    assert (before.probability[test] == after.probability[test]).all()
    assert (before.probability != after.probability).any()


def test_material_holds_no_label_and_everyone_with_facts(material: Material) -> None:
    assert set(material.vectors.customers) == {*CUSTOMERS, LOOKS, UNNAMED}
    assert set(material.vectors.parts) == {"kinds", "variants", "products", "places"}
    views, _ = material.of_tag("wine")
    assert "rule" in views
    assert "rule" not in material.of_tag("has_kids")[0]


def test_the_same_labels_give_the_same_card_and_weights(trained: Trained, copy: Workspace) -> None:
    before = load_models(trained.home / "models")["流失"]
    train(copy, Labels({"流失": series(trained, "流失").sort_index()}), Aim(0.6))
    after = load_models(copy.models)["流失"]
    assert replace(after.card, made_at=before.card.made_at) == before.card
    assert after.weights.equals(before.weights)


def test_labels_change_their_hash(trained: Trained) -> None:
    labels = series(trained, "has_kids")
    turned = labels.copy()
    turned.iloc[3] = not turned.iloc[3]
    found = {_hash(one) for one in (labels, turned, labels.iloc[1:], labels.copy())}
    assert len(found) == 3


def test_an_aim_out_of_reach_gives_nobody_the_tag(trained: Trained, copy: Workspace) -> None:
    labels = Labels({"has_kids": series(trained, "has_kids")})
    ((card,), refused) = train(copy, labels, Aim(0.99))
    assert refused == []
    assert card.aim == "precision 0.99"
    assert card.thresholds.decide(1.0) != "yes"


def test_f1_decides_everybody(trained: Trained, copy: Workspace) -> None:
    ticks: list[Tick] = []
    labels = Labels({"has_kids": series(trained, "has_kids")})
    ((card,), _) = train(copy, labels, Aim(None), ticks.append)
    assert card.aim == "f1"
    assert card.figures["coverage"] == 1
    assert [(tick.step, tick.done, tick.total) for tick in ticks] == [
        ("learn tags", 0, 1),
        ("learn tags", 1, 1),
    ]


def test_a_sensitive_tag_is_refused_before_anything_is_learned(
    trained: Trained, copy: Workspace
) -> None:
    shutil.rmtree(copy.models)
    labels = Labels({tag: series(trained, "has_kids") for tag in ("has_kids", "diet")})
    with pytest.raises(
        SettingsError, match="diet is a sensitive tag: name it under sensitive_tags"
    ):
        train(copy, labels, Aim(0.6))
    assert not copy.models.exists()


def test_a_sensitive_tag_is_learned_where_it_is_switched_on(
    trained: Trained, copy: Workspace
) -> None:
    settings = Settings(sensitive_tags={"diet": "agreed with the customers"})
    with Workspace(copy.home, settings) as opened:
        cards, _ = train(
            opened, Labels({"diet": series(trained, "has_kids").rename("diet")}), Aim(0.6)
        )
    assert [card.tag for card in cards] == ["diet"]


def test_without_facts_nothing_is_learned(tmp_path: Path) -> None:
    with Workspace(tmp_path / "home") as empty, pytest.raises(DataError, match="portrait"):
        train(empty, Labels({"t": pd.Series({"a": True}, name="t")}), Aim(0.6))


def test_labels_are_read_as_written(trained: Trained) -> None:
    read = read_labels(trained.folder / "labels.csv", CUSTOMERS).tags
    assert {tag: dict(one) for tag, one in read.items()} == {
        str(tag): dict(one) for tag, one in trained.labels.items()
    }
