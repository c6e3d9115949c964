"""An object, or objects under a prefix, in a store that speaks S3, as a sink.

Address: `{"kind": "s3", "endpoint": "https://s3.city.example", "bucket": "air", "key": "2026/05.csv", "key_id":
"writer", "secret": "air-store"}`; with `"prefix": "2026/"` in place of `key`, a delivery gets the name that the sender
gives it, and each member of a folder its path. `"overwrite": true` allows a delivery to replace another object.

The bytes are uploaded in parts while they arrive, and become an object in one step when they are complete and checked.
What an interrupted delivery has uploaded is no object; a rule of the bucket for incomplete uploads removes it. A batch
of a stream is an object under the prefix, named after the position of its first message: one that comes again takes the
place of the first.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal

import msgspec

from connector.dataplane.address.describing import USUAL
from connector.dataplane.address.members import read_members
from connector.dataplane.address.secrets import SecretName, SecretReader
from connector.dataplane.backends.asking import HttpUrl, name_server
from connector.dataplane.backends.object_store import (
    BucketName,
    KeyId,
    ObjectStores,
    RegionName,
    explain_store,
    load_client,
)
from connector.dataplane.files.folder import is_plain_path, name_delivery
from connector.dataplane.wire.checked import CheckedArrival, WholeSink
from connector.ports.flow import Arrival, Cause, SinkReceipt, SourceError
from connector.ports.stream_sink import StreamBatch

_LEAST_PART = 8 * 1024 * 1024
_MOST_PARTS = 9_000
_UNKNOWN_SIZE = 100 * 1024**3
_PARTS_AT_ONCE = 3
_READ = 1024 * 1024


class S3SinkAddress(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place of an object (`key`) or of several (`prefix`), and who writes it."""

    kind: Literal["s3"]
    endpoint: HttpUrl
    bucket: BucketName
    key_id: KeyId
    secret: SecretName
    region: RegionName = "us-east-1"
    key: Annotated[str, msgspec.Meta(max_length=700, extra=USUAL)] = ""
    prefix: Annotated[str, msgspec.Meta(max_length=700, extra=USUAL)] = ""
    member: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    overwrite: bool = False
    follow: bool = False


class S3Sink(WholeSink):
    """Writes to object stores, with `secrets` of the operator. `idle_s` limits each silence of a store (seconds)."""

    def __init__(self, secrets: SecretReader, *, idle_s: float = 60.0) -> None:
        self._secrets = secrets
        self._idle_s = idle_s
        self._stores = ObjectStores(secrets, idle_s)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or its secret is not known."""
        read = _read(address)
        self._secrets(read.secret, name_server(read.endpoint))

    def check_stream(self, address: dict[str, Any]) -> None:
        """Raise SourceError unless the address is a prefix."""
        self.check(address)
        if not _read(address).prefix:
            raise SourceError("A stream becomes many objects: give a `prefix` in the address.")

    async def write(self, address: dict[str, Any], arrival: Arrival, chunks: AsyncIterator[bytes]) -> SinkReceipt:
        """Upload the bytes in parts; the object is there when all have arrived and are checked."""
        read = _read(address)
        key, checked = _find_key(read, arrival), CheckedArrival(arrival, chunks)
        store = self._find_store(read)
        if arrival.size is not None and not read.overwrite:
            await self._refuse_other(store, key, arrival)
        part = max(_LEAST_PART, -(-(arrival.size or _UNKNOWN_SIZE) // _MOST_PARTS))
        writer = load_client("obstore").open_writer_async(
            store,
            key,
            buffer_size=part,
            max_concurrency=_PARTS_AT_ONCE,
            attributes={"Content-Type": arrival.media_type},
        )
        async for chunk in checked.chunks():
            with explain_store(self._idle_s):
                async with asyncio.timeout(self._idle_s):
                    await writer.write(chunk)
        receipt = SinkReceipt(size=checked.size, sha256=checked.sha256, location=f"s3://{read.bucket}/{key}")
        if read.overwrite or not await self._is_there(store, key, receipt):
            with explain_store(self._idle_s):
                async with asyncio.timeout(self._idle_s):
                    await writer.close()
        return receipt

    async def store(self, address: dict[str, Any], batch: StreamBatch) -> None:
        """Write the lines of a batch as one object."""
        read = _read(address)
        generation, _, number = batch.messages[0].id.partition(".")
        key = f"{read.prefix.rstrip('/')}/{generation}-{number:0>19}.ndjson"
        body = b"".join(one.line + b"\n" for one in batch.messages)
        with explain_store(self._idle_s):
            async with asyncio.timeout(self._idle_s):
                await load_client("obstore").put_async(
                    self._find_store(read), key, body, attributes={"Content-Type": "application/x-ndjson"}
                )

    def _find_store(self, read: S3SinkAddress) -> Any:
        return self._stores.find(read.endpoint, read.bucket, read.region, read.key_id, read.secret)

    async def _refuse_other(self, store: Any, key: str, arrival: Arrival) -> None:
        """Raise SourceError before the first byte if an object of another size is there."""
        size = await self._find_size(store, key)
        if size not in {None, arrival.size}:
            raise _refuse_key()

    async def _is_there(self, store: Any, key: str, receipt: SinkReceipt) -> bool:
        """Return whether the very same object is there. Raises SourceError if it is another one."""
        size = await self._find_size(store, key)
        if size is None:
            return False
        if size != receipt.size:
            raise _refuse_key()
        digest = hashlib.sha256()
        with explain_store(self._idle_s):
            found = await load_client("obstore").get_async(store, key)
            async for piece in found.stream(min_chunk_size=_READ):
                digest.update(piece)
        if digest.hexdigest() != receipt.sha256:
            raise _refuse_key()
        return True

    async def _find_size(self, store: Any, key: str) -> int | None:
        """Return the size of an object; None if there is none."""
        try:
            with explain_store(self._idle_s):
                async with asyncio.timeout(self._idle_s):
                    return int((await load_client("obstore").head_async(store, key))["size"])
        except SourceError as error:
            if error.cause is Cause.NOT_FOUND:
                return None
            raise


def _read(address: dict[str, Any]) -> S3SinkAddress:
    read = read_members(address, S3SinkAddress, "s3")
    if bool(read.key) == bool(read.prefix):
        raise SourceError("The address names no object: give either `key` or `prefix`.")
    for name, value in (("key", read.key), ("prefix", read.prefix.rstrip("/")), ("member", read.member)):
        if value and not is_plain_path(value):
            raise SourceError(
                f"The `{name}` of the address is not a plain path in the bucket: write it as `folder/name`."
            )
    return read


def _find_key(read: S3SinkAddress, arrival: Arrival) -> str:
    place = read.key or read.prefix.rstrip("/")
    if read.member:
        return f"{place}/{read.member}"
    if read.key:
        return place
    return f"{place}/{name_delivery(arrival.name, arrival.flow_id)}"


def _refuse_key() -> SourceError:
    return SourceError(
        "An object of this name already exists with other content: choose another name or allow overwriting."
    )
