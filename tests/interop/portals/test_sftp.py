"""Files at a real OpenSSH server, with a key that is a secret of the operator."""

import os
import pwd
from typing import Any

import pytest

from connector.dataplane.sources.sftp import SftpSource
from connector.net.own.servers import Servers
from connector.ports.flow import SourceError
from tests.dataplane.world import LOOPBACK, blob
from tests.interop.portals.runtime import Sshd

pytestmark = pytest.mark.portals
DATA = blob(5_000_000)


def make(sshd: Sshd) -> SftpSource:
    lines = sshd.key.read_text("ascii").splitlines()
    key = "".join(line for line in lines if "-----" not in line)
    return SftpSource(Servers(LOOPBACK), lambda *_: key)


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
