from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from collector.daemon.daily import due_day
from collector.daemon.loop import poll_once
from collector.daemon.spool import Spool
from data.errors import TransportError
from tests.collector.fakes import FakeClock, FakeReader, controller, live_values

ZONE = ZoneInfo("America/Los_Angeles")
DAY = datetime(2019, 12, 3, tzinfo=ZONE)
LOG = live_values()


def local(hour: int, minute: int = 0, day: int = 3) -> datetime:
    return DAY.replace(day=day, hour=hour, minute=minute).astimezone(UTC)


def dailies(spool: Spool) -> list[dict[str, Any]]:
    return [
        {"at": document.recorded_at, "clock": document.clock, **json.loads(document.content)}
        for document in spool.take(10_000)
        if document.family == "tristar_daily"
    ]


def polled(spool: Spool, reader: FakeReader, at: datetime, **clock: Any) -> None:
    poll_once(controller(reader), spool, FakeClock(at, **clock))


@pytest.mark.parametrize(("hour", "minute", "day"), [(0, 0, 2), (12, 0, 2), (23, 57, 2), (23, 58, 3), (23, 59, 3)])
def test_a_day_is_due_two_minutes_before_its_end(hour: int, minute: int, day: int) -> None:
    assert due_day(local(hour, minute), ZONE) == DAY.replace(day=day).date()


def test_the_daily_document_is_made_at_23_58_at_the_site_once_with_the_settings(spool: Spool) -> None:
    reader = FakeReader(LOG)
    for minute in range(50, 60):
        polled(spool, reader, local(23, minute))
    for minute in range(10):
        polled(spool, reader, local(0, minute, day=4))
    (made,) = dailies(spool)
    assert made["at"] == local(23, 58)
    assert (made["date"], made["string"]) == ("12/03/2019", 1)
    assert made["Daily Logger Values"]["Watt Hours accumulated daily"] == 1400
    assert made["Charge Settings"]["EV_absorp"] == 14.0
    assert sum("eeprom_settings" in groups for groups in reader.asked) == 1


def test_it_is_made_once_across_restarts_and_again_the_next_day(spool: Spool) -> None:
    for day in (3, 4, 5):
        for minute in (58, 59):
            polled(spool, FakeReader(LOG), local(23, minute, day))
    assert [made["date"] for made in dailies(spool)] == ["12/03/2019", "12/04/2019", "12/05/2019"]


def test_a_night_late_it_is_still_the_log_of_the_day(spool: Spool) -> None:
    polled(spool, FakeReader({**LOG, "charge_wh_daily": 900}), local(14))
    polled(spool, FakeReader(LOG), local(1, 30, day=4))
    (made,) = dailies(spool)
    assert (made["at"], made["date"]) == (local(1, 30, day=4), "12/03/2019")
    assert made["Daily Logger Values"]["Watt Hours accumulated daily"] == 1400


def test_a_morning_late_it_is_the_log_as_last_seen_on_the_day_under_the_time_it_was_seen(spool: Spool) -> None:
    polled(spool, FakeReader({**LOG, "charge_wh_daily": 900}), local(14))
    polled(spool, FakeReader({**LOG, "charge_wh_daily": 1350}), local(15))
    for minute in range(5):
        polled(spool, FakeReader({**LOG, "charge_wh_daily": 20}), local(9, minute, day=4))
    (made,) = dailies(spool)
    assert (made["at"], made["date"]) == (local(15), "12/03/2019")
    assert made["Daily Logger Values"]["Watt Hours accumulated daily"] == 1350
    assert made["Charge Settings"] is None


def test_a_log_that_the_controller_has_begun_again_in_the_night_is_not_taken_for_the_days(spool: Spool) -> None:
    polled(spool, FakeReader(LOG), local(21))
    polled(spool, FakeReader({**LOG, "charge_wh_daily": 0, "charge_ah_daily": 0.0}), local(3, day=4))
    (made,) = dailies(spool)
    assert (made["at"], made["Daily Logger Values"]["Watt Hours accumulated daily"]) == (local(21), 1400)


def test_a_first_start_in_the_morning_makes_no_document_of_a_day_nobody_saw(spool: Spool) -> None:
    polled(spool, FakeReader(LOG), local(9))
    assert dailies(spool) == []


def test_settings_that_do_not_answer_do_not_cost_the_log(spool: Spool) -> None:
    reader = FakeReader(LOG)
    reader.settings_problem = TransportError("no answer")
    polled(spool, reader, local(23, 58))
    (made,) = dailies(spool)
    assert made["Charge Settings"] is None


def test_a_log_that_was_not_read_is_waited_for(spool: Spool) -> None:
    reader = FakeReader({key: value for key, value in LOG.items() if "daily" not in key})
    polled(spool, reader, local(23, 58))
    assert dailies(spool) == []
    polled(spool, FakeReader(LOG), local(23, 59))
    assert len(dailies(spool)) == 1


def test_without_a_clock_the_end_of_a_log_tells_the_day_and_restoring_its_time(spool: Spool) -> None:
    reader, clock = FakeReader(LOG), FakeClock(local(4, day=1), is_set=False)
    for _ in range(24):
        poll_once(controller(reader), spool, clock)
        clock.pass_seconds(3600)
    reader.values["charge_wh_daily"] = 0
    poll_once(controller(reader), spool, clock)
    clock.pass_seconds(3600)
    clock.set_to(local(9, day=7))
    spool.restore(clock.stamp())
    (made,) = dailies(spool)
    assert (made["at"], made["clock"]) == (local(7, day=7), "restored")
    assert "date" not in made


def test_each_controller_has_its_own_days(spool: Spool) -> None:
    for name in ("tristar-1", "tristar-2"):
        poll_once(controller(FakeReader(LOG), name), spool, FakeClock(local(23, 58) + timedelta(seconds=1)))
    assert len(dailies(spool)) == 2
