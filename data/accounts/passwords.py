"""Passwords: how they are hashed, which old hashes still verify, and which passwords are too easy to guess.

A hash is written as Werkzeug writes it, `scrypt:n:r:p$salt$hex`, behind `pepper=VERSION$` when a pepper was mixed in.
A pepper is a secret that is not in the database: who has only the database cannot try passwords.
`once=` in front of all says that the password was given out, and opens nothing but the choice of another.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import unicodedata
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

import bcrypt

# scrypt's cost: 2^15 blocks of 8, 32 MiB and about a tenth of a second.
SCRYPT_N, SCRYPT_R, SCRYPT_P = 2**15, 8, 1
METHOD = f"scrypt:{SCRYPT_N}:{SCRYPT_R}:{SCRYPT_P}"
# Nobody hashes so that a login takes seconds; a hash that says so was put there to stop the server.
COSTLIEST_SCRYPT, MOST_ROUNDS = 2**20, 5_000_000
SALT_BYTES = 16
ONCE = "once="
BCRYPT_BYTES = 72  # what bcrypt looks at of a password
SHORTEST, LONGEST = 8, 200
COMMON = Path(__file__).parent / "common_passwords.txt"
# What people write for letters, undone before the list of common passwords is asked.
LOOKALIKES = str.maketrans("@4301!$57", "aaeoiisst")
MOST_DIGITS = 10
SHORTEST_WORD, LETTERS_LEFT = 3, 4


@dataclass(frozen=True, slots=True)
class Peppers:
    """The present pepper's version and all that may still stand in hashes; without any, none is mixed in."""

    current: str = ""
    by_version: Mapping[str, bytes] = field(default_factory=dict, repr=False)

    def mix(self, version: str, password: str) -> str:
        """The password with the pepper of that version; as it is without one.  Raises KeyError for an unknown one."""
        if not version:
            return password
        return hmac.new(self.by_version[version], password.encode(), hashlib.sha256).hexdigest()


NO_PEPPER = Peppers()


def hash_password(password: str, peppers: Peppers = NO_PEPPER) -> str:
    """A salted scrypt hash with the present pepper."""
    salt = secrets.token_hex(SALT_BYTES)
    digest = _scrypt(peppers.mix(peppers.current, password), salt.encode(), SCRYPT_N, SCRYPT_R, SCRYPT_P, 64)
    return f"{_prefix(peppers.current)}{METHOD}${salt}${digest.hex()}"


def _prefix(version: str) -> str:
    return f"pepper={version}$" if version else ""


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int, length: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, maxmem=132 * n * r * p + 2**20, dklen=length)


def password_matches(password: str, hashed: str, peppers: Peppers = NO_PEPPER) -> bool:
    """Whether `hashed` is a hash of this password: scrypt, pbkdf2:sha256 or bcrypt; False for any other form."""
    version, bare = split_pepper(hashed)
    try:
        mixed = peppers.mix(version, password)
        if bare.startswith("$2"):
            return bcrypt.checkpw(mixed.encode()[:BCRYPT_BYTES], bare.encode())
        method, salt, expected = bare.split("$")
        name, *costs = method.split(":")
        if name == "scrypt":
            return _scrypt_matches(mixed, [int(cost) for cost in costs], salt, expected)
        if name == "pbkdf2" and costs[0] == "sha256" and 0 < int(costs[1]) <= MOST_ROUNDS:
            digest = hashlib.pbkdf2_hmac("sha256", mixed.encode(), salt.encode(), int(costs[1])).hex()
            return hmac.compare_digest(digest, expected)
    except (KeyError, IndexError, ValueError, Base64Error):
        return False
    return False


def can_match(hashed: str, peppers: Peppers) -> bool:
    """Whether any password could match that hash here: its form is kept, and its pepper is known."""
    version, bare = split_pepper(hashed)
    return (not version or version in peppers.by_version) and bare.startswith(("scrypt:", "pbkdf2:sha256:", "$2"))


def _scrypt_matches(password: str, costs: list[int], salt: str, expected: str) -> bool:
    n, r, p = costs
    if n * r * p > COSTLIEST_SCRYPT:
        return False
    if expected.endswith("="):  # as the first version of this site wrote them, in base64
        digest = b64decode(expected, validate=True)
        return hmac.compare_digest(_scrypt(password, b64decode(salt, validate=True), n, r, p, 32), digest)
    return hmac.compare_digest(_scrypt(password, salt.encode(), n, r, p, 64).hex(), expected)


def split_pepper(hashed: str) -> tuple[str, str]:
    """The version of the pepper in a hash ("" without one), and the hash behind it."""
    hashed = hashed.removeprefix(ONCE)
    if not hashed.startswith("pepper="):
        return "", hashed
    version, _, bare = hashed.removeprefix("pepper=").partition("$")
    return version, bare


def good_once(hashed: str) -> str:
    """The hash of a password that was given out: good for choosing another, and for nothing else."""
    return ONCE + hashed.removeprefix(ONCE)


def is_good_once(hashed: str) -> bool:
    """Whether that is the hash of such a password."""
    return hashed.startswith(ONCE)


def is_current(hashed: str, peppers: Peppers) -> bool:
    """Whether a hash is of the kind that is written now; else it is written anew at the next login."""
    version, bare = split_pepper(hashed)
    return version == peppers.current and bare.startswith(METHOD) and not bare.endswith("=")


@lru_cache(maxsize=4)
def nobodys_hash(version: str) -> str:
    """What is checked for a user that does not exist, so that the answer takes as long as for one who does."""
    return f"{_prefix(version)}{METHOD}${'0' * 2 * SALT_BYTES}${'0' * 128}"


def weakness(password: str, *personal: str) -> str | None:
    """Why that password is too easy, in words that help; None when it is good.

    `personal`: the user's name and e-mail address, the site's name.
    """
    if len(password) < SHORTEST:
        return f"At least {SHORTEST} characters: three or four words in a row are easy to keep in mind."
    if len(password) > LONGEST:
        return f"At most {LONGEST} characters."
    folded = unicodedata.normalize("NFKC", password).casefold()
    if len(set(folded)) < 4:
        return "It repeats the same few characters: take three or four words that have nothing to do with each other."
    forms = (_compact(folded), _compact(folded.translate(LOOKALIKES)))
    parts = {_compact(part) for text in personal for part in (text.casefold(), *re.split(r"[\W_]+", text.casefold()))}
    if any(_is_mostly(form, parts) for form in forms):
        return "It is your name, your address or this site's name with little around it: take something else."
    if any(_is_mostly(form, (word,)) for form in forms for word in common_passwords()):
        return "It is on every list of common passwords: take three or four words that do not belong together."
    if not re.search(r"[^\W\d_]", folded) and len(forms[0]) <= MOST_DIGITS:
        return "It is a number or a date, which is tried first: take three or four words instead."
    return None


def _compact(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


def _is_mostly(compact: str, words: Iterable[str]) -> bool:
    """Whether a password without these words, written forwards or backwards, has hardly a letter left."""
    left = compact
    for word in sorted((word for word in words if len(word) >= SHORTEST_WORD), key=lambda word: (-len(word), word)):
        left = left.replace(word, "").replace(word[::-1], "")
    return left != compact and len(re.sub(r"\d", "", left)) < LETTERS_LEFT


@lru_cache(maxsize=1)
def common_passwords() -> frozenset[str]:
    """The list of common passwords, folded."""
    return frozenset(COMMON.read_text(encoding="ascii").split())
