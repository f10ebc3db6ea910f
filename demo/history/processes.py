"""Two processes that compute the past; they end with the one that started them, however that ends."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from multiprocessing import connection, get_context, parent_process
from typing import Any

PROCESSES = 2


def workers(processes: int) -> Executor:
    """So many processes, or this one."""
    if not processes:
        return Here()
    return ProcessPoolExecutor(processes, mp_context=get_context("spawn"), initializer=begin)


class Here(Executor):
    """Does at once what it is given."""

    def submit(self, function: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
        """The result, which is there already."""
        future: Future[Any] = Future()
        future.set_result(function(*arguments, **named))
        return future


def begin() -> None:
    """Prepare a process of the pool: signals end it, and so does the end of its parent, which may be a kill."""
    gc.freeze()  # what is imported stays; what is computed has next to no cycles to look for
    gc.set_threshold(50_000, 20, 100)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(1)
