"""What tests are built from: documents as devices post them, callbacks as a browser fires them, processes and time."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from data.document.reading import is_listed

DATABASES = ("sqlite", "postgresql")
NOON = datetime(2019, 12, 3, 19, 40, tzinfo=UTC)


class FakeClock:
    """A clock that stands until it is moved; waiting moves it."""

    def __init__(self, now_at: datetime = NOON) -> None:
        self.now_at = now_at
        self.seconds = 0.0

    def now(self) -> datetime:
        """The instant it shows."""
        return self.now_at

    def monotonic(self) -> float:
        """The seconds it has moved."""
        return self.seconds

    def advance(self, seconds: float) -> None:
        """Move it on."""
        self.now_at += timedelta(seconds=seconds)
        self.seconds += seconds

    def wait(self, seconds: float) -> bool:
        """Move it on; nobody has asked to stop."""
        self.advance(seconds)
        return False


def bms_document(**changes: Any) -> dict[str, Any]:
    """A small document of the battery manager in the site's dialect."""
    return {
        "Battery Charge": {
            "battery charge": {"value": 938304, "unit": "C"},
            "battery capacity": {"value": 1296000, "unit": "C"},
            "state of charge": {"value": 72.4, "unit": "%"},
        },
        **changes,
    }


def tristar_document(string: int | None = None, battery_voltage: float = 13.47, **changes: Any) -> dict[str, Any]:
    """A small document of a charge controller in the site's dialect."""
    told = {} if string is None else {"string": string}
    return {"name": "tristar", **told, "ADC data": {"battery voltage": battery_voltage}, **changes}


def iso(at: datetime) -> str:
    """The instant as a collector writes it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def ndjson(documents: Sequence[Mapping[str, Any] | str]) -> bytes:
    """The documents one a line; a text goes in as it is."""
    return "\n".join(one if isinstance(one, str) else json.dumps(one) for one in documents).encode()


def line(
    content: Mapping[str, Any], family: str = "bms", device: str = "bms", at: datetime = NOON, clock: str = "synced"
) -> dict[str, Any]:
    """One line for POST /api/v1/documents."""
    return {"family": family, "device": device, "recorded_at": iso(at), "clock": clock, "content": content}


def form_token(client: FlaskClient, address: str) -> str:
    """The hidden token of the form at that address."""
    page = client.get(address).get_data(as_text=True)
    return page.partition('name="csrf_token" type="hidden" value="')[2].partition('"')[0]


def sign_in(client: FlaskClient, username: str, password: str) -> None:
    """Log in as a browser does."""
    token = form_token(client, "/sensors/users/login")
    answer = client.post("/sensors/users/login", data={"username": username, "password": password, "csrf_token": token})
    assert answer.status_code == 303, answer.get_data(as_text=True)


def csrf_header(client: FlaskClient) -> dict[str, str]:
    """The header that Dash sends with a callback: the token of the cookie the first page set."""
    cookie = client.get_cookie("_csrf_token")
    return {"X-CSRFToken": cookie.value} if cookie is not None else {}


def fire(
    client: FlaskClient,
    output: str,
    inputs: Sequence[Mapping[str, Any]],
    state: Sequence[Mapping[str, Any]] = (),
    changed: Sequence[str] = (),
) -> Any:
    """Fire a callback as a browser does: `output` as Dash names it (`..a.b...c.d..` for several), inputs and states as
    {"id", "property", "value"}.  Returns the response."""
    if client.get_cookie("_csrf_token") is None:
        client.get("/")
    names = output.strip(".").split("...") if output.startswith("..") else [output]
    outputs = [dict(zip(("id", "property"), name.rsplit(".", 1), strict=True)) for name in names]
    body = {
        "output": output,
        "outputs": outputs if output.startswith("..") else outputs[0],
        "inputs": list(inputs),
        "state": list(state),
        "changedPropIds": list(changed) or [f"{one['id']}.{one['property']}" for one in inputs],
    }
    return client.post("/_dash-update-component", json=body, headers=csrf_header(client))


def said_on_the_way(client: FlaskClient) -> str:
    """The frame of a Dash page as the browser is given it: the bar, and what the request before had to say."""
    return json.dumps(client.get("/_dash-layout").get_json(), ensure_ascii=False)


def own_sensors(client: FlaskClient) -> str:
    """The list of the visitor's own sensors on the sensors' page, as the browser is given it."""
    output = "..sensors-list.children...sensors-list.className.."
    answer = fire(client, output, [{"id": "sensors-clock", "property": "n_intervals", "value": 0}])
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.dumps(answer.get_json(), ensure_ascii=False)


def wait_until(true: Callable[[], bool], seconds: float = 20.0) -> bool:
    """Poll until it is true, or the time is over; whether it became true."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def runs(pid: int) -> bool:
    """Whether that process runs and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False


@contextmanager
def statements_of(engine: Engine) -> Iterator[list[str]]:
    """What the connections taken meanwhile are asked, by SQLAlchemy or past it; rows put in together count once."""
    asked: list[str] = []

    def put(statement: str) -> None:
        if not (statement.startswith("INSERT") and asked and asked[-1][:40] == statement[:40]):
            asked.append(statement)

    def trace(driver: Any, *_: object) -> None:
        driver.set_trace_callback(put)

    def note(*given: Any) -> None:
        asked.append(given[2])

    name, listener = ("checkout", trace) if engine.dialect.name == "sqlite" else ("before_cursor_execute", note)
    event.listen(engine, name, listener)
    try:
        yield asked
    finally:
        event.remove(engine, name, listener)


def of_the_catalogue(found: Mapping[str, float]) -> dict[str, float]:
    """Those of a document's readings that have one key whatever dialect it came in."""
    return {metric: value for metric, value in found.items() if is_listed(metric)}
