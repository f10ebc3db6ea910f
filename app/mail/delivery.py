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

from app.config import Config, local_url
from data.accounts import audit, outbox
from data.database.engine import session_factory
from data.database.models import OutgoingMail
from data.errors import ArboretumError

log = logging.getLogger(__name__)

SMTP_TIMEOUT_SECONDS = 20
TLS_FROM_THE_START = 465
# What is wrong with one letter; all else is wrong with the way to the server, and with the next letter too.
LETTERS_OWN = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    MessageError,
    ValueError,
)

Send = Callable[[Config, EmailMessage], None]


def site_url(config: Config) -> str:
    """Where a reader of a letter finds the site.  Never taken from a request: its Host header can be anybody's."""
    return config.site_url or local_url(config)


def deliver(config: Config, engine: Engine, send: Send | None = None) -> int:
    """Send the letters that are due; how many went.  One that fails waits longer each time and is given up at last.

    Several may deliver at once: each letter is taken by one of them.  When the server is away the others wait too.
    """
    sessions, went = session_factory(engine), 0
    now = datetime.now(UTC)
    with sessions() as session:
        letters = outbox.due(session, now)
    for letter in letters:
        with sessions() as session:
            taken = outbox.take(session, letter, now)
            session.commit()
        if not taken:
            continue
        if not letter.recipient:
            with sessions() as session:
                outbox.sent(session, letter.id)
                session.commit()
            continue
        try:
            (send or sender(config))(config, message(config, letter))
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as problem:
            with sessions() as session:
                given_up = outbox.failed(session, letter.id, letter.tries + 1, now)
                if given_up:
                    audit.record(session, audit.WORKER, "letter given up", letter.subject, f"to {letter.recipient}")
                session.commit()
            log.warning("letter %d could not be sent%s: %s", letter.id, " and is given up" if given_up else "", problem)
            if not isinstance(problem, LETTERS_OWN):
                break
        else:
            with sessions() as session:
                outbox.sent(session, letter.id)
                session.commit()
            went += 1
    return went


def deliver_to_files(config: Config, engine: Engine) -> None:
    """Put the letters into the mailbox at once where there is no mail server: a site may run without the worker."""
    if not config.mail_server:
        deliver(config, engine)


def sender(config: Config) -> Send:
    """How letters leave this site."""
    return by_smtp if config.mail_server else into_the_mailbox


def try_out(config: Config, recipient: str) -> str:
    """Send a letter now; where it went.  Raises ArboretumError that says why it did not go."""
    letter = OutgoingMail(
        recipient=recipient,
        subject=f"A letter from {config.site_name}",
        body=f"This is what letters from {config.site_name} look like. They carry links to {site_url(config)}.\n",
        created_at=datetime.now(UTC),
    )
    try:
        sender(config)(config, message(config, letter))
    except (OSError, smtplib.SMTPException, MessageError, ValueError) as problem:
        where = f"{config.mail_server} port {config.mail_port}" if config.mail_server else str(config.data_dir / "mail")
        raise ArboretumError(f"the letter did not go by {where}: {problem}; check the MAIL_ settings") from problem
    return f"{config.mail_server} took it" if config.mail_server else f"it lies in {config.data_dir / 'mail'}"


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
    # A link stays on one line, so that who reads the file can follow it; only what is not ASCII is packed on the way.
    way = "7bit" if letter.body.isascii() else "quoted-printable" if config.mail_server else "8bit"
    made.set_content(letter.body, cte=way)
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
    at_once = config.mail_tls == "tls" or (config.mail_tls == "auto" and config.mail_port == TLS_FROM_THE_START)
    server: smtplib.SMTP
    if at_once:
        server = smtplib.SMTP_SSL(config.mail_server, config.mail_port, timeout=SMTP_TIMEOUT_SECONDS, context=context)
    else:
        server = smtplib.SMTP(config.mail_server, config.mail_port, timeout=SMTP_TIMEOUT_SECONDS)
    with server:
        if not at_once and config.mail_tls != "no":
            server.ehlo()
            if config.mail_tls == "starttls" or server.has_extn("starttls") or config.mail_username:
                server.starttls(context=context)
        if config.mail_username:
            server.login(config.mail_username, config.mail_password)
        server.send_message(letter)
