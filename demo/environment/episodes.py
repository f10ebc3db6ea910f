"""What happens to the site within its history, placed relative to the end of the history (the anchor).

Everything lies in the last twenty days; the last three and the present are ordinary good days.
"""

from __future__ import annotations

from dataclasses import dataclass

from demo.minutes import DAY, start_of_day

# Day before the anchor's day -> regime of the sky (demo/environment/weather.py).
# Days not named follow the seeded weather.
SKIES = {
    -15: "clear",
    -14: "fair",
    -13: "overcast",
    -12: "rain",
    -11: "rain",
    -10: "rain",
    -9: "clear",
    -8: "fair",
    -7: "broken",
    -6: "fair",
    -5: "broken",
    -4: "fair",
    -3: "clear",
    -2: "fair",
    -1: "clear",
    0: "fair",
    1: "clear",
    2: "fair",
}
COLD_FROM, COLD_UNTIL, COLD_DEGREES = -15, -9, -6.5
# Somebody plugs a heater into the AC outlet in the rain and forgets it: (day, hour).
HEATER_FROM, HEATER_UNTIL, HEATER_WATTS = (-12, 16), (-10, 12), 170.0
MODEM_FROM, MODEM_UNTIL = (-6, 13), (-5, 5)
UNPLUGGED_FROM, UNPLUGGED_UNTIL = (-19, 11), (-16, 15)
UNPLUGGED_SENSOR = "VEML7700"
# How fast the queue of a modem outage arrives once there is a network again.
BURST_SECONDS = 0.2


@dataclass(frozen=True, slots=True)
class Span:
    """Minutes from `first` up to, not including, `last`."""

    first: int
    last: int

    def __contains__(self, minute: int) -> bool:
        return self.first <= minute < self.last


class Episodes:
    """The episodes of a history that ends on that local solar day."""

    def __init__(self, anchor_day: int) -> None:
        self.anchor_day = anchor_day
        self.heater = self._span(HEATER_FROM, HEATER_UNTIL)
        self.modem_outage = self._span(MODEM_FROM, MODEM_UNTIL)
        self.unplugged = self._span(UNPLUGGED_FROM, UNPLUGGED_UNTIL)
        self.cold = self._span((COLD_FROM, 0), (COLD_UNTIL + 1, 0))

    def sky(self, day: int) -> str | None:
        """The regime that an episode demands of a local solar day, if any."""
        return SKIES.get(day - self.anchor_day)

    def chill(self, day: int) -> float:
        """By how many degrees a day is colder than its season."""
        relative = day - self.anchor_day
        return COLD_DEGREES if COLD_FROM <= relative <= COLD_UNTIL else 0.0

    def received_minute(self, minute: int) -> float:
        """When a document measured at that minute reaches the site: at once, or after the modem outage in its turn."""
        if minute < self.modem_outage.first:
            return minute
        turn = self.modem_outage.last + (minute - self.modem_outage.first) * BURST_SECONDS / 60
        return max(minute, turn)

    def _span(self, first: tuple[int, int], last: tuple[int, int]) -> Span:
        return Span(self._minute(*first), self._minute(*last))

    def _minute(self, day: int, hour: int) -> int:
        return start_of_day(self.anchor_day + day) + hour * DAY // 24
