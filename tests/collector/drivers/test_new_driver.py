"""A new kind of device is five places: its folder, its page, its frames with a test, its line, its metrics."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from collector.commands.common.tools import tools
from collector.drivers import DRIVERS

ROOT = Path(__file__).parents[3]
ROOMS = ("app", "callbacks", "collector", "data", "demo", "pages")
# The settings of the demonstration's collector, and those that an owner copies, are of devices by name.
NAMED_ON_PURPOSE = {"app/runtime/demonstration.py", "app/views/snippets.py"}

# The devices of the first site have their classes for scripts, their virtual site and their demonstration.
OF_THE_FIRST_SITE = {"emus_g1", "tristar_mppt"}
ITS_ROOMS = ("collector/scripts/", "collector/simulator/", "demo/")


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


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_has_its_five_places(driver: str) -> None:
    named = folder(driver).rpartition("/")[2]
    places = {
        "a folder with a record": ROOT / folder(driver) / "driver.py",
        "a page": ROOT / "docs" / "devices" / f"{driver}.md",
        "a folder of tests": ROOT / "tests" / "collector" / "drivers" / named,
    }
    assert [place for place, path in places.items() if not path.exists()] == []
    captures = ROOT / "tests" / "captures"
    kept = [path for path in captures.rglob("*") if path.parent.name == driver]
    assert kept, f"tests/captures has no folder {driver} with frames or captures"
    readme = (captures / "README.md").read_text(encoding="utf-8")
    assert f"{driver}/" in readme, f"tests/captures/README.md does not say where those of {driver} are from"


@pytest.mark.parametrize("driver", DRIVERS)
def test_a_driver_answers_to_every_command(driver: str) -> None:
    record, handed = DRIVERS[driver], tools(driver)
    assert set(record.live) <= set(record.groups)
    assert handed.decoding.name
    assert record.first_name.endswith("-")
