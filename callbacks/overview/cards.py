"""The parts of the overview: five numbers, the warnings, and the table of all that was last measured."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from dash import dcc, html

from callbacks.common import formatting
from callbacks.common.condition import Condition, Source
from callbacks.common.context import device_name, device_page
from callbacks.common.site_warnings import warnings
from data import catalogue, queries
from data.families import FAMILIES, Family
from data.queries import Energy, Latest
from pages.components import age, notice, quantity, table

SEEN_WHOLE = 0.995
FIRST_VALUES = 3
CELL = re.compile(r"cell_(\d+)_(\w+)")
CELL_COLUMNS = {"voltage": "Voltage", "temperature": "Cell", "m_temperature": "Module", "b_rate": "Balancing"}


def notices(state: Condition) -> list[Any]:
    """The warnings as notices."""
    return [notice(warning.kind, warning.prefix, warning.text) for warning in warnings(state)]


def sub(state: Condition) -> list[Any]:
    """Who was heard, and when."""
    parts: list[Any] = []
    for source in state.sources:
        parts += [html.Span([f"{formatting.capitalised(source.name)} ", _age(source)], className="arb-heard")]
    return parts


def cards(state: Condition, today: Sequence[Energy]) -> list[Any]:
    """Power in, power out, state of charge, voltage, today's energy."""
    return [_power_in(state), _power_out(state), _charge(state), _voltage(state), _energy(state, today)]


def _power_in(state: Condition) -> html.Div:
    each = []
    for source in state.strings:
        watts = None if source.silent else source.reading("p_out")
        text = "no data" if watts is None else formatting.with_unit(formatting.number(watts, 0), "W")
        each.append(html.Span([f"{formatting.capitalised(source.name)} ", html.B(text)]))
    return _card("sun", "Power in", state.solar_watts, 0, "W", each, _oldest(state.strings))


def _power_out(state: Condition) -> html.Div:
    return _card(
        "load",
        "Power out",
        state.load_watts,
        0,
        "W",
        [html.Span("solar output less what the battery takes")],
        _oldest(state.sources),
    )


def _charge(state: Condition) -> html.Div:
    battery = state.battery
    percent = battery.reading("state_of_charge") if battery else None
    each: list[Any] = []
    if percent is not None:
        each.append(
            html.Span(
                html.Span(style={"width": f"{min(100.0, max(0.0, percent)):.0f}%"}),
                className="arb-level",
                role="presentation",
            )
        )
    if battery:
        charge, capacity = (
            formatting.reading(catalogue.metric(key), battery.reading(key))
            for key in ("battery_charge", "battery_capacity")
        )
        if charge[0] != formatting.NOTHING:
            of = f" of {formatting.with_unit(*capacity)}" if capacity[0] != formatting.NOTHING else f" {charge[1]}"
            each.append(html.Span([html.B(charge[0]), of]))
    return _card("battery", "State of charge", percent, 0, "%", each, battery, stale=bool(battery and battery.silent))


def _voltage(state: Condition) -> html.Div:
    battery = state.battery
    volts = battery.reading("total_voltage") if battery else None
    amps = battery.reading("total_current") if battery else None
    each = []
    if amps is not None:
        way = "into the battery" if amps >= 0 else "out of the battery"
        each.append(html.Span([html.B(formatting.with_unit(formatting.number(abs(amps), 1), "A")), f" {way}"]))
    return _card("battery", "Battery voltage", volts, 2, "V", each, battery, stale=bool(battery and battery.silent))


def _energy(state: Condition, today: Sequence[Energy]) -> html.Div:
    measured = [energy for energy in today if energy.coverage > 0]
    total = sum(energy.watt_hours for energy in measured) / 1000 if measured else None
    each = []
    if measured:
        coverage = sum(energy.coverage for energy in measured) / len(measured)
        seen = formatting.with_unit(formatting.number(100 * min(coverage, 0.99), 0), "%")
        each.append(html.Span("since midnight" if coverage >= SEEN_WHOLE else f"{seen} of the day so far seen"))
    return _card("sun", "Solar energy today", total, 2, "kWh", each, _oldest(state.strings))


def _card(
    meaning: str,
    label: str,
    value: float | None,
    decimals: int,
    unit: str,
    each: Sequence[Any],
    source: Source | None,
    stale: bool = False,
) -> html.Div:
    number = formatting.number(value, decimals)
    return html.Div(
        [
            html.H2(label, className="arb-card-label"),
            html.P(quantity(number, unit if value is not None else ""), className="arb-card-number"),
            html.P(list(each), className="arb-card-more"),
            html.P([_age(source)] if source else "no data yet", className="arb-card-age"),
        ],
        className=f"arb-card arb-mean-{meaning}" + (" arb-stale" if stale or value is None else ""),
    )


def _oldest(sources: Sequence[Source]) -> Source | None:
    return max(sources, key=lambda source: source.age, default=None)


def _age(source: Source) -> html.Time:
    return age(source.age.total_seconds(), source.late_after_seconds, formatting.ago(source.age))


def raw(rows: Sequence[Latest], state: Condition) -> list[Any]:
    """All that was last measured: a table for each family with a column for each device, and one of the cells."""
    ages = {source.latest.device.id: source for source in state.sources}
    tables: list[Any] = []
    for family in FAMILIES.values():
        if not family.page and state.others:
            tables.append(_others_table(state.others, family))
            continue
        newest = sorted(
            (row for row in rows if row.family == family.key), key=lambda row: (row.device.string or 9, row.device.slug)
        )
        if newest:
            tables.append(_raw_table(newest, family, ages))
        tables += [_cells_table(row) for row in newest if cells(row)]
    heading = html.H2("All that was last measured", className="arb-h2")
    return [heading, html.Div(tables, className="arb-raw")] if tables else []


def cells(row: Latest) -> dict[int, dict[str, float]]:
    """The readings of each cell by its number, under the keys of CELL_COLUMNS."""
    by_number: dict[int, dict[str, float]] = {}
    for key, value in row.readings.items():
        match = CELL.fullmatch(key)
        if match:
            by_number.setdefault(int(match[1]), {})[match[2]] = value
    return dict(sorted(by_number.items()))


def _cells_table(row: Latest) -> html.Div:
    by_number = cells(row)
    columns = [key for key in CELL_COLUMNS if any(key in readings for readings in by_number.values())]
    body = []
    for number, readings in by_number.items():
        keys = [f"cell_{number}_{column}" for column in columns]
        charted = [key for key in keys if key in catalogue.FORM_CHOICES["bms"]]
        name: Any = f"Cell {number}"
        if charted:
            name = html.A(name, href=f"/BMS?units={charted[0]}", title="Draw its voltage over time")
        measured = [(catalogue.metric(f"cell_1_{column}"), readings.get(column)) for column in columns]
        body.append([name, *(quantity(*formatting.reading(metric, value)) for metric, value in measured)])
    head = ["Cells", *(CELL_COLUMNS[column] for column in columns)]
    return html.Div(table(head, body, caption="Cells"), className="arb-raw-table")


def _raw_table(newest: Sequence[Latest], family: Family, ages: dict[int, Source]) -> html.Div:
    charted = catalogue.FORM_CHOICES[family.kind]
    rows = []
    for metric in catalogue.metrics(family.key):
        if CELL.fullmatch(metric.key) or not any(metric.key in row.readings for row in newest):
            continue
        label: Any = metric.label
        if metric.key in charted:
            label = html.A(metric.label, href=f"{family.page}?units={quote(metric.key)}", title=metric.explanation)
        rows.append([label, *(quantity(*formatting.reading(metric, row.readings.get(metric.key))) for row in newest)])
    head: list[Any] = [family.heading]
    for row in newest:
        source = ages.get(row.device.id)
        when: Any = _age(source) if source and family.clock_rule != "day" else _plain_age(row, source)
        name = dcc.Link(device_name(row.device), href=device_page(row.device.slug))
        head.append([name, html.Br(), when])
    return html.Div(table(head, rows, caption=family.heading), className="arb-raw-table")


def _others_table(sources: Sequence[Source], family: Family) -> html.Div:
    """Each device that has no table here, with its first values: its page has them all."""
    rows = []
    for source in sources:
        device, readings = source.latest.device, source.latest.readings
        listed = [(metric, value) for key, value in readings.items() if (metric := queries.listed_metric(device, key))]
        words = [
            f"{metric.label} {formatting.with_unit(*formatting.reading(metric, value))}"
            for metric, value in listed[:FIRST_VALUES]
        ]
        link = dcc.Link(device_name(device), href=device_page(device.slug))
        rows.append([link, ", ".join(words) or f"{len(readings)} numbers", _age(source)])
    head = (family.heading, "First values", "Age")
    return html.Div(table(head, rows, caption=family.heading), className="arb-raw-table")


def _plain_age(row: Latest, source: Source | None) -> Any:
    if source is None:
        return html.Span(f"{row.recorded_at:%Y-%m-%d}", className="arb-age")
    elapsed = source.latest.recorded_at + source.age - row.recorded_at
    return html.Span(formatting.ago(max(timedelta(0), elapsed)), className="arb-age")


def nothing_yet() -> list[Any]:
    """What stands in place of the numbers before the first document."""
    return [
        html.Div(
            [
                html.H2("Here will be power in and out, the state of charge, and today's energy"),
                html.P(
                    [
                        "They appear with the first document of a controller or of the battery manager. "
                        "To send one, start the collector on site: ",
                        html.Span("python -m collector run --config collector.toml", className="arb-code"),
                    ]
                ),
            ],
            className="arb-empty arb-hatched",
        )
    ]
