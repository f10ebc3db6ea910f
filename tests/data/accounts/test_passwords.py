"""Hashes of all ages verify, peppers may change, and what is tried first is refused with a word that helps."""

from __future__ import annotations

import bcrypt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from werkzeug.security import check_password_hash, generate_password_hash

from data.accounts.passwords import (
    NO_PEPPER,
    Peppers,
    hash_password,
    is_current,
    password_matches,
    split_pepper,
    weakness,
)

GOOD = "four tall green tomatoes"
OLD = Peppers("old", {"old": b"of the first key"})
NEW = Peppers("new", {"old": b"of the first key", "new": b"of the second key"})


def test_a_hash_is_one_that_werkzeug_reads() -> None:
    assert check_password_hash(hash_password(GOOD), GOOD)
    assert password_matches(GOOD, generate_password_hash(GOOD))


@pytest.mark.parametrize(
    "hashed",
    [
        bcrypt.hashpw(GOOD.encode(), bcrypt.gensalt(4)).decode(),
        generate_password_hash(GOOD, "pbkdf2:sha256:1000"),
        "scrypt:32768:8:1$AAECAwQFBgcICQoLDA0ODw==$T6iQ4HgFTL8ZM3yahB0WgPnEKYHoTRcdg0FobYFSENA=",
    ],
    ids=["bcrypt", "pbkdf2", "first version"],
)
def test_an_old_hash_still_verifies_and_is_due_for_renewal(hashed: str) -> None:
    assert password_matches(GOOD, hashed)
    assert not password_matches(GOOD + "x", hashed)
    assert not is_current(hashed, NO_PEPPER)


def test_without_the_pepper_a_hash_matches_nothing() -> None:
    hashed = hash_password(GOOD, OLD)
    assert split_pepper(hashed)[0] == "old"
    assert password_matches(GOOD, hashed, OLD)
    assert not password_matches(GOOD, hashed, NO_PEPPER)
    assert not password_matches(GOOD, split_pepper(hashed)[1], NO_PEPPER)


def test_a_new_pepper_locks_nobody_out() -> None:
    hashed = hash_password(GOOD, OLD)
    assert password_matches(GOOD, hashed, NEW)
    assert not is_current(hashed, NEW)
    assert is_current(hash_password(GOOD, NEW), NEW)


@pytest.mark.parametrize(
    "hashed",
    [
        "", "plain", "bcrypt$x$y", "scrypt:1:1:1$!$!", "scrypt:a:b:c$AA==$AA==", "a$b$c$d", "$2b$04$short", "pepper=",
        "scrypt:1073741824:8:1$salt$00", "pbkdf2:sha256:99999999999$salt$00", "pbkdf2:md5:1$salt$00", "pbkdf2$s$h",
    ],
)  # fmt: skip
def test_a_broken_hash_matches_no_password_and_costs_no_time(hashed: str) -> None:
    assert password_matches("anything", hashed) is False


@settings(max_examples=200)
@given(st.text(max_size=80))
def test_no_text_in_the_place_of_a_hash_breaks_a_login(hashed: str) -> None:
    assert password_matches("anything", hashed) is False


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("short", "At least 8"),
        ("x" * 201, "At most 200"),
        ("aaaaaaaaaa", "repeats"),
        ("abababab", "repeats"),
        ("12345678", "common"),
        ("qwertyuiop", "common"),
        ("87654321", "common"),
        ("password", "common"),
        ("Password1!", "common"),
        ("P@ssw0rd2024", "common"),
        ("greenhouse7", "common"),
        ("ada.lovelace", "your name"),
        ("ada.lovelace1", "your name"),
        ("Lovelace-2026!", "your name"),
        ("4d4Lovel4ce99", "your name"),
        ("ecalevol.ada", "your name"),
        ("lovelace@example.org", "your address"),
        ("Blue-Hill-2026", "this site's name"),
        ("bluehill!1234", "this site's name"),
        ("Password 1", "common"),
        ("password-password", "common"),
        ("hunter2hunter2", "common"),
        ("drowssap!", "common"),
        ("P455w0rd??", "common"),
        ("\uff30\uff21\uff33\uff33\uff37\uff2f\uff32\uff24", "common"),
        ("!QAZ2wsx", "common"),
        ("qwertyui", "common"),
        ("!@#$%^&*", "a number or a date"),
        ("19870101", "a number or a date"),
        ("01.01.1990", "a number or a date"),
    ],
)
def test_what_is_tried_first_is_refused_with_a_word_that_helps(password: str, said: str) -> None:
    assert said in (weakness(password, "ada.lovelace", "ada@example.org", "Blue Hill") or "")


@pytest.mark.parametrize(
    "password",
    [
        GOOD,
        "a long password",
        "correct horse battery staple",
        "pörtfölio-91-fenster",
        "tomatoes-grow",
        "kT7#vq9w",
        "canada goose on a hill",
        "organic blue tomatoes",
    ],
)
def test_a_good_password_is_taken(password: str) -> None:
    assert weakness(password, "ada", "ada@example.org", "Blue Hill") is None
