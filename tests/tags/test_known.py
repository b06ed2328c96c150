"""What is known without labels, and what of it is never told."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.profiles.build import learn_tags, refresh_tags
from agent.settings import Settings
from agent.tags.decision import Aim
from agent.workspace import Workspace
from tests.tags.shop import PRODUCTS, Trained, draw, make_home, write_labels


def test_a_sensitive_kind_is_no_reason_unless_its_tag_is_switched_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for sku in ("b1", "b2"):
        monkeypatch.setitem(PRODUCTS, sku, ("Red", "SHOP", "TOBACCO", "CIGARETTES", None))
    lines, labels = draw()
    path = write_labels(tmp_path / "labels.csv", labels[["has_kids"]])
    with make_home(tmp_path, lines) as workspace:
        learn_tags(workspace, path, Aim(0.6))
        told = _told(tmp_path, workspace)
    assert "CIGARETTES" not in told
    assert told
    switched_on = Settings(sensitive_tags={"tobacco": "a shop of tobacco goods"})
    with Workspace(tmp_path / "home", switched_on) as workspace:
        refresh_tags(workspace)
        assert "CIGARETTES" in _told(tmp_path, workspace)


def _told(folder: Path, workspace: Workspace) -> set[str]:
    lines, labels = draw()
    rows = Trained(folder, lines, labels, {}).rows(workspace, "has_kids").values()
    given = [row for row in rows if row["decision"] == "yes"]
    return {reason["name"] for row in given for reason in row["evidence"] if "name" in reason}
