"""The template that speaks where the model may not: the fact sheet as plain sentences."""

from __future__ import annotations

from collections.abc import Sequence

from agent.facts.sheet import Fact, sheet_text
from agent.settings import Language

_OPENING: dict[Language, str] = {"en": "This customer: ", "zh": "这位顾客："}
_END: dict[Language, str] = {"en": ".", "zh": "。"}


def template_summary(sheet: Sequence[Fact], language: Language) -> str:
    """One sentence that tells all of the sheet."""
    return _OPENING[language] + sheet_text(sheet, language) + _END[language]
