"""Who agreed to be reached by a channel. Whoever never said so did not: missing means no."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from agent.data import store as tables
from agent.data.delimited import chunked
from agent.data.store import Store
from agent.errors import UnknownError
from agent.settings import Language

# Databases allow a limited number of parameters in a query.
BLOCK = 20_000
# As text: parsing the few different ones is quicker than parsing those of a million customers.
_SAID = sa.cast(tables.customers.c.consent, sa.String).label("said")


@dataclass(frozen=True)
class Consent:
    """The customers that may be reached, in order. `channel` None: nobody was asked about.

    refused: those who said no; silent: those who never said anything about the channel.
    """

    channel: str | None
    kept: Sequence[str]
    refused: int = 0
    silent: int = 0

    @property
    def held_back(self) -> int:
        """How many may not be reached."""
        return self.refused + self.silent

    def words(self) -> dict[Language, str]:
        """How many are held back and why."""
        if self.channel is None:
            return {
                "en": "no channel was named, so consent was not applied and nobody is held back",
                "zh": "没有指定渠道，因此未按同意情况筛选，没有排除任何顾客",
            }
        total, held = len(self.kept) + self.held_back, self.held_back
        return {
            "en": f"{held:,} of {total:,} held back without consent to {self.channel}: "
            f"{self.refused:,} said no, {self.silent:,} never said (missing means no)",
            "zh": f"{total:,}人中有{held:,}人未同意通过{self.channel}联系，已排除："
            f"{self.refused:,}人表示不同意，{self.silent:,}人从未表态（未表态视为不同意）",
        }


def apply_consent(store: Store, customers: Sequence[str], channel: str | None) -> Consent:
    """Those of the customers who agreed to the channel; all of them where none is named.

    Raises `UnknownError` for a channel that the shop never recorded.
    """
    if channel is None:
        return Consent(None, customers)
    said = {text: json.loads(text).get(channel) for text in _texts(store)}
    answers = {text: answer for text, answer in said.items() if answer is not None}
    if not answers:
        raise UnknownError(_never_recorded(channel, said))
    kept = _among(customers, store, [text for text, answer in answers.items() if answer is True])
    refused = _among(customers, store, [t for t, answer in answers.items() if answer is not True])
    silent = len(customers) - len(kept) - len(refused)
    return Consent(channel, kept, len(refused), silent)


def _texts(store: Store) -> list[str]:
    """Every consent as it was written, each once."""
    return [row["said"] for row in store.rows(sa.select(_SAID).distinct())]


def _among(customers: Sequence[str], store: Store, texts: Sequence[str]) -> list[str]:
    """Those of the customers whose consent is one of the texts, in order."""
    found: set[str] = set()
    with store.begin() as connection:
        for block in chunked(texts, BLOCK):
            query = sa.select(tables.customers.c.customer).where(_SAID.in_(block))
            found.update(connection.execute(query).scalars())
    return [customer for customer in customers if customer in found]


def _never_recorded(channel: str, texts: Iterable[str]) -> str:
    known = sorted({name for text in texts for name in json.loads(text)})
    if known:
        return f"consent to {channel!r} was never recorded; there is consent to: {', '.join(known)}"
    return (
        f"no consent was ever recorded, to {channel!r} or any channel: name its column in the "
        "mapping (consent: {email: COLUMN}) and ingest, or export without a channel"
    )
