"""The frame: the theme as the browser has it, and the strip that tells of work in progress."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import dash_bootstrap_components as dbc
from dash import ClientsideFunction, Dash, Input, Output, html
from sqlalchemy.orm import Session, sessionmaker

from callbacks.common import formatting
from callbacks.common.context import Clock, Site, Viewers
from data import queries
from data.queries import JobRow
from pages import ids

BUSY_MILLISECONDS = 4_000
QUIET_MILLISECONDS = 60_000


def running(jobs: Sequence[JobRow]) -> list[JobRow]:
    """The jobs that are under way."""
    return [job for job in jobs if job.finished_at is None]


def strip(jobs: Sequence[JobRow]) -> list[Any]:
    """One line for each job under way; nothing when there is none."""
    return [
        html.Div(
            [
                html.Span(job.label),
                dbc.Progress(value=job.done, max=max(1, job.total or 0)),
                html.Span(
                    formatting.with_unit(formatting.number(100 * job.done / job.total, 0), "%")
                    if job.total
                    else job.message or ""
                ),
            ]
        )
        for job in running(jobs)
    ]


def register(dash_app: Dash, sessions: sessionmaker[Session], _viewer: Viewers, _site: Site, _clock: Clock) -> None:
    """Wire the frame."""
    dash_app.clientside_callback(
        ClientsideFunction("arboretum", "theme"),
        Output(ids.THEME, "data"),
        Input(ids.THEME_SWITCH, "id"),
    )

    dash_app.clientside_callback(
        ClientsideFunction("arboretum", "leave"),
        Output(ids.FLASHES, "children"),
        Input("_pages_location", "pathname"),
        prevent_initial_call=True,
    )

    @dash_app.callback(
        Output(ids.JOBS_STRIP, "children"),
        Output(ids.JOBS_CLOCK, "interval"),
        Input(ids.JOBS_CLOCK, "n_intervals"),
    )
    def tell(_tick: int | None) -> tuple[list[Any], int]:
        with sessions() as session:
            jobs = queries.jobs(session)
        return strip(jobs), BUSY_MILLISECONDS if running(jobs) else QUIET_MILLISECONDS
