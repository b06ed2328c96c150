from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.data.privacy import redact

prose = st.text(
    alphabet=st.characters(exclude_categories=("N", "Cs"), exclude_characters="@＠+＋._%'-"),
    max_size=40,
)
words = st.text(alphabet="abcdefghijklmnopqrstuvwxyz", min_size=2, max_size=12)
emails = st.builds(
    lambda a, b, c, d: f"{a}.{b}@{c}.{d}",
    words,
    words,
    words,
    st.sampled_from(["com", "cn", "org"]),
)
digits = st.text(alphabet="0123456789", min_size=8, max_size=8)
chinese_phones = st.builds(
    lambda start, d, gap: f"{start}{d[0]}{gap}{d[:4]}{gap}{d[4:]}",
    st.sampled_from(["13", "15", "18", "+86 13", "86-19"]),
    digits,
    st.sampled_from(["", " ", "-"]),
)
american_phones = st.builds(
    lambda form, d: form.format("2" + d[:2], d[2:5], d[4:8]),
    st.sampled_from(["({}) {}-{}", "{}-{}-{}", "{}.{}.{}", "+1 {} {} {}", "1-{}-{}-{}"]),
    digits,
)
other_phones = st.builds(
    lambda code, d: f"{code} {d[:4]} {d[4:]}",
    st.sampled_from(["+44 20", "+33", "0049 30", "+852"]),
    digits,
)
identities = st.builds(
    lambda d, e, x: f"{d}{e}{d[0]}{x}", digits, digits, st.sampled_from("0123456789Xx")
)
cards = st.builds(
    lambda d, e, gap: gap.join([d[:4], d[4:], e[:4], e[4:]]),
    digits,
    digits,
    st.sampled_from(["", " ", "-"]),
)
secrets = st.one_of(emails, chinese_phones, american_phones, other_phones, identities, cards)


@settings(deadline=None)
@given(prose, secrets, prose)
def test_nothing_personal_is_left(before: str, secret: str, after: str) -> None:
    shown = redact(f"{before} {secret} {after}")
    assert secret not in shown
    assert not re.search(r"\d{5}", shown)
    assert redact(shown) == shown


@settings(deadline=None)
@given(chinese_phones)
def test_nor_between_chinese_words(secret: str) -> None:
    assert redact(f"电话{secret}联系我") == "电话‹phone›联系我"


@settings(deadline=None)
@given(prose)
def test_ordinary_text_stays(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "5 stars, bought 12 of them on 2017-01-02 at 13:05",
        "只要￥1234.50，比2016-2017年便宜30%",
        "size 10-12, 500 ml",
        "",
    ],
)
def test_ordinary_numbers_stay(text: str) -> None:
    assert redact(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("联系我zhang.wei@qq.com谢谢", "联系我‹email›谢谢"),
        ("张三＠例子.公司", "‹email›"),
        ("call 010-12345678 now", "call ‹phone› now"),
        ("身份证11010519491231002X。", "身份证‹number›。"),
        ("order 9876543210", "order ‹number›"),
        ("(555) 123-4567", "‹phone›"),
    ],
)
def test_known_forms(text: str, shown: str) -> None:
    assert redact(text) == shown


def test_long_text_is_quick() -> None:
    assert redact("x" * 100_000 + "1" * 7) == "x" * 100_000 + "1" * 7
    assert redact("x" * 50_000 + "@" + "y" * 50_000).count("x") == 50_000
