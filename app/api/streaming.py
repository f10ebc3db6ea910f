"""Streamed answers: a whole history is sent in time ranges, of which one at a time is in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, time, timedelta, tzinfo
from itertools import chain

import orjson
from flask import Response
from sqlalchemy.orm import Session, sessionmaker

from app.api.columns import VALUE, Columns, bucket_columns, csv_head, csv_lines, instants_of, sample_columns
from app.http.answers import attachment, file_name
from app.routes.routing import WRITING
from app.services import parts
from data import queries
from data.errors import RangeError
from data.queries import DeviceRow
from data.queries.parquet import parquet
from data.queries.windows.buckets import SHORTEST_MONTH, Edges, Months, Width, edges_in_runs
from data.ranges import TimeRange, from_milliseconds

DAY = timedelta(days=1)
# Days are how history is kept, so a stretch is whole days unless these are very full.
LONGEST_STRETCH, SHORTEST_STRETCH = timedelta(days=16), timedelta(minutes=1)
LONGEST_OF_BUCKETS = timedelta(days=64)
MOST_ROWS, MOST_VALUES = 100_000, 1_500_000
TYPES = {
    "csv": ("text/csv", "csv"),
    "ndjson": ("application/x-ndjson", "ndjson"),
    "parquet": ("application/vnd.apache.parquet", "parquet"),
}
Names = Sequence[tuple[str, str]]


def exported(
    form: str,
    device: DeviceRow,
    times: str | None,
    names: Names,
    parts_of_it: Iterator[Columns],
    width: int | None = None,
) -> Response:
    """The streamed answer in that format."""
    # The first stretch is read here, so that what goes wrong with it is answered as any error.
    first = next(parts_of_it, None)
    stretches = chain([first], parts_of_it) if first is not None else iter(())
    makers: dict[str, Callable[[], Iterator[bytes]]] = {
        "csv": lambda: csv_text(names, stretches, times or "iso"),
        "ndjson": lambda: ndjson_text(device, stretches, times or "ms", width),
        "parquet": lambda: parquet_bytes(names, stretches),
    }
    mimetype, ending = TYPES[form]
    response = Response(makers[form](), mimetype=mimetype)
    response.headers["Content-Disposition"] = attachment(f"{file_name(device.slug)}.{ending}")
    return response


def csv_text(names: Names, stretches: Iterable[Columns], times: str) -> Iterator[bytes]:
    """CSV: a line of column names, then a line for each instant."""
    yield csv_head(names)
    for columns in stretches:
        yield from csv_lines(columns, times)


def ndjson_text(device: DeviceRow, stretches: Iterable[Columns], times: str, width: int | None) -> Iterator[bytes]:
    """NDJSON: a line for each time range, in the shape of a range."""
    for columns in stretches:
        line = {
            "device": device.slug,
            "width_seconds": width,
            "at": instants_of(columns.at, times),
            "metrics": columns.by_metric(),
        }
        yield orjson.dumps(line, option=WRITING | orjson.OPT_APPEND_NEWLINE)


def parquet_bytes(names: Names, stretches: Iterable[Columns]) -> Iterator[bytes]:
    """A Parquet file with a row group for each time range."""
    titles = [metric if measure == VALUE else f"{metric}.{measure}" for metric, measure in names]
    return parquet(titles, ((columns.at, columns.values) for columns in stretches))


def samples_in_stretches(device_id: int, metrics: Sequence[str], window: TimeRange) -> Iterator[Columns]:
    """The samples of the window, one time range after the other, each read in its own session."""
    return read_stretches(parts().sessions, device_id, metrics, window)


def read_stretches(
    sessions: sessionmaker[Session], device_id: int, metrics: Sequence[str], window: TimeRange
) -> Iterator[Columns]:
    """The samples of the window; the time ranges get shorter where samples are dense, longer where they are few."""
    start_at, length = window.start_at, DAY
    while start_at < window.end_at:
        end_at = min(end_of_stretch(start_at, length), window.end_at)
        try:
            with sessions() as session:
                samples = queries.sample_arrays(session, device_id, metrics, TimeRange(start_at, end_at))
        except RangeError:
            if length <= SHORTEST_STRETCH:
                raise
            length /= 2
            continue
        rows = len(samples.times)
        if rows:
            yield sample_columns(samples, metrics)
        if rows > MOST_ROWS or rows * len(metrics) > MOST_VALUES:
            length = max(length / 2, SHORTEST_STRETCH)
        elif rows * 2 <= MOST_ROWS and rows * len(metrics) * 2 <= MOST_VALUES:
            length = min(length * 2, LONGEST_STRETCH)
        start_at = end_at


def buckets_in_stretches(
    device_id: int, metrics: Sequence[str], window: TimeRange, width: Width, zone: tzinfo, measures: Sequence[str]
) -> Iterator[Columns]:
    """The buckets of the window, one time range after the other, each read in its own session."""
    if window.start_at == window.end_at or not metrics:
        return iter(())
    longest = width.number * SHORTEST_MONTH if isinstance(width, Months) else width
    values = len(metrics) * len(measures)
    most = max(1, min(MOST_ROWS, MOST_VALUES // values, LONGEST_OF_BUCKETS // longest))
    runs = edges_in_runs(window, width, zone, most)
    return read_buckets(parts().sessions, device_id, metrics, window, width, runs, measures)


def read_buckets(
    sessions: sessionmaker[Session],
    device_id: int,
    metrics: Sequence[str],
    window: TimeRange,
    width: Width,
    runs: Iterable[Edges],
    measures: Sequence[str],
) -> Iterator[Columns]:
    """The buckets between the edges of each run."""
    for edges in runs:
        start_at = max(window.start_at, from_milliseconds(int(edges[0])))
        end_at = min(window.end_at, from_milliseconds(int(edges[-1])))
        with sessions() as session:
            metrics_of_run = queries.measured_between(
                session, device_id, metrics, TimeRange(start_at, end_at), edges, measures
            )
        yield bucket_columns(queries.Buckets(edges, width, metrics_of_run), metrics, measures)


def end_of_stretch(start_at: datetime, length: timedelta) -> datetime:
    """The end of a time range of about that length: a midnight (UTC) when it is a day or longer."""
    if length < DAY:
        return start_at + length
    return datetime.combine((start_at + length).date(), time(), UTC)
