"""What an office gets from others: results of the broker, a dataset of the city, a request, and a delivery."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

import httpx
import msgspec

from connector.ports.changes import PutAgreement, PutProcess, PutSubscription
from connector.ports.entities import Agreement, Subscription
from connector.protocol import dcat
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer
from connector.views.subscriptions import RunOutcome
from tests.contract import values
from tests.support.plane import ADDRESS, CITY, ME, NOW, Desk

DATA = "urn:dataset:air"
_NAMES = dcat.PARAMETER_MEMBERS
TITLE = {"de": "Luftqualität am Marktplatz", "en": "Air quality at the market square"}
TRANSPORT = "https://w3id.org/dpv#ImproveTransportMobility"
MARKETING = "https://w3id.org/dpv#Marketing"
LIMITED: dict[str, Any] = {
    "@type": "Offer",
    "@id": "urn:offer:air",
    "permission": [
        {"action": "use", "constraint": [{"leftOperand": "purpose", "operator": "isA", "rightOperand": TRANSPORT}]}
    ],
    "obligation": [{"action": "attribute"}],
}
OPEN: dict[str, Any] = {"@type": "Offer", "@id": "urn:offer:open", "permission": [{"action": "use"}]}
BOX = "POLYGON((8.39 49.0,8.42 49.0,8.42 49.02,8.39 49.02,8.39 49.0))"
CSV = "gemessen;station;wert\n" + "".join(
    f"2026-11-{day:02d}T08:00:00+01:00;Marktplatz;{day},5\n" for day in range(1, 31)
)
GEOJSON = json.dumps(
    {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "properties": {"name": "Marktplatz", "seit": "2026-03-01"},
                "geometry": {"type": "Point", "coordinates": [8.404, 49.009]},
            },
            {
                "type": "Feature",
                "properties": {"name": "Ring", "seit": "2026-05-01"},
                "geometry": {"type": "LineString", "coordinates": [[8.39, 49.0], [8.42, 49.02]]},
            },
        ],
    }
)
DELIVERED = "urn:uuid:00000000-0000-4000-8000-000000000001"


def make_dataset(*offers: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """A dataset as a provider sends it."""
    plain: dict[str, Any] = {
        "@id": DATA,
        "@type": "Dataset",
        "dct:title": [{"@value": text, "@language": tag} for tag, text in TITLE.items()],
        "dct:description": [{"@value": "Stündliche Messwerte von drei Stationen.", "@language": "de"}],
        "dct:publisher": {"@id": CITY, "http://xmlns.com/foaf/0.1/name": "Umweltamt"},
        "dcat:keyword": ["Luft", "Umwelt"],
        "dct:spatial": {"@type": "dct:Location", "dcat:bbox": BOX, "skos:prefLabel": "Innenstadt"},
        "dct:temporal": {"dcat:startDate": "2026-01-01", "dcat:endDate": "2026-12-31"},
        "dct:accrualPeriodicity": {"@id": "http://publications.europa.eu/resource/authority/frequency/DAILY"},
        "dct:license": {"@id": "http://dcat-ap.de/def/licenses/cc-by/4.0"},
        "dct:modified": "2026-11-03",
        "hasPolicy": list(offers or (LIMITED,)),
        "distribution": [
            {"@type": "Distribution", "format": "HttpData-PULL", "dcat:mediaType": "text/csv", **more}
            for more in ({}, {dcat.FORM: "csv"}, {dcat.FORM: "excel"})
        ],
        dcat.PARAMETER: [
            {_NAMES["name"]: "von", _NAMES["type"]: "date", _NAMES["least"]: "2026-01-01"},
            {_NAMES["name"]: "station", _NAMES["type"]: "text", _NAMES["values"]: ["Marktplatz", "Ring"]},
        ],
    }
    return plain | changed


def make_results(*changed: dict[str, Any], total: int | None = None, **page: Any) -> bytes:
    """An answer of the broker."""
    plain: dict[str, Any] = {
        "participant": CITY,
        "id": DATA,
        "title": TITLE,
        "publisher": "Umweltamt",
        "liveness": "ONLINE",
        "verified_at": "2025-11-24T15:58:00Z",
        "terms_in_words": {"de": "Sie dürfen die Daten für den Verkehr nutzen.", "en": "You may use the data."},
        "matches": [{"field": "title", "text": TITLE["de"], "marks": [[0, 4]], "language": "de"}],
        "data_formats": ["CSV"],
        "frequency": "DAILY",
        "prices": ["free"],
        "boxes": [[8.39, 49.0, 8.42, 49.02]],
        "modified": "2025-11-03T00:00:00Z",
    }
    items = [plain | one for one in changed or ({},)]
    facets = {
        "purpose": [{"value": TRANSPORT, "count": 3, "label": {"de": "Verkehr", "en": "Transport"}}],
        "format": [{"value": name, "count": 9 - at} for at, name in enumerate(["CSV", "JSON", "XML", "PDF"])],
        "publisher": [{"value": f"Amt {number}", "count": 1} for number in range(9)],
    }
    whole = {"items": items, "total": len(items) if total is None else total, "facets": facets}
    return msgspec.json.encode(whole | page)


def make_request(id: str = "urn:n:own", **changed: Any) -> Negotiation:
    """A request of this participant."""
    offer = msgspec.json.encode({**LIMITED, "target": DATA, "assigner": CITY, "assignee": ME})
    plain: dict[str, Any] = {
        "role": Role.CONSUMER,
        "peer": CITY,
        "peer_address": ADDRESS,
        "dataset": DATA,
        "title": TITLE,
        "offer": offer,
        "asked": offer,
        "created_at": NOW - 60_000,
    }
    return values.negotiation(id, **(plain | changed))


def make_agreement(id: str = "urn:a:own", **changed: Any) -> Agreement:
    """An agreement under which this participant gets data."""
    document = {**LIMITED, "@type": "Agreement", "@id": id, "target": DATA, "assigner": CITY, "assignee": ME}
    plain: dict[str, Any] = {
        "role": Role.CONSUMER,
        "counterparty": CITY,
        "address": ADDRESS,
        "dataset": DATA,
        "document": msgspec.json.encode({**document, "timestamp": "2025-11-20T10:00:00Z"}),
        "title": TITLE,
        "agreed_at": NOW - 86_400_000,
        "finalized_at": NOW - 86_400_000,
    }
    return values.agreement(id, **(plain | changed))


def make_delivery(id: str = DELIVERED, **changed: Any) -> Transfer:
    """A delivery to this participant, into a folder of its own."""
    plain: dict[str, Any] = {
        "peer": CITY,
        "peer_address": ADDRESS,
        "agreement_id": "urn:a:own",
        "dataset": DATA,
        "title": TITLE,
        "state": "COMPLETED",
        "sink": msgspec.json.encode({"kind": "file", "path": f"{id.rpartition(':')[2]}/", "overwrite": True}),
        "flow_reported": FlowState.COMPLETED,
        "progress": msgspec.json.encode({"bytes_moved": 1234, "size": 1234, "sha256": "ab" * 32}),
        "created_at": NOW - 30_000,
    }
    return values.transfer(id, **(plain | changed))


def put_files(desk: Desk, id: str = DELIVERED, **files: str) -> None:
    """Store files of a delivery: `name_csv` is `name.csv`."""
    folder = desk.received / id.rpartition(":")[2]
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        stem, _, kind = name.rpartition("_")
        (folder / f"{stem}.{kind}").write_text(text, encoding="utf-8")


def make_subscription(id: str = "urn:s:1", **changed: Any) -> Subscription:
    """A subscription that has delivered once."""
    plain: dict[str, Any] = {
        "agreement": make_agreement().key,
        "counterparty": CITY,
        "dataset": DATA,
        "title": TITLE,
        "created_at": NOW - 86_400_000,
        "due_at": NOW + 3_600_000,
        "looked_at": NOW - 60_000,
        "outcome": RunOutcome.DELIVERED,
        "delivered": DELIVERED,
        "delivered_at": NOW - 60_000,
        "deliveries": 1,
    }
    return values.subscription(id, **(plain | changed))


async def furnish_getting(desk: Desk) -> None:
    """One of everything that an office gets."""
    desk.found = make_results()
    desk.peer.datasets = [make_dataset()]
    request, delivery = make_request(), make_delivery()
    await desk.store.commit([PutProcess(request, None), PutAgreement(make_agreement()), PutProcess(delivery, None)])
    await desk.store.commit([PutSubscription(make_subscription(), None)])
    put_files(desk, luft_csv=CSV, orte_geojson=GEOJSON)


def link(path: str, **query: str) -> str:
    return f"{path}?{urlencode(query)}"


FOUND = {"teilnehmer": CITY, "id": DATA}
OPENED = {
    "/suche/angebot": link("/suche/angebot", **FOUND),
    "/suche/anfrage": link("/suche/anfrage", **FOUND),
    "/suche/anfrage/pruefen": link("/suche/anfrage/pruefen", **FOUND, zweck=TRANSPORT),
    "/anfragen/anfrage": link("/anfragen/anfrage", id="urn:n:own"),
    "/anfragen/zurueckziehen": link("/anfragen/zurueckziehen", id="urn:n:own"),
    "/lieferungen/lieferung": link("/lieferungen/lieferung", id=DELIVERED),
    "/lieferungen/abbrechen": link("/lieferungen/abbrechen", id=DELIVERED),
    "/suche/gespeichert/neu": link("/suche/gespeichert/neu", id="urn:search:1"),
    "/suche/gespeichert/entfernen": link("/suche/gespeichert/entfernen", id="urn:search:1"),
    "/bedarf/eintrag": link("/bedarf/eintrag", id="urn:need:1"),
    "/abos/abo": link("/abos/abo", id="urn:s:1"),
    "/lieferungen/waehlen": link("/lieferungen/waehlen", vertrag=make_agreement().key),
    "/abos/neu": link("/abos/neu", vertrag=make_agreement().key),
    "/abos/beenden": link("/abos/beenden", id="urn:s:1"),
    "/lieferungen/empfangen/entfernen": link("/lieferungen/empfangen/entfernen", tage="90"),
    "/lieferungen/inhalt": link("/lieferungen/inhalt", id=DELIVERED, datei="luft.csv"),
}
"""The addresses of the pages about these."""


async def follow(
    office: Any, browser: httpx.AsyncClient, path: str, *deeds: Callable[[], Awaitable[None]]
) -> list[dict[str, Any]]:
    """Open a stream of events, do one deed after each of its first events, and return the events when it ends."""
    cookie = "; ".join(f"{name}={value}" for name, value in browser.cookies.items()).encode()
    headers = [(b"host", b"pages.example"), (b"cookie", cookie), (b"accept", b"text/event-stream")]
    place, _, query = path.partition("?")
    scope = {"type": "http", "method": "GET", "path": place, "query_string": query.encode(), "headers": headers}
    told: list[dict[str, Any]] = []
    left, open_still = list(deeds), asyncio.Event()

    async def receive() -> dict[str, object]:
        await open_still.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        if message.get("body"):
            told.append(json.loads(message["body"].removeprefix(b"data: ")))
            if left:
                await left.pop(0)()

    await asyncio.wait_for(office.app(scope, receive, send), 20)
    open_still.set()
    return told
