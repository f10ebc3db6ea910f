"""Sections of values as they stand on the page: rows under the devices' names, small tables, notes."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from dash import html

from callbacks.common import formatting
from callbacks.values.cell import Shown
from callbacks.values.rows import MOST_ROWS, Grid, Row, Section
from pages.components import icon, quantity, scrolling

MOST_ON_A_PAGE = 900  # lines; a document of ours has about a hundred
LONGEST_UNBROKEN = 14
TONE_ICONS = {"attention": "bi-exclamation-triangle-fill", "alarm": "bi-exclamation-octagon-fill"}


@dataclass(frozen=True, slots=True)
class Column:
    """A device above its values; `note` says in words that they are not of now, and is empty when they are."""

    name: str
    note: str = ""


def body(sections: Iterable[Section], columns: Sequence[Column], where: str) -> list[Any]:
    """The sections one after the other, as many as a page can hold; `where` is where the whole documents are."""
    parts: list[Any] = []
    lines, cut = 0, False
    for section in sections:
        if lines >= MOST_ON_A_PAGE:
            cut = True
            break
        lines += 1 + section.size
        cut = cut or section.cut or len(section.rows) >= MOST_ROWS
        parts.append(section_of(section, columns))
    if cut:
        parts.append(
            html.P(
                ["The document holds more than a page can show: ", html.A("the whole of it", href=where), "."],
                className="arb-note",
            )
        )
    return parts


def section_of(section: Section, columns: Sequence[Column]) -> html.Section:
    """One section under its heading; the columns are named where there are several documents."""
    heading: list[Any] = [section.title]
    if section.name:
        heading.append(html.Small(section.name, className="arb-posted"))
    parts: list[Any] = [html.H2(heading, className="arb-h2")]
    if section.missing:
        parts.append(html.P(section.missing, className="arb-missing arb-hatched"))
    parts += [_grid(grid, section.title) for grid in section.grids]
    if section.rows:
        parts.append(_rows(section.rows, columns, section.title))
    parts += [html.P(note, className="arb-note") for note in section.notes]
    return html.Section(parts, className="arb-values-section")


def _rows(rows: Sequence[Row], columns: Sequence[Column], caption: str) -> html.Div:
    data_of: list[dict[str, Any]] = [
        {"data-of": ", ".join(word for word in (column.name, column.note) if word)} if len(columns) > 1 else {}
        for column in columns
    ]
    apart = " arb-apart" if any(column.note for column in columns) else ""
    css_classes = ["arb-old" if column.note else None for column in columns]
    head = [html.Thead(html.Tr([html.Td(""), *map(_heading, columns)]))] if len(columns) > 1 else []
    return scrolling(
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
                                    html.Td(_value(value), className=css, role="cell", **of)
                                    for value, css, of in zip(row.values, css_classes, data_of, strict=True)
                                ),
                            ],
                            className="arb-listed" if any(value.names for value in row.values) else None,
                            role="row",
                        )
                        for row in rows
                    ]
                ),
            ],
            role="table",  # said aloud, because a phone lays the rows out as something else
            className=f"arb-table arb-values-table arb-of-{min(len(columns), 4)}{apart}",
        ),
        caption,
    )


def _heading(column: Column) -> html.Th:
    mark = [html.Span(column.note, className="arb-tone-nothing arb-meaning")] if column.note else []
    return html.Th([column.name, *mark], scope="col", className="arb-num")


def _name(row: Row) -> list[Any]:
    parts: list[Any] = [row.label]
    if row.name:
        parts += [" ", html.Span(row.name, className="arb-posted")]
    if row.explanation:
        parts.append(html.Span(row.explanation, className="arb-meaning"))
    if row.mark:
        parts.append(html.Span([icon(TONE_ICONS["attention"]), " ", row.mark], className="arb-mark arb-tone-attention"))
    return parts


def _value(value: Shown) -> list[Any]:
    if value.names:
        parts: list[Any] = [html.Span(_named(value, name, words), className="arb-named") for name, words in value.names]
    else:
        mark: list[Any] = [icon(TONE_ICONS[value.tone]), " "] if value.tone in TONE_ICONS else []
        css = "arb-value" if len(value.text) <= LONGEST_UNBROKEN else "arb-value arb-wraps"
        css += f" arb-tone-{value.tone}" if value.tone else ""
        parts = [html.Span([*mark, *quantity(value.text, value.unit)], className=css)]
    if value.words:
        parts.append(html.Span(value.words, className="arb-meaning"))
    return parts


def _named(value: Shown, name: str, words: str) -> list[Any]:
    mark: list[Any] = [icon(TONE_ICONS[value.tone]), " "] if value.tone in TONE_ICONS else []
    parts: list[Any] = [html.Span([*mark, name], className=f"arb-tone-{value.tone}" if value.tone else None)]
    return [*parts, html.Span(words, className="arb-meaning")] if words else parts


def _grid(grid: Grid, caption: str) -> html.Div:
    numeric = [all(_is_number(values[n]) for _, values in grid.rows) for n in range(len(grid.head) - 1)]
    body = html.Tbody(
        [
            html.Tr(
                [html.Th(label, scope="row")]
                + [
                    html.Td(_short(value), className="arb-num" if numeric[n] else None)
                    for n, value in enumerate(values)
                ]
            )
            for label, values in grid.rows
        ]
    )
    head = html.Thead(
        html.Tr(
            [html.Th(grid.head[0], scope="col") if grid.head[0] else html.Td("")]
            + [
                html.Th(name, scope="col", className="arb-num" if numeric[n] else None)
                for n, name in enumerate(grid.head[1:])
            ]
        )
    )
    heading = [html.H3([grid.title, html.Small(grid.facts)], className="arb-h3")] if grid.title else []
    return html.Div(
        [
            *heading,
            scrolling(
                html.Table(
                    [html.Caption(f"{caption} {grid.title}", className="arb-visually-hidden"), head, body],
                    className="arb-table arb-cells" if grid.title or grid.is_line else "arb-table",
                ),
                f"{caption} {grid.title}".strip(),
            ),
        ],
        className="arb-grid",
    )


def _is_number(value: Shown) -> bool:
    text = value.text.replace(formatting.THIN_SPACE, "").replace(".", "").removeprefix(formatting.MINUS)
    return value.text == formatting.NOTHING or text.isdigit()


def _short(value: Shown) -> Any:
    if value.names:
        return ", ".join(name for name, _ in value.names)
    return _value(Shown(value.text, value.unit, "" if value.text == formatting.NOTHING else value.words, value.tone))


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
