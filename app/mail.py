"""Letters: by SMTP when MAIL_SERVER is set, else as files in DATA_DIR/mail, so that every way can be tried."""

from __future__ import annotations

import logging
import os
import smtplib
import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import urlsplit

from sqlalchemy import Engine

from app.config import Config
from app.serving import local_url
from data import outbox
from data.engine import session_factory
from data.models import OutgoingMail

log = logging.getLogger(__name__)

SMTP_TIMEOUT_SECONDS = 20
TLS_FROM_THE_START = 465

Send = Callable[[Config, EmailMessage], None]


def site_url(config: Config) -> str:
    """Where a reader of a letter finds the site.  Never taken from a request: its Host header can be anybody's."""
    return config.site_url or local_url(config)


def deliver(config: Config, engine: Engine, send: Send | None = None) -> int:
    """Send the letters that are due; how many went.  One that fails waits longer each time and is given up at last."""
    sessions, went = session_factory(engine), 0
    now = datetime.now(UTC)
    with sessions() as session:
        letters = outbox.due(session, now)
    for letter in letters:
        try:
            (send or (by_smtp if config.mail_server else into_the_mailbox))(config, message(config, letter))
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as problem:
            with sessions() as session:
                given_up = outbox.failed(session, letter.id, letter.tries + 1, now)
                session.commit()
            log.warning("letter %d could not be sent%s: %s", letter.id, " and is given up" if given_up else "", problem)
        else:
            with sessions() as session:
                outbox.sent(session, letter.id)
                session.commit()
            went += 1
    return went


def message(config: Config, letter: OutgoingMail) -> EmailMessage:
    """The letter as it travels.  Raises ValueError or MessageError for an address that is none."""
    host = urlsplit(site_url(config)).hostname or "localhost"
    made = EmailMessage()
    own = config.mail_from or (config.mail_username if "@" in config.mail_username else f"arboretum@{host}")
    made["From"] = Address(config.site_name, addr_spec=own)
    made["To"] = Address(addr_spec=letter.recipient)
    made["Subject"] = letter.subject
    made["Date"] = format_datetime(letter.created_at)
    made["Message-ID"] = make_msgid(domain=host)
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(letter.body)
    return made


def into_the_mailbox(config: Config, letter: EmailMessage) -> None:
    """Put the letter into DATA_DIR/mail, readable by the site's own user only."""
    folder = config.data_dir / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S.%f}.eml"
    descriptor = os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(bytes(letter))
    log.info("no MAIL_SERVER is set: a letter was put into %s", folder / name)


def by_smtp(config: Config, letter: EmailMessage) -> None:
    """Hand the letter to the mail server.  With credentials only over TLS."""
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if config.mail_port == TLS_FROM_THE_START:
        server = smtplib.SMTP_SSL(config.mail_server, config.mail_port, timeout=SMTP_TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(config.mail_server, config.mail_port, timeout=SMTP_TIMEOUT_SECONDS)
    with server:
        if config.mail_port != TLS_FROM_THE_START:
            server.ehlo()
            if server.has_extn("starttls") or config.mail_username:
                server.starttls(context=context)
        if config.mail_username:
            server.login(config.mail_username, config.mail_password)
        server.send_message(letter)
