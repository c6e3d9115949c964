"""Files at a server with SFTP as a sink, beside the suite of sinks: hidden until whole, never over another file."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connector.dataplane.sinks.sftp import SftpSink
from connector.net.own.servers import Servers
from connector.ports.flow import Arrival, Cause, SourceError
from tests.dataplane.portal_servers import serving_files
from tests.dataplane.world import LOOPBACK, net_policy, sha256

PASSWORD = "canary-4711"
DATA = b"x" * 3_000_000


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    async with serving_files(tmp_path, PASSWORD) as address:
        yield {**address, "path": "deep/inbox/a.bin"}


def make(password: str = PASSWORD) -> SftpSink:
    return SftpSink(Servers(LOOPBACK), lambda *_: password)


async def write(address: dict[str, Any], data: bytes = DATA, **known: Any) -> str:
    arrival = Arrival(**{"flow_id": "urn:uuid:1", "media_type": "text/csv", **known})
    return (await make().write(address, arrival, pieces(data))).location


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    for begin in range(0, len(data), 65_536):
        yield data[begin : begin + 65_536]


def files(root: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in root.rglob("*") if file.is_file()}


async def test_a_file_is_hidden_until_it_is_whole(place: dict[str, Any], tmp_path: Path) -> None:
    seen = list[str]()

    async def slow() -> AsyncIterator[bytes]:
        yield DATA
        yield b""
        seen.extend(files(tmp_path))
        yield b"end"

    arrival = Arrival(flow_id="urn:uuid:../../x", media_type="text/csv", sha256=sha256(DATA + b"end"))
    receipt = await make().write(place, arrival, slow())
    assert [name.startswith(".datenkontor-") for name in seen] == [True]
    assert receipt.location == f"sftp://127.0.0.1:{place['port']}/deep/inbox/a.bin"
    assert files(tmp_path) == {"a.bin": DATA + b"end"}


async def test_another_file_is_replaced_only_if_the_address_allows_it(place: dict[str, Any], tmp_path: Path) -> None:
    for _ in range(2):
        await write(place)
    for other in (b"other", DATA[:-1] + b"y"):
        for known in ({}, {"size": len(other)}):
            with pytest.raises(SourceError, match="already exists"):
                await write(place, other, **known)
    assert files(tmp_path) == {"a.bin": DATA}
    await write({**place, "overwrite": True}, b"other")
    assert files(tmp_path) == {"a.bin": b"other"}


async def test_a_file_that_appears_meanwhile_is_not_replaced(place: dict[str, Any], tmp_path: Path) -> None:
    async def meanwhile() -> AsyncIterator[bytes]:
        yield b"new"
        (tmp_path / "deep" / "inbox" / "a.bin").write_bytes(b"old")

    with pytest.raises(SourceError, match="already exists"):
        await make().write(place, Arrival(flow_id="f", media_type="text/csv"), meanwhile())
    assert files(tmp_path) == {"a.bin": b"old"}


async def test_what_a_crash_left_is_written_again_under_the_same_name(place: dict[str, Any], tmp_path: Path) -> None:
    task = asyncio.create_task(make().write(place, Arrival(flow_id="f", media_type="text/csv"), _hanging()))
    async with asyncio.timeout(10):
        while not any(files(tmp_path).values()):  # noqa: ASYNC110 - the server tells nobody
            await asyncio.sleep(0.01)
    (left,) = files(tmp_path)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert files(tmp_path) == {}, "what is cancelled is removed; a process that is killed removes nothing"
    (tmp_path / "deep" / "inbox" / left).write_bytes(b"more than the next delivery has" * 200_000)
    await write(place, flow_id="f")
    assert files(tmp_path) == {"a.bin": DATA}


async def _hanging() -> AsyncIterator[bytes]:
    yield DATA
    await asyncio.Event().wait()


async def test_a_server_with_another_key_gets_no_password(place: dict[str, Any], tmp_path: Path) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    with pytest.raises(SourceError, match="does not prove the key") as caught:
        await write({**place, "host_key": other})
    assert caught.value.cause is Cause.NOT_ALLOWED
    with pytest.raises(SourceError, match="refuses this user") as caught:
        await make("canary-wrong").write(place, Arrival(flow_id="f", media_type="a/b"), pieces(b"x"))
    assert "canary" not in str(caught.value)
    assert files(tmp_path) == {}


async def test_a_network_that_is_not_allowed_is_not_dialled(place: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="may not be used"):
        await write({**place, "host": "10.0.0.1"})
    sink = SftpSink(Servers(net_policy()), lambda *_: PASSWORD)
    with pytest.raises(SourceError, match="may not be used"):
        await sink.write(place, Arrival(flow_id="f", media_type="a/b"), pieces(b"x"))


async def test_a_server_that_hangs_is_given_up(place: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(SourceError, match="silent"):
        await write({**place, "port": silent.getsockname()[1]})


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "../a"},
        {"path": "a/../b"},
        {"path": "a\nb"},
        {"member": "../x"},
        {"host": "a b"},
        {"host_key": ""},
        {"secret": "../x"},
        {"password": "canary-4711"},
        {"glob": "*"},
    ],
)
def test_an_address_with_odd_members_is_refused(odd: dict[str, Any]) -> None:
    good = {"kind": "sftp", "host": "h", "user": "u", "host_key": "ssh-ed25519 AAAA", "secret": "s", "path": "a/"}
    make().check_stream(good)
    with pytest.raises(SourceError) as caught:
        make().check(good | odd)
    assert "canary" not in str(caught.value)
    with pytest.raises(SourceError, match="ends with"):
        make().check_stream(good | {"path": "a"})
