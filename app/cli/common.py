"""Helpers of the commands: their arguments, settings, the database, the first password."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.config import GOOD_ONCE, Config

if TYPE_CHECKING:
    from sqlalchemy.orm import Session, sessionmaker

Settings = Config
Arguments = argparse.Namespace
AddArgument = Callable[[argparse._ActionsContainer], None]


def database(config: Settings) -> sessionmaker[Session]:
    """Sessions of a database that is set up."""
    from app.runtime.installation import open_database, prepare

    engine, sessions = open_database(config)
    show_password(prepare(config, engine, sessions))
    return sessions


def show_password(password: str | None) -> None:
    """Print admin's password when it was just created."""
    if password is not None:
        print(f"admin password: {password}", GOOD_ONCE, sep="\n", flush=True)


@dataclass(frozen=True, slots=True)
class Command:
    """A command: what it does, and what adds its arguments to a parser."""

    run: Callable[[Settings, Arguments], int]
    arguments: tuple[AddArgument, ...]


def takes(*arguments: AddArgument) -> Callable[[Callable[[Settings, Arguments], int]], Command]:
    """A decorator that makes a function a command with these arguments."""
    return lambda run: Command(run, arguments)


def argument(*names: str, **options: Any) -> AddArgument:
    """One argument, with the names and options of argparse."""

    def add(parser: argparse._ActionsContainer) -> None:
        parser.add_argument(*names, **options)

    return add


def one_of(*arguments: AddArgument) -> AddArgument:
    """Arguments of which exactly one is given."""

    def add(parser: argparse._ActionsContainer) -> None:
        group = parser.add_mutually_exclusive_group(required=True)
        for add_argument in arguments:
            add_argument(group)

    return add
