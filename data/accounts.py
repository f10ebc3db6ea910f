"""Users, their sensors and the keys that may post.  No function commits; each says what its caller must keep."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from base64 import b64decode, b64encode
from binascii import Error as Base64Error
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data import devices
from data.engine import begin_write
from data.errors import DocumentError, NotFoundError
from data.models import ApiKey, Device, Sensor, Site, User, now

# scrypt's cost: 2^15 blocks of 8, 32 MiB and about a tenth of a second.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
SALT_BYTES = 16
SHORTEST_PASSWORD = 8
LONGEST_NAME = 60
LONGEST_SENSOR_NAME = 20
LONGEST_DETAIL = 20
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
TOKEN_PREFIX = "arb_"
# A key's last use is written at most this often, so that every post is not a second write.
LAST_USED_STEP = timedelta(minutes=1)

ADMIN = "admin"
ADMIN_EMAIL = "admin@localhost.localdomain"
# name, type, units, protocol: the sensors the collector on site posts as user admin.
FACULTY_SENSORS = (
    ("SI7020_A20", "temp. and humidity", "C, % RH", "I2C"),
    ("VEML7700", "light", "lux", "I2C"),
    ("BH1745NUC", "colour", "counts", "I2C"),
)


@dataclass(frozen=True, slots=True)
class Installation:
    """What `ensure_installation` made; the password is given only the first time, nobody can read it again."""

    admin_password: str | None


def hash_password(password: str) -> str:
    """A salted scrypt hash as `scrypt:n:r:p$salt$hash`, salt and hash in base64."""
    salt = secrets.token_bytes(SALT_BYTES)
    return _written(salt, _scrypt(password, salt))


def _written(salt: bytes, digest: bytes) -> str:
    return f"scrypt:{SCRYPT_N}:{SCRYPT_R}:{SCRYPT_P}${b64encode(salt).decode()}${b64encode(digest).decode()}"


def _scrypt(password: str, salt: bytes, n: int = SCRYPT_N, r: int = SCRYPT_R, p: int = SCRYPT_P) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=132 * n * r + 1024 * 1024, dklen=32)


def password_matches(password: str, hashed: str) -> bool:
    """Whether `hashed` is a hash of this password; False for a hash of a form that is not ours."""
    try:
        method, salt, expected = hashed.split("$")
        name, n, r, p = method.split(":")
        if name != "scrypt":
            return False
        found = _scrypt(password, b64decode(salt, validate=True), int(n), int(r), int(p))
        return hmac.compare_digest(found, b64decode(expected, validate=True))
    except (ValueError, Base64Error):
        return False


# Checked for a user that does not exist, so that the answer takes as long as for one who does.
_NOBODY = (
    f"scrypt:{SCRYPT_N}:{SCRYPT_R}:{SCRYPT_P}${b64encode(bytes(SALT_BYTES)).decode()}${b64encode(bytes(32)).decode()}"
)


def verify(session: Session, username: str, password: str) -> User | None:
    """The user of that name if the password is theirs, else None, after the same work."""
    user = session.scalars(select(User).where(User.username == username)).first()
    matches = password_matches(password, user.password if user is not None else _NOBODY)
    return user if user is not None and matches else None


def create_user(session: Session, username: str, email: str, password: str, admin: bool = False) -> User:
    """A new user; flushed.  Raises DocumentError in words for a name or address that is taken or cannot be used."""
    begin_write(session)
    username, email = username.strip(), email.strip()
    if not username or len(username) > LONGEST_NAME or "/" in username or not username.isprintable():
        raise DocumentError(f"the username must have 1 to {LONGEST_NAME} printable characters and no slash")
    if not EMAIL.fullmatch(email) or len(email) > LONGEST_NAME:
        raise DocumentError(f"{email!r} is no e-mail address of at most {LONGEST_NAME} characters")
    if len(password) < SHORTEST_PASSWORD:
        raise DocumentError(f"the password must have at least {SHORTEST_PASSWORD} characters")
    if session.scalar(select(User.id).where(User.username == username)) is not None:
        raise DocumentError("that username is taken: choose another")
    if session.scalar(select(User.id).where(func.lower(User.email) == email.lower())) is not None:
        raise DocumentError("that e-mail address is taken: log in, or use another")
    user = User(username=username, email=email, password=hash_password(password), admin=admin)
    session.add(user)
    session.flush()
    return user


def user_by_id(session: Session, user_id: int) -> User | None:
    """The user of that id."""
    return session.get(User, user_id)


def user_by_name(session: Session, username: str) -> User | None:
    """The user of that name."""
    return session.scalars(select(User).where(User.username == username)).first()


def register_sensor(
    session: Session,
    user: User,
    name: str,
    type: str = "",
    units: str = "",
    protocol: str = "",
    public: bool = False,
) -> Sensor:
    """A new sensor of that user with its device; flushed.  Raises DocumentError in words when it cannot be."""
    begin_write(session)
    name = name.strip()
    if not name or len(name) > LONGEST_SENSOR_NAME or "/" in name or not name.isprintable():
        raise DocumentError(f"the name must have 1 to {LONGEST_SENSOR_NAME} printable characters and no slash")
    for label, text in (("type", type), ("units", units), ("protocol", protocol)):
        if len(text.strip()) > LONGEST_DETAIL:
            raise DocumentError(
                f"{label} has {len(text.strip())} characters, at most {LONGEST_DETAIL} are kept: shorten it"
            )
    if find_sensor(session, user.username, name) is not None:
        raise DocumentError(f"you have a sensor named {name} already: choose another name")
    sensor = Sensor(
        user_id=user.id,
        name=name,
        type=type.strip(),
        units=units.strip(),
        protocol=protocol.strip(),
        public=public,
    )
    session.add(sensor)
    session.flush()
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


def create_key(
    session: Session, label: str, user: User | None = None, device_slug: str | None = None
) -> tuple[ApiKey, str]:
    """A new key bound to a user or to a device, and its token, which is kept nowhere.  Flushed."""
    begin_write(session)
    if (user is None) == (device_slug is None):
        raise DocumentError("a key is bound to a user or to a device: name one of them")
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey(
        label=label.strip()[:80] or "key",
        token_hash=_token_hash(token),
        user_id=user.id if user is not None else None,
        device_slug=device_slug,
    )
    session.add(key)
    session.flush()
    return key, token


def _token_hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def key_for(session: Session, token: str) -> ApiKey | None:
    """The key of that token unless it is revoked; notes its use."""
    key = session.scalars(
        select(ApiKey).where(ApiKey.token_hash == _token_hash(token), ApiKey.revoked_at.is_(None))
    ).first()
    if key is not None and (key.last_used_at is None or now() - key.last_used_at > LAST_USED_STEP):
        key.last_used_at = now()
    return key


def keys(session: Session) -> Sequence[ApiKey]:
    """All keys, the newest first."""
    return session.scalars(select(ApiKey).order_by(ApiKey.id.desc())).all()


def revoke_key(session: Session, key_id: int) -> ApiKey:
    """Refuse that key from now on.  Raises NotFoundError when there is none of that id."""
    begin_write(session)
    key = session.get(ApiKey, key_id)
    if key is None:
        raise NotFoundError(f"no key with the id {key_id}: `python -m app keys` lists them")
    key.revoked_at = key.revoked_at or now()
    session.flush()
    return key


def ensure_installation(session: Session, site_name: str, timezone: str) -> Installation:
    """Make what every site has, where it is missing: the site, the user admin, its three faculty sensors."""
    begin_write(session)
    site = session.scalars(select(Site).order_by(Site.id).limit(1)).first()
    if site is None:
        session.add(Site(name=site_name, timezone=timezone))
    else:
        site.name, site.timezone = site_name, timezone
    session.flush()
    password = None
    admin = user_by_name(session, ADMIN)
    if admin is None:
        password = secrets.token_urlsafe(12)
        admin = create_user(session, ADMIN, ADMIN_EMAIL, password, admin=True)
        for name, type_, units, protocol in FACULTY_SENSORS:
            register_sensor(session, admin, name, type_, units, protocol, public=True)
    return Installation(password)
