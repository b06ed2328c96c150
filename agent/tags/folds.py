"""The folds that every method is judged on."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from sklearn.model_selection import StratifiedKFold

from agent.errors import DataError

FOLDS = 5
SEED = 0
NAME = f"StratifiedKFold({FOLDS}, shuffle=True, random_state={SEED})"


def folds(labels: pd.Series) -> Iterator[tuple[pd.Index, pd.Index]]:
    """The customers of each training part and its test part; the same for every method.

    Raises `DataError` where a class has fewer customers than there are folds.
    """
    fewest = int(labels.value_counts().reindex([True, False], fill_value=0).min())
    if fewest < FOLDS:
        raise DataError(
            f"{labels.name}: {fewest} customers in the rarer class, and {FOLDS} folds need "
            f"{FOLDS}: label more customers"
        )
    splitter = StratifiedKFold(FOLDS, shuffle=True, random_state=SEED)
    for train, test in splitter.split(np.zeros(len(labels)), labels):
        yield labels.index[train], labels.index[test]
