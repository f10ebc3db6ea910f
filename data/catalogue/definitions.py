"""What is said of a metric, and how a row of `metrics.tsv` says it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from data.catalogue.codes import CodeTable, table


class Aggregate(Enum):
    """How samples of a metric are joined into one value for a time range."""

    MEAN = "mean"
    LAST = "last"
    COUNTER = "counter"  # rises, and falls only when it is reset


SCREEN_UNITS = {"degC": "°C"}
# Unit and the unit of screens, where that is another size -> what turns a value into it.
SCREEN_FACTORS = {("C", "Ah"): 1 / 3600}
COLUMNS = (
    "family",
    "key",
    "label",
    "unit",
    "screen_unit",
    "quantity",
    "low",
    "high",
    "decimals",
    "aggregate",
    "codes",
    "explanation",
)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric.  `low` and `high` bound what can be measured; `screen_factor` turns `unit` into `screen_unit`."""

    key: str
    label: str
    unit: str
    family: str
    quantity: str
    low: float
    high: float
    decimals: int
    explanation: str
    aggregate: Aggregate = Aggregate.MEAN
    screen_unit: str = ""
    codes: CodeTable | None = None

    def __post_init__(self) -> None:
        if not self.screen_unit:
            object.__setattr__(self, "screen_unit", SCREEN_UNITS.get(self.unit, self.unit))

    @property
    def is_listed(self) -> bool:
        """Whether the catalogue explains it; else it is a number of a device's own."""
        return bool(self.explanation)

    @property
    def screen_factor(self) -> float:
        """What a value is multiplied by to be in `screen_unit`."""
        return SCREEN_FACTORS.get((self.unit, self.screen_unit), 1.0)

    def of_cell(self, number: int) -> Metric:
        """The metric of that cell, where this one is of any: a key and a label with a place for the number."""
        return replace(self, key=self.key.format(number), label=self.label.format(number))


def metric_row(
    family: str,
    key: str,
    label: str,
    unit: str,
    screen_unit: str,
    quantity: str,
    low: str,
    high: str,
    decimals: str,
    aggregate: str,
    codes: str,
    explanation: str,
) -> Metric:
    """The metric of one row.  Raises ValueError that says what is wrong with it."""
    for column, cell in (("family", family), ("key", key), ("label", label), ("explanation", explanation)):
        if not cell:
            raise ValueError(f"{key or 'a metric'} has no {column}")
    if screen_unit and (unit, screen_unit) not in SCREEN_FACTORS:
        raise ValueError(f"{key}: what turns {unit!r} into {screen_unit!r} is not in SCREEN_FACTORS")
    metric = Metric(
        key,
        label,
        unit,
        family,
        quantity,
        _number(low),
        _number(high),
        int(decimals),
        explanation,
        Aggregate(aggregate),
        screen_unit,
        table(codes) if codes else None,
    )
    if not metric.low < metric.high:
        raise ValueError(f"{key}: low is {low} and high is {high}; low must be below high")
    return metric


def _number(text: str) -> float:
    return int(text) if text.lstrip("-").isdecimal() else float(text)
