"""The key that signs cookies: one value for all workers and all starts."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

from app.config import Config
from data.errors import ConfigError


def secret_key(config: Config) -> str:
    """The configured key, or the one in DATA_DIR/secret_key, which is made (0600) if it is missing."""
    if config.secret_key:
        return config.secret_key
    path = config.data_dir / "secret_key"
    try:
        config.data_dir.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            make_once(path)
        key = path.read_text(encoding="ascii").strip()
    except OSError as cause:
        raise ConfigError(f"DATA_DIR: {config.data_dir} cannot hold the secret key ({cause})") from cause
    if len(key) < 16:
        raise ConfigError(f"{path} is damaged (too short): remove it, and everybody logs in once more")
    return key


def make_once(path: Path) -> None:
    """Write a fresh key; of several processes that start together one wins and the others read what it wrote."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)
    finally:
        draft.unlink()
