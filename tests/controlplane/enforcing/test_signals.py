"""Running flows end when their policy turns false: by the clock, by a counter, by a withdrawal."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from connector.controlplane.enforcing import flow_ends, renewals, signals
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.worker import Worker
from connector.controlplane.usecases import events, payments
from connector.controlplane.usecases.offering import assets
from connector.dataplane.treating.delivery import Treating
from connector.ports.changes import PutProcess
from connector.ports.dataplane import FlowReport
from connector.ports.entities import Lease, PageBounds, PaymentState
from connector.ports.identity import Participant
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import DataAddress
from connector.protocol.dsp.machines.transfer_machine import FlowState, Transfer, TransferState
from connector.store.rules import month_of
from tests.controlplane.agreements import AGREEMENT, DATASET, USE, atom, conclude, provider, publish, requested
from tests.dataplane.world import Side, blob, eventually, now_ms, side, url_and_token
from tests.support.plane import Desk, Listed, ScriptedPeer
from tests.support.rooms import ControlLimits, Rooms

LARGE = 48 * 1024 * 1024
"""More than the buffers between two sockets hold: a stream of it waits for its reader."""


class Reading(ScriptedPeer):
    """A consumer that acknowledges everything and keeps the addresses it is told."""

    def __init__(self) -> None:
        super().__init__()
        self.addresses: dict[str, DataAddress] = {}
        self.ended: dict[str, str] = {}

    async def send(
        self,
        participant: str,
        address: str,
        message: str,
        to: Any,
        pid: str | None,
        body: bytes,
        agreement: bytes | None = None,
    ) -> Any:
        said = msgspec.json.decode(body)
        if "dataAddress" in said:
            self.addresses[str(pid)] = msgspec.convert(said["dataAddress"], DataAddress)
        if message == "TransferTerminationMessage":
            self.ended[str(pid)] = said["reason"][0]
        return await super().send(participant, address, message, to, pid, body)


@dataclass
class Serving:
    """A provider with its worker and data plane, and a consumer."""

    rooms: Rooms
    data: Side
    peer: Reading
    leases: list[Lease]
    http: aiohttp.ClientSession

    async def transfer(self, pid: str = "urn:transfer:1") -> tuple[str, dict[str, str]]:
        """Let the consumer ask for the data; return the URL and headers it is given."""
        process = msgspec.structs.replace(requested(self.rooms, pid), version=1)
        await self.rooms.context.store.commit([PutProcess(process, None)])
        self.rooms.context.wake(process)
        await eventually(lambda: process.peer_pid in self.peer.addresses, "no address")
        return url_and_token(self.peer.addresses[str(process.peer_pid)])

    async def state(self, pid: str = "urn:transfer:1") -> Transfer:
        found = await self.rooms.context.store.transfer(self.rooms.context.owner, pid)
        assert found is not None
        return found

    async def terminated(self, pid: str = "urn:transfer:1") -> str:
        """Wait until the transfer is terminated; return the reason that the consumer was told."""
        async with asyncio.timeout(10):
            while (await self.state(pid)).state != TransferState.TERMINATED:  # noqa: ASYNC110 - has no event of its own
                await asyncio.sleep(0.005)
        assert (await self.state(pid)).ended
        return self.peer.ended[f"theirs of {pid}"]

    async def judged(self, kind: str) -> list[dict[str, Any]]:
        leaves, _ = await self.rooms.context.store.leaves(self.rooms.context.owner, PageBounds(limit=500))
        return [msgspec.json.decode(leaf.body)["fields"]["judged"] for leaf in leaves if leaf.kind == kind]


class Claiming(Listed):
    """A participant list that says something of the consumer."""

    def __init__(self, claims: dict[str, tuple[str, ...]]) -> None:
        super().__init__()
        self._claims = claims

    def participant(self, id: str) -> Participant | None:
        known = super().participant(id)
        return msgspec.structs.replace(known, claims=self._claims) if known else None


@asynccontextmanager
async def serving(
    desk: Desk,
    folder: Path,
    data: bytes,
    *,
    lease_ms: int = 60_000,
    claims: dict[str, tuple[str, ...]] | None = None,
    treating: Treating | None = None,
    **terms: Any,
) -> AsyncIterator[Serving]:
    async with side(folder, patience_s=2.0, treating=treating) as made, aiohttp.ClientSession() as http:
        peer, workers, leases = Reading(), list[Worker](), list[Lease]()
        rooms = provider(
            desk.rooms,
            now_ms,
            owner="city",
            store=made.store,
            dataplane=made.plane,
            peer=peer,
            identity=Claiming(claims or {}),
            limits=ControlLimits(lease=lease_ms, concurrency=16),
            wake=lambda process: workers[0].wake(process),
        )
        workers.append(Worker(rooms.driver(ByPolicy(rooms.enforcer))))

        async def ended(owner: str, report: FlowReport) -> None:
            process = await flow_ends.settle_flow(rooms.enforcer, owner, report)
            if process:
                workers[0].wake(process)

        made.plane.listen(ended)
        renew = made.plane.renew

        async def granted(lease: Lease) -> None:
            leases.append(lease)
            await renew(lease)

        made.plane.renew = granted  # type: ignore[method-assign]  # counts what goes through
        await publish(rooms, made.give("air.csv", data))
        await conclude(rooms, **terms)
        try:
            yield Serving(rooms, made, peer, leases, http)
        finally:
            await workers[0].stop(1.0)


def time_of(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).isoformat().replace("+00:00", "Z")


async def pull(http: aiohttp.ClientSession, url: str, headers: dict[str, str]) -> int:
    """Pull once; whoever is told to try again does."""
    while True:
        async with http.get(url, headers=headers) as answer:
            await answer.read()
            if answer.status != 503:
                return answer.status


async def broken_off(answer: aiohttp.ClientResponse) -> bool:
    """Read on until the stream ends; tell whether it ended before its time."""
    try:
        async for _ in answer.content.iter_chunked(1 << 16):
            pass
    except aiohttp.ClientError:
        return True
    return False


async def test_a_use_that_begins_while_the_decision_is_made_again_is_not_cut_off(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [atom("odrl:count", "lteq", "1")]}]
    async with serving(desk, tmp_path, blob(LARGE), permission=terms) as made, AsyncExitStack() as stack:
        url, headers = await made.transfer()
        report = made.data.plane.report
        begun: list[aiohttp.ClientResponse] = []

        async def before_the_use(owner: str, flow_id: str) -> FlowReport | None:
            made.data.plane.report = report  # type: ignore[method-assign]
            known = await report(owner, flow_id)
            begun.append(await stack.enter_async_context(made.http.get(url, headers=headers)))
            return known

        await eventually(lambda: made.leases, "no lease")
        made.data.plane.report = before_the_use  # type: ignore[method-assign]  # a pull comes between two looks
        renewed = len(made.leases)
        await renewals.look_again(made.rooms.evaluator)
        await eventually(lambda: begun, "nobody looked")
        await eventually(lambda: len(made.leases) > renewed or begun[0].content.exception(), "not decided")
        assert not await broken_off(begun[0])
        assert await pull(made.http, url, headers) == 403
        assert "uses" in await made.terminated()


async def test_of_a_hundred_concurrent_pulls_exactly_as_many_succeed_as_were_agreed(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [atom("odrl:count", "lteq", "7")]}]
    async with serving(desk, tmp_path, b"x;y\n1;2\n", permission=terms) as made:
        pids = [f"urn:transfer:{number}" for number in range(5)]
        given = [await made.transfer(pid) for pid in pids]
        pulls = [pull(made.http, *given[number % len(given)]) for number in range(100)]
        answers = await asyncio.gather(*pulls)
        # Used up is 403; once the transfers are terminated, which may come first, their tokens open nothing: 401.
        assert answers.count(200) == 7
        assert set(answers) <= {200, 401, 403}
        assert (await made.rooms.context.store.usage("city", AGREEMENT)).uses == 7
        for pid in pids:
            assert "uses" in await made.terminated(pid)
        assert [entry["verdict"] for entry in await made.judged("decided terminate")] == ["deny"] * 5
        month = month_of(made.rooms.context.now(), UTC)
        sums, _ = await made.rooms.context.store.usage_in("city", PageBounds(), month=month, providing=True)
        assert [(row.deliveries, row.denied) for row in sums] == [(7, 5)]


async def test_what_only_an_equality_allows_is_decided_use_by_use(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [atom("odrl:count", "neq", "3")]}]
    async with serving(desk, tmp_path, b"x", permission=terms) as made:
        url, headers = await made.transfer()
        answers = []
        for uses in (1, 2):
            answers.append(await pull(made.http, url, headers))
            await eventually(lambda: made.data.plane.register.gates, "the flow has ended")
            gate = next(iter(made.data.plane.register.gates.values()))
            if uses == 1:
                await eventually(lambda: gate.max_uses == 2, "the next use was not decided")  # noqa: B023 - awaited here
        assert answers == [200, 200]
        assert await pull(made.http, url, headers) == 403
        assert await made.terminated()


async def test_the_last_use_is_finished_although_the_lease_is_renewed_meanwhile(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [atom("odrl:count", "lteq", "1")]}]
    async with serving(desk, tmp_path, blob(LARGE), lease_ms=1_500, permission=terms) as made:
        url, headers = await made.transfer()
        renewed = made.leases
        async with made.http.get(url, headers=headers) as answer:
            await answer.content.readexactly(1000)
            await eventually(lambda: len(renewed) > 3, "the lease is not renewed")
            assert not await broken_off(answer)
        assert await pull(made.http, url, headers) == 403
        assert "uses" in await made.terminated()


async def test_a_running_stream_ends_when_its_time_is_over(desk: Desk, tmp_path: Path) -> None:
    data = blob(LARGE)
    end = now_ms() + 4_000
    until = time_of(end)
    terms = [{**USE, "constraint": [atom("odrl:dateTime", "lt", {"@value": until, "@type": "xsd:dateTime"})]}]
    async with serving(desk, tmp_path, data, permission=terms) as made:
        url, headers = await made.transfer()
        async with made.http.get(url, headers=headers) as answer:
            await answer.content.readexactly(1000)
            reason = await made.terminated()
            assert now_ms() >= end
            assert await broken_off(answer)
        assert reason
        assert (await made.data.plane.report("city", "urn:transfer:1")).state == "TERMINATED"  # type: ignore[union-attr]


async def test_a_running_stream_goes_on_when_the_offer_is_withdrawn(desk: Desk, tmp_path: Path) -> None:
    async with serving(desk, tmp_path, blob(LARGE), permission=[USE]) as made:
        url, headers = await made.transfer()
        async with made.http.get(url, headers=headers) as answer:
            await answer.content.readexactly(1000)
            done = await assets.withdraw(made.rooms.publisher, DATASET)
            assert (done.asset.status, done.agreements, done.running) == ("withdrawn", 1, 1)
            assert not await broken_off(answer)
        # A contract is a promise: what was agreed before is delivered after.
        url, headers = await made.transfer("urn:transfer:2")
        assert await pull(made.http, url, headers) == 200


async def test_a_running_stream_ends_when_the_agreements_are_ended_with_the_offer(desk: Desk, tmp_path: Path) -> None:
    async with serving(desk, tmp_path, blob(LARGE), permission=[USE]) as made:
        url, headers = await made.transfer()
        async with made.http.get(url, headers=headers) as answer:
            await answer.content.readexactly(1000)
            await assets.withdraw(made.rooms.publisher, DATASET)
            done = await assets.withdraw(made.rooms.publisher, DATASET, end_agreements=True, reason="Faulty sensor.")
            assert done.ended == 1
            assert (done.agreements, done.running) == (0, 0)
            assert "Faulty sensor." in await made.terminated()
            assert await broken_off(answer)
        process = msgspec.structs.replace(requested(made.rooms, "urn:transfer:2"), version=1)
        await made.rooms.context.store.commit([PutProcess(process, None)])
        made.rooms.context.wake(process)
        assert "withdrawn" in await made.terminated("urn:transfer:2")


async def test_a_running_stream_ends_when_the_volume_is_used_up(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [{**atom("dk:volume", "lteq", "2"), "unit": "MB"}]}]
    async with serving(desk, tmp_path, blob(4_000_000), permission=terms) as made:
        url, headers = await made.transfer()
        async with made.http.get(url, headers=headers) as answer:
            assert await broken_off(answer)
        assert "limit of bytes" in await made.terminated()
        assert (await made.rooms.context.store.usage("city", AGREEMENT)).bytes_moved <= 2_000_000


async def test_concurrent_flows_share_what_is_left_of_the_volume(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [{**atom("dk:volume", "lteq", "5"), "unit": "MB"}]}]
    async with serving(desk, tmp_path, blob(2_000_000), permission=terms) as made:
        given = [await made.transfer(f"urn:transfer:{number}") for number in range(4)]
        whole = 0

        async def read(url: str, headers: dict[str, str]) -> None:
            nonlocal whole
            async with made.http.get(url, headers=headers) as answer:
                whole += answer.status == 200 and not await broken_off(answer)

        await asyncio.gather(*(read(*entry) for entry in given))
        assert whole <= 2
        assert (await made.rooms.context.store.usage("city", AGREEMENT)).bytes_moved <= 5_000_000


async def test_what_was_decided_is_on_record_without_what_is_personal(desk: Desk, tmp_path: Path) -> None:
    either = {"or": [atom("odrl:systemDevice", "eq", "urn:phone:of-ms-example"), atom("odrl:count", "lteq", "1")]}
    async with serving(
        desk,
        tmp_path,
        b"x",
        permission=[{**USE, "uid": "urn:rule", "constraint": [either]}],
        claims={"systemDevice": ("urn:phone:of-mr-example",)},
    ) as made:
        given = await made.transfer()
        assert [await pull(made.http, *given) for _ in range(2)] == [200, 403]
        await made.terminated()
        (granted,), (denied,) = await made.judged("flow started"), await made.judged("decided terminate")
        assert (granted["verdict"], denied["verdict"]) == ("permit", "deny")
        assert granted["policy"] == denied["policy"]
        assert granted["engine"]
        (rule,) = denied["rules"]
        assert (rule["rule"], rule["applies"]) == ("urn:rule", "false")
        device, count = rule["constraints"]
        assert (count["verdict"], count["found"]) == ("false", ["2"])
        assert "found" not in device
        leaves, _ = await made.rooms.context.store.leaves("city", PageBounds(limit=500))
        assert [leaf.body for leaf in leaves if b"urn:phone" in leaf.body] == []


async def test_a_pull_too_many_in_an_hour_is_asked_to_come_again_and_the_transfer_goes_on(
    desk: Desk, tmp_path: Path
) -> None:
    terms = [{**USE, "constraint": [atom("dk:requestsPerHour", "lteq", "3")]}]
    async with serving(desk, tmp_path, b"x;y\n", permission=terms) as made:
        url, headers = await made.transfer()

        async def status() -> tuple[int, int]:
            async with made.http.get(url, headers=headers) as answer:
                await answer.read()  # A pull that breaks off would leave a use that another one continues.
                return answer.status, int(answer.headers.get("Retry-After", 0))

        await eventually(lambda: made.leases, "no lease")
        answers = await asyncio.gather(*(status() for _ in range(8)))
        assert sorted(status for status, _ in answers) == [200] * 3 + [503] * 5
        # The lease is decided again before the hour is over, so that is when to ask again at the latest.
        assert all(0 < wait <= 60 for status, wait in answers if status == 503)
        assert (await made.state()).state == TransferState.STARTED
        assert (await made.rooms.context.store.usage("city", AGREEMENT)).uses == 3


async def test_a_running_stream_ends_when_a_payment_is_overdue(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [atom("dk:paymentState", "isAnyOf", ["none", "settled"])]}]
    async with serving(desk, tmp_path, blob(LARGE), permission=terms) as made:
        url, headers = await made.transfer()
        async with made.http.get(url, headers=headers) as answer:
            await answer.content.readexactly(1000)
            await payments.record(made.rooms.evaluator, AGREEMENT, PaymentState.SETTLED, amount="12.50", by="accounts")
            await eventually(lambda: len(made.leases) > 1, "it was not decided again")
            await payments.record(made.rooms.evaluator, AGREEMENT, PaymentState.OVERDUE, by="accounts")
            assert "payment" in (await made.terminated()).casefold()
            assert await broken_off(answer)


async def test_a_running_stream_ends_with_the_emergency(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [atom("odrl:event", "eq", "dk:emergency")]}]
    async with serving(desk, tmp_path, blob(LARGE), permission=terms) as made:
        await events.begin(made.rooms.evaluator, "dk:emergency", by="operations")
        url, headers = await made.transfer()
        async with made.http.get(url, headers=headers) as answer:
            await answer.content.readexactly(1000)
            await events.begin(made.rooms.evaluator, "dk:fair", by="operations")
            await eventually(lambda: len(made.leases) > 1, "it was not decided again")
            await events.end(made.rooms.evaluator, "dk:emergency", by="operations")
            assert "Event" in await made.terminated()
            assert await broken_off(answer)
        later = msgspec.structs.replace(requested(made.rooms, "urn:transfer:2"), version=1)
        await made.rooms.context.store.commit([PutProcess(later, None)])
        made.rooms.context.wake(later)
        assert "Event" in await made.terminated("urn:transfer:2")


async def test_a_suspension_waits_for_no_decision_about_its_own_transfer_or_another(desk: Desk, tmp_path: Path) -> None:
    terms = [{**USE, "constraint": [atom("dk:dataAge", "lteq", "P1Y"), atom("dk:concurrentTransfers", "lteq", "5")]}]
    async with serving(desk, tmp_path, b"x;y\n", permission=terms) as made:
        pids = [f"urn:transfer:{number}" for number in range(3)]
        for pid in pids:
            await made.transfer(pid)
        await eventually(lambda: len(made.leases) >= len(pids), "no lease")
        source, asked = asyncio.Event(), list[asyncio.Event]()

        async def look_slowly(_: dict[str, Any]) -> int:
            asked.append(source)
            await source.wait()
            return now_ms()

        slow = replace(made.rooms.evaluator, changed_at=look_slowly)
        enforcer = replace(made.rooms.enforcer, evaluator=slow)
        started = [msgspec.structs.replace(await made.state(pid), lease_until=now_ms()) for pid in pids]
        renewals_begun = [asyncio.create_task(signals.signal(enforcer, process)) for process in started]
        await eventually(lambda: len(asked) == len(pids), "the source was not asked")
        for process in started:
            wanted = msgspec.structs.replace(process, flow_wanted=FlowState.SUSPENDED)
            async with asyncio.timeout(1):
                halted = await signals.signal(enforcer, wanted)
            assert halted.flow_reported is FlowState.SUSPENDED
        source.set()
        outcomes = await asyncio.gather(*renewals_begun, return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Conflict] * len(pids)
        for pid in pids:
            assert (await made.state(pid)).flow_reported is FlowState.SUSPENDED
