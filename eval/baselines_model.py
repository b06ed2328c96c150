"""The two ways in which tools commonly let a language model tag: baselines, asked of each customer.

`yes_no` scores Yes against No for one customer and one tag; `list_tags` lets the model list the
tags that fit. Both read the same sheet of facts, without any attribute, and see no label. Their
answers are kept in the store, so only the first run needs a server.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import Store
from agent.facts.sheet import sheet_text
from agent.llm.answers import Question, ask_all
from agent.llm.client import Constraint
from agent.llm.endpoint import Endpoint
from agent.profiles.sheets import Sheets
from agent.progress import Progress, silent
from agent.prompts import load_prompt
from agent.settings import Language
from agent.tags.quality import Floats
from agent.tags.taxonomy import TagDef
from agent.workspace import Workspace
from eval.baselines import Baseline

Servers = Callable[[], Sequence[Endpoint]]

_OPTIONS: dict[Language, tuple[str, str]] = {"en": ("Yes", "No"), "zh": ("是", "否")}
_MORE: dict[Language, tuple[str, str]] = {
    "en": ("; buys more than others of ", ", "),
    "zh": ("；比其他顾客更常买", "、"),
}


def customer_texts(store: Store, customers: Sequence[str], language: Language) -> dict[str, str]:
    """What is told of each customer: the phrases of the sheet and all categories that stand out."""
    sheets = Sheets(store)
    likes = _likes(store)
    opening, joint = _MORE[language]
    texts = {}
    for customer in customers:
        facts = [f for f in sheets.sheet(customer, language) if not f.id.startswith("likes:")]
        names = [sheets.glossary.label(name, language) for name in likes.get(customer, [])]
        more = opening + joint.join(names) if names else ""
        texts[customer] = sheet_text(facts, language) + more
    return texts


def ask_yes_no(
    workspace: Workspace,
    endpoints: Servers,
    customers: Sequence[str],
    tags: Sequence[TagDef],
    progress: Progress = silent,
) -> pd.DataFrame:
    """Customers x tags: the probability of Yes among Yes and No. Raises `ModelError`."""
    language = workspace.settings.language
    texts = customer_texts(workspace.store, customers, language)
    questions = [_yes_no(c, texts[c], tag, language) for c in customers for tag in tags]
    answers = ask_all(
        workspace.store, endpoints, workspace.settings.model, questions, progress, "ask yes or no"
    )
    yes, no = _OPTIONS[language]
    found = [1 / (1 + math.exp(min(700.0, given[no] - given[yes]))) for given in answers]
    rows = [found[start : start + len(tags)] for start in range(0, len(found), len(tags))]
    return pd.DataFrame(rows, index=pd.Index(customers), columns=[tag.id for tag in tags])


def ask_lists(
    workspace: Workspace,
    endpoints: Servers,
    customers: Sequence[str],
    tags: Sequence[TagDef],
    progress: Progress = silent,
) -> pd.DataFrame:
    """Customers x tags: 1 where the model listed the tag, 0 where not, NaN where it wrote no list.

    Raises `ModelError`.
    """
    language = workspace.settings.language
    texts = customer_texts(workspace.store, customers, language)
    questions = [_list(c, texts[c], tags, language) for c in customers]
    answers = ask_all(
        workspace.store, endpoints, workspace.settings.model, questions, progress, "ask for a list"
    )
    rows = [_listed(given["text"], tags, language) for given in answers]
    return pd.DataFrame(rows, index=pd.Index(customers), columns=[tag.id for tag in tags])


def as_baseline(answers: pd.DataFrame) -> Baseline:
    """The answers as a baseline; where there is none, the share of the training customers."""

    def answered(train: pd.Series, test: pd.Index) -> Floats:
        found = answers[str(train.name)].loc[test].fillna(train.mean())
        return np.asarray(found, dtype=np.float64)

    return answered


def _yes_no(customer: str, text: str, tag: TagDef, language: Language) -> Question:
    prompt = load_prompt("yes_no", language)
    messages = tuple(prompt.messages(sheet=text, claim=_claim(tag, language)))
    return Question(
        "yes_no", customer, tag.id, messages, _OPTIONS[language], prompt_hash=prompt.hash
    )


def _claim(tag: TagDef, language: Language) -> str:
    """What the tag says, without "probably" and up to where it tells how it is found."""
    said = tag.words(language).description.replace("；", ";").split(";")[0].rstrip(".。")
    return said.replace("probably ", "").replace("可能", "")


def _list(customer: str, text: str, tags: Sequence[TagDef], language: Language) -> Question:
    prompt = load_prompt("list_tags", language)
    labels = [tag.words(language).label for tag in tags]
    shown = json.dumps(labels, ensure_ascii=False)
    # vLLM knows no `uniqueItems`: a tag that is listed twice counts once.
    form = {"type": "array", "items": {"enum": labels}, "maxItems": len(labels)}
    return Question(
        "list",
        customer,
        "",
        tuple(prompt.messages(sheet=text, tags=shown)),
        constraint=Constraint("json", form),
        max_tokens=prompt.max_tokens,
        prompt_hash=prompt.hash,
    )


def _listed(text: str, tags: Sequence[TagDef], language: Language) -> list[float]:
    try:
        found = json.loads(text, strict=False)
    except json.JSONDecodeError:
        return [math.nan] * len(tags)
    return [float(tag.words(language).label in found) for tag in tags]


def _likes(store: Store) -> dict[str, list[str]]:
    table = tables.affinities
    query = sa.select(table.c.customer, table.c.name).order_by(table.c.customer, table.c.rank)
    found: dict[str, list[str]] = {}
    for row in store.rows(query):
        found.setdefault(row["customer"], []).append(row["name"])
    return found
