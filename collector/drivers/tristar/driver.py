"""The record of the Morningstar TriStar MPPT charge controller.  Source: docs/devices/tristar_mppt.md."""

from __future__ import annotations

from datetime import date

from collector.drivers.documents import Content, Values
from collector.drivers.driver import DayLog, Driver
from collector.drivers.tristar import registers_table
from collector.drivers.tristar.document import build_tristar, build_tristar_daily
from collector.drivers.tristar.reader import TristarMppt


def _build_day(values: Values, string: int | None, day: date | None) -> Content | None:
    content = build_tristar_daily(values, string, day)
    return None if content["Daily Logger Values"] is None else content


TRISTAR_MPPT = Driver(
    name="tristar_mppt",
    open=TristarMppt.open,
    live=registers_table.LIVE,
    groups=tuple(dict.fromkeys(register.group for register in registers_table.ALL)),
    build=build_tristar,
    family="tristar",
    baud=9600,
    first_name="tristar-",
    tools="collector.drivers.tristar.tools",
    has_unit_id=True,
    day_log=DayLog(
        family="tristar_daily",
        build=_build_day,
        settings=("eeprom_settings",),
        counters=(
            "charge_ah_daily",
            "charge_wh_daily",
            "absorption_time_daily",
            "equalize_time_daily",
            "float_time_daily",
        ),
    ),
)
