from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from agent.data import mapping as mapping_module
from agent.data.mapping import load_mapping
from agent.errors import MappingError

GOOD = """
sources:
  orders:
    table: events
    file: orders.csv
    columns: {customer: c, time: t}
"""


def load(folder: Path, text: str) -> mapping_module.Mapping:
    path = folder / "mapping.yaml"
    path.write_text(text, encoding="utf-8")
    return load_mapping(path)


def test_the_documented_example_is_a_mapping(tmp_path: Path) -> None:
    lines = (mapping_module.__doc__ or "").split("\n\n")[1]
    found = load(tmp_path, lines)
    assert list(found.sources) == ["orders", "members", "catalogue", "cards"]
    assert found.folder == tmp_path / "exports"
    assert found.attributes["age"].order == ("18-24", "25-34", "35+")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("customer: c", "custmer: c", "'custmer' is not known here; known: customer, time"),
        ("time: t", "time:", "columns.time: String should have at least 1 character"),
        ("time: t", "time: [t]", "columns.time: Input should be a valid string"),
        ("{customer: c, time: t}", "{customer: c}", "columns.time: Field required"),
        ("table: events", "table: sales", "'events', 'customers', 'products', 'keys'"),
        ("file: orders.csv", "fle: orders.csv", "'fle' is not known here; known: file, encoding"),
        (
            "file: orders.csv",
            "file: orders.csv\n    timezone: Mars",
            "not a time zone; write one like",
        ),
        ("file: orders.csv", "file: orders.csv\n    encoding: utf-9", "not an encoding"),
        ("file: orders.csv", "file: orders.csv\n    encoding: hex", "not an encoding"),
        ("file: orders.csv", "file: orders.csv\n    time_format: DMY", "not a time format"),
        ("file: orders.csv", "file: orders.csv\n    time_format: '%Q'", "not a time format"),
        ("file: orders.csv", "file: orders.csv\n    time_format: '%d/%m %'", "not a time format"),
        ("file: orders.csv", "file: orders.csv\n    delimiter: '\"'", "delimiter"),
        ("file: orders.csv", "file: orders.csv\n    delimiter: ', '", "delimiter"),
        ("file: orders.csv", "file: orders.csv\n    kind: sale", "'purchase', 'return', 'cancel'"),
        (
            "file: orders.csv",
            "file: orders.csv\n    kinds: {purchase: paid}",
            "kinds needs the column",
        ),
        (
            "file: orders.csv",
            "file: orders.csv\n    rating_range: [5, 1]",
            "write the lowest rating first",
        ),
        ("file: orders.csv", "file: orders.csv\n    personal: [c]", "column 'c' is personal"),
        ("file: orders.csv", "file: orders.csv\n    file: b.csv", "the key 'file' stands twice"),
        ("sources:", "source:", "'source' is not known here; known: shop_timezone"),
        (GOOD, "- a\n- b", "valid dictionary"),
        (GOOD, "", "valid dictionary"),
        (GOOD, "sources: {}", "at least 1 item"),
        (GOOD, "{", "cannot be read as YAML"),
        (GOOD, "\x00", "cannot be read as YAML"),
        (GOOD, "? [a, b]\n: c", "cannot be read as YAML|is not known here"),
        (GOOD, "[" * 3000, "cannot be read as YAML"),
    ],
)
def test_a_mistake_names_its_place_and_what_is_allowed(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(MappingError, match=r"mapping\.yaml: ") as caught:
        load(tmp_path, GOOD.replace(old, new))
    assert any(part in str(caught.value) for part in message.split("|")), str(caught.value)
    assert "\n" not in str(caught.value)


def test_anchors_are_yaml_too(tmp_path: Path) -> None:
    text = f"""{GOOD}
  returns: &returns
    table: events
    file: r.csv
    kind: return
    columns: {{customer: c, time: t}}
  more:
    <<: *returns
    file: m.csv
"""
    found = load(tmp_path, text)
    assert found.sources["more"].model_dump()["kind"] == "return"


def test_any_column_name_goes(tmp_path: Path) -> None:
    columns = "{customer: 2017, time: off, product: 010, amount: [null, 1.50]}"
    found = load(tmp_path, GOOD.replace("{customer: c, time: t}", columns))
    assert found.sources["orders"].wanted == ("2017", "off", "010", "null", "1.50")


def test_a_folder_or_nothing_is_no_mapping(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "none.yaml"):
        with pytest.raises(MappingError, match="cannot be read as YAML"):
            load_mapping(path)


@pytest.mark.parametrize("name", ["customer", "spend", "top_category"])
def test_an_attribute_cannot_stand_in_the_place_of_a_field(tmp_path: Path, name: str) -> None:
    people = {"table": "customers", "file": "p.csv", "columns": {"customer": "c"}}
    people |= {"attributes": {name: {"column": "x"}}}
    with pytest.raises(MappingError, match=f"an attribute cannot be called {name}"):
        load(tmp_path, yaml.safe_dump({"sources": {"people": people}}))


def test_attributes_of_two_sources_agree(tmp_path: Path) -> None:
    people = {"table": "customers", "file": "p.csv", "columns": {"customer": "c"}}
    sources = {
        name: {**people, "attributes": {"age": {"column": "age", "type": kind}}}
        for name, kind in (("one", "number"), ("two", "category"))
    }
    with pytest.raises(MappingError, match="attribute 'age' is number here and category there"):
        load(tmp_path, yaml.safe_dump({"sources": sources}))
