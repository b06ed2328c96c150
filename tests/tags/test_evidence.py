"""The evidence of a tag in words, of a rule and of a score, in both languages."""

from __future__ import annotations

import pytest

from agent.settings import Language
from agent.tags.evidence import evidence_words
from agent.vocabulary import Vocabulary

BOUGHT = {"name": "BABY FOODS", "level": "category", "orders": 12, "last": "2017-12-30"}
NAMES = Vocabulary({}, {}, {}, {"BABY FOODS": ("baby food", "婴儿食品")})


@pytest.mark.parametrize(
    ("language", "more", "words"),
    [
        ("en", {}, "baby food: 12 orders, last on 2017-12-30"),
        ("en", {"weight": 0.0863}, "baby food: 12 orders, last on 2017-12-30 (9% of the score)"),
        ("zh", {"weight": 0.0863}, "婴儿食品：12单，最近在2017-12-30（占得分的9%）"),
    ],
)
def test_what_was_bought_is_told_with_its_part_in_a_score(
    language: Language, more: dict[str, float], words: str
) -> None:
    assert evidence_words({**BOUGHT, **more}, language, NAMES) == words
