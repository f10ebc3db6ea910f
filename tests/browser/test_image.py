"""The image drawn on the server, in a browser: with and without scripts, in the chosen theme, from the live graph."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIZES, Opener
from tests.browser.looking import OVERFLOW, UNREADABLE, overlaps, ready

PAGE = "/BMS/serverside"
SHOWN = """() => {
  const image = document.querySelector('.arb-picture img');
  return image && image.complete && image.naturalWidth > 0 ? image.currentSrc : null;
}"""
# What the browser has asked for: the addresses of images.
ASKED = "() => performance.getEntriesByType('resource').map(one => one.name).filter(name => name.includes('.png'))"


def shown(page: Page) -> str:
    """The address of the image, once it is there."""
    return str(page.wait_for_function(SHOWN).json_value())


@pytest.mark.parametrize("size", ["wide", "phone"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_one_image_is_drawn_and_it_is_the_one_for_the_window_and_the_theme(
    opened: Opener, size: str, theme: str
) -> None:
    page = opened(size, theme).go(PAGE)
    wanted = {name for name, there in (("size=phone", size == "phone"), ("theme=dark", theme == "dark")) if there}
    address = shown(page)
    assert set(address.partition("?")[2].split("&")) - {""} == wanted
    assert page.evaluate(ASKED) == [address]
    assert page.evaluate(UNREADABLE) == []
    page.get_by_text("Battery Charge", exact=True).first.click()
    expect(page.get_by_label("State of Charge")).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0
    assert overlaps(page) == []


def test_the_image_follows_the_switch_of_the_theme_unless_a_style_decides(opened: Opener) -> None:
    page = opened().go(PAGE)
    assert "theme" not in shown(page)
    page.get_by_role("button", name="Dark colours").click()
    page.wait_for_function("() => document.querySelector('.arb-picture img').currentSrc.includes('theme=dark')")
    page.get_by_label("Style").select_option("ggplot")
    page.get_by_role("button", name="Draw").last.click()
    page.wait_for_url("**" + PAGE)
    assert shown(page).endswith("?style=ggplot")


def test_the_form_works_without_scripts(browser: Browser, site: str) -> None:
    context = browser.new_context(viewport=SIZES["phone"], java_script_enabled=False)  # type: ignore[arg-type]
    page = context.new_page()
    page.goto(site + PAGE)
    page.get_by_text("Battery Charge", exact=True).first.click()
    page.get_by_label("State of Charge").check()
    page.get_by_label("Interval, minutes").fill("25")
    page.get_by_label("Interval, minutes").press("Enter")
    expect(page.get_by_role("alert")).to_have_text(["Must be a multiple of 10, above 0: try 20 or 30."])
    page.get_by_label("Interval, minutes").fill("30")
    with page.expect_response("**/serverside.png*") as answer:
        page.get_by_role("button", name="7 d").click()
    assert answer.value.status == 200
    assert answer.value.url.endswith("?units=battery_charge,state_of_charge&range=7d&interval=30&size=phone")
    expect(page.get_by_role("heading", level=1)).to_contain_text("in the last 7 days")
    context.close()


def test_the_live_graph_leads_to_the_same_as_an_image_and_back(opened: Opener) -> None:
    page = opened().go("/BMS?units=state_of_charge,total_voltage&interval=30&title=Two")
    ready(page)
    link = page.get_by_role("link", name="As an image, drawn on the server")
    expect(link).to_have_attribute("href", f"{PAGE}?units=state_of_charge,total_voltage&interval=30&title=Two")
    sentence = page.locator("h1").inner_text()
    link.click()
    page.wait_for_url(f"**{PAGE}?*")
    shown(page)
    assert page.locator("h1").inner_text() == sentence
    page.get_by_role("link", name="The same as a live graph").click()
    page.wait_for_url("**/BMS?units=state_of_charge,total_voltage&interval=30&title=Two")
