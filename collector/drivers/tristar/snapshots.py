"""Settings as raw registers in a file: a snapshot of ours, a raw dump, or what the maker's program MSView saved."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from collector.drivers.tristar.driver import TRISTAR_MPPT
from data.errors import ConfigError

WORD_MAX = 0xFFFF
# A file of MSView has 14 kB.
LARGEST_BYTES = 5_000_000
MSVIEW = "tristarmppt"


def read_registers_file(path: Path) -> dict[int, int]:
    """Address -> word.  Raises ConfigError when the file is no such snapshot."""
    try:
        if path.stat().st_size > LARGEST_BYTES:
            raise ConfigError(f"{path} has more than {LARGEST_BYTES} bytes: no snapshot of settings is so long")
        content = path.read_bytes()
    except OSError as cause:
        raise ConfigError(f"cannot read {path}: {cause.strerror}") from cause
    try:
        words = _msview(content) if content.lstrip().startswith(b"<") else _snapshot(content)
    except (ValueError, KeyError, TypeError, AttributeError, ElementTree.ParseError) as cause:
        raise ConfigError(
            f"{path} holds no settings of a TriStar MPPT ({cause}): give the output of `settings --json`,"
            " of `dump --raw --json`, or a .tsmppt file of MSView"
        ) from cause
    for address, word in words.items():
        if not (0 <= address <= WORD_MAX and 0 <= word <= WORD_MAX):
            raise ConfigError(f"{path} has {word} at {address}: a register holds 0 to {WORD_MAX}")
    return words


def _msview(content: bytes) -> dict[int, int]:
    """Variables that share an address are its bits: MSView saves each tick box for itself."""
    settings = ElementTree.fromstring(content).find(f"{MSVIEW}/settings")
    if settings is None:
        raise ValueError(f"there is no {MSVIEW}/settings in it")
    words: dict[int, int] = {}
    for value in settings.iterfind("variable/value"):
        address = int(value.attrib["addr"])
        words[address] = words.get(address, 0) | int(value.text or "")
    if not words:
        raise ValueError("there is no value in it")
    return words


def _snapshot(content: bytes) -> dict[int, int]:
    snapshot = json.loads(content)
    if snapshot["driver"] != TRISTAR_MPPT.name:
        raise ValueError(f"it is of a {snapshot['driver']}")
    raw: Mapping[str, int] = snapshot["raw"]
    return {int(address, 16): int(word) for address, word in raw.items()}
