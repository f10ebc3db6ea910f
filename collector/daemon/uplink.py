"""The way to the server: a batch of documents over HTTP, and from its answer a verdict for each document."""

from __future__ import annotations

import contextlib
import gzip
import http.client
import json
import socket
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from collector.config import UplinkConfig
from collector.daemon.spool import Answer, Document, Verdict
from collector.daemon.spool_file import REFUSED_COUNT

ROUTE = "/api/v1/documents"
GZIP_FROM_BYTES = 2_000
LONGEST_ANSWER = 4_000_000
NEVER = {400, 413, 422}  # the server will not take this request however often it comes


class Uplink(Protocol):
    """The way to the server as the uplink loop needs it; tests put a stand-in here."""

    def send(self, documents: Sequence[Document]) -> list[Answer]:
        """One answer for each document, in their order."""

    def is_reachable(self) -> bool:
        """True when the server can be connected to."""


@dataclass(frozen=True, slots=True)
class Reply:
    """The answer to a request: the status, or 0 and the reason when nothing did."""

    status: int
    body: bytes = b""
    reason: str = ""


class HttpUplink:
    """One kept connection to POST /api/v1/documents.  Used by one thread; `close` may come from another."""

    def __init__(self, config: UplinkConfig) -> None:
        parts = urlsplit(config.url)
        self._host = parts.hostname or ""
        self._port = parts.port
        self._secure = parts.scheme == "https"
        self._path = parts.path.rstrip("/") + ROUTE
        self._timeout_seconds = config.timeout_seconds
        self._headers = {"Content-Type": "application/x-ndjson", "Accept": "application/x-ndjson, application/json"}
        if config.key:
            self._headers["Authorization"] = f"Bearer {config.key}"
        self._connection: http.client.HTTPConnection | None = None
        self._closing = threading.Event()

    def send(self, documents: Sequence[Document]) -> list[Answer]:
        """Post them.  A request that is refused as a whole is sent again in halves, so that one bad document neither
        stops nor condemns the others; after the first that must be kept nothing more is sent, so order holds.
        """
        reply = self._post(documents)
        if reply.status == 200:
            return line_answers(reply.body, len(documents))
        if reply.status not in NEVER or is_not_our_server(reply.body):
            return [Answer(Verdict.KEEP, reason=whole_reason(reply))] * len(documents)
        if len(documents) == 1:
            return [Answer(Verdict.REFUSE, REFUSED_COUNT, whole_reason(reply))]
        half = len(documents) // 2
        answers = self.send(documents[:half])
        if answers[-1].verdict is Verdict.KEEP:
            return answers + [answers[-1]] * (len(documents) - half)
        return answers + self.send(documents[half:])

    def is_reachable(self) -> bool:
        """True when a fresh connection to the server can be made."""
        self._drop()
        try:
            self._connected()
        except (OSError, http.client.HTTPException):
            return False
        finally:
            self._drop()
        return True

    def close(self) -> None:
        """Drop the connection; a request under way ends as unanswered."""
        self._closing.set()
        connection = self._connection
        open_socket = connection.sock if connection is not None else None
        if open_socket is not None:
            # Only a shutdown wakes a thread that waits in a read; the thread itself then closes.
            with contextlib.suppress(OSError):
                open_socket.shutdown(socket.SHUT_RDWR)

    def _post(self, documents: Sequence[Document]) -> Reply:
        body = "".join(line(document) + "\n" for document in documents).encode()
        headers = self._headers
        if len(body) > GZIP_FROM_BYTES:
            body = gzip.compress(body, compresslevel=6, mtime=0)
            headers = {**headers, "Content-Encoding": "gzip"}
        kept = self._connection is not None
        try:
            return self._request(body, headers)
        except (OSError, http.client.HTTPException) as problem:
            self._drop()
            if not kept or self._closing.is_set() or isinstance(problem, TimeoutError):
                return Reply(0, reason=problem_text(problem))
        # The server may have closed the kept connection while it was idle: once more on a fresh one.
        try:
            return self._request(body, headers)
        except (OSError, http.client.HTTPException) as problem:
            self._drop()
            return Reply(0, reason=problem_text(problem))

    def _request(self, body: bytes, headers: dict[str, str]) -> Reply:
        connection = self._connected()
        connection.request("POST", self._path, body=body, headers=headers)
        with connection.getresponse() as response:
            text = response.read(LONGEST_ANSWER)
            if not response.isclosed() or response.will_close:
                self._drop()
            location = response.getheader("Location", "")
            reason = f"{response.status} {response.reason}" + (f", moved to {location}" if location else "")
            return Reply(response.status, text, reason)

    def _connected(self) -> http.client.HTTPConnection:
        connection = self._connection
        if connection is None:
            kind = http.client.HTTPSConnection if self._secure else http.client.HTTPConnection
            connection = kind(self._host, self._port, timeout=self._timeout_seconds)
            connection.connect()
            self._connection = connection
        return connection

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def line(document: Document) -> str:
    """The line of one document; its content goes out as it was made."""
    head = {
        "family": document.family,
        "device": document.device,
        "recorded_at": document.recorded_at.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "clock": document.clock,
    }
    return f'{json.dumps(head, separators=(",", ":"))[:-1]},"content":{document.content}}}'


def line_answers(body: bytes, count: int) -> list[Answer]:
    """The verdicts of an answered batch.  A line that is missing or not understood keeps its document."""
    answers = [Answer(Verdict.KEEP, reason="the server said nothing of this document")] * count
    for text in body.split(b"\n"):
        try:
            answer = json.loads(text)
            place = answer["line"]
            result = answer["result"]
        except (ValueError, KeyError, TypeError):
            continue
        if not isinstance(place, int) or not 1 <= place <= count:
            continue
        if result in ("stored", "repeated"):
            answers[place - 1] = Answer(Verdict.ACCEPT, result)
        elif result == "refused":
            answers[place - 1] = Answer(Verdict.REFUSE, REFUSED_COUNT, str(answer.get("reason") or "no reason given"))
        else:
            answers[place - 1] = Answer(Verdict.KEEP, reason=f"the server answered {result!r}")
    return answers


def is_not_our_server(body: bytes) -> bool:
    """True for the 400 with which a web server answers http on its https port: a wrong url, not a wrong document."""
    return b"plain HTTP" in body


def whole_reason(reply: Reply) -> str:
    """Why a whole request was not taken, in one line of at most 300 characters."""
    text = " ".join(reply.body.decode("utf-8", "replace").split())
    return f"{reply.reason}: {text}"[:300] if text else reply.reason


def problem_text(problem: Exception) -> str:
    """Why the request got no answer, as text."""
    return (
        f"no answer ({type(problem).__name__}: {problem})" if str(problem) else f"no answer ({type(problem).__name__})"
    )
