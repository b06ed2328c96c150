"""From a question to a plan: a query that is linked to its words.

What is to be told is read first (a comparison, one customer, a trend, a list, a breakdown), then
the conditions, and every linked span is used up. What is left must be the frame of a question
("how many customers …"); any other word is reported as not understood, and then nothing is
counted: a wrong count is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from agent.ask.candidates import Candidates
from agent.ask.plan import Known, Plan
from agent.ask.query import Kind, Query
from agent.ask.read import frame
from agent.ask.read.bought import BoughtLinker
from agent.ask.read.contrast import contrasts
from agent.ask.read.contrast_words import THEM
from agent.ask.read.dates import windows
from agent.ask.read.figures import FigureLinker
from agent.ask.read.follow import fragment
from agent.ask.read.following import Follower
from agent.ask.read.grouping import Grouper
from agent.ask.read.join import join, with_floating_days
from agent.ask.read.listing import Lister
from agent.ask.read.loose import LooseLinker, repeated
from agent.ask.read.moving import measured, trend, trend_days
from agent.ask.read.named import NameLinker
from agent.ask.read.opposed import Opposer, topics
from agent.ask.read.own_words import OwnWords
from agent.ask.read.ratio import spend_ratios
from agent.ask.read.reading import Link, Reading
from agent.ask.read.recency import firsts_and_lasts, no_orders, recent_orders, silences
from agent.ask.read.reread import offers, put_right
from agent.ask.read.shape import one_customer, wished_likeness
from agent.ask.read.shares import habits
from agent.ask.reasons import REASONS, quoted
from agent.conditions import All, Condition, HasTag, Like, parts_of, walk
from agent.settings import Language
from agent.vocabulary import Vocabulary

_EVERYBODY = re.compile(
    r"\b(?:all|every|everyone|everybody|whole|entire|total|overall"
    r"|our (?:customers|shoppers|base))\b"
    r"|所有|全部|全体|整体|全店|整个|总体|大家|我们的(?:顾客|客户|会员|用户)"
)


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
        self._own = OwnWords(vocabulary)
        self._follower = Follower(
            self._single,
            lambda said: self._audience(said, None),
            self._grouper,
            vocabulary,
            known,
        )

    def plan(self, question: str, before: Query | None = None) -> Plan:
        """The plan for a question in English or Chinese; `before`: the query that it may refine."""
        plan = self._in_own_words(question, before) or self._plan(question, before)
        if not plan.unused or plan.query.customer is not None:
            return plan
        text = Reading(question, self._known.as_of).text
        better, pairs = put_right(text, plan.unused, plan.language, self._candidates)
        again = self._plan(better, before) if pairs else plan
        if pairs and not again.unused and again.unanswerable is None:
            return replace(again, question=question, language=plan.language, reread=pairs)
        return self._offering(plan)

    def goes_on(self, question: str) -> bool:
        """Whether a question can only be understood with the one before it."""
        return fragment(Reading(question, self._known.as_of))

    def unheard(self, plan: Plan) -> Plan:
        """A follow-up of a question that was not understood: nothing is counted either."""
        return replace(plan, unanswerable=plan.unanswerable or REASONS[plan.language]["before"])

    def _in_own_words(self, question: str, before: Query | None) -> Plan | None:
        """The plan for conditions in the words of an answer: "How many customers: age is 35+"."""
        said = self._own.told(question)
        head = Reading(said.asked if said else "", self._known.as_of)
        if said is None or (before is not None and fragment(head)):
            return None
        asked = self._single(question, head, follows=False)
        if asked.unused or asked.unanswerable:
            return None
        query, language = said.of(asked.query), head.language if said.asked else said.language
        kind = self._kind(query, head, (), follows=said.like is None)
        reason = self._not_given(query.where, language)
        return Plan(question, language, query.model_copy(update={"kind": kind}), (), reason)

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
        if not halves and (query := self._contrasted(reading.text, before)):
            return Plan(question, reading.language, query)
        if before is not None and fragment(reading):
            return self._follower.plan(question, reading, before)
        plan = self._single(question, reading, follows=False)
        if before is None or not _of_nobody(plan):
            return plan
        return self._follower.plan(question, Reading(question, self._known.as_of), before)

    def _contrasted(self, text: str, before: Query | None) -> Query | None:
        """The comparison or description, if all its sides are understood."""
        as_of = self._known.as_of
        opposer = Opposer(lambda said: self._audience(said, before), lambda t: windows(t, as_of))
        first = None
        for lent, found in product((False, True), contrasts(text)):
            if sides := opposer.sides(found, lent=lent):
                one, other = sides
                query = Query(kind=found.kind, where=one, against=other, measure=found.measure)
                if other is None or not found.parallel or topics(one) == topics(other):
                    return query
                first = first or query  # "and" may have parted one audience in the middle
        return first

    def _audience(self, words: str, before: Query | None) -> Condition | None:
        """The condition that names an audience; None unless all of it is understood."""
        if before is not None and THEM.fullmatch(words.strip()):
            return before.where
        reading = Reading(words, self._known.as_of)
        links = sorted([*self._ranked_links(reading), *self._links(reading)], key=_place)
        condition, ambiguous = join(with_floating_days(links, reading), reading)
        unused = (*reading.unused(), *ambiguous)
        if unused or condition == All(all=()) or frame.FUTURE.search(reading.text):
            return None
        return condition if self._not_given(condition, reading.language) is None else None

    def _single(self, question: str, reading: Reading, follows: bool, usual: str = "spend") -> Plan:
        customer = one_customer(reading, self._known.customers)
        like = wished_likeness(reading)
        links = list(self._ranked_links(reading))
        moving = trend(reading)
        listed = self._lister.listing(reading)
        by = self._grouper.group_by(reading)
        links = sorted([*links, *self._links(reading)], key=_place)
        if not (moving or customer):
            by = self._grouper.late(reading, links, by)
        if by is None:
            listed = self._lister.late(reading, listed, usual)
        elif listed is not None and listed.limit is None:
            listed = None  # "in which department do they shop most, per department"
        measure = None
        if moving:
            measure = measured(reading, moving[1])
            links = sorted([*links, *self._items.bare(reading)], key=_place)
        condition, ambiguous = join(with_floating_days(links, reading), reading)
        if like:
            condition = All(all=(*parts_of(condition), Like(like=like)))
        days = trend_days(reading) if moving else None
        tells = bool(links or like or by or listed or moving or customer)
        tells = tells or bool(frame.COUNTED.search(reading.text))
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
        yield from habits(reading)
        yield from self._names.labels_of_buying(reading)
        yield from self._figures.percentiles(reading)

    def _links(self, reading: Reading) -> Iterator[Link]:
        for link in self._first_links(reading):
            yield link
            yield from repeated(reading, link)

    def _first_links(self, reading: Reading) -> Iterator[Link]:
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
        if unused and (reason := self._gone(reading) or _unknown(unused, words["unknown"])):
            return reason
        if query.kind == "explain" and query.customer in self._known.customers:
            return self._not_given(query.where, reading.language)
        if unused and (query.kind != "search" or _must_count(reading, unused)):
            return words["unused"].format(quoted(unused, reading.language))
        if query.customer is not None and query.customer not in self._known.customers:
            return words["customer"].format(query.customer)
        return self._not_given(query.where, reading.language)

    def _gone(self, reading: Reading) -> str | None:
        """That a saved audience which is named fits no more."""
        for name, reason in self._known.gone.items():
            if name.casefold() in reading.text:
                return REASONS[reading.language]["gone"].format(name, reason)
        return None

    def _not_given(self, condition: Condition, language: Language) -> str | None:
        for part in walk(condition):
            if isinstance(part, HasTag) and part.tag not in self._given:
                label = self._vocabulary.tag(part.tag).label(language)
                return REASONS[language]["tag"].format(label)
        return None


def _of_nobody(plan: Plan) -> bool:
    """Whether an order, a breakdown or a trend names nobody: then it is of those said before."""
    shaped = plan.kind in ("list", "breakdown", "trend") and plan.condition == All(all=())
    return shaped and not _EVERYBODY.search(plan.question.casefold())


def _unknown(unused: Sequence[str], reason: str) -> str | None:
    match = next((m for run in unused if (m := frame.CANNOT.search(run))), None)
    return reason.format(match[0]) if match else None


def _must_count(reading: Reading, unused: Sequence[str]) -> bool:
    """Whether ranking by text is no answer: a number is asked for, or one is said."""
    said = any(re.search(r"\d", run) for run in unused)
    return said or bool(frame.COUNTING.search(reading.text))


def _place(link: Link) -> int:
    return link.start
