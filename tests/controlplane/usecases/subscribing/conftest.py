import pytest

from tests.controlplane.usecases.subscribing.orders import Household
from tests.support.plane import Desk


@pytest.fixture
async def household(desk: Desk) -> Household:
    made = Household(desk)
    await made.agree()
    return made
