"""The names of the catalogue as texts: which there are, what is embedded, what is found."""

from __future__ import annotations

from collections import Counter as Count
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from agent.facts.catalogue import catalogue
from agent.search import catalogue as module
from agent.search.catalogue import (
    CatalogueIndex,
    Saying,
    open_catalogue,
    refresh_catalogue,
    sayings,
)
from agent.search.embeddings import embedder
from agent.settings import EmbeddingSettings
from agent.tags.names import load_vocabulary
from agent.tags.taxonomy import load_taxonomy, terms
from agent.vocabulary import Term, Vocabulary
from agent.workspace import Workspace
from tests.ask.shop import make_home
from tests.search.fakes import Counter

TAGS = terms(load_taxonomy())
SHOP = Vocabulary(
    fields={
        "spend": Term("spend", "spend", "消费金额", "money", numeric=True),
        "home_ownership": Term("home_ownership", "home ownership", "住房情况", values=("Renter",)),
    },
    tags={name: TAGS[name] for name in ("pet_owner", "discount_hunter", "lapsed")},
    catalogue={
        "department": ["GROCERY", "COUPON"],
        "category": ["DIAPERS", "WINE", "COUPON", "TEA"],
        "product": ["1001"],
    },
    labels={
        "DIAPERS": ("diapers", "纸尿裤"),
        "WINE": ("wine", "葡萄酒"),
        "COUPON": ("coupons", "优惠券"),
        "TEA": ("tea", "茶叶"),
        "Renter": ("renter", "租房"),
    },
)
FEW = [
    Saying("tag", "pet_owner", "", "pet owner"),
    Saying("tag", "pet_owner", "", "养宠物"),
    Saying("item", "WINE", "category", "wine"),
    Saying("field", "spend", "", "spend"),
    Saying("other", "", "", "laptop"),
]


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def index(tmp_path: Path, counter: Counter) -> Iterator[CatalogueIndex]:
    with CatalogueIndex(tmp_path / "names", None, counter.embedder) as opened:
        yield opened


def test_every_name_is_said_in_both_languages() -> None:
    found = sayings(SHOP)
    said = {(one.kind, one.name, one.level, one.text) for one in found}
    assert said >= {
        ("field", "spend", "", "spend"),
        ("field", "spend", "", "消费金额"),
        ("value", "Renter", "home_ownership", "home ownership: renter"),
        ("value", "Renter", "home_ownership", "租房"),
        ("tag", "pet_owner", "", "养宠物"),
        ("item", "GROCERY", "department", "grocery"),
        ("item", "WINE", "category", "葡萄酒"),
        ("item", "COUPON", "", "coupons"),  # at two levels
    }
    assert len(found) == len(set(found))
    assert not any("1001" in one.text for one in found)


def test_sayings_are_of_names_that_the_shop_has() -> None:
    said = {one.text: (one.kind, one.name) for one in sayings(SHOP)}
    assert said["铲屎官"] == ("tag", "pet_owner")
    assert said["nappies"] == said["尿不湿"] == ("item", "DIAPERS")
    assert said["tenants"] == ("value", "Renter")
    assert "smokers" not in said
    assert "petrol" not in said
    assert "kleenex" not in said


def test_the_file_of_sayings_names_what_there_is_and_means_one_thing() -> None:
    phrases = yaml.safe_load(
        Path(module.__file__).with_name("phrases.yaml").read_text(encoding="utf-8")
    )
    assert set(phrases["tags"]) <= set(TAGS)
    assert set(phrases["fields"]) <= {f.name for f in catalogue()} | {
        *("age", "income", "home_ownership", "marital_status", "household_size", "kids_count")
    }
    meant = [text for texts in phrases["tags"].values() for text in texts]
    assert not [text for text, times in Count(meant).items() if times > 1]
    goods = {text for group in phrases["goods"] for text in group}
    foreign = {text for pair in phrases["other"] for text in pair}
    assert not foreign & (goods | set(meant))


def test_only_what_is_new_is_embedded(index: CatalogueIndex, counter: Counter) -> None:
    assert index.refresh(FEW) == 5
    assert index.refresh(reversed(FEW)) == 0
    counter.documents.clear()
    assert index.refresh([*FEW[1:], Saying("tag", "lapsed", "", "gone quiet")]) == 1
    assert counter.documents == ["gone quiet"]
    assert index.refresh([]) == 0
    assert index.search("pet owner", 3) == []


def test_it_stays_from_one_opening_to_the_next(tmp_path: Path, counter: Counter) -> None:
    with CatalogueIndex(tmp_path / "names", None, counter.embedder) as index:
        index.refresh(FEW)
    counter.documents.clear()
    with CatalogueIndex(tmp_path / "names", None, counter.embedder) as index:
        assert index.refresh(FEW) == 0
        index.search("wine", 1)
    assert counter.documents == ["wine", "wine"]  # the words that were asked for alone


def test_a_text_finds_itself_among_the_kinds_asked_for(index: CatalogueIndex) -> None:
    index.refresh(FEW)
    (hit,) = index.search("wine", 1)
    assert (hit.kind, hit.name, hit.level, hit.text) == ("item", "WINE", "category", "wine")
    assert {hit.kind for hit in index.search("wine", 9, ("tag", "field"))} == {"tag", "field"}
    assert len(index.search("laptop", 9)) == 4  # what names nothing is never found
    assert index.search("wine", 9, ()) == []


def test_words_near_to_a_foreign_text_score_less(index: CatalogueIndex) -> None:
    index.refresh([one for one in FEW if one.kind != "other"])
    before = {hit.text: hit.score for hit in index.search("laptop", 9)}
    index.refresh(FEW)
    after = {hit.text: hit.score for hit in index.search("laptop", 9)}
    assert after == pytest.approx({text: score - 0.5 for text, score in before.items()}, abs=1e-4)


def test_another_embedder_and_damage_make_it_anew(tmp_path: Path) -> None:
    with CatalogueIndex(tmp_path / "names", None, Counter("old@1").embedder) as index:
        index.refresh(FEW)
    with CatalogueIndex(tmp_path / "names", None, Counter("new@2").embedder) as index:
        assert index.refresh(FEW) == 5
        assert index.search("wine", 1)[0].name == "WINE"
    (content,) = (tmp_path / "names").glob("data-*")
    (content / "chroma.sqlite3").unlink()
    with CatalogueIndex(tmp_path / "names", None, Counter("new@2").embedder) as index:
        assert index.refresh(FEW) == 5
        assert index.search("wine", 1)[0].name == "WINE"


def test_of_a_large_catalogue_what_is_in_most_orders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, truth = make_home(tmp_path)
    with workspace:
        items = module._in_most_orders(workspace, load_vocabulary(workspace))
        levels = Count(item.level for item in items)
        assert levels == {"department": 5, "category": 10, "name": 11}
        monkeypatch.setattr(module, "MOST_ITEMS", 1)
        (most,) = module._in_most_orders(workspace, load_vocabulary(workspace))
    orders = truth.orders.assign(department=truth.orders["sku"].map(DEPARTMENTS))
    counted = orders.groupby("department")["order"].nunique()
    assert (most.level, most.name) == ("department", counted.idxmax())


DEPARTMENTS = {
    **dict.fromkeys(("W1", "W2", "B1", "C1", "T1"), "DRINKS"),
    **dict.fromkeys(("D1", "K1"), "PETS"),
    **dict.fromkeys(("V1", "O1"), "GROCERY"),
    "Y1": "BABY",
    "F1": "HOME",
}


def test_a_home_keeps_it_beside_its_customers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, counter: Counter
) -> None:
    monkeypatch.setattr(module, "embedder", lambda settings: counter.embedder)
    with Workspace(tmp_path / "home") as workspace:
        embedded = refresh_catalogue(workspace)
        assert embedded == len(sayings(load_vocabulary(workspace)))
        with open_catalogue(workspace) as index:
            assert index.search("spend", 1)[0].name == "spend"
        assert refresh_catalogue(workspace) == 0


def test_the_real_model_finds_what_is_meant_in_both_languages(tmp_path: Path) -> None:
    wanted = [one for one in sayings(SHOP) if one.kind != "other"]
    wanted += [Saying("other", "", "", text) for text in ("laptop", "笔记本", "train", "火车")]
    with CatalogueIndex(tmp_path / "names", None, embedder(EmbeddingSettings())) as index:
        index.refresh(wanted)
        for words, name in (
            ("puppies and kittens at home", "pet_owner"),
            ("家里养了小动物", "pet_owner"),
            ("only buys when there is a good deal", "discount_hunter"),
            ("我们很久没见到的客人", "lapsed"),
            ("chardonnay", "WINE"),
        ):
            assert index.search(words, 1)[0].name == name, words
        ours, foreign = (index.search(words, 1)[0].score for words in ("葡萄美酒", "computers"))
        assert ours > foreign
