"""The documents the site would have posted at an instant: through the devices' own bytes, like those of today.

Every value is encoded into the words or the sentence of its device and decoded again by the collector's drivers; only
the pseudo-terminal is left out.  What was said before is not spelt again (demo/devices/document_texts.py).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from collector.drivers.documents import compact
from collector.drivers.emus.document import build_bms
from collector.drivers.emus.reader import LISTED, LIVE
from collector.drivers.registers import Value
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.document import build_tristar_daily
from collector.simulator.emus.noon import NOON
from data.ingest.batch import Posted
from demo.devices import document_texts, faculty
from demo.devices.registers import tristar
from demo.devices.sentences import emus
from demo.environment.episodes import UNPLUGGED_SENSOR, Episodes
from demo.minutes import ZONE, instant_of
from demo.model.instant import Instant

CLOCK = "synced"
OWNER = "admin"
STRINGS = (1, 2)
# From the poll to the site's answer over the modem.
ON_THE_WAY = timedelta(seconds=2)
NAMES = (*LIVE, *LISTED)

DAILY_KEYS = tuple(
    row.key for row in (*registers_table.REGISTERS, *registers_table.SETTINGS) if row.group in registers_table.DAILY
)


class Recorder:
    """Turns instants into documents."""

    def __init__(self, anchor_day: int) -> None:
        self.episodes = Episodes(anchor_day)
        self._sentences = document_texts.Sentences()

    def documents(self, instant: Instant, received_at: datetime | None = None) -> list[Posted]:
        """What was posted at that instant; nothing while the site is dark.

        `received_at` None means that it came when it was measured, unless there was no network.
        """
        if not instant.loads_on:
            return []
        minute = int(instant.second) // 60
        recorded_at = instant_of(minute)
        came = received_at or self._came_at(minute)
        day = recorded_at.astimezone(ZONE).date()
        texts = [("bms", "bms", document_texts.battery(self._lines(instant)))]
        for each, string in enumerate(STRINGS):
            texts.append(("tristar", f"tristar-{string}", document_texts.tristar(tristar(instant, each), string, day)))
        for name, content in faculty.documents(instant).items():
            if name != UNPLUGGED_SENSOR or minute not in self.episodes.unplugged:
                texts.append(("sensor", f"{OWNER}/{name}", compact(content)))
        return [Posted(family, device, text, recorded_at, CLOCK, came) for family, device, text in texts]

    def daily(self, instant: Instant, day: date, received_at: datetime | None = None) -> list[Posted]:
        """The daily documents of both controllers; nothing while the site is dark."""
        if not instant.loads_on:
            return []
        minute = int(instant.second) // 60
        came = received_at or self._came_at(minute)
        documents = []
        for each, string in enumerate(STRINGS):
            values = read_back(tristar(instant, each), DAILY_KEYS)
            content = compact(build_tristar_daily(values, string, day))
            documents.append(Posted("tristar_daily", f"tristar-{string}", content, instant_of(minute), CLOCK, came))
        return documents

    def battery(self, instant: Instant) -> dict[str, Any]:
        """The battery manager's document."""
        lines = self._lines(instant)
        return build_bms({name: document_texts.replies(name, some) for name, some in lines.items()})

    def _lines(self, instant: Instant) -> dict[str, document_texts.Lines]:
        values = {**NOON, **emus(instant)}
        return {name: self._sentences.lines(name, values[name]) for name in NAMES}

    def _came_at(self, minute: int) -> datetime:
        return instant_of(self.episodes.received_minute(minute)) + ON_THE_WAY


def read_back(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Value]:
    """These values as a reader of the registers finds them."""
    return {key: document_texts.on_the_wire(key, values[key]) for key in keys if key in values}
