"""Sections of values as they stand on the page: rows under the devices' names, small tables, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from callbacks.common import formatting
from callbacks.values.cell import Shown
from callbacks.values.rows import MOST_ROWS, Grid, Row, Section
from pages.components import attributes, icon, quantity

MOST_ON_A_PAGE = 900  # lines; a document of ours has about a hundred
LONGEST_UNBROKEN = 14
TONE_ICONS = {"attention": "bi-exclamation-triangle-fill", "alarm": "bi-exclamation-octagon-fill"}


@dataclass(frozen=True, slots=True)
class Column:
    """A device above its values; `old` says in words that they are not of now, and is empty when they are."""

    name: str
    old: str = ""


def body(sections: Iterable[Section], columns: Sequence[Column], where: str) -> list[Any]:
    """The sections one after the other, as many as a page can hold; `where` is where the whole documents are."""
    found: list[Any] = []
    lines, cut = 0, False
    for section in sections:
        if lines >= MOST_ON_A_PAGE:
            cut = True
            break
        lines += 1 + section.size
        cut = cut or section.cut or len(section.rows) >= MOST_ROWS
        found.append(section_of(section, columns))
    if cut:
        found.append(
            html.P(
                ["The document holds more than a page can show: ", html.A("the whole of it", href=where), "."],
                className="arb-note",
            )
        )
    return found


def section_of(section: Section, columns: Sequence[Column]) -> html.Section:
    """One section under its heading; the columns are named where there are several documents."""
    heading: list[Any] = [section.title]
    if section.name:
        heading.append(html.Small(section.name, className="arb-posted"))
    parts: list[Any] = [html.H2(heading, className="arb-h2")]
    if section.missing:
        parts.append(html.P(section.missing, className="arb-missing arb-hatched"))
    parts += [_grid(one, section.title) for one in section.grids]
    if section.rows:
        parts.append(_rows(section.rows, columns, section.title))
    parts += [html.P(note, className="arb-note") for note in section.notes]
    return html.Section(parts, className="arb-values-section")


def _rows(rows: Sequence[Row], columns: Sequence[Column], caption: str) -> html.Div:
    told: list[dict[str, Any]] = [
        {"data-of": ", ".join(word for word in (one.name, one.old) if word)} if len(columns) > 1 else {}
        for one in columns
    ]
    apart = " arb-apart" if any(one.old for one in columns) else ""
    old = ["arb-old" if one.old else None for one in columns]
    head = [html.Thead(html.Tr([html.Td(""), *map(_heading, columns)]))] if len(columns) > 1 else []
    return html.Div(
        html.Table(
            [
                html.Caption(caption, className="arb-visually-hidden"),
                html.Colgroup([html.Col(className="arb-col-name"), html.Col(span=str(len(columns)))]),
                *head,
                html.Tbody(
                    [
                        html.Tr(
                            [
                                html.Th(_name(row), scope="row", role="rowheader"),
                                *(
                                    html.Td(_value(one), className=css, role="cell", **of)
                                    for one, css, of in zip(row.values, old, told, strict=True)
                                ),
                            ],
                            className="arb-listed" if any(one.names for one in row.values) else None,
                            role="row",
                        )
                        for row in rows
                    ]
                ),
            ],
            role="table",  # said aloud, because a phone lays the rows out as something else
            className=f"arb-table arb-values-table arb-of-{min(len(columns), 4)}{apart}",
        ),
        className="arb-scroll",
        tabIndex="0",
        role="region",
        **attributes(aria_label=caption),
    )


def _heading(column: Column) -> html.Th:
    old = [html.Span(column.old, className="arb-tone-nothing arb-meaning")] if column.old else []
    return html.Th([column.name, *old], scope="col", className="arb-num")


def _name(row: Row) -> list[Any]:
    parts: list[Any] = [row.label]
    if row.name:
        parts += [" ", html.Span(row.name, className="arb-posted")]
    if row.explanation:
        parts.append(html.Span(row.explanation, className="arb-meaning"))
    if row.mark:
        parts.append(html.Span([icon(TONE_ICONS["attention"]), " ", row.mark], className="arb-mark arb-tone-attention"))
    return parts


def _value(one: Shown) -> list[Any]:
    if one.names:
        parts: list[Any] = [html.Span(_named(one, name, words), className="arb-named") for name, words in one.names]
        return [*parts, html.Span(one.words, className="arb-meaning")] if one.words else parts
    mark: list[Any] = [icon(TONE_ICONS[one.tone]), " "] if one.tone in TONE_ICONS else []
    css = "arb-value" if len(one.text) <= LONGEST_UNBROKEN else "arb-value arb-wraps"
    css += f" arb-tone-{one.tone}" if one.tone else ""
    said: list[Any] = [html.Span([*mark, *quantity(one.text, one.unit)], className=css)]
    if one.words:
        said.append(html.Span(one.words, className="arb-meaning"))
    return said


def _named(one: Shown, name: str, words: str) -> list[Any]:
    mark: list[Any] = [icon(TONE_ICONS[one.tone]), " "] if one.tone in TONE_ICONS else []
    said: list[Any] = [html.Span([*mark, name], className=f"arb-tone-{one.tone}" if one.tone else None)]
    return [*said, html.Span(words, className="arb-meaning")] if words else said


def _grid(one: Grid, caption: str) -> html.Div:
    numeric = [all(_is_number(values[n]) for _, values in one.rows) for n in range(len(one.head) - 1)]
    body = html.Tbody(
        [
            html.Tr(
                [html.Th(label, scope="row")]
                + [
                    html.Td(_short(value), className="arb-num" if numeric[n] else None)
                    for n, value in enumerate(values)
                ]
            )
            for label, values in one.rows
        ]
    )
    head = html.Thead(
        html.Tr(
            [html.Th(one.head[0], scope="col") if one.head[0] else html.Td("")]
            + [
                html.Th(name, scope="col", className="arb-num" if numeric[n] else None)
                for n, name in enumerate(one.head[1:])
            ]
        )
    )
    heading = [html.H3([one.title, html.Small(one.facts)], className="arb-h3")] if one.title else []
    return html.Div(
        [
            *heading,
            html.Div(
                html.Table(
                    [html.Caption(f"{caption} {one.title}", className="arb-visually-hidden"), head, body],
                    className="arb-table arb-cells" if one.title or one.is_line else "arb-table",
                ),
                className="arb-scroll",
                tabIndex="0",
                role="region",
                **attributes(aria_label=f"{caption} {one.title}".strip()),
            ),
        ],
        className="arb-grid",
    )


def _is_number(one: Shown) -> bool:
    text = one.text.replace(formatting.THIN_SPACE, "").replace(".", "").removeprefix(formatting.MINUS)
    return one.text == formatting.NOTHING or text.isdigit()


def _short(one: Shown) -> Any:
    if one.names:
        return ", ".join(name for name, _ in one.names)
    return _value(Shown(one.text, one.unit, "" if one.text == formatting.NOTHING else one.words, one.tone))


def pins_list(rows: Sequence[Row]) -> html.Ul:
    """The active pins, each with the name the unit gives it and what it does."""
    return html.Ul(
        [
            html.Li(
                [
                    html.B(row.label),
                    " ",
                    html.Span(row.name, className="arb-posted"),
                    html.Span(row.explanation, className="arb-meaning"),
                ]
            )
            for row in rows
        ],
        className="arb-pins",
    )
