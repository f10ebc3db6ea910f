"""A small site for the browser: a day and a half of two strings and a battery, and the imported log."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from data.importing.msview import daily
from data.ingest.batch import Posted, store

LOG = Path(__file__).parents[2] / "data" / "real" / "tristar_mppt_daily_log_msview.csv"
SITE = ZoneInfo("America/Los_Angeles")
STEP = timedelta(minutes=5)
LENGTH = timedelta(hours=40)
CAPACITY = 1_296_000.0
BATCH = 200


def fill(session: Session, now: datetime) -> None:
    """Store all of it, up to `now`; a modem outage of two hours lies in yesterday's evening."""
    documents = list(posted(now))
    for first in range(0, len(documents), BATCH):
        outcomes = store(session, documents[first : first + BATCH], now)
        assert {outcome.result for outcome in outcomes} == {"stored"}
    records = daily.parse(LOG.read_text(encoding="utf-8"))
    store(session, list(daily.documents(records)), now)
    session.commit()


def posted(now: datetime) -> Iterator[Posted]:
    """Every document, in time order."""
    charge = 0.6 * CAPACITY
    at = now - LENGTH
    while at <= now:
        local = at.astimezone(SITE)
        hour = local.hour + local.minute / 60
        sun = 240 * max(0.0, math.sin((hour - 7) / 10 * math.pi)) if 7 < hour < 17 else 0.0
        load = 60 + 25 * math.sin(hour)
        amps = (1.93 * sun - load) / 13.2
        charge = min(CAPACITY, max(0.2 * CAPACITY, charge + amps * STEP.total_seconds()))
        volts = 12.8 + charge / CAPACITY + amps / 200
        if not timedelta(hours=14) < now - at < timedelta(hours=16):
            yield document("bms", "bms", at, battery(volts, amps, charge))
            for string, share in ((1, 1.0), (2, 0.93)):
                yield document("tristar", f"tristar-{string}", at, controller(string, sun * share, volts))
        at += STEP


def document(family: str, device: str, at: datetime, content: dict[str, Any]) -> Posted:
    """One document, measured and received at that time."""
    return Posted(family, device, json.dumps(content), at, "synced", at)


def battery(volts: float, amps: float, charge: float) -> dict[str, Any]:
    """The battery manager's document in the site's dialect."""
    cells = {f"cell {n}": {"value": round(volts / 4 + n / 100, 2), "unit": "V"} for n in range(1, 5)}
    return {
        "Battery Charge": {
            "battery charge": round(charge),
            "battery capacity": CAPACITY,
            "state of charge": round(100 * charge / CAPACITY, 1),
        },
        "BatteryVoltageSummary": {
            "number of cells": 4,
            "minimum cell voltage": round(volts / 4 + 0.01, 2),
            "maximum cell voltage": round(volts / 4 + 0.04, 2),
            "average cell voltage": round(volts / 4 + 0.02, 2),
        },
        "BatteryVoltageDetail": {
            "cell group 1": {
                "cell string number": 0,
                "first cell number": 0,
                "size of group": 4,
                "individual cell module voltages": cells,
            }
        },
        "CurrentAndVoltage": {
            "total voltage": {"value": round(volts, 2), "unit": "V"},
            "current": {"value": round(amps, 1), "unit": "A"},
        },
        "BMS Status": {"Status Errors": None, "Protection Errors": "Undervoltage", "Power Errors": None},
    }


def controller(string: int, watts: float, volts: float) -> dict[str, Any]:
    """A controller's document in the site's dialect."""
    return {
        "name": "Tristar",
        "string": string,
        "ADC data": {
            "battery voltage": round(volts + 0.01 * string, 2),
            "array voltage": 72.9 if watts else 1.2,
            "battery current": round(watts / volts, 1),
        },
        "Temperature data": {"heatsink temperature": round(18 + watts / 20)},
        "Status": {"faults": None, "alarms": "RTS open" if string == 2 else None, "LED state": "GREEN LED"},
        "Charger Data": {"Charge State": "MPPT" if watts else "NIGHT", "Ah Charge Total": 37312.4},
        "MPPT Data": {"output power": round(watts, 1), "input power": round(watts * 1.04, 1)},
    }
