"""The routes of the catalogue (Catalog HTTPS Binding): pages with `Link`, compressed answers, one dataset."""

import gzip
from collections.abc import Awaitable, Callable
from functools import lru_cache
from urllib.parse import parse_qsl, quote

from connector.binding.dsp.answers import refuse
from connector.binding.dsp.body import JSON, read_message
from connector.binding.dsp.gatekeeper import Gatekeeper, Handle, endpoint
from connector.binding.dsp.routing import Route
from connector.controlplane.usecases import catalog
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.net.serving.messages import PeerRequest, Reply
from connector.ports.identity import Caller, Intent
from connector.protocol.dsp.catalog import CatalogError, CatalogRequestMessage
from connector.protocol.dsp.errors import RemoteProtocolError

COMPRESS_FROM = 1024
# The compressed pages that are kept, and how large they may be before, in bytes.
KEPT_PAGES = 16
KEPT_SIZE = 256 * 1024
MOST_FIELDS = 20

Provide = Callable[[Caller, str | None, int | None, tuple[object, ...]], Awaitable[catalog.OwnCatalogPage]]
ProvideDataset = Callable[[Caller, str], Awaitable[bytes | None]]


def routes(gatekeeper: Gatekeeper, publisher: Publisher) -> list[Route]:
    """Return the routes of a participant's own catalogue."""

    async def provide(
        caller: Caller, after: str | None, limit: int | None, filters: tuple[object, ...]
    ) -> catalog.OwnCatalogPage:
        return await catalog.provide(publisher, caller, after=after, limit=limit, filters=filters)

    async def dataset(caller: Caller, dataset_id: str) -> bytes | None:
        return await catalog.provide_dataset(publisher.evaluator, caller, dataset_id)

    return routes_for(gatekeeper, publisher.context.address, provide, dataset)


def routes_for(gatekeeper: Gatekeeper, address: str, provide: Provide, provide_dataset: ProvideDataset) -> list[Route]:
    """Return the routes of the catalogue service at `address`, of a participant or of a broker."""

    async def request(request: PeerRequest, caller: Caller, body: bytes) -> Reply:
        message = (await read_message(CatalogRequestMessage, body)).message
        asked = _read_query(request.query)
        after = asked.get("after")
        limit = _limit(asked.get("limit"))
        async with gatekeeper.using_token(caller):
            try:
                answer = await provide(caller, after, limit, message.filter)
            except ValueError as error:
                if after is None:
                    raise
                reason = "Unknown cursor: follow the Link of a page, or request the first page without `after`."
                raise RemoteProtocolError(reason, code="cursor") from error
        headers = {}
        if answer.next is not None:
            size = f"&limit={limit}" if limit else ""
            target = f"{address}/catalog/request?after={quote(answer.next, safe='')}{size}"
            headers["Link"] = f'<{target}>; rel="next"'
        return _compress(request, answer.body, headers)

    async def dataset(request: PeerRequest, caller: Caller, _: bytes) -> Reply:
        async with gatekeeper.using_token(caller):
            document = await provide_dataset(caller, request.names["id"])
        if document is None:
            fault = RemoteProtocolError(
                "Unknown dataset: request the catalogue for the datasets offered to you.", code="not-found", status=404
            )
            return refuse(CatalogError, fault)
        return _compress(request, document, {})

    def route(path: str, handle: Handle, method: str) -> Route:
        return Route(method, path, endpoint(gatekeeper, CatalogError, Intent.CATALOG, handle))

    return [route("/catalog/request", request, "POST"), route("/catalog/datasets/{id:path}", dataset, "GET")]


def _read_query(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_FIELDS))
    except ValueError:
        reason = f"The address has more than {MOST_FIELDS} parameters: send `after` and `limit` alone."
        raise RemoteProtocolError(reason, code="query") from None


def _limit(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdecimal()) or not 1 <= int(text[:9]) <= 100_000:
        raise RemoteProtocolError(
            "The limit is not a number of datasets: send a whole number of at least 1.", code="limit"
        )
    return int(text[:9])


def _compress(request: PeerRequest, body: bytes, headers: dict[str, str]) -> Reply:
    headers["Vary"] = "Accept-Encoding"
    accepted = [entry.strip() for entry in request.headers.get("accept-encoding", "").split(",")]
    if len(body) >= COMPRESS_FROM and any(entry == "gzip" or entry.startswith("gzip;q=1") for entry in accepted):
        body = (_gzip_again if len(body) <= KEPT_SIZE else _gzip)(body)
        headers["Content-Encoding"] = "gzip"
    return Reply(body=body, headers=headers, media_type=JSON)


def _gzip(body: bytes) -> bytes:
    return gzip.compress(body, compresslevel=1, mtime=0)


_gzip_again = lru_cache(KEPT_PAGES)(_gzip)
