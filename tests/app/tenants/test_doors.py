"""What a listener answers for tenants: each at its own place, and one that takes no part is put off."""

from pathlib import Path

import httpx
from aiohttp.test_utils import TestClient, TestServer

from connector.app.tenants.doors import make_doors
from connector.app.tenants.listing import Tenant, TenantState, read_list
from connector.dataplane.control.tokens import hash_token
from connector.ports.changes import PutFlow
from connector.ports.entities import Flow, FlowDirection
from tests.support.asgi import as_asgi
from tests.support.tenants import NAMES, housed, identify, locate, set_state, tenants_of, write_tenant

VERSION = "/.well-known/dspace-version"


async def test_each_participant_states_itself_at_its_own_place(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):
        transport = httpx.ASGITransport(as_asgi(make_doors(house.seats).protocol))
        async with httpx.AsyncClient(transport=transport) as client:
            for name, url in (("city", "https://city.example"), *((name, locate(name)) for name in NAMES)):
                (entry,) = (await client.get(url + VERSION)).json()["protocolVersions"]
                named = "did:web:city.example" if name == "city" else identify(name)
                assert (entry["serviceId"], entry["path"]) == (f"{named}#connector", "/dsp/2025-1")
            assert (await client.get(f"https://city.example/nobody{VERSION}")).status_code == 404
            assert (await client.get(f"https://city.example/roads{VERSION}")).status_code == 404


async def test_peers_of_a_suspended_tenant_are_put_off(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        set_state(space, "parks", TenantState.SUSPENDED)
        await house.seats.follow(read_list(tenants_of(space)))
        transport = httpx.ASGITransport(as_asgi(make_doors(house.seats).protocol))
        async with httpx.AsyncClient(transport=transport) as client:
            answer = await client.get(locate("parks") + VERSION)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "60")
            assert (await client.get(f"https://city.example{VERSION}")).status_code == 200


async def test_no_tenant_hides_what_the_process_itself_serves(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):
        # Its path for peers is a setting, which may change after a tenant was added.
        house.seats.listed = {**house.seats.listed, "dsp": Tenant(name="dsp", since=1)}
        transport = httpx.ASGITransport(as_asgi(make_doors(house.seats).protocol))
        async with httpx.AsyncClient(transport=transport) as client:
            answer = await client.post("https://city.example/dsp/2025-1/catalog/request", json={})
            assert answer.status_code == 401


async def test_a_token_opens_a_flow_at_the_place_of_its_tenant_only(tmp_path: Path) -> None:
    async with housed(tmp_path) as (_, house):
        flow = Flow(
            owner="parks",
            id="urn:flow:1",
            direction=FlowDirection.SERVE,
            agreement_id="a",
            dataset="d",
            peer="p",
            state="TERMINATED",
            token_hash=hash_token("t" * 43),
        )
        await house.house.parts.store.commit([PutFlow(flow)])
        async with TestClient(TestServer(make_doors(house.seats).data)) as client:
            told = {}
            for place in ("", "/parks", "/roads", "/nobody"):
                headers = {"Authorization": f"Bearer {'t' * 43}"}
                answer = await client.get(f"{place}/flows/urn:flow:1", headers=headers)
                told[place] = answer.status
            assert told == {"": 401, "/parks": 403, "/roads": 401, "/nobody": 401}


async def test_the_document_of_an_identifier_is_where_the_identifier_leads(tmp_path: Path) -> None:
    async with housed(tmp_path) as (space, house):
        write_tenant(space, "club")
        file = tenants_of(space) / "club" / "datenkontor.toml"
        file.write_text(file.read_text().replace(identify("club"), "did:web:city.example:club"))
        await house.seats.follow(read_list(tenants_of(space)))
        transport = httpx.ASGITransport(as_asgi(make_doors(house.seats).protocol))
        async with httpx.AsyncClient(transport=transport) as client:
            document = (await client.get("https://city.example/club/did.json")).json()
        assert document["id"] == "did:web:city.example:club"
        places = {entry["serviceEndpoint"] for entry in document["service"]}
        assert places == {f"{locate('club')}{VERSION}", f"{locate('club')}/dsp/2025-1/catalog"}
