"""Webhooks that are told what waits for a person, over the guarded client."""

from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.mailing import NotSent
from connector.protocol.webhooks import SignedMessage

TIMEOUT_S = 10.0
LARGEST_ANSWER = 16 * 1024


class GuardedWebhooks:
    """Calls webhooks over the guarded client; implements `ports.mailing.WebhookCaller`."""

    def __init__(self, http: GuardedClient) -> None:
        self._http = http

    async def call(self, url: str, message: SignedMessage) -> None:
        """Post to a webhook; any answer of success (2xx) counts. Raises NotSent."""
        try:
            answer = await self._http.request(
                "POST",
                url,
                headers=message.headers,
                body=message.body,
                timeout_s=TIMEOUT_S,
                max_bytes=LARGEST_ANSWER,
            )
        except NetError as error:
            raise NotSent(f"The webhook was not reached: {error}") from None
        if not 200 <= answer.status < 300:
            raise NotSent(f"The webhook answered {answer.status}.")
