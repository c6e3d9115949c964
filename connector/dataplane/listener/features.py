"""OGC API – Features at the data-plane listener: `/features/{flow_id}` and the paths below it.

The documents need the token and the lease of the flow like its data, and count as no use; each request for items is an
access like a pull.
"""

from typing import Any

import msgspec
from aiohttp import web

from connector.dataplane.forms.choice import BadChoice, Choice
from connector.dataplane.forms.features import COLLECTION, describe, locate, read_item_query, read_items_query
from connector.dataplane.listener.admission import FlowAccess, Refusal, refuse_choice
from connector.dataplane.listener.pull import PullHandler
from connector.ports.entities import FlowDirection
from connector.ports.treatment import read_treatment

_ITEMS = f"collections/{COLLECTION}/items"


class FeaturesHandler:
    """Handles requests for the documents and the items."""

    def __init__(self, access: FlowAccess, pulls: PullHandler) -> None:
        self._access = access
        self._pulls = pulls

    async def get(self, request: web.Request) -> web.StreamResponse:
        """Answer GET and HEAD."""
        path = request.match_info.get("path", "").strip("/")
        base = locate(self._access.plane.public_url, request.match_info["flow_id"])
        if path == _ITEMS or path.startswith(f"{_ITEMS}/"):
            return await self._pulls.answer(request, _read_query(request, path, base))
        flow = await self._access.find_flow(request, FlowDirection.SERVE)
        gate = await self._access.open_gate(flow)
        treatment = read_treatment(gate.treatment)
        document = describe(path, base, flow.dataset) if treatment and "features" in treatment.forms else None
        if document is None:
            raise Refusal(404, "not-found", "There is nothing at this path: begin with the landing page.")
        return _answer(document)


def _read_query(request: web.Request, path: str, base: str) -> Choice:
    query, url = list(request.query.items()), f"{base}/{path}"
    number = path.removeprefix(_ITEMS).strip("/")
    try:
        return read_item_query(number, query, url) if number else read_items_query(query, url)
    except BadChoice as error:
        raise refuse_choice(error) from error


def _answer(document: dict[str, Any]) -> web.Response:
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=msgspec.json.encode(document), headers=headers, content_type="application/json")
