"""A file of the old site, made by its own SQL: its tables, its documents, and the rows people left in it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from pathlib import Path

DOCUMENTS = Path(__file__).parents[2] / "captures/documents"
BCRYPT = "$2b$12$R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"
FROZEN = "2019-12-03 19:40:00.000000"
SCHEMA = """
CREATE TABLE "User" (
    id INTEGER NOT NULL, username VARCHAR(60) NOT NULL, email VARCHAR(60) NOT NULL, password VARCHAR(60) NOT NULL,
    PRIMARY KEY (id), UNIQUE (username), UNIQUE (email)
);
CREATE TABLE "Sensor" (
    id INTEGER NOT NULL, user_id INTEGER NOT NULL, name VARCHAR(20) NOT NULL, type VARCHAR(20), units VARCHAR(20),
    PRIMARY KEY (id), FOREIGN KEY(user_id) REFERENCES "User" (id)
);
CREATE TABLE json_data_entry (
    id INTEGER NOT NULL, date_posted DATETIME NOT NULL, "JSON_content" JSON, PRIMARY KEY (id)
);
CREATE TABLE sensor_data_entry (
    id INTEGER NOT NULL, date_posted DATETIME NOT NULL, "JSON_content" JSON, sensor_id INTEGER NOT NULL,
    PRIMARY KEY (id), FOREIGN KEY(sensor_id) REFERENCES "Sensor" (id)
);
"""


def text(name: str) -> str:
    """A posted document of the contract."""
    return (DOCUMENTS / f"{name}.json").read_text(encoding="utf-8")


def bootstrap(path: Path) -> None:
    """Users, sensors, and every document of the contract, some at one frozen time, some rows broken."""
    daily, bms = text("tristar_daily"), text("bms")
    first = text("tristar_instantaneous")
    second = json.dumps(json.loads(first) | {"string": 2})
    entries = [
        (FROZEN, bms),
        (FROZEN, first),
        (FROZEN, second),
        (FROZEN, daily),
        (FROZEN, bms.replace("938304", "938305")),
        (FROZEN, text("variants/bms_reader_dialect")),
        ("2019-12-04 19:40:00.250000", text("variants/tristar_reader_dialect")),
        ("2019-12-04 19:50:00", text("variants/tristar_underscore_list_alarms")),
        ("2019-12-04 19:50:00", text("variants/tristar_daily_duplicate_key")),
        ("2019-12-05 19:50:00", json.dumps(bms)),  # encoded twice
        (FROZEN, "{}"),
        (FROZEN, "[1, 2]"),
        (FROZEN, '{"ADC data": '),
        ("yesterday", first),
        (FROZEN, None),
        (FROZEN, '{"song": "la la"}'),
        (FROZEN, b'{"ADC data": {"battery voltage": "\xff"}}'),
    ]
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executescript(SCHEMA)
        connection.executemany(
            'INSERT INTO "User" VALUES (?, ?, ?, ?)',
            [
                (1, "admin", "old-admin@example.org", BCRYPT),
                (2, "student1", "student1@example.org", BCRYPT),
                (3, "a/b", "slash@example.org", BCRYPT),
                (4, "plain", "plain@example.org", "a password in plain text"),
            ],
        )
        connection.executemany(
            'INSERT INTO "Sensor" VALUES (?, ?, ?, ?, ?)',
            [
                (1, 1, "VEML7700", "light", "lux"),
                (2, 2, "water_temp", None, "C"),
                (3, 3, "lost", None, None),
                (4, 2, "a name longer than twenty", None, None),
            ],
        )
        connection.executemany('INSERT INTO json_data_entry (date_posted, "JSON_content") VALUES (?, ?)', entries)
        connection.executemany(
            'INSERT INTO sensor_data_entry (date_posted, "JSON_content", sensor_id) VALUES (?, ?, ?)',
            [
                (FROZEN, text("variants/sensor_veml7700"), 1),
                (FROZEN, text("variants/sensor_flat"), 2),
                (FROZEN, text("variants/sensor_flat"), 2),
                (FROZEN, text("sensor"), 3),
                (FROZEN, text("sensor"), 99),
            ],
        )


def lengthen(path: Path, rows: int) -> None:
    """Add that many battery documents, a minute apart."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            'INSERT INTO json_data_entry (date_posted, "JSON_content") VALUES (?, ?)',
            [
                (
                    f"2019-11-{1 + n // 1440:02d} {n // 60 % 24:02d}:{n % 60:02d}:00",
                    json.dumps({"BatteryVoltageSummary": {"average cell voltage": 3 + n / 10000}}),
                )
                for n in range(rows)
            ],
        )
