"""Are the summaries right, whole and readable? Over all that the store holds.

For each language and model: how often the checker took the first answer, one after retries, or
none (then the template spoke), and the figures of the texts. They stand beside those of the plain
template of the same customers, so that a reader sees what the model adds and what it costs.

The checker refused what it took for wrong before a text was stored: that stored texts pass shows
that nothing changed since, not that the checker is right (tests/profiles/number_check.py for that).
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any, TypedDict

import numpy as np
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.glossary import load_glossary
from agent.data.store import now
from agent.errors import DataError
from agent.facts.sheet import Fact
from agent.profiles.checker import Checker
from agent.profiles.template import template_summary
from agent.progress import Progress, Tick, silent
from agent.prompts import load_claims
from agent.settings import Language
from agent.tags.names import catalogue_names
from agent.workspace import Workspace
from eval.fresh_sheets import fresh_sheets
from eval.grams import Phrase, common_phrases, distinct, overlaps
from eval.shares import Share, mean_share, share, wilson
from eval.summary_marks import Marks, Text, WrongNumber, mark

# Texts whose phrasing is compared. Fixed, for the more texts, the more they repeat each other.
COMPARED = 1_000


class Refused(TypedDict):
    """A stored text that the checker refuses now."""

    customer: str
    reasons: list[str]


class Told(TypedDict):
    """Of the texts whose sheet holds a fact of this kind, how many tell it."""

    fact: str
    sheets: int
    told: int


class Length(TypedDict):
    """Words in English, characters in Chinese; low and high hold 90% of the texts."""

    median: float
    low: float
    high: float


class Figures(TypedDict):
    """The texts of one source: `model`, `template` (fallbacks), `plain` (the model's customers)."""

    source: str
    texts: int
    passed: Share
    refused: list[Refused]
    numbers: int
    numbers_right: Share
    wrong_numbers: list[WrongNumber]
    numbers_current: Share  # held by the sheet that the events give now
    outdated_numbers: list[WrongNumber]  # held by the sheet of then, not by that of now
    facts_told: Share
    told: list[Told]
    language_right: Share
    wrong_language: list[str]
    distinct_1: float
    distinct_2: float
    overlap: Share
    phrases: list[Phrase]
    length: Length
    cut: Share
    cut_customers: list[str]


class Group(TypedDict):
    """All summaries in one language by one model. refusals: test -> answers that it refused.

    more_told, more_overlap: of the model's text less that of the plain template, by customer.
    """

    language: Language
    model: str
    texts: int
    first: Share
    accepted: Share
    fallback: Share
    tokens: float
    refusals: dict[str, int]
    sources: list[Figures]
    more_told: Share
    more_overlap: Share


class SummariesResult(TypedDict):
    """What `eval summaries --json` prints. failed: customers without any answer (dead letters)."""

    summaries: int
    failed: int
    groups: list[Group]
    as_of: str
    data_hash: str
    made_at: str


Row = dict[str, Any]


@dataclass(frozen=True)
class _Judged:
    """A stored profile, the marks of its text and those of the plain template in its place."""

    row: Row
    marks: Marks
    plain: Marks


def evaluate_summaries(workspace: Workspace, progress: Progress = silent) -> SummariesResult:
    """All figures of the stored summaries. Raises `DataError` where there are none."""
    as_of, rows = workspace.as_of, _rows(workspace)
    if not rows:
        raise DataError(
            f"{workspace.home} holds no summaries yet: run `portrait build` (with --limit N for "
            "some of the customers) or `portrait demo` first"
        )
    progress(Tick("recompute the facts", 0, 1))
    fresh = fresh_sheets(workspace, {row["customer"]: row["language"] for row in rows})
    by_group: dict[tuple[Language, str], list[_Judged]] = defaultdict(list)
    for one in _judge(workspace, rows, fresh, progress):
        by_group[one.row["language"], one.row["model"]].append(one)
    return SummariesResult(
        summaries=len(rows),
        failed=_failed(workspace),
        groups=[_group(members) for _, members in sorted(by_group.items())],
        as_of=as_of.isoformat(),
        data_hash=str(workspace.store.get_meta("data_hash")),
        made_at=now(),
    )


def _rows(workspace: Workspace) -> list[Row]:
    """All profiles in an order that has nothing to do with the ids, so that a part is fair."""
    rows = workspace.store.rows(sa.select(tables.profiles))
    return sorted(rows, key=lambda row: hashlib.sha256(row["customer"].encode()).digest())


def _failed(workspace: Workspace) -> int:
    letters = tables.dead_letters
    query = sa.select(letters.c.customer).where(letters.c.step == "summary")
    return len(workspace.store.rows(query))


def _checker(workspace: Workspace, language: Language) -> Checker:
    names = catalogue_names(workspace, load_glossary(workspace.store), language)
    return Checker(language, load_claims(), names)


def _judge(
    workspace: Workspace, rows: Sequence[Row], fresh: dict[str, list[Fact]], progress: Progress
) -> Iterator[_Judged]:
    """Each row with its marks, and with those of the plain template in its place."""
    checkers = {
        language: _checker(workspace, language) for language in {row["language"] for row in rows}
    }
    for done, row in enumerate(rows, start=1):
        text, checker = _text(row, fresh), checkers[row["language"]]
        yield _Judged(row, mark(text, checker), mark(_plain(text), checker))
        progress(Tick("check summaries", done, len(rows)))


def _group(judged: Sequence[_Judged]) -> Group:
    """All figures of one language and model."""
    rows = [one.row for one in judged]
    written = [one for one in judged if one.row["summary_source"] == "model"]
    by_source = {
        "model": [one.marks for one in written],
        "template": [one.marks for one in judged if one.row["summary_source"] == "template"],
        "plain": [one.plain for one in written],
    }
    model, plain = by_source["model"], by_source["plain"]
    return Group(
        language=rows[0]["language"],
        model=rows[0]["model"],
        texts=len(rows),
        first=wilson(sum(one.row["attempts"] == 1 for one in written) / len(rows), len(rows)),
        accepted=wilson(len(written) / len(rows), len(rows)),
        fallback=wilson(1 - len(written) / len(rows), len(rows)),
        tokens=mean(row["tokens"] for row in rows),
        refusals=_refusals(rows),
        sources=[_figures(source, marks) for source, marks in by_source.items() if marks],
        more_told=_difference([m.share_told for m in model], [m.share_told for m in plain]),
        more_overlap=_difference(_overlaps(model), _overlaps(plain)),
    )


def _text(row: Row, fresh: dict[str, list[Fact]]) -> Text:
    customer = row["customer"]
    sheet = [Fact(**fact) for fact in row["sheet"]]
    return Text(customer, row["language"], row["summary"], sheet, fresh.get(customer, []))


def _plain(text: Text) -> Text:
    """The plain template in the place of a text."""
    summary = template_summary(text.sheet, text.language)
    return Text(text.customer, text.language, summary, text.sheet, text.fresh)


def _refusals(rows: Iterable[Row]) -> dict[str, int]:
    """How many answers each test refused; an answer may fall to several tests."""
    answers = [answer for row in rows for answer in row["refused"]]
    tests = [{part.split(":")[0] for part in a.split("; ") if ": " in part} for a in answers]
    return dict(Counter(test for one in tests for test in sorted(one)).most_common())


def _figures(source: str, marks: Sequence[Marks]) -> Figures:
    compared = [one.text.summary for one in marks[:COMPARED]]
    wrong = [number for one in marks for number in one.wrong]
    unheld_now = [number for one in marks for number in one.unheld_now]
    numbers = sum(one.numbers for one in marks)
    return Figures(
        source=source,
        texts=len(marks),
        passed=share([not one.refusals for one in marks]),
        refused=[
            Refused(customer=one.text.customer, reasons=one.refusals)
            for one in marks
            if one.refusals
        ],
        numbers=numbers,
        numbers_right=_held(numbers, len(wrong), len(marks)),
        wrong_numbers=wrong,
        numbers_current=_held(numbers, len(unheld_now), len(marks)),
        outdated_numbers=[number for number in unheld_now if number not in wrong],
        facts_told=mean_share([one.share_told for one in marks]),
        told=_told(marks),
        language_right=share([one.in_language for one in marks]),
        wrong_language=[one.text.customer for one in marks if not one.in_language],
        distinct_1=distinct(compared, 1),
        distinct_2=distinct(compared, 2),
        overlap=mean_share(overlaps(compared)),
        phrases=common_phrases(compared),
        length=_length([one.length for one in marks]),
        cut=share([one.cut for one in marks]),
        cut_customers=[one.text.customer for one in marks if one.cut],
    )


def _held(numbers: int, wrong: int, texts: int) -> Share:
    # With the sheet of today a text may read as more numbers than with that of then.
    right = max(numbers - wrong, 0)
    return wilson(right / numbers, texts) if numbers else share([])


def _told(marks: Sequence[Marks]) -> list[Told]:
    """By kind of fact; all liked categories are one kind, and all given attributes."""
    sheets: Counter[str] = Counter()
    told: Counter[str] = Counter()
    for one in marks:
        for fact, is_told in one.told.items():
            kind = fact.partition(":")[0]
            sheets[kind] += 1
            told[kind] += is_told
    return [Told(fact=kind, sheets=count, told=told[kind]) for kind, count in sheets.items()]


def _length(lengths: Sequence[int]) -> Length:
    low, median, high = np.percentile(lengths, [5, 50, 95])
    return Length(median=float(median), low=float(low), high=float(high))


def _overlaps(marks: Sequence[Marks]) -> list[float]:
    return overlaps([one.text.summary for one in marks[:COMPARED]])


def _difference(ours: Sequence[float], theirs: Sequence[float]) -> Share:
    return mean_share([mine - other for mine, other in zip(ours, theirs, strict=True)])
