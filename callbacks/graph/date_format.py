"""Python's strftime codes to those of d3-time-format, which Plotly's axes speak."""

from __future__ import annotations

from data.errors import RangeError

# Python's code -> what gives the same text on an axis.  https://docs.python.org/3/library/datetime.html#format-codes
CODES = {
    "a": "%a",
    "A": "%A",
    "b": "%b",
    "B": "%B",
    "c": "%a %b %e %H:%M:%S %Y",
    "d": "%d",
    "f": "%6f",
    "G": "%G",
    "H": "%H",
    "I": "%I",
    "j": "%j",
    "m": "%m",
    "M": "%M",
    "p": "%p",
    "S": "%S",
    "u": "%u",
    "U": "%U",
    "V": "%V",
    "w": "%w",
    "W": "%W",
    "x": "%m/%d/%y",
    "X": "%H:%M:%S",
    "y": "%y",
    "Y": "%Y",
    "%": "%%",
    # of the C library, which Python passes on
    "D": "%m/%d/%y",
    "e": "%e",
    "F": "%Y-%m-%d",
    "h": "%b",
    "R": "%H:%M",
    "T": "%H:%M:%S",
}
WITHOUT_PADDING = frozenset("dHIjmMSUWyeV")


def d3_format(strftime: str) -> str:
    """The axis format of a strftime format; empty stays empty.  Raises RangeError for a code without a counterpart."""
    out, position = [], 0
    while position < len(strftime):
        character = strftime[position]
        position += 1
        if character != "%":
            out.append(character)
            continue
        code = strftime[position : position + 1]
        position += 1
        if code == "-" and strftime[position : position + 1] in WITHOUT_PADDING:
            out.append(f"%-{strftime[position]}")
            position += 1
        elif code in CODES:
            out.append(CODES[code])
        elif code in ("Z", "z"):
            raise RangeError(f"%{code} cannot be drawn: all times are in the zone named at the foot of the page")
        elif not code:
            raise RangeError("a single % ends the format: write %% for a percent sign")
        else:
            raise RangeError(f"%{code} is not a code this graph knows: try %d %b %H:%M")
    return "".join(out)
