"""Pages of a backend: each within its time and size, all within one."""

import pytest
from aiohttp import web

from connector.dataplane.backends.reading import BackendReader
from connector.ports.flow import Cause, SourceError
from tests.dataplane.world import Side, serving


@pytest.mark.parametrize(
    ("status", "cause"), [(401, Cause.NOT_ALLOWED), (404, Cause.NOT_FOUND), (503, Cause.UNAVAILABLE)]
)
async def test_a_page_that_is_refused_says_why(consumer: Side, status: int, cause: Cause) -> None:
    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status)

    async with serving(handler) as url:
        with pytest.raises(SourceError, match=f"status {status}") as error:
            await BackendReader(consumer.client).make_fetch({"url": url})(url)
    assert error.value.cause is cause


async def test_a_page_that_is_not_allowed_is_not_fetched(consumer: Side) -> None:
    with pytest.raises(SourceError, match="cannot be read") as error:
        await BackendReader(consumer.client).make_fetch({"url": "http://10.0.0.1"})("http://10.0.0.1/x")
    assert error.value.cause is Cause.NOT_ALLOWED
