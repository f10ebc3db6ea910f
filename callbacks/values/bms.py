"""The battery manager's document as sections, in the order in which the unit is read; and its active pins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from callbacks.common import formatting
from callbacks.values.cell import NO_READING, Shown, as_posted, short, shown, truth
from callbacks.values.labels import NAME_LISTS, metric_at
from callbacks.values.rows import MOST_ROWS, Grid, Row, Section, apart, grid, is_record, rows
from data import catalogue, document
from data.catalogue import MOST_CELLS
from data.catalogue.codes import PIN_STATUS
from data.document import fold, number
from data.document.cells import CELL_SECTIONS, Place, group_places

# Folded name of a section -> its heading; first those every unit sends, in their order, then the one for vehicles.
SECTIONS = {
    "batterybalancingratesummary": "Balancing",
    "batterybalancingratedetail": "Balancing, group by group",
    "batterycharge": "Charge",
    "batterymoduletemperaturesummary": "Cell module temperatures",
    "batterymoduletemperaturedetail": "Cell module temperatures, cell by cell",
    "batterycelltemperaturesummary": "Cell temperatures",
    "batterycelltemperaturedetail": "Cell temperatures, cell by cell",
    "batteryvoltagesummary": "Cell voltages",
    "batteryvoltagedetail": "Cell voltages, cell by cell",
    "candevicesstatus": "Devices on the CAN bus",
    "receivedcanmessages": "Last message on the CAN bus",
    "chargerstatus": "Charger on the CAN bus",
    "currentandvoltage": "Current and voltage",
    "inputpins": "Input pins",
    "eventslog": "Event log",
    "outputpins": "Output pins",
    "statistics": "Statistics",
    "bmsstatus": "Status",
    "timeanddate": "Time and date",
    "versionnumber": "Version",
    "distanceandenergy": "Distance and energy",
}
OPTIONAL = ("distanceandenergy",)
NOTES = {
    "eventslog": "When is by the unit's own clock, shown in the site's time.",
    "statistics": "When is by the unit's own clock, shown in the site's time.",
    "timeanddate": "This is the unit's own clock; the site goes by its own and by the collector's.",
    "chargerstatus": "Stays empty without a charger that speaks CAN: solar charge controllers do not.",
    "distanceandenergy": "For electric vehicles; not used at a site that stands still.",
}
QUANTITIES = {
    "batteryvoltagedetail": "Voltage",
    "batterymoduletemperaturedetail": "Module",
    "batterycelltemperaturedetail": "Cell",
    "batterybalancingratedetail": "Balancing",
}
CELLS_IN_A_LINE = 8
MOST_LINES = 100  # of a list; the unit keeps 32 events and 50 statistics
MOST_COLUMNS = 8
DATE = ("year", "month", "day", "hour", "minute", "second")
GROUP_FACTS = {
    "cellstringnumber": "string of cells {}",
    "firstcellnumber": "first cell {}, counted from 0",
    "cellnumberoffirstcellingroup": "first cell {}, counted from 0",
    "sizeofgroup": "{} cells",
}


def sections(content: Mapping[str, Any], zone: ZoneInfo) -> Iterator[Section]:
    """Every section of a document: the known ones in their order, what else it holds, what it lacks."""
    listed: dict[str, Any] = {}
    others: list[tuple[str, Any]] = []
    for name, node in content.items():
        if fold(name) in SECTIONS and fold(name) not in listed:
            listed[fold(name)] = node
        else:
            others.append((name, node))
    for name, title in SECTIONS.items():
        if name in listed:
            yield section(name, title, listed[name], zone)
    plain = {name: node for name, node in others if not isinstance(node, dict | list)}
    for name, node in others:
        if name not in plain:
            yield section(fold(name), short(name.strip(), 60) or "(no name)", node, zone)
    lacking = [title for name, title in SECTIONS.items() if name not in listed and name not in OPTIONAL]
    rest = Section("Other entries", rows("bms", "", [plain], zone))
    if lacking:
        rest.notes.append(f"Not in this document: {', '.join(lacking)}.")
    if rest.rows or rest.notes:
        yield rest


def section(name: str, title: str, node: Any, zone: ZoneInfo) -> Section:
    """One section; one that is no object says why in its own words."""
    result = Section(title, notes=[NOTES[name]] if name in NOTES else [])
    if not isinstance(node, dict | list):
        value = as_posted(node, "")
        result.missing = "no data in this document" if value is NO_READING else value.text
        return result
    children = dict(islice(_children(node), MOST_ROWS))
    result.cut = len(node) > MOST_ROWS
    if name in CELL_SECTIONS:
        groups = {key: child for key, child in children.items() if isinstance(child, Mapping) and child}
        for key, group in groups.items():
            if result.size >= MOST_CELLS:
                result.cut = True
                break
            _add_group(result, name, key, group, zone)
        children = {key: child for key, child in children.items() if key not in groups}
    records = {key: child for key, child in children.items() if is_record(child) and not _is_listed(name, fold(key))}
    if records and len({fold(entry) for record in records.values() for entry in record}) <= MOST_COLUMNS:
        result.grids.append(grid("", dict(islice(records.items(), MOST_LINES)), zone))
        result.cut = result.cut or len(records) > MOST_LINES
        children = {key: child for key, child in children.items() if key not in records}
    if name == "timeanddate" and (clock := _clock(children)) is not None:
        result.rows.append(clock)
        children = {key: child for key, child in children.items() if fold(key) not in DATE}
    result.rows += rows("bms", name, [_unfused(children) if name == "bmsstatus" else children], zone)
    if not result.rows and not result.grids:
        result.missing = "empty in this document"
    return result


def _is_listed(section: str, key: str) -> bool:
    """Whether an entry has a row of its own, whatever it holds."""
    return (section, key) in NAME_LISTS["bms"] or metric_at("bms", section, key) is not None


def _children(node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, Mapping):
        yield from node.items()
    else:
        for place, child in enumerate(node, start=1):
            yield f"entry {place}", child


def _unfused(children: Mapping[str, Any]) -> dict[str, Any]:
    """One reader posts two flags under one key, with a comma between their names."""
    return {
        name: child
        for key, child in children.items()
        for name in (key.split(",") if truth(child) is not None else [key])
    }


def _clock(children: Mapping[str, Any]) -> Row | None:
    """The unit's clock as one line; None when its parts make no time."""
    parts = {fold(key): number(child) for key, child in children.items()}
    fields = [parts.get(part) for part in DATE]
    whole = [int(part) for part in fields if part is not None and part == int(part)]
    if len(whole) < len(DATE):
        return None
    try:
        year, month, day, hour, minute, second = whole
        at = datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - a clock of its own, in no zone that anybody knows
    except (ValueError, OverflowError):
        return None
    return Row("The unit's clock", "", "", (Shown(f"{at:%-d %b %Y, %H:%M:%S}"),))


def _add_group(result: Section, name: str, key: str, group: Mapping[str, Any], zone: ZoneInfo) -> None:
    """A group of cells: what is said of it on one line, its cells as a table, what else it holds as rows."""
    facts, rest = [], {}
    detail: list[Any] = []
    for entry, value in group.items():
        folded = fold(entry)
        if folded in GROUP_FACTS and isinstance(value, int | float | str):
            facts.append(GROUP_FACTS[folded].format(as_posted(value, "").text))
        elif folded.startswith("individual") and not detail:
            detail = [value]
        else:
            rest[entry] = value
    title, summary, quantity = short(formatting.capitalised(key), 60), ", ".join(facts), QUANTITIES[name]
    places = group_places(name, group) if detail and isinstance(detail[0], Mapping | list) else []
    if places:
        result.grids += _lines(title, summary, quantity, places[:MOST_CELLS])
        result.cut = result.cut or len(places) > MOST_CELLS
        for cell, place in enumerate(places[:MOST_CELLS], start=1):
            measured, others = apart(place.posted) if isinstance(place.posted, Mapping) else ({}, {})
            rest |= {f"cell {cell}, {entry}": value for entry, value in others.items() if measured}
    elif detail or facts:
        value = shown("bms", name, "individualcellmodulebalancingrate", detail[0] if detail else None, {}, zone)
        result.grids.append(Grid(title, summary, ("", "All cells"), ((quantity, (value,)),)))
    for row in rows("bms", "\0", [rest], zone):
        result.rows.append(Row(f"{title} · {row.label}", row.name, row.explanation, row.values))


def _lines(title: str, facts: str, quantity: str, places: Sequence[Place]) -> Iterator[Grid]:
    """The cells of a group, some on each line; only the first line says whose they are."""
    for first in range(0, len(places), CELLS_IN_A_LINE):
        line = places[first : first + CELLS_IN_A_LINE]
        head = [f"Cell {place.number}" if place.number else f"No. {first + n}" for n, place in enumerate(line, start=1)]
        values = tuple(_cell(place) for place in line)
        yield Grid("" if first else title, "" if first else facts, ("", *head), ((quantity, values),), first > 0)


def _cell(place: Place) -> Shown:
    if place.cell is None:
        return as_posted(place.posted, "")
    metric = catalogue.metric(place.cell.metric)
    value = place.cell.reading
    text, unit = formatting.reading(metric, value)
    tone = "" if metric.low <= value <= metric.high else "attention"
    return Shown(text, unit, "not believable" if tone else "", tone)


def pins(names: list[str]) -> list[Row]:
    """The active pins, each with what it does."""
    pin_rows = []
    for name in dict.fromkeys(names):
        pin = PIN_STATUS.named(name)
        label = pin.label if pin is not None and pin.label else formatting.capitalised(name.replace("_", " "))
        words = pin.sentence if pin is not None else "Not known to this site"
        pin_rows.append(Row(short(label, 80), short(name, 80), words, ()))
    return pin_rows[:MOST_ROWS]


def sentence(readings: Mapping[str, float], flags: document.Flags) -> str:
    """What the newest document says in one breath."""
    parts = []
    for key in ("state_of_charge", "total_voltage"):
        if key in readings:
            parts.append(formatting.with_unit(*formatting.reading(catalogue.metric(key), readings[key])))
    if (amps := readings.get("total_current")) is not None:
        way = "into" if amps >= 0 else "out of"
        parts.append(f"{formatting.with_unit(formatting.number(abs(amps), 1), 'A')} {way} the battery")
    wrong = len(flags.status_errors) + len(flags.protection_errors) + len(flags.power_errors)
    errors = f"{wrong} {'error' if wrong == 1 else 'errors'} reported" if wrong else "no errors reported"
    return f"{', '.join(parts)}; {errors}." if parts else f"The battery manager answers in part; {errors}."
