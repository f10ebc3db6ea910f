"""CSV files of any maker: columns become metrics at their place, bad rows are told, a broken import goes on."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session, sessionmaker

from data import queries
from data.errors import ConfigError, DocumentError, NotFoundError
from data.importing.counting import Count
from data.importing.csv.documents import field_row
from data.importing.csv.file import CsvFile, CsvOptions, check_device
from data.importing.running import Refusal, Row, quiet, run
from data.ranges import TimeRange

NOW = datetime(2026, 11, 1, tzinfo=UTC)
START = datetime(2026, 10, 1, tzinfo=UTC)
ALWAYS = TimeRange(START - timedelta(days=365), NOW)


def rows_of(path: Path, options: CsvOptions) -> list[Row | Refusal]:
    with path.open("rb") as file:
        return list(CsvFile(file, path, options).rows())


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "log.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def imported(
    sessions: sessionmaker[Session],
    path: Path,
    options: CsvOptions,
    said: list[str] | None = None,
    show: Callable[[int, int], None] = quiet,
    batch: int = 10,
) -> Count:
    with path.open("rb") as file:
        tell = [].append if said is None else said.append
        return run(sessions, CsvFile(file, path, options), NOW, show, tell, batch)


def test_columns_of_a_controller_stand_at_their_place_in_the_posted_dialect(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '\ufeffWhen;"Battery Voltage";array_voltage;State;note\n2026-10-01 00:00:00;13,41;72,9;Night;x\n',
    )
    options = CsvOptions(
        "tristar",
        "tristar-1",
        "when",
        mapped=(("Battery Voltage", "bat_voltage"), ("array_voltage", "array_voltage"), ("State", "charge_state")),
    )
    [row] = rows_of(path, options)
    assert isinstance(row, Row)
    assert row.posted.content == (
        '{"ADC data":{"battery voltage":13.41,"array voltage":72.9},"Charger Data":{"Charge State":"Night"}}'
    )
    assert row.posted.recorded_at == START


def test_without_a_map_columns_are_found_by_key_label_and_posted_name(tmp_path: Path) -> None:
    path = written(
        tmp_path, "time,array_voltage,Battery Voltage (V),RTS temperature,colour\n2026-10-01T00:00:00Z,1,2,3,blue\n"
    )
    with path.open("rb") as file:
        source = CsvFile(file, path, CsvOptions("tristar", "tristar-1", "time"))
        assert [column.metric for column in source.columns] == ["array_voltage", "bat_voltage", "temp_rts"]
        assert source.left_out == ["colour"]


def test_values_of_cells_and_with_units_are_read_back_as_their_metrics(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    header = "time,total_voltage,cell_1_voltage,cell_2_voltage,cell_2_temperature,state_of_charge"
    path = written(tmp_path, f"{header}\n2026-10-01T00:00:00Z,13.4,3.31,3.32,,71\n2026-10-01T00:10:00Z,,,3.33,21,\n")
    assert imported(sessions, path, CsvOptions("bms", "bms", "time")).summary() == "2 stored, 0 repeated, 0 refused"
    metrics = header.split(",")[1:]
    with sessions() as session:
        frame = queries.samples(session, queries.device(session, "bms").id, metrics, ALWAYS)
    assert [[value if value == value else None for value in row] for row in frame.to_numpy().tolist()] == [
        [13.4, 3.31, 3.32, None, 71.0],
        [None, None, 3.33, 21.0, None],
    ]


def test_a_sensors_columns_are_its_keys(tmp_path: Path) -> None:
    path = written(tmp_path, "time|lux|IR light|door\n1790812800|21480,6|7|open\n")
    [row] = rows_of(path, CsvOptions("sensor", "admin/VEML7700", "time"))
    assert isinstance(row, Row)
    assert row.posted.content == '{"lux":21480.6,"IR light":7,"door":"open"}'
    assert row.posted.recorded_at == START


def test_every_bad_row_is_told_with_its_line_and_what_to_do(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        b"time,bat_voltage,charge_state\n"
        b"2026-10-01T00:00:00Z,13.4,Night\n"
        b"2026-10-01T00:01:00Z,13.4\n"
        b"\n"
        b"yesterday,13.4,Night\n"
        b"2026-10-01T00:03:00Z,1O.4,Night\n"
        b"2026-10-01T00:04:00Z,13.4,Sleepy\n"
        b"2026-10-01T00:05:00Z,,\n"
        b'2026-10-01T00:06:00Z,"13.4,Night\n'
        b"2026-10-01T00:07:00Z,13.5,Night,,\n"
        b"2026-10-01T00:08:00Z,13.\xff,Night\n"
        b'"2026-10-01T00:09:00Z","13.6","MPPT"',
    )
    found = rows_of(path, CsvOptions("tristar", "tristar-1", "time"))
    assert [one.where for one in found if isinstance(one, Row)] == ["line 2", "line 10", "line 12"]
    refused = {one.where: one.reason for one in found if isinstance(one, Refusal)}
    expected = {
        "line 3": "it has 2 columns, the header has 3",
        "line 5": "cannot read 'yesterday' as a date",
        "line 6": "column bat_voltage: '1O.4' is no number",
        "line 7": "column charge_state: 'Sleepy' is no value of charge_state: it is one of START",
        "line 8": "every imported column is empty",
        "line 9": "never closed",
        "line 11": "--encoding latin-1",
    }
    assert refused.keys() == expected.keys()
    assert [reason for line, reason in refused.items() if expected[line] not in reason] == []


@pytest.mark.parametrize("later", ["3", '"3"'], ids=["never closed", "closed in a later row"])
@pytest.mark.parametrize("family", ["tristar", "sensor"])
def test_a_quote_that_is_not_closed_in_its_row_costs_that_row_alone(tmp_path: Path, family: str, later: str) -> None:
    text = f'time,p_out\n{START.isoformat()},"1\n'
    text += "".join(f"{(START + timedelta(minutes=n)).isoformat()},{later}\n" for n in (1, 2))
    found = rows_of(written(tmp_path, text), CsvOptions(family, "tristar-1", "time"))
    assert [(one.where, type(one)) for one in found] == [("line 2", Refusal), ("line 3", Row), ("line 4", Row)]


def test_lines_that_end_as_on_old_macs_are_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="CR alone"):
        rows_of(written(tmp_path, "time,a\r2026-10-01T00:00:00Z,1\r"), CsvOptions("sensor", "a/b", "time"))


@pytest.mark.parametrize(
    ("header", "options", "said"),
    [
        ("a,b", CsvOptions("tristar", "t", "time"), "no column 'time': it has a, b"),
        ("time,a", CsvOptions("tristar", "t", "time"), "no column is imported"),
        ("time,a,a", CsvOptions("tristar", "t", "time", mapped=(("a", "p_out"),)), "2 columns named 'a'"),
        ("time,a", CsvOptions("tristar", "t", "time", mapped=(("a", "voltage"),)), "'voltage' is no metric of tristar"),
        ("time,a,b", CsvOptions("bms", "b", "time", mapped=(("a", "uptime"), ("b", "uptime"))), "two columns hold"),
        ("\n", CsvOptions("tristar", "t", "time"), "line 1 is empty"),
    ],
)
def test_a_header_that_does_not_fit_is_told_before_anything_is_stored(
    tmp_path: Path, header: str, options: CsvOptions, said: str
) -> None:
    path = written(tmp_path, header + "\n2026-10-01T00:00:00Z,1,1\n")
    with pytest.raises(DocumentError, match=said):
        rows_of(path, options)


def test_a_file_in_utf_16_and_an_unknown_encoding_are_named(tmp_path: Path) -> None:
    with pytest.raises(DocumentError, match="UTF-16"):
        rows_of(written(tmp_path, "time,a\n".encode("utf-16")), CsvOptions("sensor", "a/b", "time"))
    with pytest.raises(ConfigError, match="no encoding named 'x'"):
        rows_of(written(tmp_path, "time,a\n"), CsvOptions("sensor", "a/b", "time", encoding="x"))


def log_of(rows: int) -> str:
    lines = [f"{(START + timedelta(minutes=n)).isoformat()},{12 + n % 300 / 100}" for n in range(rows)]
    return "time,bat_voltage\n" + "\n".join(lines) + "\n"


CONTROLLER = CsvOptions("tristar", "tristar-1", "time")


def test_imported_twice_every_row_is_there_once_and_other_values_are_refused(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    path = written(tmp_path, log_of(25))
    assert imported(sessions, path, CONTROLLER).summary() == "25 stored, 0 repeated, 0 refused"
    assert imported(sessions, path, CONTROLLER).summary() == "0 stored, 25 repeated, 0 refused"
    path.write_text(log_of(25).replace(",12.03\n", ",12.99\n"), encoding="ascii")
    said: list[str] = []
    assert imported(sessions, path, CONTROLLER, said).summary() == "0 stored, 24 repeated, 1 refused"
    assert said[0].startswith("refused: line 5: conflict")


@pytest.mark.parametrize("batches", [1, 2])
def test_broken_off_and_run_again_it_goes_on_at_the_next_row(
    sessions: sessionmaker[Session], tmp_path: Path, batches: int
) -> None:
    path = written(tmp_path, log_of(25))
    shown: list[int] = []

    def interrupt(done: int, _total: int) -> None:
        shown.append(done)
        if len(shown) == batches:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(sessions, path, CONTROLLER, show=interrupt)
    with sessions() as session:
        assert all(job.finished_at is not None for job in queries.jobs(session))
    said: list[str] = []
    done = 10 * batches
    assert imported(sessions, path, CONTROLLER, said).summary() == f"{25 - done} stored, 0 repeated, 0 refused"
    assert said[0].startswith(f"going on where an earlier import was broken off, after line {done + 1} ")
    assert imported(sessions, path, CONTROLLER).summary() == "0 stored, 25 repeated, 0 refused"


def test_a_file_changed_before_the_place_it_stopped_at_is_imported_from_its_beginning(
    sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    path = written(tmp_path, log_of(25))

    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        imported(sessions, path, CONTROLLER, show=interrupt)
    path.write_text(log_of(25).replace("12.0\n", "12.00\n"), encoding="ascii")
    said: list[str] = []
    assert imported(sessions, path, CONTROLLER, said).summary() == "15 stored, 10 repeated, 0 refused"
    assert "starting anew" in said[0]


AUTUMN = ["00:30", "01:00", "01:30", "01:00", "01:30", "02:00"]


@pytest.mark.parametrize("batch", [1, 2, 3, 100])
def test_the_hour_a_clock_goes_through_twice_is_two_hours_also_when_broken_off(
    sessions: sessionmaker[Session], tmp_path: Path, batch: int
) -> None:
    lines = "".join(f"2025-11-02 {time},{number}\n" for number, time in enumerate(AUTUMN))
    path = written(tmp_path, f"when,lux\n{lines}")
    options = CsvOptions("sensor", "admin/VEML7700", "when", "America/Los_Angeles")

    def stop(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    for show in (stop, stop, stop, quiet):
        with suppress(KeyboardInterrupt):
            imported(sessions, path, options, show=show, batch=batch)
    with sessions() as session:
        device = queries.device(session, "admin/VEML7700").id
        frame = queries.samples(session, device, ["lux"], ALWAYS)
    assert frame["lux"].tolist() == [0, 1, 2, 3, 4, 5]
    assert [f"{at:%H:%M}" for at in frame.index] == ["07:30", "08:00", "08:30", "09:00", "09:30", "10:00"]


def test_a_time_with_its_offset_is_never_moved(tmp_path: Path) -> None:
    path = written(tmp_path, "when,lux\n2025-11-02T01:30:00-08:00,1\n2025-11-02T01:30:00-07:00,2\n")
    options = CsvOptions("sensor", "admin/VEML7700", "when", "America/Los_Angeles")
    times = [row.posted.recorded_at for row in rows_of(path, options) if isinstance(row, Row)]
    assert times == [datetime(2025, 11, 2, 9, 30, tzinfo=UTC), datetime(2025, 11, 2, 8, 30, tzinfo=UTC)]


def test_a_long_file_is_not_held_in_memory(tmp_path: Path) -> None:
    path = written(tmp_path, log_of(50_000))
    with path.open("rb") as file:
        source = CsvFile(file, path, CONTROLLER)
        tracemalloc.start()
        assert sum(isinstance(one, Row) for one in source.rows()) == 50_000
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < path.stat().st_size / 4


def test_a_device_that_cannot_take_the_documents_is_told_before_the_first_row(
    sessions: sessionmaker[Session],
) -> None:
    with sessions() as session:
        check_device(session, "sensor", "admin/VEML7700")
        check_device(session, "tristar_daily", "tristar-9")
        with pytest.raises(NotFoundError, match="no sensor 'admin/nothing'"):
            check_device(session, "sensor", "admin/nothing")
        with pytest.raises(DocumentError, match="is a sensor"):
            check_device(session, "bms", "admin/VEML7700")
        with pytest.raises(DocumentError, match="small letters"):
            check_device(session, "bms", "My Battery")


def test_the_place_of_a_metric_is_the_table_of_posted_documents() -> None:
    row = field_row("tristar", "bat_voltage")
    assert row is not None
    assert row.pointer == ("ADC data", "battery voltage")
