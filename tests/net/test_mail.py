"""E-mails to a server that listens on this machine, with TLS that is verified."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default
from pathlib import Path

import pytest

from connector.controlplane.notices.writing import write_message
from connector.net.mail import MailServer, Security, SmtpMailer
from connector.net.tls import client_context
from connector.ports.mailing import NotSent
from connector.views.users import UserNoticeKind
from tests.controlplane.notices.made import make_notice, make_user
from tests.support.certificates import write_certificates

NOW = 1_764_000_000_000


class SmtpServer:
    """Speaks as much SMTP as a client needs (RFC 5321, 3207, 4954); `refused` answers a verb with a line."""

    def __init__(self, tls: ssl.SSLContext) -> None:
        self._tls = tls
        self.refused: dict[str, str] = {}
        self.mails: list[Message] = []
        self.secure: list[bool] = []
        self.receivers: list[str] = []

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = writer.get_extra_info("ssl_object") is not None
        writer.write(b"220 mail.city.example\r\n")
        while line := await reader.readline():
            verb = line.decode().split()[0].upper() if line.strip() else ""
            if verb in self.refused:
                writer.write(self.refused[verb].encode() + b"\r\n")
            elif verb == "EHLO":
                writer.write(b"250-mail.city.example\r\n" + (b"250 AUTH PLAIN\r\n" if secure else b"250 STARTTLS\r\n"))
            elif verb == "STARTTLS":
                writer.write(b"220 go on\r\n")
                await writer.drain()
                await writer.start_tls(self._tls)
                secure = True
            elif verb == "DATA":
                self.secure.append(secure)
                writer.write(b"354 go on\r\n")
                content = bytearray()
                while (part := await reader.readline()) != b".\r\n":
                    content += part
                self.mails.append(message_from_bytes(bytes(content), policy=default))
                writer.write(b"250 taken\r\n")
            elif verb == "QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                if verb == "RCPT":
                    self.receivers.append(line.decode().strip())
                writer.write(b"235 ok\r\n" if verb == "AUTH" else b"250 ok\r\n")
            await writer.drain()
        writer.close()


class Reached:
    """A server that listens, and a mailer that is to trust it."""

    def __init__(self, folder: Path) -> None:
        write_certificates(folder)
        self.folder = folder
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(folder / "certificate.pem", folder / "key.pem")
        self.tls, self.server = context, SmtpServer(context)
        self.port = 0

    @asynccontextmanager
    async def listen(self, *, from_the_start: bool = False) -> AsyncIterator[None]:
        secured = self.tls if from_the_start else None
        async with await asyncio.start_server(self.server.talk, "127.0.0.1", 0, ssl=secured) as listening:
            self.port = listening.sockets[0].getsockname()[1]
            yield

    async def send(
        self,
        security: Security = "starttls",
        *,
        trusted: bool = True,
        subject: str = "Anfrage: Bäume",
        text: str = "Grüße\n",
    ) -> None:
        server = MailServer(
            host="127.0.0.1", port=self.port, security=security, sender="datenkontor@city.example",
            user="" if security == "none" else "datenkontor", password="" if security == "none" else "geheim-4711",
        )  # fmt: skip
        ca = self.folder / "ca.pem" if trusted else None
        mailer = SmtpMailer(server, lambda: client_context(ca_file=ca), lambda: NOW)
        await mailer.send("a.kaya@city.example", subject, text, "a.kaya-1")


@pytest.fixture
def reached(tmp_path: Path) -> Reached:
    return Reached(tmp_path)


@pytest.mark.parametrize("security", ["starttls", "tls"])
async def test_a_mail_arrives_over_tls_with_its_fields(reached: Reached, security: Security) -> None:
    async with reached.listen(from_the_start=security == "tls"):
        await reached.send(security)
        await reached.send(security)
    first, second = reached.server.mails
    assert reached.server.secure == [True, True]
    assert (first["Subject"], first["To"]) == ("Anfrage: Bäume", "a.kaya@city.example")
    assert first["Auto-Submitted"] == "auto-generated"
    assert first["Message-ID"] == second["Message-ID"]
    assert first.get_payload(decode=True).decode().strip() == "Grüße"


async def test_a_server_that_offers_no_tls_gets_neither_mail_nor_password(reached: Reached) -> None:
    reached.server.refused["STARTTLS"] = "454 not now"
    async with reached.listen():
        with pytest.raises(NotSent) as failed:
            await reached.send()
    assert not reached.server.mails
    assert failed.value.all_fail
    assert "geheim" not in failed.value.reason


async def test_a_certificate_of_somebody_else_is_refused(reached: Reached) -> None:
    async with reached.listen():
        with pytest.raises(NotSent, match="certificate"):
            await reached.send(trusted=False)
    assert not reached.server.mails


@pytest.mark.parametrize(
    ("verb", "line", "all_fail"),
    [("RCPT", "550 no such person", False), ("RCPT", "451 greylisted", False), ("AUTH", "535 wrong", True),
     ("DATA", "451 later", True), ("DATA", "554 spam", False), ("EHLO", "x" * 20_000, True)],
)  # fmt: skip
async def test_an_answer_that_refuses_says_if_others_would_be_refused_too(
    reached: Reached, verb: str, line: str, all_fail: bool
) -> None:
    reached.server.refused = {verb: line, "HELO": line}
    async with reached.listen():
        with pytest.raises(NotSent) as failed:
            await reached.send()
    assert failed.value.all_fail is all_fail
    assert line not in failed.value.reason
    assert "geheim" not in failed.value.reason


async def test_a_person_who_is_refused_for_now_has_nothing_to_correct(reached: Reached) -> None:
    reached.server.refused = {"RCPT": "451 greylisted"}
    async with reached.listen():
        with pytest.raises(NotSent, match=r"at present \(451\): it is tried again") as failed:
            await reached.send()
    assert not failed.value.all_fail


async def test_a_mail_without_tls_is_seven_bit_and_reads_as_it_was_written(reached: Reached) -> None:
    async with reached.listen():
        await reached.send("none")
    (mail,) = reached.server.mails
    assert reached.server.secure == [False]
    assert mail.as_bytes().isascii()
    assert (mail.get_content_type(), mail.get_content_charset()) == ("text/plain", "utf-8")


@pytest.mark.parametrize(
    ("language", "subjects"),
    [
        ("de", [
            "Anfrage wartet: Bäume", "Gegenangebot wartet: Bäume", "Freigabe wartet: Bäume",
            "Lieferung abgebrochen: Bäume", "Vertrag endet am Bäume", "Zertifikat läuft ab am Bäume",
            "Neue Treffer Ihrer gespeicherten Suche: Bäume",
        ]),
        ("en", [
            "Request waits: Trees", "Counter-offer waits: Trees", "Release waits: Trees", "Delivery terminated: Trees",
            "Agreement ends on Trees", "Certificate expires on Trees", "New results of your saved search: Trees",
        ]),
    ],
)  # fmt: skip
async def test_each_kind_of_message_arrives_in_the_language_of_its_reader(
    reached: Reached, language: str, subjects: list[str]
) -> None:
    user, title = make_user(language=language), {"de": "Bäume", "en": "Trees"}
    async with reached.listen():
        for kind in UserNoticeKind:
            notice = make_notice(kind=kind, title=title)
            written = write_message(user, [notice], pages="https://daten.example", provider="Straßenbauamt")
            await reached.send("none", subject=written.subject, text=written.text)
    assert [mail["Subject"] for mail in reached.server.mails] == subjects
    for mail in reached.server.mails:
        text = mail.get_payload(decode=True).decode().replace("\r\n", "\n")
        assert text.startswith(("Guten Tag, Aylin Kaya,\n", "Hello Aylin Kaya,\n"))
        assert f"- {mail['Subject']}\n  https://daten.example/" in text
        assert "Straßenbauamt" in text
        assert text.endswith("https://daten.example/konto\n")


async def test_a_server_that_is_away_is_told(reached: Reached) -> None:
    async with reached.listen():
        pass
    with pytest.raises(NotSent, match="cannot be used") as failed:
        await reached.send()
    assert failed.value.all_fail


async def test_a_line_break_makes_no_other_field_and_no_other_receiver(reached: Reached) -> None:
    async with reached.listen():
        with pytest.raises(NotSent, match="characters"):
            await reached.send(subject="Bäume\r\nBcc: all@city.example")
    assert not reached.server.receivers


def test_no_password_is_in_the_text_of_a_server() -> None:
    server = MailServer(host="h", port=1, security="tls", sender="a@b.example", user="u", password="geheim-4711")
    assert "geheim" not in f"{server!r}{server}"
