"""Captures: the bytes of one line with their times, as a file of JSON lines.

The first line says what was recorded: {"capture": 1, "driver": …, "port": …, "baud": 57600, "started_at": …}.
Each further line is one piece as it came: {"at": 0.012345, "to": "device", "bytes": "0d 0a 56 52 31"}, seconds from the
start, "device" or "host", hexadecimal bytes.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TextIO

from data.errors import DecodeError

VERSION = 1
DEVICE, HOST = "device", "host"
LARGEST_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Piece:
    """Bytes that came together, and when, in seconds from the start."""

    at_seconds: float
    to_device: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Capture:
    """The content of a capture file."""

    about: Mapping[str, Any]
    pieces: tuple[Piece, ...]

    @property
    def driver(self) -> str:
        """The driver of the device, empty when the file does not say."""
        return str(self.about.get("driver", ""))


def write_start(file: TextIO, about: Mapping[str, Any]) -> None:
    """The first line."""
    file.write(json.dumps({"capture": VERSION, **about}, ensure_ascii=False) + "\n")
    file.flush()


def write_piece(file: TextIO, piece: Piece) -> None:
    """One further line, on disk at once as far as the program is concerned."""
    line = {
        "at": round(piece.at_seconds, 6),
        "to": DEVICE if piece.to_device else HOST,
        "bytes": piece.data.hex(" "),
    }
    file.write(json.dumps(line) + "\n")
    file.flush()


def read_capture(path: Path) -> Capture:
    """The file's content.  Raises DecodeError that names the first line that is not part of a capture."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise DecodeError(f"{path} has more than {LARGEST_BYTES} bytes: no capture is so long")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as cause:
        raise DecodeError(f"cannot read {path}: {cause}; give a file that `capture` wrote") from cause
    about: Mapping[str, Any] = {}
    pieces: list[Piece] = []
    for number, line in enumerate(lines, start=1):
        try:
            content = json.loads(line)
            if number == 1:
                if content["capture"] != VERSION:
                    raise ValueError(f"version {content['capture']!r}, expected {VERSION}")
                about = content
            else:
                pieces.append(_piece(content))
        except (ValueError, KeyError, TypeError) as cause:
            if number == len(lines) > 1:
                break  # cut off in the middle of its last line: what is whole counts
            raise DecodeError(f"{path}, line {number}: {cause!r}; give a file that `capture` wrote") from cause
    if not about:
        raise DecodeError(f"{path} is empty; give a file that `capture` wrote")
    return Capture(about, tuple(pieces))


def _piece(content: Mapping[str, Any]) -> Piece:
    if content["to"] not in (DEVICE, HOST):
        raise ValueError(f"to {content['to']!r}")
    return Piece(float(content["at"]), content["to"] == DEVICE, bytes.fromhex(content["bytes"]))
