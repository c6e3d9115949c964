"""A fixed URL of an own backend, as a source: the guarded client fetches it at each access.

Address: `{"kind": "http", "url": "https://…", "headers": {"Accept": "…"}}`. The operator sets both; the peer determines
only the byte range, and what `parameters` lets it choose. `auth` names a secret of the operator
(`dataplane.backends.asking`), `paging` describes a backend that answers in pages (`dataplane.backends.paging`). The
last part of the path names the data if it is a file name: it is the same for every answer, also for one to a range.
Redirects are refused, and the silence and duration of an answer are limited. An answer that ends early is an error,
never a short success.
"""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Literal

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.address.parameters import SourceParameters, check_parameters
from connector.dataplane.address.secrets import SecretReader, refuse_secret
from connector.dataplane.backends.asking import BackendAuth, HttpUrl
from connector.dataplane.backends.paging import Paging, open_pages, read_paging
from connector.dataplane.backends.reading import BackendReader
from connector.net.client import GuardedClient
from connector.ports.flow import Content, SourceError

_URL = re.compile(r"https?://[\x21-\x7e]{1,2000}")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE = re.compile(r"[\x20-\x7e]{0,8192}")
_PAGED_TYPES = {"json": "application/json", "ndjson": "application/x-ndjson"}


class HttpAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The place of data at a backend: what is asked, by whom, in how many pages, and what a consumer may choose."""

    kind: Literal["http"] = "http"
    url: HttpUrl
    headers: dict[str, str] = {}
    auth: BackendAuth | None = None
    paging: Paging | None = None
    parameters: SourceParameters = {}


class HttpSource:
    """Fetches from own backends, with `secrets` of the operator.

    `idle_s` limits a silence of the backend, `longest_s` a complete answer (seconds).
    """

    def __init__(
        self,
        client: GuardedClient,
        secrets: SecretReader = refuse_secret,
        *,
        idle_s: float = 30.0,
        longest_s: float = 6 * 3600.0,
    ) -> None:
        self._reader = BackendReader(client, secrets, idle_s=idle_s, longest_s=longest_s)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no usable URL or a header that cannot be sent."""
        url, headers = address.get("url"), address.get("headers", {})
        if not isinstance(url, str) or not _URL.fullmatch(url):
            raise SourceError("The address has no usable `url`: give one that begins with http:// or https://.")
        if not isinstance(headers, dict):
            raise SourceError("The `headers` of the address are malformed: give an object of names and values.")
        for name, value in headers.items():
            fits = isinstance(value, str) and _NAME.fullmatch(name) and _VALUE.fullmatch(value)
            if not fits or name.lower() == "range":
                raise SourceError(
                    "A header of the address has a name or value that cannot be sent: use ASCII, and not `Range`."
                )
        check_parameters(address)
        read_members(address, HttpAddress, "http")
        self._reader.asker.check(address)

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Fetch the URL; a range is passed on, and `Content.offset` shows whether the backend applied it."""
        self.check(address)
        if part is not None:
            raise SourceError("A URL has no members: request it without a path.")
        paging = read_paging(address)
        if paging is None:
            async with self._reader.open(address, offset, end) as content:
                yield content
            return
        url = self._reader.asker.make_url(address)
        chunks = await open_pages(url, paging, self._reader.make_fetch(address))
        yield Content(chunks=chunks, media_type=_PAGED_TYPES[paging.form])

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return the time in `Last-Modified` of the backend; None without this header."""
        self.check(address)
        return None if read_paging(address) is not None else await self._reader.find_date(address)
