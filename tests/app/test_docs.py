"""The manuals name everything they should."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from app.cli.main import COMMANDS
from app.config import SETTINGS
from data.roles import ROLES

DOCS = Path(__file__).parents[2] / "docs"
ROUTES = ("posting.", "batches.", "reading.", "api.", "health.healthz")


@pytest.mark.parametrize("setting", SETTINGS)
def test_every_setting_is_in_the_manual_of_operation(setting: str) -> None:
    assert f"`{setting}`" in (DOCS / "operations.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_in_the_manual_of_operation(role: str) -> None:
    manual = (DOCS / "operations.md").read_text(encoding="utf-8")
    [options] = re.findall(r"\| `create-user .*", manual)
    assert f"*{role}*" in manual
    assert f"`{role}`" in options


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_manual_of_operation(command: str) -> None:
    assert re.search(rf"`{command}\b", (DOCS / "operations.md").read_text(encoding="utf-8"))


def test_every_json_route_is_in_the_manual_of_routes(server: Flask) -> None:
    manual = (DOCS / "api.md").read_text(encoding="utf-8")
    names = {"<interval>": "<minutes>", "<sensor_id>": "<id>", "<username>/<sensor_name>/": "<device>/"}
    missing = []
    for rule in server.url_map.iter_rules():
        if not rule.endpoint.startswith(ROUTES):
            continue
        address = rule.rule
        for written, shown in names.items():
            address = address.replace(written, shown)
        other = re.sub(
            "single_(data_)?point", lambda found: "single_point" if found[1] else "single_data_point", address
        )
        if address not in manual and other not in manual:
            missing.append(rule.rule)
    assert missing == []
