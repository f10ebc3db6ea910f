"""An account in the browser: a sensor's page turns green by itself, and a page over an ended session says so."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from app import create_app
from app.config import Config
from app.services import parts_of
from data.accounts import users
from data.roles import ADMINISTRATOR
from tests.browser.conftest import Opener, Watched, listening
from tests.browser.looking import OVERFLOW, UNREADABLE, overlaps, ready

PASSWORD = "four tall green tomatoes"


def registered(window: Watched) -> str:
    """Make an account in the form; its name."""
    name = f"ada{uuid4().hex[:8]}"
    page = window.go("/sensors/users/register")
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Register").click()
    expect(page.get_by_text("Your account has been created")).to_be_visible()
    return name


def log_in(page: Page, name: str) -> None:
    """Log in where the login form is."""
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_text(f"Welcome, {name}.")).to_be_visible()


def sound(page: Page) -> None:
    """Nothing runs out of the window or over its neighbour."""
    assert page.evaluate(OVERFLOW) <= 0, page.url
    assert overlaps(page) == [], page.url


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_new_sensors_page_turns_green_with_its_first_post(opened: Opener, size: str) -> None:
    window = opened(size)
    name = registered(window)
    page = window.page
    log_in(page, name)
    for path in ("/account", "/account/password", "/account/delete", "/account/keys", "/sensors/users/forgotten"):
        window.go(path)
        sound(page)
    window.go("/sensors/register")
    page.get_by_label("Name").fill("soil")
    page.get_by_role("button", name="Register sensor").click()
    expect(page.get_by_text("This turns green with the first post.")).to_be_visible()
    sound(page)
    posted = urllib.request.Request(
        f"{window.address}/sensors/post-json/{name}/soil", json.dumps({"wet": 31.5}).encode(), method="POST"
    )
    with urllib.request.urlopen(posted) as answer:
        assert answer.status == 200
    expect(page.locator("[data-arb-state].arb-success")).to_contain_text("Wet 31.5")
    expect(page.locator("h1")).to_contain_text("soil was last heard")  # by itself: nobody has loaded the page again
    expect(page.get_by_role("link", name="See its graph")).to_be_visible()
    sound(page)
    page.get_by_role("link", name="Make a key for it").click()
    page.get_by_label("Name").fill("the Pi")
    page.get_by_role("button", name="Make the key").click()
    expect(page.locator("#curl")).to_contain_text("Authorization: Bearer arb_")
    sound(page)


def test_a_page_left_open_over_an_ended_session_says_so(opened: Opener) -> None:
    window, elsewhere = opened(), opened()
    name = registered(window)
    log_in(window.page, name)
    ready(window.go("/"))
    elsewhere.go("/sensors/users/login")
    log_in(elsewhere.page, name)
    elsewhere.go("/logout")
    window.page.get_by_role("link", name="BMS").first.click()
    expect(window.page.locator("[data-arb-ended]")).to_contain_text("Your session has ended")
    window.page.get_by_role("link", name="Log in again").click()
    expect(window.page.get_by_label("Username")).to_be_visible()


PUBLIC = ("/sensors/users/login", "/sensors/users/register", "/sensors/users/forgotten")
ACCOUNT = (
    "/sensors/register",
    "/account",
    "/account/password",
    "/account/delete",
    "/account/keys",
    "/account/keys/new",
)
ADMIN = ("/admin", "/admin/users", "/admin/devices", "/admin/keys", "/admin/audit")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A site with an administrator, a sensor and a key."""
    server = create_app(Config(data_dir=tmp_path_factory.mktemp("office"), secret_key="a secret key of the tests"))
    with parts_of(server).sessions.begin() as session:
        user = users.create_user(session, "grace", "grace@example.org", PASSWORD, ADMINISTRATOR)
        users.register_sensor(session, user, "soil")
        users.create_key(session, "the Pi", user)
    yield from listening(server)


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_of_accounts_can_be_read_and_is_labelled(opened: Opener, office: str, size: str, theme: str) -> None:
    window = opened(size, theme, office)
    for path in (*PUBLIC, "", *ACCOUNT, "/sensors/4", *ADMIN):
        if not path:
            window.go(PUBLIC[0])
            log_in(window.page, "grace")
            continue
        page = window.go(path)
        assert page.evaluate(UNREADABLE) == [], path
        sound(page)


def test_the_keyboard_alone_renames_a_sensor_and_hears_what_is_wrong(opened: Opener, office: str) -> None:
    window = opened("wide", "dark", office)
    window.go("/sensors/users/login")
    log_in(window.page, "grace")
    page = window.go("/sensors/4")
    name = page.get_by_label("Another name")
    for _ in range(40):
        page.keyboard.press("Tab")
        drawn = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert drawn == "solid", page.evaluate("document.activeElement.outerHTML")
        if name.evaluate("field => field === document.activeElement"):
            break
    page.keyboard.press("Control+A")
    page.keyboard.type("a/b")
    page.keyboard.press("Enter")
    expect(page.locator("#rename-error")).to_contain_text("no slash")
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-describedby", "rename-error")
    page.keyboard.press("Control+A")
    page.keyboard.type("loam")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text("loam waits for its first post.")


def test_fields_and_buttons_have_room_on_a_phone(opened: Opener, office: str) -> None:
    window = opened("phone", "light", office)
    log_in(window.go("/sensors/users/login"), "grace")
    page = window.go("/admin/audit")
    for name in ("Who", "What", "From", "To"):
        box = page.get_by_label(name, exact=True).bounding_box()
        assert box is not None
        assert box["width"] >= 140, name
    page = window.go("/account/keys/new")
    first, second = (
        page.get_by_role(role, name=name).bounding_box()  # type: ignore[arg-type]
        for role, name in (("button", "Make the key"), ("link", "Back to the keys"))
    )
    assert first is not None
    assert second is not None
    beside = second["x"] - first["x"] - first["width"] >= 8
    assert beside or second["y"] - first["y"] - first["height"] >= 8
    bar = page.locator(".arb-account a[href='/logout']")
    assert bar.evaluate("one => one.scrollWidth <= one.clientWidth")  # the whole name
