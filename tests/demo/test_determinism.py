"""The same seed, the same anchor, the same instant: the same site, however often it was stopped in between."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np

from demo.devices.recorder import Recorder
from demo.environment.episodes import Episodes
from demo.environment.forcing import week
from demo.environment.weather import weather
from demo.launch import Launch, enter, keep
from demo.live.present import Present, state
from demo.minutes import day_of, instant_of, minute_of, week_of
from demo.model.instant import Instant
from demo.model.saved import restore, save
from demo.resume import fresh

ANCHOR = datetime(2026, 4, 3, 18, 30, 20, tzinfo=UTC)
LAUNCH = Launch(ANCHOR, days=1)


def at(minute: int) -> Instant:
    """The site at a minute, computed from the start."""
    model = fresh(LAUNCH)
    model.advance(minute)
    instant = model.step(keep=True)
    assert instant is not None
    return instant


def test_two_runs_are_equal() -> None:
    one, other = fresh(LAUNCH), fresh(LAUNCH)
    for model in (one, other):
        model.advance(LAUNCH.start + 1500)
    assert save(one) == save(other)


def test_a_saved_model_goes_on_as_if_it_had_never_stopped() -> None:
    straight = fresh(LAUNCH)
    straight.advance(LAUNCH.start + 700)
    text = json.dumps(save(straight))
    again = restore(json.loads(text), LAUNCH.seed, LAUNCH.anchor, LAUNCH.start)
    assert again is not None
    straight.advance(LAUNCH.start + 2300)
    again.advance(LAUNCH.start + 2300)
    assert json.dumps(save(again)) == json.dumps(save(straight))


def test_the_state_of_another_demonstration_is_not_gone_on_with() -> None:
    saved = save(fresh(LAUNCH))
    assert restore(saved, LAUNCH.seed + 1, LAUNCH.anchor, LAUNCH.start) is None
    assert restore({**saved, "version": 0}, LAUNCH.seed, LAUNCH.anchor, LAUNCH.start) is None
    assert restore({**saved, "pack": {}}, LAUNCH.seed, LAUNCH.anchor, LAUNCH.start) is None


def test_a_day_s_weather_does_not_depend_on_the_days_asked_with_it() -> None:
    episodes = Episodes(20_000)
    together = weather(20_100, 7, 1, episodes)
    alone = weather(20_103, 1, 1, episodes)
    np.testing.assert_allclose(alone.clear_sky_index, together.clear_sky_index[3 * 1440 : 4 * 1440])
    np.testing.assert_allclose(alone.air, together.air[3 * 1440 : 4 * 1440])


def test_another_seed_gives_another_sky() -> None:
    number = week_of(minute_of(ANCHOR)) + 10
    assert week(number, 1, 20_000).ghi != week(number, 2, 20_000).ghi


def test_the_present_is_what_the_history_says_of_the_same_minute(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    launch = enter(path, ANCHOR, days=1)
    assert launch == LAUNCH
    now = ANCHOR + timedelta(minutes=7)
    on_the_minute = instant_of(minute_of(now))
    present = Present(launch, path, now)
    recorder = Recorder(day_of(minute_of(ANCHOR)))
    lived = present.at(on_the_minute)
    assert recorder.documents(lived) == recorder.documents(at(minute_of(now)))


def test_the_present_goes_on_after_a_restart_and_after_a_clock_put_back(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    launch = enter(path, ANCHOR, days=1)
    present = Present(launch, path, ANCHOR)
    later = ANCHOR + timedelta(minutes=3, seconds=20)
    first = state(present.at(later))
    assert state(Present(launch, path, later).at(later)) == first
    earlier = ANCHOR + timedelta(seconds=5)
    assert state(present.at(earlier)) == state(Present(launch, None, earlier).at(earlier))


def test_between_two_minutes_the_site_moves_evenly() -> None:
    present = Present(LAUNCH, None, ANCHOR)
    minute = instant_of(minute_of(ANCHOR))
    volts = [present.at(minute + timedelta(seconds=second)).volts for second in (0, 20, 40, 60)]
    steps = [after - before for before, after in pairwise(volts)]
    assert max(steps) - min(steps) < 1e-9


def test_a_damaged_model_file_costs_only_time(tmp_path: Path) -> None:
    path = tmp_path / "demo_state.json"
    launch = enter(path, ANCHOR, days=1)
    keep(path, {"minute": "nonsense"})
    expected = Present(launch, None, ANCHOR).at(ANCHOR)
    assert Present(launch, path, ANCHOR).at(ANCHOR).volts == expected.volts
