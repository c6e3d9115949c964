"""An office with pages: users who have signed in, offers, requests that wait, and agreements."""

import asyncio
import dataclasses
import re
from html.parser import HTMLParser
from typing import Any
from urllib.parse import quote

import msgspec

from connector.controlplane.core.commits import record
from connector.controlplane.core.documents import drop_frame
from connector.controlplane.usecases.holding.keeping import CredentialService
from connector.controlplane.usecases.offering import offer_forms
from connector.controlplane.usecases.offering.inspecting import inspect
from connector.dataplane.address.secrets import refuse_secret
from connector.dataplane.deriving.making import ProductMaker
from connector.dataplane.signaling.looking import try_source
from connector.dataplane.sources.file import FileSource
from connector.dataplane.sources.recipe import RecipeSource
from connector.dataplane.sources.sql import SqlSource
from connector.dataplane.uploads import Uploads
from connector.net.tls import TrustAnchors
from connector.policy.reading.purposes import read_purposes
from connector.ports.changes import PutAgreement, PutAsset, PutHold, PutOfferForm, PutProcess
from connector.ports.entities import AssetStatus, DataClass, Hold, OfferForm
from connector.ports.flow import Source, SourceError
from connector.ports.treatment import Records
from connector.protocol.dsp.common import Role
from connector.views.sightings import Sighting
from connector.web.frame.application import PagesHouse
from connector.web.frame.logins import PagesLogin
from connector.web.offering.answers import write_answers
from connector.web.offering.terms_of_form import normalise
from connector.web.pages import make_pages_app
from tests.contract import values
from tests.support.plane import CITY, ME, NOW, OWNER, PAGES, QUICK, Desk
from tests.support.planes import Register as OnePlane
from tests.web.getting import furnish_getting
from tests.web.operating import CityHolder, furnish_operating
from tests.web.protection import furnish_protection
from tests.web.visited import PASSWORD, Visited

OFFER: dict[str, Any] = {
    "@type": "Offer",
    "@id": "urn:offer:1",
    "permission": [{"action": "use", "constraint": [_purpose := {
        "leftOperand": "purpose", "operator": "isA", "rightOperand": "https://w3id.org/dpv#ImproveTransportMobility",
    }]}],
    "obligation": [{"action": "delete", "constraint": [
        {"leftOperand": "dateTime", "operator": "lteq",
         "rightOperand": {"@value": "2027-12-31T23:00:00Z", "@type": "http://www.w3.org/2001/XMLSchema#dateTime"}},
    ]}],
}  # fmt: skip
ASKED = {**OFFER, "permission": [{"action": "use"}]}
TITLE = {"de": "Baustellen und Sperrungen, laufend", "en": "Roadworks and closures, live"}


def encode(policy: dict[str, Any], **frame: str) -> bytes:
    return msgspec.json.encode({**policy, **frame})


class Office(Visited):
    """The pages of one participant, over the store of a test."""

    def __init__(
        self,
        desk: Desk,
        *,
        address: str = PAGES,
        title: dict[str, str] | None = None,
        organisation: PagesLogin | None = None,
        largest: int = 100_000,
    ) -> None:
        self.desk, self.store, self.address = desk, desk.store, address
        self.title = title or TITLE
        self.register = desk.values.users
        self.root = desk.received / "data"
        self.root.mkdir(exist_ok=True)
        derived = desk.received / "derived"
        derived.mkdir(exist_ok=True)
        sources: dict[str, Source] = {
            "file": FileSource(self.root),
            "sql": SqlSource(self.root, refuse_secret, TrustAnchors()),
            "recipe": RecipeSource(FileSource(derived)),
        }
        deriver = ProductMaker(derived, sources, FileSource(desk.received), asyncio.Lock())

        async def look(source: dict[str, Any], media_type: str, records: Records | None) -> Sighting | str:
            try:
                return await try_source(sources, source, media_type, records)
            except SourceError as error:
                return str(error)

        publisher = dataclasses.replace(desk.values.publisher, look=look, deriver=deriver)
        uploads = Uploads(self.root, largest=largest)
        self.values = msgspec.structs.replace(
            desk.values,
            publisher=publisher,
            planes=desk.planes or OnePlane(),
            credentials=CredentialService(desk.values.context, CityHolder()),
        )
        house = PagesHouse(address=address, provider="Tiefbauamt Musterstadt", organisation=organisation)
        secrets = {"geoportal": ("geo.stadt.example:443", "daten.stadt.example:443")}
        self.app = make_pages_app(self.values, house, uploads=uploads, secrets=secrets)

    async def offer(self, id: str = "urn:d:1", **changed: Any) -> None:
        plain: dict[str, Any] = {
            "title": self.title, "policy": encode(OFFER), "offer_id": f"urn:offer:{id}", "created_at": NOW,
            "status": AssetStatus.PUBLISHED,
            "data_class": DataClass.INTERNAL, "source": {"kind": "file", "path": "a.csv"}, "updated_at": NOW,
        }  # fmt: skip
        await self.store.commit([PutAsset(values.asset(id, **(plain | changed)), None)])

    async def ask(self, id: str = "urn:n:1", dataset: str = "urn:d:1", **changed: Any) -> None:
        """Let a participant ask for a dataset, on other terms, so that a person decides."""
        offer = encode(changed.pop("asked", ASKED), target=dataset, assigner=ME, assignee=changed.get("peer", CITY))
        plain: dict[str, Any] = {
            "state": "REQUESTED", "peer": CITY, "dataset": dataset, "title": self.title, "offer": offer, "held": True,
            "offer_id": f"urn:offer:{dataset}", "created_at": NOW, "peer_pid": f"peer of {id}",
        }  # fmt: skip
        reason = changed.pop("reason", {"de": "Die Anfrage geht über das Angebot hinaus.", "en": "More than offered."})
        process = values.negotiation(id, **(plain | changed))
        hold = Hold(
            owner=OWNER, process_id=id, process_kind="negotiation", reason=reason["en"], reasons=reason, who="provider",
            created_at=NOW - 3 * 86_400_000, counterparty=process.peer, dataset=dataset, title=self.title,
            offer_id=f"urn:offer:{dataset}",
        )  # fmt: skip
        await self.store.commit([PutProcess(process, None), PutHold(hold)])

    async def agree(self, id: str = "urn:a:1", dataset: str = "urn:d:1", **changed: Any) -> None:
        document = encode(
            {**OFFER, "@type": "Agreement", "@id": id, "timestamp": "2025-11-20T10:00:00Z"},
            target=dataset, assigner=ME, assignee=CITY,
        )  # fmt: skip
        plain: dict[str, Any] = {
            "role": Role.PROVIDER, "counterparty": CITY, "document": document, "title": self.title,
            "purposes": read_purposes(document), "agreed_at": NOW - 86_400_000, "finalized_at": NOW - 86_400_000,
        }  # fmt: skip
        await self.store.commit([PutAgreement(values.agreement(id, dataset=dataset, **(plain | changed)))])

    async def fill_in(self, id: str = "urn:f:1", **changed: Any) -> None:
        """An offer that somebody is filling in, with its data."""
        (self.root / "luft.csv").write_text("Ort;pm10;E-Mail\nMarkt;12,5;\nBahnhof;9,1;\n", "utf-8")
        plain: dict[str, Any] = {
            "answers": {"titel": self.title["de"], "vorlage": "purpose", "text": "Messwerte", "sprache": "de"},
            "source": {"kind": "file", "path": "luft.csv"}, "editors": ("b.adler",), "begun_at": NOW, "saved_at": NOW,
            "found": msgspec.json.encode(
                await inspect(self.values.publisher, {"kind": "file", "path": "luft.csv"}, "luft.csv", "text/csv")
            ),
        }  # fmt: skip
        await self.store.commit([PutOfferForm(OfferForm(owner=OWNER, id=id, version=1, **(plain | changed)), None)])

    async def change(self, id: str = "urn:f:2", dataset: str = "urn:d:1", **answers: str) -> None:
        """A change of an offer that somebody has begun: another title, or what `answers` say."""
        asset = await self.store.asset(OWNER, dataset)
        assert asset
        said = {**write_answers(asset), **(answers or {"titel": "Baustellen, neu"})}
        policy = msgspec.json.encode(normalise(drop_frame(asset.policy)))
        await self.fill_in(
            id, asset=dataset, asset_version=1, policy=policy, answers=said, source=asset.source, found=b""
        )

    async def form(self, id: str = "urn:f:1") -> OfferForm:
        return await offer_forms.find(self.values.context, id)

    async def furnish(self) -> None:
        """One of everything."""
        await self.fill_in()
        await self.offer()
        await self.change()
        await self.offer("urn:d:2", status=AssetStatus.DRAFT, data_class=DataClass.CONFIDENTIAL)
        await self.ask()
        await self.agree()
        key = (await self.store.agreements_named(OWNER, "urn:a:1"))[0].key
        moved = values.transfer(
            "urn:t:1", role=Role.PROVIDER, peer=CITY, dataset="urn:d:1", agreement_id="urn:a:1", state="STARTED",
            created_at=NOW,
        )  # fmt: skip
        assert moved.agreement_key == key
        asked = record(self.values.context, "received TransferRequestMessage", moved.id, {"peer": CITY})
        await self.store.commit([PutProcess(moved, None), asked])
        await furnish_getting(self.desk)
        await furnish_protection(self)
        await furnish_operating(self)


def find(text: str, pattern: str) -> str:
    found = re.search(pattern, text, re.DOTALL)
    assert found, f"{pattern} is not in {text}"
    return found.group(1)


def path(place: str, id: str) -> str:
    return f"{place}?id={quote(id, safe='')}"


class Reading(HTMLParser):
    """What a page consists of: its elements with their attributes, its links, its forms, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def links(self) -> list[str]:
        return [str(given["href"]) for tag, given in self.elements if tag == "a" and "href" in given]


__all__ = ["ASKED", "OFFER", "PASSWORD", "QUICK", "TITLE", "Office", "Reading", "encode", "find", "path"]
