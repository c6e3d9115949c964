"""Fixtures of the duties: a clock, rooms with executors, a client."""

from collections.abc import AsyncIterator

import pytest

from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from tests.controlplane.agreements import (
    Clock,
    provider,
)
from tests.controlplane.enforcing.duties import OURS
from tests.dataplane.world import LOOPBACK
from tests.support.plane import Desk
from tests.support.rooms import Rooms


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(desk: Desk, clock: Clock) -> Rooms:
    return provider(desk.rooms, clock, OURS)


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    transport = SocketTransport(LOOPBACK)
    yield GuardedClient(LOOPBACK, transport)
    await transport.close()
