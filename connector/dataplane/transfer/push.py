"""Push data from a Source to the peer's DataAddress.

Between two Datenkontor connectors a push is resumable:

1. `HEAD {endpoint}` → 204 with `Upload-Offset: n` (stored bytes), `Upload-Version` (what they were sent with) and, if
   complete, `Upload-Complete: ?1`.
2. `PUT {endpoint}` with `Content-Range: bytes n-m/size`, `Repr-Digest` of all data, `Upload-Version` and
   `Content-Type`. First byte 0 starts again and deletes the stored bytes; `bytes */size` without a body finishes data
   that is stored completely. Data of unknown size is sent without `Content-Range`, always from its start.
3. 201: complete, checked and stored. 409 with `Upload-Offset`: another first byte or version is expected; ask again
   with HEAD. 422: the digest or the size differs; the stored bytes are deleted.

Only the receiver knows which version its bytes are of: a request whose end the sender did not see may still be at work,
or never have begun. So the sender continues only at a version that the receiver has named.

Members of a folder are sent to `{endpoint}/{path}`, one by one. If the answer to HEAD has no `Upload-Offset`, the
receiver does not support this: each attempt sends all data in one request (POST for an `HttpData` address, else PUT).
Such a receiver can get the data twice, but never a part of it as if it were complete.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connector.dataplane.control.register import Delivered
from connector.dataplane.control.uses import make_attempt
from connector.dataplane.files.folder import FOLDER_TYPE, read_listing
from connector.dataplane.forms.choice import BadChoice
from connector.dataplane.transfer.retry import (
    Again,
    AttemptContext,
    BoundedRetries,
    Credential,
    Expected,
    TransferFailed,
    is_transient,
    parse_retry_after,
)
from connector.dataplane.wire.body import WatchedBody
from connector.dataplane.wire.fields import (
    REPR_DIGEST,
    UNREAD_VALUES,
    UPLOAD_COMPLETE,
    UPLOAD_OFFSET,
    UPLOAD_VERSION,
    attachment,
    name_versions,
    read_number,
    read_repr_digest,
    read_version,
    repr_digest,
)
from connector.net.errors import Blocked, NetError, Unwilling
from connector.ports.flow import FINAL, Cause, Content, Source, SourceError
from connector.protocol.dsp.common import DataAddress, endpoint_url, is_http
from connector.protocol.dsp.errors import clean

_NO_SPACE = 507
_LEAST_KEPT = 64
"""A receiver that keeps a smaller share of what an attempt sends would be sent the same data without end."""
_DONE = frozenset({200, 201, 202, 204})


@dataclass(frozen=True)
class _Stored:
    """The bytes that the receiver has stored, and their version; `offset` is None if it does not support resumption."""

    offset: int | None
    version: str | None = None
    complete: bool = False
    sha256: str | None = None


@dataclass
class _PushTarget:
    """One resource and its target at the peer.

    `sent` is the end of what was sent of it, `moved` how many bytes the last attempt sent, and `received` how many
    bytes the peer had stored when they were last continued.
    """

    url: str
    method: str
    part: str | None
    media_type: str | None
    sent: int = 0
    moved: int = 0
    received: int = 0

    def continue_at(self, offset: int) -> None:
        """Count as progress what the peer has stored, if it was sent and is not far less than the last attempt sent."""
        if offset <= self.sent and offset - self.received >= self.moved / _LEAST_KEPT:
            self.received = offset


async def push(
    context: AttemptContext,
    endpoint: DataAddress,
    source: Source,
    address: dict[str, Any],
    media_type: str | None,
) -> Delivered:
    """Send all data of the source to the peer's address.

    Raises TransferFailed if no further attempt makes sense, SourceError if the source fails, LeaseEnded.
    """
    url = endpoint_url(endpoint)
    if url is None:
        raise TransferFailed("The data address of the peer has no endpoint: ask the consumer to correct it.")
    if not is_http(endpoint):
        kind = clean(endpoint.endpoint_type, 100)
        raise TransferFailed(f"The data address of the peer is of the type {kind}: ask the consumer for one of HTTP.")
    method = "POST" if endpoint.endpoint_type == "HttpData" else "PUT"
    credential = Credential(endpoint)
    listing, sha256 = await _read_listing(context, source, address)
    if listing is None:
        return await _push_one(context, credential, source, address, _PushTarget(url, method, None, media_type))
    path, mark, query = url.partition("?")
    size = 0
    for member in read_listing(listing).members:
        url = path.rstrip("/") + "/" + quote(member.path) + mark + query
        target = _PushTarget(url, "PUT", member.path, None)
        size += (await _push_one(context, credential, source, address, target)).size
    return Delivered(size, sha256)


async def _read_listing(
    context: AttemptContext, source: Source, address: dict[str, Any]
) -> tuple[bytes | None, str | None]:
    """Return the listing of a folder with its digest; None for other data."""
    retries = BoundedRetries(context)
    while True:
        try:
            async with source.open(address) as content:
                if content.media_type != FOLDER_TYPE:
                    return None, None
                return b"".join([chunk async for chunk in content.chunks]), content.sha256
        except SourceError as error:
            await retries.wait(retry_source(error), 0)


def retry_source(error: SourceError) -> Again:
    """Return the next attempt after a failure of the own source. Raises the error if no attempt can succeed.

    Raises TransferFailed for parameters of the peer that cannot be used.
    """
    if isinstance(error, BadChoice):
        raise TransferFailed(str(error), Cause.ADDRESS) from error
    if error.cause in FINAL:
        raise error
    return Again(str(error), cause=error.cause or Cause.UNAVAILABLE)


async def _push_one(
    context: AttemptContext, credential: Credential, source: Source, address: dict[str, Any], target: _PushTarget
) -> Delivered:
    retries = BoundedRetries(context)
    while True:
        try:
            stored = await _ask(context, credential, target)
            outcome = (
                stored
                if isinstance(stored, Again)
                else await _attempt(context, credential, source, address, target, stored)
            )
        except SourceError as error:
            outcome = retry_source(error)
        except Blocked as error:
            raise TransferFailed(f"The data address of the peer is blocked: {error.reason}") from error
        except Unwilling as error:
            raise TransferFailed(f"The peer's data endpoint failed: {error}") from error
        except NetError as error:
            outcome = Again(f"The peer's data endpoint failed: {error}")
        if isinstance(outcome, Delivered):
            return outcome
        if not outcome.at_once:
            await retries.wait(outcome, target.received)


async def _ask(context: AttemptContext, credential: Credential, target: _PushTarget) -> _Stored | Again:
    """Ask the receiver how many bytes it has stored; without an `Upload-Offset` in the answer, all data is sent."""
    answer = await context.client.request("HEAD", target.url, headers=credential.headers())
    if credential.try_other_form(answer.status):
        return Again("The peer refused the token.", at_once=True)
    if answer.status == 503:
        return Again("The peer is unavailable.", parse_retry_after(answer.headers.get("Retry-After")))
    offset = read_number(answer.headers.get(UPLOAD_OFFSET))
    complete = answer.headers.get(UPLOAD_COMPLETE) == "?1"
    version = read_version(answer.headers.get(UPLOAD_VERSION))
    return _Stored(offset, version, complete, read_repr_digest(answer.headers.get(REPR_DIGEST)))


async def _attempt(
    context: AttemptContext,
    credential: Credential,
    source: Source,
    address: dict[str, Any],
    target: _PushTarget,
    stored: _Stored,
) -> Delivered | Again:
    if stored.complete and stored.offset is not None:
        return Delivered(stored.offset, stored.sha256)
    if stored.offset and stored.version:
        async with source.open(address, part=target.part, offset=stored.offset) as content:
            if _continues(content, stored.offset, stored.version):
                target.continue_at(stored.offset)
                return await _send(context, credential, target, stored, content)
    async with source.open(address, part=target.part) as content:
        return await _send(context, credential, target, stored, content)


def _continues(content: Content, offset: int, version: str) -> bool:
    """Return whether the source continues at `offset` the very data that the receiver has the beginning of."""
    if content.offset != offset or content.size is None or offset > content.size:
        return False
    return version in name_versions(content.etag, content.sha256)


async def _send(
    context: AttemptContext, credential: Credential, target: _PushTarget, stored: _Stored, content: Content
) -> Delivered | Again:
    if target.part is None:
        await context.learned(Expected(content.size, content.sha256, content.etag, content.name))
    attempt = make_attempt(target.part or "", content.offset, content)
    left = None if content.size is None else content.size - content.offset
    body = WatchedBody(context.meter_chunks(content.chunks, attempt), left)
    headers = credential.headers() | _describe(target, stored, content)
    resumable = stored.offset is not None
    try:
        async with context.client.stream(
            "PUT" if resumable else target.method, target.url, headers=headers, body=body.chunks(), length=left
        ) as answer:
            status, wish = answer.status, parse_retry_after(answer.headers.get("Retry-After"))
    except NetError:
        if body.failure:
            raise body.failure from None
        raise
    finally:
        end = content.offset + body.size
        target.sent, target.moved = max(target.sent, end) if content.offset else end, body.size
        if body.ended and not attempt.is_shown:
            await context.use.finish(attempt.part)  # another attempt may send other data
    if status in _DONE and body.ended:
        await context.use.finish(attempt.part)
        return Delivered(content.offset + body.size, content.sha256)
    if body.failure:
        raise body.failure
    if credential.try_other_form(status):
        return Again("The peer refused the token.", at_once=True)
    reason = f"The peer's data endpoint answered with status {status}."
    if is_transient(status) or (status == 422 and content.offset):
        return Again(reason, wish, patient=status == _NO_SPACE)
    raise TransferFailed(reason)


def _describe(target: _PushTarget, stored: _Stored, content: Content) -> dict[str, str]:
    """Return the headers that describe the data of a request."""
    headers = {"Content-Type": target.media_type or content.media_type}
    if content.sha256:
        headers[REPR_DIGEST] = repr_digest(content.sha256)
    if content.unread:
        headers[UNREAD_VALUES] = content.unread
    if content.name:
        headers["Content-Disposition"] = attachment(content.name)
    names = name_versions(content.etag, content.sha256)
    if names:
        headers[UPLOAD_VERSION] = stored.version if content.offset and stored.version else names[0]
    if stored.offset is not None and content.size:
        rest = f"{content.offset}-{content.size - 1}" if content.offset < content.size else "*"
        headers["Content-Range"] = f"bytes {rest}/{content.size}"
    return headers
