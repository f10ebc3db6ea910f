"""Settings in the audit log: each setting that has changed since the last start."""

from __future__ import annotations

import fcntl
import hashlib
import hmac
import json
import os
import secrets
from collections.abc import Iterable
from dataclasses import fields
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session, sessionmaker

from app.config import SECRETS, SETTINGS, Config
from data.accounts import audit
from data.errors import ConfigError

# Where and how the server runs changes nothing of who may do what, or of what is kept.
LEFT_OUT = {"data_dir", "host", "port", "workers", "threads", "demo"}
NAMES = {field: name for name, (field, _) in SETTINGS.items() if field not in LEFT_OUT}
STARTER = audit.Actor("(start)", "this machine")


def note_settings(config: Config, sessions: sessionmaker[Session]) -> None:
    """Write an entry for each setting that has changed since the last start, at the first for each that is not the
    default.  Several workers that start at once write it once.  Of a secret nothing is written but that it changed."""
    path = config.data_dir / "settings_seen"
    try:
        with path.open("a+", encoding="utf-8") as file:
            os.chmod(path, 0o600)
            fcntl.flock(file, fcntl.LOCK_EX)
            salt, before = last_seen(path)
            now = seen(config, salt)
            default = seen(Config(), salt)
            then = {name: before.get(name, default[name]) for name in now}
            entries = [
                (
                    NAMES[name],
                    "changed" if name in SECRETS else f"from {then[name] or 'nothing'} to {now[name] or 'nothing'}",
                )
                for name in now
                if now[name] != then[name]
            ]
            if entries:
                with sessions.begin() as session:
                    for setting, detail in entries:
                        audit.record(session, STARTER, "settings", setting, detail)
            if now != before:
                file.truncate(0)
                file.write(json.dumps({"salt": salt, "settings": now}, indent=1))
    except OSError as cause:
        raise ConfigError(f"DATA_DIR: {path} cannot be used ({cause}); check its owner and rights") from cause


def last_seen(path: Path) -> tuple[str, dict[str, str]]:
    """The salt of the secrets' digests, and the settings of the last start; a fresh salt and none at the first."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return str(content["salt"]), dict(content["settings"])
    except (ValueError, KeyError, TypeError):
        return secrets.token_hex(16), {}


def seen(config: Config, salt: str) -> dict[str, str]:
    """The settings as texts, the secret ones as digests."""
    texts = {}
    for field in fields(config):
        if field.name in NAMES:
            text = written(getattr(config, field.name))
            is_secret = field.name in SECRETS and text != ""
            texts[field.name] = (
                hmac.new(salt.encode(), text.encode(), hashlib.sha256).hexdigest() if is_secret else text
            )
    return texts


def written(value: Any) -> str:
    """A setting as a text, in the format of the manual."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, timedelta):
        return f"{value / timedelta(minutes=1):g}"
    if isinstance(value, Iterable) and not isinstance(value, str):
        return ", ".join(str(part) for part in value)
    return str(value)
