"""An account in the browser: a sensor's page turns green by itself, and a page over an ended session says so."""

from __future__ import annotations

import json
import urllib.request
from uuid import uuid4

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Opener, Watched
from tests.browser.looking import OVERFLOW, overlaps, ready

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
