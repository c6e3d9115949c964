from collections.abc import AsyncIterator

import pytest

from tests.web.public.square import Square, list_offers


@pytest.fixture
async def square() -> AsyncIterator[Square]:
    made = Square(**list_offers())
    await made.crawl()
    yield made
    await made.searching.index.close()
