"""The records of the families, and that each has a table and nothing lists them beside."""

from __future__ import annotations

from data.database.models import ENTRIES
from data.families import FAMILIES, KINDS


def test_each_family_has_its_table() -> None:
    assert list(ENTRIES) == list(FAMILIES)


def test_the_families_of_a_kind_of_device_follow_from_the_records() -> None:
    assert KINDS["tristar"] == ("tristar", "tristar_daily")
    assert sorted(key for keys in KINDS.values() for key in keys) == sorted(FAMILIES)


def test_of_a_kind_with_several_families_all_but_the_first_have_a_prefix() -> None:
    """So a series of a number without a metric belongs to one family."""
    further = {key for keys in KINDS.values() for key in keys[1:]}
    assert {key for key, family in FAMILIES.items() if family.prefix} == further
