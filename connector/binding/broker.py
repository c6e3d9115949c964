"""The broker's search API, called in the name of a participant."""

from collections.abc import Mapping
from urllib.parse import urlencode

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

    async def search(self, query: Mapping[str, str]) -> bytes:
        """Return the broker's answer (JSON) to a query (`q`, `publisher`, `theme`, `keyword`, `limit`, `offset`).

        Raises PeerFailed where the broker cannot be reached or does not take the query.
        """
        token = await self._identity.token_for(self._participant, Intent.SEARCH)
        headers = {"Authorization": token, "Accept": "application/json"}
        try:
            answer = await self._client.request(
                "GET",
                f"{self._api}/v1/search?{urlencode(query)}",
                headers=headers,
                timeout_s=SEARCH_S,
                max_bytes=ANSWER_BYTES,
            )
        except NetError as error:
            raise PeerFailed("broker", f"The broker cannot be reached: {error}") from None
        if answer.status != 200:
            raise PeerFailed("broker", f"The broker did not take the query (HTTP status {answer.status}).")
        return answer.body
