"""What the value pages call the entries of a document, and which words explain them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from data import catalogue, document
from data.catalogue import Metric
from data.catalogue.codes import (
    ALARMS,
    BATTERY_STATUS,
    DAILY_FLAGS,
    FAULTS,
    INPUT_PINS,
    OUTPUT_PINS_1,
    OUTPUT_PINS_3,
    PIN_STATUS,
    POWER_REDUCTION,
    PROTECTION,
    CodeTable,
)


@dataclass(frozen=True, slots=True)
class NameList:
    """An entry that names what is set: the codes of its bits, and how grave they are.

    `is_word` says whether it may come as the bits themselves, or as names run together.
    """

    label: str
    codes: CodeTable
    tone: str
    explanation: str
    is_word: bool = True


NAME_LISTS: Mapping[str, Mapping[tuple[str, str], NameList]] = {
    "tristar": {
        ("status", "alarms"): NameList("Alarms", ALARMS, "attention", "What the controller warns of."),
        ("status", "faults"): NameList("Faults", FAULTS, "alarm", "What stops the controller from charging."),
    },
    "tristar_daily": {
        ("dailyloggervalues", "dailyalarms"): NameList(
            "Alarms of the day", ALARMS, "attention", "What it warned of that day."
        ),
        ("dailyloggervalues", "dailyfaults"): NameList(
            "Faults of the day", FAULTS, "alarm", "What stopped the charging that day."
        ),
        ("dailyloggervalues", "dailyflags"): NameList("Flags of the day", DAILY_FLAGS, "", "What happened that day."),
    },
    "bms": {
        ("bmsstatus", "statuserrors"): NameList(
            "Status errors", BATTERY_STATUS, "attention", "Which of the readings cannot be trusted.", False
        ),
        ("bmsstatus", "protectionerrors"): NameList(
            "Protection errors", PROTECTION, "alarm", "What the unit protects the battery from just now.", False
        ),
        ("bmsstatus", "powererrors"): NameList(
            "Power errors", POWER_REDUCTION, "attention", "Why the loads should take less.", False
        ),
        ("bmsstatus", "pinsconnected"): NameList(
            "Active pins", PIN_STATUS, "", "The unit's inputs and outputs that are active.", False
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
    metric_key = document.PLACES[family].get((section, key) if section else (key,))
    return None if metric_key is None else catalogue.metric(metric_key)


FLAGS = (PROTECTION, POWER_REDUCTION, PIN_STATUS, INPUT_PINS, OUTPUT_PINS_1, OUTPUT_PINS_3)


def flag_words(key: str) -> str:
    """What a single flag of the battery manager means, by its folded name."""
    return next((code.sentence for table in FLAGS if (code := table.named(key)) is not None), "")


def flag_tone(key: str, is_set: bool) -> str:
    """How grave a single flag of the battery manager is as it stands."""
    if key.startswith("valid"):
        return "" if is_set else "attention"
    if not is_set:
        return ""
    if PROTECTION.named(key) or key == "bmsfailure":
        return "alarm"
    return "attention" if POWER_REDUCTION.named(key) else ""
