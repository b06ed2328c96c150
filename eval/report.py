"""The report of the tags: from the plain result to one HTML file that needs nothing else, and to
Markdown. It is for someone who must decide whether to trust the tags, so it says first where ours
is not better.

The templates hold the form and `report_content` what is said. Whatever comes from data is escaped.
"""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from agent.errors import SettingsError
from agent.settings import Language
from eval.pictures import curve_picture, difference_picture, reliability_picture
from eval.report_content import content
from eval.results import Difference, Result, TagResult


def html_report(result: Result, language: Language = "en") -> str:
    """One self-contained HTML page, pictures inline."""
    template = environment().get_template("tags.html.j2")
    return template.render(**content(result, language), pictures=_pictures(result["tags"]))


def markdown_report(result: Result, language: Language = "en") -> str:
    """The same as Markdown, without pictures."""
    template = environment().get_template("tags.md.j2")
    return tidy(template.render(**content(result, language)))


def tidy(markdown: str) -> str:
    """Without the empty lines that templates leave."""
    return re.sub(r"\n{3,}", "\n\n", markdown).strip() + "\n"


def check_report(path: Path) -> None:
    """Raise `SettingsError` where no report can be written, before anything is measured for it."""
    if path.suffix not in {".html", ".md"}:
        raise SettingsError(f"{path}: a report ends in .html or .md")
    if not path.parent.is_dir():
        raise SettingsError(f"{path}: there is no folder {path.parent} for the report: make it")


def write_report(
    path: Path,
    html_of: Callable[[Any, Language], str],
    markdown_of: Callable[[Any, Language], str],
    result: Any,
    language: Language,
) -> None:
    """Write a result as HTML or Markdown, by the file's ending. Raises `SettingsError`."""
    check_report(path)
    render = html_of if path.suffix == ".html" else markdown_of
    try:
        path.write_text(render(result, language), encoding="utf-8")
    except OSError as error:
        raise SettingsError(f"{path}: cannot be written: {error.strerror}") from error


@cache
def environment() -> Environment:
    """The templates of all reports."""
    made = Environment(
        loader=PackageLoader("eval", "templates"),
        autoescape=select_autoescape(enabled_extensions=("html.j2",)),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
    made.filters["md"] = _markdown
    return made


def _markdown(text: object) -> str:
    """A text on one line with everything that Markdown or HTML would take for a mark made plain."""
    plain = html.escape(" ".join(str(text).split()), quote=False)
    return re.sub(r"([\\`*_{}\[\]#|~$])", r"\\\1", plain)


def _pictures(tags: Sequence[TagResult]) -> dict[str, str]:
    """Picture -> its data URI: `difference`, and `reliability TAG` and `curve TAG` of every tag."""
    made = {"difference": difference_picture([_bar(tag["tag"], tag["difference"]) for tag in tags])}
    for tag in tags:
        share = tag["positive"] / tag["n"]
        made[f"reliability {tag['tag']}"] = reliability_picture(tag["reliability"])
        made[f"curve {tag['tag']}"] = curve_picture(tag["curve"], tag["curves"], share)
    return {name: _uri(png) for name, png in made.items()}


def _bar(tag: str, difference: Difference) -> tuple[str, float, float, float]:
    return tag, difference["auc"], difference["low"], difference["high"]


def _uri(png: bytes) -> str:
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"
