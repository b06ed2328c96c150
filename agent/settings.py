"""Settings: one frozen object, each default named once, read from a home's `settings.yaml`.

A key that does not exist is an error, so that a typo cannot silently leave a default in force.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from platformdirs import user_cache_dir
from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

from agent.errors import SettingsError

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelSettings(_Section):
    """The language model. With `urls`, those servers are used and none is started."""

    name: str = "qwen2.5-coder-0.5b"
    urls: tuple[str, ...] = ()
    api_key: SecretStr | None = None
    in_flight: Annotated[int, Field(ge=1, le=4096)] = 96
    timeout_seconds: Annotated[float, Field(gt=0)] = 300.0
    context_tokens: Annotated[int, Field(ge=512)] = 2048


class EmbeddingSettings(_Section):
    """Text vectors: `builtin` (multilingual-e5-small), sentence-transformers, or a server's."""

    kind: Literal["builtin", "sentence-transformers", "server"] = "builtin"
    name: str = "multilingual-e5-small"
    url: str | None = None
    api_key: SecretStr | None = None


class Settings(_Section):
    """Everything a home folder can be told.

    as_of replaces the date of the last event. tell_attributes lets summaries tell what the user
    gave about a customer (age, income …): off, because they invite stereotypes. translate_names
    lets the model translate category names that no glossary holds: off, for the small model gets
    about half of them wrong and they then stay as in the data (README, names). sensitive_tags
    switches on tags that touch on health and the like, each by its id with the reason for it.
    """

    language: Language = "en"
    as_of: date | None = None
    tell_attributes: bool = False
    translate_names: bool = False
    sensitive_tags: dict[str, Annotated[str, Field(min_length=10)]] = {}
    buckets: Annotated[int, Field(ge=1, le=4096)] = 16
    store_url: SecretStr | None = None
    chroma_url: str | None = None
    model: ModelSettings = ModelSettings()
    embedding: EmbeddingSettings = EmbeddingSettings()


def load_settings(path: Path) -> Settings:
    """The settings in a YAML file, or the defaults where there is none.

    Raises `SettingsError` with the file, the key and the keys there are.
    """
    if not path.exists():
        return Settings()
    try:
        content: Any = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
        return Settings.model_validate(content)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise SettingsError(f"{path}: cannot be read as YAML: {_one_line(error)}") from error
    except ValidationError as error:
        raise SettingsError(f"{path}: {describe_validation(error)}") from error


def describe_validation(error: ValidationError) -> str:
    """What pydantic found wrong, as one line: `place: complaint (given value); …`."""
    parts = []
    for item in error.errors(include_url=False):
        place = ".".join(str(step) for step in item["loc"]) or "file"
        given = "" if isinstance(item["input"], dict | list) else f" (given: {item['input']!r})"
        parts.append(f"{place}: {item['msg']}{given}")
    return "; ".join(parts)


def cache_folder() -> Path:
    """Where models and the server's state are kept for this user (`PORTRAIT_CACHE` moves it)."""
    return Path(os.environ.get("PORTRAIT_CACHE") or user_cache_dir("portrait"))


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
