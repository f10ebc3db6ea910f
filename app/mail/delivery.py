"""E-mails: by SMTP when MAIL_SERVER is set, else as files in DATA_DIR/mail, so that every way can be tried."""

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

from app.addresses import local_url
from app.config import Config
from data.accounts import audit, outbox
from data.database.engine import session_factory
from data.database.models import OutgoingMail
from data.errors import ArboretumError

log = logging.getLogger(__name__)

SMTP_TIMEOUT_SECONDS = 20
TLS_FROM_THE_START = 465
# What is wrong with one e-mail; all else is wrong with the way to the server, and with the next e-mail too.
OF_THIS_EMAIL = (
    smtplib.SMTPRecipientsRefused,
    smtplib.SMTPSenderRefused,
    smtplib.SMTPDataError,
    MessageError,
    ValueError,
)

Send = Callable[[Config, EmailMessage], None]


def site_url(config: Config) -> str:
    """The address of the site in e-mails.  Never taken from a request: its Host header can be forged."""
    return config.site_url or local_url(config)


def deliver(config: Config, engine: Engine, send: Send | None = None) -> int:
    """Send the e-mails that are due; the number sent.  A failed one waits longer each time and is finally given up.

    Several may deliver at once: each e-mail is taken by one of them.  When the server is away the others wait too.
    """
    sessions, went = session_factory(engine), 0
    now = datetime.now(UTC)
    with sessions() as session:
        emails = outbox.due(session, now)
    for email in emails:
        with sessions.begin() as session:
            taken = outbox.take(session, email, now)
        if not taken:
            continue
        if not email.recipient:
            with sessions.begin() as session:
                outbox.sent(session, email.id)
            continue
        try:
            (send or sender(config))(config, message(config, email))
        except (OSError, smtplib.SMTPException, MessageError, ValueError) as problem:
            with sessions.begin() as session:
                given_up = outbox.failed(session, email.id, email.tries + 1, now)
                if given_up:
                    audit.record(session, audit.WORKER, "letter given up", email.subject, f"to {email.recipient}")
            log.warning("e-mail %d could not be sent%s: %s", email.id, " and is given up" if given_up else "", problem)
            if not isinstance(problem, OF_THIS_EMAIL):
                break
        else:
            with sessions.begin() as session:
                outbox.sent(session, email.id)
            went += 1
    return went


def deliver_to_files(config: Config, engine: Engine) -> None:
    """Put the e-mails into the mailbox at once where there is no mail server: a site may run without the worker."""
    if not config.mail_server:
        deliver(config, engine)


def sender(config: Config) -> Send:
    """The function that sends an e-mail: by SMTP, or into the mailbox."""
    return by_smtp if config.mail_server else into_the_mailbox


def try_out(config: Config, recipient: str) -> str:
    """Send a test e-mail now; says where it went.  Raises ArboretumError with the reason of a failure."""
    email = OutgoingMail(
        recipient=recipient,
        subject=f"An e-mail from {config.site_name}",
        body=f"This is what e-mails from {config.site_name} look like. They carry links to {site_url(config)}.\n",
        created_at=datetime.now(UTC),
    )
    try:
        sender(config)(config, message(config, email))
    except (OSError, smtplib.SMTPException, MessageError, ValueError) as problem:
        where = f"{config.mail_server} port {config.mail_port}" if config.mail_server else str(config.data_dir / "mail")
        raise ArboretumError(f"the e-mail did not go by {where}: {problem}; check the MAIL_ settings") from problem
    return f"{config.mail_server} took it" if config.mail_server else f"it lies in {config.data_dir / 'mail'}"


def message(config: Config, email: OutgoingMail) -> EmailMessage:
    """The e-mail as a message.  Raises ValueError or MessageError for an invalid address."""
    host = urlsplit(site_url(config)).hostname or "localhost"
    mail = EmailMessage()
    own = config.mail_from or (config.mail_username if "@" in config.mail_username else f"arboretum@{host}")
    mail["From"] = Address(config.site_name, addr_spec=own)
    mail["To"] = Address(addr_spec=email.recipient)
    mail["Subject"] = email.subject
    mail["Date"] = format_datetime(email.created_at)
    mail["Message-ID"] = make_msgid(domain=host)
    mail["Auto-Submitted"] = "auto-generated"
    # A link stays on one line, so that who reads the file can follow it; only what is not ASCII is packed on the way.
    way = "7bit" if email.body.isascii() else "quoted-printable" if config.mail_server else "8bit"
    mail.set_content(email.body, cte=way)
    return mail


def into_the_mailbox(config: Config, email: EmailMessage) -> None:
    """Put the e-mail into DATA_DIR/mail, readable by the site's own user only."""
    folder = config.data_dir / "mail"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y-%m-%dT%H-%M-%S.%f}.eml"
    descriptor = os.open(folder / name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(bytes(email))
    log.info("no MAIL_SERVER is set: an e-mail was put into %s", folder / name)


def by_smtp(config: Config, email: EmailMessage) -> None:
    """Hand the e-mail to the mail server.  With credentials only over TLS."""
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
        server.send_message(email)
