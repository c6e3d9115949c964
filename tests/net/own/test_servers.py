"""Where servers other than those of HTTP may be."""

import pytest

from connector.net.addresses import net_policy
from connector.net.own.servers import Servers
from connector.ports.flow import Cause, SourceError
from tests.dataplane.world import LOOPBACK


async def test_an_allowed_host_is_found_by_a_checked_address() -> None:
    assert await Servers(LOOPBACK).find("127.0.0.1", 22) == "127.0.0.1"
    assert await Servers(LOOPBACK).find("localhost", 22) in {"127.0.0.1", "::1"}


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "::1"])
async def test_a_host_that_is_not_allowed_is_refused(host: str) -> None:
    with pytest.raises(SourceError, match="may not be used") as error:
        await Servers(LOOPBACK).find(host, 22)
    assert error.value.cause is Cause.NOT_ALLOWED
    with pytest.raises(SourceError, match="may not be used"):
        await Servers(net_policy()).find("127.0.0.1", 22)


async def test_a_name_that_is_unknown_is_told() -> None:
    with pytest.raises(SourceError, match="cannot be found"):
        await Servers(LOOPBACK).find("nobody.invalid", 22)
