"""Mails: rendered when they are decided, kept in the outbox of the change, sent by a reaction, each once.

The port is `Mailer`. SMTP servers drop a second copy by its Message-ID, the outbox folder by its file name; both are
the queued mail's id, so a mail that is handed over twice after a crash still arrives once.
"""

from __future__ import annotations

import email.message
import email.policy
import email.utils
import os
import re
import ssl
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import unquote, urlsplit

import aiosmtplib
import jinja2
import mjml
import orjson

from actors.api.kernel.v1 import MailQueued
from actors.kernel.errors import DependencyUnavailable
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings

_PURPOSE = "mail"
_ILLEGAL = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 does not allow or advises against (https://www.w3.org/TR/xml/#charsets)."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes with a mail. Events are small: a queued mail names the blob, read when the mail is sent."""

    name: str
    """As the reader sees it, `2026-000123.pdf`."""
    content_type: str
    blob: str
    """In the module's books, or in its main store when it has none."""
    content: bytes = b""
    """Only of a mail that is being sent."""


@dataclass(frozen=True)
class Mail:
    """One mail, ready to send."""

    to: str
    subject: str
    text: str
    html: str = ""
    kind: str = ""
    """What the mail is about, for `atrium mail`."""
    attachments: tuple[Attachment, ...] = ()


def sealed_mail(mail: Mail, id: str, tenant_id: str, sealer: Sealer) -> MailQueued:
    body = asdict(mail)
    body["attachments"] = [{"name": a.name, "content_type": a.content_type, "blob": a.blob} for a in mail.attachments]
    return MailQueued(id=id, tenant_id=tenant_id, sealed=sealer.seal(_PURPOSE, orjson.dumps(body)))


def opened_mail(queued: MailQueued, sealer: Sealer) -> Mail:
    body = orjson.loads(sealer.open(_PURPOSE, queued.sealed))
    attachments = tuple(Attachment(**one) for one in body.pop("attachments", ()))
    return Mail(**body, attachments=attachments)


class Mailer(Protocol):
    """Sends mails."""

    async def send(self, id: str, mail: Mail) -> None:
        """Hands the mail over. Raises DependencyUnavailable; sending the same id again is harmless."""
        ...


class OutboxFolder:
    """Keeps mails as .eml files in a folder; for machines without a mail server."""

    def __init__(self, folder: Path, sender: str) -> None:
        self.folder, self.sender = folder, sender

    async def send(self, id: str, mail: Mail) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        target = self.folder / f"{id}.eml"
        part = target.with_suffix(".part")
        part.write_bytes(_message(id, mail, self.sender).as_bytes())
        os.replace(part, target)


class SmtpMailer:
    """Sends mails through one SMTP server, a connection each."""

    def __init__(self, url: str, sender: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("ATRIUM_SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465")
        self.sender = sender
        self.options: dict[str, Any] = {
            "hostname": parts.hostname,
            "port": parts.port or (465 if parts.scheme == "smtps" else 587),
            "use_tls": parts.scheme == "smtps",
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "tls_context": ssl.create_default_context(),
            "timeout": 15,
        }

    async def send(self, id: str, mail: Mail) -> None:
        try:
            await aiosmtplib.send(_message(id, mail, self.sender), **self.options)
        except (aiosmtplib.SMTPException, OSError) as error:
            raise DependencyUnavailable(dependency="the mail server", problem=error) from error


def mailer_from(settings: PlatformSettings) -> Mailer:
    """SMTP when configured, otherwise the outbox folder."""
    if settings.smtp_url is not None:
        return SmtpMailer(settings.smtp_url.get_secret_value(), settings.mail_from)
    return OutboxFolder(settings.home / "outbox", settings.mail_from)


def _message(id: str, mail: Mail, sender: str) -> email.message.EmailMessage:
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = email.utils.localtime()
    message["Message-ID"] = f"<{id}@atrium>"
    message["Auto-Submitted"] = "auto-generated"
    if mail.kind:
        message["X-Atrium-Kind"] = mail.kind
    message.set_content(mail.text)
    if mail.html:
        message.add_alternative(mail.html, subtype="html")
    for one in mail.attachments:
        maintype, _, subtype = one.content_type.partition("/")
        message.add_attachment(one.content, maintype=maintype, subtype=subtype, filename=one.name)
    return message


class Templates:
    """A module's mails: `<name>.subject.j2`, `<name>.txt.j2` and `<name>.mjml.j2` in a folder."""

    def __init__(self, folder: Path) -> None:
        loader = jinja2.FileSystemLoader([folder, Path(__file__).parent / "mails"])
        self._text = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, keep_trailing_newline=True)
        self._html = jinja2.Environment(loader=loader, undefined=jinja2.StrictUndefined, autoescape=True)

    def render(self, name: str, to: str, /, *, attachments: tuple[Attachment, ...] = (), **values: object) -> Mail:
        """The mail of this name with these values; a missing value is an error. Values are escaped in the HTML part.

        Characters that no markup may hold, which people paste into names, are left out.
        """
        values = {key: _ILLEGAL.sub("", value) if isinstance(value, str) else value for key, value in values.items()}
        subject = self._text.get_template(f"{name}.subject.j2").render(values)
        return Mail(
            to=to,
            subject=" ".join(subject.split()),
            text=self._text.get_template(f"{name}.txt.j2").render(values),
            html=str(mjml.mjml2html(self._html.get_template(f"{name}.mjml.j2").render(values))),
            kind=name,
            attachments=attachments,
        )


@cache
def templates(folder: Path) -> Templates:
    return Templates(folder)
