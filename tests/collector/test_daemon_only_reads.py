"""The daemon has no way to a command that changes a device: by its words, and by what it can import."""

from __future__ import annotations

import argparse
import ast
import json
import subprocess
import sys
from pathlib import Path

from collector.__main__ import COMMANDS, build_parser
from collector.drivers import DRIVERS

ROOT = Path(__file__).parents[2]
CHANGING = {
    "collector.drivers.permission",
    "collector.drivers.tristar.changes",
    "collector.drivers.emus.changes",
    "collector.transports.modbus.writes",
    "collector.commands.change",
    "collector.drivers.tristar.actions",
    "collector.drivers.emus.actions",
}
TOOLS_BY_NAME = "collector.commands.common.tools"
# What is for people and scripts, and would only make the daemon larger.
NOT_THE_DAEMONS = {
    "rich",
    "collector.commands.common",
    "collector.drivers.tools",
    "collector.drivers.decoding",
    *(driver.tools for driver in DRIVERS.values()),
    "collector.scripts",
    "collector.simulator",
}


def path_of(module: str) -> Path | None:
    base = ROOT.joinpath(*module.split("."))
    return next((path for path in (base.with_suffix(".py"), base / "__init__.py") if path.exists()), None)


def imported(module: str) -> set[str]:
    """Our modules that this one imports, wherever in it; what only the type checker sees is left out."""
    path = path_of(module)
    assert path is not None
    found: set[str] = set()
    tree = ast.parse(path.read_text(encoding="utf-8"))
    hidden = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in hidden:
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports by a relative name"
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    if module == TOOLS_BY_NAME:
        found |= {driver.tools for driver in DRIVERS.values()}
    packages = {".".join(name.split(".")[:count]) for name in found for count in range(1, name.count(".") + 1)}
    return {name for name in found | packages if name.split(".")[0] in ("collector", "data") and path_of(name)}


def reachable(module: str) -> set[str]:
    seen: set[str] = set()
    waiting = [module]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            waiting += imported(one)
    return seen


def options(command: str) -> set[str]:
    parser = build_parser([command])
    choices = next(a for a in parser._actions if isinstance(a, argparse._SubParsersAction)).choices
    assert set(choices) == {command}
    return {option for action in choices[command]._actions for option in action.option_strings}


def test_nothing_the_daemon_can_import_changes_a_device() -> None:
    modules = reachable("collector.commands.run")
    assert "collector.transports.modbus.line" in modules
    assert "collector.drivers.emus.reader" in modules
    assert modules & CHANGING == set()
    assert modules & NOT_THE_DAEMONS == set()


def test_the_search_would_find_a_way_to_a_change() -> None:
    assert reachable("collector.commands.change") >= CHANGING


def test_modules_are_named_in_text_only_where_commands_and_classes_are_looked_up() -> None:
    """Elsewhere an import by a computed name could be a hidden way."""
    loading = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "collector").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if (isinstance(node, ast.Attribute) and node.attr in ("import_module", "exec_module"))
        or (isinstance(node, ast.Name) and node.id in ("import_module", "__import__", "exec", "eval"))
    }
    by_name = TOOLS_BY_NAME.replace(".", "/") + ".py"
    assert loading == {"collector/__init__.py", "collector/__main__.py", by_name}


def test_a_running_daemon_has_not_loaded_what_it_does_not_need(tmp_path: Path) -> None:
    code = (
        "import sys, json, zoneinfo\n"
        "from collector.__main__ import build_parser\n"
        "build_parser(['run'])\n"
        "from collector.drivers import DRIVERS\n"
        "from collector.drivers.driver import DeviceConfig\n"
        "from collector.daemon.device import open_devices\n"
        "open_devices([DeviceConfig('a', d, p, 1, None, 60.0) for d, p in"
        " [('tristar_mppt', 'tcp://192.0.2.1'), *((name, '/dev/' + name) for name in DRIVERS)]],"
        " zoneinfo.ZoneInfo('UTC'))\n"
        "print(json.dumps(sorted(sys.modules)))\n"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    loaded = json.loads(said)
    forbidden = CHANGING | NOT_THE_DAEMONS
    assert [name for name in loaded if name in forbidden or name.startswith("rich.")] == []


def test_run_takes_a_file_of_settings_and_nothing_that_allows_changes() -> None:
    assert options("run") == {"-h", "--help", "--config"}


def test_one_command_alone_can_allow_changes() -> None:
    assert [command for command in COMMANDS if "--allow-changes" in options(command)] == ["change"]


def test_no_setting_of_the_daemon_speaks_of_changes() -> None:
    text = (ROOT / "collector" / "config.py").read_text(encoding="utf-8")
    assert "allow" not in text
    assert "change" not in text.replace("exchange", "")
