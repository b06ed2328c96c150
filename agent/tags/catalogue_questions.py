"""What the model is asked about the catalogue: how sentences about groups of people go on.

"Families with small children spend most of their grocery money on …": one short answer tells how
likely every word of the catalogue comes next. What a word speaks for is how much likelier it is
after the people whom a tag means than after the others: their pointwise mutual information
(Church and Hanks 1990, "Word association norms, mutual information, and lexicography"). A sentence
is asked once for each group and 128 words, whatever the number of customers, and a new category
costs its own new words. The same is asked of the fields: is the average order value of homeowners
usually higher or lower?

Answers are rows of the store's table `answers`, of kind "prior": item is the sentence or field, tag
the group of people. Words of several tokens cannot be scored and are left open (None).
"""

from __future__ import annotations

import hashlib
import re
import string
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache

import pandas as pd
import sqlalchemy as sa
from pydantic import BaseModel, ConfigDict, ValidationError

from agent.data import store as tables
from agent.data.store import Store
from agent.errors import PromptError
from agent.facts.catalogue import catalogue
from agent.llm.answers import Question
from agent.llm.client import Message
from agent.prompts import read_yaml
from agent.settings import Language, describe_validation
from agent.tags.taxonomy import TagDef

KIND = "prior"
MOST_OPTIONS = 128  # that vLLM scores in one answer
_CHINESE = re.compile(r"[\u3400-\u9fff]")
_WORD: dict[Language, re.Pattern[str]] = {
    "en": re.compile(r"[a-z]{3,}"),
    "zh": re.compile(r"[\u3400-\u9fff]+"),
}
# English words follow a space, Chinese ones do not.
_OPTION: dict[Language, str] = {"en": " {}", "zh": "{}"}


class Sentence(BaseModel):
    """A question about a group of people, and the beginning of its answer."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    asked: str
    begun: str


class Asking(BaseModel):
    """One language of `prompts/prior.yaml`, whose head tells what the parts mean."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    system: str
    sentences: tuple[Sentence, ...]
    figure: Sentence
    fields: tuple[str, ...]
    more: str
    less: str
    ignored: frozenset[str]

    def hash(self, sentence: Sentence) -> str:
        """Changes with anything that the model is told for a sentence, but for the groups."""
        told = [self.system, sentence.asked, sentence.begun, self.more, self.less]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    def messages(self, sentence: Sentence, **values: str) -> tuple[Message, ...]:
        """The chat, with the answer begun. Raises `PromptError` on a variable that is not given."""
        return (
            {"role": "system", "content": self.system},
            {"role": "user", "content": _fill(sentence.asked, values)},
            {"role": "assistant", "content": _fill(sentence.begun, values)},
        )


@cache
def load_asking(language: Language) -> Asking:
    """What is asked in a language. Raises `PromptError`."""
    try:
        return Asking.model_validate(read_yaml("prior.yaml")[language])
    except KeyError as error:
        raise PromptError(f"prompts/prior.yaml has no part {language!r}") from error
    except ValidationError as error:
        raise PromptError(
            f"prompts/prior.yaml, {language}: {describe_validation(error)}"
        ) from error


def language_of(names: Sequence[str]) -> Language:
    """The language that most of the names are in."""
    chinese = sum(bool(_CHINESE.search(name)) for name in names)
    return "zh" if 2 * chinese > len(names) else "en"


def words_of(name: str, language: Language) -> list[str]:
    """The words of an item's name that tell what it is."""
    found = _WORD[language].findall(name.lower())
    if language == "zh":
        found = [word for part in found for word in _cut(part)]
    ignored = load_asking(language).ignored
    return [word for word in dict.fromkeys(found) if word not in ignored]


def _cut(text: str) -> list[str]:
    import jieba  # noqa: PLC0415  (slow to load, and only Chinese needs it)

    jieba.setLogLevel("ERROR")
    words: list[str] = jieba.lcut(text)
    return words


def unanswered(
    store: Store, model: str, language: Language, tags: Sequence[TagDef], names: Sequence[str]
) -> list[Question]:
    """The questions about words and fields for which the store holds no answer of the model."""
    asking, known = load_asking(language), stored_answers(store, model, language)
    groups = _groups(tags, language)
    words = sorted({word for name in names for word in words_of(name, language)})
    options = [_OPTION[language].format(word) for word in words]
    return [
        *_about_words(asking, groups, options, known),
        *_about_fields(asking, groups, language, known),
    ]


Answers = dict[tuple[str, str], dict[str, float | None]]


def stored_answers(store: Store, model: str, language: Language) -> Answers:
    """(sentence's number or field's label, group) -> option -> log-probability or None."""
    table, asking = tables.answers, load_asking(language)
    numbers = {asking.hash(sentence): str(n) for n, sentence in enumerate(asking.sentences)}
    query = sa.select(table).where(
        table.c.kind == KIND,
        table.c.model == model,
        table.c.prompt_hash.in_([*numbers, asking.hash(asking.figure)]),
    )
    found: Answers = defaultdict(dict)
    for row in store.rows(query):
        found[numbers.get(row["prompt_hash"], row["item"]), row["tag"]] |= row["answer"]
    return found


def word_scores(answers: Answers, tags: Sequence[TagDef], language: Language) -> pd.DataFrame:
    """Words x tags: how much likelier a word is after the people of a tag than after the others.

    In standard deviations of all words, mean over the sentences; only tags and words with all
    answers.
    """
    asking = load_asking(language)
    parts = [
        _standardised(_differences(answers, str(sentence), tags, language))
        for sentence in range(len(asking.sentences))
    ]
    scores = sum(parts[1:], parts[0]) / len(parts)
    return scores.rename(index=str.strip).dropna(axis=1, how="all").dropna()


def field_scores(answers: Answers, tags: Sequence[TagDef], language: Language) -> pd.DataFrame:
    """Fields x tags: how much likelier "higher" is for the people of a tag than for the others.

    In standard deviations of the fields; NaN where an answer is missing.
    """
    asking = load_asking(language)
    higher, lower = _figure_options(asking, language)
    found = {}
    for field, label in _labels(asking, language).items():
        log_odds = _differences(answers, label, tags, language)
        if {higher, lower} <= set(log_odds.index):
            found[field] = log_odds.loc[higher] - log_odds.loc[lower]
    frame = pd.DataFrame.from_dict(found, orient="index", columns=[tag.id for tag in tags])
    return _standardised(frame)


def _about_words(
    asking: Asking, groups: Sequence[str], options: Sequence[str], known: Answers
) -> Iterator[Question]:
    for number, sentence in enumerate(asking.sentences):
        for group in groups:
            missing = [option for option in options if option not in known[str(number), group]]
            for start in range(0, len(missing), MOST_OPTIONS):
                block = tuple(missing[start : start + MOST_OPTIONS])
                messages = asking.messages(sentence, **_named(group))
                yield _question(asking.hash(sentence), str(number), group, messages, block)


def _about_fields(
    asking: Asking, groups: Sequence[str], language: Language, known: Answers
) -> Iterator[Question]:
    options, sentence = _figure_options(asking, language), asking.figure
    for label in _labels(asking, language).values():
        for group in groups:
            if set(options) - set(known[label, group]):
                messages = asking.messages(sentence, **_named(group), field=label)
                yield _question(asking.hash(sentence), label, group, messages, options)


def _question(
    prompt: str, item: str, group: str, messages: tuple[Message, ...], options: tuple[str, ...]
) -> Question:
    about = hashlib.sha256("\n".join(options).encode()).hexdigest()[:16]
    return Question(
        kind=KIND,
        item=item,
        tag=group,
        messages=messages,
        options=options,
        prompt_hash=prompt,
        catalogue_hash=about,
        skip_long=True,
    )


def _labels(asking: Asking, language: Language) -> dict[str, str]:
    """The fields that are asked about, with the labels that the model is told."""
    labels = {field.name: field.words(language).label for field in catalogue() if field.numeric}
    unknown = [field for field in asking.fields if field not in labels]
    if unknown:
        raise PromptError(f"prompts/prior.yaml: no figures called {', '.join(unknown)}")
    return {field: labels[field] for field in asking.fields}


def _figure_options(asking: Asking, language: Language) -> tuple[str, str]:
    return _OPTION[language].format(asking.more), _OPTION[language].format(asking.less)


def _groups(tags: Sequence[TagDef], language: Language) -> list[str]:
    """Every group of people that a tag means or sets them against, once."""
    asked = [tag.prior.people(language) for tag in tags if tag.prior]
    return list(dict.fromkeys(group for one in asked for group in (*one.who, *one.others)))


def _differences(
    answers: Answers, item: str, tags: Sequence[TagDef], language: Language
) -> pd.DataFrame:
    """Options x tags: mean log-probability after the people of a tag less that after the others."""
    groups = _groups(tags, language)
    given = {group: pd.Series(answers.get((item, group), {}), dtype=float) for group in groups}
    frame = pd.DataFrame(given)
    found = {}
    for tag in tags:
        if tag.prior:
            people = tag.prior.people(language)
            who, others = frame[list(people.who)], frame[list(people.others)]
            found[tag.id] = who.mean(axis=1, skipna=False) - others.mean(axis=1, skipna=False)
    return pd.DataFrame(found)


def _standardised(frame: pd.DataFrame) -> pd.DataFrame:
    """Each column with mean 0 and standard deviation 1; one without any spread is all 0."""
    spread = frame.std(ddof=0)
    return (frame - frame.mean()) / spread.where(spread > 0, 1.0)


def _named(group: str) -> dict[str, str]:
    return {"group": group, "Group": group[0].upper() + group[1:]}


def _fill(template: str, values: dict[str, str]) -> str:
    try:
        return string.Template(template).substitute(values)
    except (KeyError, ValueError) as error:
        raise PromptError(f"prompts/prior.yaml: {template!r} wants {error}") from error
