"""E-mails with a link to set a password: left for the worker, or put into the mailbox once the answer has gone."""

from __future__ import annotations

from functools import partial

from flask import current_app, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from app.mail.delivery import deliver_to_files, site_url
from app.security import reset_links
from app.services import parts
from data.accounts import outbox
from data.database.models import User

NEW_PASSWORD = """Somebody, probably you, asked for a new password for {username} at {site}.

Set it here within the hour:
{link}

If it was not you, do nothing: the old password stays.
"""

WELCOME = """An administrator has made an account for you at {site}. Your username is {username}.

Choose your password here within the hour:
{link}

If the hour is over, ask for another link with this address:
{forgotten}
"""

# Whom an e-mail is for when nobody has the address: the answer takes as long as for somebody.
NOBODY = User(id=0, username="nobody", email="", password="", session_stamp="")


def and_deliver(answer: Response) -> Response:
    """The answer, with delivery of the e-mails after it is sent: always, so that its duration says nothing."""
    answer.call_on_close(partial(deliver_to_files, parts().config, parts().engine))
    return answer


def send_link(database: Session, user: User) -> None:
    """Leave an e-mail with a link to a new password for the worker.  One to NOBODY is thrown away there."""
    _leave(database, user, "A new password", NEW_PASSWORD)


def send_welcome(database: Session, user: User) -> None:
    """Leave an e-mail with a link to the first password of an account that an administrator has made."""
    _leave(database, user, "Your account", WELCOME)


def _leave(database: Session, user: User, subject: str, text: str) -> None:
    config = parts().config
    token = reset_links.token_for(str(current_app.secret_key), user)
    link = site_url(config) + url_for("accounts.reset", token=token)
    forgotten = site_url(config) + url_for("accounts.forgotten")
    body = text.format(username=user.username, site=config.site_name, link=link, forgotten=forgotten)
    outbox.post(database, user.email, f"{subject} for {config.site_name}", body)
