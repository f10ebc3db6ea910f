"""The warnings of the home page: the five rules of the first site, and silence."""

from __future__ import annotations

from datetime import timedelta

from callbacks.common.site_warnings import SiteWarning, warnings
from callbacks.overview.cards import notices
from tests.callbacks.documents import battery, stands, string


def test_the_five_rules_stand_in_their_order_for_each_controller() -> None:
    state = stands(
        battery(
            flags={
                "protection_errors": ["Undervoltage"],
                "power_errors": ["Power reduction: low voltage"],
                "status_errors": ["No communication to cells"],
            }
        ),
        string(2, flags={"alarms": ["RTS open"], "faults": ["overcurrent"]}),
        string(1, flags={"alarms": ["RTS open", "battery sense"]}),
    )
    assert [(one.kind, one.prefix + one.text) for one in warnings(state)] == [
        ("warning", "Tristar Alarms: RTS open, battery sense (string 1)"),
        ("warning", "Tristar Alarms: RTS open (string 2)"),
        ("danger", "Tristar Faults: overcurrent (string 2)"),
        ("warning", "BMS ERROR: No communication to cells (status)"),
        ("danger", "BMS ERROR: Power reduction: low voltage (power)"),
        ("danger", "BMS ERROR: Undervoltage (protection)"),
    ]


def test_all_well_is_no_warning() -> None:
    assert warnings(stands(string(1), string(2), battery())) == []


def test_silence_is_a_warning_of_its_own() -> None:
    assert warnings(stands(string(1), battery(age=timedelta(hours=3)))) == [
        SiteWarning("nodata", "No data ", "from the battery for 3\u202fh: what it shows is that old.")
    ]


def test_a_warning_carries_the_class_of_old() -> None:
    shown = notices(stands(string(1, flags={"alarms": ["RTS open"], "faults": ["overcurrent"]})))
    assert [one.className.split()[-1] for one in shown] == ["warning", "danger"]
