"""The manuals and the tables name everything they should."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Any

import pytest
from flask import Blueprint, Flask

from app import api, cli, factory, legacy, views
from app.cli.common import Command
from app.cli.main import COMMANDS
from app.config import SETTINGS
from app.routes.routing import Route
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
    forgotten = [what for what, text in ((f"*{role}*", manual), (f"`{role}`", options)) if what not in text]
    assert forgotten == [], "docs/operations.md, under Roles and at `create-user`"


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_in_the_manual_of_operation(command: str) -> None:
    manual = (DOCS / "operations.md").read_text(encoding="utf-8")
    assert re.search(rf"`{command}\b", manual) is not None, f"docs/operations.md has no line of `{command}`"


def made(kind: type, *packages: Any) -> dict[str, Any]:
    """All objects of that kind in the modules of these packages, by the name of their place."""
    modules = [
        import_module(f"{package.__name__}.{module.name}")
        for package in packages
        for module in iter_modules(package.__path__)
    ]
    return {
        f"{module.__name__}.{name}": thing
        for module in modules
        for name, thing in vars(module).items()
        if isinstance(thing, kind)
    }


def left_out(things: dict[str, Any], table: Iterable[Any]) -> list[str]:
    rows = [id(row) for row in table]
    return [place for place, thing in things.items() if id(thing) not in rows]


def test_every_command_has_its_row_in_the_table() -> None:
    assert left_out(made(Command, cli), COMMANDS.values()) == [], "COMMANDS of app/cli/main.py lacks these"


def test_every_route_has_its_place_in_the_table() -> None:
    assert left_out(made(Route, api, legacy, views), factory.ROUTES) == [], (
        "ROUTES of their module (under /api/v1: app/api/routes.py) lacks these"
    )


def test_every_blueprint_is_in_the_table() -> None:
    assert left_out(made(Blueprint, api, legacy, views), factory.BLUEPRINTS) == [], "BLUEPRINTS of app/factory.py"


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
    assert missing == [], "docs/api.md has no line of these"
