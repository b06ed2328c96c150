"""The language of conditions against plain Python, on DuckDB, SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.conditions import Span, check, from_json, negated, to_json, walk
from agent.conditions_arrays import Counter
from agent.conditions_sql import select_customers
from agent.data.arrays import open_arrays, save_facts, save_tags
from agent.data.warehouse import Warehouse
from agent.errors import ConditionError
from tests.postgres_server import PostgresServer
from tests.small_shop import (
    AS_OF,
    AT_LEVEL,
    CITIES,
    EXCEPTED,
    LEVELS,
    NAMED,
    PRODUCTS,
    TAGS,
    Shop,
    make_shop,
    open_warehouse,
    vocabulary,
)

VOCABULARY = vocabulary()
Json = dict[str, Any]


@pytest.fixture(scope="module")
def shop() -> Shop:
    return make_shop(seed=7)


@pytest.fixture(scope="module")
def warehouse(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    with open_warehouse(shop, tmp_path_factory.mktemp("shop")) as opened:
        yield opened


@pytest.fixture(scope="module")
def databases(shop: Shop, postgres: PostgresServer) -> Iterator[dict[str, sa.Connection]]:
    """The same shop in SQLite, its dates as ISO text as SQLite keeps them, and in PostgreSQL."""
    urls: dict[str, str | sa.URL] = {"sqlite": "sqlite://", "postgresql": postgres.database()}
    with ExitStack() as stack:
        opened = {}
        for name, url in urls.items():
            engine = sa.create_engine(url)
            stack.callback(engine.dispose)
            opened[name] = stack.enter_context(engine.connect())
            _fill(opened[name], shop)
        yield opened


def _fill(connection: sa.Connection, shop: Shop) -> None:
    levels = {"product": sa.String, **dict.fromkeys(LEVELS, sa.String)}
    metadata = sa.MetaData()
    kinds = {"customer": sa.String, "order_id": sa.String, "day": sa.Date, **levels}
    purchases = sa.Table("purchases", metadata, *(sa.Column(n, k()) for n, k in kinds.items()))
    metadata.create_all(connection)
    for customer, order, day, product in shop.lines:
        names = {level: PRODUCTS.get(product, {}).get(level) for level in LEVELS}
        row = {"customer": customer, "order_id": order, "day": day, "product": product}
        connection.execute(purchases.insert().values(**row, **names))
    orders = [
        {"customer": who, "day": day, "bought": True, "paid": paid}
        for (who, _), (day, paid) in shop.days().items()
    ]
    pd.DataFrame(orders).to_sql("customer_orders", connection, index=False)
    shop.facts.to_sql("customer_facts", connection, index=False)
    shop.tag_frame.to_sql("customer_tags", connection, index=False)


@pytest.fixture(scope="module")
def counter(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Counter:
    """The same shop as arrays, written to disk and read again; its rows in another order."""
    folder = tmp_path_factory.mktemp("arrays")
    facts, tags = folder / "facts", folder / "tags"
    with open_warehouse(shop, folder) as opened:
        save_facts(shop.facts.sample(frac=1, random_state=1), opened, facts)
    rows = shop.tag_frame.sample(frac=1, random_state=1)
    save_tags([rows[:20], rows[20:]], facts, tags)
    return Counter(open_arrays(facts, tags), VOCABULARY, AS_OF)


WINDOWS = st.sampled_from(
    [
        {},
        {"last_days": 1},
        {"last_days": 30},
        {"last_days": 90},
        {"since": "2024-04-01"},
        {"until": "2024-05-31"},
        {"since": "2024-06-01", "until": "2024-06-29"},
    ]
)


def _field() -> st.SearchStrategy[Json]:
    numbers = {
        "orders": st.integers(0, 7),
        "spend": st.sampled_from([0, 9.99, 10, 20.0, 20, 55.5, 200]),
        "coupon_share": st.sampled_from([0.0, 0.1, 0.25, 0.5]),
    }
    compared = st.sampled_from(sorted(numbers)).flatmap(
        lambda name: st.fixed_dictionaries(
            {
                "field": st.just(name),
                "op": st.sampled_from(["=", "!=", "<", "<=", ">", ">="]),
                "value": numbers[name],
            }
        )
    )
    between = st.tuples(st.integers(0, 60), st.integers(0, 60)).map(
        lambda ends: {"field": "spend", "op": "between", "value": min(ends), "to": max(ends)}
    )
    ranked = st.fixed_dictionaries(
        {
            "field": st.sampled_from(sorted(numbers)),
            "op": st.sampled_from(["top_percent", "bottom_percent"]),
            "value": st.sampled_from([0, 1, 10, 12.5, 25, 50, 99, 100]),
        }
    )
    windowed = st.builds(
        lambda base, days: {**base, **days},
        st.one_of(compared, between, ranked).filter(lambda one: one["field"] != "coupon_share"),
        WINDOWS,
    )
    named = st.fixed_dictionaries(
        {
            "field": st.just("city"),
            "op": st.sampled_from(["=", "!="]),
            "value": st.sampled_from([*CITIES, "nowhere"]),
        }
    )
    listed = st.lists(st.sampled_from(["18-34", "35+"]), min_size=1, max_size=2).map(
        lambda values: {"field": "age", "op": "in", "value": values}
    )
    return st.one_of(compared, between, ranked, windowed, named, listed)


def _bought() -> st.SearchStrategy[Json]:
    words = st.lists(st.sampled_from(sorted(NAMED)), min_size=1, max_size=2)
    what = st.one_of(
        words.map(lambda found: {"bought": found}),
        st.sampled_from(sorted(AT_LEVEL)).map(lambda k: {"bought": [k[0]], "level": k[1]}),
    )
    except_words = st.lists(st.sampled_from(sorted(EXCEPTED)), max_size=2)
    times = st.sampled_from(
        [
            {},
            {"at_least": 0},
            {"at_least": 1},
            {"at_least": 2},
            {"at_most": 0},
            {"at_most": 1},
            {"at_least": 0, "at_most": 2},
            {"at_least": 2, "at_most": 3},
        ]
    )
    return st.builds(
        lambda w, e, t, d: {**w, **({"but_not": e} if e else {}), **t, **d},
        what,
        except_words,
        times,
        WINDOWS,
    )


def _tag() -> st.SearchStrategy[Json]:
    return st.fixed_dictionaries(
        {"tag": st.sampled_from(sorted(TAGS))},
        optional={"at_least": st.sampled_from([0, 0.2, 0.5, 0.81, 1])},
    )


CONDITIONS: st.SearchStrategy[Json] = st.recursive(
    st.one_of(_field(), _bought(), _tag()),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3).map(lambda parts: {"all": parts}),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: {"any": parts}),
        inner.map(lambda part: {"not": part}),
    ),
    max_leaves=5,
)


@settings(max_examples=500, deadline=None)
@given(condition=CONDITIONS)
def test_databases_and_arrays_agree_with_plain_python(
    shop: Shop,
    warehouse: Warehouse,
    databases: dict[str, sa.Connection],
    counter: Counter,
    condition: Json,
) -> None:
    expected = shop.truth(condition)
    assert counter.ids(from_json(condition)) == expected
    query = select_customers(from_json(condition), VOCABULARY, AS_OF)
    assert warehouse.rows(query) == [(customer,) for customer in expected]
    for name, connection in databases.items():
        assert [str(row[0]) for row in connection.execute(query)] == expected, name


@settings(max_examples=100, deadline=None)
@given(condition=CONDITIONS)
def test_arrays_tell_of_each_customer_whether_it_holds(
    shop: Shop, counter: Counter, condition: Json
) -> None:
    holds, fails = set(shop.truth(condition)), set(shop.truth({"not": condition}))
    expected = [True if one in holds else False if one in fails else None for one in shop.customers]
    assert [counter.holds(one, from_json(condition)) for one in shop.customers] == expected


@settings(max_examples=100, deadline=None)
@given(
    condition=CONDITIONS,
    field=st.sampled_from(["orders", "spend"]),
    window=WINDOWS,
    most=st.booleans(),
)
def test_arrays_rank_with_the_unknown_last(
    shop: Shop, counter: Counter, condition: Json, field: str, window: Json, most: bool
) -> None:
    values = {who: shop.value({"field": field, **window}, who) for who in shop.truth(condition)}
    known = [who for who in values if values[who] is not None]
    expected = sorted(known, key=lambda who: ((-1 if most else 1) * round(values[who], 2), who))
    expected += [who for who in values if who not in known]
    span = Span.model_validate(window)
    assert counter.ranked(from_json(condition), field, span, most) == expected


@settings(max_examples=300, deadline=None)
@given(condition=CONDITIONS)
def test_json_round_trip(condition: Json) -> None:
    parsed = from_json(condition)
    assert from_json(to_json(parsed)) == parsed


@settings(max_examples=100, deadline=None)
@given(condition=CONDITIONS)
def test_a_customer_never_meets_a_condition_and_its_negation(
    warehouse: Warehouse, condition: Json
) -> None:
    parsed = from_json(condition)
    meets = warehouse.rows(select_customers(parsed, VOCABULARY, AS_OF))
    fails = warehouse.rows(select_customers(negated(parsed), VOCABULARY, AS_OF))
    assert not set(meets) & set(fails)


def test_no_value_reaches_the_text_of_sql(warehouse: Warehouse, shop: Shop) -> None:
    city = CITIES[2]
    condition = {
        "all": [
            {"field": "city", "op": "in", "value": [city]},
            {"not": {"bought": ["Rioja 'Alta'"], "last_days": 77}},
            {"field": "spend", "op": "!=", "value": 123456.5},
        ]
    }
    query = select_customers(from_json(condition), VOCABULARY, AS_OF)
    for dialect in ("sqlite", "postgresql"):
        text = str(query.compile(dialect=sa.create_mock_engine(f"{dialect}://", print).dialect))
        for value in ("DROP", "Brien", "Rioja", "123456", "2024"):
            assert value not in text
    found = [str(row[0]) for row in warehouse.rows(query)]
    recent = AS_OF - timedelta(days=76)
    drinkers = {c for c, _, day, product in shop.lines if product == "p1" and day >= recent}
    assert found == sorted(
        customer
        for customer, facts in shop.customers.items()
        if facts["city"] == city and facts["spend"] is not None and customer not in drinkers
    )
    assert found


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ({"field": "order", "op": ">=", "value": 3}, ["no field 'order'", "orders"]),
        ({"tag": "pet_owners"}, ["no tag 'pet_owners'", "pet_owner"]),
        ({"bought": ["vine"]}, ["'vine' names nothing in the product catalogue", "WINE"]),
        ({"bought": ["wine"], "but_not": ["vinegarr"]}, ["'vinegarr' names nothing"]),
        ({"bought": ["rioja"], "level": "category"}, ["'rioja' names nothing in any category"]),
        ({"field": "age", "op": "=", "value": "40"}, ["age is never '40'", "18-34, 35+"]),
        ({"field": "age", "op": ">=", "value": "35+"}, ["age takes =, != or in, not >="]),
        ({"field": "spend", "op": "=", "value": "much"}, ["spend is a number"]),
        ({"field": "age", "op": "=", "value": "35+", "last_days": 9}, ["age", "span of days"]),
        ({"not": {"like": "cheerful"}}, ["like ranks and does not count"]),
        ({"any": [{"all": [{"like": "x"}]}, {"tag": "kids"}]}, ["like ranks"]),
        ({"field": "spend", "op": "in", "value": [1, 2]}, ["spend is a number"]),
        ({"not": {"all": [{"tag": "unheard"}]}}, ["no tag 'unheard'"]),
    ],
)
def test_unknown_names_are_refused_with_their_neighbours(condition: Json, words: list[str]) -> None:
    with pytest.raises(ConditionError) as refused:
        check(from_json(condition), VOCABULARY)
    message = str(refused.value)
    assert all(word in message for word in words), message
    assert "\n" not in message


@pytest.mark.parametrize(
    "given_json",
    [
        None,
        [],
        "orders > 3",
        {},
        {"sql": "1=1"},
        {"field": "orders", "op": "like", "value": "%"},
        {"field": "orders", "op": ">=", "value": 3, "extra": 1},
        {"field": "orders", "op": "between", "value": 3},
        {"field": "orders", "op": "between", "value": 3, "to": 1},
        {"field": "orders", "op": ">=", "value": 3, "to": 5},
        {"field": "orders", "op": ">=", "value": float("nan")},
        {"field": "age", "op": "in", "value": []},
        {"field": "age", "op": "in", "value": "35+"},
        {"tag": "kids", "at_least": 1.5},
        {"bought": []},
        {"bought": "wine"},
        {"bought": ["wine"], "at_least": -1},
        {"bought": ["wine"], "at_least": 3, "at_most": 2},
        {"bought": ["wine"], "last_days": 0},
        {"bought": ["wine"], "last_days": 30, "since": "2024-01-01"},
        {"bought": ["wine"], "since": "2024-02-01", "until": "2024-01-01"},
        {"bought": ["wine"], "since": "soon"},
        {"field": "spend", "op": ">", "value": 1, "last_days": 3, "until": "2024-01-01"},
        {"like": ""},
        {"any": []},
        {"not": []},
    ],
)
def test_what_is_not_a_condition_is_refused_in_one_line(given_json: Any) -> None:
    with pytest.raises(ConditionError) as refused:
        from_json(given_json)
    assert "\n" not in str(refused.value)


def test_walk_meets_every_part_outermost_first() -> None:
    condition = from_json({"all": [{"tag": "kids"}, {"not": {"any": [{"tag": "pet_owner"}]}}]})
    assert [type(part).__name__ for part in walk(condition)] == [
        "All",
        "HasTag",
        "Not",
        "AnyOf",
        "HasTag",
    ]
