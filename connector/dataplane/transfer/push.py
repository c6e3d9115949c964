"""The provider's way of a push: from a Source to the peer's DataAddress.

Between two of our kind a push is resumable:

1. `HEAD {endpoint}` → 204 with `Upload-Offset: n` (bytes held) and, once whole, `Upload-Complete: ?1`.
2. `PUT {endpoint}` with `Content-Range: bytes n-m/size`, `Repr-Digest` of the whole and `Content-Type`. First byte 0
   begins again and throws away what is held; `bytes */size` with no body asks to finish what is whole already.
   Data of unknown size goes without `Content-Range`, always from its start.
3. 201: whole, checked and in place. 409 with `Upload-Offset`: another first byte is expected, ask again.
   422: the digest or the size did not agree; what was held is gone.

Members of a folder go to `{endpoint}/{path}`, one by one. A receiver whose answer to HEAD has no `Upload-Offset` is not
one of ours: it gets one plain request with everything (POST for an `HttpData` address, else PUT), from the start at
every attempt. A receiver may so get the data twice, never a part for the whole.
"""

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from connector.dataplane.control.register import Delivered
from connector.dataplane.files.folder import FOLDER_TYPE, read_listing
from connector.dataplane.transfer.retry import (
    Again,
    AttemptContext,
    BoundedRetries,
    Credential,
    Expected,
    TransferFailed,
    is_transient,
    retry_after,
)
from connector.dataplane.wire.body import Watched
from connector.dataplane.wire.fields import (
    REPR_DIGEST,
    UPLOAD_COMPLETE,
    UPLOAD_OFFSET,
    attachment,
    read_number,
    read_repr_digest,
    repr_digest,
)
from connector.net.errors import Blocked, NetError
from connector.ports.flow import Content, Source
from connector.protocol.dsp.common import DataAddress, endpoint_url

_DONE = frozenset({200, 201, 202, 204})


@dataclass(frozen=True)
class _Held:
    """What the receiver said it holds: `offset` None means it is none of ours, or nothing is known of it."""

    offset: int | None
    complete: bool = False
    sha256: str | None = None


@dataclass
class _PushTarget:
    """One resource, where it goes, and what earlier attempts have shown of it."""

    url: str
    method: str
    part: str | None
    media_type: str | None
    expected: Expected
    etag: str | None = None
    fresh: bool = False
    held: int = 0


async def push(
    way: AttemptContext,
    endpoint: DataAddress,
    source: Source,
    address: dict[str, Any],
    media_type: str | None,
    expected: Expected,
) -> Delivered:
    """Deliver everything the source has to the peer's address.

    Raises TransferFailed (given up, or pointless), SourceError (the source cannot deliver) or LeaseEnded.
    """
    url = endpoint_url(endpoint)
    if url is None:
        raise TransferFailed("The data address of the peer has no endpoint: nothing can be pushed to it.")
    method = "POST" if endpoint.endpoint_type == "HttpData" else "PUT"
    credential = Credential(endpoint)
    async with source.open(address) as content:
        folder = content.media_type == FOLDER_TYPE
        listing = b"".join([chunk async for chunk in content.chunks]) if folder else b""
    if not folder:
        return await _push_one(way, credential, source, address, _PushTarget(url, method, None, media_type, expected))
    path, mark, query = url.partition("?")
    size = 0
    for member in read_listing(listing).members:
        place = path.rstrip("/") + "/" + quote(member.path) + mark + query
        target = _PushTarget(place, "PUT", member.path, None, Expected(member.size, member.sha256))
        size += (await _push_one(way, credential, source, address, target)).size
    return Delivered(size, content.sha256)


async def _push_one(
    way: AttemptContext, credential: Credential, source: Source, address: dict[str, Any], target: _PushTarget
) -> Delivered:
    patience = BoundedRetries(way)
    while True:
        try:
            held = await _ask(way, credential, target)
            outcome = (
                held if isinstance(held, Again) else await _attempt(way, credential, source, address, target, held)
            )
        except Blocked as error:
            raise TransferFailed(f"The data address of the peer must not be dialled: {error.reason}") from error
        except NetError as error:
            outcome = Again(f"The peer's data endpoint failed: {error}")
        if isinstance(outcome, Delivered):
            return outcome
        if not outcome.at_once:
            await patience.wait(outcome.reason, outcome.wish, target.held)


async def _ask(way: AttemptContext, credential: Credential, target: _PushTarget) -> _Held | Again:
    """Ask the receiver how much it holds. A foreign one may answer anything: it is then sent everything."""
    answer = await way.client.request("HEAD", target.url, headers=credential.headers())
    if credential.try_other_form(answer.status):
        return Again("The peer refused the token.", at_once=True)
    if answer.status == 503:
        return Again("The peer cannot receive at present.", retry_after(answer.headers.get("Retry-After")))
    offset = read_number(answer.headers.get(UPLOAD_OFFSET))
    target.held = offset or 0
    complete = answer.headers.get(UPLOAD_COMPLETE) == "?1"
    return _Held(offset, complete, read_repr_digest(answer.headers.get(REPR_DIGEST)))


async def _attempt(
    way: AttemptContext,
    credential: Credential,
    source: Source,
    address: dict[str, Any],
    target: _PushTarget,
    held: _Held,
) -> Delivered | Again:
    if held.complete and held.offset is not None and not target.fresh:
        return Delivered(held.offset, held.sha256)
    offset = 0 if target.fresh else held.offset or 0
    async with source.open(address, part=target.part, offset=offset) as content:
        if offset and _is_unfit(content, offset, target):
            target.fresh = True
            return Again("What the receiver holds is not the beginning of the present data.", at_once=True)
        target.etag, target.fresh = content.etag, False
        target.expected = Expected(content.size, content.sha256)
        if target.part is None:
            await way.learned(target.expected)
        return await _send(way, credential, target, held, content)


def _is_unfit(content: Content, offset: int, target: _PushTarget) -> bool:
    """Tell whether the source cannot go on at `offset`, or has changed since an earlier attempt."""
    changed = target.etag not in {None, content.etag} or target.expected.sha256 not in {None, content.sha256}
    return content.offset != offset or content.size is None or offset > content.size or changed


async def _send(
    way: AttemptContext, credential: Credential, target: _PushTarget, held: _Held, content: Content
) -> Delivered | Again:
    body = Watched(way.meter_chunks(content.chunks))
    headers = credential.headers() | {"Content-Type": target.media_type or content.media_type}
    if content.sha256:
        headers[REPR_DIGEST] = repr_digest(content.sha256)
    if content.name:
        headers["Content-Disposition"] = attachment(content.name)
    ours = held.offset is not None
    if ours and content.size:
        rest = f"{content.offset}-{content.size - 1}" if content.offset < content.size else "*"
        headers["Content-Range"] = f"bytes {rest}/{content.size}"
    try:
        async with way.client.stream(
            "PUT" if ours else target.method, target.url, headers=headers, body=body.chunks()
        ) as answer:
            status, wish = answer.status, retry_after(answer.headers.get("Retry-After"))
    except NetError:
        if body.failure:
            raise body.failure from None
        raise
    if status in _DONE and body.ended:
        return Delivered(content.offset + body.size, content.sha256)
    if body.failure:
        raise body.failure
    if credential.try_other_form(status):
        return Again("The peer refused the token.", at_once=True)
    reason = f"The peer's data endpoint answered with status {status}."
    if is_transient(status) or (status == 422 and content.offset):
        return Again(reason, wish)
    raise TransferFailed(reason)
