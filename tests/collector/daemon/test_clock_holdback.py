from __future__ import annotations

from datetime import timedelta

from collector.daemon.clock_holdback import ClockHoldback
from collector.daemon.loop import drain_once
from collector.daemon.spool import Spool
from tests.collector.fakes import KEPT, NOON, FakeClock, FakeUplink, put


def test_what_was_measured_before_the_clock_was_set_waits_and_goes_with_its_right_time(spool: Spool) -> None:
    clock, uplink = FakeClock(NOON - timedelta(days=50), is_set=False), FakeUplink()
    holdback = ClockHoldback(spool, clock, patience_seconds=600)
    put(spool, clock)
    put(spool, clock)
    assert not drain_once(spool, uplink, holdback=holdback).accepted
    assert uplink.sent == []
    clock.set_to(NOON)
    put(spool, clock)
    assert drain_once(spool, uplink, holdback=holdback).accepted == 3
    assert [(document.recorded_at, document.clock) for document in uplink.sent] == [
        (NOON - timedelta(seconds=2), "restored"),
        (NOON - timedelta(seconds=1), "restored"),
        (NOON, "synced"),
    ]


def test_without_a_time_server_documents_go_as_unsynced_after_the_patience_and_then_at_once(spool: Spool) -> None:
    clock, uplink = FakeClock(is_set=False), FakeUplink()
    holdback = ClockHoldback(spool, clock, patience_seconds=20)
    put(spool, clock)
    drain_once(spool, uplink, holdback=holdback)
    clock.pass_seconds(19)
    drain_once(spool, uplink, holdback=holdback)
    assert uplink.sent == []
    clock.pass_seconds(1)
    drain_once(spool, uplink, holdback=holdback)
    assert [(document.recorded_at, document.clock) for document in uplink.sent] == [(NOON, "unsynced")]
    put(spool, clock)
    # A restart in the same boot does not wait again.
    assert drain_once(spool, uplink, holdback=ClockHoldback(spool, clock, 20)).accepted == 1


def test_patience_counts_only_while_the_server_can_be_reached(spool: Spool) -> None:
    clock, uplink = FakeClock(is_set=False), FakeUplink()
    holdback = ClockHoldback(spool, clock, patience_seconds=20)
    put(spool, clock)
    uplink.reachable = False
    for _ in range(10):
        clock.pass_seconds(3600)
        assert drain_once(spool, uplink, holdback=holdback).kept
    uplink.reachable = True
    assert not drain_once(spool, uplink, holdback=holdback).kept
    assert uplink.sent == []
    clock.set_to(NOON + timedelta(days=9))
    drain_once(spool, uplink, holdback=holdback)
    assert [document.clock for document in uplink.sent] == ["restored"]


def test_a_new_boot_waits_anew_and_the_readings_of_the_last_one_do_not(spool: Spool) -> None:
    first, second, uplink = FakeClock(is_set=False), FakeClock(is_set=False, boot_id="boot-2"), FakeUplink()
    put(spool, first)
    put(spool, second)
    drain_once(spool, uplink, holdback=ClockHoldback(spool, second, patience_seconds=20))
    assert [document.number for document in uplink.sent] == [1]


def test_a_synced_clock_holds_nothing_back(spool: Spool, clock: FakeClock) -> None:
    uplink = FakeUplink()
    put(spool, clock)
    assert drain_once(spool, uplink, holdback=ClockHoldback(spool, clock, 20)).accepted == 1


def test_a_time_that_was_sent_once_is_not_changed_any_more(spool: Spool) -> None:
    clock, uplink = FakeClock(NOON - timedelta(days=50), is_set=False), FakeUplink()
    uplink.reachable = True
    put(spool, clock)
    holdback = ClockHoldback(spool, clock, patience_seconds=0)
    drain_once(spool, FakeUplink(lambda _: KEPT), holdback=holdback)
    clock.set_to(NOON)
    drain_once(spool, uplink, holdback=holdback)
    assert [(document.recorded_at, document.clock) for document in uplink.sent] == [
        (NOON - timedelta(days=50), "unsynced")
    ]
