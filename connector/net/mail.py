"""E-mails over SMTP (RFC 5321), on a thread, with TLS that is verified: STARTTLS (RFC 3207) or TLS from the start."""

import asyncio
import hashlib
import smtplib
import ssl
from collections.abc import Callable
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Literal

import msgspec

from connector.ports.mailing import NotSent
from connector.views.conversion import moment

TIMEOUT_S = 30.0
WHOLE_S = 90.0
MOST_RECIPIENT = 254
_LONGEST_SUBJECT = 200

Security = Literal["starttls", "tls", "none"]


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """The server that takes e-mails: its address, how it is secured, the account, and who the sender is."""

    host: str
    port: int
    security: Security
    sender: str
    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        """Show no password."""
        return f"MailServer(host={self.host!r}, port={self.port}, sender={self.sender!r})"


class SmtpMailer:
    """Sends e-mails over one server; implements `ports.mailing.Mailer`.

    Parameters:
        server: the server.
        tls: the context that verifies the certificate of the server.
        clock: the time in ms since the Unix epoch.
    """

    def __init__(self, server: MailServer, tls: Callable[[], ssl.SSLContext], clock: Callable[[], int]) -> None:
        self._server, self._tls, self._clock = server, tls, clock
        self._turn = asyncio.Semaphore(1)

    async def send(self, to: str, subject: str, text: str, key: str) -> None:
        """Send one e-mail of plain text. Raises NotSent."""
        message = write_mail(self._server.sender, to, subject, text, key, self._clock())
        opened: list[smtplib.SMTP] = []
        async with self._turn:
            sending = asyncio.get_running_loop().run_in_executor(None, partial(self._send, message, opened))
            try:
                await asyncio.wait_for(asyncio.shield(sending), WHOLE_S)
            except TimeoutError:
                # A server that answers byte by byte never runs into the timeout of its socket.
                for client in opened:
                    client.close()
                raise NotSent(f"The mail server {self._server.host} took too long.", all_fail=True) from None

    def _send(self, message: EmailMessage, opened: list[smtplib.SMTP]) -> None:
        server = self._server
        try:
            with self._connect() as client:
                opened.append(client)
                if server.security == "starttls":
                    client.starttls(context=self._tls())
                if server.user:
                    client.login(server.user, server.password)
                client.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            raise NotSent(_explain_refusal(error)) from None
        except smtplib.SMTPAuthenticationError as error:
            raise NotSent(
                f"The mail server refuses the account of [mail] ({error.smtp_code}).", all_fail=True
            ) from None
        except smtplib.SMTPResponseException as error:
            # A refused content is about this message; before that, the next one would be refused too.
            own = isinstance(error, smtplib.SMTPDataError) and error.smtp_code >= 500
            raise NotSent(f"The mail server answered {error.smtp_code}.", all_fail=not own) from None
        except ssl.SSLError as error:
            reason = f"The certificate of the mail server {server.host} is not accepted ({error.reason})."
            raise NotSent(reason, all_fail=True) from None
        except (OSError, smtplib.SMTPException) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise NotSent(f"The mail server {server.host} cannot be used ({why}).", all_fail=True) from None

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.security == "tls":
            return smtplib.SMTP_SSL(server.host, server.port, timeout=TIMEOUT_S, context=self._tls())
        return smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_S)


def _explain_refusal(error: smtplib.SMTPRecipientsRefused) -> str:
    """Return why the one recipient is refused: for good, or for now (RFC 5321, 4.2.1), as by greylisting."""
    codes = [code for code, _ in error.recipients.values()]
    if all(400 <= code < 500 for code in codes):
        return f"The mail server takes no mail for this person at present ({codes[0]}): it is tried again."
    return "The mail server refuses the address of this person: correct it."


def write_mail(sender: str, to: str, subject: str, text: str, key: str, now_ms: int) -> EmailMessage:
    """Return an e-mail; a line break in a header field is an error, never another field. Raises NotSent."""
    message = EmailMessage()
    host = sender.rpartition("@")[2]
    try:
        message["From"] = sender
        message["To"] = to[:MOST_RECIPIENT]
        message["Subject"] = subject[:_LONGEST_SUBJECT]
        message["Date"] = format_datetime(moment(now_ms))
        # The same for a repeat, so that a mailbox can drop the second one.
        message["Message-ID"] = f"<{hashlib.sha256(f'{to} {key}'.encode()).hexdigest()[:40]}@{host}>"
        message["Auto-Submitted"] = "auto-generated"
        # Seven bits: what a server without 8BITMIME (RFC 6152) does with more is its own affair.
        message.set_content(text, cte="quoted-printable")
    except ValueError:
        raise NotSent("The address or the subject of an e-mail has characters that no header has.") from None
    return message
