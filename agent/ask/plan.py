"""What a question asks for, and what a home knows beside its vocabulary."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from agent.ask.query import ByTag, Kind, Query
from agent.conditions import Condition
from agent.settings import Language


@dataclass(frozen=True)
class Plan:
    """What to do.

    `unused`: words that nothing was made of; beside conditions they make it `unanswerable`, why
    nothing is counted. `reread`: words of the question and what they were taken for.
    """

    question: str
    language: Language
    query: Query
    unused: tuple[str, ...] = ()
    unanswerable: str | None = None
    reread: tuple[tuple[str, str], ...] = ()

    @property
    def kind(self) -> Kind:
        """What is to be told."""
        return self.query.kind

    @property
    def condition(self) -> Condition:
        """Who is meant."""
        return self.query.where

    @property
    def group_by(self) -> str | ByTag | None:
        """What to break down by."""
        return self.query.by


@dataclass(frozen=True)
class Known:
    """What a home knows beside its vocabulary.

    tags: those that this shop gives (None: all). customers: all ids. audiences: saved ones; gone:
    those that do not fit any more, and why.
    """

    as_of: date
    tags: frozenset[str] | None = None
    customers: Collection[str] = ()
    audiences: Mapping[str, Condition] | None = None
    gone: Mapping[str, str] = field(default_factory=dict)
