"""The form of an image: the fields of pages/graph/form.py with their checks, read from a form or from an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, Field, Form, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import ValidationError

from app.views.forms import at_most, readable
from callbacks.image.image import KIND, MOST_VALUES
from data import catalogue
from pages.graph.form import CHOICES, CUSTOM, DEFAULTS, MARKERS, OLD_NAMES, STYLE_NAMES, SWITCHES

NO, YES = ("no", "false", "off", "0", "n", ""), ("yes", "true", "on", "1", "y")
LONGEST_TITLE, LONGEST_LABEL, LONGEST_FORMAT, LONGEST_OTHER = 120, 60, 60, 80
UNITS = catalogue.FORM_CHOICES[KIND]


def one_of(choices: Mapping[str, str], what: str) -> Callable[[Form, Field], None]:
    """Refuses what is not on the list."""

    def check(_form: Form, field: Field) -> None:
        if field.data not in choices:
            raise ValidationError(f"There is no such {what}: choose one of the list.")

    return check


def check_units(_form: Form, field: Field) -> None:
    """Refuses none, too many, and what the battery manager does not measure."""
    if not field.data:
        raise ValidationError("Choose at least one value to draw.")
    if any(key not in UNITS for key in field.data):
        raise ValidationError("There is no such value: choose among those of the list.")
    if len(field.data) > MOST_VALUES:
        raise ValidationError(f"{len(field.data)} values are too many for one image: choose at most {MOST_VALUES}.")


def yes_or_no(_form: Form, field: Field) -> None:
    """Refuses any other text than a yes or a no."""
    if field.raw_data and str(field.raw_data[0]).lower() not in NO + YES:
        raise ValidationError("Write yes or no.")


class ImageForm(Form):
    """What to draw, and how; the names are those of the graph page's address."""

    controllers: Sequence[Mapping[str, str]] = ()
    units = SelectMultipleField("Units", [check_units], validate_choice=False)
    controller = StringField("Battery", [at_most(LONGEST_OTHER), readable])
    range = StringField("Window", [one_of(CHOICES["range"], "window")])
    start = StringField("Start", [at_most(LONGEST_OTHER)])
    end = StringField("End", [at_most(LONGEST_OTHER)])
    interval = StringField(
        "Interval, minutes", [at_most(LONGEST_OTHER)], description="One point for each; a multiple of 10."
    )
    title = StringField("Title", [at_most(LONGEST_TITLE), readable])
    xlabel = StringField("X axis", [at_most(LONGEST_LABEL), readable])
    ylabel = StringField("Y axis", [at_most(LONGEST_LABEL), readable])
    date_format = StringField(
        "Date format", [at_most(LONGEST_FORMAT), readable], description="Python's strftime codes, for the ticks."
    )
    style = SelectField(
        "Style",
        [one_of(STYLE_NAMES, "style")],
        choices=[SelectChoice(key, label) for key, label in STYLE_NAMES.items()],
        validate_choice=False,
    )
    marker = SelectField(
        "Marker",
        [one_of(MARKERS, "marker")],
        choices=[SelectChoice(key, label) for key, label in MARKERS.items()],
        validate_choice=False,
    )
    tight_layout = BooleanField("Tight layout", [yes_or_no], false_values=NO)
    logarithmic_scale = BooleanField("Logarithmic scale", [yes_or_no], false_values=NO)

    def values(self) -> dict[str, Any]:
        """The controls as pages/graph/form.py names them."""
        data: dict[str, Any] = dict(self.data)
        return {**data, "retimed": False, "units": list(dict.fromkeys(data["units"] or []))}

    def say(self, errors: Mapping[str, str]) -> None:
        """Add errors that were found later to their fields."""
        for name, words in errors.items():
            self[name].errors = [*self[name].errors, words]

    def keep(self, values: Mapping[str, Any], controllers: Sequence[Mapping[str, str]]) -> None:
        """Show the ends of the window that is shown, and the controllers to choose from."""
        self.start.data, self.end.data = values["start"], values["end"]
        self.controllers = controllers

    def wrong(self) -> list[str]:
        """The errors, each with the name of its field."""
        return [f"{field.label.text}: {words}" for field in self for words in field.errors]


def read_form(given: MultiDict[str, str], now: str, filled: bool) -> ImageForm:
    """The form as an address or a sent form fills it; what is left out has its default, and `now` ends a window.

    Of a form that was `filled` in, no units means none.  A start or an end means a window of one's own,
    but where they are those that the form had filled in: `shown` has that range, its start and its end.
    """
    sent: MultiDict[str, str] = MultiDict()
    for name, text in given.items(multi=True):
        name = OLD_NAMES.get(name, name)
        if name == "units":
            keys = [key for key in text.split(",")[: 2 * len(UNITS)] if key]
            sent.setlist(name, [*sent.getlist(name), *keys])
        elif name not in sent:
            sent[name] = text
    was = given.get("shown", "").split(" ")
    if "range" not in sent and was[1:] == [sent.get("start"), sent.get("end")]:
        sent["range"] = was[0]
    if "range" not in sent and ("start" in sent or "end" in sent):
        sent["range"] = CUSTOM
        sent.setdefault("end", now)
    for name, value in DEFAULTS[KIND].items():
        if name in sent or name in SWITCHES or (name == "units" and filled):
            continue
        sent.setlist(name, value if name == "units" else [value])
    return ImageForm(sent)
