import asyncio
from pathlib import Path

import aiohttp
import msgspec

from connector.ports.entities import FlowDirection
from connector.protocol.dsp.common import DataAddress, authorization
from tests.dataplane.world import FLOW, OWNER, Side, flow_request, lease, side, url_and_token


async def test_an_unknown_flow_and_a_wrong_token_look_the_same(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"secret")))
    other = url.replace("7f0c", "8f0c")
    seen = set()
    for place, shown in [
        (url, {}),
        (url, {"Authorization": "Bearer " + "x" * 43}),
        (url, {"Authorization": "Basic dTpw"}),
        (other, headers),
        (other, {"Authorization": "Bearer " + "x" * 43}),
    ]:
        async with http.get(place, headers=shown) as answer:
            seen.add((answer.status, await answer.text(), answer.headers["WWW-Authenticate"]))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 401


async def test_the_bare_token_is_taken_as_well(provider: Side, http: aiohttp.ClientSession) -> None:
    address = await provider.serve(provider.give("f", b"data"))
    url, _ = url_and_token(address)
    async with http.get(url, headers={"Authorization": authorization(address) or ""}) as answer:
        assert await answer.read() == b"data"


async def test_a_new_start_gives_a_new_token_and_kills_the_old(provider: Side, http: aiohttp.ClientSession) -> None:
    source = provider.give("f", b"data")
    url, old = url_and_token(await provider.serve(source))
    _, new = url_and_token(await provider.serve(source, lease(2)))
    async with http.get(url, headers=old) as answer:
        assert answer.status == 401
    async with http.get(url, headers=new) as answer:
        assert answer.status == 200


async def test_every_state_has_its_answer(provider: Side, http: aiohttp.ClientSession) -> None:
    provider.give("f", b"data")
    url, headers = url_and_token(await _address(provider))

    async def status() -> tuple[int, str | None]:
        async with http.get(url, headers=headers) as answer:
            body = await answer.read()
            assert headers["Authorization"][7:].encode() not in body
            return answer.status, answer.headers.get("Retry-After")

    assert await status() == (503, "2"), "a lease that is still on its way is worth another try"
    await provider.plane.renew(lease(1, seconds=0))
    assert await status() == (403, None)
    await provider.plane.renew(lease(2))
    assert await status() == (200, None)
    await provider.plane.suspend(OWNER, FLOW, "pause")
    assert await status() == (409, None)
    await provider.plane.terminate(OWNER, FLOW, "over")
    assert await status() == (401, None)


async def _address(provider: Side) -> DataAddress:
    report = await provider.plane.start(flow_request(FlowDirection.SERVE, source={"kind": "file", "path": "f"}))
    return msgspec.json.decode(report.data_address or b"", type=DataAddress)


async def test_an_access_waits_for_a_lease_that_is_on_its_way(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with side(tmp_path, patience_s=10) as provider:
        provider.give("f", b"data")
        url, headers = url_and_token(await _address(provider))
        pull = asyncio.create_task(http.get(url, headers=headers))
        await asyncio.sleep(0.02)
        assert not pull.done()
        await provider.plane.renew(lease())
        async with await pull as answer:
            assert await answer.read() == b"data"
