"""What data protection looks at: offers of personal data, an agreement with a late deletion, and consents."""

from typing import Any

import msgspec

from connector.controlplane.usecases.privacy import consent_links
from connector.ports.changes import RecordConsent, RecordDuty
from connector.ports.entities import AssetStatement, AssetStatus, DataClass, DutyState, Marking
from connector.ports.treatment import Records
from tests.contract import values
from tests.support.plane import NOW, OWNER, SECRET

RIDES = "urn:d:rides"
TITLE = {"de": "Gespendete Radfahrten", "en": "Donated bike rides"}
PERSONAL: dict[str, Any] = {
    "data_class": DataClass.PERSONAL,
    "stated": AssetStatement(legal_basis=("https://w3id.org/dpv/legal/eu/gdpr#A6-1-a",), marking=Marking.PERSONAL),
    "records": Records(format="csv", fields=("fahrt", "person", "strecke"), subject="person"),
}
DPV = "https://w3id.org/dpv#"
PERSON = SECRET.person(OWNER, "4711")


async def furnish_protection(office: Any) -> None:
    """An offer that waits for its release, one with an agreement whose deletion is late, and a person's consents."""
    office.title, title = TITLE, office.title
    await office.offer(RIDES, **PERSONAL)
    await office.offer("urn:d:houses", status=AssetStatus.DRAFT, **PERSONAL)
    await office.agree("urn:a:rides", dataset=RIDES)
    office.title = title
    late = values.duty("obligation/0", agreement_id="urn:a:rides", state=DutyState.VIOLATED, at=NOW - 86_400_000)
    consent = values.consent(
        PERSON, dataset=RIDES, purpose=f"{DPV}ImproveTransportMobility", state=f"{DPV}ConsentGiven", at=NOW
    )
    refused = msgspec.structs.replace(consent, purpose=f"{DPV}Marketing", state=f"{DPV}ConsentRefused")
    await office.store.commit([RecordDuty(late), RecordConsent(consent), RecordConsent(refused)])


async def list_own_places(office: Any) -> list[str]:
    """Return the addresses of a person's own pages, by a new link."""
    made = await consent_links.make_link(office.values.register, office.address, PERSON, days=30, by="p.schutz")
    secret = made.link.partition("link=")[2]
    return [f"/meine-einwilligungen?link={secret}", f"/meine-einwilligungen/widerrufen?link={secret}"]
