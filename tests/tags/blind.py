"""Whether a method looks at labels of customers that it is tested on."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from agent.errors import DataError
from agent.tags.folds import folds
from agent.tags.quality import Floats


def check_blind(predict: Callable[[pd.Series, pd.Index], Floats], labels: pd.Series) -> None:
    """Refuse a method whose prediction for a test customer depends on that customer's label.

    `predict` is given all labels and the test customers, and must look away by itself: it is run
    twice on the first fold, the second time with the test labels turned round. Raises `DataError`.
    """
    _, test = next(folds(labels))
    turned = labels.copy()
    turned[test] = ~turned[test]
    if not np.allclose(predict(labels, test), predict(turned, test), equal_nan=True):
        raise DataError(
            f"{labels.name}: labels of test customers change their predictions; "
            "fit on the training customers of a fold alone"
        )
