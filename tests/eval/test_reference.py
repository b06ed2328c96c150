"""The baselines on the reference data: what the first measurements found must come out again."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from agent.data.example import load_example
from agent.profiles.build import refresh_facts
from agent.workspace import Workspace
from eval.baselines import REFERENCE, baselines, out_of_fold
from eval.labels import REFERENCE_LABELS, reference_labels
from eval.leaks import check_no_leak
from eval.material import Material, load_material

pytestmark = pytest.mark.reference

# Tag: customers, share who carry it, AUC of the regression; measured by other hands on other code.
MEASURED = {
    "has_kids": (801, 0.36, 0.697),
    "married": (664, 0.51, 0.687),
    "homeowner": (568, 0.91, 0.704),
    "high_income": (801, 0.16, 0.804),
    "low_income": (801, 0.26, 0.725),
    "age_55_plus": (801, 0.16, 0.857),
    "age_under_35": (801, 0.23, 0.742),
    "lives_alone": (801, 0.32, 0.671),
    "large_household": (801, 0.15, 0.769),
}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace(tmp_path_factory.mktemp("reference") / "home") as opened:
        load_example(opened, "completejourney")
        refresh_facts(opened)
        yield opened


@pytest.fixture(scope="module")
def labels(workspace: Workspace) -> dict[str, pd.Series]:
    return reference_labels(workspace.store)


@pytest.fixture(scope="module")
def material(workspace: Workspace) -> Material:
    return load_material(workspace)


def test_labels_are_as_many_as_were_counted(labels: dict[str, pd.Series]) -> None:
    assert list(labels) == list(MEASURED)
    for tag, (known, share, _) in MEASURED.items():
        assert len(labels[tag]) == known
        assert labels[tag].mean() == pytest.approx(share, abs=0.0051)


def test_the_regression_is_as_good_as_was_measured(
    labels: dict[str, pd.Series], material: Material
) -> None:
    regression = baselines(material)[REFERENCE]
    auc = {tag: roc_auc_score(one, out_of_fold(regression, one)) for tag, one in labels.items()}
    for tag, (*_, measured) in MEASURED.items():
        assert auc[tag] == pytest.approx(measured, abs=0.01), tag
    assert sum(auc.values()) / len(auc) == pytest.approx(0.740, abs=0.003)


def test_keywords_know_something_of_every_label(
    labels: dict[str, pd.Series], material: Material
) -> None:
    rules = baselines(material)["keywords"]
    for tag, one in labels.items():
        assert roc_auc_score(one, out_of_fold(rules, one)) > 0.55, tag


def test_no_label_is_in_the_purchases_or_the_facts(
    labels: dict[str, pd.Series], material: Material
) -> None:
    customers = labels["has_kids"].index
    bought = pd.DataFrame(material.counts(customers).toarray(), customers, material.types)
    features = bought.join(material.facts)
    for label in REFERENCE_LABELS:
        check_no_leak(features, labels[label.tag], label.told_by)
