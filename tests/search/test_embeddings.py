from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from langchain_core.embeddings import Embeddings
from pydantic import SecretStr

from agent.errors import ModelFilesError, ServerError, SettingsError
from agent.search import embeddings
from agent.search.embeddings import embedder
from agent.search.languages import centred, chinese_share
from agent.settings import EmbeddingSettings
from tests.search.profiles import PROFILES, QUESTIONS

BUILTIN = EmbeddingSettings()


def test_builtin_gives_unit_vectors_also_through_langchain() -> None:
    model = embedder(BUILTIN)
    assert isinstance(model, Embeddings)
    texts = ["Buys wine.", "买酒。", ""]
    vectors = np.array(model.documents(texts))
    assert vectors.shape == (3, model.dimension) == (3, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    assert np.allclose(model.embed_documents(texts), vectors, atol=1e-5)
    assert np.allclose(model.embed_query("wine"), model.queries(["wine"])[0], atol=1e-5)
    assert not np.allclose(model.queries(["Buys wine."])[0], vectors[0], atol=1e-2)
    assert model.documents([]) == []
    assert "multilingual-e5-small" in model.name


@settings(max_examples=8, deadline=None)
@given(st.text(st.characters(codec=None), max_size=30))
def test_builtin_takes_any_text(text: str) -> None:
    assert np.isfinite(embedder(BUILTIN).queries([text + "\0\ud83d"])).all()


def test_a_question_finds_the_right_profile_in_either_language() -> None:
    model = embedder(BUILTIN)
    names = [profile.customer for profile in PROFILES]
    documents = np.array(model.documents([profile.text for profile in PROFILES]))
    for language, questions in QUESTIONS.items():
        scores = np.array(model.queries(list(questions))) @ documents.T
        ranks = [
            int((row > row[names.index(right)]).sum()) + 1
            for row, right in zip(scores, questions.values(), strict=True)
        ]
        assert max(ranks) <= 3, (language, ranks)
        assert ranks.count(1) >= 0.75 * len(ranks), (language, ranks)


def test_centring_takes_a_shift_of_one_language_off() -> None:
    def shifted(texts: list[str], role: str) -> list[list[float]]:
        return [
            [
                5.0 if chinese_share(text) else 0.0,
                0.0 if chinese_share(text) else 5.0,
                text.count("!"),
            ]
            for text in texts
        ]

    vectors = centred(shifted)(["wine!", "酒!"], "passage")
    assert np.allclose(vectors, [[0, 0, 1], [0, 0, 1]])


@pytest.mark.parametrize(
    ("text", "share"),
    [("", 0), ("37 $", 0), ("buys wine", 0), ("常买酒", 1), ("常买 DISTILLED WATER，37单", 3 / 5)],
)
def test_chinese_share(text: str, share: float) -> None:
    assert chinese_share(text) == pytest.approx(share)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "bert"}, ["bert", "multilingual-e5-small"]),
        ({"kind": "server", "name": "m"}, ["embedding.url"]),
        ({"kind": "server", "name": "m", "url": "localhost"}, ["embedding.url", "localhost"]),
    ],
)
def test_settings_that_make_no_sense(wrong: dict[str, Any], words: list[str]) -> None:
    with pytest.raises(SettingsError) as caught:
        embedder(EmbeddingSettings(**wrong))
    assert all(word in str(caught.value) for word in words)


def test_missing_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sentence_transformers", None)
    with pytest.raises(SettingsError, match=r"pip install 'portrait\[sentence-transformers\]'"):
        embedder(EmbeddingSettings(kind="sentence-transformers", name="some/model"))


@pytest.mark.parametrize(
    ("name", "prefix"),
    [
        ("intfloat/multilingual-e5-large", "query: "),
        ("e5-small", "query: "),
        ("intfloat/multilingual-e5-large-instruct", ""),
        ("BAAI/bge-m3", ""),
        ("the5th/model", ""),
    ],
)
def test_only_e5_models_get_a_prefix(name: str, prefix: str) -> None:
    assert embeddings._prefix(name, "query") == prefix


def test_sentence_transformers_from_a_folder(tmp_path: Path) -> None:
    pytest.importorskip("sentence_transformers")
    folder = _tiny_model(tmp_path / "tiny")
    chosen = EmbeddingSettings(kind="sentence-transformers", name=str(folder))
    model = embedder(chosen)
    vectors = np.array(model.documents(["wine and cheese", "cheese", "wine and cheese"]))
    assert vectors.shape == (3, 16)
    assert np.allclose(vectors[0], vectors[2], atol=1e-5)
    with pytest.raises(ModelFilesError, match="nowhere"):
        embedder(EmbeddingSettings(kind="sentence-transformers", name=str(tmp_path / "nowhere")))


def _tiny_model(folder: Path) -> Path:
    """A BERT of one small random layer, with a vocabulary of a few words."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer
    from transformers import BertConfig, BertModel, BertTokenizer

    folder.mkdir()
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "wine", "and", "cheese"]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(words))
    size: Any = {"hidden_size": 16, "num_attention_heads": 2, "intermediate_size": 16}
    bert: Any = BertModel
    bert(BertConfig(vocab_size=len(words), num_hidden_layers=1, **size)).save_pretrained(folder)
    BertTokenizer(str(vocabulary)).save_pretrained(folder)
    saved = folder.with_name("saved")
    transformer = Transformer(str(folder))
    SentenceTransformer(modules=[transformer, Pooling(16)]).save(str(saved))
    return saved


class _Handler(BaseHTTPRequestHandler):
    """Answers with the length of each text, last first; `asked` holds the requests."""

    asked: ClassVar[list[dict[str, Any]]]
    status: ClassVar[int]
    body: ClassVar[str | None]

    def do_POST(self) -> None:
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request["key"], request["path"] = self.headers["Authorization"], self.path
        self.asked.append(request)
        data = [
            {"object": "embedding", "index": at, "embedding": [float(len(text)), 1.0]}
            for at, text in enumerate(request["input"])
        ]
        answer = {"object": "list", "data": data[::-1], "model": "m", "usage": {}}
        content = (self.body if self.body is not None else json.dumps(answer)).encode()
        self.send_response(self.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def _serving(status: int = 200, body: str | None = None) -> Iterator[tuple[str, list[Any]]]:
    handler: Any = type("Handler", (_Handler,), {"asked": [], "status": status, "body": body})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", handler.asked
    finally:
        server.shutdown()
        server.server_close()


def _at(url: str) -> EmbeddingSettings:
    return EmbeddingSettings(kind="server", name="e5-base", url=url, api_key=SecretStr("hush"))


def test_server_is_asked_in_blocks_and_answers_are_put_in_order() -> None:
    with _serving() as (url, asked):
        model = embedder(_at(url))
        assert asked == []
        texts = ["x" * (n + 1) for n in range(150)]
        vectors = np.array(model.documents(texts))
    assert vectors.shape == (150, 2)
    angle = np.arctan2(vectors[:, 1], vectors[:, 0])
    assert len(np.unique(np.sign(vectors[:, 0]))) == 2
    assert (np.diff(angle[vectors[:, 0] < 0]) >= -1e-9).all()
    profiles = [text for request in asked for text in request["input"] if "x" in text[9:10]]
    assert profiles == [f"passage: {text}" for text in texts]
    assert max(len(request["input"]) for request in asked) <= 64
    assert {request["key"] for request in asked} == {"Bearer hush"}
    assert {request["path"] for request in asked} == {"/v1/embeddings"}
    assert "hush" not in repr(model)


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (401, "{}", "embedding.api_key"),
        (404, '{"error": "no such model"}', "embedding.name"),
        (200, "<html>", "OpenAI-style"),
        (200, "[]", "OpenAI-style"),
        (200, '{"data": []}', "gives"),
        (200, '{"data": [{"index": 0, "embedding": [1.0]}]}', "gives 1 vectors for"),
    ],
)
def test_server_failures_are_told(status: int, body: str, words: str) -> None:
    with _serving(status, body) as (url, _), pytest.raises(ServerError, match=words):
        embedder(_at(url)).documents(["one", "two"])


def test_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "SERVER_RETRIES", 0)
    with _serving() as (url, _):
        pass
    with pytest.raises(ServerError, match="is it running"):
        embedder(_at(url)).queries(["one"])
