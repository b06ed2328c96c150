"""A large model answers in several steps what the words of a question alone do not settle.

A question that the planner understands is answered as ever, exactly; the model only says it in a
sentence. Any other goes to a LangChain agent over the tools of `agent.ask.tools`. Its text is
shown only if every number in it stands in a result; the conditions, the figures and every step
are shown with it. If it is refused twice, the exact answer of the last step speaks alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

from langchain.agents import create_agent
from langchain.agents.middleware import (
    AgentMiddleware,
    ModelCallLimitMiddleware,
    ModelRequest,
    ModelResponse,
    wrap_model_call,
)
from langchain.agents.middleware.model_call_limit import ModelCallLimitExceededError
from langchain_core.messages import BaseMessage, convert_to_messages
from langchain_openai import ChatOpenAI
from langsmith import tracing_context

from agent.ask.answer import Asker, Result
from agent.ask.plan import Plan
from agent.ask.query import Query, query_from_json
from agent.ask.reasons import REASONS
from agent.ask.talk import Talk, chat_model, checked, phrase, server_errors
from agent.ask.tools import Toolbox
from agent.llm.endpoint import Endpoint
from agent.prompts import load_prompt
from agent.settings import Language
from agent.vocabulary import Term
from agent.words import condition_words
from agent.workspace import Workspace

STEPS = 8  # calls of the model before and again after a refusal
MOST_VALUES = 15
_BEFORE: dict[Language, str] = {
    "en": "The question follows up on audience {}: {}.",
    "zh": "此问题接着人群{}提问：{}。",
}


@dataclass(frozen=True)
class Stepwise(Result):
    """An answer with what the model did for it.

    steps: each call of a tool, its arguments and its `result` or `error`. phrased: the model's
    text, if all its numbers stand in the results.
    """

    steps: list[dict[str, Any]] = field(default_factory=list)
    phrased: str | None = None


class Agent:
    """Answers over one `Asker` with a large model; `endpoint` is called when it is first needed.

    Raises `ServerError` where the server does not answer or does not take tools.
    """

    def __init__(
        self, asker: Asker, workspace: Workspace, endpoint: Callable[[], Endpoint]
    ) -> None:
        self._asker, self._workspace = asker, workspace
        self._endpoint = endpoint
        self._known: Endpoint | None = None

    def ask(self, question: str) -> Stepwise:
        """The answer to a question in English or Chinese."""
        return next(self.converse([question]))

    def converse(self, questions: Sequence[str]) -> Iterator[Stepwise]:
        """The answers in turn; a question may refine the last one that was answered."""
        before: Query | None = None
        for question in questions:
            plan = self._asker.plan(question, before)
            result = self._by_steps(plan, before) if open_question(plan) else self._said(plan)
            if not result.unanswerable:
                before = query_from_json(result.query)
            yield result

    def _said(self, plan: Plan) -> Stepwise:
        """The exact answer, said by the model if there is anything to say."""
        result = self._asker.answer(plan)
        if result.unanswerable:
            return _stepwise(result)
        phrased = phrase(result, self._model("ask_phrase", plan.language), plan.language)
        return _stepwise(result, phrased=phrased)

    def _by_steps(self, plan: Plan, before: Query | None) -> Stepwise:
        tools = Toolbox(self._asker, self._workspace, plan)
        prompt = load_prompt("ask_agent", plan.language)
        system, *turns = prompt.messages(
            as_of=f"{self._workspace.as_of}",
            question=plan.question,
            before=self._told_before(tools, plan.language, before),
            **self._names(plan.language),
        )
        talk = self._talk(tools, system["content"], plan.language)
        text = checked(talk, convert_to_messages(turns), plan.language, tools.told, tools.ids)
        if not tools.results:
            return _stepwise(self._asker.answer(plan), tools.steps)
        return _stepwise(tools.results[-1], tools.steps, text)

    def _talk(self, tools: Toolbox, system: str, language: Language) -> Talk:
        """The agent over a conversation: its whole conversation back, or nothing after too many
        steps."""
        limit = ModelCallLimitMiddleware(run_limit=STEPS, exit_behavior="error")
        agent = create_agent(
            self._model("ask_agent", language),
            tools.tools(),
            system_prompt=system,
            middleware=[limit, _mapped(self._server.url)],
        )

        def talk(messages: list[BaseMessage]) -> list[BaseMessage]:
            try:
                with tracing_context(enabled=False):
                    state: Any = {"messages": messages}  # typed for each kind of message
                    found: list[BaseMessage] = agent.invoke(state)["messages"]
            except ModelCallLimitExceededError:
                return []
            return found

        return talk

    def _told_before(self, tools: Toolbox, language: Language, before: Query | None) -> str:
        if before is None:
            return ""
        words = condition_words(before.where, language, self._asker.executor.vocabulary)
        return _BEFORE[language].format(tools.named(before.where), words)

    def _names(self, language: Language) -> dict[str, str]:
        """The fields with their values, and the tags that this shop gives."""
        executor = self._asker.executor
        known = [
            _named(term, language, term.values) for term in executor.vocabulary.fields.values()
        ]
        tags = [
            _named(term, language)
            for term in executor.vocabulary.tags.values()
            if term.name in executor.given_tags
        ]
        return {"fields": ", ".join(known), "tags": ", ".join(tags)}

    @property
    def _server(self) -> Endpoint:
        if self._known is None:
            self._known = self._endpoint()
        return self._known

    def _model(self, prompt: str, language: Language) -> ChatOpenAI:
        seconds = self._workspace.settings.model.timeout_seconds
        return chat_model(self._server, seconds, load_prompt(prompt, language).max_tokens)


def open_question(plan: Plan) -> bool:
    """Whether words were not understood, or nothing was found to count: what steps may settle.

    What the data does not hold, or what is still to come, no step can settle.
    """
    if plan.unanswerable is None:
        return plan.kind == "search" or bool(plan.unused)
    return plan.unanswerable.startswith(REASONS[plan.language]["unused"].partition("{")[0])


def _named(term: Term, language: Language, values: Sequence[str] = ()) -> str:
    """`age (年龄: 19-24, 25-34)`; values only where they are few."""
    told = f": {', '.join(values)}" if 0 < len(values) <= MOST_VALUES else ""
    return f"{term.name} ({term.label(language)}{told})"


def _stepwise(
    result: Result, steps: list[dict[str, Any]] | None = None, phrased: str | None = None
) -> Stepwise:
    known = {one.name: getattr(result, one.name) for one in fields(Result)}
    return Stepwise(**known, steps=steps or [], phrased=phrased)


def _mapped(url: str) -> AgentMiddleware[Any, Any, Any]:
    """Errors of the server mapped where the model is called, and none of the tools'."""

    @wrap_model_call
    def call(request: ModelRequest[Any], handler: Callable[..., ModelResponse]) -> ModelResponse:
        with server_errors(url):
            return handler(request)

    return call
