"""The catalogue of fields and the fact sheet agree, and both speak both languages."""

from __future__ import annotations

import re
import string

import pytest

from agent.facts.catalogue import Field, catalogue, facts_table
from agent.facts.sheet import groups, known_fields

# fmt: off
FROM_THE_DESIGN = (
    "orders", "spend", "average_order_value", "days_since_last_order", "tenure_days",
    "orders_last_30d", "orders_last_90d", "spend_last_30d", "spend_last_90d", "spend_trend",
    "usual_gap_days", "coupon_share", "discount_share", "weekend_share", "evening_share",
    "categories", "top_category", "top_department",
)
# fmt: on


def test_every_field_of_the_design_is_there() -> None:
    assert set(FROM_THE_DESIGN) <= {field.name for field in catalogue()}


@pytest.mark.parametrize("field", catalogue(), ids=lambda field: field.name)
def test_a_field_explains_itself_in_both_languages(field: Field) -> None:
    for words in (field.en, field.zh):
        assert words.label
        assert words.description
    assert not re.search(r"[\u3400-\u9fff]", field.en.label + field.en.description)
    assert re.search(r"[\u3400-\u9fff]", field.zh.label)
    assert re.search(r"[\u3400-\u9fff]", field.zh.description)


def test_names_and_labels_are_unique() -> None:
    for labels in (
        [field.name for field in catalogue()],
        [field.en.label for field in catalogue()],
        [field.zh.label for field in catalogue()],
    ):
        assert len(labels) == len(set(labels))


def test_the_store_has_one_column_a_field() -> None:
    assert [column.name for column in facts_table.columns][1:] == [f.name for f in catalogue()]


def test_phrases_use_known_fields_and_the_same_in_both_languages() -> None:
    for group in groups():
        for phrase in group.phrases:
            assert set(phrase.when) <= known_fields()
            used = [
                {name for _, name, _, _ in string.Formatter().parse(text) if name}
                for text in (phrase.en, phrase.zh)
            ]
            assert used[0] == used[1] <= known_fields()
