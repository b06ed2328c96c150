"""The report: one file that needs nothing else, says where ours is not better, and escapes."""

from __future__ import annotations

import base64
import html
import re
from html.parser import HTMLParser
from typing import cast

import pytest
import yaml

from agent.settings import LANGUAGES, Language
from eval.pictures import curve_picture, difference_picture, reliability_picture
from eval.report import html_report, markdown_report
from eval.results import Result, TagResult

HOSTILE = '<script>alert("x")</script> & | `$x$` *a* [b](c)'


def tag(name: str, auc: float, low: float, high: float, **more: object) -> TagResult:
    """A tag whose difference to the plain regression (.700) has this interval."""
    detail = {
        **{"auc": 0.7, "average_precision": 0.5, "brier": 0.2, "ece": 0.03, "accuracy": 0.6},
        **{"precision": 0.5, "recall": 0.6, "f1": 0.55},
        **{"difference": auc - 0.7, "difference_low": low, "difference_high": high},
    }
    figures = dict.fromkeys(("brier", "precision", "recall", "f1", "accuracy", "found"), 0.5)
    made = {
        **figures,
        **{
            "tag": name,
            "n": 801,
            "positive": 288,
            "average_precision": 0.61,
            "ece": 0.042,
            "ece_by_chance": 0.0284,
        },
        **{"auc": auc, "auc_low": auc - 0.03, "auc_high": auc + 0.03},
        **{"coverage": 0.8, "abstention": 0.2, "intervals": {"auc": [auc - 0.03, auc + 0.03]}},
        "baselines": {"tfidf_regression": 0.7, "majority": 0.5},
        "baseline_details": {"tfidf_regression": detail, "majority": detail},
        "difference": {"to": "tfidf_regression", "auc": auc - 0.7, "low": low, "high": high},
        "reliability": [
            {"mean_probability": 0.2, "share": 0.25, "low": 0.1, "high": 0.4, "n": 400},
            {"mean_probability": 0.6, "share": 0.5, "low": 0.4, "high": 0.6, "n": 401},
        ],
        "curve": [(0.0, 1.0), (0.5, 0.7), (1.0, 0.36)],
        "curves": {"tfidf_regression": [(0.0, 1.0), (1.0, 0.36)], "majority": [(0, 1), (1, 0.36)]},
        **more,
    }
    return cast("TagResult", made)


def result(*tags: TagResult, **more: object) -> Result:
    made = {
        "tags": list(tags),
        "mean_auc": 0.7712,
        "mean_baseline_auc": 0.7401,
        "mean_difference": {"to": "tfidf_regression", "auc": 0.0311, "low": 0.012, "high": 0.05},
        "mean_ece": 0.0377,
        "folds": "StratifiedKFold(5)",
        **more,
    }
    return cast("Result", made)


LEARNED = {"source": "learned", "aim": "precision at least 0.7"}
RULE = {"source": "rule", "aim": "f1"}
FULL = result(
    tag("has_kids", 0.75, 0.02, 0.08, threshold={"yes_from": 0.62, "no_below": 0.21}, **LEARNED),
    tag("married", 0.705, -0.01, 0.02, source="prior"),
    tag("homeowner", 0.68, -0.04, -0.01, threshold={"yes_from": None, "no_below": 0.3}, **RULE),
    data_hash="d4f1",
    made_at="2026-01-02T03:04:05Z",
    seconds=412.3,
    commands=["portrait eval tags --html report.html"],
)


class _Page(HTMLParser):
    """The tags of a page, the text, and what it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[str] = []
        self.loads: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ("Yes from a probability of 0.62; no below 0.21", "Yes for nobody; no below 0.30")),
        ("zh", ("概率达到0.62判为“是”；低于0.21判为“否”", "无人判为“是”；低于0.30判为“否”")),
    ],
)
def test_where_yes_begins_is_told(language: Language, said: tuple[str, ...]) -> None:
    assert all(words in _said(language, "html") for words in said)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_whole_and_loads_nothing(language: Language) -> None:
    page = _Page(html_report(FULL, language))
    assert page.open == []
    assert page.seen.count("img") == 1 + 2 * 3
    assert page.loads
    for address in page.loads:
        assert address.startswith("data:image/png;base64,")
        assert base64.b64decode(address.split(",")[1]).startswith(b"\x89PNG")


def _said(language: Language, form: str) -> str:
    if form == "html":
        return " ".join(_Page(html_report(FULL, language)).text.split())
    return html.unescape(re.sub(r"\\(.)", r"\1", markdown_report(FULL, language)))


FIGURES = (
    "0.771",
    "0.740",
    "+0.031",
    "+0.012",
    "0.750 [0.720, 0.780]",
    "0.62",
    "0.21",
    "0.038",
    "0.028",
)
MADE = ("d4f1", "2026-01-02T03:04:05Z", "412", "portrait eval tags --html report.html")


@pytest.mark.parametrize("form", ["html", "markdown"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_all_that_matters_is_told(language: Language, form: str) -> None:
    said = _said(language, form)
    for figure in (*FIGURES, *MADE, "precision at least 0.7"):
        assert figure in said, figure


@pytest.mark.parametrize("form", ["html", "markdown"])
@pytest.mark.parametrize(
    ("language", "lines"),
    [
        (
            "en",
            (
                "Not shown to be better than the plain regression "
                "(their interval holds zero): married.",
                "Worse than the plain regression "
                "(their whole interval lies below zero): homeowner.",
                "Another baseline has the higher AUC: homeowner (plain regression (TF-IDF)).",
            ),
        ),
        (
            "zh",
            (
                "未证明优于普通回归（区间含零）：married。",
                "不如普通回归（区间完全小于零）：homeowner。",
            ),
        ),
    ],
)
def test_where_ours_is_not_better_stands_before_the_tables(
    language: Language, lines: tuple[str, ...], form: str
) -> None:
    said = _said(language, form)
    for line in lines:
        assert line in said
        assert said.index(line) < said.index("0.720")


def test_where_all_is_better_that_is_said() -> None:
    good = result(tag("has_kids", 0.75, 0.02, 0.08))
    assert "Every tag is better than the plain regression" in html_report(good)
    assert "Every tag is better than the plain regression" not in html_report(FULL)


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_from_data_is_markup(language: Language) -> None:
    evidence = {"customer": HOSTILE, "probability": 0.9, "evidence": [HOSTILE]}
    hostile = tag("t", 0.7, -1, 1, label=HOSTILE, aim=HOSTILE, examples=[evidence])
    hostile["baselines"][HOSTILE] = 0.6
    hostile["baseline_details"][HOSTILE] = hostile["baseline_details"]["majority"]
    hostile["curves"][HOSTILE] = hostile["curve"]
    whole = result(hostile, data_hash=HOSTILE, notes=[HOSTILE], commands=[HOSTILE])
    page = _Page(html_report(whole, language))
    assert "script" not in page.seen
    assert page.text.count(HOSTILE) >= 5
    text = markdown_report(whole, language)
    outside_code = "\n".join(line for line in text.splitlines() if not line.startswith("    "))
    assert "<script" not in outside_code
    assert not re.search(r"(?<!\\)\]\(c\)", outside_code)
    assert not re.search(r"(?<!\\)\*a", outside_code)


def test_tables_of_markdown_have_as_many_cells_as_heads() -> None:
    rows = [line for line in markdown_report(FULL).splitlines() if line.startswith("|")]
    heads = [place for place, row in enumerate(rows) if set(row) <= set("|-")]
    assert len(heads) == 2 + 2 * 3
    cells = [len(re.findall(r"(?<!\\)\|", row)) for row in rows]
    for start, end in zip(heads, [*heads[1:], len(rows) + 1], strict=True):
        assert len(set(cells[start - 1 : end - 1])) == 1


def test_both_languages_have_all_the_words() -> None:
    from importlib.resources import files

    text = files("eval").joinpath("templates/words.yaml").read_text(encoding="utf-8")
    en, zh = (yaml.safe_load(text)[language] for language in LANGUAGES)

    def keys(part: object, place: str = "") -> set[str]:
        if isinstance(part, dict):
            inside = (keys(value, f"{place}.{key}") for key, value in part.items())
            return set().union(*inside)
        if isinstance(part, list):
            return {f"{place} x {len(part)}"}
        return {place + "".join(sorted(re.findall(r"\{\w+", str(part))))}

    assert keys(en) == keys(zh)


def test_pictures_are_the_same_bytes_each_time() -> None:
    one = FULL["tags"][0]
    for _ in range(2):
        assert reliability_picture(one["reliability"]) == reliability_picture(one["reliability"])
        assert curve_picture(one["curve"], one["curves"], 0.36) == curve_picture(
            one["curve"], one["curves"], 0.36
        )
    rows = [("a", 0.1, 0.0, 0.2), ("b", -0.1, -0.2, -0.05)]
    assert difference_picture(rows) == difference_picture(rows)
    assert difference_picture(rows) != difference_picture(rows[::-1])
