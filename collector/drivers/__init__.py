"""The devices: a folder with a table, a reader and a record for each model, and the engines that read the tables."""

from __future__ import annotations

from collections.abc import Mapping

from collector.drivers.driver import Driver
from collector.drivers.emus.driver import EMUS_G1
from collector.drivers.tristar.driver import TRISTAR_MPPT
from collector.drivers.victron_vedirect.driver import VICTRON_VEDIRECT

# Name in the collector's settings -> driver; `probe` asks in this order.
DRIVERS: Mapping[str, Driver] = {
    driver.name: driver
    for driver in (
        TRISTAR_MPPT,
        EMUS_G1,
        VICTRON_VEDIRECT,
    )
}
