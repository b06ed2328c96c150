"""A question that leans on the one before it: what it says by itself, and what becomes of both."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

from agent.ask.plan import Known, Plan
from agent.ask.query import ByTag, Query, Rank
from agent.ask.read import frame
from agent.ask.read.follow import Step, likings, refine, relisted, restored, step, topic, without
from agent.ask.read.follow_words import ANOTHER, BARE_DAYS, TIMES
from agent.ask.read.grouping import Grouper
from agent.ask.read.moves import BOTH_SAID, moved
from agent.ask.read.reading import Reading
from agent.ask.reasons import REASONS, quoted
from agent.conditions import All, Bought, Condition, walk
from agent.vocabulary import Vocabulary


class Single(Protocol):
    """Plans a question by itself."""

    def __call__(
        self, question: str, reading: Reading, follows: bool, usual: str = "spend"
    ) -> Plan:
        """usual: the figure of a list that names none."""
        ...


class Follower:
    """Plans follow-ups.

    single: the plan of a question by itself. audience: the condition that words name, None unless
    all of them are understood.
    """

    def __init__(
        self,
        single: Single,
        audience: Callable[[str], Condition | None],
        grouper: Grouper,
        vocabulary: Vocabulary,
        known: Known,
    ) -> None:
        self._single, self._audience, self._grouper = single, audience, grouper
        self._vocabulary, self._known = vocabulary, known

    def plan(self, question: str, reading: Reading, before: Query) -> Plan:
        """A follow-up; "what about beer?" behind a purchase means a purchase."""
        other = relisted(before, reading.text) or moved(before, reading.text, self._known.as_of)
        if other:
            return Plan(question, reading.language, other)
        done = step(reading.text)
        if done.how in ("drops", "puts back"):
            return self._dropped(question, reading, before, done)
        if ANOTHER.fullmatch(reading.text) and likings(before.where):
            done = replace(done, how="swaps")
        if BOTH_SAID.fullmatch(reading.text):
            return self._refused(question, reading, before, reading.text)
        gone = self._named(done.old, before) if done.old else All(all=())
        if gone is None:
            return self._refused(question, reading, before, done.old or "")
        reading, plan = self._followed(question, reading, before, done)
        if plan.unused or plan.unanswerable:
            words = REASONS[plan.language]["unused"]
            reason = words.format(quoted(plan.unused, plan.language))
            return replace(plan, unanswerable=plan.unanswerable or reason)
        new = self._ranked(plan.query, before)
        return replace(plan, query=refine(before, new, reading, done, gone))

    def _ranked(self, new: Query, before: Query) -> Query:
        """ "same but by orders" of a list is its order."""
        by = new.by
        if before.rank is None or not isinstance(by, str) or not self._vocabulary.field(by).numeric:
            return new
        return new.model_copy(update={"kind": "list", "by": None, "rank": Rank(field=by)})

    def _followed(
        self, question: str, reading: Reading, before: Query, done: Step
    ) -> tuple[Reading, Plan]:
        """What a follow-up says by itself, as it stands or as a purchase."""
        said = Reading(in_days(done.words), self._known.as_of)
        usual = before.rank.field if before.rank else "spend"
        plan = self._single(question, said, follows=True, usual=usual)
        if plan.unused and before.rank:  # "same for orders" of a list
            ordered = Reading(f"by {done.words}", self._known.as_of)
            other = self._single(question, ordered, follows=True, usual=usual)
            if not other.unused and other.query.by is not None:
                return ordered, other
        moved = bool(said.spare) and plan.condition == All(all=())
        if holds_purchase(before) and not moved and (plan.unused or done.how == "swaps"):
            verb = frame.BOUGHT_VERB[reading.language]
            again = Reading(
                f"{verb} {frame.FOLLOW.sub(' ', done.words).strip()}", self._known.as_of
            )
            other = self._single(question, again, follows=True)
            if not other.unused and holds_purchase(other.query):
                return again, other
        return said, plan

    def _named(self, words: str, before: Query) -> Condition | None:
        """The condition that words of a follow-up name, which may stand for a purchase or days."""
        said = Reading(words, self._known.as_of)
        if said.windows or Reading(f"in {words}", self._known.as_of).windows:
            return All(all=())
        bought = f"{frame.BOUGHT_VERB[said.language]} {words}"
        found = [c for text in (words, bought) if (c := self._audience(text)) is not None]
        there = topic(before.where)
        return next((c for c in found if topic(c) & there), found[0] if found else None)

    def _dropped(self, question: str, reading: Reading, before: Query, done: Step) -> Plan:
        """ "drop the kids condition", "put the pets back": the query without it."""
        where: Condition | None
        if done.how == "drops":
            where = without(before.where, self._topics(done.words, before))
        else:
            named = self._named(done.words, before)
            where = named and restored(before.where, named)
        if where is None or where == All(all=_parts(before.where)):
            return self._refused(question, reading, before, done.words)
        return Plan(question, reading.language, before.model_copy(update={"where": where}))

    def _refused(self, question: str, reading: Reading, before: Query, words: str) -> Plan:
        """A follow-up of which some words name nothing that was asked before."""
        language = reading.language
        reason = REASONS[language]["unused"].format(quoted((words,), language))
        return Plan(question, language, before, (words,), reason)

    def _topics(self, words: str, before: Query) -> set[str]:
        """What words speak of: days, a field by its label, or what conditions name."""
        if TIMES.fullmatch(words) or Reading(words, self._known.as_of).windows:
            return {"days"}
        by = self._grouper.group_by(Reading(f"by {words}", self._known.as_of))
        labelled = {f"tag:{by.tag}"} if isinstance(by, ByTag) else {by} if by else set()
        named = self._named(words, before)
        return labelled | (topic(named) if named else set())


def in_days(words: str) -> str:
    """ "make it 30 days", "60天": days alone are the last ones."""
    bare = BARE_DAYS.fullmatch(words)
    if bare is None:
        return words
    return f"in the last {bare['en']}" if bare["en"] else f"最近{bare['zh']}"


def holds_purchase(query: Query) -> bool:
    """Whether a purchase is asked of."""
    return any(isinstance(part, Bought) for part in walk(query.where))


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)
