"""Error pages for nginx (files in deploy/) and gunicorn, which answer when the application does not.

`make error-pages` writes the files; a test compares them.
"""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import Path

from app.http.error_texts import ERROR_TEXTS

SHEET = Path(__file__).parents[1] / "assets" / "view" / "arboretum.css"
# What nginx may answer by itself: to a request it cannot read, for a file, and when the application is not there.
CODES = (400, 403, 404, 405, 413, 414, 500, 502, 503, 504)
PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <meta name="color-scheme" content="light dark">
  <title>{title}</title>
  <style>
    body {{ margin: 0; padding: 12vh 24px; font: 16px/1.5 system-ui, sans-serif; \
color: {light[ink]}; background: {light[paper]}; }}
    main {{ max-width: 34rem; margin: 0 auto; }}
    h1 {{ margin: 0 0 16px; font-size: 28px; font-weight: 480; line-height: 1.25; letter-spacing: -.02em; }}
    .code {{ margin: 0 0 8px; font-size: 15px; color: {light[ink-2]}; }}
    a {{ color: {light[accent]}; }}
    @media (prefers-color-scheme: dark) {{
      body {{ color: {dark[ink]}; background: {dark[paper]}; }}
      .code {{ color: {dark[ink-2]}; }}
      a {{ color: {dark[accent]}; }}
    }}
  </style>
</head>
<body>
<main>
  <p class="code">{title} ({code})</p>
  <h1>{sentence}</h1>
  <p>{next_step}</p>
  <p><a href="{address}">{link}</a></p>
</main>
</body>
</html>
"""


def colors(theme: str) -> dict[str, str]:
    """The colours of the site's pages in that theme, by the names they have in the style sheet."""
    _, _, block = SHEET.read_text(encoding="utf-8").partition(f':root[data-bs-theme="{theme}"] {{')
    return dict(re.findall(r"--arb-([\w-]+): (#[0-9a-f]{6});", block.partition("}")[0]))


def write(folder: Path) -> None:
    """Write the error answers of nginx, as JSON and as pages."""
    for code in CODES:
        (folder / f"{code}.html").write_text(page(code), encoding="utf-8")
        (folder / f"{code}.json").write_text(body(code), encoding="utf-8")


def page(code: int) -> str:
    """The page of that status, which loads nothing."""
    return PAGE.format(code=code, light=colors("light"), dark=colors("dark"), **asdict(ERROR_TEXTS[code]))


def body(code: int) -> str:
    """The JSON of that status; the reference names the log to look in."""
    words = ERROR_TEXTS[code]
    return json.dumps({"error": f"{words.sentence} {words.next_step}", "reference": "web server"}) + "\n"
