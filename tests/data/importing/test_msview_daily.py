"""The real daily log of the arboretum's controller: its quirks, its times, and what a broken file is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.errors import DocumentError
from data.importing.msview import daily
from data.ranges import TimeRange

LOG = Path(__file__).parents[3] / "data/real/tristar_mppt_daily_log_msview.csv"
HEADER = '"time (UTC)","Flags","Vb_max_daily","Vb_min_daily","fault_daily","alarm_daily"\n'
RECEIVED = datetime(2026, 11, 1, tzinfo=UTC)
ALL_TIME = TimeRange(datetime(2018, 1, 1, tzinfo=UTC), datetime(2020, 1, 1, tzinfo=UTC))


@pytest.fixture(scope="module")
def records() -> list[daily.DailyRecord]:
    return daily.parse(LOG.read_text(encoding="utf-8"))


def test_the_log_holds_195_records_under_195_times(records: list[daily.DailyRecord]) -> None:
    assert len(records) == 195
    assert len({record.recorded_at for record in records}) == 195
    assert records[0].recorded_at == datetime(2018, 9, 10, 23, 14, 6, tzinfo=UTC)
    assert (records[0].battery_voltage_max, records[0].battery_voltage_min) == (13.81, 12.12)


def test_words_of_msview_become_the_names_of_the_site(records: list[daily.DailyRecord]) -> None:
    edited = next(record for record in records if record.faults)
    assert edited.flags == ("reset detected", "an alarm occurred", "a fault occurred")
    assert edited.faults == ("settings switch changed", "custom settings edit")
    assert edited.alarms == ("RTS open", "controller was reset")


def test_the_last_six_records_are_bench_work(records: list[daily.DailyRecord]) -> None:
    assert daily.bench_work(records) == [False] * 189 + [True] * 6


def test_retimed_the_first_record_falls_on_19_september_and_the_last_stays(records: list[daily.DailyRecord]) -> None:
    times = [record.recorded_at for record in records]
    retimed = daily.retimed(times)
    assert retimed[0] == datetime(2018, 9, 19, 1, 14, 6, tzinfo=UTC)
    assert retimed[-1] == times[-1]
    assert all(later >= earlier for earlier, later in pairwise(retimed))
    steps = [later - earlier for earlier, later in pairwise(retimed)]
    assert steps.count(timedelta(hours=24)) == 184


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "line 1 has the columns (none)"),
        ("a,b\n1,2\n", "line 1 has the columns a, b"),
        (HEADER, "no record"),
        (HEADER + '"2018-09-10T23:14:06.000+00:00","no flags","13.81"\n', "line 2 has 3 columns, expected 6"),
        (HEADER + '"yesterday","no flags","13.81","12.1","",""\n', "line 2: cannot read 'yesterday' as a date"),
        (HEADER + '"2018-09-10T23:14:06+00:00","no flags","full","12.1","",""\n', "Vb_max_daily is 'full'"),
        (HEADER + '"2018-09-10T23:14:06+00:00","no flags","13","nan","",""\n', "Vb_min_daily is 'nan'"),
        (HEADER + '"2018-09-10T23:14:06+00:00","no flags","13","-1","",""\n', "between 0 and 200"),
    ],
)
def test_a_broken_file_is_told_which_line_and_what_was_expected(text: str, said: str) -> None:
    with pytest.raises(DocumentError) as caught:
        daily.parse(text)
    assert said in str(caught.value)


def test_imported_twice_every_record_is_there_once(
    sessions: sessionmaker[Session], records: list[daily.DailyRecord]
) -> None:
    seen: list[tuple[int, int]] = []
    with sessions.begin() as session:
        first = daily.load(session, records, RECEIVED, lambda done, total: seen.append((done, total)))
    with sessions.begin() as session:
        again = daily.load(session, records, RECEIVED)
    assert (first.stored, first.repeated, first.refused) == (195, 0, 0)
    assert (again.stored, again.repeated, again.refused) == (0, 195, 0)
    assert seen[-1] == (195, 195)
    with sessions() as session:
        device = queries.device(session, daily.DEVICE)
        frame = queries.samples(session, device.id, ["bat_min_voltage_daily", "bat_max_voltage_daily"], ALL_TIME)
    assert frame["bat_max_voltage_daily"].to_list() == [record.battery_voltage_max for record in records]
    assert frame["bat_min_voltage_daily"].to_list() == [record.battery_voltage_min for record in records]
    assert [at.to_pydatetime() for at in frame.index] == [record.recorded_at for record in records]
