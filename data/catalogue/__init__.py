"""Every metric once: its key, unit, limits and words.  The rows are in `metrics.tsv`, the codes in `codes.tsv`.

Standard library only: the collector reads it too.  A key is the api_parameter that readers of the first site know.
The order of the rows is that of the forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from data.catalogue.definitions import COLUMNS, Aggregate, Metric, metric_row
from data.catalogue.tables import beside, read_table
from data.errors import NotFoundError

__all__ = [
    "ALIASES",
    "CELL_METRICS",
    "FORM_CHOICES",
    "METRICS",
    "MOST_CELLS",
    "Aggregate",
    "Metric",
    "metric",
    "metrics",
]

PATH = beside(__file__, "metrics.tsv")
CELLS = 8  # listed
MOST_CELLS = 256  # decoded
OF_A_CELL = "cell_{}_"

_ROWS = read_table(PATH, COLUMNS, metric_row)
# The metrics of single cells, with a place for the cell's number in key and label.
CELL_METRICS = tuple(row for row in _ROWS if row.key.startswith(OF_A_CELL))


def _listed() -> Iterator[Metric]:
    for row in _ROWS:
        if row in CELL_METRICS:
            yield from (row.of_cell(number) for number in range(1, CELLS + 1))
        else:
            yield row


METRICS = tuple(_listed())
_BY_KEY = {metric.key: metric for metric in METRICS}
# A key that is still answered -> the key whose value it gives.
ALIASES: Mapping[str, str] = {"a_current": "total_current"}
FORM_CHOICES: Mapping[str, tuple[str, ...]] = {
    "bms": tuple(metric.key for metric in METRICS if metric.family == "bms"),
    "tristar": tuple(metric.key for metric in METRICS if metric.family in ("tristar", "tristar_daily")),
}


def metric(key: str) -> Metric:
    """The metric of that key, of a cell beyond the listed ones too.  Raises NotFoundError."""
    listed = _BY_KEY.get(key) or _further_cell(key)
    if listed is None:
        raise NotFoundError(f"no metric named {key!r}")
    return listed


@lru_cache(maxsize=1024)
def _further_cell(key: str) -> Metric | None:
    cell = re.fullmatch(r"cell_([1-9][0-9]{0,2})_[a-z_]+", key)
    if cell is None or int(cell[1]) > MOST_CELLS:
        return None
    return next((row.of_cell(int(cell[1])) for row in CELL_METRICS if row.key.format(cell[1]) == key), None)


def metrics(family: str) -> tuple[Metric, ...]:
    """The metrics of that family in the order of the forms."""
    return tuple(metric for metric in METRICS if metric.family == family)
