"""The ways of searching that are compared: ours, its parts, and what others do.

hybrid          portrait's own search
meaning         its dense side alone: texts are linked to names
words           its lexical side alone: BM25
dense           vectors of whole profiles in Chroma
dense + words   both by reciprocal rank fusion, as hybrid search is usually built
plain RAG       LangChain's tutorial: profiles split into chunks, in langchain-chroma
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_text_splitters import RecursiveCharacterTextSplitter

from agent.progress import Progress
from agent.search.customers import open_search
from agent.search.embeddings import Embedder, embedder
from agent.search.hybrid import HybridSearch
from agent.search.index import Entry, Index
from agent.workspace import Workspace
from eval.search_documents import embed_all, kept, profile_texts

Search = Callable[[str], Sequence[str]]  # a text -> customers, best first

OURS = "hybrid"
DEPTH = 200  # customers that each way of searching gives, and that are fused
FUSION = 60  # the constant of reciprocal rank fusion (Cormack, Clarke and Büttcher 2009)
CHUNK, OVERLAP = 1_000, 200  # characters, as in LangChain's tutorial
ADDED_AT_ONCE = 5_000  # Chroma takes at most 5,461


@contextmanager
def open_systems(workspace: Workspace, progress: Progress) -> Iterator[dict[str, Search]]:
    """Every way of searching the customers of a home, by name."""
    texts = profile_texts(workspace, workspace.settings.language)
    model, folder = embedder(workspace.settings.embedding), workspace.home / "eval"
    embed_all(list(texts.values()), model, folder, progress)
    quick = kept(model, folder)
    with (
        TemporaryDirectory() as place,
        open_search(workspace) as search,
        Index(Path(place) / "dense", None, quick) as index,
    ):
        index.upsert([_entry(customer, text) for customer, text in texts.items()])
        words, dense = _by_part(search, "words", len(texts)), _dense(index)
        yield {
            OURS: lambda text: [match.customer for match in search.search(text, DEPTH)],
            "meaning": _by_part(search, "meaning", len(texts)),
            "words": words,
            "dense": dense,
            "dense + words": lambda text: fuse([dense(text), words(text)])[:DEPTH],
            "plain RAG": _plain_rag(texts, quick, Path(place) / "rag"),
        }


def fuse(rankings: Sequence[Sequence[str]]) -> list[str]:
    """Reciprocal rank fusion; ties in order of customers."""
    scores: dict[str, float] = defaultdict(float)
    for ranking in rankings:
        for place, customer in enumerate(ranking, start=1):
            scores[customer] += 1 / (FUSION + place)
    return sorted(scores, key=lambda customer: (-scores[customer], customer))


def _by_part(search: HybridSearch, part: str, everyone: int) -> Search:
    """Ranked by one part of the score alone, ties in order of customers."""

    def run(text: str) -> list[str]:
        scores = {m.customer: float(getattr(m, part)) for m in search.search(text, everyone)}
        found = [customer for customer, score in scores.items() if score > 0]
        return sorted(found, key=lambda customer: (-scores[customer], customer))[:DEPTH]

    return run


def _dense(index: Index) -> Search:
    return lambda text: [hit.customer for hit in index.search(text, DEPTH)]


def _entry(customer: str, text: str) -> Entry:
    return Entry(customer, text, language="", tags=(), numbers={})


def rag_store(texts: Mapping[str, str], model: Embedder, folder: Path) -> Chroma:
    """The store of LangChain's tutorial: chunks of the texts, each with its `customer`."""
    splitter = RecursiveCharacterTextSplitter(chunk_size=CHUNK, chunk_overlap=OVERLAP)
    whole = [Document(text, metadata={"customer": customer}) for customer, text in texts.items()]
    chunks = splitter.split_documents(whole)
    store = Chroma("profiles", embedding_function=model, persist_directory=str(folder))
    for at in range(0, len(chunks), ADDED_AT_ONCE):
        store.add_documents(chunks[at : at + ADDED_AT_ONCE])
    return store


def _plain_rag(texts: Mapping[str, str], model: Embedder, folder: Path) -> Search:
    """As the tutorial has it, but that a customer found by several chunks is given once."""
    store = rag_store(texts, model, folder)

    def run(text: str) -> list[str]:
        found = store.similarity_search(text, k=DEPTH)
        return list(dict.fromkeys(str(chunk.metadata["customer"]) for chunk in found))

    return run
