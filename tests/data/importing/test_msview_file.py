"""Logs of MSView of other PCs, with more columns and bad rows, and its live logs: what is imported, what is told."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data import document, queries
from data.errors import DocumentError
from data.importing.msview import daily
from data.importing.msview.file import MsviewFile
from data.importing.running import Refusal, Row, run
from data.ranges import TimeRange

CAPTURES = Path(__file__).parents[2] / "captures" / "tristar_mppt"
LIVE = CAPTURES / "tristar_mppt_live_20190426T025722Z.csv"
LOG = Path(__file__).parents[3] / "data/real/tristar_mppt_daily_log_msview.csv"
NOW = datetime(2026, 11, 1, tzinfo=UTC)
ALWAYS = TimeRange(datetime(2018, 1, 1, tzinfo=UTC), NOW)


def opened(raw: bytes | str) -> MsviewFile:
    return MsviewFile(raw if isinstance(raw, bytes) else raw.encode(), Path("log.csv"))


def semicolons(text: str) -> str:
    """The same table as a PC writes it that has a decimal comma."""
    head, *lines = text.splitlines()
    rows = [line.split('","') for line in lines]
    cells = [[cell.replace(".", ",") if re.fullmatch(r"[0-9.]+", cell) else cell for cell in row] for row in rows]
    return "\r\n".join([head.replace('","', '";"'), *('";"'.join(line) for line in cells)]) + "\r\n"


SPELLINGS: dict[str, Callable[[str], bytes]] = {
    "as it is": str.encode,
    "a byte order mark": lambda text: b"\xef\xbb\xbf" + text.encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "decimal commas": lambda text: semicolons(text).encode(),
    "tabs without quotes": lambda text: text.replace('","', "\t").replace('"', "").encode(),
}


def values(source: MsviewFile) -> list[tuple[datetime | None, dict[str, float], document.Flags]]:
    found = []
    for one in source.rows():
        assert isinstance(one, Row), one
        content = json.loads(one.posted.content)
        readings = document.readings("tristar_daily", content)
        found.append((one.posted.recorded_at, readings, document.flags("tristar_daily", content)))
    return found


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS.keys())
def test_the_log_of_any_pc_says_the_same(spelling: Callable[[str], bytes]) -> None:
    text = LOG.read_text(encoding="utf-8")
    found = values(opened(spelling(text)))
    assert len(found) == 195
    assert found == values(opened(text))


def test_columns_in_another_order_and_optional_ones_are_read_and_unknown_ones_told() -> None:
    source = opened(
        "time (UTC),Tb_max_daily,Vb_min_daily,Vb_max_daily,Ahc_daily,whc_daily,Flags,alarm_daily,fault_daily,moon\n"
        "2019-01-02T03:04:05Z,31,12.05,14.20,41.5,,no flags,RTS Open,,full\n"
    )
    assert source.left_out == ["moon"]
    [(at, readings, flags)] = values(source)
    assert at == datetime(2019, 1, 2, 3, 4, 5, tzinfo=UTC)
    expected = {"bat_min_voltage_daily": 12.05, "bat_max_voltage_daily": 14.2, "Ah_daily": 41.5, "max_temp_daily": 31.0}
    assert readings == expected
    assert flags.daily_alarms == ["RTS open"]


def test_a_bad_row_is_told_with_its_line_and_stops_no_other() -> None:
    lines = LOG.read_text(encoding="utf-8").splitlines()
    lines[3] = lines[3].replace("T", " at ")
    lines[5] = lines[5].replace('"no flags","', '"no flags","x')
    lines[7] += ',"more"'
    found = list(opened("\n".join(lines)).rows())
    refused = {one.where: one.reason for one in found if isinstance(one, Refusal)}
    assert list(refused) == ["line 4", "line 6", "line 8"]
    assert "cannot read" in refused["line 4"]
    assert "Vb_max_daily is 'x" in refused["line 6"]
    assert "has 7 columns, expected 6" in refused["line 8"]
    assert sum(isinstance(one, Row) for one in found) == 192
    assert [one.where for one in found if isinstance(one, Row)][:4] == ["line 2", "line 3", "line 5", "line 7"]


def test_a_live_log_is_documents_of_a_controller(sessions: sessionmaker[Session]) -> None:
    source = MsviewFile(LIVE.read_bytes(), LIVE)
    assert source.left_out == []
    assert run(sessions, source, NOW).summary() == "39 stored, 0 repeated, 0 refused"
    with sessions() as session:
        device = queries.device(session, daily.DEVICE).id
        metrics = ["bat_voltage", "bat_voltage_slow", "bat_current", "charging_current", "charge_state"]
        frame = queries.samples(session, device, metrics, ALWAYS)
    assert frame.iloc[0].to_list() == [11.98, 12.08, 0.0, 0.08, 3.0]
    assert (len(frame), frame["bat_voltage"].max()) == (39, 13.32)


def test_a_live_log_tells_bad_rows_and_columns_it_does_not_know() -> None:
    source = opened(
        '"time (UTC)","My Roof TriStar Array Voltage (V)","Roof Fan Speed (rpm)"\n'
        '"2019-04-26T02:57:22.214Z","60.1","5"\n"2019-04-26T02:57:23.214Z","","5"\n"noon","60","5"\n'
    )
    assert source.left_out == ["Roof Fan Speed (rpm)"]
    first, empty, noon = source.rows()
    assert isinstance(first, Row)
    assert document.readings("tristar", json.loads(first.posted.content)) == {"array_voltage": 60.1}
    assert isinstance(empty, Refusal)
    assert "nothing to store" in empty.reason
    assert isinstance(noon, Refusal)
    with pytest.raises(DocumentError, match="no column of a controller is known"):
        opened("time (UTC),Fan (rpm)\n2019-04-26T02:57:22Z,1\n")


def test_broken_off_it_goes_on_and_a_changed_file_begins_anew(sessions: sessionmaker[Session]) -> None:
    def stop(done: int, _total: int) -> None:
        if done >= 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(sessions, MsviewFile(LOG.read_bytes(), LOG), NOW, stop, batch=20)
    said: list[str] = []
    count = run(sessions, MsviewFile(LOG.read_bytes(), LOG), NOW, tell=said.append, batch=20)
    assert (count.stored, count.repeated) == (135, 0)
    assert "going on" in said[0]
    with pytest.raises(KeyboardInterrupt):
        run(sessions, MsviewFile(LOG.read_bytes(), LOG), NOW, stop, batch=20)
    count = run(sessions, MsviewFile(LOG.read_bytes() + b"\n", LOG), NOW, batch=20)
    assert (count.stored, count.repeated) == (0, 195)
