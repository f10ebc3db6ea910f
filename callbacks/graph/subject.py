"""What a graph page is of: the devices to choose from, those chosen, and the metrics they have to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from callbacks.common.context import Viewer, device_name
from callbacks.common.formatting import in_sentence
from callbacks.common.sensor_fields import metrics_of
from data import catalogue, queries
from data.catalogue import Metric
from data.queries import DeviceRow
from pages.graph.form import BOTH, IMPORTED, MOST_FIELDS

FIELDS_AT_FIRST = 8
NO_SUCH_SENSOR = "There is no such sensor among those you may see: choose another."
NO_SUCH_DEVICE = "There is no such device among those you may see."


@dataclass(frozen=True, slots=True)
class Choice:
    """The devices a visitor may choose from, and those chosen."""

    options: list[dict[str, str]]
    devices: list[DeviceRow]
    name: str


@dataclass(frozen=True, slots=True)
class Subject:
    """The choice, the metrics to draw, all that could be drawn, and what is wrong with the choice (field -> words).

    `standard` is what is drawn when nothing is chosen; `identifier` is how the address names the device.
    """

    choice: Choice
    metrics: list[Metric]
    offered: list[Metric]
    identifier: str
    standard: list[str] = field(default_factory=list)
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def keys(self) -> list[str]:
        """The keys of what is drawn."""
        return [metric.key for metric in self.metrics]


def graph_subject(
    session: Session, kind: str, values: Mapping[str, Any], devices: Sequence[DeviceRow], viewer: Viewer
) -> Subject:
    """What the controls ask about; `devices` are those of that kind which the viewer may see."""
    if kind == "sensors":
        return _sensor_subject(session, values, devices, viewer)
    if kind == "devices":
        return _device_subject(session, values, devices)
    device_choice = choice(kind, values["controller"], devices)
    metrics = [catalogue.metric(key) for key in values["units"] or []]
    offered = [catalogue.metric(key) for key in catalogue.FORM_CHOICES[kind]]
    wrong = {} if metrics else {"units": "Choose at least one value to draw."}
    return Subject(device_choice, metrics, offered, values["controller"], errors=wrong)


def choice(kind: str, identifier: str, devices: Sequence[DeviceRow]) -> Choice:
    """The choices of the controller field, and the devices of the one that is wanted.

    `both` is every controller but the imported log.  A device that is wanted and unknown gives no devices.
    """
    ordered = sorted(devices, key=lambda device: (device.slug == IMPORTED, device.string or 9, device.slug))
    options = [{"label": device_name(device), "value": device.slug} for device in ordered]
    if kind == "tristar":
        live = [device for device in ordered if device.slug != IMPORTED]
        together = "Both strings" if sorted(d.string or 0 for d in live) in ([], [1, 2]) else "All controllers"
        for string in (1, 2):
            if not any(device.string == string for device in live):
                options.insert(string - 1, {"label": f"String {string}", "value": f"tristar-{string}"})
        options.insert(0, {"label": together, "value": BOTH})
        if identifier == BOTH:
            return Choice(options, live, "The controllers" if live else "No controller")
    chosen = [device for device in ordered if device.slug == identifier]
    if identifier not in {option["value"] for option in options}:
        options.append({"label": identifier, "value": identifier})
    name = {"bms": "The battery manager"}.get(kind) if len(ordered) <= 1 else None
    label = next(option["label"] for option in options if option["value"] == identifier)
    return Choice(options, chosen, name or (f"The {in_sentence(label)}" if label == "Imported log" else label))


def _device_subject(session: Session, values: Mapping[str, Any], devices: Sequence[DeviceRow]) -> Subject:
    """The one device that is wanted, and its fields."""
    identifier = str(values["controller"] or "")
    chosen = [device for device in devices if device.slug == identifier]
    options = [{"label": identifier, "value": identifier}]
    if not chosen:
        return Subject(Choice(options, [], ""), [], [], identifier, errors={"controller": NO_SUCH_DEVICE})
    return _with_fields(session, Choice(options, chosen, device_name(chosen[0])), values, identifier)


def _sensor_subject(
    session: Session, values: Mapping[str, Any], devices: Sequence[DeviceRow], viewer: Viewer
) -> Subject:
    """One sensor and its fields: the one that is wanted, else the viewer's first that has posted, else any that has."""

    def own(device: DeviceRow) -> bool:
        return viewer.user_id is not None and device.owner_id == viewer.user_id

    ordered = sorted(devices, key=lambda device: (not own(device), device.slug.casefold()))
    options = [
        {"label": device.name if own(device) else device.slug, "value": str(device.sensor_id)} for device in ordered
    ]
    identifier = str(values["controller"] or "")
    if not identifier and ordered:
        heard = {latest.device.id for latest in queries.latest_all(session, ["sensor"])}
        identifier = str(next((device for device in ordered if device.id in heard), ordered[0]).sensor_id)
    chosen = [device for device in ordered if str(device.sensor_id) == identifier]
    if not chosen:
        if identifier:
            options.insert(0, {"label": f"Number {identifier[:20]}", "value": identifier})
        wrong = {"controller": NO_SUCH_SENSOR} if identifier else {}
        return Subject(Choice(options, [], ""), [], [], identifier, errors=wrong)
    label = next(option["label"] for option in options if option["value"] == identifier)
    return _with_fields(session, Choice(options, chosen, label), values, identifier)


def _with_fields(session: Session, choice: Choice, values: Mapping[str, Any], identifier: str) -> Subject:
    """The chosen device and its fields; `values["units"]` empty is every field (the first FIELDS_AT_FIRST of many),
    None is none."""
    offered = metrics_of(session, choice.devices[0])
    standard = [metric.key for metric in offered[:FIELDS_AT_FIRST]]
    if values["units"] is None:
        keys = [] if offered else standard
    else:
        keys = [key for key in values["units"] if key in {metric.key for metric in offered}] or standard
    wrong = {}
    if offered and not keys:
        wrong["units"] = "Choose at least one field to draw."
    elif len(keys) > MOST_FIELDS:
        wrong["units"] = f"{len(keys)} fields are too many for one page: choose at most {MOST_FIELDS}."
    metrics = [metric for metric in offered if metric.key in keys]
    return Subject(choice, metrics, offered, identifier, standard, wrong)
