"""Whether two conditions cannot both be met: "sorry, with kids" after "customers without kids"."""

from __future__ import annotations

from agent.conditions import Compare, Condition, Not, negated


def clashes(new: Condition, old: Condition) -> bool:
    """Whether nobody can meet both: one denies the other, or they name different values."""
    if old in (negated(new), *_denied(new)):
        return True
    one, other = _values(new), _values(old)
    if one is None or other is None or one[0] != other[0]:
        return False
    (_, only, values), (_, others_only, others) = one, other
    if only and others_only:
        return not values & others
    if only or others_only:
        return values <= others if only else others <= values
    return False


def _denied(condition: Condition) -> tuple[Condition, ...]:
    return (condition.part,) if isinstance(condition, Not) else ()


def _values(condition: Condition) -> tuple[str, bool, frozenset[str]] | None:
    """The field of a named value, whether it is one of the values or none of them, the values."""
    if isinstance(condition, Not):
        inner = _values(condition.part)
        return None if inner is None else (inner[0], not inner[1], inner[2])
    if not isinstance(condition, Compare) or condition.op not in ("=", "!=", "in"):
        return None
    value = condition.value
    said = value if isinstance(value, list | tuple) else (value,)
    if not all(isinstance(one, str) for one in said):
        return None
    return condition.field, condition.op != "!=", frozenset(map(str, said))
