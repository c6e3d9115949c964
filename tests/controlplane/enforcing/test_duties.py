"""Duties of an agreement: kept, performed before access, confirmed by a person, overdue at their deadline."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator

import msgspec
import pytest
from aiohttp import web

from connector.controlplane.core.errors import NoSuchEntity, NotAllowed
from connector.controlplane.enforcing import duties
from connector.controlplane.enforcing.executors.attribution import Attribution
from connector.controlplane.enforcing.executors.delete import Delete
from connector.controlplane.enforcing.executors.log import Log
from connector.controlplane.judging import facts
from connector.controlplane.judging.acceptance import find_unenforceable
from connector.controlplane.processes.deciders import ByPolicy
from connector.controlplane.processes.worker import Worker
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.policy.model.model import DK, ODRL
from connector.ports.actions import Awaited, Executor, Failed, Performed, Task
from connector.ports.entities import DutyState, PageBounds
from connector.protocol.dsp.common import Role
from tests.controlplane.agreements import (
    AGREEMENT,
    DAY,
    LIBRARY,
    USE,
    Clock,
    atom,
    conclude,
    provider,
    requested,
    within,
)
from tests.dataplane.world import LOOPBACK, serving
from tests.support.plane import CITY, ME, NOW, Desk
from tests.support.rooms import Rooms

DELETE = {"action": "odrl:delete", "constraint": [within(30)], "consequence": [{"action": "odrl:compensate"}]}
LOG = {"action": "dk:log", "constraint": [atom("dk:logLevel", "eq", "onAllow")]}
NOTICE = {"action": "odrl:attribute", "constraint": [atom("dk:notice", "eq", "Stadt, Open Data")]}
OURS: dict[str, Executor] = {DK + "log": Log(), ODRL + "delete": Delete(), ODRL + "attribute": Attribution()}


class Flaky:
    """An executor that does what its script says, then succeeds."""

    def __init__(self, *script: str) -> None:
        self.script = list(script)
        self.keys: list[str] = []

    def begin(self, task: Task) -> Awaited:
        return Awaited({"duty": task.duty})

    async def perform(self, task: Task) -> Performed | Failed:
        self.keys.append(task.key)
        return Failed(self.script.pop(0)) if self.script else Performed({"done": "yes"})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def rooms(desk: Desk, clock: Clock) -> Rooms:
    return provider(desk.rooms, clock, OURS)


@pytest.fixture
async def client() -> AsyncIterator[GuardedClient]:
    transport = SocketTransport(LOOPBACK)
    yield GuardedClient(LOOPBACK, transport)
    await transport.close()


async def states(rooms: Rooms) -> dict[str, str]:
    return {
        entry.action.rpartition("/")[2].rpartition("#")[2]: entry.state
        for entry in await duties.list_standings(rooms.judging, AGREEMENT)
    }


@pytest.mark.parametrize("action", ["log", "inform", "delete", "attribute"])
async def test_an_executor_may_be_asked_again(client: GuardedClient, action: str) -> None:
    executor = next(entry for iri, entry in duties.build_executors(client).items() if iri.endswith(action))
    task = Task(
        key="k",
        owner="city",
        agreement_id=AGREEMENT,
        duty="obligation/0",
        action=action,
        role=Role.PROVIDER,
        participant=ME,
        counterparty=CITY,
        dataset="air",
        at=NOW,
    )
    assert executor.begin(task) == executor.begin(task)
    first = await executor.perform(task)
    assert await executor.perform(task) == first
    assert isinstance(first, Performed) is (action in {"log", "attribute"})


async def test_an_agreement_begins_its_ledger_once(rooms: Rooms, clock: Clock) -> None:
    agreement = await conclude(rooms, permission=[USE], obligation=[DELETE, NOTICE, {"action": "odrl:nextPolicy"}])
    before = await rooms.context.store.duties(rooms.context.owner, AGREEMENT)
    await rooms.context.store.commit(duties.schedule_duties(rooms.enforcing, agreement))
    assert await rooms.context.store.duties(rooms.context.owner, AGREEMENT) == before
    clock.ms += 1
    assert await states(rooms) == {
        "delete": "active",
        "attribute": "fulfilled",
        "nextPolicy": "active",
        "compensate": "inactive",
    }
    delete, notice, *_ = await duties.list_standings(rooms.judging, AGREEMENT)
    assert delete.deadline == NOW + 30 * DAY + 1
    assert msgspec.json.decode(notice.events[-1].evidence) == {"accepted": "Stadt, Open Data"}


async def test_a_receipt_fulfils_a_duty_and_a_repeat_changes_nothing(rooms: Rooms) -> None:
    await conclude(rooms, permission=[USE], obligation=[DELETE, LOG])
    found = await duties.record_receipt(rooms.judging, AGREEMENT, "obligation/0", "deleted by Ms Example")
    assert (found.state, found.events[-1].state) == ("fulfilled", DutyState.FULFILLED)
    assert await duties.record_receipt(rooms.judging, AGREEMENT, "obligation/0", "again") == found
    leaves, _ = await rooms.context.store.leaves(rooms.context.owner, PageBounds())
    assert [leaf.kind for leaf in leaves] == ["duty fulfilled"]
    assert b"Example" not in leaves[0].body, "a note may name a person"
    with pytest.raises(NoSuchEntity):
        await duties.record_receipt(rooms.judging, AGREEMENT, "obligation/9", "")
    with pytest.raises(NotAllowed):
        await duties.record_receipt(rooms.judging, AGREEMENT, "obligation/1", "")
    with pytest.raises(NoSuchEntity):
        await duties.record_receipt(rooms.judging, "urn:unknown", "obligation/0", "")


async def test_the_worker_finds_what_is_overdue_and_a_late_receipt_settles_it(
    desk: Desk, rooms: Rooms, clock: Clock
) -> None:
    await conclude(rooms, permission=[USE], obligation=[DELETE])
    clock.ms += 30 * DAY
    assert await duties.mark_overdue(rooms.judging) == 0
    clock.ms += 1
    worker = Worker(rooms.driving(ByPolicy(rooms.enforcing)))
    running = asyncio.create_task(worker.run())
    async with asyncio.timeout(5):
        while len(await rooms.context.store.duties(rooms.context.owner, AGREEMENT)) < 3:  # noqa: ASYNC110 - has no event of its own
            await asyncio.sleep(0)
    running.cancel()
    assert await duties.mark_overdue(rooms.judging) == 0
    assert await states(rooms) == {"delete": "violated", "compensate": "active"}
    assert (await duties.record_receipt(rooms.judging, AGREEMENT, "obligation/0", "")).state == "settled"


async def test_a_log_is_written_for_each_transfer_before_it_is_permitted(rooms: Rooms) -> None:
    await conclude(rooms, permission=[USE], obligation=[LOG])
    for transfer in ("urn:transfer:1", "urn:transfer:1", "urn:transfer:2"):
        assert not (await duties.permit_transfer(rooms.enforcing, requested(rooms, transfer))).denied
    leaves, _ = await rooms.context.store.leaves(rooms.context.owner, PageBounds())
    logged = [msgspec.json.decode(leaf.body)["fields"] for leaf in leaves]
    assert [entry["transfer"] for entry in logged] == ["urn:transfer:1", "urn:transfer:2"]
    assert logged[0]["evidence"]["dataset"] == "urn:dataset:air"


async def test_a_duty_that_comes_first_is_performed_first(rooms: Rooms) -> None:
    await conclude(rooms, permission=[{**USE, "duty": [LOG]}])
    assert not (await duties.permit_transfer(rooms.enforcing, requested(rooms))).denied
    assert (await duties.permit_transfer(rooms.but(actions={}).enforcing, requested(rooms, "urn:other"))).denied


async def test_a_duty_that_fails_denies_and_is_tried_again_by_the_next_transfer(rooms: Rooms) -> None:
    flaky = Flaky("The archive is full.", "The archive is still full.")
    rooms = rooms.but(actions={DK + "log": flaky})
    for terms in ({"permission": [USE], "obligation": [LOG]}, {"permission": [{**USE, "duty": [LOG]}]}):
        await conclude(rooms, **terms)
        verdict = await duties.permit_transfer(rooms.enforcing, requested(rooms))
        assert verdict.denied
        assert "full" in verdict.reason
        assert verdict.record["reasons"] == ["duty-failed"]
    assert not (await duties.permit_transfer(rooms.enforcing, requested(rooms))).denied
    assert flaky.keys[1] == flaky.keys[2] != flaky.keys[0]


async def test_a_duty_of_a_person_denies_until_its_receipt(rooms: Rooms, clock: Clock) -> None:
    await conclude(rooms, permission=[{**USE, "duty": [{"action": "odrl:compensate"}]}])
    assert (await duties.permit_transfer(rooms.enforcing, requested(rooms))).denied
    await duties.record_receipt(rooms.judging, AGREEMENT, "permission/0/duty/0", "invoice 7")
    assert not (await duties.permit_transfer(rooms.enforcing, requested(rooms))).denied


async def test_nobody_is_notified_of_an_access_that_is_denied_anyway(rooms: Rooms) -> None:
    flaky = Flaky()
    rooms = rooms.but(actions={DK + "log": flaky})
    over = atom("odrl:dateTime", "lt", {"@value": "2020-01-01T00:00:00Z", "@type": "xsd:dateTime"})
    await conclude(rooms, permission=[{**USE, "constraint": [over], "duty": [LOG]}], obligation=[LOG])
    assert (await duties.permit_transfer(rooms.enforcing, requested(rooms))).denied
    assert flaky.keys == []


@pytest.mark.parametrize(("answers", "denied"), [([204], False), ([503, 200], False), ([500, 500], True)])
async def test_a_webhook_is_told_before_access_with_a_key_against_repeats(
    rooms: Rooms, client: GuardedClient, answers: list[int], denied: bool
) -> None:
    told: list[tuple[str, dict[str, str]]] = []

    async def hear(request: web.Request) -> web.Response:
        told.append((request.headers["Idempotency-Key"], await request.json()))
        return web.Response(status=answers[len(told) - 1])

    async with serving(hear) as url:
        rooms = rooms.but(actions=duties.build_executors(client))
        inform = {"action": "odrl:inform", "constraint": [atom("dk:notifyAddress", "eq", f"{url}/hook?secret=1")]}
        await conclude(rooms, permission=[USE], obligation=[inform])
        verdict = await duties.permit_transfer(rooms.enforcing, requested(rooms))
    assert verdict.denied is denied
    assert len({key for key, _ in told}) == 1
    assert len(told) == len(answers)
    assert told[0][1]["transfer"] == "urn:transfer:1"
    ledger = await rooms.context.store.duties(rooms.context.owner, AGREEMENT)
    assert [event.state for event in ledger if event.occasion] == ([] if denied else [DutyState.FULFILLED])
    assert not any(b"secret" in event.evidence for event in ledger)


async def test_no_policy_makes_us_call_our_own_network(rooms: Rooms) -> None:
    transport = SocketTransport(dataclasses.replace(LOOPBACK, networks=()))
    guarded = GuardedClient(dataclasses.replace(LOOPBACK, networks=()), transport)
    rooms = rooms.but(actions=duties.build_executors(guarded))
    inform = {"action": "odrl:inform", "constraint": [atom("dk:notifyAddress", "eq", "https://127.0.0.1/hook")]}
    await conclude(rooms, permission=[USE], obligation=[inform])
    assert (await duties.permit_transfer(rooms.enforcing, requested(rooms))).denied
    await transport.close()


def test_what_is_performed_here_may_come_first() -> None:
    def fit(duty: object) -> bool:
        document = {"@type": "Offer", "@id": "urn:o", "permission": [{**USE, "duty": [duty]}]}
        return find_unenforceable(LIBRARY, msgspec.json.encode(document)) is None

    assert fit(LOG)
    assert fit({"action": "odrl:inform", "constraint": [atom("dk:notifyAddress", "eq", "https://a.example")]})
    assert not fit({"action": "odrl:inform"})
    # Our people record what was paid.
    assert fit({"action": "odrl:compensate"})
    assert not fit({"action": "odrl:obtainConsent"})


async def test_the_api_shows_duties_and_takes_receipts(desk: Desk) -> None:
    rooms = provider(desk.rooms, actions=OURS)
    desk.serve(rooms)
    await conclude(rooms, permission=[USE], obligation=[DELETE])
    async with desk.client() as client:
        path = f"/v1/agreements/{AGREEMENT}/duties"
        shown = (await client.get(path)).json()
        assert (shown[0]["id"], shown[0]["state"], shown[0]["by_person"]) == ("obligation/0", "active", True)
        confirmed = await client.post(f"{path}/obligation/0/receipt", json={"note": "done"})
        assert (confirmed.status_code, confirmed.json()["state"]) == (200, "fulfilled")
        assert confirmed.json()["events"][-1]["evidence"] == {"by": "receipt", "note": "done"}
        assert (await client.post(f"{path}/none/receipt", json={})).status_code == 404
        assert (await client.get("/v1/agreements/none/duties")).status_code == 404
        assert (await client.get(f"/v1/agreements/{AGREEMENT}")).json()["id"] == AGREEMENT
    async with desk.client("reader") as client:
        assert (await client.post(f"{path}/obligation/0/receipt", json={})).status_code == 403


def test_an_instant_is_rounded_up_to_a_millisecond() -> None:
    at = facts.instant(NOW)
    assert facts.milliseconds(at) == NOW
    assert facts.milliseconds(at.replace(microsecond=1)) == NOW + 1
    assert facts.milliseconds(None) is None
