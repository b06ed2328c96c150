"""Descriptions and comparisons of audiences in a few sentences, in English and Chinese."""

from __future__ import annotations

from collections.abc import Sequence

from agent.ask.insight import Comparison, Kind, Measure, Trait
from agent.settings import Language
from agent.vocabulary import Term, Vocabulary
from agent.words import value_words

TOLD = 3

_WORDS: dict[Language, dict[str, str]] = {
    "en": {
        "apart": "What sets them apart from the others: {}.",
        "first_apart": "What sets the first apart from the second: {}.",
        "nothing": "Beyond their own conditions nothing sets them apart for sure.",
        "tag": 'tagged "{}"',
        "category": "bought {}",
        "value": "{} is {}",
        "number": "{}",
        "trait": "{name}: {inside} against {outside}{lift}",
        "median": "{name}: median {inside} against {outside} ({side} in {pairs} of pairs)",
        "higher": "higher",
        "lower": "lower",
        "lift": " ({} times)",
        "stop": "; ",
        "sizes": "{a:,} customers against {b:,}, of whom {both:,} are in both",
        "measure": "{name}: {a} against {b}{lift}",
        "end": ". ",
    },
    "zh": {
        "apart": "与其他顾客相比的特点：{}。",
        "first_apart": "前者与后者相比的特点：{}。",
        "nothing": "除自身条件外，没有可以确定的差异。",
        "tag": "标签“{}”",
        "category": "购买{}",
        "value": "{}为{}",
        "number": "{}",
        "trait": "{name}：{inside}对比{outside}{lift}",
        "median": "{name}：中位数{inside}对比{outside}（两两相比{pairs}{side}）",
        "higher": "更高",
        "lower": "更低",
        "lift": "（{}倍）",
        "stop": "；",
        "sizes": "{a:,}位顾客对比{b:,}位，其中{both:,}位同属两者",
        "measure": "{name}：{a}对比{b}{lift}",
        "end": "。",
    },
}
# Figures of a comparison that are no fields, or not as one customer's.
_MEASURES = {
    "spend_per_customer": Term(
        "spend_per_customer", "spend per customer", "人均消费", "money", numeric=True
    ),
    "days_since_last_order": Term(
        "days_since_last_order",
        "median days since the last order",
        "距上次下单天数中位数",
        "days",
        numeric=True,
    ),
}
_SHARE = Term("share", "share", "占比", "share", numeric=True)
_RATIO = Term("ratio", "ratio", "倍数", "ratio", numeric=True)
_ORDER: tuple[Kind, ...] = ("tag", "value", "category", "number")


def describe_words(traits: Sequence[Trait], language: Language, vocabulary: Vocabulary) -> str:
    """The first traits of each kind, without those that restate the conditions."""
    return _apart("apart", traits, language, vocabulary)


def compare_words(comparison: Comparison, language: Language, vocabulary: Vocabulary) -> str:
    """Sizes and main figures, the first audience's first; then what sets the first apart."""
    say = _WORDS[language]
    a, b, both = comparison.customers_a, comparison.customers_b, comparison.customers_both
    told = [say["sizes"].format(a=a, b=b, both=both)]
    told += [_measure(one, language, vocabulary) for one in comparison.measures[1:]]
    sentence = say["stop"].join(told) + say["end"]
    return sentence + _apart("first_apart", comparison.traits, language, vocabulary)


def trait_words(trait: Trait, language: Language, vocabulary: Vocabulary) -> str:
    """`bought wine: 44.75% against 10.7% (4.18 times)`."""
    say = _WORDS[language]
    name = say[trait.kind].format(*_names(trait, language, vocabulary))
    if trait.auc is not None:
        term = vocabulary.field(trait.name)
        return say["median"].format(
            name=name,
            inside=value_words(trait.inside, term, language),
            outside=value_words(trait.outside, term, language),
            side=say["higher" if trait.auc >= 0.5 else "lower"],
            pairs=value_words(max(trait.auc, 1 - trait.auc), _SHARE, language),
        )
    return say["trait"].format(
        name=name,
        inside=value_words(trait.inside, _SHARE, language),
        outside=value_words(trait.outside, _SHARE, language),
        lift=_lift(trait.lift, language),
    )


def _apart(key: str, traits: Sequence[Trait], language: Language, vocabulary: Vocabulary) -> str:
    say = _WORDS[language]
    told = []
    for kind in _ORDER:
        mine = [t for t in traits if t.kind == kind and not t.given][:TOLD]
        told += [trait_words(trait, language, vocabulary) for trait in mine]
    return say[key].format(say["stop"].join(told)) if told else say["nothing"]


def _names(trait: Trait, language: Language, vocabulary: Vocabulary) -> tuple[str, ...]:
    match trait.kind:
        case "tag":
            return (vocabulary.tag(trait.name).label(language),)
        case "category":
            return (_label(trait.name, language, vocabulary),)
        case "value":
            value = _label(trait.value or "", language, vocabulary)
            return vocabulary.field(trait.name).label(language), value
        case "number":
            return (vocabulary.field(trait.name).label(language),)


def _label(name: str, language: Language, vocabulary: Vocabulary) -> str:
    return vocabulary.labels.get(name, (name, name))[language == "zh"]


def _measure(one: Measure, language: Language, vocabulary: Vocabulary) -> str:
    term = _MEASURES.get(one.name) or vocabulary.field(one.name)
    return _WORDS[language]["measure"].format(
        name=term.label(language),
        a=value_words(one.a, term, language),
        b=value_words(one.b, term, language),
        lift=_lift(one.ratio, language),
    )


def _lift(ratio: float | None, language: Language) -> str:
    """Nothing where there is no limit to it."""
    if ratio is None:
        return ""
    return _WORDS[language]["lift"].format(value_words(ratio, _RATIO, language))
