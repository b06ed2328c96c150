from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.search.words import words


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Dry dog food, treats & chew bones", ["dry", "dog", "food", "treats", "chew", "bones"]),
        ("customers who like the dogs", ["dogs"]),
        ("3 women's cafés — 37%", ["3", "women", "s", "cafés", "37"]),
        ("ＭＩＬＫ", ["milk"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
        ("，。!? 的", []),
    ],
)
def test_words(text: str, found: list[str]) -> None:
    assert words(text) == found


def test_chinese_is_segmented_and_long_words_are_also_found_by_their_parts() -> None:
    assert words("谁经常买葡萄酒") == ["葡萄", "葡萄酒"]
    assert words("婴儿配方奶粉") == ["婴儿", "配方", "奶粉"]
    assert words("常买DOG food的顾客，37单") == ["常买", "dog", "food", "37", "单"]


@given(st.text(max_size=40))
def test_any_text_gives_words_that_give_themselves(text: str) -> None:
    for word in words(text):
        assert word == word.strip()
        assert word


def test_nothing_is_printed_and_english_does_not_load_the_chinese_dictionary(
    tmp_path: Path,
) -> None:
    code = (
        "import sys; from agent.search.words import words; words('cat food');"
        "assert 'jieba' not in sys.modules; assert words('猫砂') == ['猫砂']"
    )
    done = subprocess.run(
        [sys.executable, "-W", "always", "-c", code],
        capture_output=True,
        text=True,
        check=True,
        env={"PORTRAIT_CACHE": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert done.stdout == ""
    assert "jieba" not in done.stderr.lower()
    assert (tmp_path / "jieba").is_dir()
