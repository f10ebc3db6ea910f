"""docs/devices has a page for each driver and a row for each of its values, codes and bits."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collector.drivers import DRIVERS
from collector.drivers.emus import sentences_table
from collector.drivers.registers import Register
from collector.drivers.sentences import Field
from collector.drivers.tristar import registers_table
from tests.collector.drivers.tables import table_rows
from tests.collector.drivers.tristar import page as tristar_page

PAGES = Path(__file__).parents[3] / "docs" / "devices"
MODULE = re.compile(r"module_\d+_")


def explained(driver: str) -> set[str]:
    """The keys and names that stand in a table of the driver's page."""
    lines = (PAGES / f"{driver}.md").read_text(encoding="utf-8").splitlines()
    return {word for line in lines if line.startswith("|") for word in re.findall(r"`(\w+)`", line)}


def words(row: Register | Field) -> set[str]:
    return {row.key, *(row.codes or {}).values(), *(row.flags or {}).values()}


def test_each_value_of_the_controller_is_explained() -> None:
    wanted = {word for row in registers_table.ALL for word in words(row)}
    assert wanted - explained("tristar_mppt") == set()


def test_each_field_of_the_battery_manager_is_explained() -> None:
    rows = [
        row
        for table in (sentences_table.SENTENCES, sentences_table.HOST_SENTENCES)
        for rows in table.values()
        for row in rows
    ]
    wanted = {MODULE.sub("module_n_", word) for row in rows for word in words(row)}
    assert wanted - explained("emus_g1") == set()


def test_the_tables_of_the_controllers_page_are_current() -> None:
    page = tristar_page.PAGE.read_text(encoding="utf-8")
    named = {found[2] for found in tristar_page.BLOCK.finditer(page)}
    assert named == tristar_page.tables().keys()
    assert tristar_page.current(page) == page, "run: python -m tests.collector.drivers.tristar.page"


@pytest.mark.parametrize("driver", DRIVERS)
def test_each_driver_has_a_page_with_its_wiring_its_settings_and_what_goes_wrong(driver: str) -> None:
    page = (PAGES / f"{driver}.md").read_text(encoding="utf-8")
    for heading in ("Wiring", "Settings of the collector", "What the driver asks", "What goes wrong"):
        assert f"\n## {heading}\n" in page
    assert f'driver = "{driver}"' in page


@pytest.mark.parametrize("driver", DRIVERS)
def test_each_value_of_a_driver_is_explained_on_its_page(driver: str) -> None:
    keys = {MODULE.sub("module_n_", row.key) for row in table_rows(driver)}
    assert keys - explained(driver) == set(), f"no row in docs/devices/{driver}.md"
