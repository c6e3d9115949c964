"""A connector as it is deployed, by a script: what it sends, expects and gets wrong on the wire, on both roles.

It leases a process while a request of its own is under way and answers 409 to what comes in that window; it takes every
4xx as the end of its process and tries again after every 5xx; it repeats itself, at times with a new `@id`; it answers
200 for 201 and nothing to updates; its offers have other identifiers in every answer.
"""

import asyncio
import base64
import itertools
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from tests.interop.ours import DATASET, HOME, ME, PEER, PEER_HOME, TERMS, call
from tests.support.transport import InProcess

DSP = "https://w3id.org/dspace/2025/1/context.jsonld"
CTX = [DSP, "https://w3id.org/edc/dspace/v0.0.1"]
NS = "https://w3id.org/edc/v0.0.1/ns/"
HTML = b"<html><body><h1>HTTP ERROR 500</h1></body></html>"
TOO_SOON = 409
LEASE_S = 0.02
LATER_S = {"at once": 0.0, "later": 2.0}


@dataclass
class Row:
    """A process as the deployed connector keeps it; `leased` while a message of its own is under way."""

    own: str
    other: str
    state: str
    leased: bool = False
    repeating: bool = False
    offer: dict[str, Any] = field(default_factory=dict)
    agreements: list[str] = field(default_factory=list)


class Deployed:
    """The scripted connector. What a test wants different is an attribute.

    `timing` is when its next message comes: `before` its answer, `at once` or `later`. `conflicts` is how many of our
    messages get a 409 beyond those that come too soon. `repeats` sends each message of its own once more, with a new
    `@id` where it is `renewed`, and with a new identifier of the agreement where it is `agreed anew`. `keeps` is the
    position of the only one of these identifiers that its transfers know (None: they do not look). `identified` writes
    an `@id` into messages. `proxy_s` is how late our answers reach it: what comes meanwhile meets a race, one of
    `races`. It conflicts; it is acknowledged and lost, because the connector stores its own step over it and falls
    back; or it conflicts and the connector repeats its own message anew.
    """

    def __init__(self, wire: InProcess) -> None:
        self.wire = wire
        self.timing = "at once"
        self.conflicts = 0
        self.repeats: str | None = None
        self.keeps: int | None = None
        self.identified = True
        self.status = 200
        self.terms: dict[str, Any] = TERMS
        self.agreement_members: dict[str, Any] = {}
        self.faults: list[tuple[int, bytes]] = []
        self.rows: dict[str, Row] = {}
        self.received: list[tuple[str, dict[str, Any], httpx.Headers]] = []
        self.final: list[tuple[str, int, str]] = []
        self.answers: list[tuple[str, int, Any]] = []
        self.pages: list[dict[str, Any]] = []
        self.address: dict[str, Any] | None = None
        self.renews_address = False
        self.content = b"street;cars\n"
        self.busy = False
        self.serve_s = 0.0
        self.stored: list[bytes] = []
        self._serial = itertools.count(1)
        self.proxy_s = 0.0
        self.races = lambda: "conflicts"
        self._agreements = itertools.count(1)
        self._tasks: set[asyncio.Task[None]] = set()
        wire.apps["https://deployed.example:443"] = Starlette(
            routes=[
                Route("/protocol/2025-1/{path:path}", self._take, methods=["GET", "POST"]),
                Route("/public", self._serve),
                Route("/store", self._store, methods=["HEAD", "POST", "PUT"]),
            ]
        )

    # Its data plane

    async def _serve(self, request: Request) -> Response:
        """Serve a pull: the token alone counts; a scheme in front of it makes it another token."""
        presented = request.headers.get("authorization")
        known = self.token
        await asyncio.sleep(self.serve_s)
        if presented is None:
            return Response(b"", 401)
        if self.busy:
            return Response(HTML, 503, media_type="text/html")
        if presented != known:
            return Response(b'{"message": "Failed to decode token"}', 403, media_type="application/json")
        return Response(self.content, 200, media_type="application/octet-stream")

    @property
    def token(self) -> str | None:
        """The token that opens its data now."""
        entries = (self.address or {}).get("endpointProperties", [])
        return next((entry["value"] for entry in entries if entry["name"] == f"{NS}authorization"), None)

    async def _store(self, request: Request) -> Response:
        body = await request.body()
        if self.busy:
            return Response(HTML, 503, media_type="text/html")
        if request.method != "HEAD":
            self.stored.append(body)
        return Response(b"", 200)

    # What it answers

    async def _take(self, request: Request) -> Response:
        path = request.path_params["path"]
        body = await request.body()
        message = json.loads(body) if body else {}
        self.received.append((path, message, httpx.Headers(request.headers.raw)))
        if self.faults:
            status, page = self.faults.pop(0)
            return Response(page, status, media_type="text/html")
        if request.headers.get("content-type", "application/json").startswith("application/ld+json"):
            return Response(HTML, 415, media_type="text/html")
        if message and message.get("@context") not in ([DSP], DSP):
            return Response(HTML, 400, media_type="text/html")
        return await self._route(request, path, message)

    async def _route(self, request: Request, path: str, message: dict[str, Any]) -> Response:
        match path.split("/"):
            case ["catalog", "datasets", id]:
                return self._json({**self.dataset(id), "@context": CTX})
            case ["catalog", "request"]:
                return self._page(request)
            case ["negotiations", "request"]:
                return await self._requested(message)
            case ["transfers", "request"]:
                return await self._transfer_requested(message)
            case [_, pid] if pid in self.rows:
                row = self.rows[pid]
                kind = "ContractNegotiation" if path.startswith("negotiations") else "TransferProcess"
                return self._json(self._ack(kind, row, provider="providerPid" if row.own[0] == "p" else "consumerPid"))
            case [_, pid, *_] if pid in self.rows:
                return await self._update(self.rows[pid], message)
        return self._error(404, "no such process")

    def _json(self, document: Any, status: int = 200) -> Response:
        return Response(json.dumps(document), status, media_type="application/json")

    def _error(self, status: int, reason: str) -> Response:
        return self._json({"@type": "ContractNegotiationError", "reason": [reason], "@context": CTX}, status)

    def _ack(self, kind: str, row: Row, *, provider: str) -> dict[str, Any]:
        other = "consumerPid" if provider == "providerPid" else "providerPid"
        document = {"@id": row.own, "@type": kind, provider: row.own, other: row.other, "state": row.state}
        return {**document, "@context": CTX}

    def dataset(self, id: str = DATASET) -> dict[str, Any]:
        """Return a dataset as it answers it: the offer's identifier is another one every time."""
        parts = ("offer-1", id, str(uuid.UUID(int=next(self._serial))))
        offer = ":".join(base64.b64encode(part.encode()).decode() for part in parts)
        service = {
            "@id": f"service-{next(self._serial)}",
            "@type": "DataService",
            "endpointDescription": "dspace:connector",
            "endpointURL": PEER_HOME,
        }
        return {
            "@id": id,
            "@type": "Dataset",
            "hasPolicy": [{"@id": offer, "@type": "Offer", **self.terms}],
            "distribution": [
                {"@type": "Distribution", "format": "HttpData-PULL", "accessService": service},
                {"@type": "Distribution", "format": "HttpData-PUSH", "accessService": service},
            ],
            "edc:name": id,
            "id": id,
        }

    def _page(self, request: Request) -> Response:
        at = int(request.query_params.get("continuationToken", "0"))
        page = dict(self.pages[at])
        link = page.pop("Link", None)
        answer = self._json({"@id": "catalog", "@type": "Catalog", "participantId": PEER, **page, "@context": CTX})
        if link:
            answer.headers["Link"] = link
        return answer

    # As provider

    async def _requested(self, message: dict[str, Any]) -> Response:
        if "target" not in message["offer"]:
            return self._error(400, "the offer has no target")
        row = next((row for row in self.rows.values() if row.other == message["consumerPid"]), None)
        if row is None:
            row = self._row("p", message["consumerPid"], "REQUESTED", message["offer"])
            await self._go_on(lambda: self._agree(row))
        return self._json(self._ack("ContractNegotiation", row, provider="providerPid"), self.status)

    async def _agree(self, row: Row) -> None:
        await self.agree(row, "AGREED")

    async def agree(self, row: Row, state: str) -> None:
        """Agree, under a new identifier each time; with its answer, the process is in `state`."""
        agreement = {
            "@id": f"agreement-{next(self._agreements)}",
            "@type": "Agreement",
            **self.terms,
            "assignee": ME,
            "assigner": PEER,
            "target": row.offer["target"],
            "timestamp": "2025-11-24T02:02:40Z",
            **self.agreement_members,
        }
        pids = {"providerPid": row.own, "consumerPid": row.other}
        body = {"@type": "ContractAgreementMessage", **pids, "agreement": agreement}
        await self.say(row, f"negotiations/{row.other}/agreement", body, state)

    async def _update(self, row: Row, message: dict[str, Any]) -> Response:
        kind = message["@type"]
        race = self.races() if row.leased and kind in _ANSWERS else "conflicts"
        if row.leased and race == "falls back":
            return Response(b"", self.status)
        row.repeating = row.leased and race == "repeats"
        if row.leased or self.conflicts:
            self.conflicts -= 0 if row.leased else 1
            return self._error(TOO_SOON, f"Cannot process {kind} because the process is leased")
        known_as = f"{kind}:{message['eventType']}" if "eventType" in message else kind
        if known_as not in _UPDATES:
            return self._error(400, "Bad request.")
        before, after, follows = _UPDATES[known_as]
        if before not in {"", row.state}:
            return self._error(TOO_SOON, f"Cannot process {kind} in state {row.state}")
        row.state = after
        row.other = row.other or message["consumerPid" if row.own[0] == "p" else "providerPid"]
        if follows:
            await self._go_on(lambda: getattr(self, follows)(row))
        return Response(b"", self.status)

    async def _finalize(self, row: Row) -> None:
        body = self._event(row, "FINALIZED")
        await self.say(row, f"negotiations/{row.other}/events", body, "FINALIZED")

    def _event(self, row: Row, event: str) -> dict[str, Any]:
        pids = {"providerPid": row.own, "consumerPid": row.other}
        return {"@type": "ContractNegotiationEventMessage", **pids, "eventType": event}

    async def _transfer_requested(self, message: dict[str, Any]) -> Response:
        row = next((row for row in self.rows.values() if row.other == message["consumerPid"]), None)
        agreed = [each.agreements for each in self.rows.values() if each.agreements]
        if self.keeps is not None and message["agreementId"] not in {names[self.keeps] for names in agreed}:
            return self._error(404, "Cannot process TransferRequestMessage because agreement not found or not valid")
        if row is None:
            row = self._row("p", message["consumerPid"], "REQUESTED", {})
            await self._go_on(lambda: self._start(row))
        return self._json(self._ack("TransferProcess", row, provider="providerPid"), self.status)

    async def _start(self, row: Row) -> None:
        pids = {"providerPid": row.own, "consumerPid": row.other}
        body = {"@type": "TransferStartMessage", **pids}
        if self.address is not None:
            body["dataAddress"] = self.address
        await self.say(row, f"transfers/{row.other}/start", body, "STARTED")

    async def _restart(self, row: Row) -> None:
        if self.renews_address:
            self.address = pull_address("https://deployed.example/public", f"token-{next(self._serial)}")
            await self._start(row)

    async def complete(self, row: Row) -> None:
        """Say that everything was delivered."""
        own, other = ("providerPid", "consumerPid") if row.own[0] == "p" else ("consumerPid", "providerPid")
        body = {"@type": "TransferCompletionMessage", own: row.own, other: row.other}
        await self.say(row, f"transfers/{row.other}/completion", body, "COMPLETED")

    # As consumer

    async def request(self, offer_id: str, *, dataset: str = DATASET, offer: dict[str, Any] | None = None) -> Row:
        """Ask for a contract, as it does: with its own target and assigner."""
        terms = offer or self.terms
        row = self._row("c", "", "REQUESTED", {"@id": offer_id, "@type": "Offer", **terms})
        body = {
            "@type": "ContractRequestMessage",
            "consumerPid": row.own,
            "callbackAddress": PEER_HOME,
            "offer": {**row.offer, "assigner": ME, "target": dataset},
        }
        answer = await self.say(row, "negotiations/request", body, "REQUESTED")
        row.other = answer.get("providerPid", "")
        return row

    async def _verify(self, row: Row) -> None:
        body = {"@type": "ContractAgreementVerificationMessage", "consumerPid": row.own, "providerPid": row.other}
        await self.say(row, f"negotiations/{row.other}/agreement/verification", body, "VERIFIED")

    async def request_transfer(self, agreement_id: str, address: dict[str, Any] | None = None) -> Row:
        """Ask for the data of an agreement."""
        row = self._row("c", "", "REQUESTED", {})
        body: dict[str, Any] = {
            "@type": "TransferRequestMessage",
            "agreementId": agreement_id,
            "format": "HttpData-PUSH" if address else "HttpData-PULL",
            "callbackAddress": PEER_HOME,
            "consumerPid": row.own,
        }
        if address:
            body["dataAddress"] = address
        answer = await self.say(row, "transfers/request", body, "REQUESTED")
        row.other = answer.get("providerPid", "")
        return row

    async def suspend(self, row: Row) -> None:
        """Pause a transfer that it has asked for."""
        pids = {"consumerPid": row.own, "providerPid": row.other}
        body = {"@type": "TransferSuspensionMessage", **pids, "reason": ["pause"]}
        await self.say(row, f"transfers/{row.other}/suspension", body, "SUSPENDED")

    async def resume(self, row: Row) -> None:
        """Say that it wants to go on; it does so only when the provider has sent a start of its own."""
        body = {"@type": "TransferStartMessage", "consumerPid": row.own, "providerPid": row.other}
        await self.say(row, f"transfers/{row.other}/start", body, "RESUMED")

    # How it sends

    async def say(self, row: Row, path: str, body: dict[str, Any], state: str) -> dict[str, Any]:
        """Send a message of its own: leased while it is under way, ended by any 4xx, again after any 5xx."""
        row.leased = True
        answered: dict[str, Any] = {}
        for attempt in range(2 if self.repeats else 1):
            if attempt and self.repeats == "agreed anew" and "agreement" in body:
                # What it does after our verification came too soon for it.
                body = {**body, "agreement": {**body["agreement"], "@id": f"agreement-{next(self._agreements)}"}}
            answered = await self._send(row, path, body, state, anew=attempt == 0 or self.repeats != "same")
        await asyncio.sleep(LEASE_S)
        row.leased = False
        if row.repeating and row.state == state:
            row.repeating = False
            if "agreement" in body:
                body = {**body, "agreement": {**body["agreement"], "@id": f"agreement-{next(self._agreements)}"}}
            return await self.say(row, path, body, state)
        return answered

    async def _send(self, row: Row, path: str, body: dict[str, Any], state: str, *, anew: bool) -> dict[str, Any]:
        if "agreement" in body and body["agreement"]["@id"] not in row.agreements:
            row.agreements.append(body["agreement"]["@id"])
        if self.identified:
            body = {"@id": f"message-{next(self._serial) if anew else row.own}", **body}
        for _ in range(7):
            answer = await call(
                self.wire.apps["https://kontor.example:443"], "POST", f"{HOME}/{path}", {**body, "@context": CTX}
            )
            document = answer.json() if answer.content else {}
            self.answers.append((path, answer.status_code, document))
            await asyncio.sleep(self.proxy_s)
            if answer.status_code < 500:
                break
            await asyncio.sleep(1.0)
        if 400 <= answer.status_code < 500:
            row.state = "TERMINATED"
            self.final.append((path, answer.status_code, answer.text))
        elif answer.status_code < 300:
            row.state = state
        found: dict[str, Any] = document
        return found

    async def _go_on(self, step: Callable[[], Any]) -> None:
        """Say what follows: before the answer that is due now, at once after it, or later."""
        if self.timing == "before":
            await step()
            return

        async def after() -> None:
            await asyncio.sleep(LATER_S[self.timing])
            await step()

        task = asyncio.create_task(after())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _row(self, side: str, other: str, state: str, offer: dict[str, Any]) -> Row:
        row = Row(own=f"{side}-{next(self._serial)}", other=other, state=state, offer=offer)
        self.rows[row.own] = row
        return row

    def sent_to(self, part: str) -> list[dict[str, Any]]:
        """Return the messages that it received at paths with `part` in them."""
        return [message for path, message, _ in self.received if part in path]


# The messages of ours that follow one of its own so soon that they can meet its write.
_ANSWERS = {"ContractAgreementVerificationMessage", "ContractAgreementMessage", "ContractNegotiationEventMessage"}

# What a message of ours does to its process: the state before, the state after, and what it says next.
_UPDATES: dict[str, tuple[str, str, str | None]] = {
    "ContractAgreementVerificationMessage": ("AGREED", "VERIFIED", "_finalize"),
    "ContractAgreementMessage": ("REQUESTED", "AGREED", "_verify"),
    "ContractNegotiationEventMessage:FINALIZED": ("VERIFIED", "FINALIZED", None),
    "ContractNegotiationTerminationMessage": ("", "TERMINATED", None),
    "TransferStartMessage": ("", "STARTED", "_restart"),
    "TransferSuspensionMessage": ("STARTED", "SUSPENDED", None),
    "TransferCompletionMessage": ("STARTED", "COMPLETED", None),
    "TransferTerminationMessage": ("", "TERMINATED", None),
}


def pull_address(url: str, token: str) -> dict[str, Any]:
    """Return a data address as it writes it: nothing but properties, named by full IRI."""
    values = {
        "endpoint": url,
        "authType": "bearer",
        "endpointType": "https://w3id.org/idsa/v4.1/HTTP",
        "authorization": token,
    }
    return {
        "@type": "DataAddress",
        "endpointType": "https://w3id.org/idsa/v4.1/HTTP",
        "endpointProperties": [
            {"@type": "EndpointProperty", "name": NS + name, "value": value} for name, value in values.items()
        ],
    }
