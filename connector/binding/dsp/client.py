"""The DSP endpoints of a peer over HTTPS: implements `ports.peer` with the guarded client.

Every outcome is a value. No answer, 401, 409, 429 and 5xx are in doubt: the peer may have received the message, or may
accept it later. Only the other 4xx are refusals.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Any
from urllib.parse import urljoin, urlsplit, urlunsplit

import msgspec

from connector.binding.dsp.links import UnclearLink, find_next
from connector.net.addresses import parse_url
from connector.net.aside import work_aside
from connector.net.client import GuardedClient, Response
from connector.net.errors import Blocked, NetError
from connector.ports.identity import Identity, Intent
from connector.ports.peer import Ack, CatalogPage, InDoubt, Nested, PeerAnswer, Refused
from connector.ports.seals import Seals, SigningUnavailable
from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.catalog import (
    AnsweredCatalog,
    CatalogRequestMessage,
    DatasetRequestMessage,
    flatten,
    list_services,
)
from connector.protocol.dsp.codec import count_elements, decode, decode_ack, decode_error, encode, parse
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.errors import ProtocolError, clean
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.protocol.dsp.paths import join, path

MESSAGE_S = 15.0
CATALOG_S = 30.0
CATALOG_BYTES = 16 * 1024 * 1024
ANSWER_BYTES = 1024 * 1024
# Twice what a broker indexes of a dataset.
DATASET_BYTES = 256 * 1024
JSON = "application/json"

_KINDS: dict[str, Any] = negotiation.MESSAGES | transfer.MESSAGES
# What a proxy or a firewall answers by itself.
_STRAY = frozenset({403, 404})
_OF_CONNECTORS = frozenset({401, 409, 429})
_ENDING = ("Termination", "Completion", "Suspension")


def _find_intent(name: str) -> Intent:
    if any(word in name for word in _ENDING):
        return Intent.ENDING
    return Intent.TRANSFER if name.startswith("Transfer") else Intent.NEGOTIATION


_INTENTS = {name: _find_intent(name) for name in _KINDS}


class HttpPeer:
    """Sends requests to peers in the name of one participant. Implements `Peer`."""

    def __init__(self, client: GuardedClient, identity: Identity, seals: Seals | None = None) -> None:
        self._client = client
        self._identity = identity
        self._seals = seals

    async def send(
        self,
        participant: str,
        address: str,
        message: str,
        to: Role,
        pid: str | None,
        body: bytes,
        agreement: bytes | None = None,
    ) -> PeerAnswer:
        """Deliver one message; see `ports.peer.Peer.send`."""
        name = message.partition(":")[0]
        try:
            answer = await self._call(participant, address, _KINDS[name], to, pid, _INTENTS[name], body, agreement)
        except SigningUnavailable as fault:
            return InDoubt(reason=str(fault), unreachable=False)
        if not isinstance(answer, Response):
            return answer
        ack_kind: Any = negotiation.ContractNegotiation if name in negotiation.MESSAGES else transfer.TransferProcess
        ack = decode_ack(ack_kind, answer.body)
        if ack is None:
            return Ack()
        return Ack(peer_pid=(ack.provider_pid if to is Role.PROVIDER else ack.consumer_pid) or None, state=ack.state)

    async def fetch_state(
        self, participant: str, address: str, kind: ProcessKind, to: Role, pid: str
    ) -> str | Refused | InDoubt:
        """Request the state of a process; see `ports.peer.Peer.fetch_state`."""
        ack_kind: Any = transfer.TransferProcess if kind is ProcessKind.TRANSFER else negotiation.ContractNegotiation
        try:
            answer = await self._call(participant, address, ack_kind, to, pid, Intent.ENDING, None)
        except SigningUnavailable as fault:
            return InDoubt(reason=str(fault), unreachable=False)
        if not isinstance(answer, Response):
            return answer
        ack = decode_ack(ack_kind, answer.body)
        return (
            str(ack.state)
            if ack
            else InDoubt(reason="The answer of the peer contains no known state.", unreachable=False)
        )

    async def fetch_catalog(
        self,
        participant: str,
        address: str,
        *,
        filters: Sequence[object] = (),
        page_url: str | None = None,
        known: str | None = None,
    ) -> CatalogPage | Refused | InDoubt:
        """Fetch one page of a catalogue; see `ports.peer.Peer.fetch_catalog`."""
        body = encode(CatalogRequestMessage(filter=tuple(filters)))
        first = join(address, path(CatalogRequestMessage, Role.PROVIDER))
        url = urljoin(first, page_url) if page_url else first
        if fault := _page_fault(first, url):
            return Refused(status=0, reason=fault)
        url = _read_here(first, url)
        answer = await self._fetch(participant, "POST", url, Intent.CATALOG, body, CATALOG_BYTES)
        if not isinstance(answer, Response):
            return answer
        return await work_aside(len(answer.body), partial(_read_page, answer, url, known))

    async def fetch_dataset(self, participant: str, address: str, id: str) -> bytes | Refused | InDoubt:
        """Fetch one Dataset; see `ports.peer.Peer.fetch_dataset`."""
        answer = await self._call(participant, address, DatasetRequestMessage, Role.PROVIDER, id, Intent.CATALOG, None)
        if not isinstance(answer, Response):
            return answer
        fault = await work_aside(len(answer.body), partial(_dataset_fault, answer.body))
        return InDoubt(reason=fault, unreachable=False) if fault else answer.body

    async def _call(
        self,
        participant: str,
        address: str,
        kind: Any,
        to: Role,
        pid: str | None,
        intent: Intent,
        body: bytes | None,
        agreement: bytes | None = None,
    ) -> Response | Refused | InDoubt:
        try:
            url = join(address, path(kind, to, pid))
        except ProtocolError as error:
            return Refused(status=0, reason=error.reason)
        most = DATASET_BYTES if intent is Intent.CATALOG else ANSWER_BYTES
        method = "POST" if body is not None else "GET"
        return await self._fetch(participant, method, url, intent, body, most, agreement, is_sealed=body is not None)

    async def _fetch(
        self,
        participant: str,
        method: str,
        url: str,
        intent: Intent,
        body: bytes | None,
        most: int,
        agreement: bytes | None = None,
        *,
        is_sealed: bool = False,
    ) -> Response | Refused | InDoubt:
        token = await self._identity.issue_token(participant, intent)
        headers = {"Authorization": token, "Accept": JSON}
        if body is not None:
            headers["Content-Type"] = JSON
            if is_sealed and self._seals is not None:
                headers.update(self._seals.seal(url, body, agreement, token))
        try:
            answer = await self._client.request(
                method,
                url,
                headers=headers,
                body=body,
                timeout_s=CATALOG_S if intent is Intent.CATALOG else MESSAGE_S,
                max_bytes=most,
            )
        except Blocked as error:
            return Refused(status=0, reason=error.reason)
        except NetError as error:
            return InDoubt(reason=clean(str(error)))
        return judge_answer(answer)


def judge_answer(answer: Response) -> Response | Refused | InDoubt:
    """Return what an answer means: itself, a refusal, or a doubt."""
    status = answer.status
    if 200 <= status < 300:
        return answer
    said = decode_error(answer.body)
    foreign = said is None and status not in _OF_CONNECTORS
    reason = said or f"HTTP status {status}"
    if foreign:
        reason = f"No connector answered at its address, but something else (status {status})"
    if status == 401:
        reason += (
            " (if this continues, `datenkontor doctor` compares the clocks and names what the participant list says)"
        )
    if status in {401, 409, 429} or status >= 500:
        wait = answer.headers.get("Retry-After", "")
        retry_after_ms = int(wait[:6]) * 1000 if wait.isdecimal() else None
        busy = status == 409 or (status == 503 and retry_after_ms is not None)
        return InDoubt(
            reason=reason if foreign else f"{status}: {reason}",
            status=status,
            unreachable=not busy,
            retry_after_ms=retry_after_ms,
            conflict=status == 409,
        )
    return Refused(status=status, reason=reason, stray=said is None and status in _STRAY)


def _is_object(raw: msgspec.Raw) -> bool:
    """Return whether raw JSON is an object; other values among the datasets of a peer are ignored."""
    return bytes(raw).lstrip()[:1] == b"{"


def _page_fault(first: str, url: str) -> str | None:
    """Return why a next page must not be fetched: a catalogue cannot point its reader to another server."""
    try:
        if parse_url(url, query=True).origin == parse_url(first).origin or urlsplit(url).path == urlsplit(first).path:
            return None
    except Blocked as error:
        return f"The next page cannot be fetched: {error.reason}"
    return "The next page has another origin than the catalogue: the peer has to correct its Link."


def _read_here(first: str, url: str) -> str:
    """Return where a next page is read: at the origin of the catalogue.

    A peer behind a proxy may know its inner address alone, and writes that into its links.
    """
    return urlunsplit(urlsplit(first)[:2] + urlsplit(url)[2:4] + ("",))


def _read_page(answer: Response, url: str, known: str | None) -> CatalogPage | InDoubt:
    """Read the answer to a catalogue request for the page at `url`, unless its hash is `known`."""
    try:
        following = find_next(answer.headers.get("Link", ""), url)
    except UnclearLink as error:
        return InDoubt(reason=str(error), unreachable=False)
    raw = _hash_page(answer.body, following)
    if raw == known:
        size = len(answer.body)
        return CatalogPage(
            participant_id=None, datasets=(), next_url=following, digest="", size=size, raw=raw, same=True
        )
    try:
        received = decode(AnsweredCatalog, answer.body, inner=False)
    except ProtocolError as error:
        return InDoubt(reason=f"The catalogue cannot be read: {error.reason}", unreachable=False)
    return CatalogPage(
        participant_id=received.message.participant_id,
        datasets=tuple(bytes(raw) for raw in received.message.dataset if _is_object(raw)),
        nested=tuple(
            Nested(whose, bytes(raw), origin) for whose, origin, raw in flatten(received.message) if _is_object(raw)
        ),
        next_url=following,
        digest=received.digest,
        services=list_services(received.message),
        size=len(answer.body),
        elements=count_elements(answer.body),
        raw=raw,
    )


def _hash_page(body: bytes, following: str | None) -> str:
    """Return half of the SHA-256 (hexadecimal) of a page and of where the next one is: a peer deceives only itself."""
    hashed = hashlib.sha256(body)
    hashed.update((following or "").encode("utf-8", "replace"))
    return hashed.hexdigest()[:32]


def _dataset_fault(body: bytes) -> str | None:
    """Return why an answer is not a Dataset, or None."""
    try:
        document = parse(body)
    except ProtocolError as error:
        return f"The dataset cannot be read: {error.reason}"
    return None if isinstance(document, dict) else "The dataset cannot be read: it is not a JSON object."
