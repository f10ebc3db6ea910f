"""What the demonstration runs beside the site: virtual devices on real protocols, the collector, the past, sensors."""

from __future__ import annotations

import json
import sys

from app.addresses import local_url
from app.config import PROJECT, Config
from app.runtime.supervisor import Part
from data.database.engine import default_url

HISTORY_DAYS = 365
POLL_SECONDS = 20
REAL_LOG = PROJECT / "data" / "real" / "tristar_mppt_daily_log_msview.csv"


def prepare_demonstration(config: Config) -> None:
    """Write the collector's settings for this start, and clear what the virtual devices of the last one left."""
    links = config.data_dir / "dev"
    links.mkdir(parents=True, exist_ok=True)
    for link in links.iterdir():
        if link.is_symlink():  # a link of the last start may point to somebody else's terminal by now
            link.unlink()
    (config.data_dir / "collector.toml").write_text(collector_settings(config), encoding="utf-8")


def demonstration_parts(config: Config) -> tuple[Part, ...]:
    """The parts, in the order in which they start."""
    folder = config.data_dir
    live = ("-m", "demo", "live", "--state", str(folder / "demo_state.json"))
    simulate = ("-m", "collector", "simulate", "--links", str(folder / "dev"), "--state", "-")
    database_url = config.database_url or default_url(folder)
    history = ("-m", "demo", "history", "--database-url", database_url, "--days", str(HISTORY_DAYS))
    return (
        Part(name="devices", commands=(python(*live), python(*simulate))),
        Part(
            name="collector",
            commands=(python("-m", "collector", "run", "--config", str(folder / "collector.toml")),),
            after=folder / "dev" / "emus",
        ),
        Part(name="sensors", commands=(python("-m", "demo", "sensors", "--url", local_url(config)),)),
        Part(name="msview", commands=(python("-m", "app", "import-msview", str(REAL_LOG)),), once=True, niceness=5),
        Part(name="history", commands=(python(*history),), once=True, niceness=10),
    )


def python(*arguments: str) -> tuple[str, ...]:
    """A command of this Python, whose output is written at once."""
    return (sys.executable, "-u", *arguments)


def collector_settings(config: Config) -> str:
    """The collector's TOML for the three virtual devices."""
    links = config.data_dir / "dev"
    lines = [
        "# Written at each start of the demonstration; changes here are lost.",
        "[site]",
        f"timezone = {quoted(config.site_timezone)}",
        "[uplink]",
        f"url = {quoted(local_url(config))}",
        'key = ""',
        "batch = 100",
        "[spool]",
        f"path = {quoted(str(config.data_dir / 'spool.db'))}",
        "max_bytes = 500000000",
        "[clock]",
        "trust = true  # a container's kernel says that its clock is not set, and the devices are virtual anyway",
    ]
    for number in (1, 2):
        lines += [
            "[[device]]",
            f'name = "tristar-{number}"',
            'driver = "tristar_mppt"',
            f"port = {quoted(str(links / f'tristar_{number}'))}",
            "unit_id = 1",
            f"string = {number}",
            f"interval_seconds = {POLL_SECONDS}",
        ]
    lines += [
        "[[device]]",
        'name = "bms"',
        'driver = "emus_g1"',
        f"port = {quoted(str(links / 'emus'))}",
        f"interval_seconds = {POLL_SECONDS}",
    ]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """A TOML string."""
    return json.dumps(text, ensure_ascii=False)
