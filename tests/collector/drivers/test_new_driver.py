"""A new kind of device is five places: its folder, its page, its frames with a test, its line, its metrics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collector.commands.common.tools import tools
from collector.drivers import DRIVERS
from collector.simulator.pty_link import PtyLink
from data.catalogue import METRICS
from tests.collector.drivers.tables import table_rows

ROOT = Path(__file__).parents[3]
ROOMS = ("app", "callbacks", "collector", "data", "demo", "pages")
# The settings of the demonstration's collector, and those that an owner copies, are of devices by name.
NAMED_ON_PURPOSE = {"app/runtime/demonstration.py", "app/views/snippets.py"}

# The devices of the first site have their classes for scripts, their virtual site and their demonstration.
OF_THE_FIRST_SITE = {"emus_g1", "tristar_mppt"}
ITS_ROOMS = ("collector/scripts/", "collector/simulator/", "demo/")

GENERAL = [driver for driver, record in DRIVERS.items() if record.family == "device"]
TEXTS = {"text", "version"}


def folder(driver: str) -> str:
    return DRIVERS[driver].tools.rpartition(".")[0].replace(".", "/")


@pytest.mark.parametrize("driver", DRIVERS)
def test_only_its_own_folder_and_the_list_name_a_driver(driver: str) -> None:
    quoted = re.compile(rf"[\"'](?:[^\"'\n]*\W)?{driver}[\"']")
    wrong = [
        name
        for room in ROOMS
        for path in (ROOT / room).rglob("*.py")
        if not (name := str(path.relative_to(ROOT))).startswith(folder(driver) + "/")
        and name not in NAMED_ON_PURPOSE
        and (quoted.search(text := path.read_text(encoding="utf-8")) or f"{folder(driver).replace('/', '.')}." in text)
    ]
    if driver in OF_THE_FIRST_SITE:
        wrong = [name for name in wrong if not name.startswith(ITS_ROOMS)]
    assert set(wrong) - {"collector/drivers/__init__.py"} == set()


def test_every_folder_of_a_driver_has_its_line_in_the_list() -> None:
    folders = {path.parent for path in (ROOT / "collector" / "drivers").glob("*/__init__.py")}
    listed = {ROOT / folder(driver) for driver in DRIVERS}
    assert {path.name for path in folders - listed} == set(), "no line in DRIVERS of collector/drivers/__init__.py"


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_has_its_five_places(driver: str) -> None:
    named = folder(driver).rpartition("/")[2]
    tests = ROOT / "tests" / "collector" / "drivers" / named
    captures = ROOT / "tests" / "captures"
    places = {
        f"{folder(driver)}/driver.py with its record": (ROOT / folder(driver) / "driver.py").is_file(),
        f"{folder(driver)} with a table": bool(table_rows(driver)),
        f"docs/devices/{driver}.md": (ROOT / "docs" / "devices" / f"{driver}.md").is_file(),
        f"tests/captures/{driver}/ with frames or captures": any(
            path.parent.name == driver for path in captures.rglob("*")
        ),
        f"tests/captures/README.md: where those of {driver} are from": f"{driver}/"
        in (captures / "README.md").read_text(encoding="utf-8"),
        f"tests/collector/drivers/{named}/test_….py": any(tests.glob("test_*.py")),
        f"a test in tests/collector/drivers/{named}/ that reads tests/captures/{driver}/": any(
            driver in path.read_text(encoding="utf-8") for path in tests.glob("*.py")
        ),
    }
    missing = "; ".join(place for place, is_there in places.items() if not is_there)
    assert not missing, f"{driver} lacks {missing}"


@pytest.mark.parametrize("driver", GENERAL)
def test_each_number_of_a_general_document_has_its_row_in_the_catalogue(driver: str, tmp_path: Path) -> None:
    """By the tables of the driver, and by what its virtual device says."""
    numbers = {row.key: row.unit for row in table_rows(driver) if row.encoding not in TEXTS}
    virtual = tools(driver).virtual
    assert virtual is not None
    line = PtyLink(tmp_path / driver, virtual())
    line.start()
    try:
        reader = DRIVERS[driver].open(str(line.path), 1)
        content = DRIVERS[driver].build(reader.read(DRIVERS[driver].groups).values, None, None)
        reader.close()
    finally:
        line.close()
    posted = {key for key, value in content.items() if isinstance(value, int | float)}
    units = {metric.key: metric.unit for metric in METRICS}
    assert sorted((posted | numbers.keys()) - units.keys()) == [], "no row in data/catalogue/metrics.tsv"
    assert {key: unit for key, unit in numbers.items() if units[key] != unit} == {}, "another unit in metrics.tsv"


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_answers_to_every_command(driver: str) -> None:
    record, handed = DRIVERS[driver], tools(driver)
    assert set(record.live) <= set(record.groups)
    assert handed.decoding.name
    assert record.first_name.endswith("-")
