"""What every method must beat, fitted anew on every fold, from purchases and facts alone.

A baseline is called with the labels of the training customers (a series of True and False by
customer, named by its tag) and the test customers, and gives their probabilities. It is shown no
label of a test customer, so none can reach its fit.

The plain regression is that of the first measurements on this data: TF-IDF of purchase lines by
product type (1 + log of the count, smoothed idf of the training customers, rows of length one) and
the logs of six numbers, standardised, under an L2 penalty with C = 3.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.feature_extraction.text import TfidfTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from threadpoolctl import threadpool_limits

from agent.tags.folds import folds
from agent.tags.quality import Floats
from eval.keywords import KEYWORDS, naming
from eval.leaks import check_apart
from eval.material import Material

Baseline = Callable[[pd.Series, pd.Index], Floats]
REFERENCE = "tfidf_regression"  # the one that others are held against

C = 3.0
MIN_CUSTOMERS = 100  # who bought a product type, for the trees: rarer ones cost time and bring none


def baselines(material: Material) -> dict[str, Baseline]:
    """Those that need no language model, by name."""
    return {
        "majority": majority,
        "keywords": _over(material, keyword_rules),
        REFERENCE: _over(material, tfidf_regression),
        "boosted_trees": _over(material, boosted_trees),
    }


def out_of_fold(baseline: Baseline, labels: pd.Series) -> pd.Series:
    """The probability of every labelled customer, from a fit that did not see them.

    Raises `DataError` where a class is too small for the folds.
    """
    found = pd.Series(np.nan, index=labels.index, name=labels.name)
    # For matrices this small a second thread costs more than it gives.
    with threadpool_limits(limits=1):
        for train, test in folds(labels):
            check_apart(train, test)
            found[test] = baseline(labels[train], test)
    return found


def _over(
    material: Material, method: Callable[[Material, pd.Series, pd.Index], Floats]
) -> Baseline:
    def fit_and_judge(train: pd.Series, test: pd.Index) -> Floats:
        material.check_knows(train.index.append(test))
        return method(material, train, test)

    return fit_and_judge


def majority(train: pd.Series, test: pd.Index) -> Floats:
    """The share of the training customers who carry the tag, for everybody.

    Its pooled AUC falls just below .5: the folds that test more carriers trained on fewer.
    """
    return np.full(len(test), train.mean())


def keyword_rules(material: Material, train: pd.Series, test: pd.Index) -> Floats:
    """What a marketer would try first: purchases whose names speak for the tag, or against it.

    The training customers tell only how the score becomes a probability, never its direction. Only
    for the tags that `KEYWORDS` holds words of.
    """
    words = KEYWORDS[str(train.name)]
    # Square roots, for shares are skewed.
    speaks_for = material.share(naming(words.speaks_for)).pow(0.5)
    speaks_against = material.share(naming(words.speaks_against)).pow(0.5)
    score = (speaks_for - speaks_against).to_frame("score")
    known = StandardScaler().fit(score.loc[train.index])
    model = LogisticRegression().fit(known.transform(score.loc[train.index]), train)
    if model.coef_[0, 0] <= 0:
        return majority(train, test)
    return _carried(model, known.transform(score.loc[test]))


def tfidf_regression(material: Material, train: pd.Series, test: pd.Index) -> Floats:
    """TF-IDF of the product types and six numbers, logistic regression."""
    weigh = _tfidf(material.counts(train.index))
    logs = material.numbers.clip(lower=0).transform(np.log1p)
    scale = StandardScaler().fit(logs.loc[train.index])

    def features(customers: pd.Index) -> sparse.csr_matrix:
        numbers = sparse.csr_matrix(scale.transform(logs.loc[customers]))
        return sparse.hstack([weigh(material.counts(customers)), numbers]).tocsr()

    model = LogisticRegression(C=C, max_iter=2_000).fit(features(train.index), train)
    return _carried(model, features(test))


def boosted_trees(material: Material, train: pd.Series, test: pd.Index) -> Floats:
    """TF-IDF of the common product types and all facts, gradient-boosted trees."""
    bought = material.counts(train.index)
    weigh = _tfidf(bought)
    common = bought.getnnz(axis=0) >= min(MIN_CUSTOMERS, len(train) // 2)
    # A fact that is the same for all, such as views in a shop that records none, parts nobody.
    facts = material.facts.loc[:, material.facts.loc[train.index].nunique() > 1]

    def features(customers: pd.Index) -> Floats:
        types = weigh(material.counts(customers))[:, common].toarray()
        return np.hstack([types, facts.loc[customers].to_numpy()])

    model = HistGradientBoostingClassifier(
        max_iter=60, learning_rate=0.08, max_leaf_nodes=8, random_state=0
    )
    return _carried(model.fit(features(train.index), train), features(test))


def _tfidf(bought: sparse.csr_matrix) -> Callable[[sparse.csr_matrix], sparse.csr_matrix]:
    """How these customers' lines are weighed; a shop that names no products has none to weigh."""
    if not bought.shape[1]:
        return lambda counts: counts
    weigh: Callable[[sparse.csr_matrix], sparse.csr_matrix]
    weigh = TfidfTransformer(sublinear_tf=True).fit(bought).transform
    return weigh


def _carried(
    model: LogisticRegression | HistGradientBoostingClassifier, features: object
) -> Floats:
    probability: Floats = model.predict_proba(features)[:, 1]
    return probability
