"""The image drawn on the server: its page in every spelling, its fields and their errors, and its files."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from app import create_app
from app.config import Config
from app.security.identity import STRANGER
from app.services import parts_of
from app.views.image_form import read_form
from callbacks.common.context import Site
from callbacks.graph.view import Question, view
from callbacks.image.image import rows
from data import queries
from data.database.models import Device
from data.ranges import TimeRange
from pages.graph.form import CONTROLS, DEFAULTS, MARKERS, STYLE_NAMES
from tests.browser.sunny_day import fill
from tests.builders import csrf_header

PAGE = "/BMS/serverside"
ZONE = ZoneInfo("America/Los_Angeles")
SPELLINGS = (PAGE, "/BMS/server_side", "/bms/ServerSide/", "/BMS/Server_Side", "/bms/server_side/")
PNG, SVG = b"\x89PNG\r\n\x1a\n", b"<?xml"
FIELDS = ("units", "start", "end", "interval", "title", "xlabel", "ylabel", "date_format", "style", "marker",
          "tight_layout", "logarithmic_scale")  # fmt: skip
# field -> what is written there, and the words for it
WRONG = (
    ("units", "nonsense", "There is no such value: choose among those of the list."),
    ("units", "", "Choose at least one value to draw."),
    ("units", ",".join(f"cell_{n}_voltage,cell_{n}_temperature" for n in range(1, 8)), "14 values are too many"),
    ("start", "yesterday", "Write it like 2019-12-03T11:40."),
    ("start", "1850-01-01T00:00", "The year must lie between 2000 and 2099."),
    ("end", "2001-01-01T00:00", "The end must come after the start."),
    ("end", "", "Choose an end: a date and a time."),
    ("interval", "25", "Must be a multiple of 10, above 0: try 20 or 30."),
    ("interval", "0", "Must be a multiple of 10, above 0: try 10."),
    ("interval", "ten", "Give whole minutes, such as 10 or 60."),
    ("interval", "9" * 90, "At most 80 characters."),
    ("title", "x" * 121, "At most 120 characters."),
    ("title", "a\u202eb", "nobody can see"),
    ("xlabel", "x" * 61, "At most 60 characters."),
    ("ylabel", "x" * 61, "At most 60 characters."),
    ("date_format", "%Q", "%Q is not a code this graph knows"),
    ("date_format", "%Z", "%Z cannot be drawn"),
    ("style", "_classic_test", "There is no such style: choose one of the list."),
    ("marker", "*", "There is no such marker: choose one of the list."),
    ("tight_layout", "maybe", "Write yes or no."),
    ("logarithmic_scale", "2", "Write yes or no."),
    ("range", "1y", "There is no such window: choose one of the list."),
)
OWN_WINDOW = {"start": "2020-01-01T00:00", "end": "2020-01-02T00:00"}


@pytest.fixture
def filled(sessions: sessionmaker[Session]) -> sessionmaker[Session]:
    """A day and a half of data up to now."""
    with sessions() as session:
        fill(session, datetime.now(UTC))
    return sessions


def said(answer: Any) -> list[str]:
    """What the page says is wrong."""
    found = re.findall(r'role="alert">([^<]*)', answer.get_data(as_text=True))
    return [words.replace("&#39;", "'") for words in found]


def sent(client: FlaskClient, **fields: Any) -> Any:
    """The form, filled in."""
    whole = {"units": "battery_charge", "interval": "10", "style": "arboretum", "marker": "None", **fields}
    client.get(PAGE)
    return client.post(PAGE, data=whole, headers=csrf_header(client))


@pytest.mark.parametrize("path", SPELLINGS)
def test_the_page_answers_in_any_spelling(filled: sessionmaker[Session], client: FlaskClient, path: str) -> None:
    page = client.get(path).get_data(as_text=True)
    assert f'<img src="{PAGE}.png"' in page
    assert re.search(r'alt="A graph: Battery Charge [\d.]+', page)
    for ending, begins in ((".png", PNG), (".svg", SVG)):
        answer = client.get(path.rstrip("/") + ending)
        assert (answer.status_code, answer.data[: len(begins)]) == (200, begins)


def test_the_form_is_filled_with_the_last_day_of_battery_charge(filled: sessionmaker[Session], server: Flask) -> None:
    page = server.test_client().get(PAGE).get_data(as_text=True)
    for name in FIELDS:
        assert f'name="{name}"' in page, name
    start, end = (re.search(rf'name="{name}"[^>]*value="([^"]*)"', page) for name in ("start", "end"))
    assert start is not None
    assert end is not None
    first, last = (datetime.fromisoformat(found[1]).replace(tzinfo=ZONE) for found in (start, end))
    assert last - first == timedelta(days=1)
    assert abs(datetime.now(UTC) - last) < timedelta(minutes=3)
    assert re.findall(r'name="units" value="(\w+)" checked', page) == ["battery_charge"]
    assert all(f'value="{one.replace("<", "&lt;").replace(">", "&gt;")}"' in page for one in (*STYLE_NAMES, *MARKERS))
    assert "The numbers" in page


def test_the_form_draws_what_it_is_sent_and_gives_its_address(
    filled: sessionmaker[Session], client: FlaskClient
) -> None:
    answer = sent(client, units=["state_of_charge", "total_current"], title="A day", style="ggplot", range="24h")
    page = answer.get_data(as_text=True)
    assert (answer.status_code, said(answer)) == (200, [])
    query = "?units=state_of_charge,total_current&amp;title=A%20day&amp;style=ggplot"
    assert f'<img src="{PAGE}.png{query}"' in page
    assert f'<a href="{PAGE}{query}"' in page
    assert f'<a href="/BMS{query}"' in page
    linked = client.get(f"{PAGE}{query.replace('&amp;', '&')}").get_data(as_text=True)
    assert linked.partition("<picture")[2] == page.partition("<picture")[2]


def test_the_old_forms_names_are_understood(client: FlaskClient) -> None:
    old = {"start_date": "2020-01-01T00:00", "end_date": "2020-01-02T00:00", "x_axis": "Hours", "y_axis": "Charge"}
    for page in (sent(client, **old), client.get(f"{PAGE}?{urlencode(old)}")):
        text = page.get_data(as_text=True)
        assert [re.search(f'name="{name}"[^>]*value="{value}"', text) is not None for name, value in
                (("start", "2020-01-01T00:00"), ("xlabel", "Hours"), ("ylabel", "Charge"))] == [True] * 3  # fmt: skip


def test_a_window_up_to_now_stays_one_when_the_form_is_sent_as_it_stands(
    filled: sessionmaker[Session], client: FlaskClient
) -> None:
    page = client.get(f"{PAGE}?range=7d").get_data(as_text=True)
    start, end = (re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1] for name in ("start", "end"))  # type: ignore[index]
    was = re.search(r'name="shown" value="([^"]*)"', page)
    assert was is not None
    assert was[1] == f"7d {start} {end}"
    told = {"start": start, "end": end, "shown": was[1]}
    assert f'<img src="{PAGE}.png?range=7d"' in sent(client, **told).get_data(as_text=True)
    moved = sent(client, **{**told, "start": OWN_WINDOW["start"]}).get_data(as_text=True)
    assert f'<img src="{PAGE}.png?start=2020-01-01T00:00&amp;end={end}"' in moved
    assert said(sent(client, **{**told, "shown": f"1y {start} {end}"}))


def test_a_start_alone_means_until_now(filled: sessionmaker[Session], client: FlaskClient) -> None:
    begun = (datetime.now(ZONE) - timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M")
    answer = client.get(f"{PAGE}?start={begun}")
    assert said(answer) == []
    assert "<img src=" in answer.get_data(as_text=True).partition("<picture")[2]


def test_a_form_without_the_token_is_refused(client: FlaskClient) -> None:
    assert client.post(PAGE, data={"units": "battery_charge"}).status_code == 400


@pytest.mark.parametrize(("name", "written", "words"), WRONG)
def test_what_is_wrong_is_said_at_its_field_and_to_programs(
    client: FlaskClient, name: str, written: str, words: str
) -> None:
    given = {**(OWN_WINDOW if name in ("start", "end") else {}), name: written}
    for answer in (client.get(f"{PAGE}?{urlencode(given)}"), sent(client, **given)):
        assert answer.status_code == 200
        assert [one for one in said(answer) if words in one], said(answer)
        page = answer.get_data(as_text=True)
        assert "<picture" not in page
        assert "Nothing is drawn yet" in page
    for kind in ("png", "svg"):
        refused = client.get(f"{PAGE}.{kind}?{urlencode(given)}", headers={"Accept": "image/*,*/*"})
        assert refused.status_code == 400
        assert set(refused.json) == {"error", "reference"}
        assert words in refused.json["error"]


def test_a_form_with_a_fault_keeps_its_window_for_the_next_try(
    filled: sessionmaker[Session], client: FlaskClient
) -> None:
    for answer in (client.get(f"{PAGE}?range=7d&interval=7"), client.get(f"{PAGE}?range=7d&style=x")):
        page = answer.get_data(as_text=True)
        told = {
            name: re.search(rf'name="{name}"[^>]*value="([^"]*)"', page)[1]  # type: ignore[index]
            for name in ("shown", "start", "end")
        }
        assert f'<img src="{PAGE}.png?range=7d"' in sent(client, **told).get_data(as_text=True)


def test_everything_that_is_wrong_is_said_at_once(client: FlaskClient) -> None:
    assert len(said(client.get(f"{PAGE}?interval=7&style=x&title={'x' * 200}&date_format=%25Q&start=x"))) == 5


@pytest.mark.parametrize("query", ["theme=pink", "size=huge", "title=%00", "units=%00", "theme=%00"])
def test_an_image_takes_no_other_words(client: FlaskClient, query: str) -> None:
    assert client.get(f"{PAGE}.png?{query}").status_code == 400


def test_a_form_in_which_no_value_is_ticked_says_so(client: FlaskClient) -> None:
    assert "Choose at least one value to draw." in said(sent(client, units=[]))


@pytest.mark.parametrize(
    "query",
    [
        "units=total_voltage",
        "range=6h",
        "interval=60",
        "title=A+day",
        "xlabel=Hours",
        "ylabel=Charge",
        "date_format=%25H",
        "style=bmh",
        "marker=o",
        "tight_layout=yes",
        "logarithmic_scale=yes",
        "theme=dark",
        "size=phone",
        "start={yesterday}",
        "start={yesterday}&end={later}",
    ],
)
def test_every_field_changes_the_image(filled: sessionmaker[Session], client: FlaskClient, query: str) -> None:
    yesterday = datetime.now(ZONE) - timedelta(hours=30)
    query = query.format(
        yesterday=f"{yesterday:%Y-%m-%dT%H:%M}", later=f"{yesterday + timedelta(hours=5):%Y-%m-%dT%H:%M}"
    )
    usual = client.get(f"{PAGE}.png")
    other = client.get(f"{PAGE}.png?{query}")
    assert (other.status_code, other.data[:8]) == (200, PNG)
    assert other.data != usual.data


@pytest.mark.parametrize("title", ["$x^2$", "\\frac{", "<script>alert(1)</script>", "電池 🔋", '"><img src=x>'])
def test_a_title_is_words_on_the_page_and_in_the_image(
    filled: sessionmaker[Session], client: FlaskClient, title: str
) -> None:
    page = client.get(f"{PAGE}?title={quote(title)}").get_data(as_text=True)
    assert "<script>alert" not in page
    assert "<img src=x" not in page
    for kind in ("png", "svg"):
        assert client.get(f"{PAGE}.{kind}?title={quote(title)}").status_code == 200


def test_the_image_is_for_its_asker_and_runs_nothing(filled: sessionmaker[Session], client: FlaskClient) -> None:
    for kind, mimetype in (("png", "image/png"), ("svg", "image/svg+xml")):
        headers = client.get(f"{PAGE}.{kind}?units=battery_charge").headers
        assert headers["Content-Type"].startswith(mimetype)
        assert headers["Cache-Control"] == "private, no-store"
        assert headers["Content-Disposition"] == f'inline; filename="arboretum-battery_charge.{kind}"'
        assert headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert headers["X-Content-Type-Options"] == "nosniff"


def test_the_values_drawn_are_the_buckets_of_the_store(filled: sessionmaker[Session]) -> None:
    now = datetime.now(UTC)
    values = {**DEFAULTS["bms"], "units": ["battery_charge", "state_of_charge"], "interval": "30"}
    with filled() as session:
        (device,) = queries.devices(session, "bms")
        shown = view(Question("bms", values, STRANGER, Site("Arboretum", ZONE)), session, now)
        assert shown.window == TimeRange.last(timedelta(days=1), now)
        frame = queries.buckets(
            session, device.id, values["units"], shown.window, width=timedelta(minutes=30), zone=ZONE
        )
    for one in shown.lines:
        means = frame[one.metric.key]["mean"].dropna().to_numpy() * one.metric.screen_factor
        np.testing.assert_array_equal(one.value[np.isfinite(one.value)], means)
    assert [row[0] for row in rows(shown.lines)] == ["Battery Charge", "State of Charge"]


def test_where_there_is_no_data_the_page_says_where_there_is(
    filled: sessionmaker[Session], client: FlaskClient
) -> None:
    query = f"?{urlencode(OWN_WINDOW)}"
    page = client.get(PAGE + query).get_data(as_text=True)
    assert "No data for Battery Charge from 1 Jan 2020" in page
    assert "<picture" not in page
    leads = re.search(rf'class="arb-button" href="({PAGE}[^"]*)">Show', page)
    assert leads is not None
    assert "<picture" in client.get(leads[1].replace("&amp;", "&")).get_data(as_text=True)
    assert client.get(f"{PAGE}.png{query}").data.startswith(PNG)


def test_a_site_without_data_says_what_will_be_there(client: FlaskClient) -> None:
    assert "has sent nothing yet" in client.get(PAGE).get_data(as_text=True)
    assert client.get(f"{PAGE}.png").data.startswith(PNG)


def test_a_private_battery_is_drawn_for_nobody_else(
    filled: sessionmaker[Session], server: Flask, signed_in: FlaskClient
) -> None:
    with filled.begin() as session:
        session.execute(update(Device).where(Device.slug == "bms").values(public=False))
    stranger = server.test_client()
    shown, unknown = (stranger.get(f"{PAGE}?controller={name}").get_data(as_text=True) for name in ("bms", "nosuch"))
    assert "has sent nothing yet" in shown
    assert "has sent nothing yet" in unknown
    assert "<picture" in signed_in.get(PAGE).get_data(as_text=True)


def test_two_who_ask_at_once_get_each_their_own(
    filled: sessionmaker[Session], server: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("callbacks.image.styles.MOST_SECONDS", 600.0)  # however slow the machine is
    begun = datetime.now(ZONE) - timedelta(hours=30)
    window = f"start={begun:%Y-%m-%dT%H:%M}&end={begun + timedelta(hours=20):%Y-%m-%dT%H:%M}"
    asked = [f"{PAGE}.png?{window}&{more}" for more in ("style=ggplot&title=One", "style=dark_background&title=Two")]

    def get(address: str) -> bytes:
        return server.test_client().get(address).data

    alone = [get(address) for address in asked]
    assert alone[0] != alone[1]
    with ThreadPoolExecutor(2) as together:
        assert list(together.map(get, asked * 4)) == alone * 4


def test_too_many_images_at_once_are_503_with_a_time_to_come_again(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    import threading

    from callbacks.image import styles

    monkeypatch.setattr(styles, "_queue", threading.BoundedSemaphore(1))
    with styles.styled("bmh", "light"):
        answer = client.get(f"{PAGE}.png")
        assert client.get(PAGE).status_code == 200
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert set(answer.json) == {"error", "reference"}
    assert client.get(f"{PAGE}.png").status_code == 200


def test_an_image_leaves_no_file_behind(
    filled: sessionmaker[Session], client: FlaskClient, config: Config, tmp_path: Path
) -> None:
    client.get(f"{PAGE}.png")
    before = sorted(tmp_path.rglob("*"))
    client.get(f"{PAGE}.png?title=Another")
    assert sorted(tmp_path.rglob("*")) == before


@pytest.fixture
def private(config: Config) -> Iterator[FlaskClient]:
    """A stranger before a private site."""
    made = create_app(replace(config, site_private=True))
    yield made.test_client()
    parts_of(made).engine.dispose()


def test_a_private_site_draws_nothing_for_strangers(private: FlaskClient) -> None:
    assert private.get(PAGE).headers["Location"] == f"/sensors/users/login?next={PAGE}"
    assert private.get(f"{PAGE}.png").status_code == 401


def test_only_an_image_costs_the_memory_of_what_draws_it(config: Config) -> None:
    script = f"""
import sys
from pathlib import Path
from app import create_app
from app.config import Config
config = Config(data_dir=Path({str(config.data_dir)!r}), secret_key="a secret key of the tests")
client = create_app(config).test_client()
heavy = lambda: [name for name in sys.modules if name.split(".")[0] in ("matplotlib", "contourpy", "fontTools")]
answers = [client.get(path).status_code for path in ("/", "/BMS", "{PAGE}", "{PAGE}.png?interval=7")]
print(answers, heavy())
print(client.get("{PAGE}.png").status_code, "matplotlib" in heavy(), "matplotlib.pyplot" in heavy())
"""
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True)
    assert told.stdout.splitlines() == ["[200, 200, 200, 400] []", "200 True False"]


def test_the_form_has_the_controls_of_the_graph_page() -> None:
    from werkzeug.datastructures import MultiDict

    form = read_form(MultiDict(), "2020-01-01T00:00", False)
    assert form.validate()
    assert set(form.values()) == set(CONTROLS)
    assert form.values() == DEFAULTS["bms"]
