"""The parts that a connector and a broker have in common: network client, identity and store."""

import asyncio
import logging
import os
import random
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from connector.app.accounts.keys import read_passphrase
from connector.app.checking import SECRET_FILE_BYTES, build_anchors, build_policy, check_proxies
from connector.app.descriptors import fit_bounds
from connector.app.identities import Wiring, build_identity, list_document_routes, make_identity
from connector.app.listeners import locate_search
from connector.app.lock import lock_store
from connector.app.storing.opening import open_configured
from connector.authority import keeping, roster
from connector.authority.keeping import SIGNED, Authority
from connector.binding import authority as authority_binding
from connector.binding.dcp import credential_service, issuer_service
from connector.binding.dsp.client import HttpPeer
from connector.binding.dsp.routing import Route
from connector.controlplane.core.context import Context
from connector.controlplane.core.limits import ControlLimits
from connector.controlplane.core.watch import ProcessWatch
from connector.controlplane.notices.notifier import NoticeRule
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.controlplane.usecases.issuing.making import IssuerService
from connector.identity.dcp.resolver import DidResolver
from connector.identity.files import FileFault, read_bounded, write_new
from connector.identity.keys import SigningKey, examine_key
from connector.identity.listing.clocks import warn_of_clock
from connector.net.addresses import NetPolicy, check_callback, check_data_address
from connector.net.certificates import examine_certificate
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import Blocked
from connector.net.serving.bounds import ServingBounds
from connector.net.serving.rates import CallerRates
from connector.net.transport import Transport
from connector.ports.identity import Intent, Mechanism, RefreshFailed
from connector.ports.replica import Alone, Replica
from connector.ports.secret import SECRET_BYTES, Secret
from connector.ports.store import Store
from connector.protocol.dcp.document import DidDocument
from connector.settings import Settings

log = logging.getLogger(__name__)

Work = Callable[[], Coroutine[Any, Any, None]]
"""What runs until it is cancelled."""

OWNER = "default"
MEMBERS = "members.json"
"""The working file of the participant list, beside the folder of the authority."""
FIRST_RETRY_S = 2.0
"""Half the pause after the first look at the participant list that failed, in seconds."""
WITHOUT_LIST_S = 8.0
"""The longest pause, in seconds, of a process that knows nobody: a look that finds no listener costs nothing."""
MOST_JOINING = 4
"""How many documents of those who join are fetched at a time."""
_VARIANTS = {digit: "89ab"[int(digit, 16) % 4] for digit in "0123456789abcdef"}


def read_clock() -> int:
    """Return the wall clock in ms since the Unix epoch."""
    return time.time_ns() // 1_000_000


def vary() -> float:
    """Return a number from -1 to 1."""
    return random.uniform(-1, 1)  # noqa: S311 - jitter, not a secret


def read_monotonic() -> int:
    """Return a clock that never goes back, in ms."""
    return time.monotonic_ns() // 1_000_000


def new_urn() -> str:
    """Return a fresh identifier, a random UUID (RFC 9562, 5.4). The module `uuid` takes three times as long."""
    digits = os.urandom(16).hex()
    variant = _VARIANTS[digits[16]]
    return f"urn:uuid:{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"


@dataclass
class TrustProblems:
    """What keeps this participant from being trusted, as far as it was noticed: one sentence each, or None.

    `list` is why the participant list was not renewed, `membership` why there is no credential that counts, `clock`
    that the clock of this machine is wrong, or that where the list is.
    """

    list: str | None = None
    membership: str | None = None
    clock: str | None = None

    def note_ahead(self, ahead_s: float) -> None:
        """Note by how many seconds the clock of this machine is ahead of that where the list is; 0 if it is close."""
        self.clock = warn_of_clock(ahead_s)


@dataclass(frozen=True)
class Parts:
    """The parts of one participant. Store, network client, transport, lock and replica are those of its process."""

    settings: Settings
    policy: NetPolicy
    client: GuardedClient
    identity: Mechanism
    store: Store
    peer: HttpPeer
    transport: Transport
    lock: int
    now: Callable[[], int]
    """Returns the time in ms since the Unix epoch."""
    find_key: Callable[[], SigningKey]
    """Returns the private key of this participant, which is read once. Raises KeyFault."""
    owner: str = OWNER
    """The key of its rows."""
    notices: NoticeRule = field(default_factory=NoticeRule)
    replica: Replica = field(default_factory=Alone)
    list_wanted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the participant list is to be read now, before its interval is over."""

    list_renewed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after each look at the participant list."""

    membership_wanted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after each look at the participant list too: it may say for the first time who is a member."""

    issuing_wanted: asyncio.Event = field(default_factory=asyncio.Event)
    """Set after each look at the participant list too: what was issued to members follows it."""
    troubles: TrustProblems = field(default_factory=TrustProblems)

    def trust_warning(self) -> str | None:
        """Return what a person has to look at, so that this participant trusts others and is trusted; or None."""
        identity, troubles = self.identity, self.troubles
        return troubles.clock or identity.problem() or identity.warning() or troubles.membership or troubles.list

    @cached_property
    def address(self) -> str:
        """The public base URL of the DSP endpoints of this participant."""
        return self.settings.protocol.public_url.rstrip("/") + self.settings.protocol.path

    def list_addresses(self) -> tuple[str, ...]:
        """Return the base URLs that peers send messages to: the public one, and that of the list if it differs."""
        listed = self.identity.participant(self.settings.participant.id)
        also = listed.address if listed else None
        return (self.address, also) if also and also.rstrip("/") != self.address else (self.address,)

    def address_problem(self, participant: str, url: str) -> str | None:
        """Return why a participant's callback address must not be dialled, or None if it may be dialled."""
        known = self.identity.participant(participant)
        if known is None or not known.address:
            return (
                "The participant list contains no address of your participant: ask the data-space operator to add it."
            )
        try:
            check_callback(url, self.policy, known.address)
        except Blocked as error:
            return error.reason
        return None

    def data_problem(self, participant: str, url: str) -> str | None:
        """Return why data must not be sent to or fetched from this URL of a participant, or None if it may be."""
        known = self.identity.participant(participant)
        listed = [url for url in (known.address, *known.data) if url] if known else []
        allowed = [url for row in self.settings.net.data_origins if row.participant == participant for url in row.urls]
        try:
            check_data_address(url, self.policy, [*listed, *allowed])
        except Blocked as error:
            return error.reason
        return None

    def certificate_problem(self) -> str | None:
        """Return why peers do not accept the certificate of the listeners, or when it expires soon; else None.

        Reads files.
        """
        net, now = self.settings.net, datetime.now(UTC)
        if net.certificate is None:
            return None
        host = urlsplit(self.settings.protocol.public_url).hostname or ""
        state = examine_certificate(net.certificate, net.key or net.certificate, host, now)
        return state.fault or state.ending

    def list_warnings(self) -> dict[str, str]:
        """Return what a person has to look at, so that this side is trusted, by the name of the part."""
        found = {"participant list": self.trust_warning(), "key": self.key_problem()}
        return {name: problem for name, problem in found.items() if problem is not None}

    def find_own_problem(self) -> str | None:
        """Return what is wrong with what this side shows of itself: its certificate or its key; or None."""
        return self.certificate_problem() or self.key_problem()

    def key_problem(self) -> str | None:
        """Return why the private key, or the issuer key of the authority, does not sign; else None.

        Asks the token that the private key is in, if it is in one.
        """
        authority = find_authority(self.settings)
        own = examine_key(self.find_key()) if self.settings.identity.hardware else None
        return own or (keeping.find_issuer_problem(authority) if authority else None)

    def join(self, notify: Callable[[str], None], look: Callable[[], None]) -> None:
        """Hear of the other processes on the store: `notify` of a changed process, `look` for what one has left."""

        def hear(process: str) -> None:
            notify(process)
            self.notices.noted.set()

        self.replica.heard, self.replica.freed = hear, look

    async def close(self) -> None:
        """Close the store and the network client."""
        await self.store.close()
        os.close(self.lock)
        if isinstance(self.transport, SocketTransport):
            await self.transport.close()


async def build_parts(
    settings: Settings,
    *,
    transport: Transport | None = None,
    now: Callable[[], int] = read_clock,
    inside: Callable[[Transport], Transport] | None = None,
) -> Parts:
    """Read the keys, verify the participant list and open the store. Raises the errors of these steps.

    `inside` returns a transport that carries what leads to participants of this process, and gives the rest on.
    """
    policy = build_policy(settings)
    if transport is None:
        transport = SocketTransport(policy, tls=build_anchors(settings))
    client = GuardedClient(policy, inside(transport) if inside else transport)
    troubles = TrustProblems()
    wiring = Wiring(owner=OWNER, settings=settings, client=client, clock=now, note_ahead=troubles.note_ahead)
    identity = await build_identity(wiring)
    lock, notices = lock_store(settings.store.path), NoticeRule()
    try:
        # Without pages, there is nobody to tell.
        rule = notices if settings.web.port is not None else None
        secret = load_secret(settings).person("replicas", "alike")[:16]
        store, replica = await open_configured(settings, now, rule, secret)
    except BaseException:
        os.close(lock)
        raise
    return Parts(
        settings=settings,
        policy=policy,
        client=client,
        identity=identity,
        store=store,
        peer=HttpPeer(client, identity, identity.seals),
        transport=transport,
        lock=lock,
        now=now,
        find_key=lambda: wiring.key,
        notices=notices,
        replica=replica,
        troubles=troubles,
    )


async def seat_parts(house: Parts, settings: Settings, owner: str) -> Parts:
    """Return the parts of another participant in the process of `house`: its own keys, and all else of the process.

    Raises the errors of keys and of the participant list.
    """
    troubles = TrustProblems()
    wiring = Wiring(
        owner=owner, settings=settings, client=house.client, clock=house.now, note_ahead=troubles.note_ahead
    )
    identity = await build_identity(wiring)
    return replace(
        house,
        settings=settings,
        identity=identity,
        peer=HttpPeer(house.client, identity, identity.seals),
        find_key=lambda: wiring.key,
        owner=owner,
        notices=house.notices.seat(owner),
        list_wanted=asyncio.Event(),
        list_renewed=asyncio.Event(),
        membership_wanted=asyncio.Event(),
        issuing_wanted=asyncio.Event(),
        troubles=troubles,
    )


async def issue_own_token(settings: Settings, audience: str | None = None) -> str:
    """Return a token with which a participant authenticates at `audience`, or else at its own process.

    Raises SettingsError and FileFault.
    """
    policy = build_policy(settings)
    transport = SocketTransport(policy, tls=build_anchors(settings))
    try:
        wiring = Wiring(owner=OWNER, settings=settings, client=GuardedClient(policy, transport), clock=read_clock)
        return await make_identity(wiring).issue_token(audience or settings.participant.id, Intent.SEARCH)
    finally:
        await transport.close()


def make_holding_context(parts: Parts, now: Callable[[], int]) -> Context:
    """Return the context of a participant without processes: it holds credentials, or has people who sign in."""
    return Context(
        owner=parts.owner,
        participant=parts.settings.participant.id,
        address=parts.address,
        store=parts.store,
        now=now,
        new_id=new_urn,
        watch=ProcessWatch(),
        wake=lambda _: None,
    )


def list_identity_routes(
    parts: Parts, service: CredentialService | None, issuer: IssuerService | None = None
) -> list[Route]:
    """Return the routes that prove who this participant is: its document, and the services of credentials that it has.

    Raises KeyFault for a key file that cannot be read.
    """
    shown = credential_service.routes(service, make_rates(parts.settings, parts.replica)) if service else []
    issued = issuer_service.routes(issuer, make_rates(parts.settings, parts.replica)) if issuer else []
    news = authority_binding.news_routes(parts.list_wanted.set, read_monotonic)
    # The public address of a tenant has a path, which the one of a process has not.
    base = urlsplit(parts.settings.protocol.public_url).path.rstrip("/")
    own = [msgspec.structs.replace(route, path=base + route.path) for route in (*shown, *issued, *news)]
    return [*list_document_routes(parts.settings, parts.find_key), *own, *_list_authority_routes(parts)]


def _list_authority_routes(parts: Parts) -> list[Route]:
    """Return the routes of the authority, if this process answers for it."""
    authority = find_authority(parts.settings)
    if authority is None:
        return []
    resolver = DidResolver(parts.client, parts.now, asyncio.Semaphore(MOST_JOINING))

    async def resolve(did: str) -> DidDocument:
        # Who joins has just been set up: what was there before does not count.
        resolver.forget(did)
        return await resolver.resolve(did)

    return authority_binding.routes(
        authority,
        resolve,
        make_rates(parts.settings, parts.replica),
        parts.now,
        changed=parts.list_wanted.set,
        find_search=lambda: _find_search(parts.settings, authority),
    )


def _find_search(settings: Settings, authority: Authority) -> tuple[str, str]:
    """Return this participant and where its search answers, if the list says that it is a broker."""
    this = settings.participant.id
    own = next((each for each in roster.show(authority.members).members if this in {each.id, *each.former}), None)
    if own is None or "broker" not in own.roles:
        return "", ""
    return own.key, locate_search(settings)


def find_authority(settings: Settings) -> Authority | None:
    """Return where the files of the authority are, if this process answers for it."""
    folder, listed = settings.authority.folder, str(settings.identity.roster)
    if folder is None:
        return None
    mirror = None if "://" in listed or Path(listed) == folder / SIGNED else Path(listed)
    find = partial(read_passphrase, settings)
    return Authority(folder=folder, members=folder.parent / MEMBERS, mirror=mirror, find_password=find)


def load_secret(settings: Settings) -> Secret:
    """Return the secret for pseudonyms and for references to persons, from the file beside the store, or a new one.

    Raises FileFault if other users can read it.
    """
    path = settings.store.path.with_suffix(".secret")
    if not path.exists():
        with suppress(FileFault):  # another process was first: its secret counts
            write_new(path, os.urandom(SECRET_BYTES), mode=0o600)
            log.info("created the secret for pseudonyms and references to persons: %s", path)
    return Secret(read_bounded(path, SECRET_FILE_BYTES, private=True))


def to_limits(settings: Settings) -> ControlLimits:
    """Return the limits of the control plane that the settings contain."""
    chosen = settings.limits
    return ControlLimits(
        open_per_peer=chosen.open_per_peer,
        held_per_peer=chosen.held_per_peer,
        page=chosen.page,
        page_most=chosen.page_most,
        retry_base=int(chosen.retry_base_seconds * 1000),
        retry_most=int(chosen.retry_most_seconds * 1000),
        refusals=chosen.refusals,
        owed_for=int(chosen.owed_for_seconds * 1000),
        look=int(chosen.look_seconds * 1000),
        lease=int(chosen.lease_seconds * 1000),
        concurrency=chosen.concurrency,
    )


def to_bounds(settings: Settings) -> ServingBounds:
    """Return the bounds of the listeners that the settings and the open files allow. Raises SettingsError."""
    chosen = settings.limits
    check_proxies(settings)
    return fit_bounds(
        ServingBounds(
            connections=chosen.connections,
            per_address=chosen.connections_per_address,
            held=chosen.held_bytes,
            proxies=settings.net.proxies,
        )
    )


def make_rates(settings: Settings, replica: Replica | None = None) -> CallerRates:
    """Return the rates of the callers of one listener, of which each of the replicas allows a part."""
    chosen = settings.limits
    return CallerRates(
        failures_per_s=chosen.failures_per_second,
        per_peer_s=chosen.requests_per_second,
        now_ms=read_monotonic,
        proxies=settings.net.proxies,
        processes=lambda: replica.count if replica else 1,
    )


async def keep_fresh(parts: Parts, refreshed: Callable[[], None] = lambda: None) -> None:
    """Refresh the identity mechanism at intervals, and when it is wanted, until cancelled.

    `refreshed` is called after each attempt. A participant list that is refused does not replace the list in use.
    """
    warned: str | None = None
    wanted = parts.list_wanted
    # Where a start has found no list, the next look is soon.
    failures = 1 if parts.identity.problem() or parts.identity.warning() else 0
    while True:
        warning = parts.trust_warning() or await asyncio.to_thread(parts.find_own_problem)
        if warning is not None and warning != warned:
            log.warning("%s", warning)
        warned = warning
        with suppress(TimeoutError):
            async with asyncio.timeout(find_next_look(parts, failures)):
                await wanted.wait()
        wanted.clear()
        parts.troubles.list = None
        try:
            await parts.identity.refresh()
            failures = 0
        except RefreshFailed as error:
            failures += 1
            log.warning("the participant list was not renewed: %s", error)
            parts.troubles.list = f"The participant list was not renewed: {error}"
        except Exception:
            # The loop of a task: an unforeseen error must not end all looks at the list.
            failures += 1
            log.exception("the participant list was not renewed")
        parts.list_renewed.set()
        parts.membership_wanted.set()
        parts.issuing_wanted.set()
        refreshed()


def find_next_look(parts: Parts, failures: int) -> float:
    """Return in how many seconds the list is looked at: at the interval, and when the list in use ends.

    After `failures` in a row it is looked at sooner, and ever less often: all members miss it at the same time. Who
    knows nobody without it waits `WITHOUT_LIST_S` at most, and a quarter.
    """
    interval, used = parts.settings.identity.refresh_seconds, parts.identity.list_in_use()
    if failures:
        longest = interval if parts.identity.problem() is None else min(interval, WITHOUT_LIST_S)
        interval = min(longest, FIRST_RETRY_S * 2 ** min(failures, 16)) * (1 + vary() / 4)
    left = (used.expires_at - parts.now()) / 1000 if used else 0
    return min(interval, left + 0.1) if left > 0 else interval
