from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.__main__ import main
from collector.simulator.site import VirtualSite

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[VirtualSite]:
    """Two charge controllers and a battery manager on pseudo-terminals."""
    opened = VirtualSite(tmp_path / "dev")
    yield opened
    opened.close()


@pytest.fixture
def tristar(site: VirtualSite) -> str:
    return f"tristar_mppt@{site.lines['tristar_1'].path}"


@pytest.fixture
def emus(site: VirtualSite) -> str:
    return f"emus_g1@{site.lines['emus'].path}"


@pytest.fixture
def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Run a command with --json and a memory of this test's own: its exit code and what it said."""

    def run(*words: object) -> tuple[int, Any]:
        code = main([*(str(word) for word in words), "--memory", str(tmp_path / "memory.json"), "--json"])
        said = capsys.readouterr().out.splitlines()
        return code, json.loads(said[-1]) if said else None

    return run
