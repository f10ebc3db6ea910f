"""The controllers' documents side by side: all sections, the charge settings, the record of a day."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from callbacks.common import formatting
from callbacks.common.condition import Source
from callbacks.values.cell import NOT_SENT, Shown, as_posted, short
from callbacks.values.rows import MISSING, Row, Section, rows
from data import catalogue
from data.catalogue.charge_settings import SETTINGS, Setting, setting
from data.catalogue.codes import CHARGE_STATE, NIGHT, NIGHT_CHECK
from data.document import fold, number

SETTINGS_SECTION, LOGGER_SECTION = "chargesettings", "dailyloggervalues"
TITLES = {
    "adcdata": "Measured",
    "temperaturedata": "Temperatures",
    "status": "Status",
    "chargerdata": "Charging",
    "mpptdata": "Power point tracking",
    LOGGER_SECTION: "The day",
    SETTINGS_SECTION: "Charge settings",
}
UNITS = {"degC": "°C", "V/degC": "V/°C", "d": "days"}
Contents = Sequence[Mapping[str, Any] | None]
Place = tuple[str, int]


def sections(family: str, contents: Contents, zone: ZoneInfo, without: Sequence[str] = ()) -> Iterator[Section]:
    """Every section that is an object, in the order of the documents, and at the end what is none.

    `contents` are the documents of the controllers, None for one that has sent none.  Sections whose folded names are
    in `without` are left out.
    """
    nodes_by_place: dict[Place, tuple[str, dict[int, Any]]] = {}
    beside: list[dict[str, Any] | None] = []
    for column, content in enumerate(contents):
        plain: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for name, node in (content or {}).items():
            folded = fold(name)
            if isinstance(node, dict | list) and folded not in without:
                counts[folded] = counts.get(folded, 0) + 1
                nodes_by_place.setdefault((folded, counts[folded]), (name, {}))[1][column] = node
            elif folded not in without:
                plain[name] = node
        beside.append(None if content is None else plain)
    for (folded, _), (name, nodes) in nodes_by_place.items():
        yield _section(family, folded, name, [nodes.get(n) for n in range(len(contents))], zone)
    if any(beside):
        yield Section("Other entries", rows(family, "", beside, zone))


def _section(family: str, folded: str, name: str, nodes: Sequence[Any], zone: ZoneInfo) -> Section:
    section_rows = rows(family, folded, nodes, zone)
    title = TITLES.get(folded) or short(name.strip(), 60) or "(no name)"
    missing = "" if section_rows else "empty in this document"
    return Section(title, section_rows, name="" if fold(title) == folded else short(name, 60), missing=missing)


def settings(contents: Contents, names: Sequence[str], zone: ZoneInfo) -> list[Section]:
    """The 25 settings in the maker's order, then what else stands with them; differences are marked in words."""
    nodes = [_settings_of(content) for content in contents]
    objects = [node if isinstance(node, Mapping) else {} for node in nodes]
    main = Section("Charge settings")
    places = [_places(node) for node in objects]
    for entry in SETTINGS:
        posted = [
            node[place[entry.key]] if entry.key in place else MISSING
            for node, place in zip(objects, places, strict=True)
        ]
        main.rows.append(_setting_row(entry, posted, names))
    rest = [
        {name: value for name, value in node.items() if name not in place.values()}
        for node, place in zip(objects, places, strict=True)
    ]
    others = rows("tristar_daily", SETTINGS_SECTION, rest, zone)
    for name, content, node in zip(names, contents, nodes, strict=True):
        if content is not None and not isinstance(node, Mapping):
            lack = "has no charge settings in its newest daily document"
            words = as_posted(node, "").text if isinstance(node, str) and node else ""
            main.notes.append(f"{name} {lack}{f': {words}' if words else ''}.")
    return [main, Section("Other entries among the settings", others)] if others else [main]


def _settings_of(content: Mapping[str, Any] | None) -> Any:
    return next((node for name, node in (content or {}).items() if fold(name) == SETTINGS_SECTION), None)


def _places(node: Mapping[str, Any]) -> dict[str, str]:
    """Setting -> the name under which a document has it; the first of two that mean the same."""
    names: dict[str, str] = {}
    for name in node:
        if (entry := setting(name)) is not None:
            names.setdefault(entry.key, name)
    return names


def _setting_row(setting: Setting, posted: Sequence[Any], names: Sequence[str]) -> Row:
    values = tuple(NOT_SENT if value is MISSING else _setting_value(setting, value) for value in posted)
    mark = _difference(setting, posted, names)
    return Row(setting.label, setting.key, f"{setting.meaning} {setting.caution}".strip(), values, mark)


def _setting_value(setting: Setting, posted: Any) -> Shown:
    value = number(posted)
    if value is None:
        return as_posted(posted, "")
    words = (setting.zero_means if value == 0 else setting.else_means) or ""
    if setting.unit == "s" and value >= 90 and not words:
        words = _duration(value)
    tone = "attention" if value != 0 and setting.else_means else ""
    return Shown(formatting.number(value, setting.decimals), UNITS.get(setting.unit, setting.unit), words, tone)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(formatting.with_unit(str(count), unit) for count, unit in parts if count)


def _difference(setting: Setting, posted: Sequence[Any], names: Sequence[str]) -> str:
    """In words how the controllers differ in a setting that must be equal; empty when they do not."""
    there = [value for value in posted if value is not MISSING]
    if len(posted) < 2 or not there:
        return ""
    if len(there) < len(posted):
        senders = [
            formatting.in_sentence(name) for name, value in zip(names, posted, strict=True) if value is not MISSING
        ]
        return f"Sent by {' and '.join(senders)} only."
    values = [value for value in map(number, there) if value is not None]
    if len(values) < len(there):
        same = all(value == there[0] for value in there)
        return "" if same else "The controllers differ here; they must be equal."
    apart = max(values) - min(values)
    if apart == 0:
        return ""
    digits = setting.decimals
    while digits < 6 and round(apart, digits) == 0:
        digits += 1
    amount = formatting.with_unit(formatting.number(apart, digits), UNITS.get(setting.unit, setting.unit))
    return f"The controllers differ by {amount}; they must be equal."


def settings_sentence(sections_: Sequence[Section], contents: Contents, names: Sequence[str]) -> str:
    """Whether the controllers agree."""
    sent = [name for name, content in zip(names, contents, strict=True) if isinstance(_settings_of(content), Mapping)]
    if not sent:
        return "No charge settings have been sent yet."
    if len(sent) == 1:
        return f"Only {formatting.in_sentence(sent[0])} has sent its charge settings."
    marked = sum(bool(row.mark) for row in sections_[0].rows)
    if marked:
        word = "setting differs" if marked == 1 else "settings differ"
        return f"{marked} {word} between the controllers, which share one battery: they must be equal."
    who = "Both controllers have" if len(sent) == 2 else f"All {len(sent)} controllers have"
    return f"{who} the same charge settings, as they must."


def daily(contents: Contents, zone: ZoneInfo) -> Iterator[Section]:
    """The record of the day, then what else the documents hold; the settings have a page of their own."""
    ordered = [content and dict(sorted(content.items(), key=_is_no_logger)) for content in contents]
    return sections("tristar_daily", ordered, zone, without=(SETTINGS_SECTION,))


def _is_no_logger(entry: tuple[str, Any]) -> bool:
    return fold(entry[0]) != LOGGER_SECTION


def daily_sentence(sources: Sequence[Source], zone: ZoneInfo) -> str:
    """What each controller put into the battery on the day of its newest record."""
    parts = []
    for source in sources:
        on = day_of(source.latest.recorded_at, zone)
        energy = source.reading("Wh_daily")
        amount = (
            "no energy reported" if energy is None else formatting.with_unit(formatting.number(energy / 1000, 2), "kWh")
        )
        parts.append((f"{amount} from {formatting.unbroken(source.name)}", on))
    if len({on for _, on in parts}) == 1:
        text = f"{' and '.join(amount for amount, _ in parts)} on {parts[0][1]}."
    else:
        text = "; ".join(f"{amount} on {on}" for amount, on in parts) + "."
    return formatting.capitalised(text)


def day_of(at: datetime, zone: ZoneInfo) -> str:
    """The day of a daily record."""
    return f"{at.astimezone(zone):%-d %b %Y}"


def sentence(sources: Sequence[Source]) -> str:
    """What each controller does just now."""
    parts = []
    for source in sources:
        name = formatting.unbroken(source.name)
        if source.silent:
            parts.append(f"no data from {name} for {formatting.span(source.age)}")
            continue
        state, watts = source.charge_state, source.reading("p_out")
        idle = watts is None or (state in IDLE_STATES and watts < 1)
        power = "" if idle else formatting.with_unit(*formatting.reading(catalogue.metric("p_out"), watts))
        did = ", ".join(part for part in (STATES.get(state, ""), power) if part)
        parts.append(f"{name} {f'is {did}' if did else 'answers in part'}")
    text = "; ".join(parts) + "."
    return formatting.capitalised(text)


IDLE_STATES = (NIGHT, NIGHT_CHECK)
_STATES = {
    "start": "starting",
    "night_check": "looking whether it is night",
    "disconnect": "disconnected",
    "night": "waiting for the sun",
    "fault": "stopped by a fault",
    "mppt": "in bulk charge",
    "absorption": "in absorption",
    "float": "in float",
    "equalize": "equalizing",
    "slave": "led by another master",
}
STATES: Mapping[float | None, str] = {CHARGE_STATE.number(key): words for key, words in _STATES.items()}
