"""The synthetic blocks of VE.Direct text, by name."""

from __future__ import annotations

from pathlib import Path

FILE = Path(__file__).parents[3] / "captures" / "victron_vedirect" / "synthetic_frames.tsv"
FRAMES = {
    name: bytes.fromhex(text)
    for name, text in (line.split("\t") for line in FILE.read_text(encoding="utf-8").splitlines()[1:])
}
