"""The audit log: who did what, when, from where.  No function commits: an entry stands or falls with what it tells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from data.database.engine import begin_write
from data.database.models import AuditEntry, now

ACTIONS = (
    "login", "login refused", "logout", "account made", "account deleted", "account exported", "password changed",
    "password reset asked", "role changed", "sessions ended", "key made", "key revoked", "sensor registered",
    "sensor changed", "sensor handed over", "sensor deleted", "device changed", "correction", "imported",
    "restored", "thrown away", "letter given up", "settings", "audit log exported",
)  # fmt: skip
KEPT = timedelta(days=3 * 365)
AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, and from which address."""

    username: str
    address: str


@dataclass(frozen=True, slots=True)
class Criteria:
    """Criteria for entries; empty or None means all."""

    username: str = ""
    action: str = ""
    since: datetime | None = None
    until: datetime | None = None


AT_THE_PROMPT = Actor("(command)", "this machine")
WORKER = Actor("(worker)", "this machine")


def record(session: Session, actor: Actor, action: str, subject: str, detail: str = "") -> None:
    """Write one entry.  `action` is one of ACTIONS."""
    if action not in ACTIONS:
        raise ValueError(f"{action!r} is not one of ACTIONS")
    begin_write(session)
    session.add(
        AuditEntry(
            at=now(),
            username=_shown(actor.username, 60),
            address=_shown(actor.address, 45),
            action=action,
            subject=_shown(subject, 120),
            detail=_shown(detail, 400),
        )
    )
    session.flush()


def _shown(text: str, most: int) -> str:
    """The text in printable characters, cut to `most`."""
    return "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in text)[:most]


def entries(
    session: Session, criteria: Criteria, before_id: int | None = None, most: int = 100
) -> Sequence[AuditEntry]:
    """The entries that match the criteria, the newest first; `before_id` continues a list."""
    query = _query(criteria)
    if before_id is not None:
        query = query.where(AuditEntry.id < before_id)
    return session.scalars(query.limit(most)).all()


def is_there(session: Session, action: str, subject: str) -> bool:
    """Whether there is an entry with that action and subject."""
    query = select(AuditEntry.id).where(AuditEntry.action == action, AuditEntry.subject == subject).limit(1)
    return session.scalar(query) is not None


def every_entry(session: Session, criteria: Criteria) -> Iterator[AuditEntry]:
    """All entries that match the criteria, the newest first, read in parts."""
    before: int | None = None
    while part := entries(session, criteria, before, AT_ONCE):
        yield from part
        before = part[-1].id
        session.expunge_all()


def _query(criteria: Criteria) -> Select[AuditEntry]:
    query = select(AuditEntry).order_by(AuditEntry.id.desc())
    if criteria.username:
        query = query.where(AuditEntry.username == criteria.username)
    if criteria.action:
        query = query.where(AuditEntry.action == criteria.action)
    if criteria.since is not None:
        query = query.where(AuditEntry.at >= criteria.since)
    if criteria.until is not None:
        query = query.where(AuditEntry.at < criteria.until)
    return query


def sweep(session: Session, at: datetime) -> None:
    """Delete what is older than three years."""
    begin_write(session)
    session.execute(delete(AuditEntry).where(AuditEntry.at < at - KEPT))
