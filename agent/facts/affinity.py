"""What a customer buys more of than others: categories by lift, each with its evidence.

share       orders of the customer that hold the category / orders of the customer
base_share  the same over the orders of all customers together
lift        share / base_share
surprise    log-likelihood ratio of share against base_share in nats (G/2 of Dunning 1993,
            "Accurate methods for the statistics of surprise and coincidence"): a high lift on few
            orders surprises less than a moderate one on many; categories are ranked by it
"""

from __future__ import annotations

import pandas as pd

from agent.data.warehouse import Warehouse

MIN_ORDERS = 3
TOP = 12

# Needs the tables `orders` and `items` that compute_facts leaves behind.
_AFFINITIES = """
WITH everyone AS (SELECT customer, count(*) AS n FROM orders WHERE bought GROUP BY customer),
base AS (
  SELECT name, sum(orders) / (SELECT sum(n) FROM everyone) AS base_share
  FROM items WHERE level = 'category' GROUP BY name),
shares AS (
  SELECT customer, name, i.orders, paid AS spend, i.orders / n AS share, base_share,
         i.orders / n / base_share AS lift, n
  FROM items i JOIN everyone USING (customer) JOIN base USING (name)
  WHERE level = 'category' AND i.orders >= {min_orders}),
ranked AS (
  SELECT *, n * (share * ln(lift) + CASE WHEN share < 1 AND base_share < 1
                 THEN (1 - share) * ln((1 - share) / (1 - base_share)) ELSE 0 END) AS surprise
  FROM shares WHERE lift > 1),
top AS (
  SELECT *, row_number() OVER (PARTITION BY customer ORDER BY surprise DESC, name) AS rank
  FROM ranked)
SELECT customer, rank, 'category' AS level, name, orders, spend, share, base_share, lift, surprise
FROM top WHERE rank <= {top} ORDER BY customer, rank
"""


def compute_affinities(warehouse: Warehouse) -> pd.DataFrame:
    """The up to `TOP` categories of each customer that surprise most, in `MIN_ORDERS` or more.

    Columns as in the store's table `affinities`. Call after `compute_facts`.
    """
    return warehouse.frame(_AFFINITIES.format(min_orders=MIN_ORDERS, top=TOP))
