"""Every question asked of the store; pages, routes and exports ask nothing else.

No function commits, and the number of statements of each is bounded, whatever the window.  The answers are the same
before, during and after sealing.
"""

from data.queries.devices import (
    DeviceRow,
    JobRow,
    SeriesRow,
    device,
    devices,
    family_of,
    jobs,
    listed_metric,
    sensor_device,
    series,
)
from data.queries.documents import EVER, Latest, documents, latest, latest_all, nearest, newest_first
from data.queries.events import EVENT_KINDS, Event, events
from data.queries.newest import newest_values
from data.queries.span import span
from data.queries.windows.coverage import Coverage
from data.queries.windows.energy import Energy, energy
from data.queries.windows.measured import MOST_ROWS, Samples
from data.queries.windows.samples import (
    Buckets,
    Chart,
    bucket_arrays,
    buckets,
    chart,
    measured_between,
    sample_arrays,
    samples,
)
from data.queries.windows.spacing import cadence, spacing, spacings
from data.queries.windows.ticks import sensor_rows, ticks

__all__ = [
    "EVENT_KINDS",
    "EVER",
    "MOST_ROWS",
    "Buckets",
    "Chart",
    "Coverage",
    "DeviceRow",
    "Energy",
    "Event",
    "JobRow",
    "Latest",
    "Samples",
    "SeriesRow",
    "bucket_arrays",
    "buckets",
    "cadence",
    "chart",
    "device",
    "devices",
    "documents",
    "energy",
    "events",
    "family_of",
    "jobs",
    "latest",
    "latest_all",
    "listed_metric",
    "measured_between",
    "nearest",
    "newest_first",
    "newest_values",
    "sample_arrays",
    "samples",
    "sensor_device",
    "sensor_rows",
    "series",
    "spacing",
    "spacings",
    "span",
    "ticks",
]
