"""A posted text on its way in: split where it may have a template, parsed only where that template is not known."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from data import document
from data.store import template_rows
from data.templates import controllers, extraction, splitting


@dataclass(slots=True)
class PostedText:
    """The text, its template and numbers, and the document in it: None where its template is known."""

    text: str
    split: splitting.Split | None
    number: int  # of the template; 0 for none
    content: dict[str, Any] | None

    def parsed(self) -> dict[str, Any]:
        """The document."""
        if self.content is None:
            self.content = document.parse_content(self.text)
        return self.content

    def stated_instant(self, family: str) -> datetime | None:
        """When the document says that it was measured."""
        if self.content is None and self.split is not None:
            return extraction.traits(family, self.split.template).stated_in(self.split.numbers)
        return document.stated_instant(self.parsed())

    def controller_string(self, stated: str | None) -> int | None:
        """Which controller the document is of, with what is stated beside it."""
        if self.content is None and self.split is not None:
            return controllers.controller_string(self.split, stated)
        return document.controller_string(self.parsed(), stated)


def opened(text: str, split: splitting.Split | None, known: Container[int]) -> PostedText:
    """The text with its split; `known` are the numbers of templates.  Raises DocumentError for what is no document."""
    number = 0 if split is None else splitting.digest(split.template)
    return PostedText(text, split, number, None if number in known else document.parse_content(text))


def read(session: Session, text: str) -> PostedText:
    """A single text.  Raises DocumentError for what is no document."""
    return opened(text, splitting.split(text), template_rows.known(session).texts)
