"""Who is kept and who is held back, over a real SQLite file: only yes is consent."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agent.ask.consent import apply_consent
from agent.data import store as tables
from agent.data.store import Store


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path_factory.mktemp('consent') / 'home.sqlite'}")
    yield opened
    opened.close()


def record(store: Store, given: Mapping[str, Mapping[str, bool | None]]) -> None:
    rows = [{"customer": c, "attributes": {}, "consent": said} for c, said in given.items()]
    store.replace_all(tables.customers, rows)


@pytest.mark.parametrize("channel", ["email", "sms", "微信", 'e"mail', "e.mail'", "$.x[0]"])
@pytest.mark.parametrize(
    ("said", "kept", "refused"),
    [
        ({"this": True}, True, False),
        ({"this": False}, False, True),
        ({}, False, False),
        ({"other": True}, False, False),
        ({"this": None}, False, False),
        ({"this": False, "other": True}, False, True),
        ({"this": True, "other": False}, True, False),
        (None, False, False),  # a customer of whom only purchases are known
    ],
)
def test_only_yes_is_consent(
    store: Store, channel: str, said: dict[str, bool] | None, kept: bool, refused: bool
) -> None:
    names = {"this": channel, "other": "post"}
    someone = {"known": {channel: True}, "unasked": {channel: True}}
    asked = {} if said is None else {"x": {names[key]: value for key, value in said.items()}}
    record(store, someone | asked)
    found = apply_consent(store, ["x", "known"], channel)
    assert list(found.kept) == ["x", "known"] if kept else ["known"]
    assert (found.refused, found.silent) == (int(refused), int(not kept and not refused))
    assert found.held_back == int(not kept)


@given(st.dictionaries(st.sampled_from("abcdefgh"), st.sampled_from([True, False, None])))
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_everyone_is_kept_or_counted_once(store: Store, said: dict[str, bool | None]) -> None:
    record(
        store, {c: {} if v is None else {"sms": v} for c, v in said.items()} | {"z": {"sms": True}}
    )
    found = apply_consent(store, list("hgfedcbaz"), "sms")
    assert list(found.kept) == [c for c in "hgfedcbaz" if c == "z" or said.get(c) is True]
    assert found.refused == list(said.values()).count(False)
    assert len(found.kept) + found.held_back == 9
