"""The record of the EMUS G1 battery management system.  Source: docs/devices/emus_g1.md."""

from __future__ import annotations

from datetime import date

from collector.drivers.documents import Content, Values
from collector.drivers.driver import Driver
from collector.drivers.emus import sentences_table
from collector.drivers.emus.document import build_bms, by_sentence
from collector.drivers.emus.reader import LISTED, LIVE, EmusG1


def _build(values: Values, _string: int | None, _day: date | None) -> Content:
    return build_bms(by_sentence(values))


EMUS_G1 = Driver(
    name="emus_g1",
    open=EmusG1.open,
    live=(*LIVE, *LISTED),
    groups=tuple(sorted(sentences_table.REQUESTABLE)),
    build=_build,
    family="bms",
    baud=57600,
    first_name="bms-",
    tools="collector.drivers.emus.tools",
    asks_lines=True,
)
