"""One posted value as a person reads it: number and unit, a word, a date, names; never an error or an invented zero."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from callbacks.common import formatting
from callbacks.common.sensor_fields import decimals_of
from callbacks.values.labels import ENTRIES, NAME_LISTS, ON_OFF, NameList, flag_tone, metric_at
from data import document
from data.catalogue import Metric
from data.catalogue.codes import CHARGE_STATE, CHARGING_FAILED, CHARGING_STAGE, FAULT
from data.document import number, posted_value

LONGEST_TEXT = 200
MOST_IN_LIST = 64
FIRST_INSTANT, LAST_INSTANT = 946_684_800, 4_102_444_800  # 2000 to 2100: what a unit's clock can mean
NO_UNITS = ("", "N/A", "n/a", "none")
UNITS = {"C": "°C", "F": "°F", "degC": "°C", "degF": "°F", "V/degC": "V/°C", "d": "days"}
LONG_SECONDS = 90
ALARMING = ((CHARGE_STATE, FAULT), (CHARGING_STAGE, CHARGING_FAILED))


@dataclass(frozen=True, slots=True)
class Shown:
    """A value on the screen: its text with a unit, words that explain it, or names with what each means.

    `tone` is `attention`, `alarm` or `nothing` (no reading); empty when all is well.
    """

    text: str
    unit: str = ""
    words: str = ""
    tone: str = ""
    names: tuple[tuple[str, str], ...] = ()


NO_READING = Shown(formatting.NOTHING, words="no reading", tone="nothing")
NOT_SENT = Shown(formatting.NOTHING, words="not sent", tone="nothing")


def shown(family: str, section: str, key: str, posted: Any, siblings: Mapping[str, Any], zone: ZoneInfo) -> Shown:
    """The value at that folded section and key; `siblings` are the entries beside it under folded names."""
    names = NAME_LISTS[family].get((section, key))
    if names is not None:
        return _names(names, posted)
    metric = metric_at(family, section, key)
    if metric is not None:
        return of_metric(family, metric, section, key, posted, siblings)
    if key in ("unixtimestamp", "timestamp") and (seconds := number(posted)) is not None:
        return instant(seconds, zone)
    if (flag := truth(posted)) is not None:
        word = ("on" if flag else "off") if section in ON_OFF else ("yes" if flag else "no")
        return Shown(word, tone=flag_tone(key, flag) if family == "bms" and section == "bmsstatus" else "")
    entry = ENTRIES.get(key)
    return as_posted(posted, entry.unit if entry else "")


def of_metric(family: str, metric: Metric, section: str, key: str, posted: Any, siblings: Mapping[str, Any]) -> Shown:
    """A metric in its unit of the screen, normalised as in the store; what cannot be believed is shown as it came."""
    beside = {name: siblings[name] for name in ("batterycapacity",) if name in siblings} if section else {}
    inside = {**beside, key: posted}
    value = document.readings(family, {section: inside} if section else inside).get(metric.key)
    if value is None:
        plain = as_posted(posted, "")
        if plain.tone == "nothing" or number(posted) is None:
            return plain
        if metric.key == "temp_rts":
            return Shown(formatting.NOTHING, words="no probe connected", tone="nothing")
        return Shown(plain.text, plain.unit or formatting.unit(metric), "not believable", "attention")
    text, unit = formatting.reading(metric, value)
    code = metric.codes.code(value) if metric.codes is not None else None
    words = code.sentence if code is not None else ""
    if metric.unit == "s" and value >= LONG_SECONDS:
        words = formatting.span(timedelta(seconds=min(value, 1e12)))
    stated = unit_of(posted)
    if stated and _plain_unit(stated) not in (unit, _plain_unit(metric.unit), "°C" if metric.unit == "degC" else unit):
        words = f"posted as {short(stated)}"
    return Shown(text, unit, words, "alarm" if (metric.codes, value) in ALARMING else "")


def as_posted(posted: Any, unit: str) -> Shown:
    """A value without a meaning of ours: a number, a text, a list, or an object with a value and a unit."""
    if isinstance(posted, Mapping):
        quantity = posted_value(posted)
        if quantity is None:
            return Shown(short(_json(posted)) if posted else "empty", tone="" if posted else "nothing")
        figure = number(quantity.value) if isinstance(quantity.value, str) else None
        return as_posted(quantity.value if figure is None else figure, unit_of(posted) or unit)
    if posted is None or posted == "":
        return NO_READING
    if (flag := truth(posted)) is not None:
        return Shown("yes" if flag else "no")
    if isinstance(posted, int | float):
        decimals = decimals_of([float(posted)]) if isinstance(posted, float) else 0
        return Shown(formatting.number(float(posted), decimals), _plain_unit(unit))
    if isinstance(posted, list):
        return Shown(joined(posted), _plain_unit(unit)) if posted else Shown("empty list", tone="nothing")
    text = short(str(posted))
    return Shown(text, _plain_unit(unit) if number(posted) is not None else "")


def instant(seconds: float, zone: ZoneInfo) -> Shown:
    """A time of the unit's clock in the site's zone."""
    if not FIRST_INSTANT < seconds < LAST_INSTANT:
        return Shown(formatting.number(seconds, 0), words="not a time", tone="attention" if seconds > 0 else "")
    return Shown(datetime.fromtimestamp(seconds, UTC).astimezone(zone).strftime("%-d %b %Y, %H:%M:%S"))


def _names(names: NameList, posted: Any) -> Shown:
    """The names that are set, each with what it means; `none` when the document says that there are none."""
    word = number(posted) if names.is_word and not isinstance(posted, Mapping) else None
    if word is not None and 0 <= word < 1 << 64:
        bits = int(word)
        active = [names.codes.name(bit) or f"bit {bit}" for bit in range(bits.bit_length()) if bits >> bit & 1]
    elif isinstance(posted, list) and not all(isinstance(name, str) for name in posted):
        return Shown(joined(posted), tone=names.tone)
    else:
        active = document.names(posted, list(names.codes.names.values()) if names.is_word else ())
    if not active:
        if posted in (None, "", [], {}, 0, "0") or _all_off(posted):
            return Shown("none")
        return as_posted(posted, "")
    meanings = tuple((short(name), names.codes.meaning(name)) for name in active[:MOST_IN_LIST])
    more = len(active) - len(meanings)
    return Shown("", words=f"and {more} more" if more else "", tone=names.tone, names=meanings)


def _all_off(posted: Any) -> bool:
    return isinstance(posted, Mapping) and all(truth(flag) is False for flag in posted.values())


def truth(posted: Any) -> bool | None:
    """True or false, also as a word; None for anything else."""
    if isinstance(posted, bool):
        return posted
    word = posted.strip().lower() if isinstance(posted, str) else ""
    return word == "true" if word in ("true", "false") else None


def unit_of(posted: Any) -> str:
    """The unit that an object with a value states; empty when it states none."""
    quantity = posted_value(posted)
    return "" if quantity is None or quantity.unit in NO_UNITS else quantity.unit


def _plain_unit(unit: str) -> str:
    return "" if unit in NO_UNITS else short(UNITS.get(unit, unit), 24)


def joined(items: list[Any]) -> str:
    """A list on one line, cut where it grows long."""
    hexes = all(isinstance(item, str) and len(item) <= 2 for item in items)
    texts = [short(item if isinstance(item, str) else _json(item), 60) for item in items[:MOST_IN_LIST]]
    more = f" and {len(items) - len(texts)} more" if len(items) > len(texts) else ""
    return short((" " if hexes else ", ").join(texts), 2 * LONGEST_TEXT) + more


def _json(node: Any) -> str:
    return json.dumps(node, ensure_ascii=False)


def short(text: str, longest: int = LONGEST_TEXT) -> str:
    """A text on one line, cut where it grows too long."""
    one_line = " ".join(text[: 4 * longest].split())
    return one_line if len(one_line) <= longest else one_line[: longest - 1] + "…"
