"""The controls of a graph page: their names, choices and defaults, and the address that holds them.

The names are those of the address bar.  A control that stands on its default is not in the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from data import catalogue

QUICK_RANGES = {"6h": "6 h", "24h": "24 h", "7d": "7 d", "30d": "30 d", "all": "All"}
CUSTOM = "custom"
BOTH = "both"
IMPORTED = "tristar-msview"

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
OWN_STYLE = "arboretum"
STYLES = {
    OWN_STYLE: "Arboretum",
    "bmh": "BMH",
    **{
        key: key
        for key in (
            "classic",
            "dark_background",
            "fast",
            "fivethirtyeight",
            "ggplot",
            "grayscale",
            "seaborn-bright",
            "seaborn-colorblind",
            "seaborn-dark-palette",
            "seaborn-dark",
            "seaborn-darkgrid",
            "seaborn-deep",
            "seaborn-muted",
            "seaborn-notebook",
            "seaborn-paper",
            "seaborn-pastel",
            "seaborn-poster",
            "seaborn-talk",
            "seaborn-ticks",
            "seaborn-white",
            "seaborn-whitegrid",
            "seaborn",
            "Solarize_Light2",
            "tableau-colorblind10",
        )
    },
}

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
SWITCHES = ("tight_layout", "logarithmic_scale", "retimed")
OLD_NAMES = {"start_date": "start", "end_date": "end"}  # of the form that posted
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
}


def values_from_query(kind: str, query: Mapping[str, Any]) -> dict[str, Any]:
    """What each control shows for an address.

    An unknown choice is left out or falls back to the default; a text is taken as it stands, so that a wrong one is
    shown at its field.  A start or an end in the address means its own window.
    """
    given = {OLD_NAMES.get(name, name): _first(value) for name, value in query.items()}
    values = dict(DEFAULTS[kind])
    for name in CONTROLS:
        if name not in given:
            continue
        text = given[name]
        if name == "units":
            known = [key for key in text.split(",") if key in catalogue.FORM_CHOICES[kind]]
            values["units"] = list(dict.fromkeys(known)) or values["units"]
        elif name in SWITCHES:
            values[name] = text.lower() in ("yes", "true", "on", "1", "y")
        else:
            values[name] = text
    if "range" not in given and ("start" in given or "end" in given):
        values["range"] = CUSTOM
    for name, choices in (("style", STYLES), ("marker", MARKERS), ("range", {**QUICK_RANGES, CUSTOM: ""})):
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
        if name == "range" and value == CUSTOM:
            continue
        if value == DEFAULTS[kind][name]:
            continue
        if name == "units":
            value = ",".join(value)
        elif name in SWITCHES:
            value = "yes"
        pairs.append((name, value))
    return "?" + urlencode(pairs, quote_via=quote, safe=",:") if pairs else ""


def _first(value: Any) -> str:
    return str(value[0] if isinstance(value, list) else value)
