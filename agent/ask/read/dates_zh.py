"""Chinese days in plainer words: "前三季度" is "1月到9月", "10月上旬" "10月1日到10月10日".

Only what is said the same way every year is put into months and days; a feast that moves is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from itertools import pairwise

from agent.ask.read.chinese import plain_chinese
from agent.ask.read.numerals import to_number

_N = r"(?:\d{1,2}|[一二两三四五六七八九])"
_YEAR = r"(?P<year>(?:(?:19|20)\d\d年|今年|去年|前年|本年)的?)?"
_TO = r"(?:一直)?(?:到|至|直到|[-–~—])"
Rule = tuple[re.Pattern[str], str | Callable[[re.Match[str]], str]]


def in_plain_chinese(text: str) -> str:
    """A folded text with its Chinese in plainer words, its days among them."""
    return plain_days(plain_chinese(text))


def plain_days(text: str) -> str:
    """A folded Chinese text with its days in months and days."""
    for pattern, put in _RULES:
        text = pattern.sub(put, text)
    return text


def _third(match: re.Match[str]) -> str:
    first, last = {"上": (1, 10), "中": (11, 20), "下": (21, 31)}[match["part"]]
    last = min(last, _length(match["m"]))
    return f"{match['m']}月{first}日到{match['m']}月{last}日"


def _half_month(match: re.Match[str]) -> str:
    first, last = (1, 15) if match["part"] in "上前" else (16, _length(match["m"]))
    return f"{match['m']}月{first}日到{match['m']}月{last}日"


def _length(month: str) -> int:
    number = int(to_number(month))
    return 28 if number == 2 else 30 if number in (4, 6, 9, 11) else 31


def _first(match: re.Match[str]) -> str:
    months = int(to_number(match["n"])) * (3 if match["unit"] == "季度" else 1)
    return f"{match['year'] or ''}1月到{match['year'] or ''}{min(months, 12)}月"


def _last(match: re.Match[str]) -> str:
    months = int(to_number(match["n"])) * (3 if match["unit"] == "季度" else 1)
    return f"{match['year'] or ''}{max(13 - months, 1)}月到{match['year'] or ''}12月"


def _run(match: re.Match[str]) -> str:
    """ "6、7、8月", "七八月": months that follow each other; others stay."""
    numbers = [
        int(to_number(n)) for n in re.findall(rf"\d{{1,2}}|{_N}", re.sub(r".个月", "", match[0]))
    ]
    steps = [b - a for a, b in pairwise(numbers)]
    joined = f"{numbers[0]}月到{numbers[-1]}月"
    return joined if set(steps) == {1} and numbers[-1] <= 12 else match[0]


def _quarters(match: re.Match[str]) -> str:
    one, other = int(to_number(match["a"])), int(to_number(match["b"]))
    year = match["year"] or ""
    return f"{year}{3 * one - 2}月到{year}{3 * other}月" if one < other <= 4 else match[0]


_FEASTS = {
    "国庆": "10月1日到10月7日",
    "双十一": "11月11日",
    "双11": "11月11日",
    "双十二": "12月12日",
    "双12": "12月12日",
    "平安夜": "12月24日",
}
_NAMED_SPAN = (
    r"(?:暑假|暑期|寒假|夏天|夏季|春天|春季|秋天|秋季|冬天|冬季|盛夏|国庆节?(?:期间|假期|长假"
    r"|黄金周)?"
    r"|双(?:十一|11|十二|12)(?:前后|期间|大促)?|圣诞节?(?:前后|期间)?|开学季?|旺季|淡季|黄金周)"
)
_DAY = rf"(?:\d{{1,2}}|{_N}|十[一二]?)月"

_SPAN = (
    r"(?:今年|去年)?(?:(?:1[0-2]|[1-9]|[一二三四五六七八九])月份?|第?[一二三四1-4]季度|[上下]半年)"
)

_RULES: tuple[Rule, ...] = (
    # "10月和11月都买过": in each of them.
    (re.compile(rf"(?P<a>{_SPAN})[和、与跟](?P<b>{_SPAN})(?:这?两个(?:月|季度))?(?:里|内)?(?:都"
                rf"|均|各自?)"
                r"(?P<do>[^,，。的?？]{2,20})"), r"\g<a>\g<do>,\g<b>\g<do>"),
    # A name beside the days that it means: "暑假六到八月", "双十一前后(11月5日到15日)".
    (re.compile(rf"{_NAMED_SPAN}(?:那|这)?(?:段时间|几天|一周|阵子)?(?:里"
                rf"|内)?[,，:：]?(?:也?就是|即|\()?"
                rf"(?=(?:从|自|在)?(?:{_DAY}|{_N}\s*(?:到|至|[-–~—、])\s*{_N}月))"), ""),
    (re.compile(rf"({_DAY}(?:\d+[日号])?(?:到|至|[-–~—])[^,，()。]{{2,8}}?[月日号])\)?(?:那"
                rf"|这)?(?:几天"
                r"|段时间|阵子|三个月|两个月)(?:里|内|期间)?"), r"\1"),
    (re.compile(r"(?<!\()国庆节?(?:期间|假期|长假|黄金周|七天|7天|那周|那几天|那一周)?(?=[^月(]"
                r"|$)"),
     _FEASTS["国庆"]),
    (re.compile(r"(双十一|双11|双十二|双12|平安夜)(?:当天|那天|当日)?(?!前后|期间|大促|前|后|之)"),
     lambda match: _FEASTS[match[1]]),
    (re.compile(rf"{_YEAR}(?:前|头|开年|开头|最初)的?(?P<n>{_N})个?(?P<unit>季度)(?:里"
                rf"|内)?"), _first),
    (re.compile(r"(?P<year>(?:(?:19|20)\d\d年|今年|去年|本年)的?)(?:前|头|开年|开头|最初)的?"
                rf"(?P<n>{_N})个(?P<unit>月)"), _first),
    (re.compile(rf"{_YEAR}(?:最后|末尾|后)的?(?P<n>{_N})个(?P<unit>季度)"), _last),
    (re.compile(rf"{_YEAR}(?:年底|年末|年尾|岁末|收尾)的?(?:这|那"
                rf"|最后)?(?P<n>{_N})个(?P<unit>月)"), _last),
    (re.compile(rf"{_YEAR}最后的?(?P<n>{_N})个(?P<unit>月)"), _last),
    (re.compile(rf"{_YEAR}第?(?P<a>[一二三1-3])(?:[、和与到至]"
                rf"|[-–~])?第?(?P<b>[二三四2-4])(?:两个)?季度"),
     _quarters),
    (re.compile(r"(?:前|头)(?:个)?半年"), "上半年"),
    (re.compile(r"后(?:个)?半年"), "下半年"),
    (re.compile(r"(?<!\d年)(?:今年)?(?:全年|一整年|整年|这一年里?|一年到头)"), "今年"),
    (re.compile(r"(?<=\d年)(?:全年|一整年|整年)"), ""),
    (re.compile(rf"(?P<m>1[0-2]|{_N})月份?的?(?P<part>[上中下])旬"), _third),
    (re.compile(rf"(?P<m>1[0-2]|{_N})月份?的?(?P<part>[上下前后])半(?:个)?月"), _half_month),
    (re.compile(r"(?<![\d一二三四五六七八九十年-])(?:(?:1[0-2]|[1-9])、){1,5}(?:1[0-2]"
                r"|[1-9])(?:月份?(?:这?"
                r"[两三四五六]个月)?|[两三四五六]个月)"), _run),
    (re.compile(r"(?<![\d一二三四五六七八九十第])[一二三四五六七八九]{2,4}月份?(?!以|来)"), _run),
    (re.compile(r"(?<![\d-])(?:(?:1[0-2]|[1-9])月[、和]){1,5}(?:1[0-2]"
                r"|[1-9])月份?(?:这?[两三四五六]个月)?"),
     _run),
    # "10月1日到7日", "10月1-7号": the month is said once.
    (re.compile(rf"(?P<m>1[0-2]|{_N})月(?P<a>\d{{1,2}})[日号]?(?:到|至"
                rf"|[-–~—])(?P<b>\d{{1,2}})[日号]"),
     r"\g<m>月\g<a>日到\g<m>月\g<b>日"),
    (re.compile(rf"(?<=[月日号度年半])(?:份|底)?{_TO}(?:今年)?(?:年底|年末|年尾"
                rf"|岁末)"), "到12月31日"),
    (re.compile(rf"(?<=[月日号度年半])(?:份|初)?(?:以来|开始|起)?,?{_TO}(?:现在|目前|今天|如今"
                rf"|今日|当前)(?:为止)?"),
     "至今"),
    (re.compile(r"(?:从|自)?(?:今年)?年初(?=到|至)"), "1月1日"),
    (re.compile(r"(?<=到)(\d{1,2}月)(?:底|末)"), r"\1"),
    (re.compile(r"(?:截至|截止到?|到)(?:现在|目前|今天|此刻|今日)(?:为止)?"), "目前"),
    (re.compile(r"(?<=[\d一二三四五六七八九十]月)份?(?:这|那|整|一|1)+个月(?:里|内|当中|中)?"), ""),
    (re.compile(r"(?<=\d月)初(?=以来|起|开始|至今)"), ""),
)  # fmt: skip
