"""The identity mechanisms: one row per mechanism, its name in the settings and the function that builds it.

This table is the only place where `app` knows a concrete mechanism. Everything else uses the ports: `Mechanism` here,
`Identity` in the rooms below.
"""

import hashlib
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryFile
from typing import TypeVar

import msgspec

from connector.app.accounts.keys import load_own_key
from connector.authority.card import operator_keys
from connector.binding.did import own_document_routes
from connector.binding.dsp.routing import Route
from connector.identity.files import FileFault, read_bounded, replace_atomically
from connector.identity.keys import SigningKey, public_jwk
from connector.identity.listing.profile import MAX_PROFILE, ProfileRejected, TrustProfile, read_profile
from connector.identity.listing.seen import SeenList, SeenLists
from connector.identity.listing.sources import MAX_DOCUMENT, ListAway, file_source, url_source
from connector.identity.mock_token import MockTokenIdentity
from connector.identity.roster import AcceptedRoster, RosterIdentity
from connector.identity.static_token import StaticTokenIdentity
from connector.net.client import GuardedClient
from connector.ports.credentials import CredentialKeys
from connector.ports.holder import Holder
from connector.ports.identity import Mechanism, Participant
from connector.ports.issuer import Issuer
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.errors import ClaimFault
from connector.settings import LISTED_MECHANISMS, Mode, Settings, SettingsError
from connector.views.handed_in import read_json

log = logging.getLogger(__name__)

FIRST_LOOK_S = 5.0
"""How long a start waits for the participant list, in seconds."""
ACCEPTED_BYTES = 16 * 1024
TOKENS_BYTES = 1024 * 1024
STATUSES_BYTES = 8 * 1024 * 1024


Remembered = TypeVar("Remembered")


@dataclass(frozen=True, kw_only=True)
class Wiring:
    """Everything that a mechanism can be built from; `clock` returns ms since the Unix epoch.

    `note_ahead` is told by how many seconds it is ahead of the clock at the place of the list, 0 if it is close.
    """

    owner: str
    settings: Settings
    client: GuardedClient
    clock: Callable[[], int]
    note_ahead: Callable[[float], None] = lambda _: None

    @cached_property
    def key(self) -> SigningKey:
        """The private key of this participant, read once. Raises KeyFault."""
        return load_own_key(self.settings)


def _make_roster(wiring: Wiring, *, needs_key: bool = True) -> RosterIdentity:
    settings = wiring.settings.identity
    location = str(settings.roster)
    accepted = _find_accepted(wiring.settings)
    try:
        with TemporaryFile(dir=accepted.parent):
            pass
    except OSError as error:
        raise SettingsError(
            f"The folder {accepted.parent} of the store is missing or not writable ({error.strerror}): create it, "
            "give this user the right to write there, or set `store.path` to another file."
        ) from None

    text, is_fetched = accepted.with_suffix(".jws"), "://" in location
    source = (
        url_source(wiring.client, location, first_s=FIRST_LOOK_S, clock=wiring.clock, note_ahead=wiring.note_ahead)
        if is_fetched
        else file_source(Path(location))
    )

    def remember(roster: AcceptedRoster) -> None:
        replace_atomically(accepted, msgspec.json.encode(roster), mode=0o600)
        log.info("participant list version %d is in use", roster.version)

    def keep(signed: bytes) -> None:
        if is_fetched:
            replace_atomically(text, signed, mode=0o600)

    return RosterIdentity(
        owner=wiring.owner,
        id=wiring.settings.participant.id,
        key=wiring.key,
        operator=operator_keys(settings.operator_key),
        source=source,
        clock=wiring.clock,
        seen=read_accepted(wiring.settings),
        remember=remember,
        needs_key=needs_key,
        grace_ms=int(settings.grace_seconds * 1000),
        keep=keep,
        find_kept=lambda: _find_text(text) if is_fetched else None,
        seals_all=settings.seal_messages,
    )


def _find_text(path: Path) -> bytes | None:
    """Return the text of a list that was kept, for a start while its place does not answer."""
    try:
        return read_bounded(path, MAX_DOCUMENT) if os.path.lexists(path) else None
    except FileFault as fault:
        log.warning("the kept participant list cannot be read: %s", fault)
        return None


def _build_dcp(wiring: Wiring) -> Mechanism:
    from connector.identity.dcp.mechanism import DcpIdentity
    from connector.identity.dcp.methods import name_key
    from connector.identity.dcp.partners import PartnerLists

    did = find_did(wiring.settings)
    kept = _find_partner_lists(wiring.settings)

    def remember(lists: Mapping[str, AcceptedRoster]) -> None:
        replace_atomically(kept, msgspec.json.encode(lists), mode=0o600)

    def locate(authority: str) -> Path:
        return kept.with_suffix(f".{hashlib.sha256(authority.encode()).hexdigest()[:16]}.jws")

    def keep(authority: str, signed: bytes) -> None:
        replace_atomically(locate(authority), signed, mode=0o600)

    fetch = partial(url_source, wiring.client)
    seen = _read_kept(kept, dict[str, AcceptedRoster]) or {}
    return DcpIdentity(
        owner=wiring.owner,
        id=did,
        profile=read_trust_profile(wiring.settings),
        key=name_key(wiring.key, did),
        members=_make_roster(wiring, needs_key=False),
        client=wiring.client,
        clock=wiring.clock,
        of_kit=wiring.settings.identity.of_kit,
        partners=PartnerLists(
            fetch, wiring.clock, seen, remember, keep, lambda authority: _find_text(locate(authority))
        ),
        grace_ms=int(wiring.settings.identity.grace_seconds * 1000),
        seen_lists=make_seen_lists(wiring.settings),
    )


def find_seen_lists(mechanism: Mechanism, settings: Settings) -> SeenLists:
    """Return the newest status lists: those of the mechanism if it reads any. Raises SettingsError."""
    seen: SeenLists | None = getattr(mechanism, "seen_lists", None)
    return seen or make_seen_lists(settings)


def make_seen_lists(settings: Settings) -> SeenLists:
    """Return the newest status lists that this participant has seen, kept beside the store. Raises SettingsError."""
    path = settings.store.path.with_suffix(".statuses.json")

    def remember(lists: Mapping[str, Mapping[str, SeenList]]) -> None:
        replace_atomically(path, msgspec.json.encode(lists), mode=0o600)

    try:
        return SeenLists(_decode_kept(path, dict[str, dict[str, SeenList]], STATUSES_BYTES), remember)
    except (FileFault, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Without it, a list from before a revocation could be passed off as the newest one: a person decides.
        raise SettingsError(
            f"{path}, which keeps the newest status lists, cannot be read: restore it from a backup, or remove it to "
            "accept the next lists however old they are."
        ) from None


def find_did(settings: Settings) -> str:
    """Return the identifier by which this participant proves itself: its own, or the did:web beside a former one."""
    return settings.identity.did or settings.participant.id


def find_holder(mechanism: Mechanism) -> Holder | None:
    """Return who shows the credentials of this participant, if its mechanism has credentials."""
    holder: Holder | None = getattr(mechanism, "holder", None)
    return holder


def find_list_verifier(mechanism: Mechanism, keys: CredentialKeys) -> Callable[[bytes, str], Awaitable[bytes]]:
    """Return what verifies status lists: by the keys of the participant list, or by the documents of their issuers."""
    from connector.identity.dcp.statuses import verify_by_either, verify_by_keys

    by_keys, by_documents = verify_by_keys(keys), getattr(mechanism, "verify_list", None)
    return by_keys if by_documents is None else verify_by_either(by_keys, by_documents)


def find_issuer(mechanism: Mechanism) -> Issuer | None:
    """Return who signs credentials, if the mechanism of this participant has them."""
    issuer: Issuer | None = getattr(mechanism, "issuer", None)
    return issuer


def find_own_authority(mechanism: Mechanism) -> str | None:
    """Return the authority whose credential this participant needs, if one has signed its list."""
    authority: str | None = getattr(mechanism, "authority", None)
    return authority


def find_suspending_authority(mechanism: Mechanism) -> str | None:
    """Return the authority whose list says that this participant is suspended, if one does."""
    authority: str | None = getattr(mechanism, "suspended_by", None)
    return authority


def read_trust_profile(settings: Settings) -> TrustProfile | None:
    """Return the profile of the data space for the mechanism `dcp`; None if there is no file of it.

    Raises SettingsError.
    """
    identity = settings.identity
    try:
        parse_web_did(find_did(settings))
        if not os.path.lexists(identity.profile):
            return None
        return read_profile(read_bounded(identity.profile, MAX_PROFILE), operator_keys(identity.operator_key))
    except ClaimFault:
        name = "identity.did" if identity.did else "participant.id"
        raise SettingsError(
            f"{name}, {find_did(settings)}, does not fit identity.mechanism dcp: use an identifier such "
            "as did:web:stadt.example."
        ) from None
    except (FileFault, ProfileRejected) as fault:
        raise SettingsError(f"identity.profile, {identity.profile}, cannot be used: {fault}") from None


def _find_accepted(settings: Settings) -> Path:
    return settings.store.path.with_suffix(".roster.json")


def _find_partner_lists(settings: Settings) -> Path:
    return settings.store.path.with_suffix(".partners.json")


def read_accepted(settings: Settings) -> AcceptedRoster | None:
    """Return the participant list that was accepted last, as it is kept beside the store. Raises SettingsError."""
    return _read_kept(_find_accepted(settings), AcceptedRoster)


def _read_kept(path: Path, kind: type[Remembered]) -> Remembered | None:
    try:
        return _decode_kept(path, kind, ACCEPTED_BYTES)
    except (FileFault, msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        # Without it, an older list could be passed off as the newest one: a person decides.
        raise SettingsError(
            f"{path}, which keeps the version of the participant list in use, cannot be read: restore it from a "
            "backup, or remove it to accept the next list whatever its version."
        ) from None


def _decode_kept(path: Path, kind: type[Remembered], most: int) -> Remembered | None:
    return msgspec.json.decode(read_bounded(path, most), type=kind) if os.path.lexists(path) else None


def list_document_routes(settings: Settings, find_key: Callable[[], SigningKey]) -> list[Route]:
    """Return the route of the did:web document of this participant, if its identifier leads to this process.

    `find_key` returns its private key. A member of a data space with keys on the participant list has one too: who
    moves over has it already. Raises KeyFault for a key file that cannot be read.
    """
    identity = settings.identity
    if identity.mechanism not in LISTED_MECHANISMS:
        return []
    reached = settings.protocol

    def load_keys() -> list[dict[str, str]]:
        former = (load_own_key(settings, path) for path in identity.former_keys)
        return [public_jwk(key) for key in (find_key(), *former)]

    return own_document_routes(
        find_did(settings),
        reached.public_url,
        reached.path,
        load_keys,
        shows_credentials=identity.mechanism == "dcp",
        issues_credentials=bool(settings.issuer.credentials),
    )


class StaticTokens(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of fixed tokens, for tests: the own token, the participants, and the token of each of them."""

    own: str
    participants: tuple[Participant, ...]
    tokens: dict[str, str]


def _build_static_token(wiring: Wiring) -> Mechanism:
    path = wiring.settings.identity.tokens
    file = read_json(read_bounded(path, TOKENS_BYTES) if path else b"{}", StaticTokens)
    return StaticTokenIdentity(
        development=wiring.settings.mode is Mode.DEVELOPMENT,
        own_token=file.own,
        participants=file.participants,
        tokens=file.tokens,
    )


class MockParticipants(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file of the participants that mock tokens can name."""

    participants: tuple[Participant, ...]


def _build_mock_token(wiring: Wiring) -> Mechanism:
    path = wiring.settings.identity.tokens
    file = read_json(read_bounded(path, TOKENS_BYTES) if path else b"{}", MockParticipants)
    return MockTokenIdentity(
        development=wiring.settings.mode is Mode.DEVELOPMENT,
        id=wiring.settings.participant.id,
        participants=file.participants,
    )


def list_participants(settings: Settings) -> tuple[Participant, ...]:
    """Return the participants that the file of a mechanism for tests names; none for another and without a file.

    Raises FileFault and HandedInFault if the file cannot be read.
    """
    mechanism, path = settings.identity.mechanism, settings.identity.tokens
    if mechanism in LISTED_MECHANISMS or path is None:
        return ()
    content = read_bounded(path, TOKENS_BYTES)
    if mechanism == "static-token":
        return read_json(content, StaticTokens).participants
    return read_json(content, MockParticipants).participants


MECHANISMS: Mapping[str, Callable[[Wiring], Mechanism]] = {
    "roster": _make_roster,
    "dcp": _build_dcp,
    "static-token": _build_static_token,
    "mock-token": _build_mock_token,
}


async def build_identity(wiring: Wiring) -> Mechanism:
    """Return the mechanism that the settings name, refreshed once. Raises as `make_identity`, and RefreshFailed.

    A process starts without a participant list too if its place does not answer: it knows nobody until there is one.
    """
    identity = make_identity(wiring)
    with suppress(ListAway):  # `problem` says so
        await identity.refresh()
    if problem := identity.problem():
        log.warning("%s", problem)
    return identity


def make_identity(wiring: Wiring) -> Mechanism:
    """Return the mechanism that the settings name, which knows nobody before its first `refresh`.

    Raises SettingsError for an unknown name, and the errors of the mechanism's own files.
    """
    name = wiring.settings.identity.mechanism
    build = MECHANISMS.get(name)
    if build is None:
        raise SettingsError(
            f"identity.mechanism is {name[:100]}, which is unknown: use one of {', '.join(MECHANISMS)}."
        )
    return build(wiring)
