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


@dataclass(frozen=True, slots=True)
class GraphIds:
    """The ids of one graph page; `prefix` is its address without the slash, in small letters."""

    prefix: str

    def of(self, name: str) -> str:
        """The id of a control, named as in the address bar, or of a part of the page."""
        return f"{self.prefix}-{name}"

    def error_of(self, name: str) -> str:
        """The id of the line under a control that says in words what is wrong with it."""
        return f"{self.prefix}-{name}-error"

    @property
    def figure(self) -> str:
        """The graph."""
        return self.of("figure")

    @property
    def say(self) -> str:
        """The sentence the page opens with."""
        return self.of("say")

    @property
    def note(self) -> str:
        """What the reader should know about how the graph was drawn."""
        return self.of("note")

    @property
    def empty(self) -> str:
        """What is said in place of an empty graph."""
        return self.of("empty")

    @property
    def go_there(self) -> str:
        """The button that goes to where there is data."""
        return self.of("go-there")

    @property
    def suggestion(self) -> str:
        """What the button would choose."""
        return self.of("suggestion")

    @property
    def table(self) -> str:
        """The numbers under the graph."""
        return self.of("table")

    @property
    def address(self) -> str:
        """The query string of the state shown, with the visit it belongs to; the browser puts it in the address bar."""
        return self.of("address")

    @property
    def visit(self) -> str:
        """A name of this one laying out of the page, by which the browser knows answers to an earlier one."""
        return self.of("visit")

    @property
    def clock(self) -> str:
        """The tick that moves a window which ends now."""
        return self.of("clock")

    @property
    def retimed_field(self) -> str:
        """The switch of the imported log and its label, shown with that log only."""
        return self.of("retimed-field")

    @property
    def controller_field(self) -> str:
        """The choice of device and its label, hidden where there is only one."""
        return self.of("controller-field")


BMS = GraphIds("bms")
TRISTAR = GraphIds("tristar")
SENSORS = GraphIds("sensors")
DEVICES = GraphIds("devices")
DEVICES_NEWEST = DEVICES.of("newest")  # the newest values, over the graph
SENSORS_LIST = SENSORS.of("list")  # the visitor's own sensors, under the graph


@dataclass(frozen=True, slots=True)
class ValueIds:
    """The ids of a page that shows the newest documents value by value."""

    prefix: str

    @property
    def say(self) -> str:
        """The sentence the page opens with."""
        return f"{self.prefix}-say"

    @property
    def heard(self) -> str:
        """When each document was measured and received, and its age."""
        return f"{self.prefix}-heard"

    @property
    def notices(self) -> str:
        """Who has fallen silent."""
        return f"{self.prefix}-notices"

    @property
    def body(self) -> str:
        """The values."""
        return f"{self.prefix}-body"

    @property
    def seen(self) -> str:
        """A text that changes when the page would."""
        return f"{self.prefix}-seen"

    @property
    def clock(self) -> str:
        """The tick that asks for newer documents."""
        return f"{self.prefix}-clock"


BMS_INSTANTANEOUS = ValueIds("bms-instantaneous")
BMS_PINS = ValueIds("bms-pins")
TRISTAR_INSTANTANEOUS = ValueIds("tristar-instantaneous")
CHARGE_SETTINGS = ValueIds("charge-settings")
DAILY_VALUES = ValueIds("daily-values")
