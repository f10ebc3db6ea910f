"""Opening, losing and opening again."""

from __future__ import annotations

import errno
import os
import termios
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest
import serial

from collector.transports.ports import Port, reason_of
from data.errors import TransportError
from tests.collector.wire import Wire

Plug = Callable[[Callable[[bytes], bytes]], Wire]


def refusal(port: Port) -> str:
    with pytest.raises(TransportError) as caught, port.opened():
        pass
    return str(caught.value)


def test_a_port_that_is_not_there_is_tried_with_growing_pauses(tmp_path: Path) -> None:
    now = 0.0
    port = Port(str(tmp_path / "port"), 9600, lambda: now)
    tried_at = []
    while now < 250:
        if "tried again" not in refusal(port):
            tried_at.append(now)
        now += 0.5
    assert [later - sooner for sooner, later in pairwise(tried_at)] == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_port_that_comes_back_is_opened_without_a_pause_the_next_time_it_vanishes(plug: Plug, tmp_path: Path) -> None:
    now = 0.0
    port = Port(str(tmp_path / "port"), 9600, lambda: now)
    assert "cannot open" in refusal(port)
    plug(lambda _heard: b"")
    assert "tried again in 1 s" in refusal(port)
    now = 2.0
    with port.opened() as opened:
        assert opened.baudrate == 9600
        assert (opened.bytesize, opened.parity, opened.stopbits) == (8, "N", 1)
        assert (opened.xonxoff, opened.rtscts, opened.dsrdtr) == (False, False, False)
        assert opened.dtr
        assert opened.rts
    port.close()
    with port.opened():
        pass
    port.close()


def test_a_second_process_cannot_open_the_same_port(plug: Plug, tmp_path: Path) -> None:
    plug(lambda _heard: b"")
    port, other = Port(str(tmp_path / "port"), 9600), Port(str(tmp_path / "port"), 9600)
    with port.opened():
        assert refusal(other) == f"cannot open {other.path}: another program has it open; end that first"
    port.close()


def test_a_terminal_left_with_other_settings_is_8n1_without_flow_control_and_raw(tmp_path: Path) -> None:
    """As the kernel has it, not as the library says.  A pseudo-terminal takes no parity and no 7 bits."""
    device, end = os.openpty()
    before = termios.tcgetattr(end)
    before[0] |= termios.IXON | termios.IXOFF | termios.ICRNL | termios.ISTRIP
    before[1] |= termios.OPOST
    before[2] |= termios.CSTOPB | termios.CRTSCTS
    before[3] |= termios.ECHO | termios.ICANON | termios.ISIG
    termios.tcsetattr(end, termios.TCSANOW, before)
    port = Port(os.ttyname(end), 57600)
    try:
        with port.opened():
            incoming, outgoing, control, local, speed_in, speed_out, _ = termios.tcgetattr(end)
    finally:
        port.close()
        os.close(end)
        os.close(device)
    assert not incoming & (termios.IXON | termios.IXOFF | termios.ICRNL | termios.INLCR | termios.ISTRIP)
    assert not outgoing & termios.OPOST
    assert control & termios.CSIZE == termios.CS8
    assert not control & (termios.PARENB | termios.CSTOPB | termios.CRTSCTS)
    assert not local & (termios.ECHO | termios.ICANON | termios.ISIG)
    assert (speed_in, speed_out) == (termios.B57600, termios.B57600)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda _: None, "No such file or directory; check its plug and its name"),
        (lambda place: place.mkdir(), "Is a directory; check its plug and its name"),
        (lambda place: place.touch(), "it is no serial port; check its name"),
    ],
)
def test_why_a_port_cannot_be_opened_is_said_once(tmp_path: Path, make: Callable[[Path], None], reason: str) -> None:
    place = tmp_path / "port"
    make(place)
    assert refusal(Port(str(place), 9600)) == f"cannot open {place}: {reason}"


def test_who_may_not_open_a_port_is_told_the_group() -> None:
    forbidden = serial.SerialException(errno.EACCES, "could not open port")
    assert reason_of(forbidden) == "you may not open it; on a Pi add this user to the group dialout, and log in anew"
