"""This participant joins a data space: it speaks with the authority, and shows its document while it is looked at.

The process of the participant does not run meanwhile: its listener for peers is open here, for as long as it takes.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

from connector.app.checking import build_anchors, build_policy
from connector.app.control.credentials import build_credential_service
from connector.app.identities import Wiring, list_document_routes
from connector.app.listeners import Listeners, ListenFailed
from connector.app.parts import (
    OWNER,
    build_parts,
    list_identity_routes,
    make_holding_context,
    read_clock,
    to_bounds,
)
from connector.authority.asking import JoinRequest, write_request
from connector.authority.card import IdentityCard, operator_keys, read_roots
from connector.authority.inviting import InvitationLink
from connector.authority.joining import Joined
from connector.authority.rekeying import write_change
from connector.authority.roster import RosterFault
from connector.binding.authority import NEWS_PATH, JoinRefusal
from connector.binding.dsp.listener import make_refusals
from connector.binding.dsp.routing import Route, dispatcher
from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.usecases.holding import keeping
from connector.identity.keys import SigningKey, VerificationKey
from connector.identity.listing.sources import RosterRejected, file_source, url_source
from connector.identity.roster import Roster, read_roster
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import NetError
from connector.ports.entities import HeldCredential
from connector.ports.identity import AuthenticationUnavailable
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.errors import ClaimFault
from connector.settings import Settings
from connector.views.handed_in import HandedInFault, read_json

TIMEOUT_S: Final = 20.0
NEWS_S: Final = 3.0
AT_ONCE: Final = 20
_MOST: Final = 256 * 1024
_LATER: Final = frozenset({429, 503})


class AnswerMissing(RosterFault):
    """An authority may have done what it was asked, and its answer is not there: the same key may ask again."""


class AuthorityTerms(NamedTuple):
    """What an authority publishes, verified by the root that an invitation names: its roots as a file, and its list."""

    roots: bytes
    roster: Roster


@asynccontextmanager
async def open_client(settings: Settings) -> AsyncIterator[GuardedClient]:
    """Yield a client within the bounds of the settings. Raises SettingsError."""
    policy = build_policy(settings)
    transport = SocketTransport(policy, tls=build_anchors(settings))
    try:
        yield GuardedClient(policy, transport)
    finally:
        await transport.close()


@asynccontextmanager
async def serve_routes(settings: Settings, routes: Sequence[Route]) -> AsyncIterator[None]:
    """Serve `routes` at the listener for peers; raises RosterFault if the process of the participant runs."""
    listeners = Listeners(certificate=settings.net.certificate, key=settings.net.key, bounds=to_bounds(settings))
    application = dispatcher(routes, make_refusals(settings.protocol.path))
    try:
        await listeners.open_peers("protocol", application, settings.protocol.host, settings.protocol.port)
    except ListenFailed as fault:
        raise RosterFault(f"If the process of this folder runs, stop it meanwhile. {fault}") from None
    try:
        yield
    finally:
        await listeners.close()


async def fetch_terms(client: GuardedClient, base: str, root: str) -> AuthorityTerms:
    """Fetch the roots and the list of the authority at `base`, whose first root has the thumbprint `root`.

    Raises RosterFault.
    """
    content = await _get(client, f"{base}/roots", _MOST)
    roots = read_roots(content, f"{base}/roots")
    if roots[0].kid != root:
        raise RosterFault(
            "The authority shows another root than the one that is named here: look whether the link, or the "
            "thumbprint, is whole, and ask the data-space operator if it is."
        )
    return AuthorityTerms(content, await fetch_list(client, f"{base}/members", roots))


async def fetch_list(client: GuardedClient, url: str, roots: Sequence[VerificationKey]) -> Roster:
    """Fetch a participant list and verify it by the roots of its authority; raises RosterFault."""
    try:
        content = await url_source(client, url, timeout_s=TIMEOUT_S)()
        return read_roster(content, operator=roots, now_ms=read_clock(), seen=None)
    except RosterRejected as fault:
        raise RosterFault(str(fault)) from None


def locate_authority(client: GuardedClient, authority: str) -> str:
    """Return where an authority answers: the place of its document. Raises RosterFault."""
    try:
        place = parse_web_did(authority)
    except ClaimFault as fault:
        raise RosterFault(fault.reason) from None
    return place.locate_document(client.choose_scheme(place.authority)).removesuffix("/did.json")


async def find_authority_place(settings: Settings) -> tuple[str, str]:
    """Return the authority that signs the list of a participant, and where it answers; raises RosterFault."""
    location = str(settings.identity.roster)
    async with open_client(settings) as client:
        source = url_source(client, location) if "://" in location else file_source(Path(location))
        try:
            roots = operator_keys(settings.identity.operator_key)
            listed = read_roster(await source(), operator=roots, now_ms=read_clock(), seen=None)
        except RosterRejected as fault:
            raise RosterFault(str(fault)) from None
        issuer = listed.document.issuer
        return issuer, locate_authority(client, issuer)


async def ask_to_join(
    settings: Settings, link: InvitationLink, card: IdentityCard, key: SigningKey, terms: AuthorityTerms
) -> Joined:
    """Use an invitation, and show the own document meanwhile; raises RosterFault, AnswerMissing if it may be used.

    `settings` are those with which the participant will run.
    """
    former = settings.participant.id if settings.participant.id != card.id else ""
    if former and former not in terms.roster.entries:
        # Its entry would not have this identifier, by which its own records name it.
        raise RosterFault(
            f"The participant list does not know {former[:200]}, the participant.id of this folder: ask the operator "
            f"to list it by its card first, or set participant.id to {card.id} to begin anew."
        )
    request = JoinRequest(
        authority=terms.roster.document.issuer,
        card=card,
        at=read_clock(),
        invitation=link.id,
        former=former,
    )
    async with open_client(settings) as client:
        wiring = Wiring(owner=OWNER, settings=settings, client=client, clock=read_clock)
        async with serve_routes(settings, list_document_routes(settings, lambda: wiring.key)):
            return await _post(client, link.base, write_request(key, request, link.secret))


async def ask_anew(settings: Settings, base: str, authority: str, card: IdentityCard, key: SigningKey) -> Joined:
    """Ask the authority for the credential of a member anew; raises RosterFault."""
    async with open_client(settings) as client:
        return await request_credential(client, base, authority, card, key, read_clock())


async def change_keys(
    settings: Settings,
    base: str,
    authority: str,
    card: IdentityCard,
    key: SigningKey,
    *,
    successor: SigningKey | None = None,
    dropped: tuple[str, ...] = (),
) -> None:
    """Let the authority list the new key of a member beside the old ones, or drop old ones; raises RosterFault.

    `key` is one that the list has, and keeps.
    """
    request = write_change(
        JoinRequest(authority=authority, card=card, at=read_clock()), successor=successor, dropped=dropped
    )
    async with open_client(settings) as client:
        await _post(client, base, write_request(key, request))


async def request_credential(
    client: GuardedClient, base: str, authority: str, card: IdentityCard, key: SigningKey, now: int
) -> Joined:
    """Ask the authority that answers at `base` for the credential of a member; `now` in ms. Raises RosterFault."""
    return await _post(client, base, write_request(key, JoinRequest(authority=authority, card=card, at=now)))


async def store_credential(settings: Settings, credential: str) -> HeldCredential:
    """Store a credential in the own store, verified as others verify it, while the process does not run.

    What proves who this participant is, and its authority if it is here, answers meanwhile. Raises RosterFault, and
    the errors of `build_parts` and `serve_routes`.
    """
    parts = await build_parts(settings)
    try:
        service = build_credential_service(parts, make_holding_context(parts, read_clock))
        if service is None:
            raise RosterFault("identity.mechanism holds no credentials: set it to dcp.")
        async with serve_routes(settings, list_identity_routes(parts, service)):
            return await keeping.add(service, credential, by="join")
    except (Invalid, NotAllowed) as fault:
        raise RosterFault(f"The credential was not stored: {fault.reason}") from None
    except AuthenticationUnavailable as fault:
        raise RosterFault(f"The credential could not be verified: {fault.reason}") from None
    finally:
        await parts.close()


async def tell_members(settings: Settings, addresses: Sequence[str]) -> int:
    """Tell members that there is a newer list, and return how many answered; nobody has to.

    An answer says that the news arrived. Whether the list is accepted, each member verifies by itself, later.
    """
    slots = asyncio.Semaphore(AT_ONCE)

    async def tell(client: GuardedClient, address: str) -> bool:
        url = urlsplit(address)
        try:
            async with slots:
                answer = await client.request(
                    "POST", f"{url.scheme}://{url.netloc}{NEWS_PATH}", body=b"", timeout_s=NEWS_S, max_bytes=_MOST
                )
        except NetError:
            return False
        return answer.status == 204

    async with open_client(settings) as client:
        return sum(await asyncio.gather(*(tell(client, address) for address in addresses)))


async def _get(client: GuardedClient, url: str, most: int) -> bytes:
    try:
        answer = await client.request("GET", url, timeout_s=TIMEOUT_S, max_bytes=most)
    except NetError as error:
        raise RosterFault(f"The authority does not answer: {error}") from None
    if answer.status != 200:
        raise RosterFault(f"The authority does not answer at {url}: status {answer.status}.")
    return answer.body


async def _post(client: GuardedClient, base: str, body: bytes) -> Joined:
    headers = {"Content-Type": "application/json"}
    try:
        answer = await client.request(
            "POST", f"{base}/join", headers=headers, body=body, timeout_s=TIMEOUT_S, max_bytes=_MOST
        )
        if answer.status == 200:
            return read_json(answer.body, Joined)
        refused = read_json(answer.body, JoinRefusal) if answer.status == 403 else None
    except NetError as error:
        raise AnswerMissing(f"The authority does not answer: {error}") from None
    except HandedInFault:
        raise AnswerMissing(
            "The authority answers with something else than expected: ask the data-space operator."
        ) from None
    reason = "".join(sign for sign in refused.reason[:500] if sign.isprintable()) if refused else ""
    if refused is None:
        if answer.status in _LATER:
            raise AnswerMissing(f"The authority takes no request now (status {answer.status}): call again in a minute.")
        raise AnswerMissing(f"The authority refuses the request: status {answer.status}.")
    raise RosterFault(reason or f"The authority refuses the request: status {answer.status}.")
