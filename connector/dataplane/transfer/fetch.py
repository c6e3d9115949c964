"""Fetch the data of a pull from the peer's DataAddress into a Sink.

An interrupted fetch continues after the last stored byte, with `Range` and `If-Range`: data that changed in between is
fetched again from its start and never mixed, also by a peer that does not heed `If-Range`. The sink knows which version
its bytes are of; what this process remembers may be of an answer that never reached it. Size and digest are compared if
the peer states them. A folder is fetched as a listing and then member by member. Data without a stated length is
complete when the answer ends regularly.
"""

import contextlib
import hashlib
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

import msgspec

from connector.dataplane.control.register import Delivered
from connector.dataplane.control.uses import Attempt
from connector.dataplane.files.folder import FOLDER_TYPE, FolderFile, FolderListing, read_listing
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
from connector.dataplane.wire.body import yield_nothing
from connector.dataplane.wire.fields import (
    REPR_DIGEST,
    UNREAD_VALUES,
    describe_unread,
    name_versions,
    read_content_range,
    read_filename,
    read_media_type,
    read_number,
    read_repr_digest,
    strong_etag,
)
from connector.language.catalogue import say
from connector.net.client import Stream
from connector.net.errors import Blocked, NetError, Unwilling
from connector.ports.flow import CODE, Arrival, Cause, Sink, SinkReceipt, SourceError
from connector.protocol.dsp.common import DataAddress, endpoint_url, is_http
from connector.protocol.dsp.errors import clean

_LONGEST_ERROR = 8192
_CHOSEN = frozenset({"choice", "parameters"})
"""The errors of a form and rows, and of values for parameters, that the consumer chose."""
_LONGEST_LISTING = 8 * 1024 * 1024


@dataclass
class _Known:
    """The results of earlier attempts at one resource; `fresh` means that the stored bytes cannot be continued."""

    size: int | None
    sha256: str | None
    etag: str | None = None
    name: str | None = None
    media_type: str | None = None
    fresh: bool = False
    doubted: bool = False


class _ErrorBody(msgspec.Struct, frozen=True):
    error: str
    message: str = ""


@dataclass(frozen=True)
class _FetchTarget:
    """One resource of the peer, and its sink."""

    url: str
    sink: Sink
    address: dict[str, Any]
    key: str
    part: str = ""

    @property
    def member(self) -> bool:
        """True for a member of a folder."""
        return self.part != ""


async def fetch(
    context: AttemptContext,
    endpoint: DataAddress,
    sink: Sink,
    address: dict[str, Any],
    expected: Expected,
    *,
    again: bool,
) -> Delivered:
    """Fetch all data of the address into the sink; `again` allows the flow to replace its own earlier delivery.

    Raises TransferFailed if no further attempt makes sense, SourceError if the sink refuses the data, LeaseEnded.
    """
    url = endpoint_url(endpoint)
    if url is None:
        raise TransferFailed("The data address of the peer has no endpoint: ask the provider to correct it.")
    if not is_http(endpoint):
        kind = clean(endpoint.endpoint_type, 100)
        raise TransferFailed(f"The data address of the peer is of the type {kind}: ask the provider for one of HTTP.")
    credential = Credential(endpoint)
    whole = _FetchTarget(url, sink, address, context.flow_id)
    own = replace(whole, address={**address, "overwrite": True}) if again else whole
    known = _Known(expected.size, expected.sha256, expected.etag, expected.name, expected.media_type)
    result = await _fetch_one(context, credential, own, known)
    if isinstance(result, SinkReceipt):
        return Delivered(result.size, result.sha256, known.media_type)
    return await _fetch_members(context, credential, whole, result)


async def _fetch_members(
    context: AttemptContext, credential: Credential, whole: _FetchTarget, listing: FolderListing
) -> Delivered:
    path, mark, query = whole.url.partition("?")
    taken = []
    for member in listing.members:
        target = _FetchTarget(
            url=path.rstrip("/") + "/" + quote(member.path) + mark + query,
            sink=whole.sink,
            address={**whole.address, "member": member.path},
            key=f"{whole.key}/{member.path}",
            part=member.path,
        )
        receipt = await _fetch_one(context, credential, target, _Known(member.size, member.sha256))
        if not isinstance(receipt, SinkReceipt):
            raise TransferFailed("A member of the folder is a folder itself: ask the provider to list its files.")
        taken.append(FolderFile(path=member.path, size=receipt.size, sha256=receipt.sha256))
    digest = hashlib.sha256(msgspec.json.encode(FolderListing(members=tuple(taken)))).hexdigest()
    return Delivered(sum(member.size for member in taken), digest)


async def _fetch_one(
    context: AttemptContext, credential: Credential, target: _FetchTarget, known: _Known
) -> SinkReceipt | FolderListing:
    retries = BoundedRetries(context)
    while True:
        try:
            await target.sink.check_space(target.address, target.key, known.size)
            outcome = await _attempt(context, credential, target, known)
        except SourceError as error:
            if error.cause is not Cause.NO_SPACE:
                raise
            outcome = Again(str(error), patient=True, cause=error.cause)
        except Blocked as error:
            raise TransferFailed(f"The data address of the peer is blocked: {error.reason}") from error
        except Unwilling as error:
            raise TransferFailed(f"The peer's data endpoint failed: {error}") from error
        except NetError as error:
            outcome = Again(f"The peer's data endpoint failed: {error}")
        if not isinstance(outcome, Again):
            return outcome
        if not outcome.at_once:
            await retries.wait(outcome, await target.sink.count_received(target.address, target.key))


async def _attempt(
    context: AttemptContext, credential: Credential, target: _FetchTarget, known: _Known
) -> SinkReceipt | FolderListing | Again:
    received = await target.sink.count_received(target.address, target.key)
    version = await target.sink.find_version(target.address, target.key) if received else None
    offset = received if not known.fresh and version in name_versions(known.etag, known.sha256) else 0
    headers = credential.headers()
    if offset:
        headers["Range"] = f"bytes={offset}-"
        if known.etag:
            headers["If-Range"] = known.etag
    async with context.client.stream("GET", target.url, headers=headers) as answer:
        if answer.status not in {200, 206, 416}:
            return await _judge(answer, credential)
        typed = read_media_type(answer.headers.get("Content-Type"))
        if answer.status == 200 and not target.member and typed == FOLDER_TYPE:
            return await _read_listing(context, answer)
        arrival = _read_arrival(answer, target, known, offset, version)
        if isinstance(arrival, Again):
            return arrival
        facts = Expected(known.size, known.sha256, known.etag, known.name, known.media_type)
        attempt = Attempt(target.part, arrival.offset, known.etag or "", arrival.size, known.sha256)
        content = answer.chunks() if answer.status != 416 else yield_nothing()
        chunks = context.meter_chunks(content, attempt, None if target.member else facts)
        try:
            receipt = await target.sink.write(target.address, arrival, chunks)
        except SourceError as error:
            if not arrival.offset or known.doubted or error.cause is Cause.NO_SPACE:
                raise
            known.fresh = known.doubted = (
                True  # the stored bytes may belong to other data: fetch it again from its start
            )
            return Again(str(error), at_once=True)
        await context.use.finish(target.part)
        remark = describe_unread(answer.headers.get(UNREAD_VALUES))
        # A member of a folder says nothing of the others.
        if context.remark and (remark or not target.part):
            await context.remark(remark)
        return receipt


async def _judge(answer: Stream, credential: Credential) -> Again:
    """Return the reason for another attempt after this status. Raises TransferFailed if it is final."""
    if credential.try_other_form(answer.status):
        return Again("The peer refused the token.", at_once=True)
    reason = await _read_cause(answer) or f"The peer's data endpoint answered with status {answer.status}."
    if not is_transient(answer.status):
        raise TransferFailed(reason)
    return Again(reason, parse_retry_after(answer.headers.get("Retry-After")))


async def _read_cause(answer: Stream) -> str | None:
    """Return our sentence for what the error body of another Datenkontor names.

    Its own text is used only for what was chosen here: no other one can say what to correct.
    """
    body = bytearray()
    with contextlib.suppress(NetError):
        async for chunk in answer.chunks():
            body += chunk
            if len(body) > _LONGEST_ERROR:
                return None
    try:
        found = msgspec.json.decode(bytes(body), type=_ErrorBody)
        if answer.status == 400 and found.error in _CHOSEN and found.message:
            return f"The provider refuses what was chosen: {clean(found.message)}"
        if answer.status == 422 and found.error == Cause.UNTREATABLE:
            return say("en", f"processes.flow-{Cause.UNTREATABLE}")
        code = found.error
        return say("en", f"processes.flow-{Cause(code.removeprefix(CODE))}") if code.startswith(CODE) else None
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None


def _read_arrival(
    answer: Stream, target: _FetchTarget, known: _Known, asked: int, version: str | None
) -> Arrival | Again:
    """Return what the head of the answer states of the data; `asked` is the first byte of the request.

    `version` is that of the stored bytes.
    """
    size, offset = read_number(answer.headers.get("Content-Length")), 0
    if answer.status != 200:
        range_ = read_content_range(answer.headers.get("Content-Range"))
        size, offset = (range_[2] if range_ else None), asked
        if range_ is None or (answer.status == 206 and range_[0] != asked) or (answer.status == 416 and size != asked):
            return _start_over(known, "The peer returned another range than requested.")
    sha256 = read_repr_digest(answer.headers.get(REPR_DIGEST))
    etag = strong_etag(answer.headers.get("ETag"))
    if answer.status == 416:  # it need not state the entity tag again: no bytes come that could be of other data
        etag = etag or known.etag
    if offset and _is_changed(known, size, etag, sha256):
        return _start_over(known, "The data changed at the peer.")
    if target.member and known.sha256 and sha256 and sha256 != known.sha256:
        raise TransferFailed("A member of the folder changed after it was listed: start the transfer again.")
    # The rest of the data need not state again what the answer with its beginning stated.
    kept = known if offset else _Known(None, None)
    known.fresh = False
    known.etag = etag or kept.etag
    known.name = read_filename(answer.headers.get("Content-Disposition")) or kept.name
    if answer.status != 416 or known.media_type is None:
        known.media_type = read_media_type(answer.headers.get("Content-Type") if answer.status != 416 else None)
    if not target.member or known.sha256 is None:
        known.size, known.sha256 = size, sha256 or kept.sha256
    return Arrival(
        flow_id=target.key,
        media_type=known.media_type,
        size=size,
        sha256=known.sha256,
        offset=offset,
        name=known.name,
        etag=known.etag,
        version=version if offset else next(iter(name_versions(known.etag, known.sha256)), None),
    )


def _is_changed(known: _Known, size: int | None, etag: str | None, sha256: str | None) -> bool:
    """Return whether an answer to a range is of other data than the stored bytes, or nothing shows that it is not.

    With a known digest the whole is checked in any case; otherwise the entity tag has to be there again.
    """
    if known.size is not None and size is not None and size != known.size:
        return True
    if known.sha256 is None:
        return etag is None or etag != known.etag
    return (sha256 or known.sha256) != known.sha256 or (etag is not None and known.etag not in {None, etag})


def _start_over(known: _Known, reason: str) -> Again:
    if known.fresh:
        raise TransferFailed(reason)
    known.fresh, known.etag = True, None
    return Again(reason, at_once=True)


async def _read_listing(context: AttemptContext, answer: Stream) -> FolderListing:
    body = bytearray()
    async for chunk in context.meter_chunks(answer.chunks()):
        body += chunk
        if len(body) > _LONGEST_LISTING:
            raise TransferFailed(
                f"The listing is larger than {_LONGEST_LISTING} bytes: ask the provider for a smaller folder."
            )
    try:
        return read_listing(bytes(body))
    except ValueError as error:
        raise TransferFailed(str(error)) from error
