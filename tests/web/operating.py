"""What keeps a participant going: own credentials and requests for them, a data plane, events, and received files."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from connector.dataplane.files.received import set_aside
from connector.policy.model.policy import DK
from connector.ports.changes import PutCredential, PutIssuance, RecordEvent
from connector.ports.claims_peer import NotReached, ServiceAnswer
from connector.ports.entities import EventEntry, HeldCredential, Issuance
from connector.ports.holder import CredentialRefused, ExaminedCredential
from connector.protocol.dcp.document import ServiceType
from connector.views.credentials import CredentialStanding, IssuanceState
from tests.support.plane import CITY, NOW, OWNER, Listed

_DAY_MS = 86_400_000
PROFILE = "vc20-bssl/jwt"


class AwayPeer:
    """`ports.claims_peer.ClaimsPeer` of which no issuer is reached."""

    async def send(
        self, did: str, service: ServiceType, path: str, body: bytes | None = None, *, token: str = ""
    ) -> ServiceAnswer:
        raise NotReached("The issuer is away.")


class CityHolder:
    """`ports.holder.Holder` in a data space that trusts the city alone, for every type of credential."""

    def __init__(self) -> None:
        self.verifiers = self.issuers = Listed()
        self.peer = AwayPeer()

    def trusts(self, issuer: str, kind: str) -> bool:
        return issuer == CITY

    def list_types(self) -> Sequence[str]:
        return ("MembershipCredential",)

    async def examine(self, secured: str) -> ExaminedCredential:
        raise CredentialRefused("No credential is verified here.")

    def read_claims(self, secured: str) -> Mapping[str, Any]:
        return {}

    async def read_standing(self, credential: HeldCredential) -> CredentialStanding | None:
        return None

    def present(self, credentials: Sequence[HeldCredential], audience: str) -> Sequence[str]:
        return ()


def make_credential(key: str = "c1", **changed: Any) -> HeldCredential:
    plain: dict[str, Any] = {
        "owner": OWNER, "key": key, "version": 1, "id": f"urn:c:{key}", "issuer": CITY, "profile": PROFILE,
        "types": ("VerifiableCredential", "MembershipCredential"), "secured": "x.y.z", "received_at": NOW,
        "valid_until": NOW + 90 * _DAY_MS, "looked_at": NOW,
    }  # fmt: skip
    return HeldCredential(**(plain | changed))


async def furnish_operating(office: Any) -> None:
    """A credential in each standing, a request in each state, an event that goes on and one that is over, old files."""
    for name, days in (("inbox/removed.csv", 200), ("inbox/old.csv", 100)):
        place = office.desk.received / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(b"a;b\n1;2\n")
        os.utime(place, ((NOW - days * _DAY_MS) / 1000,) * 2)
    set_aside(office.desk.received, NOW - 150 * _DAY_MS, NOW)
    held = [
        make_credential(),
        make_credential("c2", valid_until=NOW + _DAY_MS, types=("FireBrigadeCredential",), issuer="urn:left"),
        make_credential("c3", valid_until=NOW - _DAY_MS, looked_at=None),
        make_credential("c4", standing=CredentialStanding.REVOKED),
        make_credential("c5", valid_until=None, valid_from=NOW + _DAY_MS),
    ]
    asked = [
        Issuance(
            owner=OWNER, id=f"urn:i:{state}", issuer=CITY, types=("RoleCredential",), state=state, at=NOW, due_at=due
        )
        for state, due in zip(IssuanceState, (None, NOW + 60_000, None, None, None), strict=True)
    ]
    emergency = EventEntry(owner=OWNER, name=DK + "emergency", begun=True, at=NOW, by="a.kaya")
    fair = EventEntry(owner=OWNER, name="urn:event:fair", begun=False, at=NOW, by="w.weg")
    await office.store.commit(
        [
            *(PutCredential(one, None) for one in held),
            *(PutIssuance(one) for one in asked),
            RecordEvent(emergency),
            RecordEvent(fair),
        ]
    )
