"""Mails: rendered safely, handed to a real SMTP server or kept in the outbox folder."""

from __future__ import annotations

import asyncio
import email
import email.policy
import os
import socket
from collections.abc import Iterator
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import jinja2
import pytest
from aiosmtpd.controller import Controller
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import SecretStr

from actors.kernel.errors import DependencyUnavailable
from actors.kernel.mail import (
    Attachment,
    Mail,
    OutboxFolder,
    SmtpMailer,
    Templates,
    mailer_from,
    opened_mail,
    sealed_mail,
)
from actors.kernel.sealing import Sealer
from actors.kernel.settings import PlatformSettings

SENDER = "Atrium <no-reply@example.com>"
MAIL = Mail(to="ada@example.com", subject="Grüße", text="Hällo\n", html="<p>Hällo</p>", kind="invitation")


class Inbox:
    """A mail server's handler that keeps what arrives, or refuses it."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self.refuse = ""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.refuse:
            return self.refuse
        parsed = email.message_from_bytes(envelope.content, policy=email.policy.default)
        assert isinstance(parsed, EmailMessage)
        self.messages.append(parsed)
        return "250 OK"


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, str]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    handler = Inbox()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, f"smtp://127.0.0.1:{port}"
    controller.stop()


async def test_a_mail_arrives_as_it_was_written(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    await SmtpMailer(url, SENDER).send("mal_1", MAIL)
    (found,) = handler.messages
    assert (found["To"], found["From"], found["Subject"]) == ("ada@example.com", SENDER, "Grüße")
    assert found["Message-ID"] == "<mal_1@atrium>"
    assert (found["Auto-Submitted"], found["X-Atrium-Kind"]) == ("auto-generated", "invitation")
    plain, html = found.get_body(("plain",)), found.get_body(("html",))
    assert plain is not None and plain.get_content().strip() == "Hällo"
    assert html is not None and html.get_content().strip() == "<p>Hällo</p>"


async def test_a_mail_server_that_refuses_or_is_not_there_is_a_dependency(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    handler.refuse = "451 not now"
    with pytest.raises(DependencyUnavailable):
        await SmtpMailer(url, SENDER).send("mal_1", MAIL)
    with pytest.raises(DependencyUnavailable) as refused:
        await SmtpMailer("smtp://127.0.0.1:1", SENDER).send("mal_1", MAIL)
    assert refused.value.metadata["dependency"] == "the mail server"


@pytest.mark.parametrize("url", ["mail.example.com:25", "http://mail", "smtp://"])
def test_an_address_that_is_none_is_refused_with_an_example(url: str) -> None:
    with pytest.raises(ValueError, match="smtp://user:password@host:587"):
        SmtpMailer(url, SENDER)


def test_user_and_password_may_hold_any_character() -> None:
    options = SmtpMailer("smtps://us%40er:p%2Fw%3A@mail.example.com", SENDER).options
    found = [options[name] for name in ("username", "password", "port", "use_tls")]
    assert found == ["us@er", "p/w:", 465, True]


async def test_the_outbox_folder_keeps_one_file_a_mail(tmp_path: Path) -> None:
    folder = OutboxFolder(tmp_path / "outbox", SENDER)
    await asyncio.gather(*(folder.send("mal_1", MAIL) for _ in range(3)))
    await folder.send("mal_2", MAIL)
    assert sorted(p.name for p in folder.folder.iterdir()) == ["mal_1.eml", "mal_2.eml"]
    found = email.message_from_bytes((folder.folder / "mal_1.eml").read_bytes(), policy=email.policy.default)
    assert found["Subject"] == "Grüße"
    assert folder.folder.stat().st_mode & 0o077 == 0, "mails hold one-time links"


def test_the_mailer_is_smtp_when_one_is_configured(tmp_path: Path) -> None:
    with_smtp = PlatformSettings(home=tmp_path, smtp_url=SecretStr("smtp://127.0.0.1"))
    assert isinstance(mailer_from(with_smtp), SmtpMailer)
    assert isinstance(mailer_from(PlatformSettings(home=tmp_path, smtp_url=None)), OutboxFolder)


def test_a_queued_mail_opens_with_the_platforms_secret_only() -> None:
    queued = sealed_mail(MAIL, "mal_1", "ten_1", Sealer(b"1" * 32))
    assert opened_mail(queued, Sealer(b"1" * 32)) == MAIL
    assert b"ada@" not in queued.sealed
    assert (queued.id, queued.tenant_id) == ("mal_1", "ten_1")


async def test_a_file_goes_with_a_mail(inbox: tuple[Inbox, str]) -> None:
    handler, url = inbox
    file = Attachment("Rechnung №1.pdf", "application/pdf", "invoices/1.pdf", b"%PDF-1.7\n\x00\xff")
    await SmtpMailer(url, SENDER).send("mal_1", replace(MAIL, attachments=(file,)))
    (found,) = handler.messages
    (part,) = found.iter_attachments()
    assert isinstance(part, EmailMessage)
    assert (part.get_filename(), part.get_content_type(), part.get_content()) == (
        *("Rechnung №1.pdf", "application/pdf"),
        file.content,
    )
    plain = found.get_body(("plain",))
    assert plain is not None and plain.get_content().strip() == "Hällo"


def test_a_queued_mail_names_its_files_and_does_not_carry_them() -> None:
    file = Attachment("1.pdf", "application/pdf", "invoices/1.pdf", b"x" * 1_000_000)
    queued = sealed_mail(replace(MAIL, attachments=(file,)), "mal_1", "ten_1", Sealer(b"1" * 32))
    assert len(queued.sealed) < 1000
    assert opened_mail(queued, Sealer(b"1" * 32)).attachments == (replace(file, content=b""),)


@pytest.fixture
def templates(tmp_path: Path) -> Templates:
    (tmp_path / "greeting.subject.j2").write_text("Welcome {{ name }}\n to {{ place }}\n")
    (tmp_path / "greeting.txt.j2").write_text("Hello {{ name }}, {{ link }}\n")
    body = "<mj-section><mj-column><mj-text>Hello {{ name }}</mj-text></mj-column></mj-section>"
    (tmp_path / "greeting.mjml.j2").write_text(f"<mjml><mj-body>{body}</mj-body></mjml>")
    return Templates(tmp_path)


def test_values_are_escaped_in_html_and_plain_elsewhere(templates: Templates) -> None:
    mail = templates.render("greeting", "ada@example.com", name="<b>A & B</b>", place="x", link="https://x/?a=1&b=2")
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in mail.html and "<b>A" not in mail.html
    assert mail.text == "Hello <b>A & B</b>, https://x/?a=1&b=2\n"
    assert mail.subject == "Welcome <b>A & B</b> to x"
    assert (mail.to, mail.kind) == ("ada@example.com", "greeting")


def test_a_value_that_is_missing_is_an_error(templates: Templates) -> None:
    with pytest.raises(jinja2.UndefinedError):
        templates.render("greeting", "ada@example.com", name="x")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
@given(name=st.text(st.characters(codec="utf-8"), max_size=30))
async def test_no_name_can_add_a_header(templates: Templates, tmp_path: Path, name: str) -> None:
    mail = templates.render("greeting", "ada@example.com", name=name + "\r\nBcc: evil@example.com", place="x", link="l")
    folder = OutboxFolder(tmp_path / "out", SENDER)
    await folder.send("mal_1", mail)
    found = email.message_from_bytes((tmp_path / "out" / "mal_1.eml").read_bytes(), policy=email.policy.default)
    assert found["Bcc"] is None
    assert found.defects == []
    assert found["To"] == "ada@example.com"


async def test_an_address_with_a_line_break_is_refused(tmp_path: Path) -> None:
    forged = Mail(to="ada@example.com\r\nBcc: evil@example.com", subject="s", text="t")
    with pytest.raises(ValueError, match="(?i)linefeed|newline"):
        await OutboxFolder(tmp_path, SENDER).send("mal_1", forged)
    assert not os.listdir(tmp_path)
