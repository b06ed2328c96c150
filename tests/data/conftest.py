from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import yaml

from agent.data.buckets import bucket_paths
from agent.data.mapping import Mapping, load_mapping
from agent.workspace import Workspace

MakeMapping = Callable[..., Mapping]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    opened = Workspace(tmp_path / "home")
    yield opened
    opened.close()


@pytest.fixture
def make_mapping(tmp_path: Path) -> MakeMapping:
    """Writes sources as a YAML file beside the data files and loads it."""

    def make(sources: dict[str, Any], **rest: Any) -> Mapping:
        path = tmp_path / "mapping.yaml"
        path.write_text(
            yaml.safe_dump({"sources": sources, **rest}, sort_keys=False), encoding="utf-8"
        )
        return load_mapping(path)

    return make


@pytest.fixture
def events_of() -> Callable[[Workspace], pd.DataFrame]:
    """All events of a home as one frame, without a word of the code that wrote them."""

    def read(workspace: Workspace) -> pd.DataFrame:
        parts = [pd.read_parquet(path) for path in bucket_paths(workspace.events)]
        return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()

    return read
