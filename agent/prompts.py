"""Prompts are files: read from `prompts/`, rendered strictly, versioned by hash."""

from __future__ import annotations

import hashlib
import string
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.errors import PromptError
from agent.settings import Language, describe_validation


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Example(_Entry):
    """One worked example: what the model is given and what it should answer."""

    given: str
    answer: str


class Prompt(_Entry):
    """One task in one language. `user` holds $variables; `pattern` is the regex of the answer."""

    system: str
    user: str
    examples: tuple[Example, ...] = ()
    pattern: str | None = None
    max_tokens: int

    def messages(self, **values: str) -> list[dict[str, str]]:
        """The chat messages. Raises `PromptError` on a variable too few or too many."""
        turns = [{"role": "system", "content": self.system}]
        for example in self.examples:
            turns.append({"role": "user", "content": example.given})
            turns.append({"role": "assistant", "content": example.answer})
        return [*turns, {"role": "user", "content": _fill(self.user, values)}]

    @property
    def hash(self) -> str:
        """Changes when anything that the model is told, or the form of its answer, changes."""
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()[:16]


class ClaimGroup(_Entry):
    """Words of one kind of claim, per language; `prompts/claims.yaml` tells what the rest means."""

    group: str
    en: tuple[str, ...]
    zh: tuple[str, ...]
    always: bool = False
    held_by: dict[Language, tuple[str, ...]] = {}
    told_of: Literal["number", "words", "subject", "label"] | None = None

    def words(self, language: Language) -> tuple[str, ...]:
        """The words of a language."""
        return self.zh if language == "zh" else self.en


@cache
def folder() -> Path:
    """Where the prompt files are: inside the installed package, or at the top of the checkout."""
    here = Path(__file__).resolve().parent
    for candidate in (here / "prompts", here.parent / "prompts"):
        if candidate.is_dir():
            return candidate
    raise PromptError(f"there is no folder of prompts beside {here}; reinstall portrait")


@cache
def load_prompt(name: str, language: Language) -> Prompt:
    """`prompts/NAME.yaml`, the part of one language. Raises `PromptError`."""
    content = read_yaml(f"{name}.yaml")
    try:
        return Prompt.model_validate(content[language])
    except KeyError as error:
        raise PromptError(f"prompts/{name}.yaml has no part {language!r}") from error
    except ValidationError as error:
        raise PromptError(
            f"prompts/{name}.yaml, {language}: {describe_validation(error)}"
        ) from error


@cache
def load_claims() -> tuple[ClaimGroup, ...]:
    """The groups of claims that a summary must not make up."""
    return tuple(ClaimGroup.model_validate(entry) for entry in read_yaml("claims.yaml"))


def read_yaml(name: str) -> Any:
    """A file of the prompts folder, parsed. Raises `PromptError`."""
    try:
        return yaml.safe_load(read_text(name))
    except yaml.YAMLError as error:
        raise PromptError(
            f"prompts/{name} cannot be read: {' '.join(str(error).split())}"
        ) from error


def read_text(name: str) -> str:
    """A file of the prompts folder. Raises `PromptError`."""
    try:
        return (folder() / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PromptError(
            f"prompts/{name} cannot be read: {' '.join(str(error).split())}"
        ) from error


def _fill(template: str, values: Mapping[str, str]) -> str:
    wanted = set(string.Template(template).get_identifiers())
    if wanted != set(values):
        raise PromptError(
            f"a prompt takes the variables {sorted(wanted)}, but was given {sorted(values)}"
        )
    return string.Template(template).substitute(values)
