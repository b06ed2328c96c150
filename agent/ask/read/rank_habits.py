"""Orders by a habit that names its field: "use coupons the most", "shop most at weekends"."""

from __future__ import annotations

import re

from agent.ask.query import Rank

_COUPONS = r"(?:us(?:e|ed|es|ing)|redeem(?:ed|s|ing)?)"
_SHOPPING = r"(?:shop|order|buy|purchase|come)(?:s|ped|ed|ping|ing)?"
_AT_WEEKENDS = r"(?:on|at|over) (?:the )?weekends?"
_MOST = r"(?:the )?most(?: (?:often|frequently|heavily|of all))?"
_LEAST = r"(?:the )?least(?: (?:often|frequently|of all))?"
HABITS: tuple[tuple[re.Pattern[str], Rank], ...] = (
    (
        re.compile(
            rf"\b(?:who )?{_COUPONS} (?:(?:their )?coupons? {_MOST}|(?:the )?most coupons)\b"
            r"|\b(?:heaviest|biggest|keenest|most (?:frequent|avid)) (?:coupon users"
            r"|users of coupons)"
        ),
        Rank(field="coupon_share"),
    ),
    (
        re.compile(
            rf"\b(?:who )?{_COUPONS} (?:(?:their )?coupons? {_LEAST}|(?:the )?fewest coupons)\b"
        ),
        Rank(field="coupon_share", order="least"),
    ),
    (
        re.compile(rf"\b{_SHOPPING} (?:{_MOST} {_AT_WEEKENDS}|{_AT_WEEKENDS} {_MOST})\b"),
        Rank(field="weekend_share"),
    ),
    (
        re.compile(rf"\b{_SHOPPING} (?:{_MOST} in the evenings?|in the evenings? {_MOST})\b"),
        Rank(field="evening_share"),
    ),
)
