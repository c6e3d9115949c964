from collections.abc import AsyncIterator

import httpx
import pytest

from connector.ports.entities import UserRole
from tests.pages.square import furnish_square, list_sources
from tests.web.public.square import Square


@pytest.fixture
async def square() -> AsyncIterator[Square]:
    made = Square(**list_sources())
    await furnish_square(made)
    yield made
    await made.operator.assessor.stop()
    await made.searching.index.close()


@pytest.fixture
async def operator(square: Square) -> httpx.AsyncClient:
    return await square.sign_in(UserRole.OPERATOR, person="Emre Berg")
