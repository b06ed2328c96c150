"""The warehouse, where it meets the outside."""

from __future__ import annotations

import os
import signal
import threading
from datetime import date
from pathlib import Path

import pandas as pd
import pytest

from agent.data.warehouse import Warehouse
from agent.errors import DataError


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    bucket = tmp_path / "events" / "bucket=0000"
    bucket.mkdir(parents=True)
    columns = [
        "customer",
        "time",
        "kind",
        "order_id",
        "product",
        "quantity",
        "amount",
        "discount",
        "coupon_discount",
        "channel",
    ]
    frame = pd.DataFrame({name: [None] for name in columns}).assign(time=pd.Timestamp("2024-01-01"))
    frame.to_parquet(bucket / "events.parquet")
    return Warehouse(tmp_path / "events", tmp_path / "products.parquet", date(2024, 1, 1))


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
    reason="in the background of a shell nothing hears Ctrl-C",
)
def test_control_c_in_a_query_stops_as_anywhere_else(warehouse: Warehouse) -> None:
    """DuckDB makes a RuntimeError of it, where its first thread is the one that works."""
    warehouse.execute("SET threads = 1")
    threading.Timer(0.5, lambda: os.kill(os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt), warehouse:
        warehouse.frame("SELECT count(*) FROM range(100000000000) t(i) WHERE i % 7 = hash(i) % 5")


def test_what_duckdb_refuses_is_an_error_of_ours(warehouse: Warehouse) -> None:
    with pytest.raises(DataError, match="nothing"), warehouse:
        warehouse.frame("SELECT * FROM nothing")
