"""A second check of the numbers of a summary, written from the meaning and from nothing else.

A number that a text tells must be held by a fact of its sheet: the same amount of the same thing.
What a category's number counts is that category, so it is held by that category's fact alone. Dates
and ordinals are held by nothing, for no fact tells one.

It shares no code with the checker: a scanner walks over the text sign by sign, reads numerals by a
grammar of each language and asks what stands beside them. It does not ask which of the other facts
a number is told of; the checker does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from agent.facts.sheet import Fact

_UNITS = """zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen
fifteen sixteen seventeen eighteen nineteen"""
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = "first second fourth sixth seventh eighth ninth"
_MONTHS = "january february march april june july august september october november december"
SMALL = {word: value for value, word in enumerate(_UNITS.split())}
TENS = {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
GROUPS = {"dozen": 12, "hundred": 100, "thousand": 1000, "million": 10**6}
PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "tenth": 10}
ADVERBS = {"once": 1, "twice": 2, "thrice": 3}
ORDINALS = frozenset(_ORDINALS.split())
MONTHS = frozenset(_MONTHS.split())
LETTER_SCALES = {"k": 1000, "m": 10**6, "bn": 10**9}

DIGITS = {sign: value for value, sign in enumerate("零一二三四五六七八九")}
DIGITS |= {"〇": 0, "两": 2, "俩": 2}
PLACES = {"十": 10, "百": 100, "千": 1000}
MYRIADS = {"万": 10**4, "亿": 10**8}
# Words that hold a numeral and tell no number.
NO_NUMBERS = ("一般", "一些", "一直", "一样", "一起", "一定", "统一", "唯一", "之一", "一旦")

CURRENCIES = {
    "USD": ("us$", "$", "usd", "dollar", "dollars", "美元", "美金"),
    "EUR": ("€", "eur", "euro", "euros", "欧元"),
    "GBP": ("£", "gbp", "pound", "pounds", "英镑"),
    "CNY": ("¥", "cny", "rmb", "yuan", "人民币", "元", "块"),
    "INR": ("₹", "inr", "rupee", "rupees", "卢比"),
}
THINGS = {
    "percent": ("%", "percent", "per cent"),
    "orders": ("order", "orders", "purchase", "purchases", "time", "times", "visit", "visits"),
    "days": ("day", "days", "天", "日"),
    "weeks": ("week", "weeks", "周", "星期"),
    "months": ("month", "months", "个月", "月"),
    "years": ("year", "years", "年"),
    "hours": ("hour", "hours", "小时", "点"),
    "points": ("折",),
    "fold": ("fold", "倍"),
    "items": ("item", "items", "product", "products", "件", "种", "个", "类"),
    "people": ("customer", "customers", "位", "人", "名", "家"),
}
THINGS["orders"] += ("个订单", "订单", "单", "次", "笔")
ORDINAL_ENDINGS = ("st", "nd", "rd", "th")


@dataclass(frozen=True)
class Amount:
    """A number of a text: how much of what, and where. Shares are percent."""

    value: Fraction
    thing: str
    start: int
    end: int


def unheld(text: str, sheet: Sequence[Fact]) -> list[str]:
    """The numbers of a text that no fact of the sheet holds, as written (folded)."""
    folded = _fold(text)
    counts = {_fold(f.text).rpartition("(")[0].strip(): f for f in sheet if _is_like(f)}
    masked, signs = _mask(folded, counts)
    facts = [amount for fact in sheet if not _is_like(fact) for amount in amounts(_fold(fact.text))]
    wrong = []
    for amount in amounts(masked):
        label = _counted(masked, amount, signs)
        held_by = facts if label is None else amounts(_count_of(counts[label]))
        if not any(_same(amount, fact) for fact in held_by):
            wrong.append(masked[amount.start : amount.end])
    return wrong


def amounts(folded: str) -> list[Amount]:
    """Every number of a folded text, from left to right."""
    found: list[Amount] = []
    place = 0
    while place < len(folded):
        amount = _amount(folded, place)
        if amount and not _in_a_rate(folded, amount):
            found.append(amount)
        place = amount.end if amount else _next(folded, place)
    return found


def _same(amount: Amount, fact: Amount) -> bool:
    """A bare number may leave out that it counts orders or money."""
    bare = amount.thing == "bare" and (fact.thing == "orders" or fact.thing in CURRENCIES)
    return amount.value == fact.value and (bare or amount.thing == fact.thing)


# Text and labels.


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text.replace("，", "， ")).lower()


def _is_like(fact: Fact) -> bool:
    return fact.id.startswith("likes:")


def _count_of(fact: Fact) -> str:
    return _fold(fact.text).rpartition("(")[2]


def _mask(folded: str, labels: Iterable[str]) -> tuple[str, dict[str, str]]:
    """Every label of the sheet as «α», «β», …; the label of each sign."""
    signs = {chr(ord("α") + i): label for i, label in enumerate(sorted(labels, key=len)[::-1])}
    for sign, label in signs.items():
        at = folded.find(label)
        while at >= 0:
            # A name that stands inside a longer word is another word.
            before, after = folded[at - 1 : at], folded[at + len(label) : at + len(label) + 1]
            if not (label[0].isascii() and (_is_letter(before) or _is_letter(after))):
                folded = f"{folded[:at]}«{sign}»{folded[at + len(label) :]}"
            at = folded.find(label, at + 1)
    return folded, signs


def _counted(masked: str, amount: Amount, signs: Mapping[str, str]) -> str | None:
    """The label whose orders a number counts: "milk (31", "milk in 31", "31 orders of milk"."""
    before = masked[: amount.start].rstrip()
    for joint in ("(", "in", "with", ":", "stands out, with", "stand out, with"):
        if before.endswith("»" + joint) or before.endswith("» " + joint):
            return signs[before[before.rindex("«") + 1]]
    behind = masked[amount.end :].lstrip()
    for joint in ("of ", "的", ""):
        if behind.startswith(joint + "«"):
            return signs[behind[len(joint) + 1]]
    return None


def _is_letter(sign: str) -> bool:
    return sign.isascii() and sign.isalpha()


def _next(text: str, place: int) -> int:
    """Past a whole word in letters, else one sign on."""
    if not _is_letter(text[place]):
        return place + 1
    while place < len(text) and _is_letter(text[place]):
        place += 1
    return place


# Numbers.


def _amount(text: str, place: int) -> Amount | None:
    if any(text.startswith(word, place) for word in NO_NUMBERS):
        return None
    for reader in (_chinese_share, _written, _english_share, _english, _chinese):
        read = reader(text, place)
        if read is None:
            continue
        value, end, thing = read
        if thing is None:
            thing, end = _thing(text, place, end)
        return Amount(value, thing, place, end)
    return None


Read = tuple[Fraction, int, str | None]


def _written(text: str, place: int) -> Read | None:
    """Digits: 1,234.50, .5, 12k, 1.2万; dates and ordinals, which are of no thing that counts."""
    point = text[place] == "." and text[place + 1 : place + 2].isdigit()
    if not (text[place].isdigit() or point) or text[place] in DIGITS:
        return None
    end = place
    while end < len(text) and _goes_on(text, place, end):
        end += 1
    value = Fraction(text[place:end].replace(",", ""))
    rest = text[end:]
    if rest[:1] in ("-", "/") and rest[1:2].isdigit():  # 2017-12-31
        while end < len(text) and (text[end].isdigit() or text[end] in "-/"):
            end += 1
        return value, end, "date"
    for scale, times in (*LETTER_SCALES.items(), *PLACES.items(), *MYRIADS.items()):
        if rest.startswith(scale) and not (scale.isascii() and _is_letter(rest[len(scale) :][:1])):
            return value * times, end + len(scale), None
    if rest[:2] in ORDINAL_ENDINGS and not _is_letter(rest[2:3]):
        return value, end + 2, "ordinal"
    return value, end, None


def _goes_on(text: str, start: int, place: int) -> bool:
    """Whether the sign at this place belongs to the digits that begin at `start`."""
    sign, rest = text[place], text[place + 1 :]
    if sign.isdigit() and sign.isascii():
        return True
    if sign == "." and "." not in text[start:place]:
        return rest[:1].isdigit()
    thousands = len(rest) >= 3 and rest[:3].isdigit() and not rest[3:4].isdigit()
    short = "." not in text[start:place] and len(text[start:place].partition(",")[0]) <= 3
    return sign == "," and place > start and thousands and short


def _words(text: str, place: int) -> list[tuple[str, int]]:
    """The words in letters from this place on, joined by spaces or hyphens, with their ends."""
    if not _is_letter(text[place]) or (place and _is_letter(text[place - 1])):
        return []
    found = []
    while place < len(text) and _is_letter(text[place]):
        end = _next(text, place)
        found.append((text[place:end], end))
        place = end
        while place < len(text) and text[place] in " -":
            place += 1
    return found


def _english(text: str, place: int) -> Read | None:
    """one hundred and eighteen; a dozen; twice."""
    words = _words(text, place)
    if not words:
        return None
    first, end = words[0]
    if first in ORDINALS:
        return Fraction(0), end, "ordinal"
    if first in ADVERBS:
        return Fraction(ADVERBS[first]), end, "orders"
    if first == "one" and len(words) > 1 and _is_pronoun(words[1][0]):
        return None
    if first in ("a", "an"):
        if len(words) < 2 or words[1][0] not in GROUPS:
            return None
        words = [("one", end), *words[1:]]
    value, end = _english_number(words)
    return None if end == 0 else (Fraction(value), end, None)


def _is_pronoun(behind: str) -> bool:
    return not any(behind in names for names in (*THINGS.values(), *CURRENCIES.values(), GROUPS))


def _english_number(words: Sequence[tuple[str, int]]) -> tuple[int, int]:
    """The value of the number words at the front, and where they end; (0, 0) for none."""
    whole = part = end = 0
    for place, (word, stop) in enumerate(words):
        follows = words[place + 1][0] if place + 1 < len(words) else ""
        if word in SMALL or word in TENS:
            part += SMALL.get(word, 0) + TENS.get(word, 0)
        elif word in ("dozen", "hundred"):
            part = max(part, 1) * GROUPS[word]
        elif word in GROUPS:
            whole, part = whole + max(part, 1) * GROUPS[word], 0
        elif not (word == "and" and end and (follows in SMALL or follows in TENS)):
            break
        end = stop
    return whole + part, end


def _english_share(text: str, place: int) -> Read | None:
    """half, a third, two thirds: whole percent."""
    words = _words(text, place)[:2]
    times = 1
    if len(words) == 2 and (words[0][0] in SMALL or words[0][0] in ("a", "an")):
        times = SMALL.get(words[0][0], 1)
        words = words[1:]
    if not words or words[0][0].removesuffix("s") not in PARTS:
        return None
    below = PARTS[words[0][0].removesuffix("s")]
    return Fraction(round(100 * times / below)), words[0][1], "percent"


def _chinese_run(text: str, place: int) -> int:
    """Where the Chinese numerals that begin here end."""
    while place < len(text) and text[place] in {**DIGITS, **PLACES, **MYRIADS}:
        place += 1
    return place


def _chinese_share(text: str, place: int) -> Read | None:
    """百分之十二, 三分之一, 三成, 三成半, 一半: whole percent, or as exact as told."""
    if text.startswith("百分之", place):
        return _after_percent(text, place + 3)
    if text.startswith(("一半", "半数"), place):
        return Fraction(50), place + 2, "percent"
    end = _chinese_run(text, place)
    if end == place:
        return None
    if text.startswith("分之", end):
        stop = _chinese_run(text, end + 2)
        below, above = _chinese_number(text[place:end]), _chinese_number(text[end + 2 : stop])
        return Fraction(round(Fraction(100 * above, below or 1))), stop, "percent"
    if text.startswith("成", end):
        return _tenths(text, place, end)
    return None


def _after_percent(text: str, place: int) -> Read | None:
    """What stands behind 百分之: 十二, 十二点五, 12.5."""
    end = _chinese_run(text, place)
    if end == place:
        written = _written(text, place)
        return written and (written[0], written[1], "percent")
    value = Fraction(_chinese_number(text[place:end]))
    stop = _chinese_run(text, end + 1) if text.startswith("点", end) else end
    for power, sign in enumerate(text[end + 1 : stop], 1):
        value += Fraction(DIGITS.get(sign, 0), 10**power)
    return value, stop, "percent"


def _tenths(text: str, place: int, end: int) -> Read:
    """三成 30, 三成半 35, 三成五 35."""
    value, stop = 10 * _chinese_number(text[place:end]), end + 1
    if text.startswith("半", stop):
        return Fraction(value + 5), stop + 1, "percent"
    if text[stop : stop + 1] in DIGITS and _chinese_run(text, stop) == stop + 1:
        return Fraction(value + DIGITS[text[stop]]), stop + 1, "percent"
    return Fraction(value), stop, "percent"


def _chinese(text: str, place: int) -> Read | None:
    end = _chinese_run(text, place)
    if end == place:
        return None
    ordinal = place > 0 and text[place - 1] == "第"
    return Fraction(_chinese_number(text[place:end])), end, "ordinal" if ordinal else None


def _chinese_number(numeral: str) -> int:
    """三十五 35, 一百零五 105, 一百五 150, 两千三 2300, 三万二 32000, 一二三 123."""
    if all(sign in DIGITS for sign in numeral):
        return int("0" + "".join(str(DIGITS[sign]) for sign in numeral))
    total = section = digit = 0
    step = 1  # the place of the last sign, of which a digit left over counts tenths
    for sign in numeral:
        if sign in DIGITS:
            digit = DIGITS[sign]
            step = 1 if digit == 0 else step
        elif sign in PLACES:
            section, digit, step = section + (digit or 1) * PLACES[sign], 0, PLACES[sign]
        else:
            total = (total + section + digit) * MYRIADS[sign]
            section, digit, step = 0, 0, MYRIADS[sign]
    return total + section + digit * max(step // 10, 1)


# What a number counts.


def _thing(text: str, start: int, end: int) -> tuple[str, int]:
    """The thing beside a number, and where the words for it end."""
    before = text[:start].rstrip()
    for code, marks in CURRENCIES.items():
        if any(_ends_with(before, mark) for mark in marks):
            return code, end
    place = end
    while place < len(text) and text[place] in " -":
        place += 1
    for thing, names in (*CURRENCIES.items(), *THINGS.items()):
        for name in sorted(names, key=len, reverse=True):
            whole = not _is_letter(name[-1]) or not _is_letter(text[place + len(name) :][:1])
            if text.startswith(name, place) and whole:
                return thing, place + len(name)
    month = _words(text, place)[:1] if place < len(text) else []
    if (month and month[0][0] in MONTHS) or any(_ends_with(before, m) for m in MONTHS):
        return "date", end
    return "bare", end


def _ends_with(before: str, mark: str) -> bool:
    if not before.endswith(mark):
        return False
    return not _is_letter(mark[0]) or not _is_letter(before[-len(mark) - 1 : -len(mark)])


def _in_a_rate(text: str, amount: Amount) -> bool:
    """ "once every 7 days", "每7天下单一次": how often, which the days tell."""
    if amount.value != 1 or amount.thing != "orders":
        return False
    behind = text[amount.end :].lstrip()
    before = text[: amount.start]
    clause = before[max(before.rfind(stop) for stop in ",;。.，；、") + 1 :]
    return behind.startswith("every") or ("每" in clause and "天" in clause)
