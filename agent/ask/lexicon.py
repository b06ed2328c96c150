"""The words by which questions name comparisons, windows and figures, per language."""

from __future__ import annotations

import re
from typing import Literal

Comparison = Literal["=", "<", "<=", ">", ">="]

# Longest first, so that "no more than" is not read as "more than".
COMPARISONS: tuple[tuple[Comparison, str], ...] = (
    (">=", r"at least|no less than|not less than|no fewer than|至少|不少于|不低于|不小于|起码|>="),
    ("<=", r"at most|no more than|not more than|up to|至多|最多|不超过|不多于|不高于|<="),
    (">", r"more than|over|above|greater than|exceeding|超过|多于|大于|高于|>"),
    ("<", r"less than|fewer than|under|below|少于|低于|小于|不到|不足|<"),
    ("=", r"exactly|just|正好|恰好|刚好|="),
)
COMPARISON = re.compile(
    "|".join(f"(?P<c{place}>{words})" for place, (_, words) in enumerate(COMPARISONS)), re.I
)
WINDOW = re.compile(
    r"(?:in|over|within|during)?\s*(?:the\s+)?(?:last|past|recent)\s+(?P<en>\d+)\s+days?"
    r"|(?:最近|近|过去)(?P<zh>\d+)(?:天|日)(?:内|里)?",
    re.I,
)
TOP = re.compile(
    r"(?P<side>top|best|highest|bottom|lowest)\s+(?P<en>\d+(?:\.\d+)?)\s*(?:%|percent)"
    r"|(?P<zh_side>前|后|最低的?)\s*(?P<zh>\d+(?:\.\d+)?)\s*%",
    re.I,
)
SILENT = re.compile(
    r"(?:not|no|n't|never)\s+(?:\w+\s+){0,2}?(?:order\w*|bought|purchas\w*|shopp\w*|active)"
    r"[^\d]{0,30}?(?P<en>\d+)\s+days?"
    r"|(?P<zh>\d+)天(?:以上)?(?:没有?|未|没)(?:再)?(?:下单|购买|购物|来过?)",
    re.I,
)
NEGATION = re.compile(
    r"(?:\bnot\b|n't\b|\bwithout\b|\bno\b|\bnever\b|\bexcept\b|\bexcluding\b)\s*(?:\w+\s+){0,3}$"
    r"|(?:没有?|不|未|非|除了|不要)(?:是|买过?|有|要|购买过?)?(?:的)?$",
    re.I,
)
# A figure's unit, or the words around it, tell which field it is compared with.
FIGURES: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "average_order_value",
        re.compile(r"average order|basket|an order|per order|客单价|每单", re.I),
    ),
    ("coupon_share", re.compile(r"coupon|优惠券|用券", re.I)),
    ("weekend_share", re.compile(r"weekend|周末", re.I)),
    ("evening_share", re.compile(r"evening|晚间|晚上", re.I)),
    ("categories", re.compile(r"categor|品类", re.I)),
    ("spend", re.compile(r"spen[dt]|paid|[$€£¥]|dollar|yuan|消费|花费|花了|元|美元", re.I)),
    ("days_since_last_order", re.compile(r"days? (?:ago|since)|last order|上次下单|天前", re.I)),
    ("orders", re.compile(r"orders?\b|purchases?\b|times\b|订单|下单|单|次", re.I)),
)
WINDOWED = {
    ("orders", 30): "orders_last_30d",
    ("orders", 90): "orders_last_90d",
    ("spend", 30): "spend_last_30d",
    ("spend", 90): "spend_last_90d",
}
BUY = re.compile(r"\b(?:b(?:uy|uys|uying|ought)|purchas\w+|buyers?)\b|买|购买|购物", re.I)
BREAKDOWN = re.compile(r"\b(?:by|per|for each|broken down by)\s+|按|各|分别", re.I)
LIST = re.compile(r"^\s*(?:list|show|who|which|give me|find|name)\b|列出|哪些|有谁|谁|找出", re.I)
EVERYONE = re.compile(
    r"\b(?:all|how many)\s+(?:customers|people|households|shoppers)\b"
    r"|(?:所有|全部|一共|总共)|多少(?:位|个|名)?(?:顾客|客户|用户|人|家庭)",
    re.I,
)
CANNOT = re.compile(
    r"\b(?:e-?mails?|newsletters?|clicks?|weather|phone|address|names?|gender|social media|opened|"
    r"satisf\w+|complain\w*|competitors?|profit|margin)\b"
    r"|邮件|点击|天气|电话|地址|姓名|性别|满意度|投诉|竞争对手|利润|毛利",
    re.I,
)
