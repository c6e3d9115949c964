"""A fixed URL of an own backend, as a sink: each delivery is one PUT through the guarded client.

Address: `{"kind": "http", "url": "https://…", "headers": {…}}`; a member of a folder is sent below the URL. If a
delivery is interrupted, too short, too long or has the wrong digest, the request is aborted, so that the backend does
not take it for complete. Nothing is stored, so an interrupted delivery starts again.

A batch of a stream is one POST with its lines of JSON.
"""

import hashlib
import re
from collections.abc import AsyncIterator
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from connector.dataplane.address.members import read_members
from connector.dataplane.backends.asking import HttpUrl
from connector.dataplane.files.folder import UnsafePath, check_path
from connector.dataplane.wire.body import WatchedBody
from connector.dataplane.wire.checked import WholeSink
from connector.dataplane.wire.fields import REPR_DIGEST, repr_digest
from connector.net.client import GuardedClient
from connector.net.errors import NetError
from connector.ports.flow import Arrival, Cause, SinkReceipt, SourceError
from connector.ports.stream_sink import StreamBatch

_URL = re.compile(r"https?://[\x21-\x7e]{1,2000}")
_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,128}")
_VALUE = re.compile(r"[\x20-\x7e]{0,8192}")


class HttpSinkAddress(msgspec.Struct, frozen=True, kw_only=True):
    """The URL that takes each delivery."""

    kind: Literal["http"] = "http"
    url: HttpUrl
    headers: dict[str, str] = {}


class HttpSink(WholeSink):
    """Delivers to own backends. `idle_s` limits a silence of the backend (seconds)."""

    def __init__(self, client: GuardedClient, *, idle_s: float = 60.0) -> None:
        self._client = client
        self._idle_s = idle_s

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no usable URL or a header that cannot be sent."""
        url, headers, member = address.get("url"), address.get("headers", {}), address.get("member", "")
        if not isinstance(url, str) or not _URL.fullmatch(url):
            raise SourceError("The address has no usable `url`: give one that begins with http:// or https://.")
        if not isinstance(headers, dict) or not all(
            isinstance(value, str) and _NAME.fullmatch(name) and _VALUE.fullmatch(value)
            for name, value in headers.items()
        ):
            raise SourceError("A header of the address has a name or value that cannot be sent: use printable ASCII.")
        read_members(address, HttpSinkAddress, "http")
        try:
            check_path(member or "-")
        except UnsafePath as error:
            raise SourceError(str(error)) from error

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Send the bytes as one PUT while they arrive."""
        self.check(address)
        if arrival.offset:
            raise SourceError("A delivery to a URL cannot be continued: start the transfer again.")
        digest = hashlib.sha256()
        body = WatchedBody(_check_chunks(arrival, digest, chunks))
        headers = {**address.get("headers", {}), "Content-Type": arrival.media_type}
        if arrival.sha256:
            headers[REPR_DIGEST] = repr_digest(arrival.sha256)
        url = address["url"] + ("/" + quote(address["member"]) if "member" in address else "")
        try:
            async with self._client.stream(
                "PUT", url, headers=headers, body=body.chunks(), length=arrival.size, idle_s=self._idle_s
            ) as answer:
                status = answer.status
        except NetError as error:
            raise body.failure or SourceError(f"The backend cannot be reached: {error}") from error
        if body.failure:
            raise body.failure
        if status not in {200, 201, 202, 204} or not body.ended:
            raise SourceError(f"The backend refused the delivery with status {status}: check the backend.")
        return SinkReceipt(size=body.size, sha256=digest.hexdigest(), location=url.partition("?")[0])

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address has no usable URL or a header that cannot be sent."""
        self.check(address)

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Send the lines of a batch as one POST; the backend may get a batch twice, with the same positions."""
        self.check(address)
        body = b"".join(one.line + b"\n" for one in batch.messages)
        headers = {**address.get("headers", {}), "Content-Type": "application/x-ndjson"}
        try:
            answer = await self._client.request(
                "POST", address["url"], headers=headers, body=body, timeout_s=self._idle_s
            )
        except NetError as error:
            raise SourceError(f"The backend cannot be reached: {error}", Cause.UNAVAILABLE) from error
        if answer.status not in {200, 201, 202, 204}:
            cause = Cause.UNAVAILABLE if answer.status >= 500 or answer.status in {408, 409, 429} else None
            raise SourceError(
                f"The backend refused the messages with status {answer.status}: check the backend.", cause
            )


async def _check_chunks(
    arrival: Arrival, digest: "hashlib._Hash", chunks: AsyncIterator[bytes]
) -> AsyncIterator[bytes]:
    """Pass on the body. Raises SourceError if it differs from the announced size or digest."""
    size = 0
    async for chunk in chunks:
        size += len(chunk)
        if arrival.size is not None and size > arrival.size:
            raise SourceError(f"The delivery has more than the {arrival.size} bytes that were announced.")
        digest.update(chunk)
        yield chunk
    if arrival.size not in {None, size}:
        raise SourceError(f"The delivery ended after {size} of {arrival.size} bytes: start the transfer again.")
    if arrival.sha256 not in {None, digest.hexdigest()}:
        raise SourceError("The received data differs from the announced SHA-256: start the transfer again.")
