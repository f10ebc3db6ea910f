"""Opening, losing and opening again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from collector.transports.ports import Port
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
        assert "cannot open" in refusal(other)
    port.close()
