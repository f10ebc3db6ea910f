"""The posted documents, in every dialect ever posted: parsed, and read by one rule and one table.

The rule (docs/api.md, "Documents"): keys are compared without spaces, underscores and case; a value is a number, a
numeric string or an object with `value`; null, an empty string or a sentence is no reading; unknown keys are kept and
never refused.  Standard library only: the collector builds its documents from the same table.
"""

from data.document.fields import FIELDS, FieldRow
from data.document.names import Flags, flags, names
from data.document.origin import controller_string, same_content, stated_instant, stated_text
from data.document.parsing import parse_content
from data.document.posted_value import PostedValue, number, posted_value
from data.document.reading import readings
from data.document.sensors import sensor_units
from data.document.unlisted import PLACES, family_of_unlisted, unlisted
from data.folding import Document, fold

__all__ = [
    "FIELDS",
    "PLACES",
    "Document",
    "FieldRow",
    "Flags",
    "PostedValue",
    "controller_string",
    "family_of_unlisted",
    "flags",
    "fold",
    "names",
    "number",
    "parse_content",
    "posted_value",
    "readings",
    "same_content",
    "sensor_units",
    "stated_instant",
    "stated_text",
    "unlisted",
]
