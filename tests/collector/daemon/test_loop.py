from __future__ import annotations

import json
import logging
import random
from zoneinfo import ZoneInfo

import pytest

from collector.daemon.clock_holdback import ClockHoldback
from collector.daemon.device import PolledDevice, open_devices
from collector.daemon.loop import Drained, Grid, Pause, drain_once, poll_loop, poll_once, uplink_loop
from collector.daemon.spool import Answer, Spool, Verdict
from collector.daemon.spool_file import Ledger
from collector.drivers.driver import DeviceConfig
from data.errors import TransportError
from tests.collector.fakes import KEPT, NOON, STORED, FakeClock, FakeReader, FakeUplink, controller, live_values, put

LOG = live_values()


def test_one_poll_is_one_document_on_disk_with_the_time_of_the_poll(spool: Spool, clock: FakeClock) -> None:
    poll_once(controller(FakeReader(LOG)), spool, clock)
    (document,) = spool.take()
    assert (document.family, document.device, document.recorded_at, document.clock) == (
        "tristar",
        "tristar-1",
        NOON,
        "synced",
    )
    content = json.loads(document.content)
    assert (content["name"], content["string"], content["date"]) == ("Tristar", 1, "12/03/2019")


def test_an_unsynced_document_names_no_day(spool: Spool) -> None:
    poll_once(controller(FakeReader(LOG)), spool, FakeClock(is_set=False))
    (document,) = spool.take()
    assert document.clock == "unsynced"
    assert "date" not in json.loads(document.content)


def test_a_device_that_does_not_answer_makes_no_document(spool: Spool, clock: FakeClock) -> None:
    reader = FakeReader(LOG)
    reader.problem = TransportError("no answer")
    with pytest.raises(TransportError):
        poll_once(controller(reader), spool, clock)
    assert spool.ledger() == Ledger()


def test_draining_sends_the_oldest_and_deletes_what_is_accepted(spool: Spool, clock: FakeClock) -> None:
    for _ in range(5):
        put(spool, clock)
    uplink = FakeUplink()
    assert drain_once(spool, uplink, batch=3) == Drained(accepted=3, more=True)
    assert drain_once(spool, uplink, batch=3) == Drained(accepted=2)
    assert drain_once(spool, uplink, batch=3) == Drained()
    assert [document.number for document in uplink.sent] == [1, 2, 3, 4, 5]
    assert spool.ledger() == Ledger(made=5, sent=5, stored=5)


def test_what_is_kept_is_sent_again_first(spool: Spool, clock: FakeClock) -> None:
    for _ in range(3):
        put(spool, clock)
    uplink = FakeUplink(lambda document: KEPT if document.number == 1 else STORED)
    assert drain_once(spool, uplink) == Drained(accepted=2, kept="no answer")
    assert [document.number for document in spool.take()] == [1]


def test_a_refused_document_goes_to_the_dead_letters_and_the_next_goes_on(spool: Spool, clock: FakeClock) -> None:
    put(spool, clock)
    put(spool, clock)
    refused = Answer(Verdict.REFUSE, "rejected", "too old")
    uplink = FakeUplink(lambda document: refused if document.number == 1 else STORED)
    assert drain_once(spool, uplink) == Drained(accepted=1, refused=("too old",))
    assert [(document.number, reason) for document, reason in spool.dead_letters()] == [(1, "too old")]


def test_ticks_lie_on_a_grid_and_a_late_poll_skips_them() -> None:
    grid = Grid(100.0, 10.0)
    ticks = []
    for now in (100.2, 110.0, 125.0, 159.9, 160.0):
        grid.advance(now)
        ticks.append(grid.next_at)
    assert ticks == [110.0, 120.0, 130.0, 160.0, 170.0]


def test_a_port_polls_each_device_on_its_own_grid(spool: Spool, clock: FakeClock) -> None:
    fast, slow = controller(FakeReader(LOG), "fast", 10.0), controller(FakeReader(LOG), "slow", 25.0)
    clock.stop_after_waits = 8
    poll_loop([fast, slow], spool, clock)
    assert [(document.device, (document.recorded_at - NOON).total_seconds()) for document in spool.take()] == [
        ("fast", 0),
        ("slow", 0),
        ("fast", 10),
        ("fast", 20),
        ("slow", 25),
        ("fast", 30),
        ("fast", 40),
        ("fast", 50),
    ]


def test_a_failing_device_stops_no_other_and_is_logged_once_with_its_recovery(
    spool: Spool, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    broken, well = FakeReader(LOG), FakeReader(LOG)
    broken.problem = TransportError("no answer on /dev/none")
    clock.stop_after_waits = 12

    def mend() -> None:
        if len(clock.waits) == 9:
            broken.problem = None

    clock.on_wait = mend
    poll_loop([controller(broken, "broken", 10.0), controller(well, "well", 10.0)], spool, clock)
    assert [record.getMessage() for record in caplog.records] == [
        "broken: no answer on /dev/none",
        "broken: works again after 4 failed",
    ]
    assert sum(document.device == "well" for document in spool.take()) == 6


def test_our_own_mistake_ends_no_loop_and_shows_its_traceback_once(
    spool: Spool, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    reader = FakeReader(LOG)
    reader.problem = ZeroDivisionError("ours")
    clock.stop_after_waits = 5
    poll_loop([controller(reader)], spool, clock)
    (record,) = caplog.records
    assert record.exc_info is not None
    assert len(reader.asked) == 5


def test_a_block_that_fails_alone_is_logged_once_and_the_rest_is_kept(
    spool: Spool, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    reader = FakeReader(LOG)
    reader.failed = {"mppt": "no answer"}
    device = controller(reader)
    for _ in range(3):
        poll_once(device, spool, clock)
    assert [record.getMessage() for record in caplog.records] == ["tristar-1, in part: mppt: no answer"]
    assert spool.waiting() == 3


def test_pauses_grow_to_a_minute_and_begin_again() -> None:
    pause = Pause(random.Random(1))
    pauses = [pause.next_seconds() for _ in range(12)]
    assert all(1.0 <= seconds <= 60.0 for seconds in pauses)
    assert all(30.0 <= seconds <= 60.0 for seconds in pauses[6:])
    assert len(set(pauses[6:])) > 1
    pause.reset()
    assert pause.next_seconds() == 1.0


def test_an_outage_is_logged_at_its_start_and_its_end_and_the_order_holds(
    spool: Spool, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(5):
        put(spool, clock)
    uplink = FakeUplink(lambda _: KEPT)

    def come_back() -> None:
        if len(clock.waits) > 20:
            uplink.answer = lambda _: STORED

    clock.on_wait = come_back
    clock.stop_after_waits = 40
    uplink_loop(spool, uplink, clock, 2, ClockHoldback(spool, clock, 20))
    assert spool.ledger() == Ledger(made=5, sent=5, stored=5)
    assert [document.number for document in uplink.sent][-5:] == [1, 2, 3, 4, 5]
    messages = [record.getMessage() for record in caplog.records]
    assert messages[0] == "uplink: no answer"
    assert messages[1].startswith("uplink: works again after ")
    assert len(messages) == 2


def test_controllers_on_one_port_leave_it_free_for_each_other(spool: Spool, clock: FakeClock) -> None:
    configs = [DeviceConfig(f"tristar-{unit}", "tristar_mppt", "/dev/bus", unit, unit, 10.0) for unit in (1, 2)]
    assert [[device.name for device in devices] for devices in open_devices(configs, ZoneInfo("UTC")).values()] == [
        ["tristar-1", "tristar-2"]
    ]
    readers = [FakeReader(LOG), FakeReader(LOG)]
    shared = [
        PolledDevice(config, reader, ZoneInfo("UTC"), True) for config, reader in zip(configs, readers, strict=True)
    ]
    clock.stop_after_waits = 4
    poll_loop(shared, spool, clock)
    assert [(len(reader.asked), reader.closed) for reader in readers] == [(2, 2), (2, 2)]
