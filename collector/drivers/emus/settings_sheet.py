"""The parameters of an EMUS G1 as they are shown, kept and compared."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from collector.drivers import sentences
from collector.drivers.driver import DeviceConfig
from collector.drivers.emus import parameters as emus_parameters
from collector.drivers.emus.driver import EMUS_G1
from collector.drivers.emus.parameter_notes import parameter_note
from collector.drivers.emus.parameters import Parameter
from collector.drivers.emus.reader import EmusG1
from collector.drivers.tools import Sheet, shown
from data.errors import ConfigError, DecodeError, TransportError

HEADS = ("id", "parameter", "value", "unit", "raw", "what it is for")
DIFF_HEADS = ("id", "parameter", "now", "in the file", "unit", "what it is for")
# One question after the others is enough to see that a unit does not know a parameter: they are some 200.
TRIES = 2


@dataclass(frozen=True, slots=True)
class BatterySettings:
    """The parameters that the unit answered, in the order of the table, and why others are missing."""

    device: DeviceConfig
    parameters: Mapping[int, Parameter]
    failed: Mapping[str, str]

    @classmethod
    def read(cls, device: DeviceConfig, _system_volts: int | None = None) -> Self:
        """Ask for every parameter of the table.  Raises TransportError when nothing answers."""
        reader = EmusG1.open(device.port, device.unit_id)
        parameters: dict[int, Parameter] = {}
        failed: dict[str, str] = {}
        try:
            for identifier, row in emus_parameters.PARAMETERS.items():
                try:
                    parameters[identifier] = reader.read_parameter(identifier, TRIES)
                except (TransportError, DecodeError) as problem:
                    failed[row.key] = str(problem)
                    if len(failed) == TRIES and not parameters:
                        raise
        finally:
            reader.close()
        return cls(device, parameters, failed)

    def as_json(self) -> dict[str, Any]:
        """A snapshot: the characters as sent, for a comparison later, and what they mean."""
        return {
            "device": self.device.name,
            "driver": self.device.driver,
            "read_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "raw": {f"{parameter.identifier:04X}": parameter.raw for parameter in self.parameters.values()},
            "settings": [
                {
                    "id": f"{parameter.identifier:04X}",
                    "key": parameter.key,
                    "value": parameter.value,
                    "unit": parameter.unit,
                    "names": parameter.names,
                    "meaning": parameter_note(parameter.key),
                }
                for parameter in self.parameters.values()
            ],
            "failed": dict(self.failed),
        }

    def sheet(self) -> Sheet:
        """The parameters as a table."""
        rows = [
            (
                f"{parameter.identifier:04X}",
                parameter.key,
                _value(parameter),
                parameter.unit or " ",
                parameter.raw,
                parameter_note(parameter.key) or " ",
            )
            for parameter in self.parameters.values()
        ]
        notes = [f"not read: {', '.join(self.failed)}"] if self.failed else []
        return Sheet(f"settings of {self.device.name}", HEADS, rows, notes, frozenset(("raw",)))

    def differences(self, path: Path) -> BatteryDifferences:
        """What differs from a snapshot.  Raises ConfigError when the file is none."""
        there = read_parameters_file(path)
        ours = {identifier: parameter.raw for identifier, parameter in self.parameters.items()}
        return BatteryDifferences(
            self, path, there, [each for each in {**ours, **there} if ours.get(each) != there.get(each)]
        )


@dataclass(frozen=True, slots=True)
class BatteryDifferences:
    """What differs between a unit now and a snapshot."""

    now: BatterySettings
    path: Path
    there: Mapping[int, str]
    identifiers: list[int]

    def as_json(self) -> dict[str, Any]:
        """Only what differs; null where one side has no such parameter."""
        differences = []
        for identifier in self.identifiers:
            ours, theirs = self._both(identifier)
            parameter = ours or theirs
            differences.append(
                {
                    "id": f"{identifier:04X}",
                    "key": parameter.key if parameter else "",
                    "unit": parameter.unit if parameter else "",
                    "now": ours.value if ours else None,
                    "in_file": theirs.value if theirs else None,
                }
            )
        return {"device": self.now.device.name, "file": str(self.path), "differences": differences}

    def sheet(self) -> Sheet:
        """Only what differs, as a table."""
        rows = []
        for identifier in self.identifiers:
            ours, theirs = self._both(identifier)
            parameter = ours or theirs
            if parameter is not None:
                note = parameter_note(parameter.key) or " "
                rows.append(
                    (f"{identifier:04X}", parameter.key, _value(ours), _value(theirs), parameter.unit or " ", note)
                )
        compared = f"{len(self.now.parameters)} parameters compared, {len(rows)} differ"
        return Sheet(f"{self.path.name} against the settings of {self.now.device.name}", DIFF_HEADS, rows, [compared])

    def _both(self, identifier: int) -> tuple[Parameter | None, Parameter | None]:
        raw = self.there.get(identifier)
        return self.now.parameters.get(identifier), None if raw is None else _parameter(identifier, raw)


def read_parameters_file(path: Path) -> dict[int, str]:
    """Identifier -> the characters in a snapshot.  Raises ConfigError when the file is none."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["driver"] != EMUS_G1.name:
            raise ValueError(f"it is of a {content['driver']}")
        characters = {int(identifier, 16): str(raw) for identifier, raw in content["raw"].items()}
        for identifier, raw in characters.items():
            _parameter(identifier, raw)
    except OSError as cause:
        raise ConfigError(f"cannot read {path}: {cause.strerror}") from cause
    except (ValueError, KeyError, TypeError, AttributeError, DecodeError) as cause:
        raise ConfigError(
            f"{path} holds no settings of an EMUS G1 ({cause}): give the output of `settings --json`"
        ) from cause
    return characters


def _parameter(identifier: int, raw: str) -> Parameter:
    return emus_parameters.decode(sentences.frame("CF2", f"{identifier:04X}", raw))


def _value(parameter: Parameter | None) -> str:
    if parameter is None:
        return shown(None)
    return shown(parameter.names) if parameter.names else shown(parameter.value)
