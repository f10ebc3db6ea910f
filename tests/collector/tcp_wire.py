"""A device in the network that hangs up after each answer, for tests of what reads it over real sockets."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable


class TcpWire:
    """`answer(heard)` gives the bytes said to one request; None hangs up at once; `greeting` is said unasked."""

    def __init__(self, answer: Callable[[bytes], bytes | None], greeting: bytes = b"") -> None:
        self.answer = answer
        self.greeting = greeting
        self.heard: list[bytes] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            connection, _ = self._listener.accept()
            with connection:
                if self._done.is_set():
                    return
                if self.greeting:
                    connection.sendall(self.greeting)
                request = connection.recv(4096)
                if not request:
                    continue
                self.heard.append(request)
                said = self.answer(request)
                if said is None:
                    continue
                connection.sendall(said)
                if not said:
                    connection.recv(1)  # silent, until the other side hangs up

    def close(self) -> None:
        self._done.set()
        with socket.create_connection(("127.0.0.1", self.port)):
            self._thread.join()
        self._listener.close()
