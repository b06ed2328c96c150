from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.data import store as tables
from agent.data.buckets import bucket_of, bucket_paths
from agent.data.ingest import ingest
from agent.data.mapping import Mapping
from agent.errors import MappingError, ReadError, SettingsError, StoreError
from agent.progress import Tick
from agent.settings import Settings
from agent.workspace import Workspace

EventsOf = Callable[[Workspace], pd.DataFrame]
MakeMapping = Callable[..., Mapping]
ORDERS = {
    "table": "events",
    "file": "orders*.csv",
    "columns": {"customer": "c", "time": "t", "order": "o", "product": "p", "amount": "a"},
}
PEOPLE: dict[str, Any] = {
    "table": "customers",
    "file": "people*.csv",
    "columns": {"customer": "id"},
    "attributes": {
        "city": {"column": "city", "label_zh": "城市"},
        "age": {"column": "age", "type": "number"},
        "joined": {"column": "joined", "type": "date"},
        "member": {"column": "member", "type": "boolean"},
        "note": {"column": "note", "type": "text"},
        "band": {"column": "band", "order": ["low", "high"]},
    },
    "consent": {"email": "mail", "phone": "call"},
}
PEOPLE_HEADER = "id,city,age,joined,member,note,band,mail,call\n"


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def people(workspace: Workspace) -> dict[str, dict[str, Any]]:
    rows = workspace.store.rows(tables.customers.select())
    return {row["customer"]: row for row in rows}


def test_a_second_reading_changes_nothing(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    write(tmp_path, "orders.csv", "c,t,o,p,a\n1,2017-01-02,o1,x,1\n2,2017-01-03,o2,y,2\n")
    mapping = make_mapping({"orders": ORDERS})
    first = ingest(workspace, mapping)
    before, digest = events_of(workspace), workspace.store.get_meta("data_hash")
    stamps = {path: path.stat().st_mtime_ns for path in bucket_paths(workspace.events)}
    second = ingest(workspace, mapping)
    assert (first.accepted, first.quarantined) == (2, 0)
    assert (second.accepted, second.quarantined) == (0, 2)
    assert second.files[0].reasons == {"row: duplicate": 2}
    pd.testing.assert_frame_equal(events_of(workspace), before)
    assert workspace.store.get_meta("data_hash") == digest
    assert stamps == {path: path.stat().st_mtime_ns for path in stamps}
    assert (second.events, second.customers, second.as_of) == (2, 2, "2017-01-03")
    assert workspace.store.get_meta("as_of") == "2017-01-03"


def test_only_touched_buckets_are_rewritten(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> None:
    rows = "".join(f"{i},2017-01-02,o{i},x,1\n" for i in range(200))
    write(tmp_path, "orders1.csv", f"c,t,o,p,a\n{rows}")
    mapping = make_mapping({"orders": ORDERS})
    ingest(workspace, mapping)
    stamps = {path: path.stat().st_mtime_ns for path in bucket_paths(workspace.events)}
    more = write(tmp_path, "orders2.csv", "c,t,o,p,a\n7,2017-01-09,o900,x,1\n")
    ingest(workspace, mapping, [more])
    changed = [path for path, stamp in stamps.items() if path.stat().st_mtime_ns != stamp]
    assert [path.parent.name for path in changed] == [f"bucket={bucket_of('7', 16):04d}"]


def test_the_order_of_files_does_not_matter(tmp_path: Path, make_mapping: MakeMapping) -> None:
    files = [
        write(
            tmp_path,
            f"orders{k}.csv",
            "c,t,o,p,a\n" + "".join(f"{i},2017-01-0{k},o,x,{i}\n" for i in range(1, 9)),
        )
        for k in (1, 2, 3)
    ]
    files += [
        write(tmp_path, "people1.csv", PEOPLE_HEADER + "1,Rome,30,,,,,,\n"),
        write(tmp_path, "people2.csv", PEOPLE_HEADER + "1,Oslo,,,,,,,\n"),
    ]
    mapping = make_mapping({"orders": ORDERS, "people": PEOPLE})
    hashes = set()
    for i, order in enumerate((files, files[::-1], [*files[2:], *files[:2]])):
        home = Workspace(tmp_path / f"home{i}")
        ingest(home, mapping, order)
        hashes.add(home.store.get_meta("data_hash"))
        home.close()
    assert len(hashes) == 1


def test_stable_buckets() -> None:
    # These numbers may never change: a home would look for its customers in the wrong buckets.
    assert [bucket_of(customer, 16) for customer in ("1", "900", "张三")] == [6, 13, 7]
    counts = pd.Series([bucket_of(str(i), 16) for i in range(16_000)]).value_counts()
    assert len(counts) == 16
    assert counts.min() > 850


def test_own_event_ids_tell_rows_apart(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    text = "id,c,t,a\n1,x,2017-01-02,5\n2,x,2017-01-02,5\n2,x,2017-01-02,5\n,x,2017-01-02,5\n"
    write(tmp_path, "e.csv", text)
    columns = {"customer": "c", "time": "t", "amount": "a", "event": "id"}
    source = {"table": "events", "file": "e.csv", "columns": columns}
    report = ingest(workspace, make_mapping({"e": source}))
    assert report.files[0].reasons == {"row: duplicate": 1, "event: missing": 1}
    assert len(events_of(workspace)) == 2


def test_kinds_returns_and_cancellations(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    text = """c,t,o,p,q,a,s
1,2017-01-02,o1,x,1,5,Paid
1,2017-01-03,o1,x,1,5,refunded
1,2017-01-03,o2,x,-1,-5,refunded
1,2017-01-03,o3,,,,已取消
1,2017-01-03,,,,,已取消
1,2017-01-03,o4,x,-1,5,paid
1,2017-01-03,o5,x,1,5,mystery
1,2017-01-03,o6,x,1,5,
"""
    write(tmp_path, "e.csv", text)
    names = ("customer", "time", "order", "product", "quantity", "amount", "kind")
    source = {
        "table": "events",
        "file": "e.csv",
        "columns": dict(zip(names, "ctopqas", strict=True)),
        "kinds": {"purchase": ["paid", "sent"], "return": "refunded", "cancel": ["已取消"]},
    }
    report = ingest(workspace, make_mapping({"e": source}))
    assert report.files[0].reasons == {
        "order: missing": 1,
        "quantity: negative": 1,
        "kind: unknown kind": 1,
        "kind: missing": 1,
    }
    found = events_of(workspace).sort_values(["order_id", "kind"])
    assert list(found["kind"]) == ["purchase", "return", "return", "cancel"]
    assert list(found["amount"].dropna().astype(float)) == [5, -5, -5]
    assert list(found["quantity"].dropna()) == [1, -1, -1]


def test_several_money_columns_are_added(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    write(tmp_path, "e.csv", "c,t,a,x,y\n1,2017-01-02,5,1,2\n2,2017-01-02,5,,2\n3,2017-01-02,5,,\n")
    columns = {"customer": "c", "time": "t", "amount": "a", "coupon_discount": ["x", "y"]}
    ingest(workspace, make_mapping({"e": {"table": "events", "file": "e.csv", "columns": columns}}))
    found = events_of(workspace).set_index("customer")["coupon_discount"].sort_index()
    assert [None if pd.isna(value) else float(value) for value in found] == [3, 2, None]


def test_customers_merge_and_a_blank_never_overwrites(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> None:
    first = "1,Rome,30,2016-05-01,yes,likes tea,high,yes,\n2,,,,,,,,\n"
    second = "1,,31,,,,low,,no\n3,Lima,,,no,,odd,否,是\n"
    write(tmp_path, "people1.csv", PEOPLE_HEADER + first)
    write(tmp_path, "people2.csv", PEOPLE_HEADER + second)
    ingest(workspace, make_mapping({"people": PEOPLE}))
    found = people(workspace)
    assert found["1"]["attributes"] == {
        "city": "Rome",
        "age": 31,
        "joined": "2016-05-01",
        "member": True,
        "note": "likes tea",
        "band": "low",
    }
    assert found["1"]["consent"] == {"email": True, "phone": False}
    assert (found["2"]["attributes"], found["2"]["consent"]) == ({}, {})
    assert found["3"]["consent"] == {"email": False, "phone": True}
    defined = {row["name"]: row for row in workspace.store.rows(tables.attributes.select())}
    assert defined["band"]["values"] == ["low", "high", "odd"]
    assert (defined["city"]["label_en"], defined["city"]["label_zh"]) == ("city", "城市")
    assert [defined[name]["position"] for name in PEOPLE["attributes"]] == list(range(6))


def test_two_rows_for_one_customer_in_one_file(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> None:
    rows = "1,Rome,,,,,,,\n1,Rome,,,,,,,\n1,Oslo,,,,,,,\n2,Rome,old,,,,,,\n3,Rome,,,maybe,,,,\n"
    write(tmp_path, "people.csv", PEOPLE_HEADER + rows)
    report = ingest(workspace, make_mapping({"people": PEOPLE}))
    assert report.files[0].reasons == {
        "customer: duplicate": 1,
        "customer: another row has this customer": 1,
        "age: not a number": 1,
        "member: not yes or no": 1,
    }
    assert people(workspace)["1"]["attributes"] == {"city": "Rome"}
    assert set(people(workspace)) == {"1"}


def test_key_map_merges_sources_now_and_later(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    keys = {
        "table": "keys",
        "file": "keys.csv",
        "columns": {"alias": "web_id", "customer": "c", "namespace": "space"},
    }
    web = {**ORDERS, "file": "web*.csv", "key": "web"}
    mapping = make_mapping({"web": web, "orders": ORDERS, "keys": keys})
    files = [
        write(tmp_path, "keys.csv", "web_id,c,space\nw1,1,web\nw1,1,web\nw1,2,web\nw1,2,app\n"),
        write(tmp_path, "web.csv", "c,t,o,p,a\nw1,2017-01-02,o1,x,1\nw9,2017-01-02,o2,x,1\n"),
        write(tmp_path, "orders.csv", "c,t,o,p,a\n1,2017-01-03,o3,x,1\n"),
    ]
    report = ingest(workspace, mapping, files)
    reasons = {file.source: file.reasons for file in report.files}
    assert reasons["web"] == {"customer: unknown alias in web": 1}
    assert reasons["keys"] == {"alias: duplicate": 1, "alias: another row has this alias": 1}
    assert set(events_of(workspace)["customer"]) == {"1"}
    later = write(tmp_path, "web2.csv", "c,t,o,p,a\nw1,2017-02-02,o5,x,1\n")
    assert ingest(workspace, mapping, [later]).accepted == 1
    disagree = write(tmp_path, "keys.csv", "web_id,c,space\nw1,7,web\n")
    report = ingest(workspace, mapping, [disagree])
    assert report.files[0].reasons == {"alias: belongs to another customer": 1}


def test_products_merge_and_unknown_ones_are_a_warning(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> None:
    columns = {"product": "id", "name": "name", "category": "cat", "price": "price"}
    goods = {"table": "products", "file": "goods*.csv", "columns": columns}
    write(tmp_path, "goods1.csv", "id,name,cat,price\n1.0,Tea,drinks,2.50\n2,Ham,,3\n3,X,y,-1\n")
    write(tmp_path, "orders.csv", "c,t,o,p,a\n1,2017-01-02,o1,1,1\n1,2017-01-02,o1,9,1\n")
    mapping = make_mapping({"goods": goods, "orders": ORDERS})
    report = ingest(workspace, mapping)
    assert report.files[0].reasons == {"price: negative": 1}
    assert report.warnings == (
        "1 products in 1 events are not in the catalogue; they are counted, without a category",
    )
    more = write(tmp_path, "goods2.csv", "id,name,cat,price\n2,,meat,\n9,Jam,,\n")
    assert ingest(workspace, mapping, [more]).warnings == ()
    found = pd.read_parquet(workspace.products).set_index("product")
    assert list(found.index) == ["1", "2", "9"]
    assert list(found.loc["2", ["name", "category"]]) == ["Ham", "meat"]
    assert found["price"].astype(float)["2"] == 3


def test_personal_values_are_nowhere(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> None:
    secrets = ["Zhang Wei", "zw@example.com", "13812345678", "12 High Street", "+44 20 7946 0958"]
    name, mail, phone, street, other = secrets
    rows = [
        f"1,{name},{mail},{phone},{street},Rome,fine",
        f"2,{name},{mail},{phone},{street},Rome,write to {mail} or call {other} or {phone}",
        f"2,{name},{mail},{phone},{street},Rome,again {mail}",
        f"3,{name},{mail},{phone},{street}",
        f'4,"{name},{mail},{phone},{street},Rome,',
    ]
    write(tmp_path, "people.csv", "id,name,mail,phone,street,city,note\n" + "\n".join(rows))
    write(tmp_path, "orders.csv", f"c,t,o,p,a\n1,call {phone},o1,x,1\n1,2017-01-02,o1,x,{mail}\n")
    source = {
        "table": "customers",
        "file": "people.csv",
        "columns": {"customer": "id"},
        "attributes": {"city": {"column": "city"}, "note": {"column": "note", "type": "text"}},
        "personal": ["name", "mail", "phone", "street"],
    }
    report = ingest(workspace, make_mapping({"people": source, "orders": ORDERS}))
    assert report.accepted == 2
    assert (
        f"{tmp_path}/people.csv: personal columns not stored: name, mail, phone, street"
        in report.warnings
    )
    seen = b"".join(path.read_bytes() for path in workspace.home.rglob("*") if path.is_file())
    seen += json.dumps(report.as_dict()).encode()
    assert [secret for secret in secrets if secret.encode() in seen] == []
    assert (
        people(workspace)["2"]["attributes"]["note"]
        == "write to ‹email› or call ‹phone› or ‹phone›"
    )


def test_progress_runs_and_failures(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, "orders.csv", "c,t,o,p,a\n1,2017-01-02,o1,x,1\n")
    ticks: list[Tick] = []
    mapping = make_mapping({"orders": ORDERS})
    ingest(workspace, mapping, progress=ticks.append)
    assert [tick.step for tick in ticks] == ["read orders.csv", "store events"]

    def stop(_: Tick) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ingest(workspace, mapping, progress=stop)
    runs = workspace.store.rows(tables.runs.select())
    assert [run["status"] for run in runs] == ["done", "stopped"]
    assert not (workspace.events / ".staging").exists()


def test_a_stopped_ingest_is_finished_by_running_it_again(
    tmp_path: Path, make_mapping: MakeMapping, events_of: EventsOf
) -> None:
    rows = "".join(f"{i},2017-01-02,o{i},x,1\n" for i in range(300))
    write(tmp_path, "orders.csv", f"c,t,o,p,a\n{rows}")
    mapping = make_mapping({"orders": ORDERS})

    def stop(tick: Tick) -> None:
        if tick.step == "store events" and tick.done == 5:
            raise KeyboardInterrupt

    stopped, whole = Workspace(tmp_path / "stopped"), Workspace(tmp_path / "whole")
    with pytest.raises(KeyboardInterrupt):
        ingest(stopped, mapping, progress=stop)
    assert 0 < len(events_of(stopped)) < 300
    assert stopped.store.get_meta("data_hash") is None
    report = ingest(stopped, mapping)
    assert (report.events, report.customers) == (300, 300)
    ingest(whole, mapping)
    assert stopped.store.get_meta("data_hash") == whole.store.get_meta("data_hash")
    for home in (stopped, whole):
        home.close()


def test_mistakes_of_use(workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping) -> None:
    mapping = make_mapping({"orders": ORDERS})
    with pytest.raises(MappingError, match=r"source 'orders': no file 'orders\*.csv'"):
        ingest(workspace, mapping)
    other = write(tmp_path, "sales.csv", "c\n")
    with pytest.raises(
        MappingError, match=r"fits no source of the mapping; their files: orders: orders"
    ):
        ingest(workspace, mapping, [other])
    with pytest.raises(ReadError, match="is not there"):
        ingest(workspace, mapping, [tmp_path / "orders9.csv"])
    bad = write(tmp_path, "orders.csv", "c,t,o,p\n1,2017-01-02,o1,x\n")
    with pytest.raises(MappingError, match="has no column 'a'; its columns: c, t, o, p"):
        ingest(workspace, mapping, [bad])
    assert workspace.store.count(tables.runs) == 0
    assert not workspace.events.exists()


def test_buckets_are_settled_once(tmp_path: Path, make_mapping: MakeMapping) -> None:
    write(tmp_path, "orders.csv", "c,t,o,p,a\n1,2017-01-02,o1,x,1\n")
    mapping = make_mapping({"orders": ORDERS})
    for buckets, problem in ((4, False), (8, True)):
        home = Workspace(tmp_path / "home", Settings(buckets=buckets))
        if problem:
            with pytest.raises(SettingsError, match=r"buckets: 8 in the settings.* made with 4"):
                ingest(home, mapping)
        else:
            ingest(home, mapping)
        home.close()


def test_one_writer_at_a_time(
    workspace: Workspace, tmp_path: Path, make_mapping: MakeMapping
) -> None:
    write(tmp_path, "orders.csv", "c,t,o,p,a\n1,2017-01-02,o1,x,1\n")
    mapping = make_mapping({"orders": ORDERS})

    def again(_: Tick) -> None:
        with pytest.raises(StoreError, match="another portrait command is writing"):
            ingest(workspace, mapping)

    assert ingest(workspace, mapping, progress=again).accepted == 1


cells = st.one_of(
    st.sampled_from(
        [
            "",
            "1",
            "2",
            "2017-01-02",
            "2017-01-03 10:00",
            "x",
            "-1",
            "1.5",
            "NaN",
            "3,5",
            "１２",
            "o\n1",
            '"',
            "null",
        ]
    ),
    st.text(max_size=8),
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rows=st.lists(st.lists(cells, min_size=5, max_size=5), max_size=30))
def test_any_rows_add_up_and_twice_is_once(
    rows: list[list[str]],
    tmp_path_factory: pytest.TempPathFactory,
    make_mapping: MakeMapping,
    events_of: EventsOf,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    path = folder / "orders.csv"
    pd.DataFrame(rows, columns=list("ctopa")).to_csv(
        path, index=False, encoding="utf-8", errors="ignore"
    )
    home = Workspace(folder / "home")
    mapping = make_mapping({"orders": ORDERS})
    first = ingest(home, mapping, [path])
    second = ingest(home, mapping, [path])
    assert first.given == second.given
    assert first.accepted + first.quarantined == first.given
    assert second.accepted == 0
    assert len(events_of(home)) == first.accepted
    assert home.store.count(tables.quarantine) == second.quarantined
    home.close()
