"""Samples or buckets as plain arrays, and as text: columnar JSON, lines of CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from app.http.answers import harmless
from app.routes.routing import WRITING
from data.queries import Buckets, Samples

VALUE = "value"  # the measure of a sample as it was measured
CSV_ROWS = 5_000


@dataclass(frozen=True, slots=True)
class Columns:
    """Instants in milliseconds, and for each (metric, measure) an array of the same length."""

    at: Any
    names: tuple[tuple[str, str], ...]
    values: tuple[Any, ...]

    def by_metric(self) -> dict[str, dict[str, Any]]:
        """Metric -> measure -> array, for JSON; counts are whole numbers."""
        measures_of: dict[str, dict[str, Any]] = {}
        for (metric, measure), values in zip(self.names, self.values, strict=True):
            measures_of.setdefault(metric, {})[measure] = values.astype("int64") if measure == "count" else values
        return measures_of


def sample_columns(samples: Samples, metrics: Sequence[str]) -> Columns:
    """The samples of these metrics."""
    names = tuple((metric, VALUE) for metric in metrics)
    return Columns(samples.times, names, tuple(in_one_piece(samples.values[metric]) for metric in metrics))


def bucket_columns(buckets: Buckets, metrics: Sequence[str], measures: Sequence[str]) -> Columns:
    """These measures of the buckets, under the start of each."""
    names = tuple((metric, measure) for metric in metrics for measure in measures)
    values = tuple(in_one_piece(buckets.metrics[metric][measure]) for metric, measure in names)
    return Columns(in_one_piece(buckets.edges[:-1]), names, values)


def in_one_piece(values: Any) -> Any:
    """A contiguous array, which orjson needs."""
    return values if values.flags.c_contiguous else values.copy()


def instants_of(at: Any, times: str) -> Any:
    """The instants in milliseconds, or as datetimes that orjson writes as texts."""
    return at if times == "ms" else at.astype("datetime64[ms]")


def csv_head(names: Sequence[tuple[str, str]]) -> bytes:
    """The first line: `at`, then `metric`, or `metric.measure` of buckets."""
    line = io.StringIO()
    titles = [metric if measure == VALUE else f"{metric}.{measure}" for metric, measure in names]
    csv.writer(line, lineterminator="\n").writerow(["at", *(harmless(title) for title in titles)])
    return line.getvalue().encode()


def csv_lines(columns: Columns, times: str) -> Iterator[bytes]:
    """The rows as lines, some thousands at a time; an empty cell is a missing value."""
    for start in range(0, len(columns.at), CSV_ROWS):
        part = slice(start, start + CSV_ROWS)
        at = orjson.dumps(instants_of(columns.at[part], times), option=WRITING)[1:-1].replace(b'"', b"").split(b",")
        cells = [cells_of(values[part]) for values in columns.values]
        yield b"\n".join(map(b",".join, zip(at, *cells, strict=True))) + b"\n"


def cells_of(values: Any) -> list[bytes]:
    """The numbers of one column as texts, the shortest that read as the same number."""
    text = orjson.dumps(values, option=WRITING)
    return text[1:-1].replace(b"null", b"").replace(b".0,", b",").removesuffix(b".0").split(b",")
