"""The data of a flow leaves as its lease requires: by pull and push, complete and in ranges."""

import asyncio
import hashlib
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
from msgspec.structs import replace
from yarl import URL

from connector.dataplane.control.register import Register
from connector.dataplane.listener.pull import Accel
from connector.dataplane.treating.delivery import Treating
from connector.dataplane.treating.source import TreatedSource
from connector.ports.entities import FlowDirection
from connector.ports.flow import Record, Transform
from connector.ports.treatment import Records, TransformStep, Treatment
from connector.store.memory.store import MemoryStore
from tests.dataplane.records import (
    CSV,
    JSON,
    START,
    TREATING,
    Pieces,
    encoded,
    flow,
    treat,
)
from tests.dataplane.transfer.fetching import done, fetch
from tests.dataplane.world import FLOW, OWNER, Side, eventually, flow_request, lease, side, url_and_token

DROP = treat(CSV, TransformStep(name="drop", fields=("name",)))
SUPPRESS = treat(CSV, TransformStep(name="suppress", fields=("street",), smallest_group=2))
PEOPLE = b"name,street\nAnna,A\nBert,A\nCem,B\n"


async def test_a_pull_gets_the_treated_data_with_its_own_length_and_digest(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    source = provider.give("people.csv", PEOPLE)
    url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(DROP)), media_type="text/csv"))
    async with http.get(url, headers=token) as answer:
        assert (answer.status, await answer.read()) == (200, b"street\nA\nA\nB\n")
        assert answer.headers["Content-Length"] == "13"
        assert answer.headers["Content-Type"] == "text/csv"
        etag = answer.headers["ETag"]
    resumed = {**token, "Range": "bytes=7-", "If-Range": etag}
    async with http.get(url, headers=resumed) as answer:
        assert (answer.status, await answer.read()) == (206, b"A\nA\nB\n"[0:])
    report = await provider.plane.report("city", flow_request(FlowDirection.SERVE).flow_id)
    assert report is not None
    assert report.bytes_moved == 13 + 6, "what left is counted, not what lies there"


async def test_what_is_too_large_to_be_made_whole_has_no_ranges(provider: Side, http: aiohttp.ClientSession) -> None:
    data = b"name,street\n" + b"".join(b"person %d,street %d\n" % (at, at % 9) for at in range(150_000))
    source = provider.give("people.csv", data)
    url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(DROP))))
    expected = b"street\n" + b"".join(b"street %d\n" % (at % 9) for at in range(150_000))
    async with http.get(url, headers={**token, "Range": "bytes=10-20"}) as answer:
        assert answer.status == 200
        assert not {"ETag", "Accept-Ranges", "Content-Length", "Repr-Digest"} & answer.headers.keys()
        assert await answer.read() == expected


async def test_a_proxy_is_never_pointed_at_the_raw_file(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    accel = Accel("/protected")
    async with side(tmp_path / "p", accel=accel, treating=TREATING) as provider:
        source = provider.give("people.csv", PEOPLE)
        for treatment, redirected in ((DROP, False), (None, True)):
            granted = lease(9 if treatment is None else 1, treatment=encoded(treatment) if treatment else b"")
            url, token = url_and_token(await provider.serve(source, granted))
            async with http.get(url, headers=token) as answer:
                assert ("X-Accel-Redirect" in answer.headers) is redirected
                assert b"Anna" not in await answer.read()


async def test_a_push_delivers_the_treated_data(tmp_path: Path, provider: Side) -> None:
    async with side(tmp_path / "consumer") as consumer:
        sink = {"kind": "file", "path": "arrived.csv"}
        ready = await consumer.plane.prepare(flow_request(FlowDirection.RECEIVE, sink=sink))
        assert ready.error is None
        await consumer.plane.renew(lease())
        source = provider.give("people.csv", PEOPLE)
        await provider.plane.start(flow_request(FlowDirection.PUSH, source=source, endpoint=ready.data_address))
        await provider.plane.renew(lease(treatment=encoded(SUPPRESS)))
        done = await provider.wait_for_end()
        assert done.error is None
        expected = b"name,street\nAnna,A\nBert,A\n"
        assert (done.size, done.sha256) == (len(expected), hashlib.sha256(expected).hexdigest())
        assert consumer.got("arrived.csv") == expected


@pytest.mark.parametrize(
    ("data", "treatment", "said"),
    [
        (PEOPLE, treat(CSV, TransformStep(name="drop", fields=("email",))), "no field 'email'"),
        (b"name,street\n\xff,A\n", DROP, "not in the encoding utf-8"),
        (PEOPLE, treat(JSON, TransformStep(name="drop", fields=("name",))), "not an array of objects"),
        (PEOPLE + b"broken\n", DROP, "Line 5"),
        (PEOPLE, treat(CSV, TransformStep(name="encrypt")), "Unknown transform"),
        (PEOPLE, treat(Records(format="csv", fields=("street",)), TransformStep(name="drop")), "does not declare"),
    ],
)
async def test_data_that_cannot_be_treated_is_refused_before_the_first_byte_with_the_reason(
    provider: Side, http: aiohttp.ClientSession, data: bytes, treatment: Treatment, said: str
) -> None:
    source = provider.give("people.csv", data)
    url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(treatment))))
    async with http.get(url, headers=token) as answer:
        body = await answer.json()
    assert (answer.status, body["error"]) == (422, "untreatable")
    assert said in body["message"]


@pytest.mark.parametrize(
    ("data", "form"),
    [
        (b'{"name": "A", "x": 1}\n{"x": 2, "phone": "0234"}\n', "ndjson"),
        (b'[{"name": "A", "x": 1}, {"x": 2, "phone": "0234"}]', "json"),
        (b'{"x": 1}\n' * 100_000 + b'{"x": 2, "phone": "0234"}\n', "ndjson"),
    ],
)
async def test_a_member_that_some_objects_omit_is_dropped_from_the_others(
    provider: Side, http: aiohttp.ClientSession, data: bytes, form: Literal["json", "ndjson"]
) -> None:
    drop = treat(Records(format=form), TransformStep(name="drop", fields=("phone",)))
    url, token = url_and_token(await provider.serve(provider.give("people", data), lease(treatment=encoded(drop))))
    async with http.get(url, headers=token) as answer:
        body = await answer.read()
    assert answer.status == 200, body
    assert b'"x":2' in body
    assert b"0234" not in body


async def test_a_folder_is_not_treated(provider: Side, http: aiohttp.ClientSession) -> None:
    provider.give("many/people.csv", PEOPLE)
    url, token = url_and_token(await provider.serve({"kind": "file", "path": "many"}, lease(treatment=encoded(DROP))))
    for path, status in (("", 422), ("/people.csv", 404)):
        async with http.get(url + path, headers=token) as answer:
            assert answer.status == status


@pytest.mark.parametrize(
    "treatment",
    [
        b"{",
        b'{"records": {"format": "xml"}}',
        b'{"records": {"format": "csv", "new": 1}}',
        b'{"records": {"format": "csv"}, "new": 1}',
        b'{"records": {"format": "csv"}, "steps": [{"name": "drop", "new": 1}]}',
    ],
)
async def test_a_treatment_that_is_not_understood_lets_nothing_leave(
    provider: Side, http: aiohttp.ClientSession, treatment: bytes
) -> None:
    url, token = url_and_token(await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=treatment)))
    async with http.get(url, headers=token) as answer:
        assert answer.status == 422


async def test_without_a_secret_nothing_is_treated(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with side(tmp_path) as provider:
        url, token = url_and_token(
            await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=encoded(DROP)))
        )
        async with http.get(url, headers=token) as answer:
            assert answer.status == 422


async def test_a_stream_ends_when_its_lease_demands_another_treatment(
    provider: Side, http: aiohttp.ClientSession
) -> None:
    data = b"name,street\n" + b"Anna,A\n" * 8_000_000
    url, token = url_and_token(await provider.serve(provider.give("people.csv", data)))
    async with http.get(url, headers=token) as answer:
        assert (await answer.content.readexactly(12)) == b"name,street\n"
        await provider.plane.renew(lease(2, treatment=encoded(SUPPRESS)))
        with pytest.raises(aiohttp.ClientError):
            await answer.read()
    await provider.plane.renew(lease(3, treatment=encoded(SUPPRESS)))
    async with http.get(url, headers=token) as answer:
        assert answer.status == 422, "too large to be made whole"
        assert "more than 250000 records" in (await answer.json())["message"]


async def test_a_treatment_survives_a_restart(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    store = MemoryStore()
    async with side(tmp_path, store=store, treating=TREATING) as provider:
        url, token = url_and_token(
            await provider.serve(provider.give("people.csv", PEOPLE), lease(treatment=encoded(DROP)))
        )
    async with side(tmp_path, store=store, treating=TREATING) as provider:
        path = url.partition("/flows/")[2]
        async with http.get(f"{provider.url}/flows/{path}", headers=token) as answer:
            assert await answer.read() == b"street\nA\nA\nB\n"


async def test_values_that_are_no_numbers_are_counted_and_told(provider: Side, http: aiohttp.ClientSession) -> None:
    data = "ort;wert\nA;1,5\nA;k. A.\nA;-\nA;\nA;2.5\n".encode("windows-1252")
    records = Records(format="csv", encoding="windows-1252", decimal=",", thousands=".", measures=("wert",))
    step = TransformStep(name="aggregate", fields=("ort",), measures=("wert",), decimal=",", thousands=".")
    source = provider.give("werte.csv", data)
    granted = lease(treatment=encoded(treat(records, step)))
    url, token = url_and_token(await provider.serve(source, granted, media_type="text/csv"))
    async with http.get(url, headers=token) as answer:
        assert (await answer.read()).decode().splitlines()[1] == "A;5;1,5;1,5"
    report = await provider.plane.report("city", flow_request(FlowDirection.SERVE).flow_id)
    assert report is not None
    assert "wert (2)" in (report.remark or "")
    assert "5 records" in (report.remark or "")


async def test_a_remark_is_about_the_last_delivery_alone(provider: Side, http: aiohttp.ClientSession) -> None:
    step = TransformStep(name="aggregate", fields=("ort",), measures=("wert",))
    records = Records(format="csv", measures=("wert",))
    granted = lease(treatment=encoded(treat(records, step)))
    source = provider.give("werte.csv", b"ort;wert\nA;x\n")
    url, token = url_and_token(await provider.serve(source, granted, media_type="text/csv", live=True))
    for data, told in ((b"ort;wert\nA;x\n", True), (b"ort;wert\nA;1\n", False), (b"ort;wert\nA;y\n", True)):
        provider.give("werte.csv", data)
        async with http.get(url, headers=token) as answer:
            await answer.read()
        report = await provider.plane.report("city", flow_request(FlowDirection.SERVE).flow_id)
        assert report is not None
        assert (report.remark is not None) is told


@pytest.mark.parametrize(("bad", "said"), [(1, "some values"), (9, "some values"), (10, "10 values"), (0, None)])
async def test_the_consumer_learns_that_values_were_not_read(
    provider: Side, tmp_path: Path, bad: int, said: str | None
) -> None:
    data = "ort;wert\n" + "A;1\n" * 20 + "A;k. A.\n" * bad
    step = TransformStep(name="aggregate", fields=("ort",), measures=("wert",))
    records = Records(format="csv", measures=("wert",))
    granted = lease(treatment=encoded(treat(records, step)))
    address = await provider.serve(provider.give("werte.csv", data.encode()), granted, media_type="text/csv")
    async with side(tmp_path / "consumer") as consumer:
        await fetch(consumer, address)
        await done(consumer)
        report = await consumer.plane.report("city", flow_request(FlowDirection.FETCH).flow_id)
    assert report is not None
    assert (said in (report.remark or "")) if said else report.remark is None


class _Counting:
    """A transform that passes records on; it counts those at work at the same time, and waits for `go` at each."""

    most_bytes: int | None = None

    def __init__(self) -> None:
        self.taken, self.active, self.most = 0, 0, 0
        self.go = threading.Event()
        self.go.set()
        self._lock = threading.Lock()

    def build(self, _step: TransformStep, _key: bytes) -> Transform:
        return self

    def begin(self, fields: tuple[str, ...]) -> tuple[str, ...]:
        return fields

    def take(self, record: Record) -> Record | None:
        with self._lock:
            self.taken += 1
            self.active += 1
            self.most = max(self.most, self.active)
        self.go.wait(10)
        with self._lock:
            self.active -= 1
        return record if self.most_bytes is None else None

    def finish(self) -> Iterable[Record]:
        return ()

    def treating(self) -> Treating:
        return Treating(TREATING.secret, TREATING.operands, {"drop": self.build})


def _rows(count: int) -> bytes:
    return b"name,street\n" + b"Anna,A\n" * count


async def test_the_head_of_treated_data_treats_nothing_and_states_what_is_known_without_it(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    work = _Counting()
    async with side(tmp_path, treating=work.treating()) as provider:
        source = provider.give("people.csv", PEOPLE)
        url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(DROP)), media_type="text/csv"))
        async with http.head(url, headers=token) as answer:
            assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv")
            assert "people.csv" in answer.headers["Content-Disposition"]
            assert not {"ETag", "Accept-Ranges", "Content-Length", "Repr-Digest"} & answer.headers.keys()
        assert work.taken == 0
        async with http.get(url, headers=token) as answer:
            assert await answer.read() == PEOPLE
        async with http.head(f"{url}/x", headers=token) as answer:
            assert answer.status == 404


@pytest.mark.parametrize("whole", [True, False])
async def test_a_treatment_ends_when_its_caller_is_gone(tmp_path: Path, whole: bool) -> None:
    work = _Counting()
    work.most_bytes = 10**9 if whole else None
    work.go.clear()
    async with side(tmp_path, treating=work.treating()) as provider:
        source = provider.give("people.csv", _rows(400_000))
        url, token = url_and_token(await provider.serve(source, lease(treatment=encoded(DROP))))
        path = URL(url).raw_path
        writers = []
        for _ in range(5):
            _, writer = await asyncio.open_connection("127.0.0.1", provider.port)
            writer.write(f"GET {path} HTTP/1.1\r\nHost: x\r\nAuthorization: {token['Authorization']}\r\n\r\n".encode())
            writers.append(writer)
        await eventually(lambda: work.taken, "nothing is treated")
        for writer in writers:
            writer.close()
        await asyncio.sleep(0.5)  # the connections are looked at
        work.go.set()
        await eventually(lambda: not provider.plane.register.gates[OWNER, FLOW].in_passage, "the treatments go on")
        assert work.taken < 100_000


async def test_a_peer_has_one_step_of_treatment_at_a_time_and_another_peer_its_own(
    tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    work = _Counting()
    async with side(tmp_path, treating=work.treating()) as provider:
        source, granted = provider.give("people.csv", _rows(20_000)), lease(treatment=encoded(DROP))
        url, token = url_and_token(await provider.serve(source, granted))

        async def get() -> bytes:
            async with http.get(url, headers=token) as answer:
                return await answer.read()

        assert set(await asyncio.gather(*(get() for _ in range(8)))) == {_rows(20_000)}
        assert work.most == 1
        one = flow("agreement")
        assert provider.plane.register.find_turn(one) is not provider.plane.register.find_turn(replace(one, peer="q"))


async def test_results_that_are_held_whole_for_one_peer_leave_room_for_those_of_another(tmp_path: Path) -> None:
    register, work = Register(MemoryStore(), lambda: START), _Counting()
    work.most_bytes = 10**9
    work.go.clear()

    async def read(peer: str, treating: Treating) -> None:
        source = TreatedSource(Pieces([PEOPLE]), replace(flow(), peer=peer), DROP, treating, register)
        async with source.open({}) as found:
            assert [chunk async for chunk in found.chunks]

    waiting = [asyncio.create_task(read("p", work.treating())) for _ in range(5)]
    await eventually(lambda: work.taken, "nothing is treated")
    other = _Counting()
    other.most_bytes = 10**9
    async with asyncio.timeout(10):
        await read("q", other.treating())
    work.go.set()
    await asyncio.gather(*waiting)
