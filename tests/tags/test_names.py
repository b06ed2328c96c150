"""Categories that make a sensitive tag are known, so that summaries can leave them out."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from agent.data.files import write_parquet
from agent.tags.names import sensitive_categories
from agent.workspace import Workspace

CATEGORIES = ["CIGARETTES", "PAIN RELIEVERS", "BREAD", "成人失禁用品", "牛奶"]


def home_with(folder: Path, categories: list[str]) -> Workspace:
    workspace = Workspace(folder)
    none = pa.nulls(len(categories), pa.string())
    columns = dict.fromkeys(("name", "department", "type", "brand", "size"), none)
    numbers = pa.array([str(n) for n in range(len(categories))])
    table = pa.table({"product": numbers, "category": pa.array(categories), **columns})
    write_parquet(table, workspace.products)
    return workspace


def test_sensitive_categories_are_found_in_both_languages(tmp_path: Path) -> None:
    with home_with(tmp_path, CATEGORIES) as workspace:
        found = sensitive_categories(workspace, ())
    assert found == {"CIGARETTES", "PAIN RELIEVERS", "成人失禁用品"}


def test_a_tag_that_is_switched_on_is_no_longer_kept_quiet(tmp_path: Path) -> None:
    with home_with(tmp_path, CATEGORIES) as workspace:
        assert "CIGARETTES" not in sensitive_categories(workspace, ("tobacco",))
