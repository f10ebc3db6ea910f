"""Posts what the faculty sensors measure on the routes of the first site, as the Pi on site does."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import datetime

from demo.live.sensing import Source

OWNER = "admin"
ROUTE = "/sensors/post-json"
TIMEOUT_SECONDS = 10

Say = Callable[[str], None]


class Poster:
    """Posts one document per sensor and turn; says when the site goes away and when it is back."""

    def __init__(self, source: Source, url: str, key: str, say: Say) -> None:
        self._source, self._url, self._key, self._say = source, url.rstrip("/"), key, say
        # The site is asked directly, whatever proxy is configured for the rest of the world.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        self._missed = 0

    def turn(self, now: datetime) -> int:
        """One round; how many documents the site took.  While the site is dark there is nobody to post."""
        return sum(self._post(name, content) for name, content in self._source(now).items())

    def _post(self, name: str, content: dict[str, object]) -> bool:
        request = urllib.request.Request(
            f"{self._url}{ROUTE}/{OWNER}/{name}",
            json.dumps(content).encode(),
            {"Content-Type": "application/json", **({"Authorization": f"Bearer {self._key}"} if self._key else {})},
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                answer.read()
        except (urllib.error.URLError, OSError) as problem:
            if not self._missed:
                self._say(f"sensors: {name} was not taken: {problem}")
            self._missed += 1
            return False
        if self._missed:
            self._say(f"sensors: the site takes them again; {self._missed} were lost")
            self._missed = 0
        return True
