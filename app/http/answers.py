"""Helpers of answers: file names, cells that no spreadsheet runs as formulas, the address of the site."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import request

from app.services import parts

# A spreadsheet takes a cell that begins so for a formula; those of full width too, where people write with them.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def site_address() -> str:
    """The address of the site: SITE_URL, else the address of the request."""
    return parts().config.site_url or request.host_url.rstrip("/")


def file_name(text: str) -> str:
    """The text as a file name that is valid on every system and names no folder."""
    return re.sub(r'[/\\:*?"<>|]', "-", text).lstrip(".-") or "data"


def attachment(name: str) -> str:
    """The header that names a file; an imported sensor may be called anything, and a header holds ASCII alone."""
    plain = name.encode("ascii", "replace").decode().replace("?", "-")
    return f'attachment; filename="{plain}"' + ("" if name.isascii() else f"; filename*=UTF-8''{quote(name, safe='')}")


def harmless(cell: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
