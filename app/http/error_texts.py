"""The texts of the seventeen error pages, and of the errors of the JSON routes; the rows are in `error_texts.tsv`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from data.catalogue.tables import read_table

COLUMNS = ("code", "title", "sentence", "next_step", "link", "address", "to_programs")
HOME = "To the home page"
NO_PAGE = (409,)  # only programs get it


@dataclass(frozen=True, slots=True)
class ErrorText:
    """A title, what happened, what to do, the link that does it, and what a program is told about the status."""

    title: str
    sentence: str
    next_step: str
    link: str = HOME
    address: str = "/"
    to_programs: str = ""


def _row(code: str, title: str, sentence: str, next_step: str, link: str, address: str, to_programs: str) -> Row:
    return int(code), ErrorText(title, sentence, next_step, link or HOME, address or "/", to_programs)


Row = tuple[int, ErrorText]
ALL_TEXTS = dict(read_table(Path(__file__).with_suffix(".tsv"), COLUMNS, _row))
ERROR_TEXTS = {code: text for code, text in ALL_TEXTS.items() if code not in NO_PAGE}
OTHERWISE = ErrorText("Error", "The request could not be answered.", "Start again from the home page.")
