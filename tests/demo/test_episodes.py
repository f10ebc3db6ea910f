"""What is promised of the history does happen, and its last days are good ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from statistics import mean

import pytest

from demo.devices.recorder import Recorder
from demo.minutes import minute_of
from demo.model.controllers import CHARGING, FLOAT
from demo.model.instant import Instant

from .conftest import Month, run


@pytest.fixture(params=["november", "june"])
def month(request: pytest.FixtureRequest) -> Month:
    """A winter and a summer; twenty days suffice for everything."""
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Month)
    return found


def of_days(month: Month, first: float, last: float) -> Sequence[Instant]:
    """The instants between so many days before the end."""
    return [one for one in month.instants if last < month.days_before_end(one) <= first]


def test_a_deep_discharge_ends_in_silence_and_the_sun_brings_the_site_back(month: Month) -> None:
    dark = [one for one in of_days(month, month.launch.days, 0) if not one.loads_on]
    assert 6 * 6 <= len(dark) <= 40 * 6
    assert all(9 < month.days_before_end(one) < 13 for one in dark)
    assert min(min(one.cells) for one in of_days(month, 13, 9)) < 2.82
    recorder = Recorder(month.model.anchor_day)
    assert [recorder.documents(one) for one in dark] == [[]] * len(dark)
    before, after = dark[0].second - 600, dark[-1].second + 600
    awake = {one.second: one for one in month.instants if one.second in (before, after)}
    assert recorder.documents(awake[before])
    assert recorder.documents(awake[after])


def test_the_weak_cell_is_the_first_to_be_empty(month: Month) -> None:
    emptiest = min(month.instants, key=lambda one: min(one.cells))
    assert emptiest.cells.index(min(emptiest.cells)) == 5


def test_a_week_is_colder_than_the_days_around_it(month: Month) -> None:
    cold = mean(one.air for one in of_days(month, 14, 9))
    around = mean(one.air for one in (*of_days(month, 19, 16), *of_days(month, 7, 0)))
    assert cold < around - 3


def test_a_sensor_is_unplugged_for_days(month: Month) -> None:
    recorder = Recorder(month.model.anchor_day)
    missing = []
    for one in of_days(month, 20, 14):
        devices = {posted.device for posted in recorder.documents(one)}
        if devices and "admin/VEML7700" not in devices:
            assert {"admin/SI7020_A20", "admin/BH1745NUC", "tristar-1"} <= devices
            missing.append(one.second)
    assert missing[-1] - missing[0] == (len(missing) - 1) * 600
    assert 2 < len(missing) / 144 < 5


def test_the_documents_of_a_modem_outage_come_hours_late_and_in_order(month: Month) -> None:
    recorder = Recorder(month.model.anchor_day)
    waits = [
        (posted.received_at - posted.recorded_at, posted.received_at)
        for one in of_days(month, 8, 3)
        for posted in recorder.documents(one)[:1]
        if posted.received_at and posted.recorded_at
    ]
    late = [wait for wait, _ in waits if wait > timedelta(minutes=5)]
    assert len(late) > 12 * 6
    assert max(late) > timedelta(hours=12)
    received = [at for _, at in waits]
    assert received == sorted(received)


def test_the_last_three_days_are_good(month: Month) -> None:
    last = of_days(month, 3, 0)
    assert all(one.loads_on for one in last)
    assert min(one.charge for one in last) > 0.6
    assert not any(one.faults or one.alarms for instant in last for one in instant.controllers)
    assert not any(one.manager.under_voltage or one.manager.over_voltage or one.manager.reduced for one in last)
    assert any(controller.stage == FLOAT for one in last for controller in one.controllers)


@pytest.mark.parametrize("hour", [2, 16])
def test_the_present_makes_sense_by_day_and_by_night(hour: int) -> None:
    anchor = datetime(2026, 2, 3, hour, 0, tzinfo=UTC) + timedelta(hours=8)
    month = run(anchor, days=1)
    now = month.instants[-1]
    assert minute_of(anchor) * 60 - now.second <= 600
    is_day = hour == 16
    assert (now.controllers[0].stage in CHARGING) == is_day
    assert (now.amperes < 0) != is_day or now.controllers[0].stage == FLOAT
