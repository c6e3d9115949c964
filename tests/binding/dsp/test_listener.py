"""The application for peers: the version document, and exactly the paths of the protocol's table."""

import pytest

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
