"""The documents the site would have posted at an instant: through the devices' own bytes, like those of today.

Every value is encoded into the words or the sentence of its device and decoded again by the collector's drivers; only
the pseudo-terminal is left out.  What has not changed since the last instant is not spelt again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from collector.battery_documents import build_bms, by_sentence
from collector.documents import build_tristar, build_tristar_daily, compact
from collector.drivers import emus_g1, sentences, tristar_mppt
from collector.drivers.emus_reader import LISTED, LIVE
from collector.drivers.registers import Value, decode_register, encode
from collector.simulator.noon_battery import NOON
from data.ingest import Posted
from demo import faculty
from demo.episodes import UNPLUGGED_SENSOR, Episodes
from demo.instant import Instant
from demo.minutes import ZONE, instant_of
from demo.registers import tristar
from demo.sentences import emus

CLOCK = "synced"
OWNER = "admin"
STRINGS = (1, 2)
# From the poll to the site's answer over the modem.
ON_THE_WAY = timedelta(seconds=2)
SEVERAL = (*emus_g1.GROUPED, *LISTED)

LIVE_KEYS = tuple(row.key for row in tristar_mppt.REGISTERS if row.group in tristar_mppt.LIVE)
DAILY_KEYS = tuple(
    row.key for row in (*tristar_mppt.REGISTERS, *tristar_mppt.SETTINGS) if row.group in tristar_mppt.DAILY
)


class Recorder:
    """Turns instants into documents."""

    def __init__(self, anchor_day: int) -> None:
        self.episodes = Episodes(anchor_day)
        self._said: dict[str, tuple[Any, list[Mapping[str, Any]]]] = {}

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
        contents = [("bms", "bms", self.battery(instant))]
        for each, string in enumerate(STRINGS):
            values = read_back(tristar(instant, each), LIVE_KEYS)
            contents.append(("tristar", f"tristar-{string}", build_tristar(values, string, day)))
        for name, content in faculty.documents(instant).items():
            if name != UNPLUGGED_SENSOR or minute not in self.episodes.unplugged:
                contents.append(("sensor", f"{OWNER}/{name}", content))
        return [
            Posted(family, device, compact(content), recorded_at, CLOCK, came) for family, device, content in contents
        ]

    def daily(self, instant: Instant, day: date, received_at: datetime | None = None) -> list[Posted]:
        """The daily documents of both controllers; nothing while the site is dark."""
        if not instant.loads_on:
            return []
        minute = int(instant.second) // 60
        came = received_at or self._came_at(minute)
        made = []
        for each, string in enumerate(STRINGS):
            values = read_back(tristar(instant, each), DAILY_KEYS)
            content = compact(build_tristar_daily(values, string, day))
            made.append(Posted("tristar_daily", f"tristar-{string}", content, instant_of(minute), CLOCK, came))
        return made

    def battery(self, instant: Instant) -> dict[str, Any]:
        """The battery manager's document."""
        said = {**NOON, **emus(instant)}
        values: dict[str, Any] = {}
        for name in (*LIVE, *LISTED):
            replies = self._replies(name, said[name])
            if name in SEVERAL:
                values[name] = [fields for fields in replies if any(value is not None for value in fields.values())]
            else:
                values |= {f"{name}.{key}": value for fields in replies for key, value in fields.items()}
        return build_bms(by_sentence(values))

    def _replies(self, name: str, said: Mapping[str, Any] | Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
        """The fields a reader finds in the sentences of one answer."""
        before = self._said.get(name)
        if before is not None and before[0] == said:
            return before[1]
        several = [said] if isinstance(said, Mapping) else list(said) or [{}]
        lines = [sentences.encode(emus_g1.SENTENCES, name, one) for one in several]
        replies = [_decoded(line) for line in lines]
        self._said[name] = (said, replies)
        return replies

    def _came_at(self, minute: int) -> datetime:
        return instant_of(self.episodes.received_minute(minute)) + ON_THE_WAY


def read_back(values: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Value]:
    """These values as a reader of the registers finds them."""
    return {key: _on_the_wire(key, values[key]) for key in keys if key in values}


@lru_cache(maxsize=4096)
def _on_the_wire(key: str, value: Value) -> Value:
    row = tristar_mppt.BY_KEY[key]
    return decode_register(row, encode(row, value, tristar_mppt.USUAL_SCALES), tristar_mppt.USUAL_SCALES)


@lru_cache(maxsize=256)
def _decoded(line: bytes) -> Mapping[str, Any]:
    return emus_g1.decode(line).fields
