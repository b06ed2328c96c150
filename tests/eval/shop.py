"""Purchases made up so that it is known what each baseline can find in them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from eval.material import Material

CUSTOMERS = pd.Index([f"c{place:03}" for place in range(240)], name="customer")
# Half of the customers are families. They buy what families buy, and everybody buys the rest.
FAMILY = pd.Series(np.arange(240) % 2 == 0, index=CUSTOMERS, name="has_kids")
# Product type -> its category, mean lines of a family, mean lines of others.
TYPES = {
    "BABY DIAPERS": ("DIAPERS & DISPOSABLES", 4.0, 1.0),
    "KIDS CEREAL": ("COLD CEREAL", 3.0, 1.0),
    "DENTURE CLEANSERS": ("ORAL HYGIENE PRODUCTS", 1.0, 2.0),
    "GRAPES": ("FRUIT", 9.0, 3.0),  # no keyword tells of it
    "MILK": ("FLUID MILK", 5.0, 5.0),
    "BREAD": ("BREAD", 5.0, 5.0),
}


def shop(seed: int = 0) -> Material:
    random = np.random.default_rng(seed)
    bought = {
        name: random.poisson(np.where(FAMILY, family, others))
        for name, (_, family, others) in TYPES.items()
    }
    wide = pd.DataFrame(bought, index=CUSTOMERS)
    lines = wide.reset_index().melt("customer", var_name="type", value_name="lines")
    lines["category"] = lines["type"].map({name: c for name, (c, *_) in TYPES.items()})
    total = wide.sum(axis=1)
    numbers = pd.DataFrame(
        {
            "lines": total,
            "orders": total / 5,
            "spend": total * 3.0,
            "order_value": 15.0,
            "types": (wide > 0).sum(axis=1),
            "coupon_money": 0.0,
        }
    )
    facts = pd.DataFrame(
        {"orders": total / 5, "views": 0.0, "rating": np.nan, "noise": random.random(240)},
        index=CUSTOMERS,
    )
    return Material(lines[lines["lines"] > 0].reset_index(drop=True), numbers, facts)
