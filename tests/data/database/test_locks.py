"""A device's lock has one holder, in whatever process, and a dead holder holds nothing."""

from __future__ import annotations

import itertools
import multiprocessing
import os
import signal
import time
from contextlib import ExitStack
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Event

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from data.database.engine import open_engine, session_factory
from data.database.locks import device_lock, wait_for_devices
from tests.postgresql import Cluster

SPAWNED = multiprocessing.get_context("spawn")
LIMIT_SECONDS = 60


def hold(url: str, device_id: int, answer: Connection, release: Event) -> None:
    engine = open_engine(url)
    with device_lock(engine, device_id) as held:
        answer.send(held)
        release.wait(LIMIT_SECONDS)
    engine.dispose()


def count(url: str, turns: int, seen: Connection) -> None:
    """Take the lock that many times, and say when it was held: two holders' spells must not overlap."""
    engine = open_engine(url)
    spells: list[tuple[int, int]] = []
    while len(spells) < turns:
        with device_lock(engine, 1) as held:
            if held:
                start = time.monotonic_ns()
                time.sleep(0.001)
                spells.append((start, time.monotonic_ns()))
        time.sleep(0.0005)
    engine.dispose()
    seen.send(spells)


def test_another_process_does_not_get_a_lock_that_is_held_but_that_of_another_device(database_url: str) -> None:
    engine = open_engine(database_url)
    answer, theirs = SPAWNED.Pipe()
    release = SPAWNED.Event()
    other = SPAWNED.Process(target=hold, args=(database_url, 1, theirs, release))
    other.start()
    theirs.close()
    assert answer.recv() is True
    with ExitStack() as locks:
        assert [locks.enter_context(device_lock(engine, device)) for device in (1, 2, 2)] == [False, True, False]
    release.set()
    other.join(LIMIT_SECONDS)
    assert other.exitcode == 0
    with device_lock(engine, 1) as first, device_lock(engine, 2) as second:
        assert (first, second) == (True, True)
    engine.dispose()


def test_a_holder_that_is_killed_holds_nothing(database_url: str) -> None:
    engine = open_engine(database_url)
    answer, theirs = SPAWNED.Pipe()
    never = SPAWNED.Event()
    other = SPAWNED.Process(target=hold, args=(database_url, 1, theirs, never))
    other.start()
    theirs.close()
    assert answer.recv() is True
    assert other.pid is not None
    os.kill(other.pid, signal.SIGKILL)
    other.join(LIMIT_SECONDS)
    deadline = time.monotonic() + LIMIT_SECONDS
    while time.monotonic() < deadline:
        with device_lock(engine, 1) as held:
            if held:
                break
        time.sleep(0.01)
    assert held
    engine.dispose()


def test_two_processes_never_hold_it_at_the_same_time(database_url: str) -> None:
    pipes = [SPAWNED.Pipe() for _ in range(2)]
    processes = [SPAWNED.Process(target=count, args=(database_url, 40, theirs)) for _, theirs in pipes]
    for process in processes:
        process.start()
    for _, theirs in pipes:
        theirs.close()
    spells = sorted(spell for ours, _ in pipes for spell in ours.recv())
    for process in processes:
        process.join(LIMIT_SECONDS)
    assert len(spells) == 80
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spells))


def test_an_error_while_it_is_held_frees_it(database_url: str) -> None:
    engine = open_engine(database_url)
    with pytest.raises(ValueError, match="in the middle"), device_lock(engine, 1):
        raise ValueError("in the middle")
    with device_lock(engine, 1) as held:
        assert held
    engine.dispose()


def test_who_stores_for_a_device_waits_for_whoever_does_so_already(cluster: Cluster) -> None:
    engine = open_engine(cluster.url("postgres"))
    sessions = session_factory(engine)
    with sessions() as first, sessions() as second:
        wait_for_devices(first, [2, 1, 1])
        second.execute(text("SET LOCAL lock_timeout = '50ms'"))
        wait_for_devices(second, [3])
        with pytest.raises(OperationalError, match="lock timeout"):
            wait_for_devices(second, [2])
        first.commit()
        second.rollback()
        wait_for_devices(second, [1, 2])
    engine.dispose()


def test_a_database_in_memory_has_locks_too() -> None:
    engine, other = open_engine("sqlite://"), open_engine("sqlite://")
    with device_lock(engine, 1) as first, device_lock(engine, 1) as second, device_lock(other, 1) as elsewhere:
        assert (first, second, elsewhere) == (True, False, True)
    with device_lock(engine, 1) as again:
        assert again
    engine.dispose()
    other.dispose()
