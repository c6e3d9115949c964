"""Self-descriptions: what this participant states about itself, its offerings and its datasets, as credentials.

Nothing is entered for them: a dataset is stated as the catalogue contains it. A credential is valid for 30 days and is
issued anew every 10, so that its bytes without the signature follow from the asset and the day.
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import msgspec

from connector.controlplane.core.errors import Invalid, NotAllowed
from connector.controlplane.core.lookup import find_asset
from connector.controlplane.judging import visibility
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.language.catalogue import say
from connector.ports.credentials import CredentialKeys, CredentialRejected
from connector.ports.entities import Asset, AssetStatus
from connector.ports.identity import Caller
from connector.protocol import dcat
from connector.protocol.credential import (
    CredentialFault,
    DescriptionKind,
    VerifiableCredential,
    find_fault,
    name_type,
    peek_issuer,
    read_credential,
    write_credential,
)
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.views.assets import BrokerListing
from connector.views.conversion import write_moment

VALID_MS = 30 * 86_400_000
ANEW_MS = 10 * 86_400_000


class SelfDescription(msgspec.Struct, frozen=True, kw_only=True):
    """A credential of this participant, unsigned and secured, with the name of the key."""

    payload: bytes
    secured: bytes
    key: str


class CheckedDescription(msgspec.Struct, frozen=True, kw_only=True):
    """What a secured credential states, and why it does not hold, or None if it does."""

    credential: VerifiableCredential
    problem: str | None


async def provide(publisher: Publisher, kind: DescriptionKind, asset_id: str | None = None) -> SelfDescription:
    """Return the self-description of the participant, or of a published asset: its dataset or its offering.

    Raises NoSuchEntity, and NotAllowed if the asset is not published or the mechanism has no keys.
    """
    if kind is DescriptionKind.PARTICIPANT:
        return secure(publisher, describe_participant(publisher))
    asset = await find_asset(publisher.context, asset_id or "")
    if asset.status is not AssetStatus.PUBLISHED:
        raise NotAllowed("not-published", f"The asset {asset.id} is not published: publish it, then describe it.")
    return secure(publisher, describe_asset(publisher, kind, asset))


async def provide_to(
    publisher: Publisher, caller: Caller, kind: DescriptionKind, asset_id: str | None
) -> SelfDescription | None:
    """Return a self-description for a participant: of this one for each, of a published asset that the caller sees.

    None if there is none for this caller. Raises RemoteProtocolError if the caller is excluded.
    """
    context = publisher.context
    blocked = await context.store.block(context.owner, caller.participant)
    if blocked is not None:
        reason = f"{say('en', 'processes.blocked')} {blocked.reason}".strip()
        raise RemoteProtocolError(reason, code="blocked", status=403)
    if publisher.keys is None:
        return None
    if kind is DescriptionKind.PARTICIPANT:
        return secure(publisher, describe_participant(publisher))
    asset = await context.store.asset(context.owner, asset_id or "")
    if asset is None or asset.status is not AssetStatus.PUBLISHED:
        return None
    if not visibility.is_visible(publisher.evaluator, caller, asset):
        return None
    return secure(publisher, describe_asset(publisher, kind, asset))


def describe_asset(publisher: Publisher, kind: DescriptionKind, asset: Asset) -> bytes:
    """Return the unsigned credential of a published asset: of its dataset or its offering.

    If its owner lets the broker know of it, the access policy is its audience.
    """
    stated = _state_dataset(asset) if kind is DescriptionKind.DATASET else _state_offering(publisher, asset)
    return _write(publisher, stated, asset.updated_at, asset)


def describe_participant(publisher: Publisher) -> bytes:
    """Return the unsigned credential of this participant: its name, its contact and its service."""
    participant = publisher.context.participant
    stated: dict[str, Any] = {**dcat.make_agent(participant, _find_name(publisher))}
    if publisher.contact:
        stated["dcat:contactPoint"] = dcat.make_contact(**msgspec.structs.asdict(publisher.contact))
    service = {"@id": f"{participant}#connector", "@type": name_type(DescriptionKind.OFFERING)}
    stated["dcat:service"] = {**service, "endpointURL": publisher.context.address}
    return _write(publisher, stated, 0)


def secure(publisher: Publisher, payload: bytes) -> SelfDescription:
    """Secure an unsigned credential with the key of this participant. Raises NotAllowed without keys."""
    keys = _require_keys(publisher)
    return SelfDescription(payload=payload, secured=keys.sign_credential(payload), key=keys.name_own_key())


def check(publisher: Publisher, secured: bytes) -> CheckedDescription:
    """Check a secured credential of any participant by the participant list.

    Raises Invalid if it cannot be read, NotAllowed if the mechanism has no keys.
    """
    keys = _require_keys(publisher)
    secured = secured.strip()
    try:
        issuer = peek_issuer(secured)
        verified = keys.verify_credential(secured, issuer)
        credential = read_credential(verified.payload)
    except CredentialFault as fault:
        raise Invalid("credential", fault.reason) from None
    except CredentialRejected as fault:
        raise Invalid("credential", fault.reason) from None
    return CheckedDescription(credential=credential, problem=find_fault(credential, issuer, publisher.context.now()))


def find_span(subject: str, now: int) -> tuple[int, int]:
    """Return from when the present credential of a subject is valid, and until when, in ms.

    The days of subjects differ, so that not all are issued anew at once.
    """
    shift = int.from_bytes(hashlib.sha256(subject.encode()).digest()[:8]) % ANEW_MS
    begun = now - (now - shift) % ANEW_MS
    return begun, begun + VALID_MS


def _require_keys(publisher: Publisher) -> CredentialKeys:
    if publisher.keys is None:
        reason = "The identity mechanism of this connector has no keys to sign with: use the mechanism `roster`."
        raise NotAllowed("no-keys", reason)
    return publisher.keys


def _find_name(publisher: Publisher) -> str:
    context = publisher.context
    return context.find_name(context.participant) or context.participant


def is_for_broker(asset: Asset) -> bool:
    """Return whether the broker is to have the description of an asset: if everybody may see it, or it is so wanted."""
    wanted = asset.access is None or asset.at_broker is not BrokerListing.NO
    return asset.status is AssetStatus.PUBLISHED and wanted


def _write(publisher: Publisher, stated: Mapping[str, Any], changed_at: int, asset: Asset | None = None) -> bytes:
    audience = asset.access if asset is not None and asset.at_broker is not BrokerListing.NO else None
    begun, ended = find_span(stated["@id"], publisher.context.now())
    return write_credential(
        publisher.context.participant,
        stated,
        valid_from=write_moment(max(begun, changed_at), "seconds"),
        valid_until=write_moment(ended, "seconds"),
        audience=msgspec.json.decode(audience) if audience else None,
        teaser=asset is not None and asset.at_broker is BrokerListing.TEASER,
    )


def _state_dataset(asset: Asset) -> dict[str, Any]:
    document: dict[str, Any] = msgspec.json.decode(asset.document)
    return document


def _state_offering(publisher: Publisher, asset: Asset) -> dict[str, Any]:
    """Return the service of an offer: who provides it, which dataset it serves, and on which terms.

    The terms are those of the dataset, because only there the context of the protocol has names for them.
    """
    participant = publisher.context.participant
    return {
        "@id": f"{participant}#{quote(asset.id, safe='')}",
        "@type": name_type(DescriptionKind.OFFERING),
        **dcat.make_service_members(participant, _find_name(publisher)),
        "dct:title": dcat.make_texts(asset.title),
        "endpointURL": publisher.context.address,
        "dcat:servesDataset": {
            "@id": asset.id,
            "@type": name_type(DescriptionKind.DATASET),
            "hasPolicy": [msgspec.json.decode(visibility.catalog_policy(asset))],
        },
    }
