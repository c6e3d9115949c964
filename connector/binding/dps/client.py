"""The client of signaling messages, for both sides: one message, one answer, within seconds.

Each attempt has a token of its own. What a plane refuses is an answer; what it does not answer, or cannot do now, is
`PlaneUnavailable`. A plane that was silent is not asked for a moment, so that a hundred flows do not wait for it one by
one.
"""

import logging
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

import msgspec

from connector.binding.dsp.body import JSON
from connector.net.client import GuardedClient, Response
from connector.net.errors import NetError
from connector.ports.dataplane import PlaneUnavailable
from connector.ports.entities import Plane
from connector.ports.signaling import PlaneProof
from connector.protocol.dps.messages import read
from connector.protocol.dsp.errors import RemoteProtocolError, clean

TIMEOUT_S = 5.0
MOST_ANSWER = 256 * 1024
REST_S = 1.0
"""How long a plane that was silent is not asked, in seconds."""
_log = logging.getLogger(__name__)
M = TypeVar("M", bound=msgspec.Struct)


class PlaneRefused(Exception):
    """A plane refuses a message for good: `status` (4xx), `reason` in one sentence, and the answer."""

    def __init__(self, status: int, reason: str, told: "ErrorAnswer") -> None:
        super().__init__(reason)
        self.status, self.reason, self.told = status, reason, told


class ErrorAnswer(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of an error answer: a word for programs, a sentence for people, and what a refused verb or use tells."""

    error: str = ""
    message: str = ""
    cause: str | None = None
    most: int = 0
    again_at: int = 0
    period: str = ""


def flow_path(flow_id: str, verb: str) -> str:
    """Return the path of a verb at a data plane."""
    return f"/dataflows/{quote(flow_id, safe=':')}/{verb}"


def transfer_path(process_id: str, rest: str) -> str:
    """Return a path below a transfer at a control plane."""
    return f"/transfers/{quote(process_id, safe=':')}/{rest}"


class SignalingClient:
    """Sends messages to registered planes. `now` returns ms since the epoch."""

    def __init__(self, client: GuardedClient, proof: PlaneProof, now: Callable[[], int]) -> None:
        self._client, self._proof, self._now = client, proof, now
        self._silent: dict[str, tuple[int, str]] = {}
        self._since: dict[str, int] = {}

    def find_silence(self, plane: str) -> int | None:
        """Return for how long a plane has not answered (ms); None if it answered the last message."""
        since = self._since.get(plane)
        return None if since is None else max(0, self._now() - since)

    async def send(self, plane: Plane, method: str, path: str, message: msgspec.Struct | None = None) -> bytes:
        """Send a message and return the body of the answer. Raises PlaneRefused and PlaneUnavailable."""
        until, reason = self._silent.get(plane.id, (0, ""))
        if self._now() < until:
            raise PlaneUnavailable(reason)
        self._silent.pop(plane.id, None)
        try:
            answer = await self._request(plane, method, path, message)
        except NetError as fault:
            raise self._note_silence(plane, str(fault)) from None
        if answer.status >= 500 or answer.status in {401, 403, 408, 429}:
            raise self._note_silence(plane, f"it answered with status {answer.status}.")
        self._since.pop(plane.id, None)
        if answer.status >= 300:
            raise _to_refusal(answer)
        return answer.body

    async def ask(
        self, plane: Plane, method: str, path: str, kind: type[M], message: msgspec.Struct | None = None
    ) -> M | None:
        """Send a message and return the answer of a type; None for an empty one. Raises as `send`."""
        body = await self.send(plane, method, path, message)
        if not body.strip():
            return None
        try:
            return read(kind, body)
        except RemoteProtocolError as fault:
            raise PlaneUnavailable(f"The plane {plane.id} answers with something else: {fault.reason}") from None

    async def _request(self, plane: Plane, method: str, path: str, message: msgspec.Struct | None) -> Response:
        headers = {"Authorization": await self._proof.issue_token(plane), "Accept": JSON}
        body = None if message is None else msgspec.json.encode(message)
        if body is not None:
            headers["Content-Type"] = JSON
        url = plane.endpoint.rstrip("/") + path
        return await self._client.request(
            method, url, headers=headers, body=body, timeout_s=TIMEOUT_S, max_bytes=MOST_ANSWER
        )

    def _note_silence(self, plane: Plane, why: str) -> PlaneUnavailable:
        reason = f"The plane {plane.id} cannot be reached: {why}"
        _log.warning("%s", reason)
        self._since.setdefault(plane.id, self._now())
        self._silent[plane.id] = self._now() + int(REST_S * 1000), reason
        return PlaneUnavailable(reason)


def _to_refusal(answer: Response) -> PlaneRefused:
    try:
        told = msgspec.json.decode(answer.body, type=ErrorAnswer)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        told = ErrorAnswer()
    reason = clean(told.message) or f"The plane refused the message with status {answer.status}: read its log."
    return PlaneRefused(answer.status, reason, told)
