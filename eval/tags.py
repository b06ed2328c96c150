"""Are the tags right? Ours and every baseline on the same labelled customers, folds and samples.

The features are looked through for labels first. Then each tag is judged by nested cross-
validation (`agent.tags.training.judge`): whatever is chosen for a customer is chosen without that
customer. The prior alone, without any label, and the baselines that ask the model of each customer
stand beside it as far as the model's answers are in the store; they are asked for only where a
server is given.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pandas as pd

from agent.data import store as tables
from agent.data.attributes import attribute_terms
from agent.data.store import now
from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.facts.catalogue import catalogue
from agent.facts.frame import facts_frame
from agent.llm.endpoint import Endpoint
from agent.profiles.current import check_current
from agent.progress import Progress, Tick, silent
from agent.settings import Language
from agent.tags.bootstrap import resamples
from agent.tags.decision import Aim, median
from agent.tags.evidence import evidence_words
from agent.tags.labels import read_labels
from agent.tags.learned import check_enough
from agent.tags.names import load_vocabulary
from agent.tags.taxonomy import TagDef, load_taxonomy
from agent.tags.training import Material, Unseen, judge, load_material
from agent.workspace import Workspace
from eval.baselines import REFERENCE, Baseline, baselines, out_of_fold
from eval.baselines_model import as_baseline, ask_lists, ask_yes_no
from eval.keywords import KEYWORDS
from eval.labels import REFERENCE_LABELS, reference_labels
from eval.leaks import check_no_leak, check_no_telling_item
from eval.material import load_material as load_plain
from eval.results import Example, Result, TagResult, overall, tag_result

Servers = Callable[[], Sequence[Endpoint]]
Labels = dict[str, pd.Series]
Guesses = dict[str, pd.Series]  # out-of-fold probabilities by tag

EXAMPLES = 3
# Parts that are looked through as a table; the two large ones by presence alone.
_LARGE = ("variants", "products")


# Baselines that know some tags only: those with words, and those that a model can be told of.
_TAXONOMY = {tag.id for tag in load_taxonomy()}
_KNOWN_TO = {"keywords": set(KEYWORDS), "yes_no": _TAXONOMY, "list_tags": _TAXONOMY}


class _NotAskedError(Exception):
    """An answer of the model is missing, and no server is given to ask."""


def evaluate_tags(
    workspace: Workspace,
    labels_file: Path | None,
    aim: Aim,
    endpoints: Servers | None = None,
    progress: Progress = silent,
    language: Language = "en",
) -> Result:
    """The whole run; `labels_file` None: the reference data's labels; `language`: of the examples.

    Raises `DataError` for a label with too few customers, a leak, or a home without current facts.
    """
    started = time.monotonic()
    check_current(workspace)
    given, told_by = _labels(workspace, labels_file)
    labels, refused = _enough(given)
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        material = load_material(workspace, warehouse, list(labels))
    check_leaks(material, labels, told_by)
    ours = {
        tag: judge(material, series, aim) for tag, series in _told(labels, "judge tags", progress)
    }
    others, notes = _others(workspace, material, labels, endpoints, progress)
    result = _compare(labels, ours, others)
    _describe(workspace, result, ours, aim, language)
    result["data_hash"] = workspace.store.get_meta("data_hash")
    result["made_at"] = now()
    result["seconds"] = round(time.monotonic() - started, 1)
    result["commands"] = [_command(labels_file, aim)]
    result["notes"] = refused + notes
    return result


def check_leaks(material: Material, labels: Labels, told_by: dict[str, tuple[str, ...]]) -> None:
    """Refuse material that holds a label or what it was made from. Raises `DataError`."""
    parts = material.vectors.parts
    small = [part for name, part in parts.items() if name not in _LARGE]
    frames = [pd.DataFrame(part.matrix.toarray(), columns=list(part.features)) for part in small]
    table = pd.concat([*frames, material.vectors.figures.reset_index(drop=True)], axis=1)
    table.index = pd.Index(material.vectors.customers)
    for tag, series in labels.items():
        check_no_leak(table, series, told_by[tag])
        rows = material.vectors.rows(list(series.index))
        for name in _LARGE:
            part = parts[name]
            check_no_telling_item(part.matrix[rows], part.features, series)


def _enough(labels: Labels) -> tuple[Labels, list[str]]:
    """The labels with customers enough, and why the others are left out; an error if all are."""
    kept: Labels = {}
    refused: list[str] = []
    for tag, series in labels.items():
        try:
            check_enough(tag, series.to_numpy(dtype=bool))
            kept[tag] = series
        except DataError as error:
            refused.append(str(error))
    if not kept:
        raise DataError(refused[0])
    return kept, refused


def _labels(workspace: Workspace, path: Path | None) -> tuple[Labels, dict[str, tuple[str, ...]]]:
    """The labels, and by tag the names that no feature may bear."""
    if path is None:
        labels = reference_labels(workspace.store)
        return labels, {label.tag: label.told_by for label in REFERENCE_LABELS}
    facts = facts_frame(workspace.store)
    purchased = facts["orders"].fillna(0) > 0  # the baselines know purchases alone
    labels = read_labels(path, list(facts.loc[purchased, "customer"])).tags
    # An attribute called `tenure` is not what `tenure_days` was made from.
    ours = [f"{field.name}_" for field in catalogue()]
    names = [term.name for term in attribute_terms(workspace.store)]
    given = tuple(n for n in names if not any(one.startswith(f"{n}_") for one in ours))
    return labels, dict.fromkeys(labels, given)


def _told(labels: Labels, step: str, progress: Progress) -> Iterator[tuple[str, pd.Series]]:
    for number, (tag, series) in enumerate(labels.items()):
        progress(Tick(step, number, len(labels)))
        yield tag, series
    progress(Tick(step, len(labels), len(labels)))


def _others(
    workspace: Workspace,
    material: Material,
    labels: Labels,
    endpoints: Servers | None,
    progress: Progress,
) -> tuple[dict[str, Guesses], list[str]]:
    """Every baseline's out-of-fold probabilities by name, and what could not be measured."""
    methods: dict[str, Baseline] = baselines(load_plain(workspace))
    asked, notes = _asked(workspace, labels, endpoints, progress)
    priors = _priors(material, labels)
    if not priors:
        notes.append("the prior without labels: not asked yet, run `portrait priors`")
    others: dict[str, Guesses] = {"prior": priors} if priors else {}
    for name, method in (methods | asked).items():
        others[name] = {
            tag: out_of_fold(method, series)
            for tag, series in _told(labels, f"judge {name}", progress)
            if tag in _KNOWN_TO.get(name, labels)
        }
    return others, notes


def _priors(material: Material, labels: Labels) -> Guesses:
    """The prior's own probabilities: no label has touched them."""
    known = material.known.priors
    if known is None:
        return {}
    found = known.probabilities
    return {
        tag: found[tag].reindex(series.index).fillna(found[tag].mean()).rename(tag)
        for tag, series in labels.items()
        if tag in found
    }


def _asked(
    workspace: Workspace, labels: Labels, endpoints: Servers | None, progress: Progress
) -> tuple[dict[str, Baseline], list[str]]:
    """The baselines that ask the model of each customer, from answers in the store or a server."""
    tags: list[TagDef] = [tag for tag in load_taxonomy() if tag.id in labels]
    customers = sorted({str(who) for series in labels.values() for who in series.index})
    found: dict[str, Baseline] = {}
    notes = []
    for name, ask in (("yes_no", ask_yes_no), ("list_tags", ask_lists)):
        if not tags:
            notes.append(f"{name}: the model can be asked only of tags in the taxonomy")
            continue
        try:
            answers = ask(workspace, endpoints or _no_server, customers, tags, progress)
            found[name] = as_baseline(answers)
        except _NotAskedError:
            model = workspace.settings.model.name
            notes.append(f"{name}: {model} was not asked yet, run this again with --ask")
    return found, notes


def _no_server() -> Sequence[Endpoint]:
    raise _NotAskedError


def _compare(labels: Labels, ours: dict[str, Unseen], others: dict[str, Guesses]) -> Result:
    customers = sorted({who for series in labels.values() for who in series.index})
    drawn = resamples(pd.Index(customers))
    found: list[TagResult] = []
    for tag, series in labels.items():
        beside = {name: guesses[tag] for name, guesses in others.items() if tag in guesses}
        found.append(tag_result(series, ours[tag].probability, ours[tag].decision, beside, drawn))
    return overall(
        found,
        labels,
        {tag: unseen.probability for tag, unseen in ours.items()},
        others[REFERENCE],
        drawn,
    )


def _describe(
    workspace: Workspace, result: Result, ours: dict[str, Unseen], aim: Aim, language: Language
) -> None:
    """Source, aim, thresholds, label and examples of each tag."""
    labels = {tag.id: tag.words(language).label for tag in load_taxonomy()}
    for tag in result["tags"]:
        tag["aim"] = str(aim)
        tag["threshold"] = median(ours[tag["tag"]].thresholds).as_dict()
        tag["source"] = str(ours[tag["tag"]].sources.mode().iloc[0])
        tag["label"] = labels.get(tag["tag"], tag["tag"])
        tag["examples"] = list(_examples(workspace, tag["tag"], language))


def _examples(workspace: Workspace, tag: str, language: Language) -> Iterator[Example]:
    """The surest customers who carry the tag in the store, with their evidence."""
    table = tables.tags
    query = table.select().where(table.c.tag == tag, table.c.decision == "yes")
    best = query.order_by(table.c.probability.desc(), table.c.customer).limit(EXAMPLES)
    vocabulary = load_vocabulary(workspace)
    for row in workspace.store.rows(best):
        words = [evidence_words(item, language, vocabulary) for item in row["evidence"]]
        yield {"customer": row["customer"], "probability": row["probability"], "evidence": words}


def _command(path: Path | None, aim: Aim) -> str:
    file = f" {path.name}" if path else ""
    return f"portrait eval tags{file} --aim {str(aim).replace(' ', '=')}"
