"""The commands that change an EMUS G1: each is sent once, logged, never repeated, and only with `allow_changes=True`.

Nothing else in this project can send them: `SerialLine.ask` refuses all but questions, and only this file calls
`SerialLine.tell`.
Source: docs/devices/emus_g1.md, "What changes the unit".
"""

from __future__ import annotations

import logging
from typing import Protocol

from collector.drivers import sentences
from collector.drivers.emus import parameters
from collector.drivers.emus.parameters import Parameter
from collector.drivers.emus.reader import EmusG1, LineSource
from collector.drivers.permission import require_permission
from data.errors import DecodeError, TransportError

# No response time is documented; a parameter is stored before it is echoed.
TIMEOUT_SECONDS = 1.0
# A restart is over when the unit says its version.
RESTART_SECONDS = 3.0
LOGIN = b"PW1"
LONGEST_PASSWORD = 8
SHORTEST_NEW_PASSWORD = 4
MOST_CAN_BYTES = 8
LARGEST_STANDARD_IDENTIFIER = (1 << 11) - 1
LARGEST_EXTENDED_IDENTIFIER = (1 << 29) - 1
NEAR_PERCENT = 1.0

log = logging.getLogger(__name__)


class Line(LineSource, Protocol):
    """What a change needs of a transport."""

    def tell(
        self,
        command: bytes,
        names: tuple[bytes, ...],
        timeout_seconds: float,
        echoes: bool = False,
        *,
        allow_changes: bool = False,
    ) -> bytes | None:
        """Send `command` once; the first line that follows with one of these `names`, if any."""


def write_parameter(line: Line, name: str | int, value: float, allow_changes: bool = False) -> Parameter:
    """Store a parameter (CF2) and read it back; the parameter as it is now.

    Raises ValueError for a value that it cannot hold and for what the maker forbids to write, TransportError when the
    unit does not confirm it: then it may have been stored or not.
    """
    identifier = parameters.identify(name)
    row = parameters.PARAMETERS.get(identifier)
    raw = parameters.encode(identifier, value)
    what = (
        f"Emus: parameter {identifier:04X} {row.key if row else ''} becomes {value} {row.unit if row else ''}".rstrip()
    )
    wire = f"CF2,{identifier:04X}"
    _say(line, what, allow_changes, (*wire.split(","), raw), wire.encode(), echoes=True)
    return EmusG1(line).read_parameter(identifier)


def restore_factory_defaults(line: Line, allow_changes: bool = False) -> bool:
    """Erase configuration, statistics and event log (FD1).  False when the unit asks for a log-in."""
    return _do(line, "Emus: factory defaults: configuration, statistics and log are erased", allow_changes, "FD1", "")


def zero_current_sensor(line: Line, allow_changes: bool = False) -> bool:
    """Take the present current for zero (RC1).  False when the unit asks for a log-in."""
    return _do(line, "Emus: the present current becomes zero", allow_changes, "RC1", "")


def restart(line: Line, allow_changes: bool = False) -> bool:
    """Reboot the unit (RS1): its contactors may open.  False when it asks for a log-in."""
    answer = _tell(line, "Emus: restart", allow_changes, ("RS1", ""), (b"VR1",), RESTART_SECONDS)
    return not _is_refusal(answer)


def set_state_of_charge(line: Line, percent: int, allow_changes: bool = False) -> bool:
    """Set the state of charge to whole percents (SC1); True when the unit says that charge afterwards.

    Raises ValueError unless 0 to 100, TransportError when it cannot be read back.
    """
    if isinstance(percent, bool) or not isinstance(percent, int) or not 0 <= percent <= 100:
        raise ValueError(f"{percent!r} is no state of charge: give a whole number from 0 to 100")
    if not _do(line, f"Emus: the state of charge becomes {percent} %", allow_changes, "SC1", f"{percent:02X}"):
        return False
    charge = EmusG1(line).read(("BC1",)).values.get("BC1.state_of_charge")
    return charge is not None and abs(charge - percent) <= NEAR_PERCENT


def set_password(line: Line, password: str | None, allow_changes: bool = False) -> bool:
    """Set the password of the present level, or clear it with None (PW2); True when the unit says that it did.

    Raises ValueError unless 4 to 8 characters.  The password goes over the line as it is, and into no log.
    """
    what = "Emus: the password of this level is cleared" if password is None else "Emus: this level gets a new password"
    text = "" if password is None else _checked(password, SHORTEST_NEW_PASSWORD)
    return _say(line, what, allow_changes, ("PW2", text), b"PW2") == [b"1"]


def clear_log(line: Line, allow_changes: bool = False) -> bool:
    """Erase the event log (LG1 c); True when the unit answers that it is empty."""
    fields = _say(line, "Emus: the event log is erased", allow_changes, ("LG1", "c"), b"LG1")
    return not any(fields)


def clear_statistics(line: Line, allow_changes: bool = False) -> bool:
    """Erase the statistics that are not protected (SS1 c).  False when the unit asks for a log-in."""
    return _do(line, "Emus: the unprotected statistics are erased", allow_changes, "SS1", "c")


def calibrate_module_temperatures(line: Line, room_temperature: int, allow_changes: bool = False) -> bool:
    """Tell all cell modules that they have this temperature in °C (TC1).  False when the unit asks for a log-in."""
    raw = _byte("room_temperature", room_temperature + 100)
    return _do(line, f"Emus: every cell module is at {room_temperature} °C", allow_changes, "TC1", raw)


def calibrate_cell_temperatures(
    line: Line, cell_module_id: int, beta: int, gamma: int, delta: int, allow_changes: bool = False
) -> bool:
    """Store the coefficients of an external probe, of all with id 0 (TC2).  False when the unit asks for a log-in."""
    if not 0 <= cell_module_id <= 0xFFFF:
        raise ValueError(f"{cell_module_id} is no cell module: give a number from 0, which means all, to 65535")
    coefficients = {"beta": beta, "gamma": gamma, "delta": delta}
    fields = [f"{cell_module_id:04X}", *(_byte(name, value) for name, value in coefficients.items())]
    return _do(line, f"Emus: probe {cell_module_id} is calibrated with {coefficients}", allow_changes, "TC2", *fields)


def send_can_frame(
    line: Line,
    identifier: int,
    data: bytes,
    extended: bool = True,
    remote: bool = False,
    allow_changes: bool = False,
) -> bool:
    """Put a frame on the CAN bus (CN1).  False when the unit asks for a log-in."""
    if not 0 <= identifier <= (LARGEST_EXTENDED_IDENTIFIER if extended else LARGEST_STANDARD_IDENTIFIER):
        raise ValueError(f"{identifier:X} is too long an identifier: standard ones have 11 bits, extended ones 29")
    if len(data) > MOST_CAN_BYTES:
        raise ValueError(f"{len(data)} bytes are too many: a frame has at most {MOST_CAN_BYTES}")
    fields = (f"{identifier:08X}", str(int(extended)), str(int(remote)), str(len(data)), data.hex().upper())
    return _do(line, f"Emus: CAN frame {','.join(fields)}", allow_changes, "CN1", *fields)


def log_in(line: Line, password: str) -> int:
    """One access level up (PW1); the level after it.  Needs no permission: it changes nothing that lasts.

    Raises ValueError for an impossible password, TransportError without an answer.
    """
    return _level(line, "Emus: log in", _checked(password, 1))


def log_out(line: Line) -> int:
    """Out of the present access level (PW1); the level after it."""
    return _level(line, "Emus: log out", "")


def _level(line: Line, what: str, field: str) -> int:
    log.info("%s", what)
    fields = _fields(line.tell(sentences.frame("PW1", field), (LOGIN,), TIMEOUT_SECONDS), LOGIN)
    if fields not in ([b"0"], [b"1"], [b"2"]):
        raise DecodeError(
            "the unit's answer to a log-in is not one of the levels 0, 1 and 2; ask for the level with PW1"
        )
    return int(fields[0])


def _do(line: Line, what: str, allow_changes: bool, *fields: str) -> bool:
    """Send a command without a documented answer: silence counts as success."""
    answer = _tell(line, what, allow_changes, fields, (fields[0].encode(),), TIMEOUT_SECONDS)
    return not _is_refusal(answer)


def _say(
    line: Line, what: str, allow_changes: bool, fields: tuple[str, ...], name: bytes, echoes: bool = False
) -> list[bytes]:
    """Send a command with a documented answer; returns its fields.  Raises TransportError when it does not come."""
    return _fields(_tell(line, what, allow_changes, fields, (name,), TIMEOUT_SECONDS, echoes), name)


def _tell(
    line: Line,
    what: str,
    allow_changes: bool,
    fields: tuple[str, ...],
    names: tuple[bytes, ...],
    timeout_seconds: float,
    echoes: bool = False,
) -> bytes | None:
    require_permission(what, allow_changes)
    return line.tell(sentences.frame(*fields), (*names, LOGIN), timeout_seconds, echoes, allow_changes=allow_changes)


def _fields(answer: bytes | None, name: bytes) -> list[bytes]:
    """The fields of an answer.  Its text is never shown: it may repeat a password."""
    if answer is None:
        raise TransportError(f"the unit did not answer {name.decode()}; what was said may have arrived: read it back")
    try:
        sentence, fields = sentences.split(answer)
    except DecodeError:
        raise TransportError(
            f"the unit's answer to {name.decode()} came damaged; what was said may have arrived: read it back"
        ) from None
    if sentence == LOGIN.decode() and fields == [sentences.QUESTION]:
        raise TransportError(
            f"the unit asks for a log-in before {name.decode()}: log in with PW1 and the password first"
        )
    return fields


def _is_refusal(answer: bytes | None) -> bool:
    return answer is not None and b"PW1,?," in answer


def _byte(name: str, value: int) -> str:
    if isinstance(value, bool) or not 0 <= value <= 0xFF:
        raise ValueError(f"{name} is {value} on the line: it must be from 0 to 255")
    return f"{value:02X}"


def _checked(password: str, shortest: int) -> str:
    if not shortest <= len(password) <= LONGEST_PASSWORD:
        raise ValueError(f"a password has {shortest} to {LONGEST_PASSWORD} characters, this one {len(password)}")
    if not password.isascii() or not password.isprintable() or "," in password or password == "?":
        raise ValueError("a password is of printable ASCII characters without a comma, and not a question mark alone")
    return password
