"""Asks the routes for programs for so many seconds: python -m tests.fuzz.api_run SECONDS [FIRST_SEED].

Every round asks each operation as each sender, with another seed; the round that failed is asked again by its number.
"""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from schemathesis.core.failures import FailureGroup

from app import create_app
from app.api.openapi import openapi
from app.config import Config
from app.factory import ROUTES
from app.services import parts_of
from tests.app.asking import SENDERS, ask, senders

EXAMPLES = 25


def questions(first: int) -> Iterator[tuple[str, str, str, int]]:
    """Path, method, sender and seed, round after round."""
    operations = [(path, method) for path, item in openapi(ROUTES)["paths"].items() for method in item]
    for number in count(first):
        for path, method in operations:
            for sender in SENDERS:
                yield path, method, sender, number


def run(seconds: float, first: int) -> str:
    """Ask for that long, beginning with that seed, and say how it went.  Raises SystemExit for a wrong answer."""
    logging.disable(logging.ERROR)  # every refusal is logged
    asked = 0
    until = time.monotonic() + seconds
    with TemporaryDirectory() as folder:
        server = create_app(Config(data_dir=Path(folder), secret_key="a secret key of the fuzzer"))
        who = senders(server)
        for path, method, sender, number in questions(first):
            if time.monotonic() >= until:
                break
            try:
                ask(server, who[sender], path, method, EXAMPLES, number)
            except FailureGroup as problem:
                told = "\n".join(str(one) for one in (problem, *problem.exceptions))
                raise SystemExit(f"seed {number}, {method.upper()} {path} as {sender}\n{told}") from problem
            asked += EXAMPLES
        parts_of(server).engine.dispose()
    return f"{asked:,} questions, every answer as described; the next seed is {number}\n"


if __name__ == "__main__":
    sys.stdout.write(run(float(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 0))
