"""Files at a server with SFTP: folders, changes while reading, and servers that are not the one meant."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from connector.dataplane.files.folder import read_listing
from connector.dataplane.sources.sftp import SftpSource
from connector.net.addresses import net_policy
from connector.net.own.servers import Servers
from connector.ports.flow import Cause, SourceError
from tests.dataplane.portal_servers import serving_files
from tests.dataplane.world import LOOPBACK

PASSWORD = "canary-4711"
LONG_AGO = 1_600_000_000


def make(idle_s: float = 30.0) -> SftpSource:
    return SftpSource(Servers(LOOPBACK), lambda *_: PASSWORD, idle_s=idle_s)


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[dict[str, Any]]:
    async with serving_files(tmp_path, PASSWORD) as made:
        yield made


def give(folder: Path, name: str, data: bytes, at: int = LONG_AGO) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(data)
    os.utime(folder / name, (at, at))


async def read(source: SftpSource, address: dict[str, Any], **span: Any) -> bytes:
    source.check(address)
    async with source.open(address, **span) as content:
        return b"".join([chunk async for chunk in content.chunks])


async def test_a_folder_lists_its_files_that_fit_and_gives_each(place: dict[str, Any], tmp_path: Path) -> None:
    give(tmp_path, "out/a.csv", b"a")
    give(tmp_path, "out/b.csv", b"bb")
    give(tmp_path, "out/c.txt", b"c")
    give(tmp_path, "out/sub/d.csv", b"d")
    give(tmp_path, "secret.csv", b"secret")
    (tmp_path / "out" / "link.csv").symlink_to(tmp_path / "secret.csv")
    give(tmp_path, "out/odd:name.csv", b"x")
    address = {**place, "path": "out", "glob": "*.csv"}
    source = make()
    async with source.open(address) as content:
        listing = read_listing(b"".join([chunk async for chunk in content.chunks]))
        assert content.left_out == ("odd:name.csv",)
    assert [(one.path, one.size) for one in listing.members] == [("a.csv", 1), ("b.csv", 2)]
    assert await read(source, address, part="b.csv") == b"bb"
    assert await source.changed_at(address) == LONG_AGO * 1000
    async with source.open(address, part="a.csv") as content:
        assert content.members
        assert set(await content.members()) == {"a.csv", "b.csv"}


@pytest.mark.parametrize(
    "part", ["c.txt", "../secret.csv", "sub/d.csv", "link.csv", "sub", "none.csv", "", "/etc/passwd"]
)
async def test_no_path_of_a_peer_leaves_the_folder(place: dict[str, Any], tmp_path: Path, part: str) -> None:
    give(tmp_path, "secret.csv", b"secret")
    give(tmp_path, "out/sub/d.csv", b"d")
    give(tmp_path, "out/c.txt", b"c")
    (tmp_path / "out" / "link.csv").symlink_to("../secret.csv")
    with pytest.raises(SourceError) as error:
        await read(make(), {**place, "path": "out", "glob": "*.csv"}, part=part)
    assert error.value.cause is Cause.NOT_FOUND


@pytest.mark.parametrize("later", [b"y" * 3_000_000, b"y" * 2_999_999, b""])
async def test_a_file_that_changes_while_it_is_read_breaks_off(
    place: dict[str, Any], tmp_path: Path, later: bytes
) -> None:
    give(tmp_path, "a.bin", b"x" * 3_000_000)
    async with make().open({**place, "path": "a.bin"}) as content:
        chunks = aiter(content.chunks)
        await anext(chunks)
        give(tmp_path, "a.bin", later, LONG_AGO + 60)
        with pytest.raises(SourceError, match="changed while it was read"):
            [chunk async for chunk in chunks]


async def test_a_file_that_is_still_written_has_no_validator(place: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "a.bin").write_bytes(b"x")
    async with make().open({**place, "path": "a.bin"}) as content:
        assert content.etag is None


async def test_a_server_with_another_key_gets_no_password(place: dict[str, Any], tmp_path: Path) -> None:
    give(tmp_path, "a.bin", b"x")
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    with pytest.raises(SourceError, match="does not prove the key") as error:
        await read(make(), {**place, "path": "a.bin", "host_key": other})
    assert error.value.cause is Cause.NOT_ALLOWED


async def test_a_password_that_is_refused_and_a_file_that_is_not_there_are_told(
    place: dict[str, Any], tmp_path: Path
) -> None:
    wrong = SftpSource(Servers(LOOPBACK), lambda *_: "canary-wrong")
    with pytest.raises(SourceError, match="refuses this user") as error:
        await read(wrong, {**place, "path": "a.bin"})
    assert "canary" not in str(error.value)
    with pytest.raises(SourceError, match="no such file"):
        await read(make(), {**place, "path": "a.bin"})


async def test_a_server_that_hangs_is_given_up(place: dict[str, Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = {**place, "port": silent.getsockname()[1], "path": "a.bin"}
        task = asyncio.create_task(read(make(), address))
        with pytest.raises(SourceError, match="silent"):
            await asyncio.wait_for(task, 15)


@pytest.mark.parametrize("host", ["10.0.0.1", "169.254.169.254", "::1"])
async def test_a_network_that_is_not_allowed_is_not_dialled(place: dict[str, Any], host: str) -> None:
    with pytest.raises(SourceError, match="may not be used"):
        await read(make(), {**place, "host": host, "path": "a.bin"})
    with pytest.raises(SourceError, match="may not be used"):
        await Servers(net_policy()).find("127.0.0.1", 22)


@pytest.mark.parametrize(
    "odd",
    [
        {"path": "../a"},
        {"path": "a/../b"},
        {"path": "a//b"},
        {"path": "a\nb"},
        {"host": "a b"},
        {"host": "-oProxyCommand=x y"},
        {"user": "a b"},
        {"host_key": "AAAA"},
        {"host_key": ""},
        {"secret": "../x"},
        {"port": 0},
        {"password": "canary-4711"},
    ],
)
def test_an_address_with_odd_members_is_refused(odd: dict[str, Any]) -> None:
    good = {"kind": "sftp", "host": "h", "user": "u", "host_key": "ssh-ed25519 AAAA", "secret": "s", "path": "a"}
    make().check(good)
    with pytest.raises(SourceError) as error:
        make().check(good | odd)
    assert "canary" not in str(error.value)


async def test_a_host_key_that_is_none_is_told(place: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="host_key"):
        await read(make(), {**place, "path": "a", "host_key": "ssh-ed25519 AAAA"})
