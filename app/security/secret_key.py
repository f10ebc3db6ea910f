"""The key that signs cookies, one for all workers and all starts, and the peppers of passwords derived from it.

A hash names its pepper by version.  The peppers of earlier keys come from DATA_DIR/peppers, where each is noted when it
is first used, and from OLD_SECRET_KEYS, for a host that never had the old key.  A pepper does not tell the key.
"""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import os
import secrets
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from app.config import Config
from data.accounts import users
from data.accounts.passwords import Peppers
from data.errors import ConfigError

PURPOSE = b"arboretum password pepper"


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


def pepper_of(key: str) -> tuple[str, bytes]:
    """The version and the pepper that belong to a secret key."""
    pepper = hmac.new(key.encode(), PURPOSE, hashlib.sha256).digest()
    return hashlib.sha256(pepper).hexdigest()[:8], pepper


def peppers(config: Config) -> Peppers:
    """The present pepper and all earlier ones."""
    current, pepper = pepper_of(secret_key(config))
    path = config.data_dir / "peppers"
    try:
        noted = read_noted(path)
        if current not in noted:
            config.data_dir.mkdir(parents=True, exist_ok=True)
            note(path, {**noted, current: pepper})
    except OSError as cause:
        raise ConfigError(f"DATA_DIR: {path} cannot be used ({cause}); check its owner and rights") from cause
    old = dict(pepper_of(key) for key in config.old_secret_keys)
    return Peppers(current, {**noted, **old, current: pepper})


def read_noted(path: Path) -> dict[str, bytes]:
    """The peppers in the file, one `version hex` a line."""
    if not path.exists():
        return {}
    try:
        lines = (line.split() for line in path.read_text(encoding="ascii").splitlines() if line.strip())
        return {version: bytes.fromhex(pepper) for version, pepper in lines}
    except ValueError as cause:
        raise ConfigError(f"{path} is damaged ({cause}): restore it from a backup, or remove it") from cause


def note(path: Path, noted: dict[str, bytes]) -> None:
    """Write the peppers (0600), whole or not at all."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.writelines(f"{version} {pepper.hex()}\n" for version, pepper in noted.items())
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)


def warning_of_lost(sessions: sessionmaker[Session], all_peppers: Peppers) -> str | None:
    """What to say when the hashes of some users have a pepper that is not known here; None when all are known."""
    with sessions() as session:
        count = users.lost_passwords(session, all_peppers)
    if not count:
        return None
    return (
        f"the passwords of {count} user{'' if count == 1 else 's'} were hashed under a secret key that is not known "
        "here, so nobody can log in as them: bring DATA_DIR/peppers from where they were, or name that key in "
        "OLD_SECRET_KEYS"
    )
