"""What the browser is given: everything from this site, vendored parts with their licences."""

from __future__ import annotations

import re
from pathlib import Path

ASSETS = Path(__file__).parents[2] / "app" / "assets"


def test_every_file_a_style_sheet_names_is_there() -> None:
    missing = []
    for sheet in ASSETS.rglob("*.css"):
        for address in re.findall(r"url\(\"?([^\")]+)\"?\)", sheet.read_text(encoding="utf-8")):
            if address.startswith("data:") or ".woff?" in address:  # the older format is never asked for
                continue
            if not (sheet.parent / address.partition("?")[0]).exists():
                missing.append(f"{sheet.name}: {address}")
    assert missing == []


def test_our_own_files_name_no_other_host() -> None:
    named = [
        f"{path.name}: {address}"
        for path in ASSETS.rglob("*")
        if path.suffix in {".css", ".js"} and "vendor" not in path.parts
        for address in re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}", path.read_text(encoding="utf-8"))
    ]
    assert named == []


def test_every_vendored_part_has_its_licence_beside_it() -> None:
    parts = [part for part in (ASSETS / "vendor").iterdir() if part.is_dir()]
    assert len(parts) == 3
    assert [part.name for part in parts if not (part / "LICENSE").exists()] == []


def test_our_style_sheets_come_after_those_they_stand_on() -> None:
    # Dash links them folder by folder in this order.
    folders = sorted(str(sheet.parent.relative_to(ASSETS)) for sheet in ASSETS.rglob("*.css"))
    assert folders[-1] == "view"
