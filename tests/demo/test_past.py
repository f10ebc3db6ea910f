"""The documents of the past: in the site's dialect, with the values of the model to the precision of the wire."""

from __future__ import annotations

import pytest

from collector.drivers.documents import compact
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.document import SETTINGS as SETTING_KEYS
from collector.drivers.tristar.document import build_tristar
from data import document
from demo.devices.recorder import Recorder, read_back
from demo.devices.registers import tristar
from demo.minutes import ZONE, instant_of
from demo.model.controllers import SETTINGS
from demo.model.instant import Instant

from .conftest import Month

LIVE_KEYS = [row.key for row in registers_table.REGISTERS if row.group in registers_table.LIVE]


@pytest.fixture
def noon(november: Month) -> Instant:
    """A bright moment near the end."""
    return max(november.instants[-288:], key=lambda one: one.ghi)


def test_the_documents_hold_what_the_model_says(november: Month, noon: Instant) -> None:
    posted = {one.device: one for one in Recorder(november.model.anchor_day).documents(noon)}
    battery = document.readings("bms", document.parse_content(posted["bms"].content))
    assert battery["total_voltage"] == pytest.approx(noon.volts, abs=0.006)
    assert battery["total_current"] == pytest.approx(noon.amperes, abs=0.051)
    assert battery["battery_charge"] == pytest.approx(noon.charge * 1_296_000, abs=1)
    assert battery["minimum_cell_voltage"] == pytest.approx(min(noon.cells), abs=0.006)
    assert [battery[f"cell_{number}_voltage"] for number in range(1, 9)] == pytest.approx(noon.cells, abs=0.006)
    for each, name in enumerate(("tristar-1", "tristar-2")):
        found = document.readings("tristar", document.parse_content(posted[name].content))
        assert found["bat_current"] == pytest.approx(noon.controllers[each].amperes, abs=0.002)
        assert found["array_voltage"] == pytest.approx(noon.controllers[each].array_volts, abs=0.004)
        assert found["charge_state"] == noon.controllers[each].stage
        assert document.controller_string(document.parse_content(posted[name].content)) == each + 1


def test_the_texts_are_those_that_the_collector_builds(november: Month) -> None:
    recorder = Recorder(november.model.anchor_day)
    for instant in november.instants[::23]:
        for one in recorder.documents(instant):
            if one.family == "sensor":
                continue
            at = instant_of(instant.second / 60).astimezone(ZONE).date()
            number = {"tristar-1": 1, "tristar-2": 2}.get(one.device, 0)
            if number:
                built = build_tristar(read_back(tristar(instant, number - 1), LIVE_KEYS), number, at)
            else:
                built = recorder.battery(instant)
            assert one.content == compact(built)


def test_every_metric_of_a_whole_document_is_there(november: Month, noon: Instant) -> None:
    posted = {one.device: one for one in Recorder(november.model.anchor_day).documents(noon)}
    wanted = {row.metric for row in document.FIELDS if row.family == "bms"}
    assert wanted <= document.readings("bms", document.parse_content(posted["bms"].content)).keys()
    wanted = {row.metric for row in document.FIELDS if row.family == "tristar"}
    assert wanted <= document.readings("tristar", document.parse_content(posted["tristar-1"].content)).keys()


def test_the_daily_document_has_the_log_and_the_settings(november: Month) -> None:
    evening = next(
        one for one in reversed(november.instants) if one.controllers[0].log["night_minutes"] in range(200, 400)
    )
    day = instant_of(evening.second / 60).date()
    first, _ = Recorder(november.model.anchor_day).daily(evening, day)
    content = document.parse_content(first.content)
    found = document.readings("tristar_daily", content)
    assert found["time_ab_daily"] >= 256
    assert 500 < found["Wh_daily"] < 3000
    assert found["Wh_daily"] % 10 == 0
    for name, key in SETTING_KEYS.items():
        assert content["Charge Settings"][name] == pytest.approx(SETTINGS[key], abs=0.0031)  # half a count


def test_events_and_statistics_of_the_battery_follow_the_charge(november: Month, noon: Instant) -> None:
    content = Recorder(november.model.anchor_day).battery(noon)
    newest = content["Events Log"]["log event number 1"]
    assert newest["log event"] == "Charging finished"
    assert 0 < noon.second - newest["unix timestamp"] < 8 * 3600
    assert content["BMS Status"]["Charging Stage"].lower().replace("_", " ").startswith("charging finished")
    lowest = next(one for one in content["Statistics"].values() if one["name"] == "Minimum Cell Voltage")
    assert (lowest["Cell ID"], lowest["value"] < 2.83) == (5, True)
