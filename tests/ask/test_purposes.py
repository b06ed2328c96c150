"""Occasions that a list is wanted for name nobody."""

import pytest

from agent.ask.read.purposes import without_purposes


@pytest.mark.parametrize(
    ("said", "left"),
    [
        ("pulling names for the vip tasting - i want the 40 best", "i want the 40 best"),
        ("vip dinner invites: get me the 18", "get me the 18"),
        ("vip customers: how many have kids?", "vip customers: how many have kids?"),
    ],
)
def test_an_occasion_in_front_is_left_out(said: str, left: str) -> None:
    assert without_purposes(said) == left
