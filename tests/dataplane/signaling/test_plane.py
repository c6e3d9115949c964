import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest

from connector.dataplane.signaling.verbs import VERBS
from connector.ports.changes import Change, PutFlow, PutLease
from connector.ports.dataplane import FlowReport
from connector.ports.entities import Flow, FlowDirection
from connector.protocol.dsp.common import DataAddress, authorization
from connector.protocol.dsp.machines.transfer_machine import FlowState
from tests.dataplane.world import FLOW, OWNER, Side, blob, flow_request, lease, now_ms, sha256, side, url_and_token

SERVE, RECEIVE, FETCH, PUSH = FlowDirection.SERVE, FlowDirection.RECEIVE, FlowDirection.FETCH, FlowDirection.PUSH
SOURCE = {"kind": "file", "path": "f"}


@pytest.fixture
async def one(tmp_path: Path) -> AsyncIterator[Side]:
    async with side(tmp_path) as made:
        made.give("f", b"data")
        yield made


async def _say(one: Side, verb: str) -> FlowReport:
    if verb in {"prepare", "start"}:
        return await getattr(one.plane, verb)(flow_request(SERVE, source=SOURCE))
    if verb in {"complete", "resume"}:
        return await getattr(one.plane, verb)(OWNER, FLOW)
    return await getattr(one.plane, verb)(OWNER, FLOW, "because")


async def _put(one: Side, state: FlowState) -> None:
    flow = Flow(
        owner=OWNER,
        id=FLOW,
        direction=SERVE,
        agreement_id="agreement",
        dataset="trees",
        peer="did:web:peer",
        state=state,
        source=SOURCE,
    )
    await one.store.commit([PutFlow(flow)])


@pytest.mark.parametrize("state", FlowState)
@pytest.mark.parametrize("verb", VERBS)
async def test_every_verb_in_every_state_is_what_the_table_says_and_can_be_repeated(
    one: Side, verb: str, state: FlowState
) -> None:
    if state is not FlowState.NONE:
        await _put(one, state)
    wanted = VERBS[verb].get(state, state)
    for _ in range(2):
        report = await _say(one, verb)
        assert report.state == wanted
    stored = await one.store.flow(OWNER, FLOW)
    assert (stored.state if stored else wanted) == wanted


@pytest.mark.parametrize("ending", ["complete", "terminate"])
async def test_an_ended_flow_never_runs_again(one: Side, ending: str) -> None:
    await _say(one, "start")
    await one.plane.renew(lease())
    state = (await _say(one, ending)).state
    await one.plane.renew(lease(2))
    assert (await _say(one, "start")).state == state
    assert (await _say(one, "suspend")).state == state
    flow = await one.store.flow(OWNER, FLOW)
    assert flow
    assert flow.token_hash is None
    assert await one.store.lease(OWNER, FLOW) is None


async def test_only_the_hash_of_a_token_is_kept(one: Side) -> None:
    address = await one.serve(SOURCE)
    flow = await one.store.flow(OWNER, FLOW)
    token = authorization(address) or ""
    assert flow
    assert flow.token_hash == sha256(token.encode())
    assert token.encode() not in msgspec.json.encode(flow)
    report = await one.plane.report(OWNER, FLOW)
    assert report
    assert report.data_address is None, "the token is given out once"


async def test_a_suspended_flow_keeps_its_token_when_it_receives(one: Side) -> None:
    sink = {"kind": "file", "path": "x"}
    first = await one.plane.prepare(flow_request(RECEIVE, sink=sink))
    assert first.data_address
    assert (await one.plane.start(flow_request(RECEIVE))).data_address is None
    hashes = []
    for _ in range(2):
        flow = await one.store.flow(OWNER, FLOW)
        hashes.append(flow.token_hash if flow else None)
        await one.plane.suspend(OWNER, FLOW, "pause")
        await one.plane.start(flow_request(RECEIVE))
    assert hashes[0] == hashes[1] is not None


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ({"kind": "ftp"}, "kind"),
        ({"kind": "file", "path": "../f"}, "path"),
        ({"kind": "file", "path": "missing"}, "exist"),
        ({"kind": "http", "url": "file:///etc/passwd"}, "url"),
        ({}, "kind"),
    ],
)
async def test_an_address_that_cannot_be_served_starts_nothing(one: Side, source: dict[str, str], word: str) -> None:
    report = await one.plane.start(flow_request(SERVE, source=source))
    assert report.state == FlowState.NONE
    assert word in (report.error or "")
    assert await one.store.flow(OWNER, FLOW) is None
    assert one.plane.supports(source, None) == report.error
    assert one.plane.supports(SOURCE, {"kind": "file", "path": "x"}) is None


async def test_a_serving_flow_outlives_a_restart_with_its_token_and_lease(tmp_path: Path) -> None:
    async with side(tmp_path) as before:
        before.give("f", b"data")
        _, headers = url_and_token(await before.serve(SOURCE))
        store = before.store
    async with side(tmp_path, store=store) as after:
        await after.plane.resume_flows(OWNER)
        answer = await after.client.request("GET", f"{after.url}/flows/{FLOW}", headers=headers)
        assert (answer.status, answer.body) == (200, b"data")


async def test_other_tasks_run_while_many_flows_are_resumed(one: Side) -> None:
    await _put(one, FlowState.STARTED)
    stored = await one.store.flow(OWNER, FLOW)
    assert stored is not None
    many = [msgspec.structs.replace(stored, id=f"{FLOW}-{number}") for number in range(250)]
    await one.store.commit([PutFlow(flow) for flow in many])
    turns = 0

    async def count() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    other = asyncio.create_task(count())
    await one.plane.resume_flows(OWNER)
    other.cancel()
    assert turns >= 2
    assert all([await one.plane.register.find_gate(flow) for flow in many])


async def test_a_lease_for_a_flow_that_does_not_run_is_ignored(one: Side) -> None:
    await one.plane.renew(lease())
    assert await one.store.lease(OWNER, FLOW) is None
    await one.serve(SOURCE)
    await one.plane.suspend(OWNER, FLOW, "pause")
    await one.plane.renew(lease(2))
    assert await one.store.lease(OWNER, FLOW) is None, "a renewal that came late opened a suspended flow"


async def test_a_failed_flow_can_be_started_again(tmp_path: Path) -> None:
    data = blob(1000)
    async with side(tmp_path / "p") as provider, side(tmp_path / "c") as consumer:
        endpoint = msgspec.json.encode(await provider.serve(provider.give("f", data)))
        await provider.plane.suspend(OWNER, FLOW, "pause")
        sink = {"kind": "file", "path": "f"}
        await consumer.plane.start(flow_request(FETCH, sink=sink, endpoint=endpoint))
        await consumer.plane.renew(lease())
        failed = await consumer.wait_for_end()
        assert failed.state == FlowState.STARTED
        assert "409" in (failed.error or "")
        await consumer.plane.renew(lease(2))
        assert (await consumer.plane.report(OWNER, FLOW)) == failed, "a renewal alone is no new beginning"
        consumer.told.clear()
        endpoint = msgspec.json.encode(await provider.serve(SOURCE, lease(2)))
        await consumer.plane.start(flow_request(FETCH, endpoint=endpoint))
        assert (await consumer.wait_for_end()).sha256 == sha256(data)


async def test_an_address_of_the_peer_that_cannot_be_read_is_an_error(one: Side) -> None:
    await one.plane.start(flow_request(PUSH, source=SOURCE, endpoint=b'{"nonsense": 1}'))
    await one.plane.renew(lease())
    assert "data address" in ((await one.wait_for_end()).error or "")


async def test_a_resumed_flow_serves_on_with_the_token_it_had(one: Side) -> None:
    url, headers = url_and_token(await one.serve(SOURCE))
    await one.plane.suspend(OWNER, FLOW, "pause")
    assert (await one.plane.resume(OWNER, FLOW)).data_address is None
    assert (await one.client.request("GET", url, headers=headers)).status == 503, "no lease, no byte"
    await one.plane.renew(lease(2))
    assert (await one.client.request("GET", url, headers=headers)).body == b"data"


async def test_a_flow_that_was_suspended_since_the_clock_was_ahead_gets_its_lease(one: Side) -> None:
    url, headers = url_and_token(await one.serve(SOURCE, lease(now_ms() + 86_400_000)))
    await one.plane.suspend(OWNER, FLOW, "pause")
    await one.plane.resume(OWNER, FLOW)
    await one.plane.renew(lease(now_ms()))
    assert (await one.client.request("GET", url, headers=headers)).body == b"data"


async def test_a_lease_that_is_on_its_way_does_not_open_a_flow_that_is_suspended_meanwhile(one: Side) -> None:
    await one.serve(SOURCE)
    commit, reached, go = one.store.commit, asyncio.Event(), asyncio.Event()

    async def commit_slowly(group: Sequence[Change]) -> None:
        if any(isinstance(change, PutLease) for change in group):
            reached.set()
            await go.wait()
        await commit(group)

    one.store.commit = commit_slowly  # type: ignore[method-assign]  # stops where the lease is stored and not granted yet
    renewal = asyncio.create_task(one.plane.renew(lease(2)))
    await reached.wait()
    suspension = asyncio.create_task(one.plane.suspend(OWNER, FLOW, "pause"))
    await asyncio.sleep(0)
    go.set()
    await asyncio.gather(renewal, suspension)
    assert one.plane.register.gates[OWNER, FLOW].find_problem() == "the transfer is suspended"
    assert await one.store.lease(OWNER, FLOW) is None


async def test_the_first_lease_starts_what_was_prepared_to_receive(one: Side) -> None:
    await one.plane.prepare(flow_request(RECEIVE, sink={"kind": "file", "path": "x"}))
    await one.plane.renew(lease())
    report = await one.plane.report(OWNER, FLOW)
    assert report
    assert report.state == FlowState.STARTED


async def test_a_drafted_flow_is_opened_by_whoever_commits_its_changes(one: Side) -> None:
    report, changes = await one.plane.draft(flow_request(SERVE, source=SOURCE))
    assert report.data_address is not None
    assert await one.store.flow(OWNER, FLOW) is None
    address = msgspec.json.decode(report.data_address, type=DataAddress)
    assert await one.plane.admit(FLOW, authorization(address)) is None
    await one.store.commit(changes)
    assert await one.plane.admit(FLOW, authorization(address)) is not None
    again, no_changes = await one.plane.draft(flow_request(SERVE, source=SOURCE))
    assert (again.state, list(no_changes)) == (FlowState.STARTED, [])
    assert again.data_address not in {None, report.data_address}


async def test_a_flow_that_cannot_be_served_is_not_drafted(one: Side) -> None:
    report, changes = await one.plane.draft(flow_request(SERVE, source={"kind": "unknown"}))
    assert report.error
    assert not changes


async def test_a_flow_starts_with_its_lease_in_one_commit(one: Side) -> None:
    granted = lease()
    await one.plane.start(flow_request(SERVE, source=SOURCE), granted)
    assert await one.store.lease(OWNER, FLOW) == granted
    flow = await one.store.flow(OWNER, FLOW)
    assert flow is not None
    assert (await one.plane.register.find_gate(flow)).find_problem() is None


@pytest.mark.parametrize("kept", [0, 1, 3])
@pytest.mark.parametrize(
    "change", ["add", "add older", "remove", "replace older", "rewrite older", "rename", "move in"]
)
async def test_the_facts_of_a_folder_change_with_each_member(provider: Side, change: str, kept: int) -> None:
    source, folder = {"kind": "file", "path": "set", "glob": "*.csv"}, provider.folder / "out/set"
    for name in ("old.csv", *(f"kept{number}.csv" for number in range(kept))):
        provider.give(f"set/{name}", b"1")
    provider.give("moved/deep/moved.csv", b"")
    before = await provider.plane.describe(source)
    assert await provider.plane.describe(source) == before
    await asyncio.sleep(0.02)  # the clock of a file system has ticks
    if change.startswith("add"):
        provider.give("set/new.csv", b"")
    elif change == "remove":
        (folder / "old.csv").unlink()
    elif change == "rename":
        (folder / "old.csv").rename(folder / "new.csv")
    elif change == "move in":
        (provider.folder / "out/moved/deep").rename(folder / "deep")
    else:
        provider.give("new.csv", b"2")
        if change == "replace older":
            (provider.folder / "out/new.csv").replace(folder / "old.csv")
        else:
            (folder / "old.csv").write_bytes(b"2")
    for member in folder.glob("*.csv") if "older" in change else ():
        os.utime(member, (1, 1))
    after = await provider.plane.describe(source)
    assert after.changed_at != before.changed_at
    if before.sha256 and after.sha256:
        assert after.sha256 != before.sha256


async def test_the_digest_of_a_folder_does_not_change_with_what_is_no_data_of_it(provider: Side) -> None:
    source = {"kind": "file", "path": "set", "glob": "*.csv"}
    for name in ("a.csv", "b.csv"):
        provider.give(f"set/{name}", b"1")
    before = await provider.plane.describe(source)
    provider.give("set/readme.txt", b"x")
    (provider.folder / "out/set/a.csv").chmod(0o600)
    after = await provider.plane.describe(source)
    assert before.sha256 == after.sha256 is not None
    assert before.size == after.size == 2
