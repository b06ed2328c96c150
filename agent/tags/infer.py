"""One decision a tag: rule, learned or prior, whichever its card says was measured better.

Without a card a rule tag is given as its rule says, and a prior stays unknown: nobody has measured
where its yes should begin, so its probability and its reasons are kept and nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from agent.data.store import Row
from agent.data.warehouse import Warehouse
from agent.errors import DataError
from agent.tags.known import Known, load_known
from agent.tags.models import Model, load_models
from agent.tags.reasons import Evidence, learned_evidence
from agent.tags.taxonomy import load_taxonomy, switched_off
from agent.tags.vectors import Vectors, load_vectors
from agent.workspace import Workspace

# Reasons of a prior are kept for those whom it lifts by so much above the base rate.
LEANING = 0.05


def tag_rows(workspace: Workspace, warehouse: Warehouse) -> list[Row]:
    """Rows for the store's table `tags`: every tag of every customer that is not simply absent."""
    models = usable_models(workspace)
    taxonomy = load_taxonomy()
    known = load_known(workspace, warehouse, {tag.id for tag in taxonomy} | set(models))
    rows = [row for tag, given in known.rules.items() if tag not in models for row in given]
    if models:
        vectors = load_vectors(workspace, warehouse)
        for model in models.values():
            rows += _by_model(model, vectors, known, warehouse)
    return rows + list(_by_prior(known, set(models)))


def usable_models(workspace: Workspace) -> dict[str, Model]:
    """The saved models by tag, without those of sensitive tags that are not switched on."""
    off = switched_off(workspace.settings.sensitive_tags)
    models = load_models(workspace.models)
    return {tag: model for tag, model in models.items() if tag not in off}


def _by_model(model: Model, vectors: Vectors, known: Known, warehouse: Warehouse) -> Iterator[Row]:
    card = model.card
    if card.source == "unknown":
        return
    parts = vectors.parts | known.parts(card.tag, vectors)
    if card.source not in {"learned", *parts}:
        raise DataError(
            f"{card.tag} was trained on what the model says of the catalogue, which is not known "
            "any more: run `portrait priors`, or train the tag again"
        )
    found = model.probability(Vectors(vectors.customers, parts, vectors.figures))
    decided = [card.thresholds.decide(float(probability)) for probability in found]
    given = [who for who, said in zip(vectors.customers, decided, strict=True) if said == "yes"]
    evidence = _evidence(model, vectors, known, warehouse, given)
    bare = set(given) - {who for who, reasons in evidence.items() if reasons}
    for customer, probability, said in zip(vectors.customers, found, decided, strict=True):
        yield {
            "customer": customer,
            "tag": card.tag,
            "probability": round(float(probability), 4),
            # No tag without a reason; only a rule may rest on what a customer does not do.
            "decision": "unknown" if customer in bare and card.source != "rule" else said,
            "source": card.source,
            "evidence": evidence.get(customer, []),
        }


def _evidence(
    model: Model, vectors: Vectors, known: Known, warehouse: Warehouse, given: Sequence[str]
) -> dict[str, Evidence]:
    tag = model.card.tag
    if model.card.source == "rule":
        return {row["customer"]: row["evidence"] for row in known.rules[tag]}
    if model.card.source == "prior":
        return {customer: known.prior_evidence(customer, tag) for customer in given}
    return learned_evidence(model, vectors, warehouse, given, known.hidden)


def _by_prior(known: Known, measured: set[str]) -> Iterator[Row]:
    if known.priors is None:
        return
    for tag, chances in known.priors.probabilities.items():
        if tag in measured:
            continue
        lifted = chances.mean() + LEANING
        for customer, chance in chances.items():
            reasons = known.prior_evidence(str(customer), str(tag)) if chance >= lifted else []
            yield {
                "customer": str(customer),
                "tag": str(tag),
                "probability": round(float(chance), 4),
                "decision": "unknown",
                "source": "prior",
                "evidence": reasons,
            }
