"""The labels of the reference data that nobody inferred.

From the survey of 801 households; what a household did not answer is unknown and left out.
"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa

from agent.data import store as tables
from agent.data.store import Store
from agent.errors import DataError


@dataclass(frozen=True)
class Label:
    """A tag's label: which values of an attribute of the survey mean yes, and which mean no.

    `told_by`: every attribute that tells the label, which no feature may hold.
    """

    tag: str
    attribute: str
    yes: frozenset[str]
    no: frozenset[str]
    told_by: tuple[str, ...]


_INCOMES = (
    *("Under 15K", "15-24K", "25-34K", "35-49K", "50-74K", "75-99K"),
    *("100-124K", "125-149K", "150-174K", "175-199K", "200-249K", "250K+"),
)
_AGES = ("19-24", "25-34", "35-44", "45-54", "55-64", "65+")
_SIZES = ("1", "2", "3", "4", "5+")
_KIDS = ("0", "1", "2", "3+")
_MARITAL = ("Unmarried", "Married")
_HOMES = ("Renter", "Probable Renter", "Probable Homeowner", "Homeowner")
_HOUSEHOLD = ("household_size", "household_comp", "kids_count")


def _label(
    tag: str, attribute: str, values: tuple[str, ...], yes: slice, told_by: tuple[str, ...] = ()
) -> Label:
    carried = frozenset(values[yes])
    told_by = told_by or (attribute,)
    return Label(tag, attribute, carried, frozenset(values) - carried, told_by)


REFERENCE_LABELS = (
    _label("has_kids", "kids_count", _KIDS, slice(1, None), _HOUSEHOLD),
    _label("married", "marital_status", _MARITAL, slice(1, None)),
    _label("homeowner", "home_ownership", _HOMES, slice(2, None)),
    _label("high_income", "income", _INCOMES, slice(6, None)),
    _label("low_income", "income", _INCOMES, slice(0, 3)),
    _label("age_55_plus", "age", _AGES, slice(4, None)),
    _label("age_under_35", "age", _AGES, slice(0, 2)),
    _label("lives_alone", "household_size", _SIZES, slice(0, 1), _HOUSEHOLD),
    _label("large_household", "household_size", _SIZES, slice(3, None), _HOUSEHOLD),
)


def reference_labels(store: Store) -> dict[str, pd.Series]:
    """Tag -> True or False by customer id, sorted by id as text; unknown customers left out.

    That order is also the published file's, and the folds depend on it. Raises `DataError` where
    the home does not hold the reference data.
    """
    query = sa.select(tables.customers.c.customer, tables.customers.c.attributes)
    given = {row["customer"]: row["attributes"] for row in store.rows(query)}
    labels = {label.tag: _series(label, given) for label in REFERENCE_LABELS}
    without = [tag for tag, series in labels.items() if series.nunique() < 2]
    if without:
        raise DataError(
            f"no labels for {', '.join(without)}: this home does not hold the reference data; "
            "run `portrait example completejourney` in a new one"
        )
    return labels


def _series(label: Label, given: dict[str, dict[str, object]]) -> pd.Series:
    known = {
        customer: value in label.yes
        for customer in sorted(given)
        if (value := given[customer].get(label.attribute)) in label.yes | label.no
    }
    return pd.Series(known, dtype=bool, name=label.tag).rename_axis("customer")
