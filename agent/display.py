"""How results look in a terminal: tables, texts, progress bars. Only the command line calls it."""

from __future__ import annotations

import tempfile
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from agent.progress import Progress as Report
from agent.progress import Tick

_errors = Console(stderr=True)
_QUIET_SECONDS = 10.0
MOST_SHOWN = 3


def open_console() -> Console:
    """Standard output, without colours of its own."""
    return Console(highlight=False, soft_wrap=True)


class _Rate(ProgressColumn):
    """Units a second since the step began, and its counts."""

    def render(self, task: Task) -> Text:
        rate = task.speed or task.finished_speed
        counts = " ".join(f"{name} {value:,.0f}" for name, value in task.fields["counts"].items())
        return Text(" ".join(part for part in (f"{rate:,.1f}/s" if rate else "", counts) if part))


@contextmanager
def progress() -> Iterator[Report]:
    """A bar for each step on standard error; where that is no terminal, a line now and then."""
    if not _errors.is_terminal:
        yield _Lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        _Rate(),
    )
    with Progress(*columns, console=_errors, speed_estimate_period=120) as bars:
        tasks: dict[str, TaskID] = {}

        def report(tick: Tick) -> None:
            if tick.step not in tasks:
                tasks[tick.step] = bars.add_task(escape(tick.step), counts={})
            bars.update(
                tasks[tick.step], completed=tick.done, total=tick.total, counts=dict(tick.counts)
            )

        yield report


class _Lines:
    """Progress for a log file: the begin and the end of a step, and a line every ten seconds."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._began: dict[str, float] = {}

    def __call__(self, tick: Tick) -> None:
        now = time.monotonic()
        began = self._began.setdefault(tick.step, now)
        ended = tick.total is not None and tick.done >= tick.total
        if ended or now - self._last.get(tick.step, -_QUIET_SECONDS) >= _QUIET_SECONDS:
            self._last[tick.step] = now
            total = f" of {tick.total:,.0f}" if tick.total else ""
            counts = "".join(f", {name} {value:,.0f}" for name, value in tick.counts.items())
            _errors.print(
                f"{tick.step}: {tick.done:,.0f}{total}, {now - began:.0f} s{counts}",
                markup=False,
                highlight=False,
                soft_wrap=True,
            )


def save_traceback(error: BaseException) -> Path:
    """Where a report of an unexpected error was written for whoever mends it."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="portrait-", suffix=".txt", delete=False, encoding="utf-8"
    ) as file:
        file.write("".join(traceback.format_exception(error)))
    return Path(file.name)


def make_table(*names: str) -> Table:
    """A plain table with a head."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in names:
        table.add_column(name, overflow="fold")
    return table


def ingest_report(report: dict[str, Any]) -> None:
    """What became of every row."""
    table = make_table("file", "table", "given", "accepted", "quarantined")
    for file in report["files"]:
        counts = (f"{file[name]:,}" for name in ("given", "accepted", "quarantined"))
        table.add_row(escape(Path(file["file"]).name), file["table"], *counts)
    console = open_console()
    console.print(table)
    for file in report["files"]:
        for reason, rows in file["reasons"].items():
            console.print(f"  {Path(file['file']).name}: {rows:,} rows, {reason}", markup=False)
    for warning in report["warnings"]:
        console.print(f"note: {warning}", markup=False)
    console.print(
        f"{report['customers']:,} customers, {report['events']:,} events, "
        f"{report['products']:,} products, as of {report['as_of']}"
    )


def build_report(report: dict[str, Any]) -> None:
    """What a build did."""
    console = open_console()
    for name, what in (("facts", "facts of customers"), ("tags", "tags")):
        count = report[name]
        console.print(f"{what}: {f'{count:,} computed' if count else 'current'}")
    summaries = report["summaries"]
    console.print(
        f"summaries: {summaries['written']:,} written, {summaries['templates']:,} of them by the "
        f"template, {summaries['current']:,} current, {summaries['failed']:,} failed, "
        f"{summaries['tokens']:,} tokens"
    )
    for reason, count in summaries["rewritten"].items():
        console.print(f"  {count:,} rewritten: {reason}")
    for reason, count in summaries["refusals"].items():
        console.print(f"  {count:,} answers refused by the checker: {reason}")
    console.print(f"index: {report['indexed']:,} texts embedded")
    if summaries["failed"]:
        console.print("`portrait problems` lists what failed and why")


_HEADS = {
    "en": {
        "tags": ("tag", "sure", "evidence"),
        "not_given": ("not given", "sure", "evidence"),
        "likes": ("buys more than others", "orders", "lift"),
        "facts": ("fact", "value"),
    },
    "zh": {
        "tags": ("标签", "把握", "依据"),
        "not_given": ("未给出的标签", "把握", "依据"),
        "likes": ("比别人买得多", "订单数", "倍数"),
        "facts": ("事实", "数值"),
    },
}
_WORDS = {
    "en": {
        "given": "given",
        "rule": "rule",
        "learned": "learned",
        "prior": "prior",
        "no": "no",
        "unknown": "unknown",
        "right": "right {:.0%}",
        "unmeasured": "not measured",
    },
    "zh": {
        "given": "商家提供",
        "rule": "规则",
        "learned": "学得",
        "prior": "先验",
        "no": "否",
        "unknown": "未知",
        "right": "正确率{:.0%}",
        "unmeasured": "未测量",
    },
}


def profile(content: dict[str, Any]) -> None:
    """One customer."""
    console = open_console()
    console.print(f"[bold]{escape(content['customer'])}[/bold]")
    if content["summary"]:
        console.print(content["summary"], markup=False, soft_wrap=False)
        made = content["made_at"][:16].replace("T", " ")
        source = f"({content['summary_source']}, {content['model']}, {made} UTC)"
        console.print(source, markup=False, style="dim")
    else:
        console.print("no summary yet: run `portrait build --customer ID`", markup=False)
    heads, words = _HEADS[content["language"]], _WORDS[content["language"]]
    for name, rows in (
        ("tags", [_tag_row(tag, words) for tag in content["tags"]]),
        ("not_given", [_tag_row(tag, words) for tag in content["not_given"]]),
        ("likes", [_like_row(like) for like in content["likes"]]),
        ("facts", [_fact_row(fact, words["given"]) for fact in content["facts"]]),
    ):
        if rows:
            table = make_table(*heads[name])
            for row in rows:
                table.add_row(*map(escape, row))
            console.print()
            console.print(table)


def _tag_row(tag: dict[str, Any], words: dict[str, str]) -> tuple[str, str, str]:
    """Of a rule, that it is met; else the probability, its source, and how often that is right."""
    evidence = _shortened(list(dict.fromkeys(tag["evidence"])))
    if tag["source"] == "rule":
        return tag["label"], words["rule"], evidence
    quality = tag["quality"]
    parts = [f"{tag['probability']:.2f}", words[tag["source"]]]
    if tag["decision"] != "yes":
        parts.insert(1, words[tag["decision"]])
    if quality is None:
        parts.append(words["unmeasured"])
    elif tag["decision"] == "yes" and quality["given"]:
        parts.append(words["right"].format(quality["precision"]))
    return tag["label"], ", ".join(parts), evidence


def _like_row(like: dict[str, Any]) -> tuple[str, str, str]:
    return like["label"], f"{like['orders']:,}", f"{like['lift']:.1f}"


def _fact_row(fact: dict[str, Any], given: str) -> tuple[str, str]:
    value = fact["value"]
    if fact["source"] == "given":
        return fact["label"], f"{value} ({given})"
    if isinstance(value, str):
        return fact["label"], value
    forms = {"share": "{:.1%}", "money": "{:,.2f}", "ratio": "{:.2f}", "stars": "{:.2f}"}
    return fact["label"], forms.get(fact["unit"], "{:,g}").format(value)


def _shortened(items: list[str]) -> str:
    """The first few, and how many more there are."""
    more = f" +{len(items) - MOST_SHOWN}" if len(items) > MOST_SHOWN else ""
    return "; ".join(items[:MOST_SHOWN]) + more


def answer(result: dict[str, Any]) -> None:
    """One answer: conditions and figure first, then the sample."""
    console = open_console()
    console.print(f"[bold]{escape(result['question'])}[/bold]")
    console.print(result["answer"], markup=False, soft_wrap=False)
    if result.get("phrased"):
        console.print(result["phrased"], markup=False, style="italic")
    for step in result.get("steps", []):
        given = ", ".join(f"{name}: {value}" for name, value in step["arguments"].items())
        failed = f" — {step['error']}" if "error" in step else ""
        console.print(f"  {step['tool']}({given}){failed}", markup=False, style="dim")
    table = Table(box=None, pad_edge=False, show_header=False, padding=(0, 2, 0, 0))
    table.add_column(style="cyan", no_wrap=True)
    table.add_column(overflow="fold")
    for citation in result["citations"]:
        table.add_row(escape(citation["customer"]), escape("\n".join(citation["evidence"])))
    if result["citations"]:
        console.print(table)
    console.print()


def audience_table(content: dict[str, Any]) -> None:
    """The saved audiences."""
    table = make_table("name", "conditions", "saved")
    for row in content["audiences"]:
        table.add_row(escape(row["name"]), escape(row["conditions"]), row["made_at"][:10])
    open_console().print(table if content["audiences"] else "no audience is saved yet")


def field_table(content: dict[str, Any]) -> None:
    """The catalogue of fields."""
    table = make_table("field", "unit", "meaning")
    for field in content["fields"]:
        meaning = f"{field['label']}: {field['description']}"
        table.add_row(field["name"], field["unit"], escape(meaning))
    open_console().print(table)


def problems(content: dict[str, Any]) -> None:
    """Quarantine and dead letters."""
    console = open_console()
    table = make_table("file", "field", "reason", "rows", "first row")
    for row in content["quarantine"]:
        places = (escape(Path(row["file"]).name), escape(row["field"]), escape(row["reason"]))
        table.add_row(*places, f"{row['rows']:,}", str(row["first_row"]))
    console.print(table if content["quarantine"] else "no rows in quarantine")
    for letter in content["dead_letters"]:
        console.print(f"{letter['customer']} ({letter['step']}): {letter['reason']}", markup=False)
    if not content["dead_letters"]:
        console.print("no dead letters")


def server_state(state: Any, models: list[Any]) -> dict[str, Any]:
    """The server and the models there are, as plain data without the key."""
    running = state and {
        "model": state.model,
        "url": state.endpoint.url,
        "pid": state.pid,
        "settings": state.settings,
        "log": state.log,
    }
    known = [
        {
            "name": model.name,
            "download_bytes": model.size,
            "folder": str(model.folder) if model.folder else None,
        }
        for model in models
    ]
    return {"server": running, "models": known}


def server_table(content: dict[str, Any]) -> None:
    """The server and the models."""
    console = open_console()
    server = content["server"]
    if server is None:
        console.print("no server of portrait's is running: `portrait llm serve` starts one")
    else:
        console.print(f"{server['model']} on {server['url']} (pid {server['pid']})", markup=False)
        for line in (*server["settings"], f"log: {server['log']}"):
            console.print(f"  {line}", markup=False)
    for model in content["models"]:
        state = f"ready in {model['folder']}" if model["folder"] else "not fetched"
        megabytes = model["download_bytes"] // 1_000_000
        console.print(f"{model['name']}: download {megabytes:,} MB, {state}", markup=False)


def server(state: Any, endpoint: Any) -> None:
    """A server that just came up, or the one that the settings name."""
    console = open_console()
    console.print(f"{endpoint.model} on {endpoint.url}", markup=False)
    if state is not None and state.endpoint.url == endpoint.url:
        for line in (*state.settings, f"log: {state.log}"):
            console.print(f"  {line}", markup=False)


def demo_step(step: Any) -> None:
    """One finished step of the demonstration."""
    console = open_console()
    console.print(f"[bold]{escape(step.title)}[/bold] ({step.seconds:.1f} s)")
    if step.text:
        console.print(step.text, markup=False)
    console.print()
