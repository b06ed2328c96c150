"""One decision a tag for every customer, and what happens when its model comes, goes or changes."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

from agent.ask.answer import Asker
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.profiles.build import refresh_facts, refresh_tags
from agent.settings import Settings
from agent.tags.infer import tag_rows, usable_models
from agent.tags.known import Known
from agent.tags.models import load_models, save_model
from agent.tags.priors import PriorScores
from agent.tags.vectors import Vectors
from agent.workspace import Workspace
from tests.tags.shop import CUSTOMERS, LOOKS, UNNAMED, Trained

EVERYBODY = {*CUSTOMERS, LOOKS, UNNAMED}


@pytest.fixture(scope="module")
def workspace(trained: Trained) -> Iterator[Workspace]:
    with Workspace(trained.home) as opened:
        yield opened


@pytest.fixture
def copy(trained: Trained, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(trained.folder, tmp_path / "shop")
    with Workspace(tmp_path / "shop" / "home") as opened:
        yield opened


def rewrite_card(workspace: Workspace, of: str, **changes: object) -> None:
    model = load_models(workspace.models)[of]
    save_model(workspace.models, replace(model, card=replace(model.card, **changes)))  # type: ignore[arg-type]


@pytest.mark.parametrize("tag", ["has_kids", "流失", "wine"])
def test_everybody_is_decided_by_the_card(trained: Trained, workspace: Workspace, tag: str) -> None:
    rows = trained.rows(workspace, tag)
    card = load_models(workspace.models)[tag].card
    assert set(rows) == EVERYBODY
    for customer, row in rows.items():
        assert row["source"] == card.source
        assert 0 <= row["probability"] <= 1
        near = min(abs(row["probability"] - cut) for cut in (card.threshold.values()) if cut) < 1e-4
        if row["evidence"] and not near:
            assert row["decision"] == card.thresholds.decide(row["probability"]), customer


@pytest.mark.parametrize("tag", ["has_kids", "流失"])
def test_the_tag_goes_to_those_who_carry_it(
    trained: Trained, workspace: Workspace, tag: str
) -> None:
    rows = trained.rows(workspace, tag)
    given = [who for who, row in rows.items() if row["decision"] == "yes" and who in CUSTOMERS]
    assert trained.labels.loc[given, tag].mean() > 0.6
    assert trained.labels.loc[given, tag].sum() > 0.7 * trained.labels[tag].sum()


def test_no_tag_is_given_without_a_reason(trained: Trained, workspace: Workspace) -> None:
    for tag in ("has_kids", "流失", "wine"):
        for customer, row in trained.rows(workspace, tag).items():
            assert row["decision"] != "yes" or row["evidence"], (tag, customer)


def test_noise_is_nowhere(trained: Trained, workspace: Workspace) -> None:
    assert trained.rows(workspace, "noise") == {}


def test_a_measured_rule_is_given_to_whom_it_means(trained: Trained, workspace: Workspace) -> None:
    rows = trained.rows(workspace, "wine")
    given = {who for who, row in rows.items() if row["decision"] == "yes"}
    assert given == set(trained.labels.index[trained.labels["wine"]])
    assert all(item["name"] == "WINE" for who in given for item in rows[who]["evidence"])


def test_without_its_file_a_tag_is_gone_at_the_next_build(
    trained: Trained, copy: Workspace
) -> None:
    for tag in ("has_kids", "wine"):
        (copy.models / f"{tag}.parquet").unlink()
    with pytest.raises(DataError, match="portrait build"):
        Asker(copy)
    refresh_tags(copy)
    assert trained.rows(copy, "has_kids") == {}
    assert set(trained.rows(copy, "流失")) == EVERYBODY
    wine = trained.rows(copy, "wine")  # its rule is its own again
    assert set(wine) == set(trained.labels.index[trained.labels["wine"]])
    assert {(row["probability"], row["source"]) for row in wine.values()} == {(1.0, "rule")}
    Asker(copy).close()


def test_another_model_is_noticed_before_it_is_used(copy: Workspace) -> None:
    Asker(copy).close()
    rewrite_card(copy, "has_kids", threshold={"yes_from": None, "no_below": None})
    with pytest.raises(DataError, match="portrait build"):
        Asker(copy)
    assert refresh_tags(copy) > 0
    assert refresh_tags(copy) == 0
    Asker(copy).close()


def test_a_new_customer_is_decided_without_training(trained: Trained, copy: Workspace) -> None:
    folder = copy.home.parent
    twin = trained.lines[trained.lines["who"] == "k000"]
    new = twin.assign(who="new", order=twin["order"].str.replace("k000", "new"))
    pd.concat([trained.lines, new]).to_csv(folder / "lines.csv", index=False)
    ingest(copy, load_mapping(folder / "mapping.yaml"))
    refresh_facts(copy)
    refresh_tags(copy)
    rows = trained.rows(copy, "has_kids")
    assert set(rows) == {*EVERYBODY, "new"}
    assert rows["new"]["probability"] == pytest.approx(rows["k000"]["probability"], abs=1e-3)
    kept = trained.rows(Workspace(trained.home), "has_kids")
    assert rows["k001"]["probability"] == pytest.approx(kept["k001"]["probability"], abs=1e-3)


def test_a_sensitive_model_is_used_only_where_it_is_switched_on(copy: Workspace) -> None:
    rewrite_card(copy, "has_kids", tag="diet")
    assert "diet" not in usable_models(copy)
    settings = Settings(sensitive_tags={"diet": "agreed with the customers"})
    with Workspace(copy.home, settings) as opened:
        assert "diet" in usable_models(opened)


def test_a_tag_that_rests_on_answers_that_are_gone_says_what_to_do(copy: Workspace) -> None:
    rewrite_card(copy, "has_kids", source="prior")
    with (
        Warehouse(copy.events, copy.products, copy.as_of) as warehouse,
        pytest.raises(DataError, match=r"has_kids .*run `portrait priors`, or train the tag again"),
    ):
        tag_rows(copy, warehouse)


def test_who_bought_nothing_that_the_model_knows_is_at_the_base_rate() -> None:
    """The priors leave out customers without any item: that is no reason to think them likelier."""
    chances = pd.DataFrame({"has_kids": [0.1, 0.2]}, ["a", "b"])
    priors = PriorScores(
        chances,
        pd.DataFrame({"has_kids": [1.0]}, ["MILK"]),
        "type",
        sparse.csr_matrix([[1.0], [0.0]]),
        np.array([3]),
        np.array(["2024-01-01"], dtype=object),
    )
    known = Known({}, priors)
    vectors = Vectors(("a", "b", "looker"), {}, pd.DataFrame(index=["a", "b", "looker"]))
    odds = known.parts("has_kids", vectors)["prior"].matrix.toarray().ravel()
    assert odds[0] == pytest.approx(np.log(0.1 / 0.9))
    assert odds[0] < odds[2] < odds[1]
    assert known.prior_evidence("looker", "has_kids") == []
