"""How a long job tells how far it is, without printing.

A job takes a `progress` callable and calls it with a `Tick`; the command line draws bars from
the ticks, tests collect them, and `silent` ignores them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Tick:
    """One sign of life: `done` of `total` units (unknown: None) of the named step."""

    step: str
    done: float
    total: float | None = None
    counts: Mapping[str, float] = field(default_factory=dict)


Progress = Callable[[Tick], None]


def silent(tick: Tick) -> None:
    """Ignore the tick."""
