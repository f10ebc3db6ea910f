"""Lines over a real pseudo-terminal, between everything else a device says."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.transports.serial_line import SerialLine
from data.errors import TransportError
from tests.collector.wire import Wire

Plug = Callable[[Callable[[bytes], bytes]], Wire]

REQUEST = b"VR1,?,D7"
REPLY = b"VR1,BMS1,00000382,2.0.18_RC1_ZVU,9D"
UNASKED = b"BC1,000456F0,00057E40,1EDC,3C"


@pytest.fixture
def line(tmp_path: Path) -> SerialLine:
    return SerialLine(str(tmp_path / "port"))


def test_a_request_goes_out_on_a_line_of_its_own(plug: Plug, line: SerialLine) -> None:
    wire = plug(lambda heard: REPLY + b"\r\n" if heard.endswith(b"\r\n") else b"")
    assert line.ask(REQUEST, b"VR1", 1.0) == REPLY
    assert wire.heard == b"\r\nVR1,?,D7\r\n"
    line.close()


def test_other_sentences_noise_and_the_echo_of_the_request_are_passed_over(plug: Plug, line: SerialLine) -> None:
    plug(lambda _heard: b"\xff\xfe\r\n" + UNASKED + b"\r\r\n#\n" + REQUEST + b"\r\n#" + REPLY + b"\r\n")
    assert line.ask(REQUEST, b"VR1", 1.0) == b"#" + REPLY
    line.close()


def test_what_came_before_the_request_is_no_answer(plug: Plug, line: SerialLine) -> None:
    wire = plug(lambda _heard: b"VR1,new\r\n")
    assert line.ask(REQUEST, b"VR1", 1.0) == b"VR1,new"
    wire.say(b"VR1,old\r\n")
    assert line.ask(REQUEST, b"VR1", 1.0) == b"VR1,new"
    line.close()


def test_silence_is_a_transport_error_that_names_the_port(plug: Plug, line: SerialLine) -> None:
    plug(lambda _heard: b"")
    with pytest.raises(TransportError, match=r"no VR1 on .*port within 0.05 s"):
        line.ask(REQUEST, b"VR1", 0.05)
    line.close()


def test_other_talk_does_not_lengthen_the_wait(plug: Plug, line: SerialLine) -> None:
    wire = plug(lambda _heard: UNASKED + b"\r\n")
    stop = threading.Event()

    def talk() -> None:
        while not stop.wait(0.01):
            wire.say(UNASKED + b"\r\n")

    talking = threading.Thread(target=talk)
    talking.start()
    try:
        with pytest.raises(TransportError):
            line.ask(REQUEST, b"VR1", 0.1)
    finally:
        stop.set()
        talking.join()
    line.close()


def test_a_reply_of_many_lines_ends_where_the_caller_says(plug: Plug, line: SerialLine) -> None:
    plug(lambda _heard: b"BV2,a\r\n" + UNASKED + b"\r\nBV2,b\r\nBV2,c\r\n")
    lines = line.ask_lines(b"BV2,?,00", b"BV2", lambda said: said == b"BV2,b", 1.0)
    assert lines == [b"BV2,a", b"BV2,b"]
    line.close()


def test_a_reply_of_many_lines_without_an_end_is_what_came_before_the_silence(plug: Plug, line: SerialLine) -> None:
    plug(lambda _heard: b"LG1,a\r\nLG1,b\r\n")
    assert line.ask_lines(b"LG1,?,ED", b"LG1", lambda _said: False, 0.05) == [b"LG1,a", b"LG1,b"]
    line.close()


def test_a_device_that_never_stops_is_left_after_many_lines(plug: Plug, line: SerialLine) -> None:
    plug(lambda _heard: b"LG1,a\n" * 600)
    assert len(line.ask_lines(b"LG1,?,ED", b"LG1", lambda _said: False, 1.0)) == 512
    line.close()


def test_a_port_that_vanished_is_opened_again_when_it_is_back(plug: Plug, line: SerialLine) -> None:
    first = plug(lambda _heard: REPLY + b"\r\n")
    assert line.ask(REQUEST, b"VR1", 1.0) == REPLY
    first.unplug()
    with pytest.raises(TransportError, match=r"is gone|cannot open"):
        line.ask(REQUEST, b"VR1", 1.0)
    plug(lambda _heard: REPLY + b"\r\n")
    assert line.ask(REQUEST, b"VR1", 1.0) == REPLY
    line.close()
