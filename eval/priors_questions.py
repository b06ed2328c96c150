"""Other ways of asking a model about an item and a tag, which eval/priors.py measures beside ours.

Each asks one question for each item and tag, or two where the order of the groups is turned round.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from agent.llm.answers import Question
from agent.llm.client import Message
from agent.tags.taxonomy import TagDef

KIND = "other prior"


@dataclass(frozen=True)
class Way:
    """asked holds {who}, {others} and {item}; options -> what an answer speaks for the tag.

    turned: asked again with the groups exchanged, which exchanges the values too. shown: with four
    worked examples.
    """

    name: str
    system: str
    asked: str
    options: Mapping[str, float]
    turned: bool = False
    shown: bool = False


_SYSTEM = "You know who buys what in a supermarket. Answer with {}."
_WORD, _LETTER = _SYSTEM.format("one word"), _SYSTEM.format("one letter")
_NUMBER = _SYSTEM.format("a number from 1 to 5")
_YES = {"Yes": 1.0, "No": -1.0}
_A = {"A": 1.0, "B": -1.0}
_MORE = "Do {who} buy more of a product than {others}? The product: {item}"
_WHO = "Who buys a product more often?\nA: {who}\nB: {others}\nThe product: {item}"
_RATE = (
    "How typical is a product of {who}, compared with {others}? 1: bought far less by them, "
    "3: the same, 5: bought far more by them. The product: {item}"
)
WAYS = (
    Way("yes or no", _WORD, _MORE, _YES),
    Way("yes or no, four examples", _WORD, _MORE, _YES, shown=True),
    Way("A or B", _LETTER, _WHO, _A),
    Way("A or B, both orders", _LETTER, _WHO, _A, turned=True),
    Way("a number from 1 to 5", _NUMBER, _RATE, {"1": -2, "2": -1, "3": 0, "4": 1, "5": 2}),
)
# Two things that speak for a tag and two that speak against it, all plain.
_PLAIN = {
    "has_kids": ("school backpacks", "crayons", "whisky glasses", "reading glasses"),
    "married": ("wedding anniversary cards", "double bed sheets", "noodles for one", "small pizza"),
    "homeowner": ("lawn mowers", "roof paint", "moving boxes", "laundromat coins"),
    "high_income": ("caviar", "champagne", "store brand bread", "lottery tickets"),
    "low_income": ("store brand bread", "lottery tickets", "caviar", "champagne"),
    "age_55_plus": ("hearing aid batteries", "reading glasses", "video games", "hair gel"),
    "age_under_35": ("video games", "hair gel", "hearing aid batteries", "reading glasses"),
    "lives_alone": ("small pizza", "half a loaf", "family size cereal", "a gallon of milk"),
    "large_household": ("family size cereal", "a gallon of milk", "small pizza", "half a loaf"),
}


def questions(way: Way, item: str, tag: TagDef) -> list[Question]:
    """The question, or the two, about an item and a tag."""
    people = tag.prior.people("en") if tag.prior else None
    if people is None:
        raise ValueError(f"{tag.id} has no groups to ask about")
    orders = [(people.who[0], people.others[0])]
    if way.turned:
        orders.append((people.others[0], people.who[0]))
    return [
        Question(
            kind=KIND,
            item=item,
            tag=tag.id,
            messages=tuple(_messages(way, item, tag.id, *order)),
            options=tuple(way.options),
        )
        for order in orders
    ]


def value(way: Way, answers: Sequence[Mapping[str, float]]) -> float:
    """What the answers to `questions` say: log-odds, or the expected number."""
    first, *turned = (_speaks(way.options, answer) for answer in answers)
    return first - sum(turned)


def _speaks(options: Mapping[str, float], answer: Mapping[str, float]) -> float:
    if len(options) == 2:
        return sum(sign * answer[option] for option, sign in options.items())
    chances = {option: math.exp(answer[option]) for option in options}
    return sum(options[o] * chance for o, chance in chances.items()) / sum(chances.values())


def _messages(way: Way, item: str, tag: str, who: str, others: str) -> Iterator[Message]:
    def ask(thing: str) -> Message:
        return {"role": "user", "content": way.asked.format(who=who, others=others, item=thing)}

    yield {"role": "system", "content": way.system}
    if way.shown:
        yes, no = way.options
        for place, answer in ((0, yes), (2, no), (3, no), (1, yes)):
            yield ask(_PLAIN[tag][place])
            yield {"role": "assistant", "content": answer}
    yield ask(item)
