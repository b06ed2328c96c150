"""What the commands of all rooms share: options, the home, and printing. Nothing else prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.errors import SettingsError

if TYPE_CHECKING:
    from agent.settings import Language, Settings
    from agent.workspace import Workspace

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
InLanguage = Annotated[str | None, typer.Option("--language", "-l", help="en or zh.")]


def open_workspace(context: typer.Context) -> Workspace:
    """The home that --home names."""
    from agent.workspace import Workspace

    return Workspace(context.find_root().obj)


def read_settings(context: typer.Context) -> Settings:
    """The settings of a home that need not exist: the model belongs to the user."""
    from agent.settings import load_settings

    home: Path = context.find_root().obj
    return load_settings(home.expanduser() / "settings.yaml")


def server_of(workspace: Workspace, progress: Any) -> Callable[[], Any]:
    """Starts the model server, or finds it, when it is first needed."""

    def start() -> Any:
        from agent.llm.server import endpoints

        return endpoints(workspace.settings.model, workspace.logs, progress)

    return start


def language_of(given: str | None, workspace: Workspace) -> Language:
    """The language asked for, or that of the home. Raises `SettingsError`."""
    from agent.settings import LANGUAGES

    for language in LANGUAGES:
        if language == (given or workspace.settings.language):
            return language
    raise SettingsError(f"--language is one of {', '.join(LANGUAGES)}, not {given!r}")


def show_result(
    content: dict[str, Any], render: Callable[[dict[str, Any]], None], as_json: bool
) -> None:
    """A result as JSON, or as a person reads it."""
    if as_json:
        write(json.dumps(content, ensure_ascii=False, indent=2))
    else:
        render(content)


def write(text: str) -> None:
    """A line on standard output."""
    sys.stdout.write(text + "\n")
