"""/api/v1: a window of a device, as measured or in buckets; as JSON, CSV, lines of JSON or Parquet."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from flask import Response
from sqlalchemy.orm import Session

from app.api.columns import VALUE, Columns, bucket_columns, instants_of, sample_columns
from app.api.lookup import moment, readable, stored_span, units_of
from app.api.streaming import buckets_in_stretches, exported, samples_in_stretches
from app.audience import Audience
from app.routes import schemas
from app.routes.parameters import FROM, METRICS, TIMES, TO, TZ, Parameter, choice_schema, number_schema, seconds, whole
from app.routes.routing import JSON, TWENTY_MINUTES, Arguments, Body, Example, route, written
from app.services import parts
from data import queries
from data.errors import RangeError
from data.queries import DeviceRow
from data.queries.windows.buckets import DEFAULT_POINTS, MEASURES, SHORTEST_MONTH, Months, Width, width_for
from data.ranges import TimeRange

DEFAULT_MEASURES = ("mean", "min", "max")
# What one answer may hold in memory; whoever wants more takes longer buckets, or a format that is streamed.
MOST_VALUES = 2_000_000
# Ten years by the second: of more buckets than this nearly all are empty.
MOST_STREAMED = 320_000_000
# The store itself refuses windows of more documents than this many metrics may be asked of.
UNCOUNTED_METRICS = 3
LONGEST_INTERVAL = 366 * 86_400
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class Question:
    """The parameters of one request for a range."""

    device: DeviceRow
    window: TimeRange
    units: Mapping[str, str]
    interval: Width | None
    points: int | None
    measures: tuple[str, ...]
    zone: tzinfo
    times: str | None

    @property
    def metrics(self) -> Sequence[str]:
        """The requested metrics."""
        return tuple(self.units)

    @property
    def in_buckets(self) -> bool:
        """Whether buckets are requested, not samples."""
        return self.interval is not None or self.points is not None


def months(text: str, _zone: tzinfo) -> Months:
    """A width in months."""
    return Months(int(text))


RANGE = schemas.thing(
    device=schemas.DEVICE,
    **{"from": schemas.AT, "to": schemas.AT},
    width_seconds=schemas.maybe("integer", "The width of a bucket; null for samples as measured."),
    at=schemas.many(schemas.AT),
    units=schemas.by_metric(schemas.UNIT),
    metrics=schemas.by_metric(
        {
            "type": "object",
            "description": "`value` as measured, or the measures asked for; as many numbers as `at` has instants.",
            "additionalProperties": schemas.many(schemas.NUMBER),
        }
    ),
)


STRETCH = schemas.thing(
    "One line.",
    device=schemas.DEVICE,
    width_seconds=schemas.maybe("integer"),
    at=RANGE["properties"]["at"],
    metrics=RANGE["properties"]["metrics"],
)


@route(
    "/devices/<device>/range",
    "The samples of a window, or its buckets",
    Body(
        "The samples or buckets of the window.",
        {
            JSON: RANGE,
            "application/x-ndjson": STRETCH,
            "text/csv": schemas.of("string"),
            "application/vnd.apache.parquet": schemas.of("string"),
        },
    ),
    (
        Parameter("from", f"{FROM.description} The first measurement when left out.", FROM.schema, FROM.read),
        Parameter("to", f"{TO.description} The last measurement, included, when left out.", TO.schema, TO.read),
        METRICS,
        Parameter(
            "points",
            "The most buckets; their width is rounded up, and is in the answer.",
            number_schema(1, 200_000),
            whole,
        ),
        Parameter(
            "interval", "The exact width of the buckets in seconds.", number_schema(1, LONGEST_INTERVAL), seconds
        ),
        Parameter(
            "months",
            "The width of the buckets in months of the calendar of `tz`, in place of `interval`: 3 for quarters.",
            number_schema(1, 1_200),
            months,
        ),
        Parameter(
            "measures",
            "What to know of each bucket, between commas: mean, min, max, last, count; the first three when left out.",
            choice_schema(*MEASURES),
            listed=True,
        ),
        TZ,
        TIMES,
        Parameter(
            "format",
            "`json`; or streamed whatever its length: `csv`, `ndjson` (a stretch of the answer a line), `parquet`.",
            choice_schema("json", "csv", "ndjson", "parquet"),
            default="json",
        ),
    ),
    example=Example(
        """\
{"device": "tristar-1", "from": "2019-12-03T19:40:00Z", "to": "2019-12-03T20:00:00Z", "width_seconds": 600,
 "at": ["2019-12-03T19:40:00Z", "2019-12-03T19:50:00Z"],
 "units": {"bat_voltage": "V"},
 "metrics": {"bat_voltage": {"mean": [13.42, null], "min": [13.41, null], "max": [13.43, null]}}}""",
        f"metric=bat_voltage&{TWENTY_MINUTES}&interval=600&times=iso",
    ),
    audience=Audience.READERS,
)
def range_(arguments: Arguments) -> Response:
    """Samples as measured when neither `points`, `interval` nor `months` is given; a bucket without a sample is null.

    Instants are milliseconds, in CSV texts, unless `times` says otherwise. Days begin at midnight in `tz`, months with
    their first day; their `width_seconds` is null.
    """
    given = [name for name in ("points", "interval", "months") if arguments[name] is not None]
    if len(given) > 1:
        raise RangeError(f"{' and '.join(given)} were given together: give one")
    if arguments["measures"] and not given:
        raise RangeError("measures are of buckets: give points, interval or months as well")
    with parts().sessions() as session:
        device = readable(session, arguments["device"])
        question = Question(
            device,
            window_or_span(session, device, arguments["from"], arguments["to"]),
            units_of(session, device, arguments["metric"]),
            arguments["interval"] or arguments["months"],
            arguments["points"],
            arguments["measures"] or DEFAULT_MEASURES,
            arguments["tz"],
            arguments["times"],
        )
        if arguments["format"] == "json":
            return written(json_answer(question, *read(session, question)))
    if question.in_buckets:
        names = [(metric, measure) for metric in question.metrics for measure in question.measures]
        check_buckets(question, MOST_STREAMED)
        width = width_of(question)
        stretches = buckets_in_stretches(
            device.id, question.metrics, question.window, width, question.zone, question.measures
        )
        return exported(arguments["format"], device, question.times, names, stretches, seconds_of(width))
    names = [(metric, VALUE) for metric in question.metrics]
    stretches = samples_in_stretches(device.id, question.metrics, question.window)
    return exported(arguments["format"], device, question.times, names, stretches)


def window_or_span(
    session: Session, device: DeviceRow, start_at: datetime | None, end_at: datetime | None
) -> TimeRange:
    """The requested window; a missing end is the first or the last measurement."""
    if start_at is not None and end_at is not None:
        return TimeRange(start_at, end_at)
    span = stored_span(session, device)
    if span is None:
        at = start_at or end_at or datetime.now(UTC)
        return TimeRange(at, at)
    if start_at is not None:
        return TimeRange(start_at, max(start_at, span.end_at + MILLISECOND))
    if end_at is not None:
        return TimeRange(min(span.start_at, end_at), end_at)
    return TimeRange(span.start_at, span.end_at + MILLISECOND)


def read(session: Session, question: Question) -> tuple[Columns | None, int | None]:
    """The columns of the answer, None without data, and the width of the buckets in seconds.

    Raises RangeError when they are too many.
    """
    window, metrics, device_id = question.window, question.metrics, question.device.id
    if window.start_at == window.end_at or not metrics:
        return None, None
    if not question.in_buckets:
        check_rows(session, question)
        return sample_columns(queries.sample_arrays(session, device_id, metrics, window), metrics), None
    check_buckets(question, MOST_VALUES * 2 // (max(1, len(metrics)) * len(MEASURES)))
    measures = question.measures
    buckets = queries.bucket_arrays(
        session, device_id, metrics, window, question.interval, question.points, question.zone, measures
    )
    return bucket_columns(buckets, metrics, measures), seconds_of(buckets.width)


def seconds_of(width: Width) -> int | None:
    """The width in seconds; None for months, which have no one length."""
    return None if isinstance(width, Months) else int(width.total_seconds())


def check_buckets(question: Question, most: int) -> None:
    """Raise RangeError when more buckets are requested."""
    number = question.points or math.ceil(question.window.seconds / shortest(question.interval).total_seconds())
    if number > most:
        raise RangeError(
            f"about {number:,} buckets of {len(question.metrics)} metrics were asked for: take a longer interval, "
            "a shorter window or fewer metrics"
        )


def width_of(question: Question) -> Width:
    """The width of the buckets."""
    if question.interval is not None:
        return question.interval
    return width_for(question.window, question.points or DEFAULT_POINTS, question.zone)


def shortest(width: Width | None) -> timedelta:
    """The shortest duration of a bucket of that width."""
    if isinstance(width, Months):
        return width.number * SHORTEST_MONTH
    return width or MILLISECOND


def check_rows(session: Session, question: Question) -> None:
    """Raise RangeError when the samples of many metrics would not fit in an answer."""
    if len(question.metrics) <= UNCOUNTED_METRICS:
        return
    rows = len(queries.sample_arrays(session, question.device.id, question.metrics[:1], question.window).times)
    if rows * len(question.metrics) > MOST_VALUES:
        raise RangeError(
            f"{rows:,} samples of {len(question.metrics)} metrics were asked for: take points, fewer metrics, "
            "a shorter window, or format=csv, ndjson or parquet, which are streamed"
        )


def json_answer(question: Question, columns: Columns | None, width: int | None) -> dict[str, Any]:
    """The whole answer, its columns as arrays."""
    measures = question.measures if question.in_buckets else (VALUE,)
    nothing: dict[str, list[float]] = {measure: [] for measure in measures}
    return {
        "device": question.device.slug,
        "from": moment(question.window.start_at, question.times),
        "to": moment(question.window.end_at, question.times),
        "width_seconds": width,
        "at": [] if columns is None else instants_of(columns.at, question.times or "ms"),
        "units": question.units,
        "metrics": dict.fromkeys(question.metrics, nothing) if columns is None else columns.by_metric(),
    }
