"""The result: ours and the others on the same customers, and what the report reads out of it."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import f1_score, roc_auc_score

from agent.tags.bootstrap import resamples
from agent.tags.folds import folds
from eval.baselines import REFERENCE, baselines, out_of_fold
from eval.results import Result, decide_by_folds, overall, tag_result
from tests.eval.shop import CUSTOMERS, FAMILY, shop

WIDE = FAMILY.rename("large_household")


@pytest.fixture(scope="session")
def result() -> Result:
    """Ours knows more than the regression of the first tag, and less of the second."""
    drawn = resamples(CUSTOMERS, draws=200)
    others = {name: out_of_fold(one, FAMILY) for name, one in baselines(shop()).items()}
    better = (others[REFERENCE] + FAMILY * 0.5) / 1.5
    ours = {"has_kids": better, "large_household": others["keywords"]}
    labels = {"has_kids": FAMILY, "large_household": WIDE}
    abstaining = better.map(lambda p: 1.0 if p >= 0.6 else 0.0 if p < 0.3 else np.nan)
    decisions = {
        "has_kids": abstaining,
        "large_household": decide_by_folds(WIDE, others["keywords"]),
    }
    tags = [tag_result(labels[t], ours[t], decisions[t], others, drawn) for t in labels]
    return overall(tags, labels, ours, dict.fromkeys(labels, others[REFERENCE]), drawn)


def test_it_is_plain_data(result: Result) -> None:
    assert json.loads(json.dumps(result, allow_nan=False))["tags"][0]["tag"] == "has_kids"


def test_the_keys_that_the_command_promises_are_there(result: Result) -> None:
    promised = {"tag", "n", "positive", "auc", "auc_low", "auc_high", "f1", "precision", "recall"}
    assert (promised | {"ece", "baselines"}) <= set(result["tags"][0])
    assert {"tags", "mean_auc", "mean_baseline_auc"} <= set(result)


def test_differences_are_to_the_plain_regression_and_have_their_sign(result: Result) -> None:
    first, second = result["tags"]
    assert first["difference"]["to"] == second["difference"]["to"] == REFERENCE
    assert first["difference"]["low"] > 0
    assert second["difference"]["high"] < 0
    for tag in result["tags"]:
        gap = tag["auc"] - tag["baselines"][REFERENCE]
        assert tag["difference"]["auc"] == pytest.approx(gap)
        assert tag["auc_low"] < tag["auc"] <= tag["auc_high"]
    assert second["baseline_details"]["keywords"]["difference"] == 0


def test_means_are_over_the_tags(result: Result) -> None:
    first, second = result["tags"]
    assert result["mean_auc"] == pytest.approx((first["auc"] + second["auc"]) / 2)
    assert result["mean_ece"] == pytest.approx((first["ece"] + second["ece"]) / 2)
    gap = result["mean_auc"] - result["mean_baseline_auc"]
    assert result["mean_difference"]["auc"] == pytest.approx(gap)


def test_those_left_open_are_counted(result: Result) -> None:
    first = result["tags"][0]
    assert 0 < first["abstention"] < 1
    assert first["coverage"] + first["abstention"] == pytest.approx(1)
    assert first["found"] <= first["recall"]
    assert result["tags"][1]["coverage"] == 1


def test_a_fold_is_decided_by_the_threshold_of_the_others() -> None:
    random = np.random.default_rng(0)
    probability = pd.Series(FAMILY * 0.3 + random.random(240) * 0.7, index=CUSTOMERS)
    probability = probability.round(2)
    decision = decide_by_folds(FAMILY, probability)
    for train, test in folds(FAMILY):
        grid = sorted(set(probability[train]))
        f1 = [f1_score(FAMILY[train], probability[train] >= threshold) for threshold in grid]
        best = max(t for t, value in zip(grid, f1, strict=True) if value == max(f1))
        assert (decision[test] == (probability[test] >= best)).all()


def test_the_auc_is_that_of_the_pooled_folds(result: Result) -> None:
    probability = out_of_fold(baselines(shop())["keywords"], FAMILY)
    assert result["tags"][1]["auc"] == pytest.approx(roc_auc_score(FAMILY, probability))
