"""The commands about tags: what there is, what the model knows of them, learning from labels."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from agent import display, display_tags
from agent.cli_base import (
    AsJson,
    InLanguage,
    language_of,
    open_workspace,
    server_of,
    show_result,
    write,
)

app = typer.Typer()


@app.command()
def tags(context: typer.Context, as_json: AsJson = False, language: InLanguage = None) -> None:
    """All tags: how many carry each, by what it is decided, and how good that is on labels."""
    from agent.profiles.show import tag_table

    with open_workspace(context) as workspace:
        table = tag_table(workspace, language_of(language, workspace))
    show_result({"tags": table}, display_tags.tag_table, as_json)


@app.command()
def train(
    context: typer.Context,
    labels: Annotated[Path, typer.Argument(help="CSV: customer,tag,value or a column a tag.")],
    aim: Annotated[
        str, typer.Option(help="f1, or precision=SHARE: how often a given tag must be right.")
    ] = "precision=0.6",
    as_json: AsJson = False,
) -> None:
    """Learn tags, or any outcome you can label, from what customers buy; then decide all tags."""
    from agent.profiles.build import learn_tags
    from agent.tags.decision import read_aim

    wanted = read_aim(aim)
    with open_workspace(context) as workspace, display.progress() as progress:
        report = learn_tags(workspace, labels, wanted, progress)
    show_result(report, display_tags.training, as_json)
    raise typer.Exit(1 if report["refused"] else 0)


@app.command()
def priors(context: typer.Context) -> None:
    """Ask the model about the catalogue, once: what buyers of each thing are likely to be."""
    from agent.profiles.build import ask_priors

    with open_workspace(context) as workspace, display.progress() as progress:
        asked, rows = ask_priors(workspace, server_of(workspace, progress), progress)
    write(f"{asked:,} questions asked, {rows:,} tags decided anew")
