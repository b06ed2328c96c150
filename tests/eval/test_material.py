"""What the baselines know of a shop, counted by hand from its files."""

from __future__ import annotations

import pytest
import yaml

from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.profiles.build import refresh_facts
from agent.workspace import Workspace
from eval.material import Material, load_material

ORDERS = """c,t,o,p,a,d,age
x,2024-01-01 10:00:00,1,m1,2.00,0.50,old
x,2024-01-01 10:00:00,1,k1,4.00,0,old
x,2024-02-01 10:00:00,2,m1,3.00,0,old
y,2024-02-02 10:00:00,3,m1,1.00,0,young
y,2024-02-03 10:00:00,4,unknown,9.00,0,young
"""
PRODUCTS = "id,category,type\nm1,DAIRY,MILK\nk1,CEREAL,KIDS CEREAL\n"
MAPPING = {
    "sources": {
        "orders": {
            "table": "events",
            "file": "orders.csv",
            "columns": {
                **{"customer": "c", "time": "t", "order": "o", "product": "p", "amount": "a"},
                "coupon_discount": "d",
            },
        },
        "products": {
            "table": "products",
            "file": "products.csv",
            "columns": {"product": "id", "category": "category", "type": "type"},
        },
        "people": {
            "table": "customers",
            "file": "orders.csv",
            "columns": {"customer": "c"},
            "attributes": {"age": {"column": "age", "label_en": "age", "label_zh": "年龄"}},
        },
    }
}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    folder = tmp_path_factory.mktemp("material")
    (folder / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (folder / "products.csv").write_text(PRODUCTS, encoding="utf-8")
    (folder / "mapping.yaml").write_text(yaml.safe_dump(MAPPING), encoding="utf-8")
    with Workspace(folder / "home") as workspace:
        ingest(workspace, load_mapping(folder / "mapping.yaml"))
        refresh_facts(workspace)
        return load_material(workspace)


def test_lines_are_counted_by_product_type(material: Material) -> None:
    assert material.types == ["KIDS CEREAL", "MILK"]
    assert material.counts(["y", "x"]).toarray().tolist() == [[0, 1], [1, 2]]


def test_the_six_numbers(material: Material) -> None:
    names = ["lines", "orders", "spend", "order_value", "types", "coupon_money"]
    assert list(material.numbers) == names
    assert list(material.numbers.loc["x"]) == [3, 2, 9, 4.5, 2, 0.5]
    assert list(material.numbers.loc["y"]) == [2, 2, 10, 5, 1, 0]


def test_shares_are_of_all_lines_with_the_unnamed_ones(material: Material) -> None:
    share = material.share(lambda name: "DAIRY" in name)
    assert dict(share) == pytest.approx({"x": 2 / 3, "y": 1 / 2})


def test_no_attribute_is_among_what_the_baselines_know(material: Material) -> None:
    known = {*material.types, *material.numbers, *material.facts}
    assert "orders" in material.facts
    assert not any(name == "age" for name in known)
    assert {str(dtype) for dtype in material.facts.dtypes} == {"float64"}
