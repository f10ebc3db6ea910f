"""/api/v1: windows as measured and in buckets, in every format."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest
from flask.testing import FlaskClient

from app.api import streaming
from app.services import parts_of
from data import queries
from data.errors import RangeError
from data.ranges import TimeRange, to_milliseconds
from tests.app.v1 import SENSOR, address, at, got, lux, ms, put, refused
from tests.builders import line, statements_of

LIGHT = f"/devices/{SENSOR}"
RANGE = f"{LIGHT}/range"


def exported(client: FlaskClient, form: str, **query: Any) -> bytes:
    """The body of a streamed answer."""
    answer = client.get(address(RANGE, {"format": form, **{name.rstrip("_"): one for name, one in query.items()}}))
    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert answer.headers["Content-Disposition"] == f'attachment; filename="admin-VEML7700.{form}"'
    return answer.get_data()


def rows_of(body: bytes) -> list[list[str]]:
    """The cells of a CSV text."""
    return list(csv.reader(io.StringIO(body.decode())))


# JSON


def test_samples_are_columns_with_null_where_nothing_was_measured(client: FlaskClient) -> None:
    put(client, [lux(1.5), lux(2, {"uv": 7}, minutes=1), line({"uv": 8}, "sensor", SENSOR, at(minutes=2))])
    assert got(client, RANGE, metric=["lux", "uv"]) == {
        "device": SENSOR,
        "from": ms(),
        "to": ms(minutes=2) + 1,
        "width_seconds": None,
        "at": [ms(), ms(minutes=1), ms(minutes=2)],
        "units": {"lux": "", "uv": ""},
        "metrics": {"lux": {"value": [1.5, 2, None]}, "uv": {"value": [None, 7, 8]}},
    }


def test_months_begin_on_their_first_in_the_zone_whatever_the_clocks_do(client: FlaskClient) -> None:
    first = datetime(2026, 3, 1, 8, tzinfo=UTC)  # midnight in Los Angeles; the clocks change on the eighth
    times = [first - timedelta(seconds=1), first, first + timedelta(days=31, hours=-2), first + timedelta(days=31)]
    put(client, [line({"lux": n}, "sensor", SENSOR, one) for n, one in enumerate(times)])
    asked = {"metric": "lux", "measures": "count,last", "tz": "America/Los_Angeles", "times": "iso"}
    found = got(client, RANGE, months=1, **asked)
    assert found["at"] == ["2026-02-01T08:00:00Z", "2026-03-01T08:00:00Z", "2026-04-01T07:00:00Z"]
    assert (found["width_seconds"], found["metrics"]["lux"]["count"]) == (None, [1, 2, 1])
    assert got(client, RANGE, months=3, **asked)["metrics"]["lux"] == {"count": [3, 1], "last": [2, 3]}
    assert rows_of(exported(client, "csv", months=3, **asked))[1] == ["2026-01-01T08:00:00Z", "3", "2"]
    assert "points and months were given together" in refused(client, RANGE, months=1, points=5)


def test_a_window_holds_its_start_and_not_its_end(client: FlaskClient) -> None:
    put(client, [lux(n, minutes=n) for n in range(5)])
    found = got(client, RANGE, from_=ms(minutes=1), to=ms(minutes=3))
    assert found["metrics"]["lux"]["value"] == [1, 2]


def test_all_metrics_are_answered_when_none_is_named(client: FlaskClient) -> None:
    put(client, [lux(1, {"uv": 2, "ir": 3})])
    assert set(got(client, RANGE)["metrics"]) == {"lux", "uv", "ir"}


def test_instants_are_texts_when_asked(client: FlaskClient) -> None:
    put(client, [lux(1), lux(2, milliseconds=1500)])
    found = got(client, RANGE, times="iso", from_=ms(), to=ms(minutes=1))
    assert (found["from"], found["to"]) == ("2019-12-03T19:40:00Z", "2019-12-03T19:41:00Z")
    assert found["at"] == ["2019-12-03T19:40:00Z", "2019-12-03T19:40:01.500000Z"]


def test_buckets_have_the_measures_asked_for_and_null_in_a_gap(client: FlaskClient) -> None:
    put(client, [lux(n, minutes=n) for n in (0, 1, 2, 25)])
    found = got(client, RANGE, from_=ms(), to=ms(minutes=30), interval=600, measures="mean,min,max,last,count")
    assert found["width_seconds"] == 600
    assert found["at"] == [ms(), ms(minutes=10), ms(minutes=20)]
    assert found["metrics"]["lux"] == {
        "mean": [1, None, 25],
        "min": [0, None, 25],
        "max": [2, None, 25],
        "last": [2, None, 25],
        "count": [3, 0, 1],
    }
    assert '"count":[3,0,1]' in client.get(
        address(RANGE, {"from": ms(), "to": ms(minutes=30), "interval": 600, "measures": "count"})
    ).get_data(as_text=True)


def test_points_answer_with_the_width_that_was_taken(client: FlaskClient) -> None:
    put(client, [lux(n, minutes=n) for n in range(100)])
    found = got(client, RANGE, points=10, measures="count")
    width = found["width_seconds"]
    assert width >= 594
    assert {later - earlier for earlier, later in zip(found["at"], found["at"][1:], strict=False)} == {width * 1000}
    assert sum(found["metrics"]["lux"]["count"]) == 100


def test_days_begin_at_midnight_of_the_zone_also_when_they_have_23_hours(client: FlaskClient) -> None:
    spring = datetime(2020, 3, 7, 20, tzinfo=UTC)
    put(client, [line({"lux": n}, "sensor", SENSOR, spring + timedelta(hours=n)) for n in range(72)])
    found = got(client, RANGE, interval=86_400, tz="America/Los_Angeles", measures="count", times="iso")
    assert found["at"] == [f"2020-03-{day:02}T{hour:02}:00:00Z" for day, hour in ((7, 8), (8, 8), (9, 7), (10, 7))]
    assert found["metrics"]["lux"]["count"] == [12, 23, 24, 13]
    assert found["width_seconds"] == 86_400


def test_a_device_without_documents_answers_with_empty_columns(client: FlaskClient) -> None:
    for query in ({}, {"points": 5}, {"interval": 60}, {"from_": ms(), "to": ms(hours=1)}):
        found = got(client, RANGE, **query)
        assert (found["at"], found["metrics"]) == ([], {})
    put(client, [lux(1)])
    found = got(client, RANGE, from_=ms(hours=2), to=ms(hours=2), points=3, measures="mean")
    assert (found["at"], found["metrics"], found["width_seconds"]) == ([], {"lux": {"mean": []}}, None)
    assert got(client, RANGE, from_=ms(hours=2))["metrics"] == {"lux": {"value": []}}
    assert got(client, RANGE, to=ms(hours=-2))["metrics"] == {"lux": {"value": []}}


def test_an_answer_that_would_not_fit_is_400_and_names_the_way_out(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.api.range.MOST_VALUES", 30)
    put(client, [lux(n, {"a": 1, "b": 2, "c": 3}, minutes=n) for n in range(10)])
    assert "format=csv" in refused(client, RANGE)
    assert "take a longer interval" in refused(client, RANGE, interval=60)
    assert len(rows_of(exported(client, "csv"))) == 11


# CSV


def test_csv_has_a_line_of_titles_and_a_line_for_each_instant(client: FlaskClient) -> None:
    put(client, [lux(1.25, {"uv": 7}), lux(-2, minutes=1), lux(1e-7, {"uv": 30.0}, minutes=2)])
    assert exported(client, "csv", metric=["lux", "uv"]).decode() == (
        "at,lux,uv\n2019-12-03T19:40:00Z,1.25,7\n2019-12-03T19:41:00Z,-2,\n2019-12-03T19:42:00Z,1e-7,30\n"
    )


def test_csv_of_buckets_names_the_measures(client: FlaskClient) -> None:
    put(client, [lux(n, minutes=n) for n in range(4)])
    body = exported(client, "csv", interval=120, measures="mean,count", times="ms")
    assert body.decode() == f"at,lux.mean,lux.count\n{ms()},0.5,2\n{ms(minutes=2)},2.5,2\n"


def test_no_title_is_a_formula_to_a_spreadsheet(client: FlaskClient) -> None:
    names = ["=1+1", "+1", "-1", "@x", 'a,"b']
    put(client, [line(dict.fromkeys(names, 1), "sensor", SENSOR)])
    [head, cells] = rows_of(exported(client, "csv"))
    assert sorted(head[1:]) == sorted(["'=1+1", "'+1", "'-1", "'@x", 'a,"b'])
    assert cells[1:] == ["1"] * 5


# Every streamed format, of histories longer than one stretch


FORMATS = ("csv", "ndjson", "parquet")


def read_back(form: str, body: bytes, folder: Path) -> list[tuple[int, float | None]]:
    """(milliseconds, lux) of each row in an export with times=ms and the one metric lux."""
    if form == "csv":
        return [(int(when), float(value) if value else None) for when, value in rows_of(body)[1:]]
    if form == "ndjson":
        found = [json.loads(one) for one in body.splitlines()]
        return [row for one in found for row in zip(one["at"], one["metrics"]["lux"]["value"], strict=True)]
    path = folder / "export.parquet"
    path.write_bytes(body)
    with duckdb.connect() as connection:
        return connection.execute(f"select epoch_ms(\"at\"), lux from read_parquet('{path}')").fetchall()


@pytest.mark.parametrize("form", FORMATS)
def test_a_whole_history_with_gaps_comes_out_in_order_and_once(
    client: FlaskClient, tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MOST_ROWS", 100)
    times = [at(minutes=7 * n) for n in range(600)] + [at(days=400, seconds=n) for n in range(500)] + [at(days=900)]
    put(client, (line({"lux": n}, "sensor", SENSOR, when) for n, when in enumerate(times)))
    expected = [(to_milliseconds(when), float(n)) for n, when in enumerate(times)]
    assert read_back(form, exported(client, form, times="ms"), tmp_path) == expected
    window = {"from_": ms(days=1), "to": ms(days=400, seconds=60), "metric": "lux", "times": "ms"}
    inside = [row for row in expected if window["from_"] <= row[0] < window["to"]]
    assert read_back(form, exported(client, form, **window), tmp_path) == inside


@pytest.mark.parametrize("form", FORMATS)
def test_an_export_of_nothing_is_empty(client: FlaskClient, tmp_path: Path, form: str) -> None:
    put(client, [lux(1)])
    assert read_back(form, exported(client, form, from_=ms(days=5), times="ms"), tmp_path) == []


@pytest.mark.parametrize("form", FORMATS)
def test_an_unknown_device_is_404_in_json_also_as_an_export(client: FlaskClient, form: str) -> None:
    assert "no device" in refused(client, "/devices/nobody/range", 404, format=form)


def test_a_stretch_too_full_for_the_store_is_read_in_shorter_ones(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.queries.windows.measured.MOST_ROWS", 50)
    put(client, [lux(n, minutes=n) for n in range(500)])
    with parts_of(client.application).sessions() as session, pytest.raises(RangeError):
        queries.sample_arrays(session, queries.device(session, SENSOR).id, ["lux"], TimeRange(at(), at(days=1)))
    assert [int(row[1]) for row in rows_of(exported(client, "csv"))[1:]] == list(range(500))


def test_a_stretch_is_read_when_the_one_before_it_was_sent(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(client, [lux(n, days=20 * n) for n in range(10)])
    with statements_of(parts_of(client.application).engine) as asked:
        answer = client.get(address(RANGE, {"format": "csv"}), buffered=False)
        pieces = answer.iter_encoded()
        next(pieces)
        before = len(asked)
        list(pieces)
    assert len(asked) > before + 5


WIDTHS = ({"interval": 7 * 3600}, {"interval": 86_400}, {"interval": 2 * 86_400}, {"months": 1}, {"points": 333})


@pytest.mark.parametrize("form", FORMATS[:2])
@pytest.mark.parametrize("width", WIDTHS, ids=str)
def test_buckets_come_out_in_stretches_as_they_do_at_once(
    client: FlaskClient, form: str, width: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "MOST_ROWS", 9)
    put(client, [lux(n, minutes=137 * n) for n in range(1000)])  # over the change of the clocks
    asked = {**width, "metric": "lux", "tz": "America/Los_Angeles", "times": "ms"}
    whole = got(client, RANGE, measures="last", **asked)
    body = exported(client, form, measures="last", **asked)
    if form == "csv":
        found = [(int(when), float(value) if value else None) for when, value in rows_of(body)[1:]]
    else:
        lines = [json.loads(one) for one in body.splitlines()]
        assert {one["width_seconds"] for one in lines} == {whole["width_seconds"]}
        found = [row for one in lines for row in zip(one["at"], one["metrics"]["lux"]["last"], strict=True)]
    assert found == list(zip(whole["at"], whole["metrics"]["lux"]["last"], strict=True))


def test_an_export_has_as_many_buckets_as_its_window(client: FlaskClient) -> None:
    put(client, [lux(1), lux(2, days=2000)])
    assert "200,000 buckets" in refused(client, RANGE, interval=600, measures="last")
    rows = rows_of(exported(client, "csv", interval=600, measures="last"))
    assert len(rows) == 1 + 2000 * 144 + 1
    assert [row[1] for row in rows if row[1]] == ["lux.last", "1", "2"]
