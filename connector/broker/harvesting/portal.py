"""The requests to portals: each host at a bounded rate, answers of a bounded size, one sentence if there is none."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import AbstractAsyncContextManager, nullcontext
from urllib.parse import urljoin

from connector.broker.crawl import CrawlFailed
from connector.net.addresses import parse_url
from connector.net.client import GuardedClient, Response
from connector.net.errors import Blocked, NetError, Unwilling
from connector.net.limits import TokenBuckets
from connector.protocol.dsp.errors import clean

PER_SECOND, BURST = 5.0, 20
LARGEST = 64 * 1024 * 1024
"""The bytes of one answer, as sent and decompressed."""

ROOMY = 1024 * 1024
"""The bytes of a document that may be in memory as values beside any others."""

_TIMEOUT_S = 120.0
_LONGEST_WAIT_MS = 3_600_000


def read_clock() -> int:
    """Return a time in ms that only grows."""
    return time.monotonic_ns() // 1_000_000


class PortalClient:
    """Asks portals. `now` returns ms of a clock that only grows, `sleep` waits some seconds."""

    def __init__(
        self,
        client: GuardedClient,
        *,
        now: Callable[[], int] = read_clock,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._now = now
        self._sleep = sleep
        self._rates = TokenBuckets(per_second=PER_SECOND, burst=BURST)
        self._room = asyncio.Lock()

    def take_room(self, size: int) -> AbstractAsyncContextManager[None]:
        """Return the room in which a document of `size` bytes is in memory as values, which take many times its bytes.

        There is room for one that is larger than `ROOMY` and for all others: more would end no sooner, because one
        thread reads all of them.
        """
        return self._room if size > ROOMY else nullcontext()

    async def fetch(
        self, url: str, *, accept: str, headers: Mapping[str, str] | None = None, refusals: Collection[int] = ()
    ) -> Response:
        """Return the answer 200 of a portal to a GET, 304 if `headers` have a condition, or one of `refusals`.

        An answer has at most `LARGEST` bytes. Redirects are never followed. Raises CrawlFailed without such an answer.
        """
        try:
            host = parse_url(url, query=True).host
            while wait := self._rates.take(host, self._now()):
                await self._sleep(wait / 1000)
            asked = {"Accept": accept, **(headers or {})}
            answer = await self._client.request("GET", url, headers=asked, timeout_s=_TIMEOUT_S, max_bytes=LARGEST)
        except Blocked as error:
            raise CrawlFailed(f"The portal was not asked: {error.reason}") from None
        except Unwilling as error:
            raise CrawlFailed(f"The portal did not answer: {error} {_name_other(url, error)}".strip()) from None
        except NetError as error:
            raise CrawlFailed(f"The portal did not answer: {error}") from None
        expected = {200, *refusals, *((304,) if headers else ())}
        if answer.status not in expected:
            raise CrawlFailed(f"The portal answered with status {answer.status}.", _read_wait(answer))
        return answer


def _name_other(url: str, error: Unwilling) -> str:
    """Return where a redirect leads, for the operator, who decides if that is the portal (RFC 9110, section 15.4)."""
    try:
        other = urljoin(url, error.location) if error.location else ""
    except ValueError:
        return ""
    return f"It leads to {clean(other, 300)}: enter that address, if it is the portal's." if other else ""


def _read_wait(answer: Response) -> int | None:
    """Return how long the portal wants to be left alone, in ms (RFC 9110, section 10.2.3); None if it does not say."""
    stated = answer.headers.get("Retry-After", "")
    known = answer.status in {429, 503} and stated.isascii() and stated.isdecimal() and len(stated) < 9
    return min(int(stated) * 1000, _LONGEST_WAIT_MS) if known else None


def find_media_type(answer: Response) -> str:
    """Return the media type of an answer without its parameters, in lower case; without one it can be anything.

    RFC 9110, section 8.3.
    """
    return answer.headers.get("Content-Type", "").partition(";")[0].strip().lower() or "application/octet-stream"


def find_charset(answer: Response) -> str:
    """Return the parameter `charset` of the media type of an answer, or an empty text (RFC 9110, section 8.3.2)."""
    parameters = answer.headers.get("Content-Type", "").split(";")[1:]
    named = (part.partition("=") for part in parameters)
    return next((value.strip(" \"'") for name, _, value in named if name.strip().lower() == "charset"), "")[:40]
