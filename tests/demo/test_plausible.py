"""The month as a solar engineer would look at it."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

from demo.devices.registers import tristar
from demo.environment.panels import PANELS
from demo.minutes import day_of
from demo.model.controllers import ABSORPTION, FLOAT, MPPT, NIGHT, compensated

from .conftest import Month, run


def test_the_state_of_charge_stays_within_its_limits(november: Month) -> None:
    assert all(0 <= one.charge <= 1 for one in november.instants)
    assert november.model.pack.state_of_charge() > 0.5


def test_at_night_no_power_comes_from_the_sky(november: Month) -> None:
    night = [one for one in november.instants if one.zenith > 95]
    assert len(night) > 1500
    assert all(each.output_watts(one.volts) == 0 == each.array_volts for one in night for each in one.controllers)
    assert {each.stage for one in night for each in one.controllers} == {NIGHT}


def test_voltages_fit_the_stage(november: Month) -> None:
    for one in november.instants:
        for each in one.controllers:
            if each.stage == ABSORPTION:
                assert abs(one.volts - compensated(14.0, round(one.degrees))) < 0.15
            if each.stage == FLOAT and each.amperes > 0.5:
                assert one.volts < compensated(13.5, round(one.degrees)) + 0.02
            assert each.target == 0 or each.stage in (MPPT, ABSORPTION, FLOAT)
        assert 11.0 < one.volts < compensated(14.5, one.degrees)


def test_a_full_day_absorbs_for_the_time_that_is_set(november: Month) -> None:
    logs = [each.log for one in november.instants for each in one.controllers if each.stage == FLOAT]
    assert logs
    assert all(256 <= log["absorption_seconds"] < 1200 for log in logs)
    assert sum(log["absorption_seconds"] == 256 for log in logs) > 0.8 * len(logs)


def test_a_full_battery_shows_in_the_array_s_voltage(november: Month) -> None:
    curtailed = [
        (each.array_volts, *each.sweep)
        for one in november.instants
        for each in one.controllers
        if each.stage == FLOAT and one.ghi > 300 and each.input_watts(one.volts) < 0.5 * each.sweep[0]
    ]
    assert len(curtailed) > 200
    assert sum(best + 4 < volts < opened + 4 for volts, _, best, opened in curtailed) > 0.95 * len(curtailed)


def test_in_bulk_the_array_stands_at_its_maximum_power_point(november: Month) -> None:
    tracked = [
        each.array_volts / each.sweep[1]
        for one in november.instants
        for each in one.controllers
        if each.stage == MPPT and each.amperes > 5 and one.second % 600 == 0
    ]
    assert len(tracked) > 100
    assert sum(0.9 < ratio < 1.1 for ratio in tracked) > 0.95 * len(tracked)


def test_no_string_ever_reaches_the_limit_of_its_controller(november: Month) -> None:
    assert 90 < max(each.array_volts for one in november.instants for each in one.controllers) < 110 < 150
    assert PANELS == 12


def test_string_two_gives_less_and_least_in_the_morning(november: Month) -> None:
    totals = [log.ah_total for log in november.model.logs]
    begun = november.instants[0].controllers
    first, second = (total - each.log["ah_total"] for total, each in zip(totals, begun, strict=True))
    assert 0.4 * first < second < 0.97 * first
    by_hour = defaultdict(list)
    for one in november.instants:
        if one.controllers[0].sweep[0] > 100 and one.ghi > 200:
            by_hour[int(one.second // 3600 - 8) % 24].append(one.controllers[1].sweep[0] / one.controllers[0].sweep[0])
    ratio = {hour: sum(values) / len(values) for hour, values in by_hour.items()}
    assert ratio[9] < ratio[13] - 0.02


def test_a_day_brings_one_and_a_half_to_six_kilowatt_hours(november: Month) -> None:
    by_day: dict[int, dict[int, float]] = defaultdict(dict)
    for one in november.instants:
        day = day_of(int(one.second) // 60)
        for each, controller in enumerate(one.controllers):
            by_day[day][each] = max(by_day[day].get(each, 0.0), controller.log["wh"])
    days = [sum(per.values()) for day, per in sorted(by_day.items())[1:-1]]
    ordinary = [total for total in days if total > 1000]
    assert len(ordinary) >= 24
    assert 1500 < sorted(ordinary)[len(ordinary) // 2] < 6000
    assert max(days) < 9000


def test_counters_only_grow_and_the_day_s_begin_again_at_night(november: Month) -> None:
    begun_again = 0
    for before, after in pairwise(november.instants):
        for earlier, later in zip(before.controllers, after.controllers, strict=True):
            assert later.log["ah_total"] >= earlier.log["ah_total"]
            if later.log["wh"] < earlier.log["wh"]:
                begun_again += 1
                assert later.stage == NIGHT
                assert later.log["wh"] == 0
    assert begun_again in range(2 * 28, 2 * 33)


def test_power_is_voltage_times_current_in_the_registers(november: Month) -> None:
    for one in november.instants[::7]:
        values = tristar(one, 0)
        assert abs(values["battery_terminal_voltage"] * values["battery_current"] - values["output_power"]) < 0.01
        assert abs(values["array_voltage"] * values["array_current"] - values["input_power"]) < 0.01


def test_a_summer_day_can_bring_more_than_a_winter_s() -> None:
    def light(month: Month) -> float:
        return sum(one.ghi for one in month.instants) / len(month.instants)

    from datetime import UTC, datetime

    summer = run(datetime(2026, 6, 21, 20, tzinfo=UTC), days=2, step=30)
    winter = run(datetime(2026, 12, 21, 20, tzinfo=UTC), days=2, step=30)
    assert light(summer) > 1.5 * light(winter)
