"""The commands that measure: against labels, and against the facts that texts were written from."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Annotated, Any

import typer

from agent import display, display_ask, display_tags
from agent.cli_base import (
    AsJson,
    InLanguage,
    language_of,
    open_workspace,
    server_of,
    show_result,
    write,
)
from agent.errors import SettingsError

app = typer.Typer(no_args_is_help=True, help="Measure against truth, with baselines.")


def _writable(report: Path | None) -> Path | None:
    if report:
        from eval.report import check_report

        check_report(report)
    return report


Report = Annotated[
    Path | None,
    typer.Option(
        help="Write a report: an .html or a .md file.", dir_okay=False, callback=_writable
    ),
]


@app.command("tags")
def eval_tags(
    context: typer.Context,
    labels: Annotated[
        Path | None, typer.Argument(help="Labels as for `train` (default: the reference data's).")
    ] = None,
    aim: Annotated[str, typer.Option(help="As for `train`.")] = "precision=0.6",
    report: Report = None,
    ask: Annotated[
        bool, typer.Option("--ask", help="Ask the model what its baselines lack (slow, once).")
    ] = False,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """How right the tags are on customers that no model has seen, beside the baselines."""
    from agent.tags.decision import read_aim
    from eval.report import html_report, markdown_report, write_report
    from eval.tags import evaluate_tags

    wanted = read_aim(aim)
    with open_workspace(context) as workspace, display.progress() as progress:
        spoken = language_of(language, workspace)
        server = server_of(workspace, progress) if ask else None
        result: Any = evaluate_tags(workspace, labels, wanted, server, progress, spoken)
    if report:
        write_report(report, html_report, markdown_report, result, spoken)
    show_result(result, display_tags.evaluation, as_json)
    if report and not as_json:
        write(f"report: {report}")


@app.command("summaries")
def eval_summaries(
    context: typer.Context,
    report: Report = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """How right the stored summaries are, beside the plain template."""
    from eval.report import write_report
    from eval.summaries import evaluate_summaries
    from eval.summaries_report import html_report, markdown_report, text_report

    with open_workspace(context) as workspace, display.progress() as progress:
        spoken = language_of(language, workspace)
        result: Any = evaluate_summaries(workspace, progress)
    if report:
        write_report(report, html_report, markdown_report, result, spoken)
    show_result(result, lambda _: write(text_report(result, spoken)), as_json)


@app.command("ask")
def eval_ask(
    context: typer.Context,
    half: Annotated[
        str,
        typer.Option(help="dev or practice (with what went wrong); held or test (figures alone)."),
    ] = "test",
    baselines: Annotated[
        bool,
        typer.Option(
            "--baselines",
            help="Also plain RAG, freely written JSON, and our rules with the model's help (slow).",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """How right answers are on the project's own questions, by gold worked out in pandas."""
    from agent.ask.answer import Asker
    from eval.ask import check_reference, evaluate_ask, failures
    from eval.ask_baselines import open_baselines
    from eval.ask_systems import portrait

    if half not in ("dev", "practice", "held", "test"):
        raise SettingsError(f"--half is dev, practice, held or test, not {half!r}")
    with (
        open_workspace(context) as workspace,
        Asker(workspace) as asker,
        display.progress() as progress,
    ):
        chosen: Any = half
        check_reference(workspace)  # before a model server is started in vain
        others: AbstractContextManager[dict[str, Any]] = nullcontext({})
        if baselines:
            others = open_baselines(workspace, asker, progress)
        with others as more:
            systems = {"portrait": portrait(asker), **more}
            result: Any = evaluate_ask(workspace, chosen, systems, progress)
    wrong = failures(result, "portrait") if half in ("dev", "practice") else []
    show_result(result, lambda content: display_ask.evaluation(content, wrong), as_json)


@app.command("search")
def eval_search(context: typer.Context, as_json: AsJson = False) -> None:
    """How well texts find customers, judged by purchases, beside other ways of searching."""
    from eval.search import evaluate_search

    with open_workspace(context) as workspace, display.progress() as progress:
        result: Any = evaluate_search(workspace, progress)
    show_result(result, display_ask.search_evaluation, as_json)
