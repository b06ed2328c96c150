"""A condition over other days, wherever it can be asked of days."""

from __future__ import annotations

from typing import Any

from agent.conditions import WINDOWED, All, AnyOf, Bought, Compare, Condition, Not, Span


def over_days(condition: Condition, days: dict[str, Any]) -> Condition:
    """The condition over other days, wherever it can be asked of days."""
    match condition:
        case All():
            return All(all=tuple(over_days(part, days) for part in condition.all))
        case AnyOf():
            return AnyOf(any=tuple(over_days(part, days) for part in condition.any))
        case Not():
            return Not.model_validate({"not": over_days(condition.part, days)})
        case Bought():
            return _over(condition, condition.model_dump(), days)
        case Compare():
            field = condition.field.split("_last_")[0]
            if field in WINDOWED:
                return _over(condition, {**condition.model_dump(), "field": field}, days)
    return condition


def _over(part: Span, content: dict[str, Any], days: dict[str, Any]) -> Condition:
    kept = {k: v for k, v in content.items() if k not in Span.model_fields}
    return type(part).model_validate({**kept, **days})  # type: ignore[return-value]
