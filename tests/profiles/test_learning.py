"""What a learned tag does to a home: shown, counted, asked for, noticed, forgotten, audited."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa

from agent.ask.answer import Asker
from agent.conditions import from_json
from agent.conditions_sql import select_customers
from agent.data import store as tables
from agent.data.warehouse import Warehouse
from agent.errors import DataError, ReadError, SettingsError
from agent.profiles.build import learn_tags, refresh_facts, refresh_tags
from agent.profiles.current import tags_state
from agent.profiles.show import show_profile, tag_table
from agent.settings import Settings
from agent.tags.decision import Aim
from agent.tags.models import load_models, save_model
from agent.tags.names import load_vocabulary
from agent.workspace import Workspace
from tests.tags.shop import CUSTOMERS, SIZE, Trained, write_labels


@pytest.fixture(scope="module")
def workspace(trained: Trained) -> Iterator[Workspace]:
    with Workspace(trained.home) as opened:
        yield opened


@pytest.fixture
def copy(trained: Trained, tmp_path: Path) -> Iterator[Workspace]:
    shutil.copytree(trained.home, tmp_path / "home")
    with Workspace(tmp_path / "home") as opened:
        yield opened


def given(trained: Trained, workspace: Workspace, tag: str) -> list[str]:
    rows = trained.rows(workspace, tag)
    return sorted(who for who, row in rows.items() if row["decision"] == "yes")


def counted(workspace: Workspace, condition: dict[str, object]) -> list[str]:
    """Who meets a condition, as `ask` counts."""
    query = sa.select(tables.tags.c.customer, tables.tags.c.tag, tables.tags.c.decision)
    frame = pd.DataFrame(workspace.store.rows(query.add_columns(tables.tags.c.probability)))
    facts = pd.DataFrame({"customer": sorted({*CUSTOMERS, "looker", "unnamed"})})
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        warehouse.register("customer_facts", facts)
        warehouse.register("customer_tags", frame)
        asked = select_customers(from_json(condition), load_vocabulary(workspace), workspace.as_of)
        return [who for (who,) in warehouse.rows(asked)]


# ---- shown and counted


def test_the_table_of_tags_counts_who_was_given_each(
    trained: Trained, workspace: Workspace
) -> None:
    table = {row["tag"]: row for row in tag_table(workspace, "en")}
    for tag in ("has_kids", "流失", "wine"):
        mine = given(trained, workspace, tag)
        assert table[tag]["customers"] == len(mine)
        assert table[tag]["quality"]["n"] == SIZE
        assert table[tag]["quality"]["positive"] == trained.labels[tag].sum()
    assert [table[tag]["source"] for tag in ("has_kids", "流失", "wine", "noise")] == [
        "learned", "learned", "rule", "unknown",
    ]  # fmt: skip
    assert table["noise"]["customers"] == 0
    assert table["流失"]["group"] == "own"
    assert table["value_top"]["quality"] is None
    assert "rare" not in table


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_profile_shows_each_tag_with_its_reasons_and_how_good_it_is(
    trained: Trained, workspace: Workspace, language: str
) -> None:
    for tag in ("has_kids", "流失"):
        customer = given(trained, workspace, tag)[0]
        profile = show_profile(workspace, customer, language)  # type: ignore[arg-type]
        (shown,) = (one for one in profile["tags"] if one["tag"] == tag)
        stored = trained.rows(workspace, tag)[customer]
        assert shown["probability"] == stored["probability"]
        assert shown["source"] == "learned"
        assert len(shown["evidence"]) == len(stored["evidence"]) > 0
        assert shown["quality"]["auc"] > 0.7
        part = "of the score" if language == "en" else "占得分的"
        assert all(part in words for words in shown["evidence"])
    assert all(one["decision"] == "yes" for one in profile["tags"])
    assert all(one["decision"] != "yes" for one in profile["not_given"])


def test_who_was_not_given_a_tag_is_told_apart(trained: Trained, workspace: Workspace) -> None:
    others = sorted(set(CUSTOMERS) - set(given(trained, workspace, "has_kids")))
    profile = show_profile(workspace, others[0])
    assert "has_kids" not in {one["tag"] for one in profile["tags"]}
    assert "has_kids" in {one["tag"] for one in profile["not_given"]}


@pytest.mark.parametrize("tag", ["has_kids", "流失", "wine"])
def test_a_condition_means_who_was_given_the_tag(
    trained: Trained, workspace: Workspace, tag: str
) -> None:
    assert counted(workspace, {"tag": tag}) == given(trained, workspace, tag)
    likely = {w for w, r in trained.rows(workspace, tag).items() if r["probability"] >= 0.5}
    assert set(counted(workspace, {"tag": tag, "at_least": 0.5})) == likely
    rows = trained.rows(workspace, tag).values()
    decided = [row["decision"] for row in rows if row["decision"] in {"yes", "unknown"}]
    # Unknown is not no: those are neither with the tag nor without it.
    assert len(counted(workspace, {"not": {"tag": tag}})) == SIZE + 2 - len(decided)


def test_a_question_means_who_was_given_the_tag(trained: Trained, workspace: Workspace) -> None:
    with Asker(workspace) as asker:
        answers = [asker.ask(text) for text in ("How many have children at home?", "有孩子的顾客")]
    mine = given(trained, workspace, "has_kids")
    assert [answer.customers for answer in answers] == [mine, mine]


def test_a_name_of_ones_own_means_ones_own_outcome(trained: Trained, workspace: Workspace) -> None:
    """`流失` is also what many say for the tag `lapsed`."""
    with Asker(workspace) as asker:
        assert asker.ask("流失的顾客有多少？").customers == given(trained, workspace, "流失")
        assert asker.ask("已流失的顾客").customers == given(trained, workspace, "lapsed")


# ---- noticed, audited, refused


def test_training_is_noticed(trained: Trained, copy: Workspace, tmp_path: Path) -> None:
    before = tags_state(copy)
    path = write_labels(tmp_path / "labels.csv", trained.labels[["has_kids"]].iloc[20:])
    report = learn_tags(copy, path, Aim(0.6))
    assert tags_state(copy) != before
    assert copy.store.get_meta("tags_of") == tags_state(copy)
    assert report["tags"][0]["n"] == SIZE - 20
    assert report["rows"] == copy.store.count(tables.tags)
    runs = copy.store.rows(sa.select(tables.runs).where(tables.runs.c.command == "train"))
    assert [run["status"] for run in runs] == ["failed", "done"]  # the first refused a tag
    assert runs[-1]["report"]["tags"][0]["tag"] == "has_kids"


def test_a_changed_weight_is_noticed(copy: Workspace) -> None:
    before = tags_state(copy)
    model = load_models(copy.models)["has_kids"]
    weights = model.weights.assign(weight=model.weights["weight"] * 2)
    save_model(copy.models, replace(model, weights=weights))
    assert tags_state(copy) != before


def test_what_is_told_too_well_is_named(trained: Trained, copy: Workspace, tmp_path: Path) -> None:
    """Who bought wine is told perfectly by the wine they bought."""
    path = write_labels(tmp_path / "labels.csv", trained.labels[["has_kids", "wine"]])
    report = learn_tags(copy, path, Aim(0.6))
    assert report["too_good"] == ["wine"]


def test_a_file_without_labels_leaves_everything_as_it_was(
    trained: Trained, copy: Workspace, tmp_path: Path
) -> None:
    before = trained.rows(copy, "has_kids")
    path = tmp_path / "labels.csv"
    path.write_text("customer,has_kids\nk000,perhaps\n", encoding="utf-8")
    with pytest.raises(ReadError, match="write yes, no or nothing"):
        learn_tags(copy, path, Aim(0.6))
    assert copy.store.rows(sa.select(tables.runs))[-1]["status"] == "failed"
    assert trained.rows(copy, "has_kids") == before
    Asker(copy).close()


def test_sensitive_tags_go_into_the_audit(
    trained: Trained, copy: Workspace, tmp_path: Path
) -> None:
    labels = trained.labels[["has_kids"]].rename(columns={"has_kids": "diet"})
    path = write_labels(tmp_path / "labels.csv", labels)
    with pytest.raises(SettingsError, match="diet is a sensitive tag"):
        learn_tags(copy, path, Aim(0.6))
    assert copy.store.count(tables.audit) == 0
    reason = {"diet": "agreed with the customers"}
    with Workspace(copy.home, Settings(sensitive_tags=reason)) as opened:
        learn_tags(opened, path, Aim(0.6))
        (line,) = opened.store.rows(sa.select(tables.audit))
        assert line["detail"] == reason
        assert given(trained, opened, "diet")
        carrier = given(trained, opened, "diet")[0]
        assert "diet" in {tag["tag"] for tag in show_profile(opened, carrier)["tags"]}
    # Switched off again, it is shown no more, and with the next build nobody carries it.
    assert "diet" not in {tag["tag"] for tag in show_profile(copy, carrier)["tags"]}
    assert {row["tag"]: row["customers"] for row in tag_table(copy, "en")}["diet"] == 0
    refresh_tags(copy)
    assert trained.rows(copy, "diet") == {}


# ---- homes of before


def test_a_home_made_before_loses_only_its_tags(trained: Trained, copy: Workspace) -> None:
    facts = copy.store.count(tables.customers)
    expected = given(trained, copy, "has_kids")
    copy.close()
    with sqlite3.connect(copy.home / "portrait.sqlite") as old:
        old.execute("ALTER TABLE tags DROP COLUMN decision")
        old.execute("INSERT INTO audit (at, action, detail) VALUES ('t', 'kept', '{}')")
    with Workspace(copy.home) as opened:
        assert opened.store.count(tables.tags) == 0
        assert opened.store.count(tables.customers) == facts
        assert opened.store.count(tables.audit) == 1
        assert show_profile(opened, "k000")["tags"] == []
        with pytest.raises(DataError, match="portrait build"):
            Asker(opened)
        assert refresh_facts(opened) == 0
        refresh_tags(opened)
        assert given(trained, opened, "has_kids") == expected
