"""The tools with which a large model answers in several steps, all over one `Asker`.

An audience is named in plain words, which the planner reads, or by conditions in JSON; from then
on it goes by a handle ("A1"). A tool returns compact JSON with exact figures and never more than a
few ids; what cannot be done comes back as one line that says why, not as an exception.
"""

from __future__ import annotations

import inspect
import json
import re
import threading
from collections.abc import Callable
from functools import partial
from typing import Any

from langchain_core.tools import BaseTool, StructuredTool, ToolException
from pydantic import BaseModel, ValidationError

from agent.ask.answer import Asker, Result
from agent.ask.breakdown import MOST_GROUPS
from agent.ask.plan import Plan
from agent.ask.query import ByTag, Query
from agent.ask.reasons import REASONS, quoted
from agent.ask.tool_arguments import (
    AudienceArguments,
    BreakDownArguments,
    CompareArguments,
    CustomerArguments,
    FindArguments,
    RecommendArguments,
)
from agent.conditions import EVERYONE, All, Bought, Condition, HasTag, from_json, negated, walk
from agent.errors import ConditionError, DataError, PortraitError, UnknownError
from agent.profiles.show import show_profile
from agent.settings import Language, describe_validation
from agent.vocabulary import Term
from agent.words import condition_words, value_words
from agent.workspace import Workspace

SAMPLE = 3
LISTED = 20
MOST_TAGS = 15
MOST_LIKES = 5
_IDS = ("customer", "sample", "listed")
_TEXT = Term("group", "group", "分组")
_SHARE = Term("share", "share", "占比", "share", numeric=True)
_SPEND = Term("spend_per_customer", "spend per customer", "人均消费", "money", numeric=True)
_BY = re.compile(r"^\s*(?:by\b|按照?)\s*", re.IGNORECASE)
_QUESTION: dict[Language, str] = {"en": "customers by {}", "zh": "顾客按{}分组"}
_TAGGED: dict[Language, dict[str, str]] = {
    "en": {"yes": "with", "no": "without"},
    "zh": {"yes": "有", "no": "没有"},
}


class Toolbox:
    """The tools of one question.

    results: the exact answer of each step that succeeded. steps: every call with what it gave.
    told: what the model has been told, ids left out; `ids`: those.
    """

    def __init__(self, asker: Asker, workspace: Workspace, plan: Plan) -> None:
        self.results: list[Result] = []
        self.steps: list[dict[str, Any]] = []
        self.told: list[str] = []
        self.ids: set[str] = set()
        self._asker, self._workspace = asker, workspace
        self._question, self._language = plan.question, plan.language
        self._vocabulary = asker.executor.vocabulary
        self._audiences: dict[str, Condition] = {}
        self._lock = threading.Lock()  # a model may call several tools at once

    def tools(self) -> list[BaseTool]:
        """The six tools."""
        return [
            self._tool(self.find_audience, FindArguments),
            self._tool(self.break_down, BreakDownArguments),
            self._tool(self.compare, CompareArguments),
            self._tool(self.describe, AudienceArguments),
            self._tool(self.show_customer, CustomerArguments),
            self._tool(self.recommend, RecommendArguments),
        ]

    def named(self, condition: Condition) -> str:
        """The handle of an audience."""
        for handle, known in self._audiences.items():
            if known == condition:
                return handle
        handle = f"A{len(self._audiences) + 1}"
        self._audiences[handle] = condition
        return handle

    def find_audience(
        self,
        words: str | None = None,
        conditions: dict[str, Any] | None = None,
        within: str | None = None,
    ) -> dict[str, Any]:
        """Count the customers that words or conditions mean, exactly. Gives the handle of the
        audience for the other tools. Words that are not understood are named; try others."""
        if (words is None) == (conditions is None):
            raise ConditionError("give words or conditions, one of them")
        query = self._read(words) if words is not None else self._counted(conditions)
        if within is not None:
            where = All(all=(*_parts(self._where(within)), *_parts(query.where)))
            query = query.model_copy(update={"where": where})
        result = self._answer(query)
        if query.kind == "list":
            return {"listed": result.customers[:LISTED], "told": result.answer}
        return self._audience(query.where, result) | {
            "share": f"{100 * (result.count or 0) / len(self._asker.executor.customers):.1f}%",
            "sample": [one.customer for one in result.citations[:SAMPLE]],
        }

    def break_down(self, audience: str, by: str) -> dict[str, Any]:
        """Split an audience into groups by a field, an attribute or a tag: how many are in each,
        their share and their mean spend."""
        query = Query(kind="breakdown", where=self._where(audience), by=self._by(by))
        result = self._answer(query)
        groups = [self._group(group, query) for group in result.groups or ()]
        more = {"more_groups": len(groups) - MOST_GROUPS} if len(groups) > MOST_GROUPS else {}
        return self._audience(query.where, result) | {"groups": groups[:MOST_GROUPS]} | more

    def compare(self, audience: str, other: str) -> dict[str, Any]:
        """Two audiences side by side: sizes, orders, spend, and what sets the first apart."""
        where, against = self._where(audience), self._where(other)
        result = self._answer(Query(kind="compare", where=where, against=against))
        return {"audience": audience, "other": other, "told": result.answer}

    def describe(self, audience: str) -> dict[str, Any]:
        """What sets an audience apart from all other customers: tags, attributes, categories and
        figures, each with both shares."""
        result = self._answer(Query(kind="describe", where=self._where(audience)))
        return {"audience": audience, "told": result.answer}

    def show_customer(self, customer: str, audience: str | None = None) -> dict[str, Any]:
        """One customer: facts, tags with their reason, favourite categories, the summary."""
        where = EVERYONE if audience is None else self._where(audience)
        profile = show_profile(self._workspace, customer, self._language)
        result = self._answer(Query(kind="explain", customer=customer, where=where))
        belongs = {} if audience is None else {"belongs": result.answer}
        return {"customer": customer, **belongs, **self._profile(profile)}

    def recommend(self, audience: str, customer: str | None = None) -> dict[str, Any]:
        """What to offer: categories that clearly more of this audience buy than of all others,
        with how many of the audience have not bought them yet. It follows what the audience has in
        common; it is no forecast for one customer."""
        if customer is not None and customer not in self._asker.executor.customers:
            raise UnknownError(f"customer {customer!r} is not known here")
        where = self._where(audience)
        result = self._answer(Query(kind="describe", where=where))
        traits = [one for one in result.traits or () if one["kind"] == "category"]
        offers = (self._offer(one, where, customer) for one in traits if one["low"] > 1)
        return {
            "audience": audience,
            **({} if customer is None else {"customer": customer}),
            "categories": [offer for offer in offers if offer],
        }

    def _offer(
        self, trait: dict[str, Any], where: Condition, customer: str | None
    ) -> dict[str, Any] | None:
        """A category; None if the customer has bought it."""
        bought = Bought(bought=(trait["name"],), level="category")
        run = self._asker.executor.run
        if customer in run(Query(kind="count", where=bought)).customers:
            return None
        others = All(all=(*_parts(where), negated(bought)))
        return {
            "category": self._label(trait["name"]),
            "bought_by": self._percent(trait["inside"]),
            "of_all_others": self._percent(trait["outside"]),
            "have_not_yet": run(Query(kind="count", where=others)).matching,
        }

    def _tool(self, method: Callable[..., dict[str, Any]], schema: type[BaseModel]) -> BaseTool:
        name = method.__name__

        def run(**given: Any) -> str:
            return self._call(method, given)

        return StructuredTool.from_function(
            func=run,
            name=name,
            description=" ".join((inspect.getdoc(method) or "").split()),
            args_schema=schema,
            handle_tool_error=True,
            handle_validation_error=partial(self._misused, name),
        )

    def _call(self, method: Callable[..., dict[str, Any]], arguments: dict[str, Any]) -> str:
        name = method.__name__
        given = {key: value for key, value in arguments.items() if value is not None}
        with self._lock:
            try:
                result = method(**given)
            except PortraitError as error:
                self.steps.append({"tool": name, "arguments": given, "error": str(error)})
                raise ToolException(str(error)) from error
            self.steps.append({"tool": name, "arguments": given, "result": result})
            return self._tell(result)

    def _tell(self, result: dict[str, Any]) -> str:
        """Ids are no numbers, so they are kept apart from what the model may quote as such."""
        for key in _IDS:
            named = result.get(key, [])
            self.ids.update([named] if isinstance(named, str) else named)
        figures = {key: value for key, value in result.items() if key not in _IDS}
        self.told.append(json.dumps(figures, ensure_ascii=False))
        return json.dumps(result, ensure_ascii=False)

    def _misused(self, name: str, error: Any) -> str:
        """Arguments that do not fit, told to the model."""
        said = describe_validation(error) if isinstance(error, ValidationError) else str(error)
        with self._lock:
            self.steps.append({"tool": name, "arguments": {}, "error": said})
        return f"wrong arguments: {said}"

    def _read(self, words: str) -> Query:
        """The query that words mean. Raises `ConditionError` with what was not understood."""
        plan = self._asker.plan(words)
        if plan.unanswerable:
            raise ConditionError(plan.unanswerable)
        if plan.unused:
            said = quoted(plan.unused, plan.language)
            raise ConditionError(REASONS[plan.language]["unused"].format(said))
        if plan.kind not in ("count", "list"):
            raise ConditionError(
                "these words name no audience alone: name a tag, a field, an attribute or "
                "something bought, and leave what is to be done with it to the other tools"
            )
        ranked = plan.query.rank is not None or plan.query.limit is not None
        return plan.query if ranked else Query(kind="count", where=plan.condition)

    def _counted(self, conditions: Any) -> Query:
        """The query of conditions in JSON. Raises `ConditionError`."""
        where = from_json(conditions)
        for part in walk(where):
            if isinstance(part, HasTag) and part.tag not in self._asker.executor.given_tags:
                self._vocabulary.tag(part.tag)
                raise ConditionError(f"the tag {part.tag!r} is not given to anybody in this shop")
        return Query(kind="count", where=where)

    def _answer(self, query: Query) -> Result:
        result = self._asker.answer(Plan(self._question, self._language, query))
        self.results.append(result)
        return result

    def _audience(self, where: Condition, result: Result) -> dict[str, Any]:
        return {
            "audience": self.named(where),
            "conditions": condition_words(where, self._language, self._vocabulary),
            "count": result.count,
        }

    def _where(self, handle: str) -> Condition:
        known = self._audiences.get(handle.strip().upper())
        if known is None:
            names = ", ".join(self._audiences) or "none yet"
            raise DataError(f"no audience {handle!r}: find it first; there are: {names}")
        return known

    def _by(self, words: str) -> str | ByTag:
        """A name, else what the planner reads. Raises `ConditionError` with the nearest names."""
        words = _BY.sub("", words)
        if words in self._vocabulary.fields:
            return words
        if words in self._vocabulary.tags:
            return ByTag(tag=words)
        plan = self._asker.plan(_QUESTION[self._language].format(words))
        if plan.query.by is None or plan.unused or plan.unanswerable:
            return self._vocabulary.field(words).name
        return plan.query.by

    def _group(self, group: dict[str, Any], query: Query) -> dict[str, Any]:
        value = group["value"]
        if value is not None:
            tagged = isinstance(query.by, ByTag)
            value = _TAGGED[self._language][value] if tagged else self._label(value)
        return {
            "group": value_words(value, _TEXT, self._language),
            "customers": group["count"],
            "share": self._percent(group["share"]),
            "mean_spend": value_words(group["spend_per_customer"], _SPEND, self._language),
        }

    def _profile(self, profile: dict[str, Any]) -> dict[str, Any]:
        terms = self._vocabulary.fields
        return {
            "facts": {
                fact["label"]: self._value(fact["value"], terms[fact["fact"]])
                for fact in profile["facts"]
                if fact["fact"] in terms
            },
            "tags": [
                {
                    "tag": tag["label"],
                    "probability": self._percent(tag["probability"]),
                    "because": tag["evidence"][:1],
                }
                for tag in profile["tags"][:MOST_TAGS]
            ],
            "likes": {like["label"]: like["orders"] for like in profile["likes"][:MOST_LIKES]},
            "summary": profile["summary"],
        }

    def _value(self, value: Any, term: Term) -> str:
        if not term.numeric:
            return self._label(str(value))
        return value_words(value, term, self._language)

    def _label(self, name: str) -> str:
        return self._vocabulary.labels.get(name, (name, name))[self._language == "zh"]

    def _percent(self, share: float) -> str:
        return value_words(share, _SHARE, self._language)


def _parts(condition: Condition) -> tuple[Condition, ...]:
    return condition.all if isinstance(condition, All) else (condition,)
