"""The client of the broker's API: searches, and notices that the catalogue of this participant has changed."""

import asyncio
import contextlib
import logging
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import msgspec

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed, PeerFailed, UseCaseError
from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.identity import Identity, Intent
from connector.protocol.dsp.errors import clean

log = logging.getLogger(__name__)

SEARCH_S = 10.0
GATHER_S = 0.2
RETRY_S = (5.0, 60.0, 600.0)
ANSWER_BYTES = 8 * 1024 * 1024
REFUSAL_BYTES = 16 * 1024


class SearchClient:
    """A client of one broker; `participant` is its identifier, `api` the base URL of its search API."""

    def __init__(self, client: GuardedClient, identity: Identity, participant: str, api: str) -> None:
        self._client = client
        self._identity = identity
        self._participant = participant
        self._api = api.rstrip("/")

    async def search(self, query: Mapping[str, str | Sequence[str]]) -> bytes:
        """Return the broker's answer (JSON) to a query: the parameters of its API, some with several values.

        Raises NotAllowed if the broker does not accept this participant or the query, PeerFailed if it cannot answer.
        """
        return await self.ask("GET", "search", query)

    async def ask(
        self, method: str, path: str, query: Mapping[str, str | Sequence[str]] | None = None, body: bytes | None = None
    ) -> bytes:
        """Return the broker's answer (JSON) to a request for a path of its API, with a body in JSON.

        Raises NoSuchEntity for what the broker does not know, NotAllowed if it does not accept this participant or the
        request, PeerFailed if it cannot answer.
        """
        token = await self._identity.issue_token(self._participant, Intent.SEARCH)
        headers = {"Authorization": token, "Accept": "application/json"}
        if body is not None:
            headers["Content-Type"] = "application/json"
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        try:
            answer = await self._client.request(
                method,
                f"{self._api}/v1/{path}{asked}",
                headers=headers,
                body=body,
                timeout_s=SEARCH_S,
                max_bytes=ANSWER_BYTES,
            )
        except NetError as error:
            raise PeerFailed("broker", f"The broker cannot be reached: {error}") from None
        if answer.status not in {200, 201}:
            raise _say_refusal(answer.status, answer.body, path)
        return answer.body

    async def nudge(self) -> None:
        """Ask the broker to crawl this participant next. Raises PeerFailed."""
        token = await self._identity.issue_token(self._participant, Intent.SEARCH)
        headers = {"Authorization": token, "Content-Type": "application/json"}
        try:
            url = f"{self._api}/v1/nudge"
            answer = await self._client.request("POST", url, headers=headers, body=b"{}", timeout_s=SEARCH_S)
        except NetError as error:
            raise PeerFailed("broker", f"The broker cannot be reached: {error}") from None
        if answer.status >= 300:
            raise PeerFailed("broker", f"The broker refused the change notice (HTTP status {answer.status}).")


def _say_refusal(status: int, body: bytes, path: str) -> UseCaseError:
    """Return the error for an answer of the broker that is no result."""
    refusal = _read_refusal(body) if path != "search" else None
    if refusal is not None and status in {403, 404, 409, 422}:
        kind = NoSuchEntity if status == 404 else NotAllowed
        return kind(clean(refusal.code, 40), clean(refusal.reason))
    if status == 401:
        reason = (
            "The broker does not accept this participant: `datenkontor doctor` compares it with the participant list."
        )
        return NotAllowed("not-accepted", reason)
    if status in {429, 502, 503, 504}:
        reason = (
            "The broker cannot answer now: it is busy or away, or its participant list has expired; try again later."
        )
        return PeerFailed("broker-busy", reason)
    if status == 422 and (reason := _read_reason(body)):
        return NotAllowed("query", f"The broker refused the query: {reason}")
    if status in {400, 422}:
        return NotAllowed("query", "The broker refused the query: check its words and filters.")
    return PeerFailed("broker", f"The broker answered with status {status}: check `broker.api` in the settings.")


def _read_reason(body: bytes) -> str:
    """Return the sentence with which the broker refuses a query; empty if it has none."""
    refusal = _read_refusal(body)
    return clean(refusal.reason) if refusal else ""


def _read_refusal(body: bytes) -> "_Reason | None":
    try:
        found = msgspec.json.decode(body[:REFUSAL_BYTES], type=_Refusal).error
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
    return found if found.reason else None


class _Reason(msgspec.Struct):
    reason: str = ""
    code: str = "broker"


class _Refusal(msgspec.Struct):
    error: _Reason


class Announcer:
    """Sends change notices to the broker, one for many changes. Without a notice, the broker crawls at its interval."""

    def __init__(self, broker: SearchClient) -> None:
        self._broker = broker
        self._changed = asyncio.Event()

    def announce(self) -> None:
        """Note that the catalogue has changed."""
        self._changed.set()

    async def run(self) -> None:
        """Send a change notice after changes, until cancelled; retry a few times if the broker cannot be reached."""
        while True:
            await self._changed.wait()
            await asyncio.sleep(GATHER_S)
            self._changed.clear()
            for pause in (*RETRY_S, None):
                try:
                    await self._broker.nudge()
                    break
                except PeerFailed as error:
                    log.info("the broker was not notified of a change: %s", error)
                if pause is None:
                    break
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(pause):
                        await self._changed.wait()
