"""The documents of the general family: each key is a metric of the catalogue, in the catalogue's unit."""

from __future__ import annotations

import re
from functools import lru_cache

from data import catalogue
from data.errors import NotFoundError
from data.folding import fold

_METRICS = {fold(metric.key): metric.key for metric in catalogue.METRICS} | {
    fold(old): key for old, key in catalogue.ALIASES.items()
}


@lru_cache(maxsize=4096)
def metric_named(key: str) -> str | None:
    """The metric that a key of a general document names, of a further cell too; None for a series of its own."""
    name = fold(key)
    if name in _METRICS:
        return _METRICS[name]
    number = re.match(r"cell([1-9][0-9]{0,2})[a-z]", name)
    first = _METRICS.get(f"cell1{name[number.end(1) :]}") if number else None
    if number is None or first is None:
        return None
    try:
        return catalogue.metric(first.replace("1", number[1], 1)).key
    except NotFoundError:
        return None
