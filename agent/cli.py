"""The command line: thin commands over the rooms. The only place that prints."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent import __version__, cli_ask, cli_eval, cli_tags, display
from agent.cli_base import (
    AsJson,
    InLanguage,
    language_of,
    open_workspace,
    read_settings,
    server_of,
    show_result,
    write,
)
from agent.errors import PortraitError, UsageError

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Customer profiles: exact facts, tags with evidence, checked summaries, counted answers.",
)
llm = typer.Typer(no_args_is_help=True, help="The language model on this machine.")
app.add_typer(llm, name="llm")
app.add_typer(cli_ask.app)
app.add_typer(cli_tags.app)
app.add_typer(cli_eval.app, name="eval")

STOPPED = 130


def _print_version(wanted: bool) -> None:
    if wanted:
        write(f"portrait {__version__}")
        raise typer.Exit


@app.callback()
def _open_home(
    context: typer.Context,
    version: Annotated[  # noqa: ARG001  its callback prints it
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
    home: Annotated[
        Path, typer.Option("--home", envvar="PORTRAIT_HOME", help="The folder of one retailer.")
    ] = Path("portrait-home"),
) -> None:
    context.obj = home


@app.command()
def demo(context: typer.Context) -> None:
    """Load the reference data, write 40 profiles, build the index, answer three questions."""
    from agent.demo import run_demo

    failed = False
    with open_workspace(context) as workspace, display.progress() as progress:
        for step in run_demo(workspace, progress):
            display.demo_step(step)
            failed = failed or step.failed
    raise typer.Exit(1 if failed else 0)


@app.command()
def example(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="The data set: completejourney.")],
    demographics: Annotated[bool, typer.Option(help="Keep the survey's attributes.")] = True,
    as_json: AsJson = False,
) -> None:
    """Load a built-in data set."""
    from agent.data.example import load_example

    with open_workspace(context) as workspace, display.progress() as progress:
        report = load_example(workspace, name, demographics, progress)
    show_result(report.as_dict(), display.ingest_report, as_json)


@app.command()
def ingest(
    context: typer.Context,
    mapping: Annotated[Path, typer.Option("--mapping", "-m", help="The YAML mapping file.")],
    files: Annotated[list[Path] | None, typer.Argument(help="Data files.")] = None,
    as_json: AsJson = False,
) -> None:
    """Read, clean and store data files; bad rows go to the quarantine with their reason."""
    from agent.data.ingest import ingest as run
    from agent.data.mapping import load_mapping

    with open_workspace(context) as workspace, display.progress() as progress:
        report = run(workspace, load_mapping(mapping), files or [], progress)
    show_result(report.as_dict(), display.ingest_report, as_json)


@app.command()
def build(
    context: typer.Context,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Summaries for so many customers (default all).")
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(help="A summary for this customer; may be repeated.")
    ] = None,
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """Compute facts and tags for all, write summaries, refresh the index. Does what changed."""
    from agent.profiles.build import build as run

    with open_workspace(context) as workspace, display.progress() as progress:
        spoken = language_of(language, workspace)
        endpoints = server_of(workspace, progress)
        report = run(workspace, endpoints, spoken, customer or (), limit, progress).as_dict()
    show_result(report, display.build_report, as_json)
    raise typer.Exit(1 if report["summaries"]["failed"] else 0)


@app.command()
def show(
    context: typer.Context,
    customer: Annotated[str, typer.Argument(help="The customer's id.")],
    language: InLanguage = None,
    as_json: AsJson = False,
) -> None:
    """One profile: summary, tags with evidence, facts."""
    from agent.profiles.show import show_profile

    with open_workspace(context) as workspace:
        spoken = language_of(language, workspace) if language else None
        profile = show_profile(workspace, customer, spoken)
    show_result(profile, display.profile, as_json)


@app.command()
def fields(context: typer.Context, as_json: AsJson = False, language: InLanguage = None) -> None:
    """The catalogue of fields: name, type, unit and meaning."""
    from agent.facts.catalogue import catalogue

    with open_workspace(context) as workspace:
        spoken = language_of(language, workspace)
    rows = [
        {
            "name": field.name,
            "type": field.type,
            "unit": field.unit,
            "label": field.words(spoken).label,
            "description": field.words(spoken).description,
        }
        for field in catalogue()
    ]
    show_result({"fields": rows}, display.field_table, as_json)


@app.command()
def repair(context: typer.Context) -> None:
    """Make the index anew from the profiles in the store."""
    from agent.search.customers import rebuild_index

    with open_workspace(context) as workspace, display.progress() as progress:
        embedded = rebuild_index(workspace, progress)
    write(f"index made anew: {embedded:,} texts embedded")


@app.command()
def problems(context: typer.Context, as_json: AsJson = False) -> None:
    """Rows in quarantine and customers in the dead letters, each with its reason."""
    from agent.profiles.show import list_problems

    with open_workspace(context) as workspace:
        found = list_problems(workspace)
    show_result(found, display.problems, as_json)


@llm.command("pull")
def llm_pull(
    context: typer.Context,
    model: Annotated[
        str | None, typer.Argument(help="A built-in name, a hub id or a folder.")
    ] = None,
    revision: Annotated[str | None, typer.Option(help="A hub revision.")] = None,
) -> None:
    """Fetch and convert a model (default: the one in the settings)."""
    from agent.llm.models import pull

    name = model or read_settings(context).model.name
    with display.progress() as progress:
        folder = pull(name, revision=revision, progress=progress)
    write(f"{name} is ready in {folder}")


@llm.command("serve")
def llm_serve(
    context: typer.Context,
    replace: Annotated[bool, typer.Option("--replace", help="Stop the one that runs.")] = False,
) -> None:
    """Start vLLM's OpenAI server on loopback, with settings chosen for this machine."""
    from agent.llm.server import endpoints, status, stop
    from agent.settings import cache_folder

    if replace:
        stop()
    with display.progress() as progress:
        found = endpoints(read_settings(context).model, cache_folder() / "logs", progress)
    display.server(status(), found[0])


@llm.command("status")
def llm_status(context: typer.Context, as_json: AsJson = False) -> None:
    """The model server, and the models there are."""
    from agent.llm.models import known
    from agent.llm.server import status

    read_settings(context)
    show_result(display.server_state(status(), known()), display.server_table, as_json)


@llm.command("stop")
def llm_stop() -> None:
    """Stop the model server that portrait started."""
    from agent.llm.server import stop

    write("stopped" if stop() else "no server of portrait's is running")


def main() -> None:
    """Run the command line: errors become one line and an exit code, never a traceback."""
    try:
        code = app(standalone_mode=False)
        sys.stdout.flush()
    except PortraitError as error:
        _fail(str(error), error.exit_code)
    except (KeyboardInterrupt, typer.Abort):
        code = STOPPED
    except BrokenPipeError:
        # Whoever read the output has seen enough; what is left goes nowhere, also at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except Exception as error:  # noqa: BLE001  click's own, or a bug; neither shows a traceback
        _fail_unexpected(error)
    if code == STOPPED:  # also what typer makes of Ctrl-C
        _fail("stopped; what is finished is kept, run the command again to go on", STOPPED)
    sys.exit(code if isinstance(code, int) else 0)


def _fail_unexpected(error: Exception) -> None:
    if hasattr(error, "format_message"):  # a usage error of click
        context = getattr(error, "ctx", None)
        hint = f" (see: {context.command_path} --help)" if context else ""
        _fail(error.format_message() + hint, UsageError.exit_code)
    path = display.save_traceback(error)
    words = " ".join(str(error).split())[:300]
    _fail(f"unexpected {type(error).__name__}: {words}; please report it with {path}", 1)


def _fail(message: str, code: int) -> None:
    sys.stderr.write(f"portrait: {' '.join(message.split())}\n")
    sys.exit(code)
