"""Every refused row can be found again, and a file of which nothing is taken is not passed over."""

from __future__ import annotations

from pathlib import Path

from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.profiles.show import list_problems
from agent.workspace import Workspace
from tests.profiles.conftest import write_data


def test_each_quarantined_row_is_listed_by_itself(tmp_path: Path) -> None:
    bad = "c1,never,o9,m1,3\nc1,2024-05-01 10:00:00,o9,m1,much\n"
    path = write_data(tmp_path, bad)
    last = (tmp_path / "orders.csv").read_text(encoding="utf-8").count("\n")
    with Workspace(tmp_path / "home") as workspace:
        report = ingest(workspace, load_mapping(path))
        rows = list_problems(workspace)["rows"]
    assert report.quarantined == len(rows) == 2
    assert [(row["row"], row["field"]) for row in rows] == [(last - 1, "time"), (last, "amount")]
    assert not [warning for warning in report.warnings if "not one row" in warning]


def test_a_file_of_which_nothing_is_taken_is_warned_of(tmp_path: Path) -> None:
    path = write_data(tmp_path)
    (tmp_path / "orders.csv").write_text("c,t,o,p,a\nc1,never,o9,m1,3\n", encoding="utf-8")
    with Workspace(tmp_path / "home") as workspace:
        report = ingest(workspace, load_mapping(path))
    assert [w for w in report.warnings if "orders.csv: not one row was accepted; 1 of 1" in w]
