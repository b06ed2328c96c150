from __future__ import annotations

from agent.data.attributes import given_attributes
from agent.data.ingest import ingest
from agent.workspace import Workspace
from tests.data.conftest import MakeMapping


def test_a_whole_number_is_shown_as_one(workspace: Workspace, make_mapping: MakeMapping) -> None:
    attributes = {"age": {"column": "age", "type": "number"}}
    people = {"table": "customers", "file": "p.csv", "columns": {"customer": "c"}}
    mapping = make_mapping({"people": {**people, "attributes": attributes}})
    (mapping.folder / "p.csv").write_text("c,age\na,34\nb,34.5\nc,\n")
    ingest(workspace, mapping)
    given = given_attributes(workspace.store)
    assert {who: [value for _, value in values] for who, values in given.items()} == {
        "a": ["34"],
        "b": ["34.5"],
        "c": [],
    }
