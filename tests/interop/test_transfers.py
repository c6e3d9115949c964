"""Transfers with a connector as it is deployed: addresses in properties, tokens without scheme, its way of resuming."""

import asyncio
import json
from typing import Any

import pytest

from connector.controlplane.usecases import transfer
from connector.protocol.dsp.machines.transfer_machine import Transfer
from tests.interop.deployed import CTX, HTML, NS, Deployed, Row, pull_address
from tests.interop.ours import HOME, PEER_HOME, Ours, call, play
from tests.support.transport import InProcess

PUBLIC = "https://deployed.example/public"
STORE = "https://deployed.example/store"

PUSH_TO = {
    "@type": "DataAddress",
    "endpointType": "HttpData",
    "endpointProperties": [
        {"@type": "EndpointProperty", "name": f"{NS}baseUrl", "value": STORE, "edc:note": "kept"},
    ],
}


def space(**behaviour: Any) -> tuple[Ours, Deployed]:
    wire = InProcess()
    us, peer = Ours(wire), Deployed(wire)
    peer.address = pull_address(PUBLIC, "token-0")
    for name, value in behaviour.items():
        setattr(peer, name, value)
    return us, peer


def in_step(peer: Deployed, ours: Transfer, state: str) -> None:
    (theirs,) = peer.rows.values()
    assert (theirs.state, theirs.own, theirs.other) == (state, ours.peer_pid, ours.id)
    assert (ours.state, peer.final) == (state, [])


# We consume


@pytest.mark.parametrize("timing", ["before", "at once", "later"])
@pytest.mark.parametrize("repeats", [None, "same", "renewed"])
def test_a_pull_arrives_once_with_the_address_in_properties_and_the_token_without_scheme(
    timing: str, repeats: str | None
) -> None:
    us, peer = space(timing=timing, repeats=repeats)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            ours = await us.reaches("transfer", "COMPLETED")
        in_step(peer, ours, "COMPLETED")
        assert us.disk.received_bytes == {ours.id: peer.content}

    play(scenario())


@pytest.mark.parametrize("conflicts", [1, 20])
def test_our_completion_is_tried_again_after_conflicts(conflicts: int) -> None:
    us, peer = space(conflicts=conflicts)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            in_step(peer, await us.reaches("transfer", "COMPLETED"), "COMPLETED")

    play(scenario())


@pytest.mark.parametrize("timing", ["before", "at once", "later"])
def test_our_resumption_that_it_answers_with_a_start_of_its_own_goes_on_with_the_new_token(timing: str) -> None:
    us, peer = space(timing=timing, busy=True, renews_address=True)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            started = await transfer.request(us.rooms.enforcer, "agreement-1")
            await us.reaches("transfer", "STARTED")
            await transfer.suspend(us.rooms.enforcer, started.id, "pause")
            await us.reaches("transfer", "SUSPENDED")
            # The old token is dead from here on, and nobody but the peer knows the new one.
            peer.address, peer.busy = pull_address(PUBLIC, "token-unknown"), False
            await transfer.resume(us.rooms.enforcer, started.id)
            ours = await us.reaches("transfer", "COMPLETED")
        assert ours.data_address is not None
        assert (peer.token or "none") in ours.data_address.decode()
        in_step(peer, ours, "COMPLETED")
        assert us.disk.received_bytes == {ours.id: peer.content}

    play(scenario())


@pytest.mark.parametrize("late_ms", [0, 5, 20, 39, 40, 41, 60, 250, 2000])
def test_a_new_address_that_comes_while_the_old_one_fails_goes_on(late_ms: int) -> None:
    us, peer = space(busy=True)

    async def restart(row: Row) -> None:
        await asyncio.sleep(late_ms / 1000)
        peer.address = pull_address(PUBLIC, "token-new")
        await peer._start(row)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            started = await transfer.request(us.rooms.enforcer, "agreement-1")
            await us.reaches("transfer", "STARTED")
            await transfer.suspend(us.rooms.enforcer, started.id, "pause")
            await us.reaches("transfer", "SUSPENDED")
            peer.address, peer.busy, peer.serve_s = pull_address(PUBLIC, "token-unknown"), False, 0.02
            peer._restart = restart  # type: ignore[method-assign]  # the script of this test
            await transfer.resume(us.rooms.enforcer, started.id)
            ours = await us.reaches("transfer", "COMPLETED")
        in_step(peer, ours, "COMPLETED")
        assert us.disk.received_bytes == {ours.id: peer.content}

    play(scenario())


def test_a_resumption_whose_new_token_never_comes_ends_with_the_reason() -> None:
    us, peer = space(busy=True)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            started = await transfer.request(us.rooms.enforcer, "agreement-1")
            await us.reaches("transfer", "STARTED")
            await transfer.suspend(us.rooms.enforcer, started.id, "pause")
            await us.reaches("transfer", "SUSPENDED")
            peer.address, peer.busy = pull_address(PUBLIC, "token-unknown"), False
            await transfer.resume(us.rooms.enforcer, started.id)
            ours = await us.reaches("transfer", "TERMINATED", seconds=600)
        assert ours.ended is not None
        assert "403" in ours.ended.reasons["en"]
        assert "403" not in ours.ended.reason  # what a host answered is for staff, not for the peer
        in_step(peer, ours, "TERMINATED")

    play(scenario())


@pytest.mark.parametrize("says", [True, False])
def test_a_provider_that_was_away_has_time_to_say_again_what_it_had_said(says: bool) -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1", keep=True)
            await us.reaches("transfer", "STARTED")
            (row,) = peer.rows.values()
            gone = us.wire.apps.pop("https://deployed.example:443")
            await asyncio.sleep(2 * 86_400)
            # It lost its power before it had kept our answer to its start.
            row.state, looks = "REQUESTED", len(peer.received)
            us.wire.apps["https://deployed.example:443"] = gone

            async def looked() -> bool:
                return len(peer.received) > looks

            await us.until(looked, seconds=5 * 86_400)
            if says:
                await peer._start(row)
            await asyncio.sleep(2 * 86_400)
            (ours,) = await us.transfers()
        if says:
            in_step(peer, ours, "STARTED")
        else:
            assert ours.ended is not None
            assert ours.ended.code == "out-of-step"
            in_step(peer, ours, "TERMINATED")

    play(scenario())


@pytest.mark.parametrize("asked", ["terminate", "suspend"])
def test_a_provider_that_was_gone_for_a_month_is_told_of_the_end_when_it_comes_back(asked: str) -> None:
    us, peer = space(busy=True)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            started = await transfer.request(us.rooms.enforcer, "agreement-1")
            await us.reaches("transfer", "STARTED")
            gone = us.wire.apps.pop("https://deployed.example:443")
            if asked == "terminate":
                await transfer.terminate(us.rooms.enforcer, started.id, "no longer needed")
            else:
                await transfer.suspend(us.rooms.enforcer, started.id, "pause")
            await asyncio.sleep(30 * 86_400)
            (ours,) = await us.transfers()
            assert ours.ended is not None
            assert (ours.pending and ours.pending.message) == "TransferTerminationMessage"
            us.wire.apps["https://deployed.example:443"] = gone
            ours = await us.reaches("transfer", "TERMINATED", seconds=86_400)
        in_step(peer, ours, "TERMINATED")

    play(scenario())


@pytest.mark.parametrize("repeats", [None, "same", "renewed"])
def test_a_push_is_started_without_address_and_completed_by_the_provider(repeats: str | None) -> None:
    us, peer = space(repeats=repeats, address=None)

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1", push=True)
            await us.reaches("transfer", "STARTED")
            (row,) = peer.rows.values()
            await peer.complete(row)
            ours = await us.reaches("transfer", "COMPLETED")
        in_step(peer, ours, "COMPLETED")
        (asked,) = peer.sent_to("transfers/request")
        values = {entry["name"]: entry["value"] for entry in asked["dataAddress"]["endpointProperties"]}
        assert asked["dataAddress"]["endpointType"] == "HttpData"
        assert values[f"{NS}baseUrl"] == asked["dataAddress"]["endpoint"]

    play(scenario())


def test_its_completion_that_crosses_ours_is_acknowledged() -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            await us.agreed()
            await transfer.request(us.rooms.enforcer, "agreement-1")
            ours = await us.reaches("transfer", "COMPLETED")
            (row,) = peer.rows.values()
            await peer.complete(row)
        in_step(peer, ours, "COMPLETED")

    play(scenario())


# We provide


@pytest.mark.parametrize("timing", ["before", "at once", "later"])
@pytest.mark.parametrize("repeats", [None, "same", "renewed"])
def test_a_push_goes_to_the_base_url_among_the_properties_and_is_completed_once(
    timing: str, repeats: str | None
) -> None:
    us, peer = space(timing=timing, repeats=repeats)

    async def scenario() -> None:
        async with us.working():
            await us.provides()
            await peer.request_transfer("agreement-1", PUSH_TO)
            ours = await us.reaches("transfer", "COMPLETED")
        in_step(peer, ours, "COMPLETED")
        assert peer.stored == [us.disk.content]
        assert json.loads(ours.data_address or b"{}") == PUSH_TO

    play(scenario())


@pytest.mark.parametrize("conflicts", [0, 1, 20])
def test_our_start_has_the_address_in_both_forms_and_is_tried_again_after_conflicts(conflicts: int) -> None:
    us, peer = space(conflicts=conflicts)

    async def scenario() -> None:
        async with us.working():
            await us.provides()
            await peer.request_transfer("agreement-1")
            await us.reaches("transfer", "STARTED")
        starts = peer.sent_to("/start")
        assert len(starts) >= conflicts + 1
        assert len({json.dumps(start) for start in starts}) == 1
        address = starts[-1]["dataAddress"]
        values = {entry["name"]: entry["value"] for entry in address["endpointProperties"]}
        assert address["endpoint"] == values[f"{NS}endpoint"]
        assert values["authorization"] == values[f"{NS}authorization"]
        assert values[f"{NS}authType"] == "bearer"

    play(scenario())


def test_a_repeated_request_returns_the_same_process() -> None:
    us, peer = space(repeats="renewed")

    async def scenario() -> None:
        async with us.working():
            await us.provides()
            await peer.request_transfer("agreement-1")
            await us.reaches("transfer", "STARTED")
        assert len({answer["providerPid"] for path, _, answer in peer.answers if path == "transfers/request"}) == 1

    play(scenario())


async def paused(us: Ours, peer: Deployed, address: dict[str, Any] | None = None) -> Row:
    """Let it ask for the data and suspend the transfer, which makes it forget the address."""
    await us.provides()
    row = await peer.request_transfer("agreement-1", address)
    await us.reaches("transfer", "STARTED")
    await peer.suspend(row)
    await us.reaches("transfer", "SUSPENDED")
    return row


def token(start: dict[str, Any]) -> str:
    values = {entry["name"]: entry["value"] for entry in start["dataAddress"]["endpointProperties"]}
    return str(values["authorization"])


@pytest.mark.parametrize("conflicts", [0, 1, 20])
@pytest.mark.parametrize("repeats", [None, "same", "renewed"])
def test_its_resumption_is_answered_by_a_start_of_ours_with_the_address_that_it_waits_for(
    repeats: str | None, conflicts: int
) -> None:
    us, peer = space(repeats=repeats)

    async def scenario() -> None:
        async with us.working():
            row = await paused(us, peer)
            peer.conflicts = conflicts
            await peer.resume(row)
            ours = await us.reaches("transfer", "STARTED")
            first, again = peer.sent_to("start")[0], peer.sent_to("start")[-1]
            assert again == first
            assert await us.dataplane.admit(ours.id, token(again)) is not None
        in_step(peer, ours, "STARTED")

    play(scenario())


def test_its_resumption_of_a_push_is_answered_by_a_start_of_ours_without_address() -> None:
    us, peer = space(busy=True)

    async def scenario() -> None:
        async with us.working():
            row = await paused(us, peer, PUSH_TO)
            peer.busy = False
            await peer.resume(row)
            ours = await us.reaches("transfer", "COMPLETED")
        assert "dataAddress" not in peer.sent_to("start")[-1]
        assert peer.stored == [us.disk.content]
        in_step(peer, ours, "COMPLETED")

    play(scenario())


@pytest.mark.parametrize("status", [400, 404])
def test_a_consumer_that_refuses_the_start_that_answers_its_own_goes_on_with_what_it_has(status: int) -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            row = await paused(us, peer)
            peer.faults.append((status, HTML))
            await peer.resume(row)
            ours = await us.reaches("transfer", "STARTED")
            await asyncio.sleep(600)
            ours = await us.reaches("transfer", "STARTED")
            assert peer.received[-1][0] == f"transfers/{row.own}/start"
            assert peer.faults == []
            assert await us.dataplane.admit(ours.id, token(peer.sent_to("start")[0])) is not None
        assert peer.final == []

    play(scenario())


def test_a_consumer_that_was_gone_for_a_month_gets_the_start_that_it_waits_for() -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            row = await paused(us, peer)
            gone = us.wire.apps.pop("https://deployed.example:443")
            await peer.resume(row)
            await asyncio.sleep(30 * 86_400)
            us.wire.apps["https://deployed.example:443"] = gone
            ours = await us.reaches("transfer", "STARTED", seconds=86_400)
        in_step(peer, ours, "STARTED")

    play(scenario())


def test_our_own_resumption_gives_it_the_address_back_that_it_forgot() -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            await us.provides()
            await peer.request_transfer("agreement-1")
            started = await us.reaches("transfer", "STARTED")
            await transfer.suspend(us.rooms.enforcer, started.id, "pause")
            await us.reaches("transfer", "SUSPENDED")
            await transfer.resume(us.rooms.enforcer, started.id)
            ours = await us.reaches("transfer", "STARTED")
            paths = [path.rpartition("/")[2] for path, _, _ in peer.received]
            resumed = peer.received[paths.index("suspension") :]
            assert peer.sent_to("start")[0] in [message for _, message, _ in resumed]
        in_step(peer, ours, "STARTED")

    play(scenario())


@pytest.mark.parametrize("callback", [PEER_HOME, PEER_HOME + "/"])
def test_paths_join_either_form_of_callback_address(callback: str) -> None:
    us, peer = space()

    async def scenario() -> None:
        async with us.working():
            await us.provides()
            row = peer._row("c", "", "REQUESTED", {})
            body = {"@type": "TransferRequestMessage", "agreementId": "agreement-1", "format": "HttpData-PULL"}
            body |= {"callbackAddress": callback, "consumerPid": row.own}
            row.other = (await call(us.app, "POST", f"{HOME}/transfers/request", {**body, "@context": CTX})).json()[
                "providerPid"
            ]
            await us.reaches("transfer", "STARTED")
            await asyncio.sleep(1)
        assert f"/protocol/2025-1/transfers/{row.own}/start" in {request.url.path for request in us.wire.sent}

    play(scenario())
