import aiohttp
import pytest

from tests.dataplane.world import Side, url_and_token


@pytest.mark.parametrize(
    ("asked", "status", "span"),
    [
        ("bytes=0-3", 206, (0, 4)),
        ("bytes=6-", 206, (6, 10)),
        ("bytes=-3", 206, (7, 10)),
        ("bytes=-99", 206, (0, 10)),
        ("bytes=2-99", 206, (2, 10)),
        ("bytes=10-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=0-1,3-4", 200, (0, 10)),
        ("bytes=" + ",".join(["0-"] * 1500), 200, (0, 10)),
        ("bytes=nonsense", 200, (0, 10)),
        ("bytes=" + "9" * 400 + "-", 200, (0, 10)),
    ],
)
async def test_ranges(
    provider: Side, http: aiohttp.ClientSession, asked: str, status: int, span: tuple[int, int] | None
) -> None:
    url, headers = url_and_token(await provider.serve(provider.give("f", b"0123456789")))
    async with http.get(url, headers={**headers, "Range": asked}) as answer:
        body = await answer.read()
        assert answer.status == status
        if span is None:
            assert answer.headers["Content-Range"] == "bytes */10"
            return
        assert body == b"0123456789"[slice(*span)]
        if status == 206:
            assert answer.headers["Content-Range"] == f"bytes {span[0]}-{span[1] - 1}/10"


async def test_a_range_of_an_older_state_gets_the_whole_new_one(provider: Side, http: aiohttp.ClientSession) -> None:
    address = provider.give("f", b"old old old")
    url, headers = url_and_token(await provider.serve(address))
    async with http.head(url, headers=headers) as answer:
        tag = answer.headers["ETag"]
    async with http.get(url, headers={**headers, "Range": "bytes=4-", "If-Range": tag}) as answer:
        assert (answer.status, await answer.read()) == (206, b"old old")
    provider.give("f", b"new new")
    async with http.get(url, headers={**headers, "Range": "bytes=4-", "If-Range": tag}) as answer:
        assert (answer.status, await answer.read()) == (200, b"new new")
