"""Personal values in free text are replaced before anything is stored.

Reviews and searches hold what people type: addresses, telephone and card numbers. What looks like
one is replaced even where it is something else, since a lost order number costs little.
"""

from __future__ import annotations

import re

# No \b: Chinese characters are word characters, and numbers stand right beside them.
# Counted repeats: an open one makes a long text without spaces cost its length squared.
_ASCII_EMAIL = r"[A-Za-z0-9._%+'-]{1,64}[@＠](?:[A-Za-z0-9-]{1,63}[.．]){1,8}[A-Za-z]{2,63}"
_WORD = r"[^\s@＠,;:<>()，。；：、]"
_OTHER_EMAIL = rf"{_WORD}{{1,64}}[@＠]{_WORD}{{1,120}}[.．]{_WORD}{{1,64}}"
_CARD = r"(?<!\d)\d{4}(?:[ -]?\d{4}){2}[ -]?\d{1,7}(?!\d)|(?<!\d)\d{4}[ -]\d{6}[ -]\d{4,5}(?!\d)"
_IDENTITY = r"(?<!\d)\d{17}[\dXx](?!\d)|(?<!\d)\d{15}(?!\d)"
_INTERNATIONAL = r"(?:[+＋]|(?<!\d)00)\d(?:[ ()./-]{0,2}\d){6,14}(?!\d)"
_CHINESE_MOBILE = r"(?<!\d)(?:86[ -]?)?1[3-9]\d(?:[ -]?\d{4}){2}(?!\d)"
_LANDLINE = r"(?<!\d)[(（]?0\d{2,3}[)）]?[ -]?\d{7,8}(?!\d)"
_AMERICAN = r"(?<!\d)(?:1[ .-]?)?[(（]?\d{3}[)）]?[ .-]{0,2}\d{3}[ .-]\d{4}(?!\d)"
_LONG_NUMBER = r"\d{9,}[Xx]?"

_PATTERNS = tuple(
    (re.compile(pattern), mark)
    for pattern, mark in (
        # the narrow one first: the wide one would take the Chinese words around an address along
        (_ASCII_EMAIL, "‹email›"),
        (_OTHER_EMAIL, "‹email›"),
        (f"{_IDENTITY}|{_CARD}", "‹number›"),
        (f"{_INTERNATIONAL}|{_CHINESE_MOBILE}|{_LANDLINE}|{_AMERICAN}", "‹phone›"),
        (_LONG_NUMBER, "‹number›"),
    )
)
_SUSPECT = re.compile(r"[@＠]|\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")


def redact(text: str) -> str:
    """The text with e-mail addresses, telephone numbers, id and card numbers replaced by marks.

    >>> redact("call 13812345678 or mail li@example.com")
    'call ‹phone› or mail ‹email›'
    """
    if not _SUSPECT.search(text):
        return text
    for pattern, mark in _PATTERNS:
        text = pattern.sub(mark, text)
    return text
