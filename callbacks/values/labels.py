"""What the value pages call the entries of a document, and which words explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data import catalogue, document
from data.catalogue import Metric, meanings

# Metric with a word for a value -> what each word means.
STATES: Mapping[str, Mapping[str, str]] = {
    "charge_state": meanings.CHARGE_STATES,
    "led_state": meanings.LED_STATES,
    "charging_stage": meanings.CHARGING_STAGES,
}


@dataclass(frozen=True, slots=True)
class NameList:
    """An entry that names what is set: the names by bit, what they mean, and how grave they are."""

    label: str
    known: Mapping[int, str]
    words: Mapping[str, str]
    tone: str
    explanation: str


ALARMS = NameList("Alarms", catalogue.ALARMS, meanings.ALARMS, "attention", "What the controller warns of.")
FAULTS = NameList("Faults", catalogue.FAULTS, meanings.FAULTS, "alarm", "What stops the controller from charging.")
NAME_LISTS: Mapping[str, Mapping[tuple[str, str], NameList]] = {
    "tristar": {("status", "alarms"): ALARMS, ("status", "faults"): FAULTS},
    "tristar_daily": {
        ("dailyloggervalues", "dailyalarms"): NameList(
            "Alarms of the day", catalogue.ALARMS, meanings.ALARMS, "attention", "What it warned of that day."
        ),
        ("dailyloggervalues", "dailyfaults"): NameList(
            "Faults of the day", catalogue.FAULTS, meanings.FAULTS, "alarm", "What stopped the charging that day."
        ),
        ("dailyloggervalues", "dailyflags"): NameList(
            "Flags of the day", catalogue.DAILY_FLAGS, meanings.DAILY_FLAGS, "", "What happened that day."
        ),
    },
    "bms": {
        ("bmsstatus", "statuserrors"): NameList(
            "Status errors", {}, meanings.STATUS_ERRORS, "attention", "Which of the readings cannot be trusted."
        ),
        ("bmsstatus", "protectionerrors"): NameList(
            "Protection errors", {}, meanings.PROTECTIONS, "alarm", "What the unit protects the battery from just now."
        ),
        ("bmsstatus", "powererrors"): NameList(
            "Power errors", {}, meanings.POWER_REDUCTIONS, "attention", "Why the loads should take less."
        ),
        ("bmsstatus", "pinsconnected"): NameList(
            "Active pins", {}, meanings.PINS, "", "The unit's inputs and outputs that are active."
        ),
    },
}
ON_OFF = ("inputpins", "outputpins")


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry that is no metric is called; an empty label means its own name."""

    label: str = ""
    unit: str = ""
    explanation: str = ""


_GROUP = {
    "cellstringnumber": Words("String of cells", "", "Which string of cells the group belongs to, counted from 0."),
    "firstcellnumber": Words("First cell", "", "The number of the group's first cell, counted from 0."),
    "cellnumberoffirstcellingroup": Words("First cell", "", "The number of the group's first cell, counted from 0."),
    "sizeofgroup": Words("Cells in the group"),
}
ENTRIES: Mapping[str, Words] = {
    **_GROUP,
    "numberofcells": Words("Number of Cells", "", "How many cells the battery manager can talk to."),
    "individualcellmodulebalancingrate": Words("Balancing Rate", "%", "One rate for the whole group."),
    "individualcellmodulebalancingrage": Words("Balancing Rate", "%", "One rate for the whole group."),
    "setvoltage": Words("Set voltage", "V", "The voltage that the charger is told to give."),
    "setcurrent": Words("Set current", "A", "The current that the charger is told to give."),
    "actualvoltage": Words("Actual voltage", "V", "The voltage that the charger says it gives."),
    "actualcurrent": Words("Actual current", "A", "The current that the charger says it gives."),
    "canidentifier": Words("CAN identifier", "", "Which kind of message was heard last."),
    "identifierextensionused": Words("", "", "Whether the identifier has 29 bits instead of 11."),
    "remotetransmissionused": Words("", "", "Whether the message asks instead of telling."),
    "datalength": Words("", "bytes"),
    "lastchargingerrorparameter": Words("", "", "A number that goes with the last charging error."),
    "batterychargingfinished": Words("", "", "Charging is finished; said of chargers without a CAN bus only."),
    "serialnumber": Words("", "", "The unit's own number."),
    "firmwareversion": Words("", "", "The program in the unit."),
    "logevent": Words("Event"),
    "unixtimestamp": Words("When"),
    "timestamp": Words("When"),
    "logeventsequencenumber": Words("Place in the log"),
    "cellid": Words("Cell"),
    "name": Words("Name", "", "What the sender calls itself."),
    "date": Words("Date", "", "As the sender wrote it."),
    "string": Words("String", "", "Which of the controllers it is."),
    "msviewrow": Words("Row of the imported log"),
}


def metric_at(family: str, section: str, key: str) -> Metric | None:
    """The metric that stands at that folded section and key; an empty section is the top of the document."""
    found = document.PLACES[family].get((section, key) if section else (key,))
    return None if found is None else catalogue.metric(found)


def flag_words(key: str) -> str:
    """What a single flag of the battery manager means, by its folded name."""
    for words in (meanings.PROTECTIONS, meanings.POWER_REDUCTIONS, meanings.PINS, meanings.CASE_PINS):
        if said := meanings.meaning(words, key):
            return said
    return ""


def flag_tone(key: str, is_set: bool) -> str:
    """How grave a single flag of the battery manager is as it stands."""
    if key.startswith("valid"):
        return "" if is_set else "attention"
    if not is_set:
        return ""
    if meanings.meaning(meanings.PROTECTIONS, key) or key == "bmsfailure":
        return "alarm"
    return "attention" if meanings.meaning(meanings.POWER_REDUCTIONS, key) else ""


def capitalised(key: str) -> str:
    """A posted name as a label: without spaces around it, its first letter large."""
    text = key.strip()
    return text[:1].upper() + text[1:]
