"""The long past: eras without a gap, counters without a step, processes that end with the one that started them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

from demo.history.eras import Era, difference, eras, folded, opened, run
from demo.launch import Launch
from demo.minutes import DAY, minute_of

ANCHOR = datetime(2026, 11, 20, 9, 13, 5, tzinfo=UTC)
ROOT = Path(__file__).parents[2]
LIMIT_SECONDS = 30.0
POOL = """
import os, time
from demo.history.processes import workers
if __name__ == "__main__":
    with workers(1) as pool:
        print(pool.submit(os.getpid).result(), flush=True)
        time.sleep(60)
"""


def test_the_eras_cover_the_history_and_the_newest_is_the_model_of_the_present() -> None:
    launch = Launch(ANCHOR, days=365)
    first, last = minute_of(launch.history.start_at) + 1, minute_of(ANCHOR) + 1
    found = eras(launch, first, last)
    assert (found[0].start, found[0].last, found[-1].first) == (launch.start, last, first)
    for newer, older in pairwise(found):
        assert older.last == newer.first
        assert older.joins == newer.start < older.last
        assert older.start <= older.first - 2 * DAY
    assert eras(Launch(ANCHOR, days=30), last - 30 * DAY, last) == [
        Era(Launch(ANCHOR, days=30).start, last - 30 * DAY, last, last)
    ]


def test_counters_rise_from_era_to_era_without_a_step() -> None:
    launch = Launch(ANCHOR, days=1)
    first = launch.start + 2 * DAY
    newer = Era(launch.start, first, first + 60, first + 60)
    older = Era(launch.start - 2 * DAY, launch.start, first, launch.start)
    after = opened(run(launch, newer, {0: [launch.start]}).parts[0], {})[0]
    went = run(launch, older, {0: [launch.start - 1000, launch.start]})
    before, joined = opened(went.parts[0], difference({}, went.gained))
    for each in (0, 1):
        assert abs(joined.controllers[each].log["ah_total"] - after.controllers[each].log["ah_total"]) < 0.01
        assert before.controllers[each].log["wh_total"] < joined.controllers[each].log["wh_total"]
    assert abs(joined.manager.charged - after.manager.charged) < 0.01
    assert joined.manager.counts == after.manager.counts
    assert abs(joined.hours - after.hours) < 0.001


def test_a_counter_that_would_be_below_zero_was_reset_when_it_stood_at_its_first_value() -> None:
    assert folded(100.0, -30.0) == 70.0
    assert folded(100.0, -130.0) == 70.0


def test_the_processes_end_when_the_one_that_started_them_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "pool.py"
    script.write_text(POOL, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True, env=environment) as started:
        assert started.stdout is not None
        worker = int(started.stdout.readline())
        started.send_signal(signal.SIGKILL)
    until = time.monotonic() + LIMIT_SECONDS
    while _runs(worker) and time.monotonic() < until:
        time.sleep(0.05)
    assert not _runs(worker)


def _runs(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
