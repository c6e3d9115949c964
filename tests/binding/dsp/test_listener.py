"""The application for peers: the version document, and exactly the paths of the protocol's table."""

import asyncio
import json
from urllib.parse import urlsplit

import pytest

from connector.app.listeners import Listeners
from connector.binding.dsp.listener import make_refusals
from connector.protocol.dsp.paths import ROUTES, WELL_KNOWN
from connector.protocol.dsp.version import VersionResponse
from tests.binding.door import BASE, Door
from tests.pair.space import participant

PATHS = {(route.method, route.template) for route in ROUTES if route.kind is not VersionResponse}


@pytest.mark.parametrize("template", sorted({template for _, template in PATHS}))
async def test_every_path_of_the_table_is_served_with_its_methods(door: Door, template: str) -> None:
    methods = {method for method, served in PATHS if served == template}
    answer = await door.http.request("OPTIONS", BASE + template.replace("{pid}", "urn:uuid:1"))
    assert answer.status_code == 405
    allowed = set(answer.headers["allow"].split(", ")) - {"HEAD"}
    # A path with an identifier is also that of a GET, where the identifier is a word such as `request`.
    assert allowed - {"GET"} == methods - {"GET"}
    assert allowed >= methods


async def test_another_path_is_not_found_and_nothing_is_redirected(door: Door) -> None:
    for path in ("/", BASE, f"{BASE}/catalog", f"{BASE}/negotiations/", "/negotiations/request", f"{WELL_KNOWN}/"):
        assert (await door.http.get(path)).status_code == 404


async def test_the_version_document_needs_no_token_and_names_the_base_path(door: Door) -> None:
    answer = await door.http.get(WELL_KNOWN)
    (version,) = answer.json()["protocolVersions"]
    assert (version["version"], version["path"], version["binding"]) == ("2025-1", BASE, "HTTPS")
    assert version["serviceId"] == f"{participant('city')}#connector"


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (f"{BASE}/negotiations/x/unheard-of", "ContractNegotiationError"),
        (f"{BASE}/negotiations", "ContractNegotiationError"),
        (f"{BASE}/transfers/x/y/z", "TransferError"),
        (f"{BASE}/catalog", "CatalogError"),
        (f"{BASE}/anything", "CatalogError"),
        (BASE, "CatalogError"),
    ],
)
async def test_below_the_base_path_every_error_is_one_of_the_protocol(door: Door, path: str, kind: str) -> None:
    answer = await door.http.get(path)
    body = answer.json()
    assert (answer.status_code, answer.headers["content-type"], body["@type"]) == (404, "application/json", kind)
    assert body["reason"]
    method = await door.http.delete(f"{BASE}/negotiations/request")
    assert (method.status_code, method.json()["@type"]) == (405, "ContractNegotiationError")
    assert method.headers["allow"] == "GET, HEAD, POST"


async def test_outside_the_base_path_an_error_is_plain(door: Door) -> None:
    for path in ("/", f"{BASE}x/negotiations/y", "/negotiations/x", WELL_KNOWN + "/x"):
        answer = await door.http.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (404, "text/plain; charset=utf-8")


@pytest.mark.parametrize("status", [400, 404, 408, 414, 417, 431, 500, 501, 503, 505])
def test_a_refusal_of_the_server_is_an_error_of_its_chapter(status: int) -> None:
    refuse = make_refusals(BASE)
    answer = refuse(f"{BASE}/transfers/x", status)
    body = json.loads(answer.body)
    assert (answer.status, body["@type"]) == (503 if status == 500 else status, "TransferError")
    assert (body["consumerPid"], body["providerPid"]) == ("", "")
    assert ("Retry-After" in answer.headers) is (answer.status == 503)
    assert refuse("", status).media_type == "text/plain"
    assert json.loads(make_refusals("")("/transfers/x", status).body)["@type"] == "TransferError"


@pytest.mark.parametrize(
    ("wire", "status", "kind"),
    [
        (b"GET %s/negotiations/x HTTP/1.1\r\n\r\n", 400, "ContractNegotiationError"),
        (b"GET %s/transfers/" + b"x" * 20_000, 414, "TransferError"),
        (b"GET %s/catalog HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 60_000, 431, "CatalogError"),
    ],
)
async def test_a_head_that_is_refused_is_refused_in_the_form_of_its_chapter(
    door: Door, wire: bytes, status: int, kind: str
) -> None:
    listeners = Listeners()
    await listeners.open_peers("protocol", door.app, "127.0.0.1", 0)
    at = urlsplit(listeners.addresses["protocol"])
    reader, writer = await asyncio.open_connection(at.hostname, at.port)
    writer.write(wire.replace(b"%s", BASE.encode()))
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    await listeners.close()
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert json.loads(body)["@type"] == kind
