"""The page of the routes for programs: readable wide and on a phone, light and dark, with scripts and without."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.conftest import SIZES, Opener
from tests.browser.looking import OVERFLOW, overlaps

# Boxes that run out of their column, by their words; a table or a line of code may not.
ESCAPING = """() => [...document.querySelectorAll('.arb-api pre, .arb-api code, .arb-api dd, .arb-api p')]
  .filter(one => one.getBoundingClientRect().right > document.documentElement.clientWidth + 1)
  .map(one => one.innerText.slice(0, 40))"""


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_the_page_is_readable_light_and_dark(opened: Opener, size: str) -> None:
    page = opened(size).go("/api/v1/")
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.wait_for_function("theme => document.documentElement.dataset.bsTheme === theme", arg=theme)
        for closed in page.locator(".arb-api details:not([open]) summary").all()[:4]:
            closed.click()
        assert page.evaluate(OVERFLOW) <= 0
        assert page.evaluate(ESCAPING) == []
        assert overlaps(page) == []


def test_the_contents_lead_to_a_route_and_a_route_to_its_errors(opened: Opener) -> None:
    window = opened()
    page = window.go("/about")
    page.get_by_role("link", name="Routes for programs").click()
    page.get_by_role("navigation", name="Routes").get_by_role("link", name="The energy of a window").click()
    expect(page.locator("#energy")).to_be_in_viewport()
    page.locator("#energy").get_by_role("link", name="404").click()
    expect(page.locator("#error-404")).to_be_in_viewport()
    expect(page.locator("#error-404")).to_contain_text("Not Found")


def test_the_page_needs_no_script(browser: Browser, site: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport=SIZES["phone"])  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(f"{site}/api/v1")
    expect(page.locator("h1")).to_be_visible()
    expect(page.locator("#range .arb-api-ask")).to_contain_text(f"curl '{site}/api/v1/devices/tristar-1/range?")
    page.locator("#range summary").first.click()
    expect(page.locator("#range details pre").first).to_be_visible()
    context.close()
