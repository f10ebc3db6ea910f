"""docs/devices/emus_g1.md says what the driver's tables say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.collector.drivers.emus.page import TABLES

PAGE = Path(__file__).parents[4] / "docs" / "devices" / "emus_g1.md"


@pytest.mark.parametrize("name", TABLES)
def test_a_table_of_the_page_is_the_one_made_from_the_driver(name: str) -> None:
    page = PAGE.read_text(encoding="utf-8")
    found = re.search(rf"<!-- table {name} -->\n(.*?)\n<!-- end -->", page, re.DOTALL)
    assert found is not None
    assert found[1].splitlines() == list(TABLES[name]())


def test_each_statistic_and_each_parameter_has_a_meaning_in_words() -> None:
    silent = [row for name in ("statistics", "parameters") for row in TABLES[name]() if row.endswith("|  |")]
    assert silent == []
