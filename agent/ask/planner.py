"""From a question to a plan: a query that is linked to its words.

What is to be told is read first (a comparison, one customer, a trend, a list, a breakdown), then
the conditions, and every linked span is used up. What is left must be the frame of a question
("how many customers …"); any other word is reported as not understood, and then nothing is
counted: a wrong count is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agent.ask import frame
from agent.ask.bought import BoughtLinker
from agent.ask.candidates import Candidates
from agent.ask.contrast import NEITHER, THEM, Contrast, contrasts, with_same_days
from agent.ask.figures import FigureLinker
from agent.ask.follow import fragment, refine, swaps
from agent.ask.grouping import Grouper
from agent.ask.join import join, with_floating_days
from agent.ask.listing import Lister
from agent.ask.loose import LooseLinker
from agent.ask.moving import measured, trend, trend_days
from agent.ask.named import NameLinker
from agent.ask.query import ByTag, Kind, Query
from agent.ask.ratio import spend_ratios
from agent.ask.reading import Link, Reading
from agent.ask.reasons import REASONS, quoted
from agent.ask.recency import firsts_and_lasts, no_orders, recent_orders, silences
from agent.ask.reread import offers, put_right
from agent.ask.shape import one_customer, wished_likeness
from agent.conditions import All, Bought, Condition, HasTag, Like, negated, walk
from agent.settings import Language
from agent.vocabulary import Vocabulary

_EVERYBODY = re.compile(
    r"\b(?:all|every|everyone|everybody|whole|entire|total|overall"
    r"|our (?:customers|shoppers|base))\b"
    r"|所有|全部|全体|整体|全店|整个|总体|大家|我们的(?:顾客|客户|会员|用户)"
)


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

    tags: those that this shop gives (None: all). customers: all ids. audiences: saved ones.
    """

    as_of: date
    tags: frozenset[str] | None = None
    customers: Collection[str] = ()
    audiences: Mapping[str, Condition] | None = None


class Planner:
    """Plans questions over one vocabulary."""

    def __init__(
        self, vocabulary: Vocabulary, known: Known, candidates: Candidates | None = None
    ) -> None:
        self._candidates = candidates or Candidates(vocabulary)
        self._vocabulary, self._known = vocabulary, known
        self._given = frozenset(vocabulary.tags) if known.tags is None else known.tags
        self._figures = FigureLinker(vocabulary)
        self._names = NameLinker(vocabulary, known.audiences or {})
        self._items = BoughtLinker(vocabulary)
        self._bought = LooseLinker(vocabulary, self._items)
        self._grouper = Grouper(vocabulary, self._names)
        self._lister = Lister(vocabulary)

    def plan(self, question: str, before: Query | None = None) -> Plan:
        """The plan for a question in English or Chinese; `before`: the query that it may refine."""
        plan = self._plan(question, before)
        if not plan.unused or plan.query.customer is not None:
            return plan
        text = Reading(question, self._known.as_of).text
        better, pairs = put_right(text, plan.unused, plan.language, self._candidates)
        again = self._plan(better, before) if pairs else plan
        if pairs and not again.unused and again.unanswerable is None:
            return replace(again, question=question, language=plan.language, reread=pairs)
        return self._offering(plan)

    def _offering(self, plan: Plan) -> Plan:
        """A plan that is not understood with what may have been meant."""
        said = offers(plan.unused, plan.language, self._candidates)
        if plan.unanswerable is None or not said:
            return plan
        words = REASONS[plan.language]
        more = words["joint"].join(words["offer"].format(*pair) for pair in said)
        return replace(plan, unanswerable=f"{plan.unanswerable} ({more})")

    def _plan(self, question: str, before: Query | None) -> Plan:
        reading = Reading(question, self._known.as_of)
        halves = self._grouper.halves(reading.text)
        for contrast in () if halves else contrasts(reading.text):
            plan = self._contrasted(question, reading.language, contrast, before)
            if plan is not None:
                return plan
        if before is not None and fragment(reading):
            return self._following(question, reading, before)
        plan = self._single(question, reading, follows=False)
        if before is None or not _of_nobody(plan):
            return plan
        return self._following(question, Reading(question, self._known.as_of), before)

    def _following(self, question: str, reading: Reading, before: Query) -> Plan:
        """A follow-up; "what about beer?" behind a purchase means a purchase."""
        said = reading.text
        usual = before.rank.field if before.rank else "spend"
        plan = self._single(question, reading, follows=True, usual=usual)
        kinds = {type(part) for part in walk(before.where)}
        if Bought in kinds and (plan.unused or swaps(said)):
            verb = frame.BOUGHT_VERB[reading.language]
            again = Reading(frame.FOLLOW.sub(f" {verb} ", said, count=1), self._known.as_of)
            other = self._single(question, again, follows=True)
            reading, plan = (again, other) if not other.unused else (reading, plan)
        if plan.unused or plan.unanswerable:
            return plan
        return replace(plan, query=refine(before, plan.query, reading, said))

    def _contrasted(
        self, question: str, language: Language, found: Contrast, before: Query | None
    ) -> Plan | None:
        """The comparison or description, if both sides are understood."""
        first = self._audience(found.audience, before)
        if first is None:
            return None
        against = None
        if found.against is not None:
            found = with_same_days(found, self._known.as_of)
        if found.against is not None:
            against = negated(first) if NEITHER.fullmatch(found.against.strip()) else None
            against = against or self._audience(found.against, before)
            if against is None:
                return None
        return Plan(question, language, Query(kind=found.kind, where=first, against=against))

    def _audience(self, words: str, before: Query | None) -> Condition | None:
        """The condition that names an audience; None unless all of it is understood."""
        if before is not None and THEM.fullmatch(words.strip()):
            return before.where
        plan = self._single(words, Reading(words, self._known.as_of), follows=False)
        plain = plan.kind in ("count", "list") and not plan.unused and not plan.unanswerable
        plain = plain and plan.query.rank is None and plan.query.limit is None
        return plan.condition if plain and plan.condition != All(all=()) else None

    def _single(self, question: str, reading: Reading, follows: bool, usual: str = "spend") -> Plan:
        customer = one_customer(reading, self._known.customers)
        like = wished_likeness(reading)
        links = list(self._ranked_links(reading))
        moving = trend(reading)
        listed = self._lister.listing(reading)
        by = self._grouper.group_by(reading)
        links = sorted([*links, *self._links(reading)], key=lambda link: link.start)
        if not (moving or customer):
            by = self._grouper.late(reading, links, by)
        if by is None:
            listed = self._lister.late(reading, listed, usual)
        elif listed is not None and listed.limit is None:
            listed = None  # "in which department do they shop most, per department"
        measure = None
        if moving:
            measure = measured(reading, moving[1])
            links = sorted([*links, *self._items.bare(reading)], key=lambda link: link.start)
        condition, ambiguous = join(with_floating_days(links, reading), reading)
        if like:
            condition = All(all=(*_parts(condition), Like(like=like)))
        days = trend_days(reading) if moving else None
        tells = bool(links or like or by or listed or moving or customer)
        unused = (*reading.unused(follows, talk=tells), *ambiguous)
        query = Query(
            kind="count",
            where=condition,
            by=by,
            rank=listed.rank if listed else None,
            limit=listed.limit if listed else None,
            customer=customer,
            every=moving[0] if moving else None,
            measure=measure,
            like=like,
            **(days.as_span() if days else {}),
        )
        query = query.model_copy(update={"kind": self._kind(query, reading, unused, follows)})
        reason = self._unanswerable(reading, query, unused)
        return Plan(question, reading.language, query, unused, reason)

    def _ranked_links(self, reading: Reading) -> Iterator[Link]:
        """What may hold the word "by" or "每", which else begin a breakdown."""
        yield from self._names.labels_of_buying(reading)
        yield from self._figures.percentiles(reading)

    def _links(self, reading: Reading) -> Iterator[Link]:
        yield from spend_ratios(reading)
        yield from silences(reading)
        yield from firsts_and_lasts(reading)
        yield from no_orders(reading)
        yield from self._bought.purchases(reading)
        yield from self._figures.comparisons(reading)
        yield from self._names.names(reading)
        yield from self._bought.bare(reading)
        yield from recent_orders(reading)

    def _kind(self, query: Query, reading: Reading, unused: Sequence[str], follows: bool) -> Kind:
        if query.customer is not None:
            return "explain"
        if query.every is not None:
            return "trend"
        if query.by is not None:
            return "breakdown"
        if query.rank is not None or query.limit is not None:
            return "list"
        counts = any(not isinstance(part, Like | All) for part in walk(query.where))
        everyone = bool(frame.COUNTED.search(reading.text)) and not unused and not query.like
        if not (counts or everyone or (follows and not unused)):
            return "search"
        return "list" if query.like or frame.LIST.search(reading.text) else "count"

    def _unanswerable(self, reading: Reading, query: Query, unused: Sequence[str]) -> str | None:
        """Why nothing is counted, in the language of the question; None if all is understood."""
        words = REASONS[reading.language]
        if reading.too_long:
            return words["long"]
        if frame.FUTURE.search(reading.text):
            return words["future"].format(self._known.as_of)
        unknown = next((m for run in unused if (m := frame.CANNOT.search(run))), None)
        if unknown:
            return words["unknown"].format(unknown[0])
        if query.kind == "explain" and query.customer in self._known.customers:
            return self._not_given(query, reading.language)
        if unused and (query.kind != "search" or _must_count(reading, unused)):
            return words["unused"].format(quoted(unused, reading.language))
        if query.customer is not None and query.customer not in self._known.customers:
            return words["customer"].format(query.customer)
        return self._not_given(query, reading.language)

    def _not_given(self, query: Query, language: Language) -> str | None:
        for part in walk(query.where):
            if isinstance(part, HasTag) and part.tag not in self._given:
                label = self._vocabulary.tag(part.tag).label(language)
                return REASONS[language]["tag"].format(label)
        return None


def _of_nobody(plan: Plan) -> bool:
    """Whether an order, a breakdown or a trend names nobody: then it is of those said before."""
    shaped = plan.kind in ("list", "breakdown", "trend") and plan.condition == All(all=())
    return shaped and not _EVERYBODY.search(plan.question.casefold())


def _must_count(reading: Reading, unused: Sequence[str]) -> bool:
    """Whether ranking by text is no answer: a number is asked for, or one is said."""
    said = any(re.search(r"\d", run) for run in unused)
    return said or bool(frame.COUNTING.search(reading.text))


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)
