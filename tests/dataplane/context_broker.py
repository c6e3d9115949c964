"""A context broker of the tests, after the text of NGSI-LD (ETSI GS CIM 009): entities, subscriptions, notifications.

No package registry has a broker of NGSI-LD. As the standard says, it notifies once and does not try again.
"""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
from aiohttp import web

from tests.dataplane.world import serving

BEGAN = datetime(2026, 5, 1, 12, tzinfo=UTC)
TYPE = "AirQualityObserved"


def name(number: int) -> str:
    return f"urn:ngsi-ld:Air:{number}"


class ContextBroker:
    """Entities of one type. While it is `deaf`, notifications are lost; `clock` counts its seconds."""

    def __init__(self) -> None:
        self.url = ""
        self.entities: dict[str, dict[str, Any]] = {}
        self.subscriptions: dict[str, dict[str, Any]] = {}
        self.answers: list[int] = []
        self.deaf = False
        self.tells_times = True
        self.asked: list[tuple[str, str]] = []
        self.clock = 0
        self._numbers = itertools.count(1)

    def address(self, **more: Any) -> dict[str, Any]:
        return {"kind": "ngsi-ld-subscription", "url": f"{self.url}/ngsi-ld/v1", "type": TYPE, **more}

    async def set(self, number: int, **attributes: Any) -> None:
        """Change an entity and notify who has subscribed."""
        self.clock += 1
        at = (BEGAN + timedelta(seconds=self.clock)).isoformat().replace("+00:00", "Z")
        kept = self.entities.setdefault(name(number), {"id": name(number), "type": TYPE, "createdAt": at})
        kept |= {**attributes, "modifiedAt": at}
        if not self.deaf:
            for subscription in [*self.subscriptions.values()]:
                await self.tell(subscription, [_strip(kept)])

    async def tell(self, subscription: dict[str, Any], data: list[Any], **changes: Any) -> int:
        """Send one notification; return the status of the answer."""
        endpoint = subscription["notification"]["endpoint"]
        headers = {one["key"]: one["value"] for one in endpoint.get("receiverInfo", ())}
        document = {
            "id": f"urn:ngsi-ld:Notification:{next(self._numbers)}",
            "type": "Notification",
            "subscriptionId": subscription["id"],
            "notifiedAt": BEGAN.isoformat(),
            "data": data,
        }
        async with (
            aiohttp.ClientSession() as session,
            session.post(endpoint["uri"], json={**document, **changes}, headers=headers) as answer,
        ):
            self.answers.append(answer.status)
            return answer.status

    async def handle(self, request: web.Request) -> web.Response:
        self.asked.append((request.method, request.path))
        _, _, where = request.path.partition("/ngsi-ld/v1/")
        if where == "entities":
            first, most = int(request.query["offset"]), int(request.query["limit"])
            found = [*self.entities.values()][first : first + most]
            rows = (
                found if "sysAttrs" in request.query["options"] and self.tells_times else [_strip(one) for one in found]
            )
            return web.json_response(rows, headers={"NGSILD-Results-Count": str(len(self.entities))})
        if request.method == "POST":
            document = await request.json()
            if document["id"] in self.subscriptions:
                return web.json_response({"type": "AlreadyExists"}, status=409)
            self.subscriptions[document["id"]] = document
            return web.Response(status=201, headers={"Location": f"/ngsi-ld/v1/subscriptions/{document['id']}"})
        identifier = where.removeprefix("subscriptions/")
        if identifier not in self.subscriptions:
            return web.json_response({"type": "ResourceNotFound"}, status=404)
        if request.method == "DELETE":
            del self.subscriptions[identifier]
        else:
            assert request.method == "PATCH"
            self.subscriptions[identifier] |= await request.json()
        return web.Response(status=204)


def _strip(entity: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entity.items() if key not in {"createdAt", "modifiedAt"}}


@asynccontextmanager
async def running_broker() -> AsyncIterator[ContextBroker]:
    broker = ContextBroker()
    async with serving(broker.handle) as broker.url:
        yield broker
