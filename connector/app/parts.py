"""What a connector and a broker have in common: the way out, who we are, and what is kept."""

import asyncio
import logging
import os
import ssl
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import msgspec

from connector.authority.card import operator_keys
from connector.binding.dsp.client import HttpPeer
from connector.controlplane.core.limits import ControlLimits
from connector.identity import keys
from connector.identity.files import read_bounded, replace_atomically, write_new
from connector.identity.roster import AcceptedRoster, RosterIdentity, RosterRejected, file_source, url_source
from connector.identity.static_token import StaticTokenIdentity
from connector.net.addresses import NetPolicy, check_callback, net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.errors import Blocked
from connector.net.tls import client_context
from connector.net.transport import Transport
from connector.ports.identity import Identity, Participant
from connector.ports.secret import SECRET_BYTES, Secret
from connector.ports.store import Store
from connector.settings import Mode, Settings
from connector.store.sqlite.store import open_store

log = logging.getLogger(__name__)

OWNER = "default"
SEEN_MOST = 4096
SECRET_MOST = 4096


def milliseconds() -> int:
    """Return the wall clock in ms since the Unix epoch."""
    return time.time_ns() // 1_000_000


def new_urn() -> str:
    """Return a fresh identifier."""
    return f"urn:uuid:{uuid.uuid4()}"


@dataclass(frozen=True)
class Parts:
    """The parts, made once per process."""

    settings: Settings
    policy: NetPolicy
    client: GuardedClient
    identity: Identity
    store: Store
    peer: HttpPeer
    transport: Transport

    @property
    def address(self) -> str:
        """The public base URL of our DSP endpoints."""
        return self.settings.protocol.public_url.rstrip("/") + self.settings.protocol.path

    def address_problem(self, participant: str, url: str) -> str | None:
        """Return why a participant's callback address must not be dialled: form, policy, another origin than listed."""
        known = self.identity.participant(participant)
        if known is None or not known.address:
            return "The participant list has no address for you, so that no callback address can be right."
        try:
            check_callback(url, self.policy, known.address)
        except Blocked as error:
            return error.reason
        return None

    async def close(self) -> None:
        """Close what was opened."""
        await self.store.close()
        if isinstance(self.transport, SocketTransport):
            await self.transport.close()


async def build_parts(
    settings: Settings, *, transport: Transport | None = None, now: Callable[[], int] = milliseconds
) -> Parts:
    """Build the parts: keys read, participant list verified, store opened. Raises the errors of those."""
    net = settings.net
    policy = net_policy(ports=net.ports, networks=net.networks, hosts=net.hosts, plain_http=net.plain_http)
    if transport is None:
        tls: ssl.SSLContext | None = client_context(ca_file=net.ca) if net.ca else None
        transport = SocketTransport(policy, tls=tls)
    client = GuardedClient(policy, transport)
    identity = await _identity(settings, client, now)
    store = await open_store(settings.store.path, now=now)
    return Parts(
        settings=settings,
        policy=policy,
        client=client,
        identity=identity,
        store=store,
        peer=HttpPeer(client, identity),
        transport=transport,
    )


def load_secret(settings: Settings) -> Secret:
    """Return the secret that pseudonyms and references to people are made with, beside the store; made where missing.

    Raises FileFault where others can read it.
    """
    path = settings.store.path.with_suffix(".secret")
    if not path.exists():
        write_new(path, os.urandom(SECRET_BYTES), mode=0o600)
        log.info("made the secret for pseudonyms and references to people: %s", path)
    return Secret(read_bounded(path, SECRET_MOST, private=True))


def to_limits(settings: Settings) -> ControlLimits:
    """Return the bounds of the control plane as the settings have them."""
    chosen = settings.limits
    return ControlLimits(
        open_per_peer=chosen.open_per_peer,
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


async def keep_fresh(parts: Parts) -> None:
    """Read the participant list again now and then, until cancelled; a bad list leaves the one in use."""
    identity = parts.identity
    if not isinstance(identity, RosterIdentity):
        return
    while True:
        await asyncio.sleep(parts.settings.identity.refresh_seconds)
        try:
            await refresh(identity, parts.settings)
        except RosterRejected as error:
            log.warning("the participant list was not renewed: %s", error)


async def refresh(identity: RosterIdentity, settings: Settings) -> None:
    """Read the participant list and remember its version, so that a restart cannot be shown an older one."""
    seen = await identity.refresh()
    if seen is not None:
        replace_atomically(_seen_file(settings), msgspec.json.encode(seen), mode=0o600)
        log.info("participant list version %d is in use", seen.version)


async def _identity(settings: Settings, client: GuardedClient, now: Callable[[], int]) -> Identity:
    chosen = settings.identity
    if chosen.mechanism == "static-token":
        return _static(settings)
    location = str(chosen.roster)
    identity = RosterIdentity(
        owner=OWNER,
        id=settings.participant.id,
        key=keys.load_private(chosen.key),
        operator=operator_keys(chosen.operator_key),
        source=url_source(client, location) if "://" in location else file_source(Path(location)),
        clock=now,
        seen=_seen(settings),
    )
    await refresh(identity, settings)
    return identity


class StaticTokens(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of fixed tokens, for tests: what we present, who takes part, and what each of them presents."""

    own: str
    participants: tuple[Participant, ...]
    tokens: dict[str, str]


def _static(settings: Settings) -> Identity:
    path = settings.identity.tokens
    held = msgspec.json.decode(read_bounded(path, 1024 * 1024) if path else b"{}", type=StaticTokens)
    return StaticTokenIdentity(
        development=settings.mode is Mode.DEVELOPMENT,
        own_token=held.own,
        participants=held.participants,
        tokens=held.tokens,
    )


def _seen(settings: Settings) -> AcceptedRoster | None:
    path = _seen_file(settings)
    return msgspec.json.decode(read_bounded(path, SEEN_MOST), type=AcceptedRoster) if path.exists() else None


def _seen_file(settings: Settings) -> Path:
    return settings.store.path.with_suffix(".roster.json")
