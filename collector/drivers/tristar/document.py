"""The charge controller's documents in the site's dialect, built from a driver's values.

Where each measured value sits is in data/document, FIELDS; what is no metric (texts, settings) is here.
Source of the shapes: docs/api.md, "Documents".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from collector.drivers.documents import Content, Values, measured, rounded, set_names
from data.catalogue import charge_settings
from data.catalogue.codes import ALARMS, DAILY_FLAGS, FAULTS

# The document's key of a charge setting -> the register's.
SETTINGS = {setting.key: setting.register for setting in charge_settings.SETTINGS}
# Family -> section -> the documents' keys of the bit lists -> the register's key and its names.
FLAGS: Mapping[str, Mapping[str, Mapping[str, tuple[str, Mapping[int, str]]]]] = {
    "tristar": {"Status": {"faults": ("faults", FAULTS.names), "alarms": ("alarms", ALARMS.names)}},
    "tristar_daily": {
        "Daily Logger Values": {
            "daily alarms": ("alarms_daily", ALARMS.names),
            "daily faults": ("faults_daily", FAULTS.names),
            "daily flags": ("flags_daily", DAILY_FLAGS.names),
        }
    },
}


def build_tristar(values: Values, string: int | None = None, day: date | None = None) -> Content:
    """The instantaneous document.  A section without a register that was read is null, and so is a missing value."""
    return {**heading(string, day), **_sections("tristar", values)}


def build_tristar_daily(values: Values, string: int | None = None, day: date | None = None) -> Content:
    """The daily document: the day's log, and the charge settings when they were read too."""
    content = {**heading(string, day), **_sections("tristar_daily", values)}
    if any(key in values for key in SETTINGS.values()):
        content["Charge Settings"] = {name: rounded(values.get(key)) for name, key in SETTINGS.items()}
    else:
        content["Charge Settings"] = None
    return content


def heading(string: int | None, day: date | None) -> Content:
    """The keys before the sections of a controller's document."""
    content: Content = {"name": "Tristar"}
    if day is not None:
        content["date"] = day.strftime("%m/%d/%Y")
    if string is not None:
        content["string"] = string
    return content


def _sections(family: str, values: Values) -> dict[str, Content | None]:
    sections = measured(family, values.get, values.__contains__)
    for section, keys in FLAGS[family].items():
        content = sections[section]
        if content is not None:
            content.update({name: set_names(values.get(key), names) for name, (key, names) in keys.items()})
    return sections
