"""The commands that answer questions and keep audiences."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import click
import typer

from agent import display
from agent.cli_base import AsJson, open_workspace, show_result, write
from agent.errors import SettingsError

if TYPE_CHECKING:
    from agent.ask.agent import Agent
    from agent.ask.answer import Asker, Result
    from agent.llm.endpoint import Endpoint
    from agent.workspace import Workspace

app = typer.Typer()


@app.command()
def ask(  # noqa: PLR0913, PLR0917  one parameter an option
    context: typer.Context,
    question: Annotated[list[str] | None, typer.Argument(help="A question, in words.")] = None,
    then: Annotated[
        list[str] | None, typer.Option(help="A follow-up that refines the answer before it.")
    ] = None,
    from_file: Annotated[
        Path | None,
        typer.Option("--from", help="A file with one question a line; > begins a follow-up."),
    ] = None,
    edit: Annotated[
        bool, typer.Option("--edit", help="Open what was understood as YAML, then run that.")
    ] = False,
    save: Annotated[
        str | None, typer.Option(help="Keep the audience under a name for later questions.")
    ] = None,
    export: Annotated[
        Path | None, typer.Option(help="Write the audience to a .csv or .parquet file.")
    ] = None,
    channel: Annotated[
        str | None, typer.Option(help="Export only those who agreed to this channel.")
    ] = None,
    field: Annotated[list[str] | None, typer.Option(help="A field to export.")] = None,
    tag: Annotated[list[str] | None, typer.Option(help="A tag to export.")] = None,
    summary: Annotated[bool, typer.Option("--summary", help="Export the summaries.")] = False,
    model: Annotated[
        str | None,
        typer.Option(help="A model of 7B or more: it takes steps where the words do not suffice."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Answer questions: conditions, exact count, a sample with its evidence."""
    from agent.ask.answer import Asker
    from agent.ask.columns import Choice

    talks = _conversations(question, then or [], from_file)
    if (export or save or edit) and len(talks) != 1:
        raise SettingsError("--export, --save and --edit go with one question")
    choice = Choice(tuple(field or ()), tuple(tag or ()), summary)
    if not export and (channel or field or tag or summary):
        raise SettingsError("--channel, --field, --tag and --summary go with --export FILE")
    with open_workspace(context) as workspace, Asker(workspace) as asker:
        answers = _agent(asker, workspace, model).converse if model else asker.converse
        for talk in talks:
            last = _answered(asker, answers(talk), edit, as_json, lines=bool(from_file))
        if save:
            asker.save(save, last)
        if export:
            written = asker.export(export, last, choice, channel)
            if not as_json:
                write(f"{written.path}: {written.words[last.language]}")


def _agent(asker: Asker, workspace: Workspace, name: str) -> Agent:
    """The agent with a large model, whose server is found or started when it is first needed."""
    from agent.ask.agent import Agent
    from agent.llm.large import CONTEXT_TOKENS, is_large
    from agent.llm.server import endpoints

    if is_large(name) is False:
        raise SettingsError(f"--model {name}: it takes 7B or more; leave it out for exact answers")
    known = workspace.settings.model
    context = max(known.context_tokens, CONTEXT_TOKENS)
    settings = known.model_copy(update={"name": name, "context_tokens": context})

    def server() -> Endpoint:
        with display.progress() as progress:
            return endpoints(settings, workspace.logs, progress)[0]

    return Agent(asker, workspace, server)


def _answered(
    asker: Asker, answers: Iterable[Result], edit: bool, as_json: bool, *, lines: bool
) -> Result:
    """Print the answers of a conversation (as JSON, of one that was typed, the last); the last."""
    *earlier, last = answers
    last = _edited(asker, last) if edit else last
    for result in (*earlier, last):
        if lines and as_json:
            write(json.dumps(result.as_dict(), ensure_ascii=False))
        elif not as_json or result is last:
            show_result(result.as_dict(), display.answer, as_json)
    return last


def _edited(asker: Asker, result: Result) -> Result:
    """The query as YAML in the user's editor, and the answer to what came back."""
    from agent.ask.query import query_from_json, query_from_yaml, query_to_yaml

    text = query_to_yaml(query_from_json(result.query))
    changed = click.edit(text, extension=".yaml")
    return asker.run(query_from_yaml(changed), result) if changed else result


def _conversations(words: list[str] | None, then: list[str], path: Path | None) -> list[list[str]]:
    """Each question with its follow-ups."""
    if bool(words) == bool(path):
        raise SettingsError("give a question, or --from FILE with one a line, not both")
    talks: list[list[str]] = []
    if words:
        talks = [[" ".join(words).strip(), *(text.strip() for text in then)]]
    elif path:
        for line in _lines(path):
            if line.startswith((">", "＞")) and talks:
                talks[-1].append(line[1:].strip())
            else:
                talks.append([line])
    talks = [[text for text in talk if text] for talk in talks]
    if not any(talks):
        raise SettingsError("there is no question: write one in English or Chinese")
    return [talk for talk in talks if talk]


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SettingsError(f"{path}: is not UTF-8 text: {error.reason}") from error
    return [line.strip() for line in text.splitlines() if line.strip()]


@app.command()
def audiences(
    context: typer.Context,
    delete: Annotated[str | None, typer.Option(help="Forget the one of this name.")] = None,
    as_json: AsJson = False,
) -> None:
    """The audiences that were saved with `ask --save`: name, conditions, since when."""
    from agent.ask.audiences import delete_audience, list_audiences
    from agent.ask.query import query_from_json
    from agent.tags.names import load_vocabulary
    from agent.words import condition_words

    with open_workspace(context) as workspace:
        if delete:
            delete_audience(workspace.store, delete)
        vocabulary, language = load_vocabulary(workspace), workspace.settings.language
        rows: list[dict[str, Any]] = [
            {
                "name": saved.name,
                "question": saved.question,
                "conditions": condition_words(
                    query_from_json(saved.query).where, language, vocabulary
                ),
                "made_at": saved.made_at,
                "query": saved.query,
            }
            for saved in list_audiences(workspace.store)
        ]
    show_result({"audiences": rows}, display.audience_table, as_json)
