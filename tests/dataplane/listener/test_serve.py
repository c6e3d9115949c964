from pathlib import Path

import aiohttp

from tests.dataplane.world import Side, eventually, url_and_token


async def test_hostile_requests_are_errors_and_nothing_else(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"data")))
    async with http.get(url, headers={**headers, "X-Long": "y" * 20_000}) as answer:
        assert answer.status == 400
    async with http.get(url, headers=[("Authorization", "a"), ("Authorization", headers["Authorization"])]) as answer:
        assert answer.status == 401
    for method, status in [("PUT", 405), ("POST", 405), ("DELETE", 405)]:
        async with http.request(method, url, headers=headers, data=b"x") as answer:
            assert answer.status == status
            assert "error" in await answer.json()
    async with http.get(provider.url + "/other") as answer:
        assert (answer.status, "error" in await answer.json()) == (404, True)


def _open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def test_what_a_listener_holds_ends_with_the_request(provider: Side, http: aiohttp.ClientSession) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", bytes(24 * 1024 * 1024))))
    before = _open_files()
    answer = await http.get(url, headers=headers)
    await answer.content.readexactly(10)
    answer.close()
    await eventually(lambda: _open_files() <= before, "the file stayed open after the peer had gone")
