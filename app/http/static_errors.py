"""Error pages of who answers in place of the application: nginx from files in deploy/, gunicorn by itself.

A test holds the files against these functions.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from app.http.error_texts import ERROR_WORDS

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
    body {{ margin: 0; padding: 12vh 24px; font: 16px/1.5 system-ui, sans-serif; color: #1e2923; background: #faf8f2; }}
    main {{ max-width: 34rem; margin: 0 auto; }}
    h1 {{ margin: 0 0 16px; font-size: 28px; font-weight: 480; line-height: 1.25; letter-spacing: -.02em; }}
    .code {{ margin: 0 0 8px; font-size: 15px; color: #55605a; }}
    a {{ color: #2c6a2b; }}
    @media (prefers-color-scheme: dark) {{
      body {{ color: #e9ece5; background: #12191b; }}
      .code {{ color: #a5b0aa; }}
      a {{ color: #9cd28b; }}
    }}
  </style>
</head>
<body>
<main>
  <p class="code">{title} ({code})</p>
  <h1>{said}</h1>
  <p>{next_step}</p>
  <p><a href="{address}">{link}</a></p>
</main>
</body>
</html>
"""


def page(code: int) -> str:
    """The page of that status, which needs nothing from anywhere."""
    return PAGE.format(code=code, **asdict(ERROR_WORDS[code]))


def body(code: int) -> str:
    """The same for a program; the reference says in whose log it is."""
    words = ERROR_WORDS[code]
    return json.dumps({"error": f"{words.said} {words.next_step}", "reference": "web server"}) + "\n"
