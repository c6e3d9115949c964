"""Files at a real OpenSSH server, read and written, with a key that is a secret of the operator."""

import os
import pwd
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from connector.dataplane.sinks.sftp import SftpSink
from connector.dataplane.sources.sftp import SftpSource
from connector.net.errors import Unreachable
from connector.net.own.servers import Servers
from connector.ports.flow import Arrival, SourceError
from connector.ports.stream_sink import StreamBatch, StreamMessage
from tests.dataplane.world import LOOPBACK, blob, sha256
from tests.interop.portals.runtime import Sshd

pytestmark = pytest.mark.portals
DATA = blob(5_000_000)


def read_key(sshd: Sshd) -> str:
    return "".join(line for line in sshd.key.read_text("ascii").splitlines() if "-----" not in line)


def make(sshd: Sshd) -> SftpSource:
    return SftpSource(Servers(LOOPBACK), lambda *_: read_key(sshd))


def address(sshd: Sshd, path: str, **more: Any) -> dict[str, Any]:
    host_key = (sshd.host_key.with_name("host.pub")).read_text("ascii").strip()
    user = pwd.getpwuid(os.getuid()).pw_name
    place = {"kind": "sftp", "host": "127.0.0.1", "port": sshd.port, "user": user, "host_key": host_key}
    return {**place, "secret": "key", "path": f"{sshd.root}/{path}", **more}


async def test_a_file_and_any_range_of_it_are_read(sshd: Sshd) -> None:
    (sshd.root / "a.bin").write_bytes(DATA)
    os.utime(sshd.root / "a.bin", (1_600_000_000, 1_600_000_000))
    source, tags = make(sshd), set()
    for first, end in [(0, None), (1, 4_000_000), (4_999_999, None)]:
        async with source.open(address(sshd, "a.bin"), offset=first, end=end) as content:
            assert b"".join([chunk async for chunk in content.chunks]) == DATA[first:end]
            assert content.size == len(DATA)
            tags.add(content.etag)
    assert len(tags) == 1
    assert await source.changed_at(address(sshd, "a.bin")) == 1_600_000_000_000


async def test_a_folder_gives_its_files(sshd: Sshd) -> None:
    (sshd.root / "out").mkdir()
    for name in ("a.csv", "b.csv", "c.txt"):
        (sshd.root / "out" / name).write_bytes(name.encode())
    source, folder = make(sshd), address(sshd, "out", glob="*.csv")
    async with source.open(folder) as content:
        assert b"".join([chunk async for chunk in content.chunks]).count(b'"path"') == 2
    async with source.open(folder, part="b.csv") as content:
        assert b"".join([chunk async for chunk in content.chunks]) == b"b.csv"


async def test_a_user_and_a_host_key_that_are_wrong_are_told(sshd: Sshd) -> None:
    with pytest.raises(SourceError, match="refuses this user"):
        async with make(sshd).open(address(sshd, "a.bin", user="nobody")):
            pytest.fail("opened")
    other = sshd.key.with_name("user.pub").read_text("ascii").strip()
    with pytest.raises(SourceError, match="does not prove the key"):
        async with make(sshd).open(address(sshd, "a.bin", host_key=other)):
            pytest.fail("opened")


async def pieces(data: bytes, failure: Exception | None = None) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), 65_536):
        yield data[begin : begin + 65_536]
    if failure:
        raise failure


def make_sink(sshd: Sshd) -> SftpSink:
    return SftpSink(Servers(LOOPBACK), lambda *_: read_key(sshd))


def list_files(folder: Path) -> dict[str, bytes]:
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


async def test_a_delivery_is_there_whole_or_not_at_all(sshd: Sshd) -> None:
    target, sink = address(sshd, "in/deep/a.bin"), make_sink(sshd)
    with pytest.raises(Unreachable):
        await sink.write(target, arrival(), pieces(DATA, Unreachable("away")))
    with pytest.raises(SourceError, match="SHA-256"):
        await sink.write(target, arrival(sha256="0" * 64), pieces(DATA))
    assert list_files(sshd.root / "in") == {}
    for flow in ("urn:uuid:1", "urn:uuid:1", "urn:uuid:2"):
        receipt = await sink.write(target, arrival(flow_id=flow, sha256=sha256(DATA)), pieces(DATA))
        assert receipt.size == len(DATA)
    for other in (b"other", DATA[:-1] + b"x"):
        with pytest.raises(SourceError, match="already exists"):
            await sink.write(target, arrival(), pieces(other))
    assert list_files(sshd.root / "in") == {"deep/a.bin": DATA}
    await sink.write({**target, "overwrite": True}, arrival(), pieces(b"other"))
    assert list_files(sshd.root / "in") == {"deep/a.bin": b"other"}


async def test_a_batch_of_a_stream_is_a_file_and_comes_again_once(sshd: Sshd) -> None:
    target, sink = address(sshd, "stream/"), make_sink(sshd)
    for count in (2, 3):
        found = [StreamMessage(f"7f.{one}", "2026-05-01T10:00:00Z", b'{"n":%d}' % one) for one in range(1, count + 1)]
        await sink.store(target, StreamBatch("urn:uuid:1", tuple(found)))
    assert list_files(sshd.root / "stream") == {f"7f-{1:019}.ndjson": b'{"n":1}\n{"n":2}\n{"n":3}\n'}


async def test_a_folder_that_the_user_cannot_write_and_another_key_are_told(sshd: Sshd) -> None:
    other = sshd.key.with_name("user.pub").read_text("ascii").strip()
    with pytest.raises(SourceError, match="does not prove the key"):
        await make_sink(sshd).write(address(sshd, "in/b", host_key=other), arrival(), pieces(DATA))
    place = {**address(sshd, "x"), "path": "/proc/none/a"}
    with pytest.raises(SourceError):
        await make_sink(sshd).write(place, arrival(), pieces(DATA))


def arrival(**known: Any) -> Arrival:
    return Arrival(**{"flow_id": "urn:uuid:1", "media_type": "application/octet-stream", **known})
