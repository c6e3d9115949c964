"""The broker's search API, called in the name of a participant."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import msgspec

from connector.controlplane.plane import PeerFailed
from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.identity import Identity, Intent

SEARCH_S = 10.0
ANSWER_BYTES = 8 * 1024 * 1024


class SearchClient:
    """Searches at one broker; `participant` is its identifier, `api` the base URL of its search API."""

    def __init__(self, client: GuardedClient, identity: Identity, participant: str, api: str) -> None:
        self._client = client
        self._identity = identity
        self._participant = participant
        self._api = api.rstrip("/")

    async def search(self, query: Mapping[str, str | int]) -> dict[str, Any]:
        """Return the broker's answer to a query (`q`, `publisher`, `theme`, `keyword`, `limit`, `offset`).

        Raises PeerFailed where the broker cannot be reached or does not take the query.
        """
        token = await self._identity.token_for(self._participant, Intent.SEARCH)
        asked = urlencode({name: value for name, value in query.items() if value not in {"", None}})
        headers = {"Authorization": token, "Accept": "application/json"}
        try:
            answer = await self._client.request(
                "GET",
                f"{self._api}/v1/search?{asked}",
                headers=headers,
                timeout_s=SEARCH_S,
                max_bytes=ANSWER_BYTES,
            )
            document = msgspec.json.decode(answer.body)
        except NetError as error:
            raise PeerFailed("broker", f"The broker cannot be reached: {error}") from None
        except (msgspec.MsgspecError, ValueError, RecursionError):
            raise PeerFailed("broker", "The broker's answer cannot be read.") from None
        if answer.status != 200 or not isinstance(document, dict):
            raise PeerFailed("broker", f"The broker did not take the query (HTTP status {answer.status}).")
        return document
