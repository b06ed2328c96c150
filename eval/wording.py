"""The words of the reports, in both languages: `templates/*.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from agent.settings import Language


@cache
def wording(name: str, language: Language) -> Any:
    """What `templates/NAME.yaml` holds in a language."""
    text = files("eval").joinpath(f"templates/{name}.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)[language]
