"""How a language model is commonly let answer questions about customers, in two ways and one more.

plain RAG   LangChain's tutorial: the texts nearest to the question are the context of the model,
            which answers under a JSON schema, so that its answer can be measured
free JSON   the model is told the language of queries and writes one, which is then run as ours are
(eval/ask_form.py lets it say what the words mean that our rules leave open)

Both are told all turns of a conversation at once and answer the last.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from langchain_chroma import Chroma
from langchain_core.documents import Document
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.ask.answer import Asker
from agent.ask.plan import Plan
from agent.ask.query import Kind, Query, check_query, query_from_json
from agent.ask.read.reading import spoken
from agent.errors import AnswerError, ConditionError
from agent.llm.client import Constraint
from agent.llm.endpoint import Endpoint
from agent.llm.server import endpoints
from agent.progress import Progress
from agent.prompts import load_prompt
from agent.search.embeddings import embedder
from agent.settings import LANGUAGES, Language
from agent.vocabulary import Term, Vocabulary
from agent.workspace import Workspace
from eval.ask_form import with_form
from eval.ask_systems import System, told
from eval.ask_writer import Writer
from eval.search_documents import embed_all, kept, profile_texts
from eval.search_systems import rag_store

MOST_DOCUMENTS = 4  # what LangChain takes by itself; with 20 two cores take minutes a question
CONTEXT_TOKENS = 4_096  # twice the default, so that documents and the language of queries fit
MOST_CUSTOMERS = 9_999_999  # a bound, for small models write digits without an end

_BETWEEN: dict[Language, str] = {"en": ", ", "zh": "、"}
_CUSTOMER: dict[Language, str] = {"en": "Customer", "zh": "顾客"}


@contextmanager
def open_baselines(
    workspace: Workspace, asker: Asker, progress: Progress
) -> Iterator[dict[str, System]]:
    """All three by name. The model server is found or started, and texts are embedded, before
    the first question, so that no question pays for it. Raises `ModelError`."""
    servers = _servers(workspace, progress)
    texts = profile_texts(workspace, workspace.settings.language)
    model, folder = embedder(workspace.settings.embedding), workspace.home / "eval"
    embed_all(list(texts.values()), model, folder, progress)
    with (
        TemporaryDirectory() as place,
        Writer(servers, workspace.settings.model.timeout_seconds) as writer,
    ):
        store = rag_store(texts, kept(model, folder), Path(place))
        as_of = workspace.as_of.isoformat()
        yield {
            "plain RAG": plain_rag(store, writer, as_of),
            "free JSON": free_json(asker, writer),
            "rules and form": with_form(asker, writer),
        }


# ---- plain RAG -----------------------------------------------------------------------------------
class _Told(BaseModel):
    """What the chain answers."""

    model_config = ConfigDict(extra="forbid", strict=True)

    kind: str
    answerable: bool
    count: int | None
    customers: list[str]


def plain_rag(store: Chroma, writer: Writer, as_of: str) -> System:
    """As many of the nearest texts as fit are the context; the customers it names are meant."""

    def answer(turns: Sequence[str]) -> dict[str, Any]:
        began = time.monotonic()
        question = "\n".join(turns)
        found = store.similarity_search(question, k=MOST_DOCUMENTS)
        language = _language(turns)
        prompt = load_prompt("ask_rag", language)

        def messages(documents: Sequence[Document]) -> list[dict[str, str]]:
            context = "\n".join(_shown(one, language) for one in documents)
            return prompt.messages(context=context, as_of=as_of, question=question)

        used = writer.fitting(found, messages, prompt.max_tokens)
        schema = Constraint("json", _schema([_customer(one) for one in used]))
        given = _read(writer.write(messages(used), prompt.max_tokens, schema))
        return {
            "query": None,
            "customers": list(dict.fromkeys(given.customers)),
            "count": given.count,
            "groups": None,
            "unanswerable": None if given.answerable else "the model says so",
            "kind": given.kind,
            "seconds": time.monotonic() - began,
        }

    return answer


def _shown(document: Document, language: Language) -> str:
    return f"{_CUSTOMER[language]} {_customer(document)}: {document.page_content}"


def _customer(document: Document) -> str:
    return str(document.metadata["customer"])


def _schema(customers: Sequence[str]) -> dict[str, Any]:
    """The form of an answer that can name those customers whom the context tells of."""
    known = list(dict.fromkeys(customers))
    number = {"type": "integer", "minimum": 0, "maximum": MOST_CUSTOMERS}
    fields: dict[str, Any] = {
        "kind": {"enum": list(get_args(Kind))},
        "answerable": {"type": "boolean"},
        "count": {"anyOf": [number, {"type": "null"}]},
        "customers": {"type": "array", "items": {"enum": known}, "maxItems": len(known)},
    }
    return {
        "type": "object",
        "properties": fields,
        "required": list(fields),
        "additionalProperties": False,
    }


def _read(text: str) -> _Told:
    try:
        return _Told.model_validate_json(text)
    except ValidationError as error:
        raise AnswerError(
            f"the model's answer does not have the form asked for: {text!r}"
        ) from error


# ---- free JSON -----------------------------------------------------------------------------------
def free_json(asker: Asker, writer: Writer) -> System:
    """The model's query is run; what is no query that fits the home counts as a refusal."""
    vocabulary = asker.executor.vocabulary
    names = {language: _names(asker, language) for language in LANGUAGES}

    def answer(turns: Sequence[str]) -> dict[str, Any]:
        began = time.monotonic()
        language = _language(turns)
        prompt = load_prompt("ask_free", language)
        asked = prompt.messages(**names[language], question="\n".join(turns))
        text = writer.write(asked, prompt.max_tokens)
        try:
            query = read_query(text, vocabulary)
            result = told(asker.answer(Plan(turns[-1], language, query)))
        except ConditionError as error:
            result = _refused(str(error))
        return {**result, "text": text, "seconds": time.monotonic() - began}

    return answer


def read_query(text: str, vocabulary: Vocabulary) -> Query:
    """The first JSON object in a text as a query that fits the vocabulary.

    Raises `ConditionError` where there is none, where it does not fit, and with the model's own
    reason where it says that the question cannot be answered.
    """
    start = text.find("{")
    try:
        given, _ = json.JSONDecoder(strict=False).raw_decode(text, max(start, 0))
    except ValueError as error:
        raise ConditionError("the model's answer holds no JSON") from error
    if isinstance(given, Mapping) and "unanswerable" in given:
        raise ConditionError(f"the model says: {given['unanswerable']}")
    query = query_from_json(given)
    check_query(query, vocabulary)
    return query


def _refused(reason: str) -> dict[str, Any]:
    return {
        "query": None,
        "customers": [],
        "count": None,
        "groups": None,
        "unanswerable": reason,
    }


def _names(asker: Asker, language: Language) -> dict[str, str]:
    """What the prompt says of the home: every field with its values, every tag that is given."""
    vocabulary = asker.executor.vocabulary
    fields = [f"{name}: {_takes(term, language)}" for name, term in vocabulary.fields.items()]
    tags = [
        f"{name} ({term.label(language)})"
        for name, term in vocabulary.tags.items()
        if name in asker.executor.given_tags
    ]
    as_of = asker.executor.warehouse.as_of.isoformat()
    return {"fields": "\n".join(fields), "tags": _BETWEEN[language].join(tags), "as_of": as_of}


def _takes(term: Term, language: Language) -> str:
    if term.numeric:
        return f"number ({term.unit}), {term.label(language)}"
    values = f"one of {json.dumps(term.values)}" if term.values else "name"
    return f"{values}, {term.label(language)}"


# ---- both ----------------------------------------------------------------------------------------
def _language(turns: Sequence[str]) -> Language:
    return spoken(turns[-1].casefold())


def _servers(workspace: Workspace, progress: Progress) -> list[Endpoint]:
    """The servers of the home; one of our own has room for the documents."""
    settings = workspace.settings.model
    tokens = max(settings.context_tokens, CONTEXT_TOKENS)
    roomy = settings.model_copy(update={"context_tokens": tokens})
    return endpoints(roomy, workspace.logs, progress)
