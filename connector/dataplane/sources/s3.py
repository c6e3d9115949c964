"""An object, or all objects under a prefix, in a store that speaks S3, as a source.

Address: `{"kind": "s3", "endpoint": "https://s3.city.example", "bucket": "air", "key": "2026/05.csv", "key_id":
"reader", "secret": "air-store"}`, with `"prefix": "2026/"` in place of `key` for a folder. The secret access key is a
secret of the operator. An object that changes while it is read breaks off: each request names the entity tag of the
first. obstore is an extra (`datenkontor[s3]`) and loads with the first access.
"""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Annotated, Any, Literal

import msgspec

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
from connector.dataplane.files.folder import (
    FOLDER_TYPE,
    MOST_MEMBERS,
    FolderFile,
    FolderListing,
    is_plain_path,
)
from connector.dataplane.files.media_types import guess_media_type
from connector.dataplane.wire.body import yield_nothing, yield_once
from connector.dataplane.wire.fields import strong_etag
from connector.ports.flow import Cause, Content, MemberState, SourceError

_PIECE = 1024 * 1024
_PAGE = 500
_MOST_LEFT_OUT = 20


class S3Address(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The place of an object (`key`) or of several (`prefix`), and who asks for it."""

    kind: Literal["s3"]
    endpoint: HttpUrl
    bucket: BucketName
    key_id: KeyId
    secret: SecretName
    key: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    prefix: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    version: Annotated[str, msgspec.Meta(max_length=1024)] = ""
    region: RegionName = "us-east-1"
    media_type: Annotated[str, msgspec.Meta(max_length=255, pattern=r"^[\x20-\x7e]*\Z")] = ""


class S3Source:
    """Reads from object stores, with `secrets` of the operator. `idle_s` limits each silence of a store (seconds)."""

    def __init__(self, secrets: SecretReader, *, idle_s: float = 30.0) -> None:
        self._secrets = secrets
        self._idle_s = idle_s
        self._stores = ObjectStores(secrets, idle_s)

    def check(self, address: dict[str, Any]) -> None:
        """Raise SourceError if the address is incomplete or its secret is not known."""
        read = _read(address)
        self._secrets(read.secret, name_server(read.endpoint))

    @asynccontextmanager
    async def open(
        self, address: dict[str, Any], *, part: str | None = None, offset: int = 0, end: int | None = None
    ) -> AsyncIterator[Content]:
        """Open an object, a member of a prefix, or the listing of a prefix, for reading `[offset, end)`."""
        read = _read(address)
        if read.key and part is not None:
            raise SourceError("An object has no members: request it without a path.", Cause.NOT_FOUND)
        store = self._find_store(read)
        if not read.key and part is None:
            yield await self._open_listing(store, read, offset, end)
            return
        content = await self._open_object(store, read, _join(read, part), offset, end)
        if part is not None:
            content = msgspec.structs.replace(content, members=partial(self._list_states, store, read))
        yield content

    async def changed_at(self, address: dict[str, Any]) -> int | None:
        """Return when the object was last written (ms); of a prefix, the latest of its objects."""
        read = _read(address)
        store = self._find_store(read)
        if read.key:
            meta = (await self._get(store, read, read.key, {"head": True})).meta
            return int(meta["last_modified"].timestamp() * 1000)
        found, _ = await self._list(store, read)
        return max((int(meta["last_modified"].timestamp() * 1000) for meta in found.values()), default=None)

    def _find_store(self, read: S3Address) -> Any:
        return self._stores.find(read.endpoint, read.bucket, read.region, read.key_id, read.secret)

    async def _open_object(self, store: Any, read: S3Address, key: str, offset: int, end: int | None) -> Content:
        if not offset and end is None:
            found = await self._get(store, read, key, {})
            meta, chunks = found.meta, self._read_chunks(found, found.meta["size"])
        else:
            meta = (await self._get(store, read, key, {"head": True})).meta
            stop = meta["size"] if end is None else min(end, meta["size"])
            chunks = yield_nothing()
            if offset < stop:
                tag = {"if_match": meta["e_tag"]} if meta["e_tag"] else {}
                found = await self._get(store, read, key, {"range": (offset, stop), **tag})
                chunks = self._read_chunks(found, stop - offset)
        etag = strong_etag(meta["e_tag"])
        return Content(
            chunks=chunks,
            media_type=read.media_type or guess_media_type(key) or "application/octet-stream",
            size=meta["size"],
            etag=etag,
            state=f"{meta['size']} {etag}",
            offset=offset,
            name=key.rpartition("/")[2],
        )

    async def _get(self, store: Any, read: S3Address, key: str, options: dict[str, Any]) -> Any:
        version = {"version": read.version} if read.version else {}
        with explain_store(self._idle_s):
            async with asyncio.timeout(self._idle_s):
                return await load_client("obstore").get_async(store, key, options={**options, **version})

    async def _read_chunks(self, found: Any, count: int) -> AsyncIterator[bytes]:
        """Yield exactly `count` bytes. Raises SourceError if the store falls silent or sends fewer."""
        pieces, left = aiter(found.stream(min_chunk_size=_PIECE)), count
        while left:
            with explain_store(self._idle_s):
                async with asyncio.timeout(self._idle_s):
                    piece = await anext(pieces, None)
            if piece is None:
                raise SourceError("The object store ended the object early: start the transfer again.")
            left -= len(piece)
            yield bytes(piece)

    async def _open_listing(self, store: Any, read: S3Address, offset: int, end: int | None) -> Content:
        found, left_out = await self._list(store, read)
        members = tuple(FolderFile(path=path, size=meta["size"]) for path, meta in sorted(found.items()))
        body = msgspec.json.encode(FolderListing(members=members))
        digest = hashlib.sha256(body).hexdigest()
        states = repr(sorted((path, meta["size"], meta["e_tag"]) for path, meta in found.items()))
        return Content(
            chunks=yield_once(body[offset:end]),
            media_type=FOLDER_TYPE,
            left_out=left_out,
            size=len(body),
            etag=f'"{hashlib.sha256(states.encode()).hexdigest()[:32]}"',
            sha256=digest,
            offset=offset,
            changed_at=max((int(meta["last_modified"].timestamp() * 1000) for meta in found.values()), default=None),
        )

    async def _list_states(self, store: Any, read: S3Address) -> Mapping[str, MemberState]:
        found, _ = await self._list(store, read)
        return {path: MemberState(f"{meta['size']} {strong_etag(meta['e_tag'])}") for path, meta in found.items()}

    async def _list(self, store: Any, read: S3Address) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return the objects under the prefix by path, and names that cannot be carried. Raises SourceError."""
        members: dict[str, Any] = {}
        left_out: list[str] = []
        with explain_store(self._idle_s):
            async with asyncio.timeout(self._idle_s):
                async for page in load_client("obstore").list(store, read.prefix, chunk_size=_PAGE):
                    for meta in page:
                        path = str(meta["path"]).removeprefix(read.prefix.rstrip("/")).lstrip("/")
                        if is_plain_path(path):
                            members[path] = meta
                        elif path and len(left_out) < _MOST_LEFT_OUT:
                            left_out.append(ascii(path)[1:-1])
                    if len(members) > MOST_MEMBERS:
                        raise SourceError(
                            f"The prefix has more than {MOST_MEMBERS} objects: offer a smaller part of it."
                        )
        return members, tuple(left_out)


def _read(address: dict[str, Any]) -> S3Address:
    read = read_members(address, S3Address, "s3")
    if bool(read.key) == bool(read.prefix):
        raise SourceError("The address names no object: give either `key` or `prefix`.")
    if read.version and not read.key:
        raise SourceError("A `version` is of one object: give it with `key`.")
    for name, value in (("key", read.key), ("prefix", read.prefix.rstrip("/"))):
        parts = value.split("/") if value else ()
        if not value.isprintable() or any(part in {"", ".", ".."} for part in parts):
            raise SourceError(
                f"The `{name}` of the address is not a plain path in the bucket: write it as `folder/name`."
            )
    return read


def _join(read: S3Address, part: str | None) -> str:
    if part is None:
        return read.key
    if not is_plain_path(part):
        raise SourceError(
            "The folder has no member with this path: request the listing for its paths.", Cause.NOT_FOUND
        )
    return f"{read.prefix.rstrip('/')}/{part}"
