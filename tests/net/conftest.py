"""The client of a test is each of the two that send messages: the own one, and that of streams."""

import pytest

from tests.net.servers import Dial, dial


@pytest.fixture(params=[True, False], ids=["messages", "streams"])
def client(request: pytest.FixtureRequest) -> Dial:
    return dial(messages=request.param)
