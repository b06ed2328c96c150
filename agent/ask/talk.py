"""A talk with a large model whose text is shown only if all its numbers stand in what it was told.

The boundary to the server is here too: whatever it or its library raises becomes a `ServerError`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager

import openai
from langchain_core.messages import BaseMessage, HumanMessage, convert_to_messages
from langchain_openai import ChatOpenAI
from langsmith import tracing_context
from pydantic import SecretStr

from agent.ask.answer import Result
from agent.ask.told import unheld
from agent.errors import ServerError
from agent.llm.client import RETRIES
from agent.llm.endpoint import Endpoint
from agent.prompts import load_prompt
from agent.settings import Language

ATTEMPTS = 2
_THOUGHT = re.compile(r"<think>.*?</think>", re.DOTALL)
_CJK = re.compile(r"[\u3400-\u9fff]")
# A tool call that the server did not read as one.
_NO_TEXT = re.compile(r"</?(?:think|tool_call)>|^\s*[\[{]")

Talk = Callable[[list[BaseMessage]], list[BaseMessage]]


def chat_model(server: Endpoint, seconds: float, max_tokens: int) -> ChatOpenAI:
    """The model behind an endpoint, greedy; an answer may take `seconds` and `max_tokens`."""
    return ChatOpenAI(
        model=server.model,
        base_url=server.url,
        api_key=SecretStr(server.key),
        temperature=0.0,
        max_completion_tokens=max_tokens,
        max_retries=RETRIES,
        timeout=seconds,
        use_responses_api=False,
        http_client=openai.DefaultHttpxClient(timeout=seconds, trust_env=server.use_proxy),
    )


def phrase(result: Result, model: ChatOpenAI, language: Language) -> str | None:
    """The answer in a sentence or two of the model's; None if its numbers are not the answer's."""
    prompt = load_prompt("ask_phrase", language)
    messages = prompt.messages(question=result.question, answer=result.answer)
    ids = {one.customer for one in result.citations}

    def talk(messages: list[BaseMessage]) -> list[BaseMessage]:
        with tracing_context(enabled=False), server_errors(str(model.openai_api_base)):
            return [*messages, model.invoke(messages)]

    return checked(talk, convert_to_messages(messages), language, [result.answer], ids)


def checked(
    talk: Talk,
    messages: list[BaseMessage],
    language: Language,
    told: Sequence[str],
    ids: Collection[str],
) -> str | None:
    """The model's text once all its numbers are told; a refused one is asked for once more.

    told, ids: what tools have said, which grows while the talk goes on.
    """
    for _ in range(ATTEMPTS):
        messages = talk(messages)
        if not messages:
            return None
        text = _THOUGHT.sub("", messages[-1].text).strip()
        wrong = _wrong(messages[-1], text, language, told, ids)
        if not wrong:
            return text
        again = load_prompt("ask_again", language).messages(wrong=", ".join(wrong))
        messages = [*messages, HumanMessage(again[-1]["content"])]
    return None


def _wrong(
    message: BaseMessage, text: str, language: Language, told: Sequence[str], ids: Collection[str]
) -> list[str]:
    """What of a text cannot be shown."""
    cut = message.response_metadata.get("finish_reason") == "length"
    if cut or not told or not text or _NO_TEXT.search(text) or _foreign(text, language, told):
        return [text[:40] or "…"]
    return unheld(text, told, ids)


def _foreign(text: str, language: Language, told: Sequence[str]) -> bool:
    """Whether it is in the other language, but for names that the results hold."""
    chinese = _CJK.findall(text)
    return not chinese if language == "zh" else not set(chinese) <= set("".join(told))


@contextmanager
def server_errors(url: str) -> Iterator[None]:
    """What the model's server and its library raise, as `ServerError`."""
    try:
        yield
    except openai.APIStatusError as error:
        said = error.body.get("message") if isinstance(error.body, dict) else error.message
        words = " ".join(str(said).split())[:300]
        raise ServerError(f"{url} answers {error.status_code}: {words}") from error
    except openai.APITimeoutError as error:
        raise ServerError(f"{url}: no answer in time (model.timeout_seconds)") from error
    except openai.OpenAIError as error:
        raise ServerError(f"{url}: {error.__cause__ or error}") from error
    # What a body that is no proper answer leads to, inside the libraries.
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise ServerError(f"{url}: a broken answer ({type(error).__name__})") from error
