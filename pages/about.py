"""/about: what this is, where it comes from, and whose work it stands on."""

from __future__ import annotations

from dash import html

from pages.components import table

PARTS = (
    ("Dash and Plotly", "MIT", "the pages and their graphs"),
    ("Flask and Werkzeug", "BSD-3-Clause", "the web server's side"),
    ("SQLAlchemy and Alembic", "MIT", "the database"),
    ("pandas and NumPy", "BSD-3-Clause", "series and buckets"),
    ("Matplotlib", "Matplotlib licence, in the manner of PSF", "the images drawn on the server"),
    ("Bootstrap 5.3.9", "MIT", "the ground of the style sheet; in assets/vendor/bootstrap"),
    ("Bootstrap Icons 1.13.2", "MIT", "the symbols; in assets/vendor/bootstrap-icons"),
    ("Inter 5.3.0 (Fontsource)", "SIL Open Font License 1.1", "the type; in assets/vendor/inter"),
    ("modbus-tk, pySerial, crcmod", "LGPL, BSD-3-Clause, MIT", "the wires to controllers and battery manager"),
)


def layout(**_query: str) -> html.Div:
    """The credits."""
    return html.Div(
        [
            html.H1("An observatory for off-grid solar, batteries and the sensors around them.", className="arb-say"),
            html.P(
                "A small computer on site asks the charge controllers and the battery manager for their readings and "
                "keeps each one on disk until this site has it; this site keeps them for good: to see at a glance how "
                "much is made, stored and used, and to look back at any moment since."
            ),
            html.H2("Where it comes from", className="arb-h2"),
            html.P(
                "It began as a senior thesis at the University of California, Santa Cruz: a monitoring system for a "
                "research greenhouse of the Arboretum that was taken off the city grid, with two strings of "
                "light-passing solar panels, two Morningstar TriStar charge controllers, a lithium iron phosphate pack "
                "and its Emus battery manager. The controller's daily log kept here was recorded there in 2018 and "
                "2019. What posts to the first site posts to this one unchanged."
            ),
            html.H2("How to read it", className="arb-h2"),
            html.Ul(
                [
                    html.Li("Every number has a unit, and every “now” says how old it is."),
                    html.Li("A gap in the data is a gap in the line: no data is not zero."),
                    html.Li("A sum that saw less than the whole time says what part it saw."),
                    html.Li("A current into the battery is positive."),
                    html.Li("A graph's address holds all its settings: copy it to show someone the same graph."),
                ]
            ),
            html.H2("What it stands on", className="arb-h2"),
            table(("Part", "Licence", "For"), PARTS, numbers_from=9, caption="Parts and their licences"),
            html.P(
                "Style sheets, symbols and type are served from this site: your browser asks no other host for "
                "anything. Arboretum itself is free software under the MIT licence.",
                className="arb-sub",
            ),
        ],
        className="arb-prose arb-about",
    )
