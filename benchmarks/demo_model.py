"""How fast the virtual site is computed and its documents are made.  Prints numbers, judges nothing."""

from __future__ import annotations

import time
from datetime import UTC, datetime

STEPS = 30 * 1440
DOCUMENT_STEPS = 500


def main() -> None:
    """Measure a month of minutes, a week of weather, and the documents of some hundred instants."""
    began = time.perf_counter()
    from demo.forcing import week
    from demo.launch import Launch, fresh
    from demo.minutes import week_of
    from demo.past import Recorder

    print(f"import with pvlib               {time.perf_counter() - began:8.2f} s")
    launch = Launch(datetime(2026, 11, 24, 20, tzinfo=UTC))
    model = fresh(launch)
    began = time.perf_counter()
    week(week_of(launch.start) + 10, 1, model.anchor_day)
    print(f"weather, sun and panels, a week {time.perf_counter() - began:8.2f} s")
    began = time.perf_counter()
    model.advance(launch.start + STEPS)
    seconds = time.perf_counter() - began
    print(f"thirty days                     {seconds:8.2f} s, {seconds / STEPS * 1e6:.0f} us a minute")
    print(f"a year, from that               {seconds * 365 / 30:8.2f} s")
    instants = [model.step(keep=True) for _ in range(DOCUMENT_STEPS)]
    recorder = Recorder(model.anchor_day)
    began = time.perf_counter()
    made = sum(len(recorder.documents(instant)) for instant in instants if instant is not None)
    seconds = time.perf_counter() - began
    print(f"documents of an instant         {seconds / DOCUMENT_STEPS * 1e3:8.2f} ms, {made / seconds:.0f} a second")


if __name__ == "__main__":
    main()
