"""The README and the error messages name just the commands that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from agent.cli import app

ROOT = Path(__file__).parents[1]


def _all(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """Every command with its full name, those of groups too."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _all(command, f"{name} ")
        else:
            yield before + name, command


def commands() -> dict[str, str]:
    """Every command, `llm pull` among them, with its help."""
    return {name: command.help or "" for name, command in _all(typer.main.get_group(app))}


def table_of_commands() -> list[str]:
    """The first column of the README's table under "Commands"."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"^## Commands$(.*?)^## ", text, re.M | re.S)
    assert section, "README.md has no section '## Commands'"
    rows = [line for line in section[1].splitlines() if line.startswith("| `")]
    assert rows, "README.md has no table of commands"
    return [row.split("|")[1] for row in rows]


def named_in_table() -> Iterator[str]:
    for cell in table_of_commands():
        for usage in re.findall(r"`([^`]+)`", cell):
            yield " ".join(re.match(r"[a-z-]+(?: [a-z]+)*", usage)[0].split())  # type: ignore[index]


def test_every_command_stands_in_the_readme_and_no_other() -> None:
    assert set(named_in_table()) == set(commands())


@pytest.mark.parametrize("name", sorted(commands()))
def test_every_command_has_help(name: str) -> None:
    assert commands()[name].strip().endswith((".", "?"))


def test_options_of_the_readme_exist() -> None:
    options = {
        f"{name} {option}"
        for name, command in _all(typer.main.get_group(app))
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    for cell in table_of_commands():
        command = re.search(r"`([a-z-]+(?: [a-z]+)*)", cell)
        assert command
        for option in re.findall(r"--[a-z-]+", cell):
            assert f"{command[1]} {option}" in options


def test_commands_that_messages_name_exist() -> None:
    named = {
        " ".join(words.split())
        for path in (ROOT / "agent").rglob("*.py")
        for words in re.findall(r"`portrait ((?:llm )?[a-z-]+)", path.read_text(encoding="utf-8"))
    }
    assert named
    assert named <= set(commands())
