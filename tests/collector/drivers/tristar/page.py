"""The tables of docs/devices/tristar_mppt.md, made from the driver's tables and the protocol reference.

`python -m tests.collector.drivers.tristar.page` writes them into the page, between `<!-- table: name -->` and
`<!-- end -->`.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from collector.drivers.registers import Register
from collector.drivers.tristar import coils, registers_table
from collector.drivers.tristar.settings import SETTINGS
from data.catalogue.codes import table

ROOT = Path(__file__).parents[4]
PAGE = ROOT / "docs" / "devices" / "tristar_mppt.md"
REFERENCE = ROOT / "tests" / "captures" / "protocols" / "tristar_mppt" / "registers.csv"
BLOCK = re.compile(r"(<!-- table: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)
WORDS = (
    "charge_state",
    "led_state",
    "model",
    "faults",
    "alarms",
    "daily_flags",
    "dip_switches",
    "network_flags",
    "network_rules",
    "ethernet_power_save",
    "vlan_enable",
)
CODES = ("charge_state", "led_state", "model")


def markdown(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join("|" + "|".join(f" {cell} " if cell != "---" else cell for cell in line) + "|\n" for line in lines)


def tables() -> dict[str, str]:
    """Name -> markdown."""
    groups = {
        "live": ("scaling", "identity", "adc", "temperature", "status", "charger", "mppt"),
        "today": ("logger_daily",),
        "overrides": ("manual_control",),
        "counters": ("eeprom_counters",),
        "network": ("network",),
    }
    made = {
        name: register_table([row for row in registers_table.ALL if row.group in of]) for name, of in groups.items()
    }
    made["settings"] = settings_table()
    made["coils"] = coils_table()
    for name in WORDS:
        made[name] = markdown(
            ("code" if name in CODES else "bit", "name", "meaning"),
            [(str(code.number), f"`{code.key}`", code.sentence or "Undefined") for code in table(name).codes.values()],
        )
    return made


def register_table(rows: Iterable[Register]) -> str:
    with REFERENCE.open(encoding="utf-8", newline="") as file:
        reference = {row["key"]: row for row in csv.DictReader(file)}

    def line(row: Register) -> tuple[str, ...]:
        told = reference[row.key]
        meaning = ". ".join(part.rstrip(".") for part in (told["description"], told["notes"]) if part) + "."
        return (
            f"`0x{row.address:04X}`",
            f"`{row.key}`",
            f"{row.words} low first" if row.low_word_first else str(row.words),
            ("signed " if row.signed else "") + told["scaling"],
            row.unit,
            meaning,
        )

    return markdown(("address", "key", "words", "scaling", "unit", "meaning"), map(line, rows))


def settings_table() -> str:
    def line(row: Register) -> tuple[str, ...]:
        text = SETTINGS[row.key]
        zero = f"0: {text.zero_means}." if text.zero_means else ""
        span = f"{text.limits[0]} to {text.limits[1]}." if text.limits else ""
        said = " ".join(part for part in (text.meaning, zero, text.watch_out, span) if part)
        per = "per 12 V" if text.per_12v else ""
        return (f"`0x{row.address:04X}`", f"`{row.key}`", text.label, row.unit, per, said)

    return markdown(("address", "key", "name", "unit", "stored", "meaning"), map(line, registers_table.SETTINGS))


def coils_table() -> str:
    return markdown(
        ("address", "coil", "access", "danger", "what it does"),
        [
            (
                f"`0x{coil.address:04X}`",
                f"`{coil.key}`",
                coil.access.replace("_", " "),
                coil.danger,
                f"{coil.effect}. {coil.notes}".strip(),
            )
            for coil in coils.COILS
        ],
    )


def current(page: str) -> str:
    """The page with its tables made anew; KeyError for a table there is not."""
    made = tables()
    return BLOCK.sub(lambda found: found[1] + made[found[2]] + found[3], page)


if __name__ == "__main__":
    PAGE.write_text(current(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
