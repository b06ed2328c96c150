"""The taxonomy file: complete, honest about its rules, and careful with what is sensitive."""

from __future__ import annotations

import re
from typing import Any

import pytest

from agent.conditions import Bought, Compare, Condition, walk
from agent.errors import PromptError
from agent.facts.catalogue import catalogue
from agent.tags.taxonomy import TagDef, load_taxonomy, parse_taxonomy, terms

TAXONOMY = load_taxonomy()
CHINESE = re.compile(r"[\u4e00-\u9fff]")
BOUGHT = [tag for tag in TAXONOMY if isinstance(tag.rule, Bought)]


def parts(tag: TagDef) -> list[Condition]:
    return [] if tag.rule is None else list(walk(tag.rule))


def test_there_are_enough_rules_and_no_tag_twice() -> None:
    assert sum(tag.source == "rule" for tag in TAXONOMY) >= 30
    for names in ([t.id for t in TAXONOMY], [t.en.label for t in TAXONOMY]):
        assert len(set(names)) == len(names)
    assert len({t.zh.label for t in TAXONOMY}) == len(TAXONOMY)


@pytest.mark.parametrize("tag", TAXONOMY, ids=lambda tag: tag.id)
def test_every_tag_speaks_both_languages(tag: TagDef) -> None:
    assert not CHINESE.search(tag.en.label + tag.en.description)
    assert CHINESE.search(tag.zh.label)
    assert CHINESE.search(tag.zh.description)
    assert tag.en.description.endswith(".")
    assert tag.zh.description.endswith("。")


@pytest.mark.parametrize("tag", BOUGHT, ids=lambda tag: tag.id)
def test_descriptions_tell_the_numbers_of_their_rules(tag: TagDef) -> None:
    assert isinstance(tag.rule, Bought)
    orders, days = tag.rule.at_least, tag.rule.last_days
    assert f"at least {orders} orders of the last {days} days" in tag.en.description
    assert f"近{days}天至少{orders}个订单" in tag.zh.description
    assert any(CHINESE.search(word) for word in tag.rule.bought)
    assert any(not CHINESE.search(word) for word in tag.rule.bought)


def test_rules_read_known_fields() -> None:
    known = {field.name: field for field in catalogue()}
    used = {part.field for tag in TAXONOMY for part in parts(tag) if isinstance(part, Compare)}
    assert used <= set(known)
    assert all(known[name].numeric for name in used)


def test_health_and_protected_traits_are_sensitive_and_wholesome_food_is_not() -> None:
    sensitive = {tag.id for tag in TAXONOMY if tag.sensitive}
    assert {"medicine", "adult_incontinence", "family_planning", "vitamins", "diet"} <= sensitive
    assert {"married", "high_income", "low_income", "age_55_plus", "age_under_35"} <= sensitive
    assert not {"wholesome_food", "pet_owner", "wine", "value_top"} & sensitive
    assert all(tag.sensitive for tag in TAXONOMY if tag.group == "health")


def test_terms_are_the_tags_by_id() -> None:
    assert terms(TAXONOMY)["pet_owner"].label("zh") == "养宠物"
    assert list(terms(TAXONOMY)) == [tag.id for tag in TAXONOMY]


def entry(**changes: Any) -> dict[str, Any]:
    words = {"label": "x", "description": "x."}
    rule = {"field": "orders", "op": "=", "value": 1}
    plain = {"id": "x", "group": "g", "source": "rule", "en": words, "zh": words, "rule": rule}
    return {key: value for key, value in {**plain, **changes}.items() if value is not None}


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ({"x": 1}, "must be a list of tags"),
        ([entry(), entry()], "the tag 'x' is there twice"),
        ([entry(rule=None)], "'rule' goes with source: rule"),
        ([entry(source="learned")], "'rule' goes with source: rule"),
        ([entry(rule={"tag": "y"})], "not other tags"),
        ([entry(rule={"sql": "1"})], "a condition is an object with one of the keys"),
        ([entry(id="Pet owner")], "tag 1"),
        ([entry(zh=None)], "zh"),
        ([entry(colour="red")], "colour"),
    ],
)
def test_a_broken_taxonomy_is_refused_in_one_line(entries: Any, message: str) -> None:
    with pytest.raises(PromptError) as refused:
        parse_taxonomy(entries, "my.yaml")
    assert message in str(refused.value)
    assert str(refused.value).startswith("my.yaml")
    assert "\n" not in str(refused.value)
