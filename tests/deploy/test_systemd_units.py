"""The units of deploy/ are what systemd takes them for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy").rglob("*.service"))
INTERPRETER = "/srv/arboretum/.venv/bin/python"


def verified(text: str, folder: Path, name: str) -> tuple[int, str]:
    """How systemd-analyze ends, and what it says of a unit whose interpreter is this one."""
    unit = folder / name
    unit.write_text(text.replace(INTERPRETER, sys.executable), encoding="utf-8")
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return ended.returncode, ended.stderr


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_is_without_fault(unit: Path, tmp_path: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    assert INTERPRETER in text
    assert verified(text, tmp_path, unit.name) == (0, "")


def test_a_misspelt_key_would_be_told(tmp_path: Path) -> None:
    text = UNITS[0].read_text(encoding="utf-8").replace("RestartSec=", "RestartSecs=")
    _, words = verified(text, tmp_path, UNITS[0].name)
    assert "Unknown key" in words
