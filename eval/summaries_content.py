"""What the report of the summaries says: the plain result in the reader's words and tables.

The words of both languages are in `templates/summaries.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from agent.settings import Language
from eval.report_content import Cell, Row, Table
from eval.shares import Share
from eval.summaries import SummariesResult
from eval.wording import wording

Source = Mapping[str, Any]  # `eval.summaries.Figures`

_SHARES = ("passed", "numbers_right", "numbers_current", "facts_told", "language_right")
_PROBLEMS = ("wrong_numbers", "refused", "outdated_numbers", "wrong_language", "cut_customers")
_SHOWN = 20


def content(result: SummariesResult, language: Language) -> dict[str, Any]:
    """All that the templates show, in one language: texts, and tables of texts."""
    words = wording("summaries", language)
    return {
        "w": words,
        "language": "zh-CN" if language == "zh" else "en",
        "made": str(words["made"]).format(**result),
        "groups": [_section(group, words) for group in result["groups"]],
    }


def _section(group: Mapping[str, Any], words: Any) -> dict[str, Any]:
    columns = words["columns"]
    spoken = words["languages"][group["language"]]
    shown = group["sources"][0]
    return {
        "title": str(words["section"]).format(language=spoken, model=group["model"]),
        "plainly": _plainly(group, words),
        "figures": _figures(group["sources"], words),
        "told": _told(group["sources"], words),
        "problems": _problems(group["sources"], words),
        "refusals": _pairs(
            (columns["test"], columns["answers"]),
            {words["tests"].get(test, test): n for test, n in group["refusals"].items()},
        ),
        "phrases": _pairs(
            (columns["phrase"], columns["texts_with"]),
            {one["phrase"]: one["texts"] for one in shown["phrases"]},
        ),
    }


def _plainly(group: Mapping[str, Any], words: Any) -> list[str]:
    """What is wrong, what is left out and what repeats, before anything else is told."""
    by_source = {figures["source"]: figures for figures in group["sources"]}
    lines = [_sound(group["sources"], words)]
    if "model" in by_source:
        model, plain = by_source["model"], by_source["plain"]
        tells = str(words["tells"]).format(
            told=percent(model["facts_told"]),
            plain=percent(plain["facts_told"]),
            difference=percent(group["more_told"], "+"),
            verdict=words["verdicts"][verdict(group["more_told"])],
        )
        repeats = str(words["repeats"]).format(
            shared=percent(model["overlap"]),
            plain=percent(plain["overlap"]),
            difference=percent(group["more_overlap"], "+"),
            verdict=words["verdicts"][verdict(group["more_overlap"])],
        )
        lines += [tells, *_left_out(model, words), repeats]
    taken = {name: percent(group[name]) for name in ("first", "accepted", "fallback")}
    return [*lines, str(words["taken"]).format(texts=group["texts"], **taken)]


def _sound(sources: Sequence[Source], words: Any) -> str:
    written = [figures for figures in sources if figures["source"] != "plain"]
    found = [
        str(words["problems"][name]).format(n=count)
        for name in _PROBLEMS
        if (count := sum(len(figures[name]) for figures in written))
    ]
    if not found:
        return str(words["sound"])
    return str(words["unsound"]).format(problems=words["joint"].join(found))


def _left_out(model: Source, words: Any) -> list[str]:
    """The three kinds of facts that the texts leave out most often, by share."""
    kinds = [one for one in model["told"] if one["told"] < one["sheets"]]
    kinds.sort(key=lambda one: one["told"] / one["sheets"])
    named = [
        str(words["left_out_one"]).format(
            fact=words["facts"].get(one["fact"], one["fact"]),
            left=one["sheets"] - one["told"],
            sheets=one["sheets"],
        )
        for one in kinds[:3]
    ]
    return [str(words["left_out"]).format(facts=words["joint"].join(named))] if named else []


def _figures(sources: Sequence[Source], words: Any) -> Table:
    """Figures x sources."""
    names = words["figures"]
    rows = [_row(names["texts"], [f"{one['texts']:,}" for one in sources])]
    rows.append(_row(names["numbers"], [f"{one['numbers']:,}" for one in sources]))
    for name in _SHARES:
        rows.append(_row(names[name], [percent(one[name]) for one in sources]))
    for name in ("distinct_1", "distinct_2"):
        rows.append(_row(names[name], [f"{one[name]:.3f}" for one in sources]))
    rows.append(_row(names["overlap"], [percent(one["overlap"]) for one in sources]))
    rows.append(_row(names["length"], [_length(one) for one in sources]))
    rows.append(_row(names["cut"], [percent(one["cut"]) for one in sources]))
    return Table((words["columns"]["figure"], *_heads(sources, words)), tuple(rows))


def _told(sources: Sequence[Source], words: Any) -> Table:
    """Kinds of facts x sources: in how many of the texts that could tell it."""
    by_source = [{one["fact"]: one for one in figures["told"]} for figures in sources]
    kinds = dict.fromkeys(kind for told in by_source for kind in told)
    rows = []
    for kind in kinds:
        cells = [
            f"{told[kind]['told']} / {told[kind]['sheets']}" if kind in told else "–"
            for told in by_source
        ]
        rows.append(_row(words["facts"].get(kind, kind), cells))
    return Table((words["columns"]["fact"], *_heads(sources, words)), tuple(rows))


def _heads(sources: Sequence[Source], words: Any) -> list[str]:
    return [str(words["sources"][figures["source"]]) for figures in sources]


def _problems(sources: Sequence[Source], words: Any) -> list[str]:
    """One line a problem of a stored text, the first of them."""
    lines: list[str] = []
    for figures in sources:
        if figures["source"] == "plain":
            continue
        lines += [
            f"{one['customer']}: {one['number']} ({one['clause']})"
            for one in (*figures["wrong_numbers"], *figures["outdated_numbers"])
        ]
        lines += [f"{one['customer']}: {'; '.join(one['reasons'])}" for one in figures["refused"]]
        for name in ("wrong_language", "cut_customers"):
            found = str(words["problems"][name]).format(n=len(figures[name]))
            if figures[name]:
                lines.append(f"{found}: {', '.join(figures[name][:_SHOWN])}")
    more = [str(words["more"]).format(n=len(lines) - _SHOWN)] if len(lines) > _SHOWN else []
    return lines[:_SHOWN] + more


def _pairs(head: tuple[str, str], counts: dict[str, int]) -> Table:
    return Table(head, tuple(_row(name, [str(count)]) for name, count in counts.items()))


def _row(name: str, cells: list[str]) -> Row:
    return Row((Cell(str(name)), *(Cell(text) for text in cells)))


def _length(figures: Source) -> str:
    length = figures["length"]
    return f"{length['median']:.0f} ({length['low']:.0f}–{length['high']:.0f})"


def percent(share: Share, sign: str = "") -> str:
    """95.2% [92.2%, 98.1%]; a dash where there is nothing to take it of."""
    if share["value"] is None:
        return "–"
    ends = (share["value"], share["low"], share["high"])
    value, low, high = (f"{100 * (end or 0):{sign}.1f}%" for end in ends)
    return f"{value} [{low}, {high}]"


def verdict(share: Share) -> str:
    """Of a difference: `better` above zero, `worse` below, `same` where the interval holds it."""
    if share["low"] is None or share["high"] is None:
        return "same"
    if share["low"] > 0:
        return "better"
    return "worse" if share["high"] < 0 else "same"
