"""`status`: what became of every document, from the spool, as JSON."""

from __future__ import annotations

import argparse
import json
import sqlite3
import sys
from pathlib import Path

from collector.commands.common.terminal import show
from collector.config import read_config
from collector.daemon.spool import Spool
from collector.drivers.tools import Sheet
from data.errors import ArboretumError

SUMMARY = "print the ledger of the spool as JSON: made, sent, stored, repeated, rejected, dropped, waiting"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.add_argument("--config", type=Path, required=True, help="the collector's TOML file")
    parser.add_argument("--table", action="store_true", help="a table for people instead of JSON")
    parser.add_argument("--json", action="store_true", help="JSON, as without this option")


def run(arguments: argparse.Namespace) -> int:
    """Print the ledger; 2 when the settings are wrong or there is no spool."""
    try:
        config = read_config(arguments.config)
    except ArboretumError as problem:
        print(problem, file=sys.stderr)
        return 2
    if not config.spool_path.exists():
        print(f"there is no spool at {config.spool_path} yet: start the collector first", file=sys.stderr)
        return 2
    try:
        spool = Spool(config.spool_path, config.spool_max_bytes)
    except sqlite3.Error as problem:
        print(f"cannot read {config.spool_path}: {problem}", file=sys.stderr)
        return 2
    letters = spool.dead_letters()
    content = {
        **spool.ledger().as_json(),
        "used_bytes": spool.used_bytes(),
        "dead_letters": len(letters),
        "last_reason": letters[-1][1] if letters else None,
    }
    spool.close()
    if arguments.table and not arguments.json:
        show(Sheet("documents", ("what", "how many"), list(content.items())))
    else:
        print(json.dumps(content, ensure_ascii=False))
    return 0
