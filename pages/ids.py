"""Every component id, one constant each; the graph pages have the same set under their own prefix."""

from __future__ import annotations

from dataclasses import dataclass

# the frame around every page
THEME = "theme"
THEME_SWITCH = "theme-switch"
JOBS_CLOCK = "jobs-clock"
JOBS_STRIP = "jobs-strip"
FLASHES = "flashes"  # what the request before had to say

# overview
OVERVIEW_CLOCK = "overview-clock"
OVERVIEW_SEEN = "overview-seen"
OVERVIEW_SAY = "overview-say"
OVERVIEW_SUB = "overview-sub"
OVERVIEW_NOTICES = "overview-notices"
OVERVIEW_CARDS = "overview-cards"
OVERVIEW_GRAPH = "overview-graph"
OVERVIEW_PROOF = "overview-proof"
OVERVIEW_RAW = "overview-raw"


class Part:
    """The id of a part of a page, which is the prefix of the page and the name of the attribute."""

    def __set_name__(self, _owner: type, name: str) -> None:
        self.name = name.replace("_", "-")

    def __get__(self, page: PageIds, _owner: type) -> str:
        return page.of(self.name)


@dataclass(frozen=True, slots=True)
class PageIds:
    """The ids of a page of which there are several alike; `prefix` is its address in small letters, with dashes."""

    prefix: str

    def of(self, name: str) -> str:
        """The id of a control, named as in the address bar, or of a part of the page."""
        return f"{self.prefix}-{name}"


class GraphIds(PageIds):
    """The ids of one graph page."""

    figure = Part()  # the graph
    say = Part()  # the sentence the page opens with
    note = Part()  # what the reader should know about how the graph was drawn
    empty = Part()  # what is said in place of an empty graph
    go_there = Part()  # the button that goes to where there is data
    suggestion = Part()  # what the button would choose
    table = Part()  # the numbers under the graph
    address = Part()  # the query of the state shown and the visit it belongs to; the browser puts it in the address bar
    visit = Part()  # a name of this one laying out of the page, by which the browser knows answers to an earlier one
    clock = Part()  # the tick that moves a window which ends now
    retimed_field = Part()  # the switch of the imported log and its label, shown with that log only
    controller_field = Part()  # the choice of device and its label, hidden where there is only one

    def error_of(self, name: str) -> str:
        """The id of the line under a control that says in words what is wrong with it."""
        return f"{self.prefix}-{name}-error"


BMS = GraphIds("bms")
TRISTAR = GraphIds("tristar")
SENSORS = GraphIds("sensors")
DEVICES = GraphIds("devices")
DEVICES_NEWEST = DEVICES.of("newest")  # the newest values, over the graph
SENSORS_LIST = SENSORS.of("list")  # the visitor's own sensors, under the graph


class ValueIds(PageIds):
    """The ids of a page that shows the newest documents value by value."""

    say = Part()  # the sentence the page opens with
    heard = Part()  # when each document was measured and received, and its age
    notices = Part()  # who has fallen silent
    body = Part()  # the values
    seen = Part()  # a text that changes when the page would
    clock = Part()  # the tick that asks for newer documents


BMS_INSTANTANEOUS = ValueIds("bms-instantaneous")
BMS_PINS = ValueIds("bms-pins")
TRISTAR_INSTANTANEOUS = ValueIds("tristar-instantaneous")
CHARGE_SETTINGS = ValueIds("charge-settings")
DAILY_VALUES = ValueIds("daily-values")
