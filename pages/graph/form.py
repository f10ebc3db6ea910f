"""The controls of a graph page: their names, choices and defaults, and the address that holds them.

The names are those of the address bar.  A control that stands on its default is not in the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, unquote, urlencode

from data import catalogue
from pages.graph.styles import STYLES

QUICK_RANGES = {"6h": "6 h", "24h": "24 h", "7d": "7 d", "30d": "30 d", "all": "All"}
CUSTOM = "custom"
BOTH = "both"
IMPORTED = "tristar-msview"
MOST_FIELDS = 24  # of a sensor, drawn at once
LONGEST_KEY = 200
IMAGE_PAGE = "/BMS/serverside"  # the same graph, drawn on the server

MARKERS = {
    ".": "point",
    ",": "pixel",
    "o": "circle",
    "v": "triangle down",
    "^": "triangle up",
    "<": "triangle left",
    ">": "triangle right",
    "None": "No Marker",
}
OWN_STYLE = STYLES[0].key
STYLE_NAMES = {style.key: style.name for style in STYLES}

# In the order of the page and of the address.
CONTROLS = (
    "units",
    "controller",
    "range",
    "start",
    "end",
    "interval",
    "title",
    "xlabel",
    "ylabel",
    "date_format",
    "style",
    "marker",
    "tight_layout",
    "logarithmic_scale",
    "retimed",
)
CHOICES: Mapping[str, Mapping[str, str]] = {
    "range": {**QUICK_RANGES, CUSTOM: "Own"},
    "style": STYLE_NAMES,
    "marker": MARKERS,
}
SWITCHES = ("tight_layout", "logarithmic_scale", "retimed")
# The address's own words for a control: there are fields of a sensor or a device where the others have units.
ADDRESS_NAMES: Mapping[str, Mapping[str, str]] = {
    "sensors": {"units": "fields", "controller": "sensor"},
    "devices": {"units": "fields"},
}
OLD_NAMES = {  # of the forms that posted
    "start_date": "start",
    "end_date": "end",
    "sensors_owned": "sensor",
    "x_axis": "xlabel",
    "y_axis": "ylabel",
}
_COMMON = {
    "range": "24h",
    "start": "",
    "end": "",
    "interval": "10",
    "title": "",
    "xlabel": "",
    "ylabel": "",
    "date_format": "",
    "style": OWN_STYLE,
    "marker": "None",
    "tight_layout": False,
    "logarithmic_scale": False,
    "retimed": False,
}
DEFAULTS: Mapping[str, Mapping[str, Any]] = {
    "bms": {"units": ["battery_charge"], "controller": "bms", **_COMMON},
    "tristar": {"units": ["bat_voltage"], "controller": BOTH, **_COMMON},
    "sensors": {"units": [], "controller": "", **_COMMON},  # every field of the first sensor
    "devices": {"units": [], "controller": "", **_COMMON},  # every field of the device that the path names
}


def values_from_query(kind: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """What each control shows for an address.

    An unknown choice is left out or falls back to the default; a text is taken as it stands, so that a wrong one is
    shown at its field.  A start or an end in the address means its own window.
    """
    own_names = {address_name: name for name, address_name in ADDRESS_NAMES.get(kind, {}).items()}
    given = {OLD_NAMES.get(name, name): _first(value) for name, value in query.items()}
    given = {own_names.get(name, name): text for name, text in given.items()}
    values = dict(DEFAULTS[kind])
    for name in CONTROLS:
        if name not in given:
            continue
        text = given[name]
        if name == "units":
            keys = text.split(",")
            if kind in catalogue.FORM_CHOICES:
                chosen = [key for key in keys if key in catalogue.FORM_CHOICES[kind]]
            else:
                chosen = [unquote(key)[:LONGEST_KEY] for key in keys[:MOST_FIELDS] if key]
            values["units"] = list(dict.fromkeys(chosen)) or values["units"]
        elif name in SWITCHES:
            values[name] = text.lower() in ("yes", "true", "on", "1", "y")
        else:
            values[name] = text
    if "range" not in given and ("start" in given or "end" in given):
        values["range"] = CUSTOM
    for name, choices in CHOICES.items():
        if values[name] not in choices:
            values[name] = DEFAULTS[kind][name]
    if values["range"] != CUSTOM:
        values["start"] = values["end"] = ""
    return values


def query_from_values(kind: str, values: Mapping[str, Any]) -> str:
    """The address of a state: `?` and what differs from the defaults, or an empty text."""
    pairs = []
    for name in CONTROLS:
        value = values[name]
        if name in ("start", "end") and values["range"] != CUSTOM:
            continue
        if (name == "range" and value == CUSTOM) or (name == "controller" and kind == "devices"):
            continue
        if value == DEFAULTS[kind][name]:
            continue
        if name == "units":
            value = ",".join(value if kind in catalogue.FORM_CHOICES else (_without_commas(key) for key in value))
        elif name in SWITCHES:
            value = "yes"
        pairs.append((ADDRESS_NAMES.get(kind, {}).get(name, name), value))
    return "?" + urlencode(pairs, quote_via=quote, safe=",:") if pairs else ""


def misfit(values: Mapping[str, Any]) -> str | None:
    """The name of a control that holds what it cannot hold; None when there is none."""
    for name in CONTROLS:
        value = values.get(name)
        kind = bool if name in SWITCHES else str
        items = value if name == "units" and isinstance(value, list) else [value]
        if not all(item is None or isinstance(item, kind) for item in items):
            return name
        if name in CHOICES and value not in CHOICES[name]:
            return name
    return None


def _without_commas(key: str) -> str:
    """A sensor's key as one of a list in the address: keys are any text."""
    return key.replace("%", "%25").replace(",", "%2C")


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)
