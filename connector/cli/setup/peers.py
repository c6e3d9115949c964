"""Asks the peers of the participant list for their version document, and names what is wrong with what they answer.

Each peer has three seconds, and twenty are asked at once. What they answer is a remark and no fault of this connector.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence

import msgspec

from connector.identity.listing.clocks import describe_difference, find_difference
from connector.identity.roster import Member
from connector.net.addresses import Endpoint, net_policy, parse_url
from connector.net.client import GuardedClient, Response
from connector.net.dial import SocketTransport
from connector.net.errors import Blocked, NetError
from connector.net.tls import client_context, find_tls_fault
from connector.ports.identity import Participant
from connector.protocol.dsp.paths import WELL_KNOWN
from connector.protocol.dsp.version import VERSION
from connector.settings import Settings

ALL, NONE = "all", "none"
MOST, AT_ONCE, TIMEOUT_S = 20, 20, 3.0
_MOST_BYTES, _LONGEST, _MOST_VERSIONS = 64 * 1024, 80, 10
_MOST_SEGMENTS = 6
Say = Callable[..., str]
ListedPeer = Member | Participant


class PeerFinding(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of one peer: `ok` is True or, as a remark, None; `advice` says what to do."""

    name: str
    ok: bool | None = None
    sentence: str
    advice: str = ""


class _StatedVersion(msgspec.Struct, frozen=True, rename="camel"):
    version: str
    path: str = ""
    binding: str = "HTTPS"
    service_id: str | None = None


class _VersionDocument(msgspec.Struct, frozen=True, rename="camel"):
    protocol_versions: tuple[_StatedVersion, ...]


class PeerFault(Exception):
    """Something is wrong with a peer: the key of its sentence, and the values for it."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def check_peers(
    settings: Settings, members: Sequence[ListedPeer], wanted: str | None, say: Say
) -> Iterator[PeerFinding]:
    """Return a finding for each peer that is asked: the `wanted` one, `all`, `none`, or the first ones of the list."""
    others = [member for member in members if _name(member) != settings.participant.id and member.address]
    chosen = _choose(others, wanted)
    if wanted not in {None, ALL, NONE} and not chosen:
        yield PeerFinding(name="peers", sentence=say("peers.unknown", name=_clean(wanted)), advice=say("peers.names"))
    if chosen:
        known = {_name(member) for member in members}
        findings = asyncio.run(_ask_all(settings, chosen, known))
        for member, fault in zip(chosen, findings, strict=True):
            yield _describe(member, fault, say)
    if wanted is None and len(others) > MOST:
        sentence = say("peers.more", asked=MOST, total=len(others))
        yield PeerFinding(name="peers", sentence=sentence, advice=say("peers.ask-all"))


def _name(member: ListedPeer) -> str:
    """Return the identifier by which a member speaks: the first that it had."""
    return member.key if isinstance(member, Member) else member.id


def _choose(others: list[ListedPeer], wanted: str | None) -> list[ListedPeer]:
    if wanted == NONE:
        return []
    if wanted == ALL:
        return others
    if wanted is None:
        return others[:MOST]
    exact = [member for member in others if wanted in {member.id, member.name}]
    part = wanted.casefold()
    near = (member for member in others if part in member.id.casefold() or part in member.name.casefold())
    return (exact or list(near))[:MOST]


def _describe(member: ListedPeer, fault: PeerFault | None, say: Say) -> PeerFinding:
    name = f"peer {member.id}"
    if fault is None:
        return PeerFinding(name=name, ok=True, sentence=say("peers.well", address=member.address, version=VERSION))
    sentence = say(f"peers.{fault.key}", address=_clean(member.address or ""), id=member.id, **fault.values)
    return PeerFinding(name=name, sentence=sentence, advice=say(f"peers.{fault.key}-advice"))


async def _ask_all(settings: Settings, members: list[ListedPeer], known: set[str]) -> list[PeerFault | None]:
    net, slots = settings.net, asyncio.Semaphore(AT_ONCE)
    policy = net_policy(ports=net.ports, networks=net.networks, hosts=net.hosts, plain_http=net.plain_http)
    transport = SocketTransport(policy, tls=client_context(ca_file=net.ca) if net.ca else None)
    client = GuardedClient(policy, transport)

    async def ask(member: ListedPeer) -> PeerFault | None:
        async with slots:
            try:
                async with asyncio.timeout(TIMEOUT_S):
                    await _ask(client, member, known)
            except TimeoutError:
                return PeerFault("silent", seconds=TIMEOUT_S)
            except PeerFault as fault:
                return fault
        return None

    try:
        return list(await asyncio.gather(*map(ask, members)))
    finally:
        await transport.close()


async def _ask(client: GuardedClient, member: ListedPeer, known: set[str]) -> None:
    """Raise PeerFault unless the peer speaks our version at its listed address, under its listed identifier."""
    address = (member.address or "").rstrip("/")
    try:
        endpoint = parse_url(address)
    except Blocked as error:
        raise PeerFault("blocked", reason=error.reason) from None
    status = 0
    for root in _list_roots(endpoint):
        sent = time.time()
        answer = await _fetch(client, root + WELL_KNOWN)
        if answer.status == 200:
            # A list may state the default port, or leave it out.
            expected = endpoint.origin + endpoint.path.rstrip("/")
            _check_document(_read(answer.body), root, expected, _name(member), known)
            if ahead := find_difference(answer.headers, sent, time.time()):
                raise PeerFault("clock-ahead" if ahead > 0 else "clock-behind", by=describe_difference(ahead))
            return
        status = status or answer.status
    raise PeerFault("no-document", status=status)


def _list_roots(endpoint: Endpoint) -> list[str]:
    """Return where the document may be: at the listed path, or above it up to the root of the host.

    The nearest comes first: a host with several participants has another document at its root.
    """
    segments = endpoint.path.rstrip("/").split("/")[:_MOST_SEGMENTS]
    return [endpoint.origin + "/".join(segments[:count]) for count in range(len(segments), 0, -1)]


async def _fetch(client: GuardedClient, url: str) -> Response:
    headers = {"Accept": "application/json"}
    try:
        return await client.request("GET", url, headers=headers, timeout_s=TIMEOUT_S, max_bytes=_MOST_BYTES)
    except Blocked as error:
        raise PeerFault("blocked", reason=error.reason) from None
    except NetError as error:
        fault = find_tls_fault(error)
        if fault is not None:
            raise PeerFault("tls", reason=_clean(fault)) from None
        raise PeerFault("unreachable", reason=str(error)) from None


def _read(body: bytes) -> _VersionDocument:
    try:
        return msgspec.json.decode(body, type=_VersionDocument)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise PeerFault("unreadable") from None


def _check_document(document: _VersionDocument, root: str, address: str, id: str, known: set[str]) -> None:
    ours = [entry for entry in document.protocol_versions if entry.version == VERSION and entry.binding == "HTTPS"]
    if not ours:
        spoken = ", ".join(_clean(entry.version) for entry in document.protocol_versions[:_MOST_VERSIONS])
        raise PeerFault("version", spoken=spoken or "–", version=VERSION)
    stated = [root + ("/" + entry.path.strip("/")).rstrip("/") for entry in ours]
    if address not in stated:
        raise PeerFault("path", stated=_clean(stated[0]), version=VERSION)
    service = ours[stated.index(address)].service_id or ""
    named, sign, _ = service.partition("#")
    # Other products state identifiers of services here that are none of participants.
    if named != id and (named in known or sign):
        raise PeerFault("id", stated=_clean(named))


def _clean(text: str) -> str:
    """Return a text of a peer on one short line."""
    return "".join(sign if sign.isprintable() else " " for sign in text[:_LONGEST])
