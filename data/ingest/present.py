"""The documents that are there already under given times, sealed or not."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from data.database.compiled import Statement, among, named, stored
from data.database.models import ENTRIES
from data.store import template_rows
from data.store.document_table import Row
from data.store.sealed import days

# Times asked for in one statement.
TIMES_AT_ONCE = 1_000

Key = tuple[int, int]  # the device, and the time of measurement in milliseconds


def texts(session: Session, family: str, keys: Iterable[Key]) -> dict[Key, str]:
    """The documents of that family under these keys; days.EXPIRED for a key of a day whose documents are gone."""
    by_device: dict[int, list[int]] = defaultdict(list)
    for device_id, at in sorted(keys):
        by_device[device_id].append(at)
    present: dict[Key, str] = {}
    for device_id, times in by_device.items():
        # Entries first: what a sealer moves meanwhile is then found in one of the two places.
        for row in _entries(session, family, device_id, times):
            present[(device_id, row.recorded_at)] = row.text
        rest = [at for at in times if (device_id, at) not in present]
        for at, text in days.texts(session, device_id, family, rest).items():
            present[(device_id, at)] = text
    return present


def _entries(session: Session, family: str, device_id: int, times: Sequence[int]) -> Iterator[Row]:
    for start in range(0, len(times), TIMES_AT_ONCE):
        some = times[start : start + TIMES_AT_ONCE]
        entries = list(_of_times(family, len(some)).rows(session, {"device": device_id, **named("t", some)}))
        templates = template_rows.texts(session, {number for _, number, _ in entries if number is not None})
        for recorded, number, body in entries:
            yield Row(recorded, 0, "", None if number is None else templates[number], body)


@lru_cache(maxsize=256)
def _of_times(family: str, number: int) -> Statement:
    """Time, template and body of the entries of `device` at `t0`, `t1` ..."""
    entry: Any = ENTRIES[family].__table__.c
    at = stored(entry.recorded_at)
    return Statement(
        select(at, entry.skeleton_id, entry.body).where(entry.device_id == bindparam("device"), among(at, "t", number))
    )
