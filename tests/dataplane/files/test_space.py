"""The space of a disk: promised before data is received, watched while it is, and used again when there is room."""

import asyncio
import errno
import io
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import msgspec
import pytest
from aiohttp import web

from connector.dataplane.files.space import DiskSpace, count_free, measure_disk, to_disk_fault
from connector.ports.entities import FlowDirection
from connector.ports.flow import Cause, SourceError
from connector.protocol.dsp.common import DataAddress, http_address
from tests.dataplane.transfer.fetching import done, fetch
from tests.dataplane.world import OWNER, Side, blob, eventually, flow_request, lease, serving, side, url_and_token
from tests.support.disk import small_disk

MIB = 1024 * 1024


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A folder for received data on a disk of 8 MiB."""
    with small_disk(tmp_path / "consumer" / "in") as folder:
        yield folder


@pytest.fixture
async def narrow(small: Path) -> AsyncIterator[Side]:
    async with side(small.parent) as made:
        yield made


def fill(folder: Path, left: int) -> Path:
    """Fill a disk until this many bytes are free; return the file that takes the space."""
    ballast = folder / "ballast"
    ballast.write_bytes(bytes(measure_disk(folder)[0] - left))
    return ballast


async def test_a_delivery_that_would_not_fit_beside_the_promised_ones_is_refused() -> None:
    space = DiskSpace(Path(), lambda _: (1000, 2000))
    first = await space.promise(600)
    with pytest.raises(SourceError, match="no space") as refused:
        await space.promise(400)
    assert refused.value.cause is Cause.NO_SPACE
    await first.use(100)  # written: measured from now on
    first.end()
    (await space.promise(900)).end()


def test_a_rest_of_the_disk_stays_free_for_the_store() -> None:
    assert count_free(10 * 2**30, 100 * 2**30) == 10 * 2**30 - 64 * MIB
    assert count_free(20 * MIB, 20 * MIB) == 19 * MIB
    assert count_free(1, 20 * MIB) == 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_each_error_of_a_full_disk_is_told_as_one(number: int) -> None:
    assert to_disk_fault(OSError(number, "x"), Path("in")).cause is Cause.NO_SPACE
    other = to_disk_fault(OSError(errno.EIO, "x"), Path("in"))
    assert (other.cause, "written to in" in str(other)) == (Cause.NOT_STORED, True)


async def test_a_fetch_waits_for_room_and_goes_on_by_itself(provider: Side, narrow: Side) -> None:
    data = blob(3 * MIB)
    address = await provider.serve(provider.give("f", data))
    ballast = fill(narrow.folder / "in", MIB)
    await fetch(narrow, address)
    await eventually(lambda: narrow.plane.register.waits, "the flow does not say that it waits")
    (reason,) = narrow.plane.register.waits.values()
    assert "no space" in reason
    assert "bytes are needed" in reason
    flow_id = next(iter(narrow.plane.register.waits))[1]
    report = await narrow.plane.report(OWNER, flow_id)
    assert report is not None
    assert (report.waits, report.error) == (reason, None)
    ballast.unlink()
    await done(narrow)
    assert narrow.got("inbox/f.bin") == data
    assert narrow.plane.register.waits == {}


async def test_data_of_unknown_size_is_stopped_before_the_disk_is_full(narrow: Side) -> None:
    async def endless(request: web.Request) -> web.StreamResponse:
        answer = web.StreamResponse()
        await answer.prepare(request)
        for _ in range(64):
            await answer.write(blob(MIB))
        return answer

    stopped = asyncio.Event()

    async def stop(_: float) -> None:
        stopped.set()
        await asyncio.Event().wait()

    narrow.plane._jobs.pause = stop
    async with serving(endless) as url:
        await fetch(narrow, http_address(url + "/data", "token"))
        await stopped.wait()
    free, whole = measure_disk(narrow.folder / "in")
    assert free >= whole // 20 - 4096
    assert any("no space" in reason for reason in narrow.plane.register.waits.values())


async def test_a_push_waits_for_room_at_the_receiver(provider: Side, narrow: Side) -> None:
    data = blob(3 * MIB)
    report = await narrow.plane.prepare(
        flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "inbox/f.bin"})
    )
    await narrow.plane.renew(lease())
    assert report.data_address
    ballast = fill(narrow.folder / "in", MIB)
    source = provider.give("f", data)
    await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=report.data_address))
    await provider.plane.renew(lease())
    await eventually(lambda: narrow.plane.register.waits and provider.plane.register.waits, "nobody says that it waits")
    assert "507" in next(iter(provider.plane.register.waits.values()))
    ballast.unlink()
    told = await provider.wait_for_end()
    assert (told.state, told.error) == ("COMPLETED", None)
    assert narrow.got("inbox/f.bin") == data


async def test_a_pusher_learns_that_there_is_no_space_and_when_to_try_again(
    narrow: Side, http: aiohttp.ClientSession
) -> None:
    report = await narrow.plane.prepare(flow_request(FlowDirection.RECEIVE, sink={"kind": "file", "path": "f"}))
    await narrow.plane.renew(lease())
    url, headers = url_and_token(msgspec.json.decode(report.data_address or b"{}", type=DataAddress))
    async with http.put(url, data=io.BytesIO(bytes(16 * MIB)), headers=headers) as answer:
        assert answer.status == 507
        assert answer.headers["Retry-After"] == "30"
        assert str(narrow.folder) not in await answer.text()
    async with http.put(url, data=b"small", headers=headers) as answer:
        assert answer.status == 201
    assert list((narrow.folder / "in/.partial").iterdir()) == []
