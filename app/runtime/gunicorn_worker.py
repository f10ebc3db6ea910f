"""gunicorn's worker with threads: warmed before its first request, with error pages in the site's style."""

from __future__ import annotations

import gc
import socket
from typing import Any

from gunicorn.http.errors import LimitRequestHeaders, LimitRequestLine, ParseException
from gunicorn.workers.gthread import ThreadWorker

from app.http.static_errors import page
from app.runtime.warming import warm_process

HEAD = (
    "HTTP/1.1 {code} {reason}\r\nConnection: close\r\nContent-Type: text/html; charset=utf-8\r\n"
    "X-Content-Type-Options: nosniff\r\nContent-Length: {length}\r\n\r\n"
)
READ_OFF_SECONDS, PIECE, MOST_PIECES = 0.5, 65_536, 16


class Worker(ThreadWorker):
    """The worker of `python -m app serve`."""

    def run(self) -> None:
        """Make the application ready in this process, then take requests."""
        warm_process(self.wsgi)
        # What is there now stays: no search for garbage looks through it again, and no shared page is copied for that.
        gc.freeze()
        super().run()

    def handle_error(self, req: Any, client: socket.socket, addr: Any, exc: Exception) -> None:
        """Answer a request that cannot be read; whatever else went wrong is gunicorn's to answer."""
        if not isinstance(exc, ParseException) or isinstance(exc, LimitRequestHeaders):
            super().handle_error(req, client, addr, exc)
            return
        code, reason = (414, "URI Too Long") if isinstance(exc, LimitRequestLine) else (400, "Bad Request")
        # Not the request itself: a line that cannot be read may hold the link of a reset.
        self.log.warning("a request from %s cannot be read: %s", addr and addr[0], type(exc).__name__)
        content = page(code).encode()
        try:
            client.sendall(HEAD.format(code=code, reason=reason, length=len(content)).encode() + content)
            read_off(client)
        except OSError:
            self.log.debug("%s did not wait for its answer", addr and addr[0])


def read_off(client: socket.socket) -> None:
    """Read some of what is still coming: a line closed over unread bytes takes the answer with it."""
    client.shutdown(socket.SHUT_WR)
    client.settimeout(READ_OFF_SECONDS)
    for _ in range(MOST_PIECES):
        if not client.recv(PIECE):
            return
