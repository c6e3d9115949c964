"""The way to servers of the operator whose protocol is encrypted and proves the host by itself, such as SSH."""

from functools import partial

from connector.net.addresses import NetPolicy, check_url, join_host
from connector.net.errors import Blocked, NetError
from connector.net.resolving import CheckedResolver, SystemLookup
from connector.ports.flow import Cause, SourceError

_TTL_S = 30


class Servers:
    """Finds servers that `policy` allows."""

    def __init__(self, policy: NetPolicy) -> None:
        self._policy = policy
        self._resolver = partial(CheckedResolver, policy, ttl_s=_TTL_S)

    async def find(self, host: str, port: int) -> str:
        """Return a checked address of a host. Raises SourceError if it is not allowed or its name is unknown."""
        lookup = SystemLookup(threads=1)
        try:
            endpoint = check_url(f"https://{join_host(host, port)}", self._policy)
            return (await self._resolver(lookup).find(endpoint))[0]
        except Blocked as error:
            raise SourceError(f"The server may not be used: {error.reason}", Cause.NOT_ALLOWED) from error
        except NetError as error:
            raise SourceError(f"The server cannot be found: {error}", Cause.UNAVAILABLE) from error
        finally:
            lookup.close()
