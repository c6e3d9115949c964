"""The port of messages that leave for people: by e-mail, or to a webhook."""

from typing import Protocol

from connector.protocol.webhooks import SignedMessage


class NotSent(Exception):
    """A message was not sent. `reason` is one sentence without a secret; with `all_fail`, no other is sent either."""

    def __init__(self, reason: str, *, all_fail: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.all_fail = all_fail


class Mailer(Protocol):
    """Sends e-mails."""

    async def send(self, to: str, subject: str, text: str, key: str) -> None:
        """Send one e-mail of plain text; `key` names it, the same for a repeat. Raises NotSent."""


class WebhookCaller(Protocol):
    """Calls webhooks."""

    async def call(self, url: str, message: SignedMessage) -> None:
        """Post a message. Raises NotSent."""
