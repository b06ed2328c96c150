"""Tags from what the model knows of the catalogue: few questions, honest numbers, true evidence."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from agent.data import store as tables
from agent.data.ingest import ingest
from agent.data.mapping import load_mapping
from agent.data.warehouse import Warehouse
from agent.errors import ModelError, PromptError
from agent.llm.endpoint import Endpoint
from agent.profiles.build import refresh_facts
from agent.settings import ModelSettings, Settings
from agent.tags import catalogue_questions, priors
from agent.tags.catalogue_questions import language_of, words_of
from agent.tags.pooling import to_probability
from agent.tags.priors import PriorScores, ask_catalogue, described, prior_matrix, prior_scores
from agent.tags.taxonomy import TagDef, load_taxonomy, parse_taxonomy
from agent.workspace import Workspace
from tests.fake_server import FakeServer

Start = Callable[..., FakeServer]
SIZE = 40
# What everyone buys, what the first half buys more of, and what the second half does.
ENGLISH = (["MILK", "BREAD"], ["BABY WIPES", "CEREAL", "ZZ-9"], ["WINE", "COFFEE", "QQ-8"])
CHINESE = (["米", "油"], ["尿布", "奶"], ["酒", "茶"])
SPEAKS = {"baby": "child", "wipes": "child", "cereal": "child", "奶": "孩"}
MAPPING = {
    "currency": "$",
    "sources": {
        "orders": {
            "table": "events",
            "file": "orders.csv",
            "columns": {"customer": "c", "time": "t", "order": "o", "product": "p", "amount": "a"},
        },
        "products": {
            "table": "products",
            "file": "products.csv",
            "columns": {"product": "category", "category": "category"},
        },
    },
}
OWN: dict[str, Any] = {
    "id": "night_owl",
    "group": "mine",
    "source": "prior",
    "en": {"label": "night owl", "description": "Is up at night."},
    "zh": {"label": "夜猫子", "description": "熬夜。"},
    "prior": {"base_rate": 0.1, "ask": {"en": {"who": ["night owls"], "others": ["early birds"]}}},
}


def knows(prompt: str, option: str) -> float:
    """A model that knows what children need, who is careful, and nothing else."""
    group = prompt.split("assistant: ")[1]
    without = "without" in group or "没有" in group
    child = ("child" in group or "kids" in group or "孩" in group) and not without
    if option.strip() in ("higher", "高"):
        return -1.0 if child else -2.0
    speaks = SPEAKS.get(option.strip())
    return -1.0 if speaks and child else -5.0 - 0.1 * len(option)


def write(folder: Path, items: tuple[list[str], list[str], list[str]], more: str = "") -> Path:
    """Orders of forty customers: three of each item of their half, one of everyone's."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = ["c,t,o,p,a"]
    for place in range(SIZE):
        own = items[1] if place < SIZE // 2 else items[2]
        if not own:
            break
        other = items[2] if place < SIZE // 2 else items[1]
        basket = [*items[0], *own * 3, other[place % len(other)]]
        for turn, product in enumerate(basket):
            day = date(2024, 3, 1) + timedelta(days=3 * turn + place % 7)
            lines.append(f"c{place:02},{day} 10:00:00,c{place:02}-{turn},{product},{9 + place}.50")
    (folder / "orders.csv").write_text("\n".join(lines) + "\n" + more, encoding="utf-8")
    names = [name for part in items for name in part] + sorted(
        {line.split(",")[3] for line in more.splitlines()}
    )
    (folder / "products.csv").write_text("category\n" + "\n".join(names) + "\n", encoding="utf-8")
    path = folder / "mapping.yaml"
    path.write_text(yaml.safe_dump(MAPPING, sort_keys=False), encoding="utf-8")
    return path


def open_home(folder: Path, server: FakeServer, mapping: Path, **sensitive: str) -> Workspace:
    model = ModelSettings(
        name=server.model, urls=(server.url,), api_key=SecretStr(server.key), timeout_seconds=5
    )
    workspace = Workspace(folder / "home", Settings(model=model, sensitive_tags=sensitive))
    ingest(workspace, load_mapping(mapping))
    refresh_facts(workspace)
    return workspace


@pytest.fixture(autouse=True)
def _few_tags(monkeypatch: pytest.MonkeyPatch) -> None:
    few = tuple(tag for tag in load_taxonomy() if tag.id in {"value_top", "has_kids", "married"})
    monkeypatch.setattr(priors, "load_taxonomy", lambda: few)


@pytest.fixture
def server(fake_server: Start) -> FakeServer:
    return fake_server(scores=knows)


@pytest.fixture
def home(tmp_path: Path, server: FakeServer) -> Iterator[Workspace]:
    workspace = open_home(tmp_path, server, write(tmp_path, ENGLISH))
    yield workspace
    workspace.close()


def servers(server: FakeServer) -> Callable[[], Sequence[Endpoint]]:
    return lambda: [server.endpoint]


def nobody() -> Sequence[Endpoint]:
    raise AssertionError("a server was asked for")


def scores(workspace: Workspace) -> PriorScores:
    with Warehouse(workspace.events, workspace.products, workspace.as_of) as warehouse:
        return prior_scores(workspace, warehouse)


def asked(server: FakeServer) -> list[str]:
    """Every scored prompt, in words."""
    return [r.body["messages"][-1]["content"] for r in server.requests if "messages" in r.body]


def test_who_buys_what_families_need_is_likelier_to_have_children(
    home: Workspace, server: FakeServer
) -> None:
    assert ask_catalogue(home, servers(server)) > 0
    chances = scores(home).probabilities["has_kids"]
    first, second = chances.iloc[: SIZE // 2], chances.iloc[SIZE // 2 :]
    assert first.min() > second.max()
    assert chances.mean() == pytest.approx(0.35)


def test_what_the_same_customers_buy_speaks_for_the_same_tag(
    home: Workspace, server: FakeServer
) -> None:
    """No word of ZZ-9 and QQ-8 can be asked about; their buyers tell."""
    ask_catalogue(home, servers(server))
    weights = scores(home).weights["has_kids"]
    assert weights["ZZ-9"] > 0 > weights["QQ-8"]
    own = prior_matrix(home, sorted(weights.index))["has_kids"]
    assert own["ZZ-9"] == pytest.approx(own["QQ-8"])
    assert own["BABY WIPES"] > own["WINE"]


def test_the_catalogue_is_asked_once(home: Workspace, server: FakeServer) -> None:
    first = ask_catalogue(home, servers(server))
    assert server.count("/v1/completions") == first
    assert ask_catalogue(home, nobody) == 0


def test_questions_do_not_grow_with_customers(tmp_path: Path, fake_server: Start) -> None:
    counts = []
    for number, more in enumerate(["", "".join(_order(f"n{n}", "MILK") for n in range(60))]):
        server, folder = fake_server(scores=knows), tmp_path / str(number)
        with open_home(folder, server, write(folder, ENGLISH, more)) as workspace:
            counts.append(ask_catalogue(workspace, servers(server)))
    assert counts[0] == counts[1] > 0


def _order(customer: str, product: str) -> str:
    return f"{customer},2024-03-09 11:00:00,{customer}-x,{product},5\n"


def test_a_new_category_costs_its_own_words(
    home: Workspace, server: FakeServer, tmp_path: Path
) -> None:
    ask_catalogue(home, servers(server))
    sentences = len(catalogue_questions.load_asking("en").sentences)
    groups = _groups(_tag("has_kids"))
    more = "".join(_order(f"c{n:02}", "FROZEN PIZZA") for n in range(12))
    ingest(home, load_mapping(write(tmp_path, ENGLISH, more)))
    refresh_facts(home)
    assert ask_catalogue(home, servers(server)) == sentences * len(groups)
    last = [r.body for r in server.requests if r.path == "/v1/completions"][-1]
    assert len(last["logprob_token_ids"]) == 2  # frozen, pizza


def _groups(tag: TagDef) -> list[str]:
    assert tag.prior
    people = tag.prior.people("en")
    return [*people.who, *people.others]


def test_a_rare_item_is_not_asked_about(
    home: Workspace, server: FakeServer, tmp_path: Path
) -> None:
    ask_catalogue(home, servers(server))
    ingest(home, load_mapping(write(tmp_path, ENGLISH, _order("c01", "CAVIAR"))))
    assert ask_catalogue(home, nobody) == 0


def test_sensitive_tags_are_asked_about_only_when_switched_on(
    home: Workspace, server: FakeServer, tmp_path: Path
) -> None:
    ask_catalogue(home, servers(server))
    assert not any("married" in prompt or "single" in prompt for prompt in asked(server))
    assert not {"married"} & set(scores(home).probabilities)
    allowed = home.settings.model_copy(update={"sensitive_tags": {"married": "a wedding shop"}})
    with Workspace(home.home, allowed) as opened:
        before = scores(opened)  # nothing is known of the new tag yet, and nothing breaks
        assert "married" not in before.probabilities
        assert "has_kids" in before.probabilities
        ask_catalogue(opened, servers(server))
        assert any("Married couples" in prompt for prompt in asked(server))
        assert "married" in scores(opened).probabilities


def test_a_tag_of_the_users_own_works(
    home: Workspace, server: FakeServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(priors, "load_taxonomy", lambda: parse_taxonomy([OWN], "my.yaml"))
    ask_catalogue(home, servers(server))
    assert {p.split(" ")[0] for p in asked(server) if p.endswith("money on")} == {"Night", "Early"}
    chances = scores(home).probabilities
    assert list(chances) == ["night_owl"]
    assert chances["night_owl"].mean() == pytest.approx(0.1)


def test_a_home_too_small_for_any_item_gets_no_tags(tmp_path: Path, server: FakeServer) -> None:
    folder = tmp_path / "tiny"
    mapping = write(folder, ([], [], []), "".join(_order(f"n{n}", "MILK") for n in range(3)))
    (folder / "orders.csv").write_text("c,t,o,p,a\nn1,2024-03-01 10:00:00,o1,MILK,5\n")
    with open_home(folder, server, mapping) as workspace:
        assert ask_catalogue(workspace, servers(server)) > 0  # the fields
        assert scores(workspace).probabilities.empty


def test_an_item_is_told_with_its_category_in_plain_words(home: Workspace) -> None:
    products = pd.read_parquet(home.products)
    products.assign(type=products["category"], category="VINO/BEER").to_parquet(home.products)
    home.store.upsert(
        tables.glossary,
        [{"name": "VINO/BEER", "language": "en", "label": "wine and beer", "source": "given"}],
    )
    assert described(home, ["WINE", "NEW"], "en") == ["wine wine and beer", "new"]
    assert described(home, ["WINE"], "zh") == ["WINE VINO/BEER"]
    assert scores(home).level == "type"


def test_without_answers_nothing_is_claimed(home: Workspace) -> None:
    assert prior_matrix(home, ["MILK"]).shape == (1, 0)
    assert scores(home).probabilities.shape == (SIZE, 0)


def test_a_server_that_cannot_score_words_is_refused_with_the_reason(
    home: Workspace, fake_server: Start
) -> None:
    with pytest.raises(ModelError, match="use vLLM"):
        ask_catalogue(home, servers(fake_server(vllm=False)))


def test_a_chinese_catalogue_is_asked_in_chinese(tmp_path: Path, server: FakeServer) -> None:
    with open_home(tmp_path, server, write(tmp_path, CHINESE)) as workspace:
        ask_catalogue(workspace, servers(server))
        prompts = asked(server)
        assert all(language_of([prompt]) == "zh" for prompt in prompts)
        assert "有小孩的家庭把大部分钱花在" in prompts
        assert not any("$" in prompt for prompt in prompts)
        options = {
            r.body["prompt"] for r in server.requests if isinstance(r.body.get("prompt"), str)
        }
        assert {"茶", "奶", "高", "低"} <= options
        chances = scores(workspace).probabilities["has_kids"]
        assert chances.iloc[: SIZE // 2].min() > chances.iloc[SIZE // 2 :].max()


def test_evidence_is_counted_from_the_events(home: Workspace, server: FakeServer) -> None:
    ask_catalogue(home, servers(server))
    found = scores(home)
    lines = _lines(home)
    told = 0
    for customer in found.probabilities.index:
        for item in found.evidence(customer, "has_kids"):
            held = lines[(lines["customer"] == customer) & (lines["product"] == item["name"])]
            assert item["level"] == "category"
            assert item["orders"] == held["order_id"].nunique()
            assert item["last"] == held["time"].max().date().isoformat()
            told += 1
    assert told >= SIZE // 2


def test_weights_are_those_of_the_stored_answers(home: Workspace, server: FakeServer) -> None:
    """The whole method by hand, over the events and what the model is known to have answered."""
    ask_catalogue(home, servers(server))
    found, by_hand = scores(home), _by_hand(home)
    assert found.weights["has_kids"].to_dict() == pytest.approx(by_hand["weights"].to_dict())
    for customer in ("c00", "c07", "c33"):
        evidence = found.evidence(customer, "has_kids")
        moved = by_hand["moved"].loc[customer]
        bought = by_hand["surplus"].loc[customer] > 0
        best = moved[bought & (moved > 0)].sort_values(ascending=False)[:5]
        parts = (best / moved.abs().sum()).round(4)
        assert {item["name"]: item["weight"] for item in evidence} == pytest.approx(parts.to_dict())


def _lines(home: Workspace) -> pd.DataFrame:
    return pd.concat(pd.read_parquet(file) for file in sorted(home.events.glob("*/*.parquet")))


def _by_hand(home: Workspace) -> dict[str, Any]:
    """Weights of has_kids, from the definition in the head of priors.py."""
    orders = (
        _lines(home).groupby(["customer", "product"])["order_id"].nunique().unstack(fill_value=0)
    )
    rarity = np.log(len(orders) / (orders > 0).sum())
    share = np.log1p(orders) * rarity
    share = share.div(np.sqrt((share**2).sum(axis=1)), axis=0)
    surplus = share - share.mean()
    own = _standard(pd.Series(_own(list(orders.columns))))
    first = surplus @ own
    # `knows` says "higher" of every field alike, so the figures tell nothing.
    seeds = _standard(first)
    pooled = surplus.T @ seeds / len(orders)
    weights = pooled / (surplus @ pooled).std(ddof=0) + own / first.std(ddof=0)
    return {"weights": weights, "surplus": surplus, "moved": surplus * weights}


def _own(names: Sequence[str]) -> dict[str, float]:
    """Items' own weights, from what `knows` answers: it goes on alike with all sentences."""
    words = {w for name in names for w in words_of(name, "en")}
    gain = {w: 4.0 + 0.1 * (len(w) + 1) if w in SPEAKS else 0.0 for w in words}
    score = _standard(pd.Series(gain, dtype=float))
    score **= 3
    means = {name: [score[w] for w in words_of(name, "en")] for name in names}
    return {name: float(np.mean(v)) if v else 0.0 for name, v in means.items()}


def _tag(name: str) -> TagDef:
    return next(tag for tag in load_taxonomy() if tag.id == name)


def _standard(values: Any) -> Any:
    spread = values.std(ddof=0)
    return (values - values.mean()) / (spread if spread > 1e-12 else 1.0)


@pytest.mark.parametrize("tag", [tag for tag in load_taxonomy() if tag.prior], ids=lambda t: t.id)
def test_every_inferred_tag_is_asked_about_in_both_languages(tag: TagDef) -> None:
    assert tag.prior is not None
    for language in ("en", "zh"):
        people = tag.prior.ask[language]
        assert language_of([*people.who, *people.others]) == language
        assert not set(people.who) & set(people.others)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"prior": None}, "'prior' goes with source: prior or learned"),
        ({"source": "rule", "rule": {"field": "orders", "op": ">", "value": 1}}, "'prior' goes"),
        ({"prior": {**OWN["prior"], "base_rate": 1}}, "base_rate"),
        ({"prior": {**OWN["prior"], "ask": {}}}, "ask"),
        ({"prior": {**OWN["prior"], "ask": {"en": {"who": ["x"], "others": []}}}}, "others"),
    ],
)
def test_a_broken_prior_is_refused(change: dict[str, Any], message: str) -> None:
    entry = {key: value for key, value in {**OWN, **change}.items() if value is not None}
    with pytest.raises(PromptError, match=message):
        parse_taxonomy([entry], "my.yaml")


@given(
    st.lists(st.floats(-6, 6), min_size=2, max_size=60),
    st.floats(0.02, 0.98),
)
@settings(deadline=None)
def test_probabilities_keep_the_order_and_the_base_rate(values: list[float], rate: float) -> None:
    given_scores = np.array(values)
    chances = to_probability(given_scores, rate)
    assert chances.mean() == pytest.approx(rate, abs=1e-6)
    assert ((chances > 0) & (chances < 1)).all()
    order = np.argsort(given_scores, kind="stable")
    assert (np.diff(chances[order]) >= 0).all()


def test_one_standard_deviation_is_worth_what_the_assumed_auc_says() -> None:
    """Two normals told apart with an AUC of .6 lie .358 apart: Phi(.358 / sqrt 2) = .6."""
    chances = to_probability(np.array([-1.0, 0.0, 1.0]), 0.3)
    log_odds = np.log(chances / (1 - chances))
    assert np.diff(log_odds) == pytest.approx([0.358, 0.358], abs=5e-4)
    assert 0.5 * (1 + math.erf(0.358 / 2)) == pytest.approx(0.6, abs=5e-4)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("FRZN VEGETABLE/VEG DSH", ["frzn", "vegetable", "veg", "dsh"]),
        ("BABY HBC & OTHER BABY PRODUCTS", ["baby", "hbc"]),
        ("XO 12", []),
    ],
)
def test_words_of_english_names(name: str, words: list[str]) -> None:
    assert words_of(name, "en") == words


def test_words_of_chinese_names() -> None:
    assert words_of("婴儿奶粉", "zh") == ["婴儿", "奶粉"]
    assert words_of("其他商品", "zh") == []
