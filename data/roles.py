"""The roles of users, and what each may do.  Standard library only: forms, commands and the schema read it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Role:
    """What a user may do besides looking: have sensors and keys, administer the site."""

    has_sensors: bool
    administers: bool


ADMINISTRATOR, MEMBER, VIEWER = "administrator", "member", "viewer"
ROLES = {
    ADMINISTRATOR: Role(has_sensors=True, administers=True),
    MEMBER: Role(has_sensors=True, administers=False),
    VIEWER: Role(has_sensors=False, administers=False),
}
