"""The report of the summaries as HTML, Markdown and text for a terminal.

The templates hold the form and `summaries_content` what is said; what comes from data is escaped.
"""

from __future__ import annotations

import io

from rich.console import Console
from rich.markup import escape

from agent.display import make_table
from agent.settings import Language
from eval.report import environment, tidy
from eval.report_content import Table
from eval.summaries import SummariesResult
from eval.summaries_content import content

_WIDTH = 120


def html_report(result: SummariesResult, language: Language = "en") -> str:
    """One self-contained HTML page."""
    return environment().get_template("summaries.html.j2").render(**content(result, language))


def markdown_report(result: SummariesResult, language: Language = "en") -> str:
    """The same as Markdown."""
    template = environment().get_template("summaries.md.j2")
    return tidy(template.render(**content(result, language)))


def text_report(result: SummariesResult, language: Language = "en") -> str:
    """What matters most of it, as plain lines."""
    said = content(result, language)
    lines = [said["made"]]
    for group in said["groups"]:
        lines += ["", group["title"], *group["plainly"], *group["problems"]]
        lines += ["", _drawn(group["figures"]), "", _drawn(group["told"])]
    return "\n".join(lines)


def _drawn(table: Table) -> str:
    """A table in columns; Chinese characters are two wide."""
    shown = make_table(*map(escape, table.head))
    for row in table.rows:
        shown.add_row(*(escape(cell.text) for cell in row.cells))
    console = Console(file=io.StringIO(), width=_WIDTH)
    console.print(shown)
    return console.file.getvalue().rstrip()  # type: ignore[attr-defined,no-any-return]
