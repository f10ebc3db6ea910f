"""Parquet as another program reads it: nothing here is read back by what wrote it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from data.queries.parquet import parquet, varint, zigzag

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NAN = float("nan")
FLOATS = some.one_of(some.floats(allow_nan=False), some.just(NAN))
Groups = list[list[tuple[int, float, float]]]


def groups_of(rows: Groups) -> list[tuple[Any, list[Any]]]:
    """The rows of each group as arrays."""
    return [
        (
            np.asarray([row[0] for row in group], dtype="int64"),
            [np.asarray([row[number] for row in group], dtype="float64") for number in (1, 2)],
        )
        for group in rows
    ]


def read_back(folder: Path, content: bytes) -> list[tuple[Any, ...]]:
    """The rows that DuckDB finds in the file; instants in milliseconds."""
    path = folder / "found.parquet"
    path.write_bytes(content)
    with duckdb.connect() as connection:
        return connection.execute(f'select epoch_ms("at"), * exclude ("at") from read_parquet(\'{path}\')').fetchall()


def as_read(rows: Groups) -> list[tuple[Any, ...]]:
    """What should be found: missing values are null."""
    return [(at, *(None if value != value else value for value in values)) for group in rows for at, *values in group]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    some.lists(some.lists(some.tuples(some.integers(0, 4_000_000_000_000), FLOATS, FLOATS), max_size=40), max_size=20)
)
def test_another_program_reads_the_same_rows(tmp_path: Path, rows: Groups) -> None:
    assert read_back(tmp_path, b"".join(parquet(["a", "b"], groups_of(rows)))) == as_read(rows)


def test_a_long_group_is_read_whole(tmp_path: Path) -> None:
    rows = [[(1_575_402_000_000 + 10_000 * n, n / 100, NAN if n % 3 else n) for n in range(100_000)]]
    content = b"".join(parquet(["a", "b"], groups_of(rows)))
    assert read_back(tmp_path, content) == as_read(rows)
    assert len(content) < 100_000 * 12


def test_the_columns_have_their_names_and_types(tmp_path: Path) -> None:
    names = ["=1+1", "température", "g/x y"]
    path = tmp_path / "named.parquet"
    path.write_bytes(b"".join(parquet(names, [(np.asarray([0]), [np.asarray([1.5])] * 3)])))
    with duckdb.connect() as connection:
        described = connection.execute(f"describe select * from read_parquet('{path}')").fetchall()
        [row] = connection.execute(f"select * from read_parquet('{path}')").fetchall()
    assert [(name, kind) for name, kind, *_ in described] == [
        ("at", "TIMESTAMP WITH TIME ZONE"),
        *((name, "DOUBLE") for name in names),
    ]
    assert row[1:] == (1.5, 1.5, 1.5)


def test_a_file_without_rows_has_its_columns(tmp_path: Path) -> None:
    assert read_back(tmp_path, b"".join(parquet(["a"], []))) == []


def test_it_is_made_as_the_groups_come() -> None:
    asked = []

    def groups() -> Any:
        for number in range(3):
            asked.append(number)
            yield np.asarray([number]), [np.asarray([1.0])]

    pieces = parquet(["a"], groups())
    assert next(pieces) == b"PAR1"
    assert asked == []
    next(pieces)
    assert asked == [0]


def test_numbers_are_written_as_thrift_has_them() -> None:
    assert [varint(number) for number in (0, 127, 128, 300)] == [b"\0", b"\x7f", b"\x80\x01", b"\xac\x02"]
    assert [zigzag(number) for number in (0, -1, 1, -2, 64)] == [b"\0", b"\x01", b"\x02", b"\x03", b"\x80\x01"]


def test_an_instant_is_read_as_one_of_utc(tmp_path: Path) -> None:
    at = datetime(2026, 11, 24, 8, 0, 0, 123_000, tzinfo=UTC)
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    [(found, _)] = read_back(tmp_path, b"".join(parquet(["a"], [(np.asarray([milliseconds]), [np.asarray([1.0])])])))
    assert found == milliseconds
