"""A data space for the broker: members with catalogues that answer as deployed connectors do, and a clock."""

import asyncio
import base64
import hashlib
import json
import uuid
from collections.abc import Sequence
from typing import Any

from connector.ports.identity import Caller, Intent, Participant, Unauthenticated
from connector.ports.peer import CatalogPage, InDoubt, Nested, PeerAnswer, Refused
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind

CITY = "https://city.example/participants/"
BROKER = CITY + "broker"
PAGE = 50


def member(name: str, **changed: Any) -> Participant:
    plain: dict[str, Any] = {"id": CITY + name, "name": name.title(), "address": f"https://{name}.example/dsp/2025-1"}
    return Participant(**(plain | changed))


def dataset(id: str, **members: Any) -> dict[str, Any]:
    """A dataset as a deployed connector answers it: offer and service identifiers are new every time."""
    offer = ":".join(base64.b64encode(part.encode()).decode() for part in ("offer-1", id, str(uuid.uuid4())))
    service = {"@id": str(uuid.uuid4()), "@type": "DataService", "endpointURL": "https://there.example/dsp/2025-1"}
    return {
        "@id": id,
        "@type": "Dataset",
        "hasPolicy": [{"@id": offer, "@type": "Offer", "permission": [{"action": "use"}]}],
        "distribution": [{"@type": "Distribution", "format": "HttpData-PULL", "accessService": service}],
        "edc:name": id,
        "id": id,
        **members,
    }


def address_problem(participant: str, url: str) -> str | None:
    """Allow a member only its own host, as the participant list does."""
    return None if url.startswith(f"https://{participant.removeprefix(CITY)}.example/") else "Another origin."


def titled(id: str, title: str, **members: Any) -> dict[str, Any]:
    return dataset(id, **{"dct:title": [{"@language": "de", "@value": title}], **members})


class Catalogue:
    """What one member offers, and how it answers: `steady` if its pages are the same until its offers change."""

    def __init__(self, *offers: dict[str, Any] | bytes, services: dict[str, str] | None = None) -> None:
        self.offers: list[dict[str, Any] | bytes] = list(offers)
        self.services = services or {}
        self.failing_from: int | None = None
        self.busy_ms = 1000
        self.refusing: str | None = None
        self.refusing_with = 403
        self.circle = False
        self.endless = False
        self.same = False
        self.steady = False
        self.unread = 0
        self.nested: tuple[Nested, ...] = ()
        self.says: str | None = None
        self.weighs = (0, 0)
        self.asked = 0

    def page(self, number: int, known: str | None = None) -> CatalogPage | Refused | InDoubt:
        self.asked += 1
        if self.refusing:
            return Refused(status=self.refusing_with, reason=self.refusing)
        if self.failing_from is not None and number >= self.failing_from:
            return InDoubt(reason="503: busy", retry_after_ms=self.busy_ms)
        first = 0 if self.same else number * PAGE
        part = self.offers[first : first + PAGE]
        following = str(number + 1) if len(part) == PAGE or self.endless or self.same else None
        if self.circle:
            following = "0"
        raw = hashlib.sha256(repr(part).encode()).hexdigest() if self.steady else ""
        if raw and raw == known:
            self.unread += 1
            return CatalogPage(participant_id=None, datasets=(), next_url=following, digest="", raw=raw, same=True)
        # Made anew with every answer, as deployed connectors do.
        fresh = tuple(offer if isinstance(offer, bytes) else json.dumps(renewed(offer)).encode() for offer in part)
        return CatalogPage(
            participant_id=self.says,
            datasets=fresh,
            next_url=following,
            digest="same" if self.same else str(uuid.uuid4()),
            nested=self.nested,
            services=self.services,
            size=self.weighs[0],
            elements=self.weighs[1],
            raw=raw,
        )


def renewed(offer: dict[str, Any]) -> dict[str, Any]:
    anew = dataset(offer["@id"])
    if (
        isinstance(offer["distribution"][0]["accessService"], dict)
        and "endpointURL" in offer["distribution"][0]["accessService"]
    ):
        return {**offer, "hasPolicy": anew["hasPolicy"], "distribution": anew["distribution"]}
    return {**offer, "hasPolicy": anew["hasPolicy"]}


class Space:
    """The members, as identity and as peer; `gate` holds answers back, `most` is how many were under way at once."""

    def __init__(self, **catalogues: Catalogue) -> None:
        self.catalogues = {CITY + name: catalogue for name, catalogue in catalogues.items()}
        self.members = [member("broker"), *(member(name) for name in catalogues)]
        self.now = 1_800_000_000_000
        self.gate: asyncio.Event | None = None
        self.under_way = 0
        self.most = 0
        self.order: list[str] = []

    async def fetch_catalog(
        self,
        participant: str,
        address: str,
        *,
        filters: Sequence[object] = (),
        page_url: str | None = None,
        known: str | None = None,
    ) -> CatalogPage | Refused | InDoubt:
        self.order.append(participant.removeprefix(CITY))
        self.under_way += 1
        self.most = max(self.most, self.under_way)
        try:
            if self.gate:
                await self.gate.wait()
            return self.catalogues[participant].page(int(page_url or "0"), known)
        finally:
            self.under_way -= 1

    async def send(
        self, participant: str, address: str, message: str, to: Role, pid: str | None, body: bytes
    ) -> PeerAnswer:
        raise AssertionError("a broker sends no messages")

    async def fetch_state(
        self, participant: str, address: str, kind: ProcessKind, to: Role, pid: str
    ) -> str | Refused | InDoubt:
        raise AssertionError("a broker has no processes")

    async def fetch_dataset(self, participant: str, address: str, id: str) -> bytes | Refused | InDoubt:
        raise AssertionError("a broker reads whole catalogues")

    async def issue_token(self, audience: str, intent: Intent) -> str:
        return f"Bearer {audience}"

    async def authenticate(self, authorization: str | None, intent: Intent, head: object = None) -> Caller:
        known = self.participant((authorization or "").removeprefix("Bearer "))
        if known is None:
            raise Unauthenticated("Nobody's token.")
        return Caller(participant=known.id, claims=known.claims, evidence={}, replay_key=None)

    def participant(self, id: str) -> Participant | None:
        return next((entry for entry in self.members if entry.id == id), None)

    def participants(self) -> Sequence[Participant]:
        return tuple(self.members)
