"""The site with a few views exchanged, as gunicorn serves it to the benchmark.

`POST /BMS/post-json` authenticates and parses the body, and stores nothing; `POST /Tristar/post-json` and `.../daily`
store in the plain reference (benchmarks.narrow); `GET /BMS/api/single_point/<date>/<parameter>` asks it.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import orjson
from flask import Response

from app import create_app
from app.audience import Audience, audience
from app.config import Config
from app.http.body import LIMIT, as_text, read_body
from app.legacy.posting import RECEIVED
from app.security.identity import poster
from benchmarks import narrow
from data.document import parse_content

config = Config.from_env()
server = create_app(config)
PLAIN = Path(config.data_dir) / "narrow.db"
_thread = threading.local()


def plain() -> Any:
    """This thread's connection to the reference."""
    if not hasattr(_thread, "connection"):
        _thread.connection = narrow.connected(PLAIN)
    return _thread.connection


def parse_only() -> Response:
    """What every post costs: who posts, the body, the parser."""
    poster()
    parse_content(as_text(read_body(LIMIT)))
    return Response(RECEIVED, mimetype="text/html")


def store_plainly() -> Response:
    """A document as a row a sample, with roll-ups, committed before the answer."""
    poster()
    narrow.store(plain(), [orjson.loads(read_body(LIMIT))])
    return Response(RECEIVED, mimetype="text/html")


def store_lines_plainly() -> Response:
    """A batch of them in one commit."""
    poster()
    narrow.store(plain(), [orjson.loads(line)["content"] for line in read_body(LIMIT).split(b"\n")])
    return Response(RECEIVED, mimetype="text/html")


def ask_plainly(date: str, parameter: str) -> Response:
    """The answer to a question of that name."""
    del date
    return Response(orjson.dumps(narrow.QUESTIONS[parameter](plain())), mimetype="application/json")


server.view_functions |= {
    "posting.bms": audience(Audience.POSTERS)(parse_only),
    "posting.tristar": audience(Audience.POSTERS)(store_plainly),
    "posting.tristar_daily": audience(Audience.POSTERS)(store_lines_plainly),
    "reading.bms_point": audience(Audience.READERS)(ask_plainly),
}
