"""Mail by SMTP where it is configured; where it is not, a stand-in that says so."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import make_msgid
from typing import Protocol
from urllib.parse import unquote, urlsplit

import structlog

from dumont.basics.errors import Invalid, Unavailable
from dumont.platform.settings import Settings
from dumont.platform.values import mailbox

log = structlog.get_logger()

TIMEOUT_SECONDS = 20
PORTS = {"smtp": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Letter:
    to: str
    subject: str
    text: str


class Mail(Protocol):
    @property
    def configured(self) -> bool:
        """False if letters go nowhere."""
        ...

    async def send(self, letter: Letter) -> None:
        """Returns when the server has taken it. Raises `Unavailable` if it is away, `Invalid` if it refuses it."""
        ...


class NoMail:
    configured = False

    async def send(self, letter: Letter) -> None:
        log.info("mail_not_sent", reason="DUMONT_SMTP_URL is not set", subject=letter.subject)


class SmtpMail:
    configured = True

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        self._scheme, (self._host, self._port) = parts.scheme, server_of(url)
        self._login = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        self._sender = _address(sender)

    async def send(self, letter: Letter) -> None:
        message = self._message(letter)
        try:
            await asyncio.to_thread(self._deliver, message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPSenderRefused, smtplib.SMTPDataError) as error:
            raise Invalid("The mail server refused the letter.", code="mail_refused") from error
        except (OSError, smtplib.SMTPException) as error:
            # Not its text: servers like to repeat the credentials they refuse.
            raise Unavailable(f"The mail server does not answer: {type(error).__name__}.", code="mail_away") from None

    def _deliver(self, message: EmailMessage) -> None:
        trust = ssl.create_default_context()
        if self._scheme == "smtps":
            with smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=trust) as server:
                self._hand_over(server, message)
            return
        with smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS) as server:
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=trust)
            elif self._login is not None:
                raise smtplib.SMTPException("a password must not go over an open line")
            self._hand_over(server, message)

    def _hand_over(self, server: smtplib.SMTP, message: EmailMessage) -> None:
        if self._login is not None:
            server.login(*self._login)
        server.send_message(message)

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = _address(letter.to)
        message["Subject"] = letter.subject
        message["Message-ID"] = make_msgid(domain=self._sender.domain or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def make_mail(settings: Settings) -> Mail:
    if settings.smtp_url is None:
        return NoMail()
    return SmtpMail(settings.smtp_url.get_secret_value(), settings.mail_from)


def server_of(url: str) -> tuple[str, int]:
    """Host and port."""
    parts = urlsplit(url)
    if parts.scheme not in PORTS or not parts.hostname:
        raise Invalid("DUMONT_SMTP_URL must be like smtp://user:password@host:587 or smtps://...")
    return parts.hostname, parts.port or PORTS[parts.scheme]


def _address(text: str) -> Address:
    try:
        return mailbox(text)
    except ValueError:
        raise Invalid(f"{text!r} is no address for mail.") from None
