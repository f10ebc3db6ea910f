from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.daemon import clock as system_clock
from collector.daemon.clock import SystemClock


def test_a_stamp_is_aware_to_the_millisecond_and_marked() -> None:
    stamp = SystemClock(threading.Event(), is_set=lambda: True).stamp()
    assert stamp.recorded_at.utcoffset() == timedelta(0)
    assert stamp.recorded_at.microsecond % 1000 == 0
    assert abs(datetime.now(UTC) - stamp.recorded_at) < timedelta(seconds=5)
    assert stamp.clock == "synced"
    assert SystemClock(threading.Event(), is_set=lambda: False).stamp().clock == "unsynced"


def test_two_clocks_of_one_boot_count_alike() -> None:
    first, second = (SystemClock(threading.Event()) for _ in range(2))
    assert first.boot_id == second.boot_id
    assert abs(second.monotonic() - first.monotonic()) < 5


def test_a_clock_once_set_stays_believed() -> None:
    answers = iter([False, True, False])
    clock = SystemClock(threading.Event(), is_set=lambda: next(answers))
    assert [clock.is_set() for _ in range(4)] == [False, True, True, True]


def test_a_trusted_clock_asks_nobody() -> None:
    def ask() -> bool:
        raise AssertionError("asked")

    assert SystemClock(threading.Event(), trust=True, is_set=ask).is_set()


def test_a_stop_ends_a_wait() -> None:
    stop = threading.Event()
    clock = SystemClock(stop)
    assert not clock.wait(0.0)
    assert not clock.wait(-5.0)
    stop.set()
    assert clock.wait(3600.0)


def test_the_mark_of_the_time_service_is_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = tmp_path / "synchronized"
    monkeypatch.setattr(system_clock, "TIMESYNC_MARK", mark)
    assert isinstance(system_clock.kernel_clock_is_set(), bool)
    mark.touch()
    assert system_clock.kernel_clock_is_set()


def test_elsewhere_than_on_linux_nothing_is_claimed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(system_clock, "TIMESYNC_MARK", tmp_path / "none")
    monkeypatch.setattr(system_clock.sys, "platform", "darwin")
    assert not system_clock.kernel_clock_is_set()
