"""What a controller counts and keeps: totals since it was installed, and the log of its day."""

from __future__ import annotations

# How long after nightfall the day's log is closed, and the last reading of it: docs/devices/tristar_mppt.md, "Today".
LOG_CLOSES_MINUTES = 8 * 60
ENTERED_FLOAT, ALARM_OCCURRED, FAULT_OCCURRED = 1 << 2, 1 << 3, 1 << 4


class DayLog:
    """Counters and extremes of one controller.  Amounts are in Ah, Wh and seconds."""

    def __init__(self, ampere_hours: float, watt_hours: float) -> None:
        self.ah_total, self.wh_total = ampere_hours, watt_hours
        self.ah_since, self.wh_since = 0.11 * ampere_hours, 0.11 * watt_hours
        self.volts_min, self.volts_max = 11.98, 14.21
        self.night_minutes = 0
        self.begin()

    def begin(self) -> None:
        """Start the log of a new day."""
        self.day_volts_min, self.day_volts_max = 99.0, 0.0
        self.array_max = self.watts_max = 0.0
        self.degrees_min, self.degrees_max = 99, -99
        self.ah = self.wh = 0.0
        self.absorption_seconds = self.float_seconds = 0.0
        self.flags = self.faults = self.alarms = 0

    def night(self, is_night: bool) -> None:
        """Once a minute: a log is closed some hours into the night."""
        self.night_minutes = self.night_minutes + 1 if is_night else 0
        if self.night_minutes == LOG_CLOSES_MINUTES:
            self.begin()

    def count(self, amperes: float, watts: float, seconds: float) -> None:
        """Add what was given in a step."""
        ampere_hours, watt_hours = amperes * seconds / 3600, watts * seconds / 3600
        self.ah_total += ampere_hours
        self.wh_total += watt_hours
        self.ah_since += ampere_hours
        self.wh_since += watt_hours
        self.ah += ampere_hours
        self.wh += watt_hours

    def note(self, volts: float, array_volts: float, watts: float, degrees: int) -> None:
        """Widen the extremes."""
        if volts < self.day_volts_min:
            self.day_volts_min = volts
            self.volts_min = min(volts, self.volts_min)
        if volts > self.day_volts_max:
            self.day_volts_max = volts
            self.volts_max = max(volts, self.volts_max)
        if array_volts > self.array_max:
            self.array_max = array_volts
        if watts > self.watts_max:
            self.watts_max = watts
        if degrees < self.degrees_min:
            self.degrees_min = degrees
        if degrees > self.degrees_max:
            self.degrees_max = degrees
