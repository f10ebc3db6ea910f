"""A small server that answers POST /api/v1/documents over real HTTP, and can be told to misbehave."""

from __future__ import annotations

import gzip
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Key = tuple[str, str, str]
Line = dict[str, Any]


class SmallSite:
    """Keeps documents by (family, device, recorded_at).  `misbehave` may give (status, body) instead of an answer."""

    def __init__(self, port: int = 0) -> None:
        self.documents: dict[Key, Line] = {}
        self.requests: list[list[Line]] = []
        self.headers: list[dict[str, str]] = []
        self.repeated = 0
        self.misbehave: Callable[[list[Line]], tuple[int, bytes] | None] = lambda _: None
        self.refuse: Callable[[Line], str | None] = lambda _: None
        self.hang_up_after: int | None = None  # store that many more documents, then close without an answer
        self.lose_answers = 0  # of so many requests: everything is stored and nothing said
        self._lock = threading.Lock()
        site = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                site.answer(self)

            def log_message(self, *arguments: object) -> None:
                """Nothing on the test's screen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["Content-Length"]))
        if request.headers.get("Content-Encoding") == "gzip":
            body = gzip.decompress(body)
        lines = [json.loads(line) for line in body.decode().split("\n") if line]
        with self._lock:
            self.requests.append(lines)
            self.headers.append({**request.headers, "path": request.path})
            wrong = self.misbehave(lines)
            if wrong is not None:
                send(request, *wrong)
                return
            answers = []
            for number, line in enumerate(lines, start=1):
                if self.hang_up_after is not None:
                    self.hang_up_after -= 1
                    if self.hang_up_after < 0:
                        self.hang_up_after = None
                        request.close_connection = True
                        return
                answers.append({"line": number, **self._store(line)})
            if self.lose_answers > 0:
                self.lose_answers -= 1
                request.close_connection = True
                return
        send(request, 200, "".join(json.dumps(answer) + "\n" for answer in answers).encode())

    def _store(self, line: Line) -> dict[str, str | None]:
        reason = self.refuse(line)
        if reason is not None:
            return {"result": "refused", "reason": reason}
        key = (line["family"], line["device"], line["recorded_at"])
        if key in self.documents:
            if self.documents[key] != line:
                return {"result": "refused", "reason": "conflict"}
            self.repeated += 1
            return {"result": "repeated", "reason": None}
        self.documents[key] = line
        return {"result": "stored", "reason": None}


def send(request: BaseHTTPRequestHandler, status: int, body: bytes) -> None:
    request.send_response(status)
    request.send_header("Content-Type", "application/x-ndjson")
    request.send_header("Content-Length", str(len(body)))
    request.end_headers()
    request.wfile.write(body)
