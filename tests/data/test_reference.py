"""The reference data, all of it, against pandas on the file itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from agent.data import store as tables
from agent.data.example import example_mapping, load_example
from agent.errors import UnknownError
from agent.workspace import Workspace


@pytest.mark.reference
def test_every_line_is_accepted_and_the_sums_agree(
    workspace: Workspace, events_of: Callable[[Workspace], pd.DataFrame]
) -> None:
    report = load_example(workspace, "completejourney")
    by_source = {file.source: file for file in report.files}
    assert {name: (f.given, f.accepted, f.quarantined) for name, f in by_source.items()} == {
        "products": (92_331, 92_331, 0),
        "transactions": (1_469_307, 1_469_307, 0),
        "demographics": (801, 801, 0),
    }
    assert (report.customers, report.events, report.as_of) == (2_469, 1_469_307, "2017-12-31")

    folder = example_mapping("completejourney").folder
    raw = pd.read_parquet(folder / "transactions.parquet")
    raw["customer"] = raw["household_id"].astype(str)
    raw["coupon"] = raw["coupon_disc"] + raw["coupon_match_disc"]
    found = events_of(workspace)
    for mine, theirs in (
        ("amount", "sales_value"),
        ("discount", "retail_disc"),
        ("coupon_discount", "coupon"),
        ("quantity", "quantity"),
    ):
        expected = raw.groupby("customer")[theirs].sum()
        sums = found[mine].astype(float).groupby(found["customer"]).sum()
        pd.testing.assert_series_equal(
            sums, expected, check_names=False, check_dtype=False, atol=1e-6, check_index_type=False
        )

    # The file's own week turns over at midnight on Monday of the shop's clock.
    weeks = raw.set_index(raw["basket_id"].astype(str))["week"]
    weeks = weeks[~weeks.index.duplicated()]
    begun = found.drop_duplicates("order_id")
    day = (begun["time"].dt.normalize() - pd.Timestamp("2016-12-26")).dt.days
    assert (weeks[begun["order_id"]].to_numpy() == (day // 7 + 1).to_numpy()).all()
    assert found["time"].is_monotonic_increasing is False
    attributes = {row["name"]: row for row in workspace.store.rows(tables.attributes.select())}
    assert attributes["age"]["values"][0] == "19-24"
    assert len(attributes["income"]["values"]) == 12


def test_unknown_examples_and_missing_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UnknownError, match="no example 'northwind'; there are: completejourney"):
        example_mapping("northwind")
    monkeypatch.setattr(
        "agent.data.example.EXAMPLES", {"completejourney": ("no-such-package", "data")}
    )
    with pytest.raises(UnknownError, match="pip install no-such-package"):
        example_mapping("completejourney")


@pytest.mark.reference
def test_demographics_can_be_switched_off() -> None:
    folder = example_mapping("completejourney", demographics=False)
    assert list(folder.sources) == ["products", "transactions"]
    assert (Path(folder.folder) / "demographics.parquet").exists()
