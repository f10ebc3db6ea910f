"""What an administrator changes of a device: its name, who sees it, how often it should be heard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from data.database.engine import begin_write
from data.database.models import Device, Sensor
from data.errors import DocumentError, NotFoundError

LONGEST_NAME = 100
LONGEST_INTERVAL_SECONDS = 86_400
WHOLE = re.compile(r"[0-9]{1,9}")


def change(session: Session, device_id: int, name: str, public: bool, interval: str) -> tuple[str, str]:
    """Change the device; its slug, and a text that says what changed.  A sensor's name is its owner's to change."""
    begin_write(session)
    device = session.get(Device, device_id)
    if device is None:
        raise NotFoundError(f"no device with the id {device_id}")
    name = name.strip() if device.sensor_id is None else device.name
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise DocumentError(f"the name must have 1 to {LONGEST_NAME} printable characters")
    seconds = _seconds(interval)
    now_is = {"name": name, "public": public, "expected_interval_seconds": seconds}
    before = {field: getattr(device, field) for field in now_is}
    for field, value in now_is.items():
        setattr(device, field, value)
    if device.sensor_id is not None:
        sensor = session.get(Sensor, device.sensor_id)
        assert sensor is not None, "the foreign key says that it is there"
        sensor.public = public
    session.flush()
    only = "its owner" if device.sensor_id is not None else "administrators"
    earlier, after = _texts(before, only), _texts(now_is, only)
    changed = [f"{after[field]}, before {earlier[field]}" for field in after if after[field] != earlier[field]]
    return device.slug, "; ".join(changed) or "nothing changed"


def _texts(state: Mapping[str, Any], only: str) -> dict[str, str]:
    seconds = state["expected_interval_seconds"]
    return {
        "name": f"named {state['name']}",
        "public": f"seen by {'everybody' if state['public'] else only}",
        "interval": "expected as it posts" if seconds is None else f"expected every {seconds} s",
    }


def _seconds(text: str) -> int | None:
    if not text.strip():
        return None
    if not WHOLE.fullmatch(text.strip()) or not 1 <= int(text) <= LONGEST_INTERVAL_SECONDS:
        raise DocumentError(f"the interval is {text[:20]!r}: write whole seconds, 1 to {LONGEST_INTERVAL_SECONDS}")
    return int(text)
