"""Every page, wide and on a phone, light and dark: nothing breaks, nothing overlaps, every axis has a name."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from pages.graph.styles import OWN_DARK, OWN_LIGHT
from tests.browser.conftest import Opener
from tests.browser.looking import OVERFLOW, graph, overlaps, ready
from tests.browser.sunny_day import SITE

INKS = {"light": OWN_LIGHT.ink, "dark": OWN_DARK.ink}
INK = "ink => document.querySelector('.js-plotly-plot')?._fullLayout?.font.color === ink"
PAGES = (
    "/",
    "/BMS?units=cell_1_voltage,cell_2_voltage,cell_3_voltage,cell_4_voltage,state_of_charge,total_current",
    "/Tristar",
    "/Tristar?units=charge_state,p_out,temp_h&range=all&title=A+day",
    "/Tristar?controller=tristar-msview&units=bat_max_voltage_daily,bat_min_voltage_daily&range=all",
    "/BMS/serverside",
    "/BMS/serverside?units=cell_1_voltage,cell_2_voltage,state_of_charge,total_current&title=Four&range=all",
    "/BMS/serverside?units=&interval=7",
    "/BMS/Instantaneous",
    "/BMS/pins",
    "/Tristar/Instantaneous",
    "/Tristar/ChargeSettings",
    "/Tristar/DailyValues",
    "/about",
    "/sensors/users/login",
)


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_every_page_opens_without_a_fault_light_and_dark(opened: Opener, size: str) -> None:
    window = opened(size)
    for path in PAGES:
        page = window.go(path)
        ready(page)
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
            page.wait_for_function("theme => document.documentElement.dataset.bsTheme === theme", arg=theme)
            if page.locator(".js-plotly-plot").count():
                page.wait_for_function(INK, arg=INKS[theme])
                assert [axis for axis in graph(page)["axes"] if not axis[1]] == [], path
            assert page.evaluate(OVERFLOW) <= 0, path
            assert overlaps(page) == [], path


@pytest.mark.parametrize("size", ["wide", "phone"])
def test_a_site_without_data_says_what_will_be_there(opened: Opener, empty_site: str, size: str) -> None:
    window = opened(size, "light", empty_site)
    page = window.go("/")
    page.wait_for_selector("h1:has-text('Nothing has been measured yet.')")
    page.wait_for_selector("text=python -m collector run")
    for path in ("/BMS", "/Tristar"):
        page = window.go(path)
        page.wait_for_selector(".arb-empty:has-text('has sent nothing yet')")
        assert page.evaluate(OVERFLOW) <= 0
        assert overlaps(page) == []
    for path in ("/BMS/Instantaneous", "/BMS/pins", "/Tristar/Instantaneous", "/Tristar/ChargeSettings"):
        page = window.go(path)
        page.wait_for_selector(".arb-empty:has-text('Here will be')")
        assert page.evaluate(OVERFLOW) <= 0
        assert overlaps(page) == []


def test_the_overview_answers_in_a_sentence_five_numbers_and_warnings(opened: Opener) -> None:
    page = opened().go("/")
    ready(page)
    assert page.locator("h1").inner_text().endswith(".")
    assert page.locator(".arb-card-label").all_inner_texts() == [
        "Power in",
        "Power out",
        "State of charge",
        "Battery voltage",
        "Solar energy today",
    ]
    *now, today = page.locator(".arb-card-number").all_inner_texts()
    assert [text for text in now if "–" in text] == []
    age = timedelta(seconds=float(page.locator(".arb-heard time").first.get_attribute("data-age") or "nan"))
    here = datetime.now(SITE)
    assert ("–" in today) == ((here - age).date() < here.date())  # just after midnight nothing is known of the day
    assert page.locator(".arb-notice.warning").all_inner_texts() == ["Tristar Alarms: RTS open (string 2)"]
    assert page.locator(".arb-notice.danger").all_inner_texts() == ["BMS ERROR: Undervoltage (protection)"]


def test_an_age_goes_on_counting(opened: Opener) -> None:
    page = opened().go("/")
    ready(page)
    age = page.locator(".arb-heard time").first
    age.evaluate("age => { age.setAttribute('data-age', '5.00'); age.firstChild.nodeValue = ''; }")
    expect(age).to_have_text(re.compile("^([7-9]|[1-8][0-9])\u202fs ago$"))


def test_the_theme_is_switched_kept_and_followed_by_the_graph(opened: Opener) -> None:
    window = opened()
    page = window.go("/BMS")
    ready(page)
    assert graph(page)["ink"] == INKS["light"]
    page.get_by_role("button", name="Dark colours").click()
    page.wait_for_function(INK, arg=INKS["dark"])
    page.reload()
    ready(page)
    assert page.evaluate("document.documentElement.dataset.bsTheme") == "dark"
    page.wait_for_function(INK, arg=INKS["dark"])


def test_an_address_may_be_spelled_in_any_case(opened: Opener) -> None:
    window = opened()
    for typed, known in (("/bms/", "/BMS"), ("/TRISTAR", "/Tristar"), ("/Home", "/home")):
        page = window.go(typed)
        assert page.evaluate("window.location.pathname") == known
        page.wait_for_selector("h1:not(:has(.arb-skeleton))")
