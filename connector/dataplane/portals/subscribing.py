"""Subscriptions of NGSI-LD (ETSI GS CIM 009, clauses 5.2.12, 5.3.1 and 5.8): what a context broker is asked and tells.

Address: that of the entities (`ngsi_ld`) with the kind `ngsi-ld-subscription` and the limits of a stream. A message is
an entity as it is now, in the form in which the same entity is a row of a query.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.backends.asking import HttpUrl, add_query
from connector.dataplane.backends.notices import BadNotice, ToldEntity
from connector.dataplane.backends.walking import WalkedPage
from connector.dataplane.portals.geometry import CRS84, check_places
from connector.dataplane.portals.ngsi_ld import NGSI_LD, NgsiLdAddress, make_ring, read_entity
from connector.dataplane.portals.portal import PortalRow
from connector.dataplane.portals.rows import GEOMETRY
from connector.dataplane.wire.stream_limits import StreamLimits, read_stream_limits
from connector.net.client import Response
from connector.ports.flow import SourceError

KIND = "ngsi-ld-subscription"
MOST_ENTITIES = 1_000
_OF_STREAMS = frozenset(StreamLimits.__struct_fields__)
_OF_ROWS = ("parameters", "chosen", "format")
_LASTS = timedelta(hours=1)


class _Rhythm(msgspec.Struct, frozen=True, kw_only=True):
    """`look_seconds` lie between two looks at all entities; `notify` is our listener as the broker reaches it."""

    look_seconds: Annotated[int, msgspec.Meta(ge=10, le=3600)] = 300
    notify: HttpUrl | None = None


class EntitySubscription(msgspec.Struct, frozen=True):
    """The entities of a subscription, its rhythm, and the size in bytes of the largest one."""

    entities: NgsiLdAddress
    look_seconds: int
    notify: str
    largest: int


class ChangedEntity(msgspec.Struct, frozen=True):
    """An entity that a look has found, and when it was modified last."""

    told: ToldEntity
    modified_at: datetime


class _Notification(msgspec.Struct, frozen=True, rename="camel"):
    type: str
    subscription_id: str
    data: Annotated[list[dict[str, msgspec.Raw]], msgspec.Meta(max_length=MOST_ENTITIES)]


def read_subscription(address: Mapping[str, Any]) -> EntitySubscription:
    """Return what an address says. Raises SourceError."""
    for member in _OF_ROWS:
        if member in address:
            raise SourceError(f"A subscription has no `{member}`: leave it out, or offer the query of the entities.")
    rhythm = read_members(address, _Rhythm, KIND)
    own = {*_OF_STREAMS, *_Rhythm.__struct_fields__}
    entities = {name: value for name, value in address.items() if name not in own}
    read = read_members({**entities, "kind": NGSI_LD.kind}, NgsiLdAddress, KIND)
    NGSI_LD.check(read)
    return EntitySubscription(read, rhythm.look_seconds, rhythm.notify or "", read_stream_limits(dict(address)).largest)


def make_id(name: str) -> str:
    """Return the identifier of the subscription with a name of ours."""
    return f"urn:ngsi-ld:Subscription:{name}"


def make_expiry(asked: EntitySubscription, now: datetime) -> str:
    """Return when the broker may forget a subscription that is not renewed: three looks and an hour from now."""
    ends = now.astimezone(UTC) + 3 * timedelta(seconds=asked.look_seconds) + _LASTS
    return ends.isoformat(timespec="seconds").replace("+00:00", "Z")


def write_subscription(asked: EntitySubscription, name: str, url: str, token: str, now: datetime) -> bytes:
    """Return the document of a subscription that tells changes to `url`, with the token as its proof."""
    entities = asked.entities
    endpoint = {
        "uri": url,
        "accept": "application/json",
        "receiverInfo": [{"key": "Authorization", "value": f"Bearer {token}"}],
    }
    notification: dict[str, Any] = {"format": "keyValues", "endpoint": endpoint}
    document: dict[str, Any] = {
        "id": make_id(name),
        "type": "Subscription",
        "entities": [{"type": entities.type}],
        "expiresAt": make_expiry(asked, now),
    }
    if entities.attributes:
        notification["attributes"] = [*entities.attributes]
    if entities.q:
        document["q"] = entities.q
    if entities.bbox is not None:
        ring = {"geometry": "Polygon", "coordinates": [make_ring(entities.bbox)]}
        document["geoQ"] = {"georel": "within", "geoproperty": entities.geometry, **ring}
    return msgspec.json.encode({**document, "notification": notification})


def read_notification(asked: EntitySubscription, name: str, body: bytes) -> list[ToldEntity]:
    """Return the entities in a notification (clause 5.3.1). Raises BadNotice for what is none of this subscription."""
    try:
        notice = msgspec.json.decode(body, type=_Notification)
        if notice.type != "Notification" or notice.subscription_id != make_id(name):
            raise BadNotice("This is no notification of the subscription: remove the subscription that sends it.")
        for entity in notice.data:
            _check_type(asked, entity)
        rows = [read_entity(entity, asked.entities.geometry) for entity in notice.data]
        check_places([row[GEOMETRY] for row in rows if row.get(GEOMETRY)], CRS84, asked.entities.bbox or ())
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise BadNotice(
            f"This is no notification of NGSI-LD with at most {MOST_ENTITIES} entities in the simplified form."
        ) from None
    except SourceError as error:
        raise BadNotice(str(error)) from None
    return [_make_told(asked, row) for row in rows]


def make_look_url(asked: EntitySubscription) -> str:
    """Return the URL of the first page of all entities, with the times at which they were modified (clause 6.3.11)."""
    return add_query(NGSI_LD.make_first(asked.entities, {}), {"options": "keyValues,sysAttrs"})


def read_look(asked: EntitySubscription, answer: Response, at: str, before: int) -> WalkedPage[ChangedEntity]:
    """Return the entities of a page. Raises SourceError if one does not say when it was modified."""
    page = NGSI_LD.read(asked.entities, answer, at, before)
    if before + len(page.rows) > asked.entities.most_rows:
        raise SourceError(f"The broker has more than {asked.entities.most_rows} entities: raise `most_rows`.")
    return WalkedPage([_read_changed(asked, row) for row in page.rows], page.following)


def read_time(text: str) -> datetime:
    """Return the instant that a broker writes (ISO 8601). Raises ValueError."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _read_changed(asked: EntitySubscription, row: PortalRow) -> ChangedEntity:
    plain = {name: value for name, value in row.items() if name not in {"createdAt", "modifiedAt"}}
    try:
        modified_at = read_time(msgspec.json.decode(row["modifiedAt"], type=str))
    except (KeyError, ValueError, msgspec.MsgspecError):
        raise SourceError(
            "The broker does not say when entities were modified (`sysAttrs`), so what is missed cannot be found: "
            "offer the query of the entities."
        ) from None
    return ChangedEntity(_make_told(asked, plain), modified_at)


def _make_told(asked: EntitySubscription, row: PortalRow) -> ToldEntity:
    columns: Sequence[str] = asked.entities.columns or tuple(row)
    data = msgspec.json.encode({name: row.get(name) for name in columns})
    ordered = msgspec.json.encode(sorted((name, bytes(msgspec.json.encode(value))) for name, value in row.items()))
    key = hashlib.sha256(bytes(row["id"])).digest()[:8]
    digest = hashlib.sha256(ordered).digest()[:8]
    return ToldEntity(key, digest, data if len(data) <= asked.largest else None)


def _check_type(asked: EntitySubscription, entity: Mapping[str, msgspec.Raw]) -> None:
    """Raise BadNotice unless an entity has an identifier and is of the type, by its short or its whole name."""
    msgspec.json.decode(entity.get("id", msgspec.Raw(b"null")), type=str)
    types = msgspec.json.decode(entity.get("type", msgspec.Raw(b"null")), type=str | list[str])
    named = {types} if isinstance(types, str) else {*types}
    if _shorten(asked.entities.type) not in {_shorten(one) for one in named}:
        raise BadNotice("An entity of another type than that of the subscription was told.")


def _shorten(name: str) -> str:
    return name.replace("#", "/").rpartition("/")[2]
