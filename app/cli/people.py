"""The commands about people: accounts, their e-mails, their keys."""

from __future__ import annotations

import getpass
import sys

from app.cli.common import Arguments, Settings, argument, database, one_of, takes
from data.accounts.audit import AT_THE_PROMPT
from data.errors import NotFoundError
from data.roles import ADMINISTRATOR, MEMBER, ROLES


@takes(
    argument("username"),
    argument("email"),
    argument("--admin", action="store_true", help="the same as --role administrator"),
    argument("--role", choices=tuple(ROLES), default=MEMBER),
)
def create_user(config: Settings, arguments: Arguments) -> int:
    """Make a user; asks for the password, or reads it from standard input when that is no terminal."""
    from app.security.secret_key import peppers
    from data.accounts import audit, users

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    role = ADMINISTRATOR if arguments.admin else arguments.role
    with database(config)() as session:
        users.create_user(session, arguments.username, arguments.email, password, role, peppers(config))
        audit.record(session, AT_THE_PROMPT, "account made", arguments.username, f"role {role}")
        session.commit()
    print(f"User {arguments.username} has been created as {role}.")
    return 0


@takes(argument("username"))
def set_password(config: Settings, arguments: Arguments) -> int:
    """Set a user's password anew and end all sessions; asks for it as create-user does."""
    from app.security.secret_key import peppers
    from data.accounts import account_changes, audit, users

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with database(config)() as session:
        user = users.user_by_name(session, arguments.username)
        if user is None:
            raise NotFoundError(f"no user named {arguments.username!r}: make it with create-user")
        account_changes.set_password(session, user.id, password, peppers(config))
        audit.record(session, AT_THE_PROMPT, "password changed", arguments.username)
        session.commit()
    print(f"{arguments.username} has a new password, and is logged out everywhere.")
    return 0


@takes(argument("address", help="to whom"))
def try_mail(config: Settings, arguments: Arguments) -> int:
    """Send a test e-mail at once, and print the result."""
    from app.mail.delivery import try_out

    print(f"An e-mail to {arguments.address}: {try_out(config, arguments.address)}.")
    return 0


@takes(
    argument("label", help="where the key is used, for the list of keys"),
    one_of(
        argument("--user", help="posts that user's sensors; an administrator's key posts everything"),
        argument("--device", help="posts for that device only, such as tristar-1"),
    ),
)
def create_key(config: Settings, arguments: Arguments) -> int:
    """Make a key for posting, bound to a user or to a device; it is shown this once."""
    from data.accounts import audit, users

    with database(config)() as session:
        owner = None if arguments.user is None else users.user_by_name(session, arguments.user)
        if arguments.user is not None and owner is None:
            raise NotFoundError(f"no user named {arguments.user!r}: make it with create-user")
        _, token = users.create_key(session, arguments.label, owner, arguments.device)
        audit.record(session, AT_THE_PROMPT, "key made", arguments.label, f"for {arguments.user or arguments.device}")
        session.commit()
    print(token)
    print("Keep it: it is not shown again. Send it as `Authorization: Bearer KEY`.", file=sys.stderr)
    return 0


@takes()
def keys(config: Settings, _arguments: Arguments) -> int:
    """List the keys: id, label, what each posts for, last use."""
    from data.accounts import users

    with database(config)() as session:
        for key in users.keys(session):
            owner = None if key.user_id is None else users.user_by_id(session, key.user_id)
            bound = f"user {owner.username}" if owner is not None else f"device {key.device_slug}"
            used = "never used" if key.last_used_at is None else f"last used {key.last_used_at:%Y-%m-%d %H:%M} UTC"
            revoked = "" if key.revoked_at is None else f", revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC"
            print(f"{key.id:>4}  {key.label}, {bound}, {used}{revoked}")
    return 0


@takes(argument("id", type=int))
def revoke_key(config: Settings, arguments: Arguments) -> int:
    """Refuse a key from now on; `keys` shows the ids."""
    from data.accounts import audit, users

    with database(config)() as session:
        label = users.revoke_key(session, arguments.id).label
        audit.record(session, AT_THE_PROMPT, "key revoked", label)
        session.commit()
    print(f"Key {arguments.id} ({label}) is revoked.")
    return 0
