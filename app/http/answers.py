"""What answers share: names of files to download, cells that no spreadsheet runs, the address of the site."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import request

from app.services import parts

# A spreadsheet takes a cell that begins so for a formula; those of full width too, where people write with them.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def site_address() -> str:
    """Where the site is found: as SITE_URL says, else as the reader has found it."""
    return parts().config.site_url or request.host_url.rstrip("/")


def file_name(text: str) -> str:
    """The text as every system takes it for the name of one file, in no other folder."""
    return re.sub(r'[/\\:*?"<>|]', "-", text).lstrip(".-") or "data"


def attachment(name: str) -> str:
    """The header that names a file; an imported sensor may be called anything, and a header holds ASCII alone."""
    plain = name.encode("ascii", "replace").decode().replace("?", "-")
    return f'attachment; filename="{plain}"' + ("" if name.isascii() else f"; filename*=UTF-8''{quote(name, safe='')}")


def harmless(cell: str) -> str:
    """A text that no spreadsheet runs as a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
