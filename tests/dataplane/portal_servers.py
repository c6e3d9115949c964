"""Portals and a file server of the tests, each with one row or file that has the bytes it is given.

The answers follow the texts of the standards: OGC API – Features (17-069r4), WFS 2.0 (09-025r2), NGSI-LD (ETSI GS CIM
009), SensorThings (18-088), and the API of CKAN (version 3).
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import asyncssh
from aiohttp import web

from tests.dataplane.world import serving

POINT = {"type": "Point", "coordinates": [7.2, 51.5]}
KEY = {"kind": "api-key", "header": "X-Api-Key", "secret": "key"}


@asynccontextmanager
async def serving_pages(pages: list[Any], secret: str, **headers: str) -> AsyncIterator[str]:
    """Serve pages of JSON by their number in the query: `page`, or what counts rows."""

    async def handler(request: web.Request) -> web.Response:
        assert request.headers["X-Api-Key"] == secret
        number = int(request.query.get("page", "0"))
        offset = next((int(request.query[name]) for name in ("offset", "startIndex") if name in request.query), None)
        number = number if offset is None else min(offset, len(pages) - 1)
        return web.json_response(pages[number], headers=headers)

    async with serving(handler) as url:
        yield url


@asynccontextmanager
async def ogcapi(data: bytes, secret: str) -> AsyncIterator[dict[str, Any]]:
    feature = {"type": "Feature", "id": 1, "geometry": POINT, "properties": {"data": data.hex()}}
    page = {"type": "FeatureCollection", "features": [feature], "links": [], "numberMatched": 1}
    async with serving_pages([page], secret) as url:
        yield {"kind": "ogcapi", "url": url, "collection": "trees", "auth": KEY}


@asynccontextmanager
async def wfs(data: bytes, secret: str) -> AsyncIterator[dict[str, Any]]:
    async with ogcapi(data, secret) as address:
        yield {"kind": "wfs", "url": f"{address['url']}/wfs", "type_name": "trees", "auth": KEY}


@asynccontextmanager
async def ngsi_ld(data: bytes, secret: str) -> AsyncIterator[dict[str, Any]]:
    entity = {"id": "urn:ngsi-ld:Tree:1", "type": "Tree", "location": POINT, "data": data.hex()}
    async with serving_pages([[entity], []], secret) as url:
        yield {"kind": "ngsi-ld", "url": f"{url}/ngsi-ld/v1", "type": "Tree", "auth": KEY}


@asynccontextmanager
async def sensorthings(data: bytes, secret: str) -> AsyncIterator[dict[str, Any]]:
    page = {"value": [{"@iot.id": 1, "@iot.selfLink": "x", "result": data.hex()}], "@iot.count": 1}
    async with serving_pages([page], secret) as url:
        yield {"kind": "sensorthings", "url": f"{url}/v1.1", "path": "Datastreams(1)/Observations", "auth": KEY}


@asynccontextmanager
async def ckan(data: bytes, secret: str) -> AsyncIterator[dict[str, Any]]:
    result = {"fields": [{"id": "_id"}, {"id": "data"}], "records": [{"_id": 1, "data": data.hex()}], "total": 1}
    async with serving_pages([{"success": True, "result": result}], secret) as url:
        yield {"kind": "ckan", "url": url, "resource": "4711", "datastore": True, "auth": KEY}


class FileServer(asyncssh.SSHServer):
    """Lets one user in who knows the password."""

    def __init__(self, password: str) -> None:
        self._password = password

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == ("reader", self._password)


@asynccontextmanager
async def serving_files(root: Path, password: str) -> AsyncIterator[dict[str, Any]]:
    """Serve the files below a folder by SFTP; yield the members of an address without a path."""
    key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_factory=lambda: FileServer(password),
        server_host_keys=[key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(root)),
    )
    try:
        host_key = key.export_public_key().decode().strip()
        place = {"kind": "sftp", "host": "127.0.0.1", "port": server.get_port(), "user": "reader"}
        yield {**place, "host_key": host_key, "secret": "key"}
    finally:
        server.close()
        await server.wait_closed()


@asynccontextmanager
async def sftp(root: Path, data: bytes, password: str) -> AsyncIterator[dict[str, Any]]:
    (root / "data.bin").write_bytes(data)
    os.utime(root / "data.bin", (1_600_000_000, 1_600_000_000))
    async with serving_files(root, password) as place:
        yield {**place, "path": "data.bin"}
