"""The newest value of each metric of a device, with the time at which it was measured."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from data.catalogue import ALIASES
from data.queries.devices import DeviceRow
from data.queries.documents import Latest
from data.queries.windows.samples import samples
from data.ranges import TimeRange

# A device may not send every metric in every document: so far back the last value of the others is looked for.
LOOK_BACK = timedelta(days=1)


def newest_values(
    session: Session, device: DeviceRow, metrics: Iterable[str], newest: Sequence[Latest]
) -> dict[str, tuple[float, datetime]]:
    """Metric -> (value, time of measurement), from the newest documents, else from the day before them."""
    values: dict[str, tuple[float, datetime]] = {}
    missing = []
    latest_first = sorted(newest, key=lambda latest: latest.recorded_at, reverse=True)
    for metric in metrics:
        stored = ALIASES.get(metric, metric)
        holder = next((latest for latest in latest_first if stored in latest.readings), None)
        if holder is None:
            missing.append(metric)
        else:
            values[metric] = (holder.readings[stored], holder.recorded_at)
    if missing and newest:
        end_at = latest_first[0].recorded_at
        frame = samples(session, device.id, missing, TimeRange(end_at - LOOK_BACK, end_at))
        for metric in missing:
            present = frame[metric].dropna()
            if len(present):
                values[metric] = (float(present.iloc[-1]), present.index[-1].to_pydatetime())
    return values
