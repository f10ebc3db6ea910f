from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from collector.daemon.spool import Spool
from collector.drivers.emus import changes, reader
from tests.collector.fakes import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def spool(tmp_path: Path) -> Iterator[Spool]:
    opened = Spool(tmp_path / "spool.db")
    yield opened
    opened.close()


# An answer may take its time on a busy machine, and costs none when it comes; a silence costs all that is waited.
ANSWER_SECONDS, SOME_SECONDS, SILENCE_SECONDS, IDLE_SECONDS = 10.0, 0.4, 0.05, 0.1


def wait_for_an_emus(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """How long its drivers wait for the first line of an answer."""
    monkeypatch.setattr(reader, "TIMEOUT_SECONDS", seconds)
    monkeypatch.setattr(changes, "TIMEOUT_SECONDS", seconds)
    monkeypatch.setattr(changes, "RESTART_SECONDS", seconds)


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """An Emus that answers whatever is asked."""
    wait_for_an_emus(monkeypatch, ANSWER_SECONDS)
    monkeypatch.setattr(reader, "IDLE_SECONDS", IDLE_SECONDS)
    monkeypatch.setattr("collector.scripts.bms.CAN_SECONDS", 0.2)


@pytest.fixture
def some_silence(answers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Emus that answers some questions and is silent to others."""
    wait_for_an_emus(monkeypatch, SOME_SECONDS)


@pytest.fixture
def silence(answers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Emus from which no good answer is to come."""
    wait_for_an_emus(monkeypatch, SILENCE_SECONDS)


@pytest.fixture
def silent_changes(answers: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """An Emus that answers questions and says nothing to changes."""
    monkeypatch.setattr(changes, "TIMEOUT_SECONDS", SILENCE_SECONDS)
