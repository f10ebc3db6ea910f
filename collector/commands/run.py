"""`run`: the daemon.  Builds the parts from the settings, starts the loops, and ends them when told."""

from __future__ import annotations

import argparse
import fcntl
import logging
import os
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from collector.config import Config, read_config
from collector.daemon.clock import SystemClock
from collector.daemon.clock_holdback import ClockHoldback
from collector.daemon.device import open_devices
from collector.daemon.loop import poll_loop, uplink_loop
from collector.daemon.spool import Spool
from collector.daemon.uplink import HttpUplink
from data.errors import ArboretumError, ConfigError

SUMMARY = "read the devices, keep every reading on disk, send it on"
LAST_ANSWER_SECONDS = 1.0  # what the server's answer may still take; unheard, it comes as `repeated` at the next start
LAST_TURN_SECONDS = 4.0  # within this the read of a silent device ends by itself

log = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--config", type=Path, required=True, help="the collector's TOML file")


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGTERM or SIGINT; 2 when the settings are wrong, 1 when the disk does not take the spool."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s", stream=sys.stderr)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    try:
        config = read_config(arguments.config)
        with only_one(config.spool_path):
            run_until(stop, config)
    except ArboretumError as problem:
        print(problem, file=sys.stderr)
        return 2
    except (OSError, sqlite3.OperationalError) as problem:
        print(f"cannot keep the spool of {arguments.config}: {problem}", file=sys.stderr)
        return 1
    return 0


@contextmanager
def only_one(spool_path: Path) -> Iterator[None]:
    """Hold the spool's lock.  Raises ConfigError when another collector has it."""
    spool_path.parent.mkdir(parents=True, exist_ok=True)
    lock = os.open(spool_path.with_name(spool_path.name + ".lock"), os.O_RDWR | os.O_CREAT, 0o644)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as cause:
            raise ConfigError(f"another collector is at work with the spool {spool_path}: stop it first") from cause
        yield
    finally:
        os.close(lock)


def run_until(stop: threading.Event, config: Config) -> None:
    """Start a thread for each port and one for the uplink, and wait for the stop."""
    clock = SystemClock(stop, trust=config.trust_clock)
    spool = Spool(config.spool_path, config.spool_max_bytes)
    uplink = HttpUplink(config.uplink)
    holdback = ClockHoldback(spool, clock, config.patience_seconds)
    ports = open_devices(config.devices, config.zone)
    threads = [
        threading.Thread(target=poll_loop, args=(devices, spool, clock), name=port, daemon=True)
        for port, devices in ports.items()
    ]
    threads.append(
        threading.Thread(
            target=uplink_loop, args=(spool, uplink, clock, config.uplink.batch, holdback), name="uplink", daemon=True
        )
    )
    log.info("collector: %d devices on %d ports, sending to %s", len(config.devices), len(ports), config.uplink.url)
    for thread in threads:
        thread.start()
    stop.wait()
    if not all_ended(threads, LAST_ANSWER_SECONDS):
        uplink.close()
    if not all_ended(threads, LAST_TURN_SECONDS):
        log.warning("collector: stopped in the middle of a turn; nothing that was on disk is lost")
        return
    for device in (device for devices in ports.values() for device in devices):
        device.close()
    log.info("collector: stopped, %s", spool.ledger().as_json())
    spool.close()


def all_ended(threads: Sequence[threading.Thread], seconds: float) -> bool:
    """Wait at most this long for all loops to end; True when they have."""
    deadline = time.monotonic() + seconds
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
    return not any(thread.is_alive() for thread in threads)
