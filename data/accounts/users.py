"""Users, their sensors and the keys that may post.  No function commits; each says what its caller must keep."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from data.accounts.passwords import (
    NO_PEPPER,
    Peppers,
    can_match,
    hash_password,
    nobodys_hash,
    password_matches,
    split_pepper,
    weakness,
)
from data.database.engine import begin_write
from data.database.models import ApiKey, Device, Sensor, Site, User, now
from data.errors import DocumentError, NotFoundError, TakenError
from data.ingest import devices
from data.names import LONGEST_NAME, checked_sensor_name, is_email, is_in_an_address, one_line
from data.roles import MEMBER, ROLES

SCOPES = ("post", "read")
LONGEST_DETAIL = 20
TOKEN_PREFIX = "arb_"
# A key's last use is written at most this often, so that every post is not a second write.
LAST_USED_STEP = timedelta(minutes=1)


def verify(session: Session, username: str, password: str, peppers: Peppers = NO_PEPPER) -> User | None:
    """The user of that name if the password is theirs, else None, after the same work."""
    user = user_by_name(session, username)
    usable = user is not None and can_match(user.password, peppers)
    hashed = user.password if user is not None and usable else nobodys_hash(peppers.current)
    matches = password_matches(password, hashed, peppers)
    return user if usable and matches else None


def create_user(
    session: Session, username: str, email: str, password: str, role: str = MEMBER, peppers: Peppers = NO_PEPPER
) -> User:
    """A new user; flushed.  Raises DocumentError in words for a name, address or password that cannot be had,
    TakenError for a name or an address that somebody has."""
    username, email = username.strip(), email.strip()
    if not is_in_an_address(username, LONGEST_NAME):
        raise DocumentError(f"the username must have 1 to {LONGEST_NAME} printable characters and no slash")
    if not is_email(email):
        raise DocumentError(f"{email!r} is no e-mail address of at most {LONGEST_NAME} characters")
    if role not in ROLES:
        raise DocumentError(f"the role is {role!r}: it is one of {', '.join(ROLES)}")
    if (problem := weakness(password, username, email, *site_names(session))) is not None:
        raise DocumentError(f"the password is too easy: {problem}")
    hashed = hash_password(password, peppers)  # before the transaction writes: it takes a tenth of a second
    begin_write(session)
    if session.scalar(select(User.id).where(func.lower(User.username) == username.lower())) is not None:
        raise TakenError("that username is taken: choose another")
    if user_by_email(session, email) is not None:
        raise TakenError("that e-mail address is taken: log in, or use another")
    user = User(username=username, email=email, password=hashed, role=role)
    session.add(user)
    try:
        session.flush()
    except IntegrityError as cause:  # of two at the same instant one is first
        raise TakenError("that username or e-mail address is taken: choose another") from cause
    return user


def lost_passwords(session: Session, peppers: Peppers) -> int:
    """How many users nobody can log in as: their hashes have a pepper of which the key is not known here."""
    versions = [split_pepper(hashed)[0] for hashed in session.scalars(select(User.password))]
    return sum(version not in peppers.by_version for version in versions if version)


def site_names(session: Session) -> Sequence[str]:
    """What the site is called, which is no password."""
    return session.scalars(select(Site.name)).all()


def user_by_id(session: Session, user_id: int) -> User | None:
    """The user of that id."""
    return session.get(User, user_id)


def user_by_name(session: Session, username: str) -> User | None:
    """The user of that name."""
    return session.scalars(select(User).where(User.username == username)).first()


def user_by_email(session: Session, email: str) -> User | None:
    """The user of that e-mail address, however it is capitalised."""
    return session.scalars(select(User).where(func.lower(User.email) == email.strip().lower())).first()


def owner_of(session: Session, slug: str | None) -> User | None:
    """The owner of the sensor whose device has that slug; None for a device of the site."""
    name, slash, _ = (slug or "").partition("/")
    return user_by_name(session, name) if slash else None


def users(session: Session) -> Sequence[User]:
    """All users by name."""
    return session.scalars(select(User).order_by(func.lower(User.username))).all()


def register_sensor(
    session: Session, user: User, name: str, type: str = "", units: str = "", protocol: str = "", public: bool = False
) -> Sensor:
    """A new sensor of that user with its device; flushed.  Raises DocumentError in words when it cannot be."""
    begin_write(session)
    name = checked_sensor_name(name)
    details = {"type": one_line(type), "units": one_line(units), "protocol": one_line(protocol)}
    for label, text in details.items():
        if len(text) > LONGEST_DETAIL:
            raise DocumentError(f"{label} has {len(text)} characters, at most {LONGEST_DETAIL} are kept: shorten it")
    if find_sensor(session, user.username, name) is not None:
        raise DocumentError(f"you have a sensor named {name} already: choose another name")
    sensor = Sensor(user_id=user.id, name=name, public=public, **details)
    session.add(sensor)
    try:
        session.flush()
    except IntegrityError as cause:  # of two at the same instant one is first
        raise DocumentError(f"you have a sensor named {name} already: choose another name") from cause
    session.add(
        Device(
            site_id=devices.site_id(session),
            kind="sensor",
            slug=f"{user.username}/{name}",
            name=name,
            public=public,
            sensor_id=sensor.id,
        )
    )
    session.flush()
    return sensor


def sensors_of(session: Session, user: User) -> Sequence[Sensor]:
    """The user's sensors by name."""
    return session.scalars(select(Sensor).where(Sensor.user_id == user.id).order_by(Sensor.name)).all()


def find_sensor(session: Session, username: str, name: str) -> Sensor | None:
    """The sensor of that name of that user."""
    query = select(Sensor).join(User).where(User.username == username, Sensor.name == name)
    return session.scalars(query).first()


def sensor_by_id(session: Session, sensor_id: int) -> tuple[Sensor, User] | None:
    """The sensor of that id, with its owner."""
    query = select(Sensor, User).join(User, User.id == Sensor.user_id).where(Sensor.id == sensor_id)
    row = session.execute(query).first()
    return None if row is None else (row[0], row[1])


def create_key(
    session: Session,
    label: str,
    user: User | None = None,
    device_slug: str | None = None,
    scopes: Sequence[str] = SCOPES,
    expires_at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """A new key bound to a user or to a device, and its token, which is kept nowhere.  Flushed."""
    begin_write(session)
    if (user is None) == (device_slug is None):
        raise DocumentError("a key is bound to a user or to a device: name one of them")
    if not scopes or not set(scopes) <= set(SCOPES):
        raise DocumentError(f"a key is for one or more of {', '.join(SCOPES)}")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        label=one_line(label)[:80] or "key",
        token_hash=_token_hash(token),
        user_id=user.id if user is not None else None,
        device_slug=device_slug,
        scopes=",".join(scope for scope in SCOPES if scope in scopes),
        expires_at=expires_at,
    )
    session.add(key)
    session.flush()
    return key, token


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def key_for(session: Session, token: str) -> ApiKey | None:
    """The key of that token unless it is revoked or has expired."""
    return session.scalars(
        select(ApiKey).where(
            ApiKey.token_hash == _token_hash(token),
            ApiKey.revoked_at.is_(None),
            or_(ApiKey.expires_at.is_(None), ApiKey.expires_at > now()),
        )
    ).first()


def is_use_worth_noting(key: ApiKey) -> bool:
    """Whether the last use of a key was noted so long ago that it should be noted again."""
    return key.last_used_at is None or now() - key.last_used_at > LAST_USED_STEP


def note_use(session: Session, key_id: int, address: str) -> None:
    """Write that a key was used now, from there."""
    begin_write(session)
    session.execute(update(ApiKey).where(ApiKey.id == key_id).values(last_used_at=now(), last_used_from=address[:45]))


def keys(session: Session) -> Sequence[ApiKey]:
    """All keys, the newest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()


def keys_of(session: Session, user: User) -> Sequence[ApiKey]:
    """The keys of that user and of the user's sensors, the newest first."""
    own = or_(ApiKey.user_id == user.id, ApiKey.device_slug.startswith(f"{user.username}/", autoescape=True))
    return session.scalars(select(ApiKey).where(own).order_by(ApiKey.id.desc())).all()


def revoke_key(session: Session, key_id: int) -> ApiKey:
    """Refuse that key from now on.  Raises NotFoundError when there is none of that id."""
    begin_write(session)
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFoundError(f"no key with the id {key_id}: `python -m app keys` lists them")
    key.revoked_at = key.revoked_at or now()
    session.flush()
    return key
