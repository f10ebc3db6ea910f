"""What a demonstration remembers between starts."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.errors import ConfigError
from data.ranges import TimeRange
from demo.launch import Launch, enter, keep
from demo.minutes import minute_of

NOW = datetime(2026, 11, 24, 4, 5, 6, 789000, tzinfo=UTC)


def alive(path: Path, launch: Launch, at: datetime) -> None:
    """What the live model leaves behind."""
    keep(path, {"minute": minute_of(at), "anchor": launch.anchor.isoformat()})


def test_the_history_ends_at_the_first_start_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "demo_state.json"
    first = enter(path, NOW)
    assert (first.anchor, first.days, first.pauses) == (NOW, 365, ())
    assert enter(path, NOW + timedelta(days=2)) == first
    assert first.history == TimeRange(NOW - timedelta(days=365), NOW)


def test_a_longer_history_can_be_asked_for_later(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    enter(path, NOW)
    assert enter(path, NOW, days=500).days == 500
    assert enter(path, NOW, days=5).days == 500


def test_a_pause_is_noted_once_whoever_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    launch = enter(path, NOW)
    stopped = NOW + timedelta(hours=5)
    alive(path, launch, stopped)
    again = NOW + timedelta(hours=30)
    one = enter(path, again)
    other = enter(path, again + timedelta(seconds=3))
    assert one == other
    assert len(one.pauses) == 1
    assert abs(one.pauses[0].start_at - stopped) < timedelta(minutes=1)
    assert one.pauses[0].end_at == again


def test_a_short_break_is_no_pause_and_a_long_one_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    launch = enter(path, NOW)
    alive(path, launch, NOW + timedelta(hours=1))
    assert enter(path, NOW + timedelta(hours=1, minutes=10)).pauses == ()
    again = NOW + timedelta(days=400)
    assert enter(path, again).pauses == (TimeRange(again - timedelta(days=30), again),)


def test_a_file_that_is_no_state_is_named(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    path.write_text(json.dumps({"format": 99}), encoding="utf-8")
    with pytest.raises(ConfigError, match=r"demo_state\.json is not the state of a demonstration"):
        enter(path, NOW)
