"""What an administrator changes in the past: the document as it was is kept, with who changed it, when and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from data import document
from data.accounts import audit, users
from data.database.engine import begin_write, engine_of
from data.database.locks import device_lock
from data.database.models import ENTRIES, Correction, Device, JSONDataEntry
from data.errors import BusyError, DocumentError, NotFoundError
from data.families import KINDS
from data.queries.devices import DeviceRow, device
from data.queries.documents import times
from data.queries.span import span
from data.ranges import to_milliseconds
from data.store import blocks
from data.store.sealed.unsealing import unseal_day


@dataclass(frozen=True, slots=True)
class CorrectionRow:
    """One change of the past; `after` None: the document was taken out."""

    device: str
    family: str
    recorded_at: datetime
    before: str | None
    after: str | None
    username: str
    reason: str
    corrected_at: datetime


def correct(
    sessions: sessionmaker[Session],
    slug: str,
    family: str,
    recorded_at: datetime,
    after: str | None,
    username: str,
    reason: str,
    address: str = "this machine",
) -> None:
    """Put another document in the place of one, or take it out (`after` None); commits.

    A sealed day is opened first and sealed again later.  `address` is where the administrator acts from, for the
    audit log.  Raises NotFoundError for no such device or document,
    DocumentError for a text that is no document, a reason that is empty, or somebody who is no administrator, and
    BusyError while a sealer has the device in hand: try again.
    """
    if not reason.strip():
        raise DocumentError("a correction needs a reason: say why in a few words")
    if after is not None:
        document.parse_content(after)
    with sessions() as session:
        _check_administrator(session, username)
        row = device(session, slug)
        if family not in KINDS[row.kind]:
            raise DocumentError(f"{slug} is a {row.kind}: its families are {', '.join(KINDS[row.kind])}")
    with device_lock(engine_of(sessions), row.id) as mine:
        if not mine:
            raise BusyError(f"{slug} is being sealed just now: try again in a minute")
        _check_there(sessions, row, family, recorded_at)
        if _entry(sessions, row.id, family, recorded_at) is None:
            unseal_day(sessions, row.id, family, blocks.day_of(to_milliseconds(recorded_at)))
        with sessions() as session:
            begin_write(session)
            entry = _of(session, row.id, family, recorded_at)
            if entry is None:
                raise NotFoundError(f"{slug} has no document of {recorded_at.isoformat()}: give its very time")
            session.add(
                Correction(
                    device_id=row.id,
                    family=family,
                    recorded_at=recorded_at,
                    before=entry.content,
                    after=after,
                    username=username,
                    reason=reason.strip()[:400],
                )
            )
            if after is None:
                session.delete(entry)
            else:
                entry.content = after
            done = "taken out" if after is None else "replaced"
            audit.record(
                session,
                audit.Actor(username, address),
                "correction",
                slug,
                f"{family} of {recorded_at.isoformat()} {done}: {reason.strip()}",
            )
            session.commit()
        _keep_the_newest(sessions, row.id, family)


def _check_administrator(session: Session, username: str) -> None:
    user = users.user_by_name(session, username)
    if user is None or not user.admin:
        raise DocumentError(f"{username} is no administrator: only they correct the past")


def _check_there(sessions: sessionmaker[Session], device: DeviceRow, family: str, at: datetime) -> None:
    start = to_milliseconds(at)
    with sessions() as session:
        if not len(times(session, device.id, family, start, start + 1)):
            raise NotFoundError(f"{device.slug} has no {family} document of {at.isoformat()}: give its very time")


def _entry(sessions: sessionmaker[Session], device_id: int, family: str, at: datetime) -> int | None:
    with sessions() as session:
        entry = _of(session, device_id, family, at)
        return None if entry is None else entry.id


def _of(session: Session, device_id: int, family: str, at: datetime) -> JSONDataEntry | None:
    entry = ENTRIES[family]
    return session.scalars(select(entry).where(entry.device_id == device_id, entry.recorded_at == at)).first()


def _keep_the_newest(sessions: sessionmaker[Session], device_id: int, family: str) -> None:
    """Open the newest sealed day when the newest entry was taken out: the newest document is never sealed."""
    with sessions() as session:
        there = span(session, device_id, family)
        if there is None or _of(session, device_id, family, there.end_at) is not None:
            return
    unseal_day(sessions, device_id, family, blocks.day_of(to_milliseconds(there.end_at)))


def corrections(session: Session, limit: int = 1_000, device_id: int | None = None) -> list[CorrectionRow]:
    """What was corrected (of that device), the newest first."""
    query = (
        select(Correction, Device.slug)
        .join(Device, Correction.device_id == Device.id)
        .order_by(Correction.corrected_at.desc(), Correction.id.desc())
        .limit(limit)
    )
    if device_id is not None:
        query = query.where(Correction.device_id == device_id)
    return [
        CorrectionRow(
            slug,
            correction.family,
            correction.recorded_at,
            correction.before,
            correction.after,
            correction.username,
            correction.reason,
            correction.corrected_at,
        )
        for correction, slug in session.execute(query)
    ]
