"""What every store does where there are many rows: counts that are kept, what is open, and several rows in one read."""

import itertools

import pytest
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.entities import DutyState, PageBounds, PaymentState
from connector.ports.store import Store
from connector.ports.store_errors import Conflict
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from tests.contract import values
from tests.contract.values import OWNER

DATASET = "urn:dataset:bäume"
AGREED = "urn:agreement:1"


async def _list_in_force(store: Store) -> list[str]:
    rows, after = await store.agreements_in_force(OWNER, PageBounds(), dataset=DATASET)
    assert after is None
    assert await store.in_force(OWNER, DATASET) == len(rows)
    return [row.id for row in rows]


async def test_agreements_in_force_are_final_and_not_withdrawn(store: Store) -> None:
    await store.commit([changes.PutAgreement(values.agreement(f"urn:a:{number}")) for number in range(3)])
    assert await _list_in_force(store) == []
    await store.commit([changes.FinalizeAgreement(OWNER, f"urn:a:{number}", 6) for number in range(3)])
    assert await _list_in_force(store) == ["urn:a:2", "urn:a:1", "urn:a:0"]
    await store.commit([changes.WithdrawAgreement(OWNER, "urn:a:1", 7, "over")])
    assert await _list_in_force(store) == ["urn:a:2", "urn:a:0"]
    # A group that fails counts nothing, and a repetition nothing more.
    for group in (
        [changes.WithdrawAgreement(OWNER, "urn:a:0", 8, ""), changes.FinalizeAgreement(OWNER, "urn:a:2", 8)],
        [changes.WithdrawAgreement(OWNER, "urn:a:1", 8, "")],
        [changes.FinalizeAgreement(OWNER, "urn:a:0", 8)],
    ):
        with pytest.raises(Conflict):
            await store.commit(group)
        assert await _list_in_force(store) == ["urn:a:2", "urn:a:0"]
    assert await store.in_force("other", DATASET) == await store.in_force(OWNER, "urn:other") == 0


async def test_agreements_in_force_are_counted_however_they_arrive(store: Store) -> None:
    for final, withdrawn, role in itertools.product((None, 6), (None, 7), Role):
        id = f"urn:a:{final}:{withdrawn}"  # noqa: A001 - the name of the member
        kept = values.agreement(id, finalized_at=final, withdrawn_at=withdrawn, role=role)
        await store.commit([changes.PutAgreement(kept)])
        await store.commit([changes.PutAgreement(kept)])
    assert await _list_in_force(store) == ["urn:a:6:None"]
    # Withdrawn before it became final, it is never in force.
    await store.commit([changes.FinalizeAgreement(OWNER, "urn:a:None:7", 8)])
    await store.commit([changes.WithdrawAgreement(OWNER, "urn:a:None:None", 8, "")])
    await store.commit([changes.FinalizeAgreement(OWNER, "urn:a:None:None", 9)])
    assert await _list_in_force(store) == ["urn:a:6:None"]


async def test_what_has_ended_is_no_longer_unfinished(store: Store) -> None:
    states = {
        ProcessKind.NEGOTIATION: ("OFFERED", "FINALIZED", "TERMINATED"),
        ProcessKind.TRANSFER: ("STARTED", "COMPLETED"),
    }
    makers = {ProcessKind.NEGOTIATION: values.negotiation, ProcessKind.TRANSFER: values.transfer}
    for kind, ends in states.items():
        for end in ends:
            begun = makers[kind](f"urn:{kind}:{end}", state=None, dataset=DATASET)
            after = makers[kind](f"urn:{kind}:{end}", state=end, dataset=DATASET, version=2, peer_pid=f"p:{kind}:{end}")
            await store.commit([changes.PutProcess(begun, None)])
            assert f"urn:{kind}:{end}" in await _list_unfinished(store, kind)
            await store.commit([changes.PutProcess(after, 1)])
    assert await _list_unfinished(store, ProcessKind.NEGOTIATION) == ["urn:negotiation:OFFERED"]
    assert await _list_unfinished(store, ProcessKind.TRANSFER) == ["urn:transfer:STARTED"]
    assert await _list_unfinished(store, ProcessKind.TRANSFER, peer="did:web:peer.example") == ["urn:transfer:STARTED"]
    assert await _list_unfinished(store, ProcessKind.TRANSFER, dataset=DATASET) == ["urn:transfer:STARTED"]
    for wanted in ({"peer": "did:web:other.example"}, {"dataset": "urn:none"}, {"peer": "x", "dataset": DATASET}):
        assert await _list_unfinished(store, ProcessKind.TRANSFER, **wanted) == []


async def _list_unfinished(store: Store, kind: ProcessKind, **wanted: str) -> list[str]:
    return [row.id for row in (await store.unfinished(OWNER, kind, PageBounds(), **wanted))[0]]


async def test_a_list_of_all_states_is_in_the_order_of_creation_over_its_pages(store: Store) -> None:
    states = ["OFFERED", "FINALIZED", "TERMINATED", "REQUESTED", "FINALIZED", None, "TERMINATED", "AGREED"]
    for number, state in enumerate(states):
        await store.commit([changes.PutProcess(values.negotiation(f"urn:n:{number}", state=state), None)])
    for wanted in (
        {},
        {"peer": "did:web:peer.example"},
        {"dataset": DATASET},
        {"peer": "did:web:peer.example", "dataset": DATASET},
    ):
        seen: list[str] = []
        after: str | None = None
        while len(seen) < len(states):
            rows, after = await store.negotiations(OWNER, PageBounds(limit=3, after=after), **wanted)
            seen += [row.id for row in rows]
        assert after is None
        assert seen == [f"urn:n:{number}" for number in reversed(range(len(states)))]
        for state in filter(None, states):
            rows, _ = await store.negotiations(OWNER, PageBounds(), state=state, **wanted)
            assert [row.id for row in rows] == [f"urn:n:{n}" for n in reversed(range(8)) if states[n] == state]


async def test_only_active_transfers_of_the_provider_are_running(store: Store) -> None:
    for number, (state, role) in enumerate(itertools.product(("STARTED", "SUSPENDED", "COMPLETED"), Role)):
        await store.commit([changes.PutProcess(values.transfer(f"urn:t:{number}", state=state, role=role), None)])
    assert await store.running(OWNER, DATASET) == 1
    assert await store.running(OWNER, "urn:other") == await store.running("other", DATASET) == 0


async def test_the_requests_on_a_dataset_that_wait_at_its_provider_are_counted(store: Store) -> None:
    rows = {
        "urn:n:1": {"role": Role.PROVIDER},
        "urn:n:2": {"role": Role.CONSUMER},
        "urn:n:3": {"role": Role.PROVIDER, "state": "TERMINATED"},
        "urn:n:4": {"role": Role.PROVIDER, "dataset": "urn:other"},
        "urn:n:5": {"role": Role.PROVIDER},
    }
    for pid, members in rows.items():
        process = values.negotiation(pid, **members)
        held = [changes.PutHold(values.hold(pid))] if pid != "urn:n:5" else []
        await store.commit([changes.PutProcess(process, None), *held])
    dataset = values.negotiation("urn:n:1").dataset
    assert await store.waiting(OWNER, dataset) == await store.waiting(OWNER, "urn:other") == 1
    assert await store.waiting("other", dataset) == 0


async def test_what_a_person_here_has_to_do_is_found_until_it_is_done(store: Store) -> None:
    late, soon, later = (values.duty(name, deadline=at, here=True) for name, at in (("a", 40), ("b", 50), ("c", 60)))
    theirs = [values.duty(f"t{number}", deadline=1) for number in range(30)]
    missed = [values.duty(event.duty, state=DutyState.VIOLATED, at=45) for event in (late, *theirs)]
    await store.commit([changes.RecordDuty(event) for event in (soon, later, late, *theirs, *missed)])
    assert await store.pressing(OWNER, 60, 10) == [late, soon, later]
    assert await store.pressing(OWNER, 50, 10) == [late, soon]
    assert (await store.pressing(OWNER, 60, 1), await store.pressing("other", 60, 10)) == ([late], [])
    performed = replace(soon, state=DutyState.FULFILLED, deadline=None, occasion="urn:t:1")
    await store.commit([changes.RecordDuty(performed)])
    assert await store.pressing(OWNER, 50, 10) == [late, soon]
    done = [replace(soon, state=DutyState.FULFILLED, deadline=None), replace(late, state=DutyState.SETTLED, at=46)]
    await store.commit([changes.RecordDuty(event) for event in done])
    assert await store.pressing(OWNER, 60, 10) == [later]


async def test_several_rows_are_one_read_and_unknown_ones_are_left_out(store: Store) -> None:
    asset, agreement = values.asset("urn:d:1"), values.agreement("urn:a:1", role=Role.CONSUMER)
    await store.commit([changes.PutAsset(asset, None), changes.PutAgreement(agreement)])
    assert await store.assets_of(OWNER, ["urn:d:1", "urn:none"]) == {"urn:d:1": asset}
    assert await store.agreements_of(OWNER, [agreement.key, "urn:a:1"]) == {agreement.key: agreement}
    assert await store.assets_of(OWNER, []) == await store.agreements_of("other", [agreement.key]) == {}


async def test_the_newest_transfer_of_each_agreement_is_read_at_once(store: Store) -> None:
    states = {"urn:t:1": "COMPLETED", "urn:t:2": "TERMINATED", "urn:t:3": "STARTED", "urn:t:4": "COMPLETED"}
    made = [values.transfer(pid, state=state) for pid, state in states.items()]
    made += [values.transfer("urn:t:5", agreement_id="urn:agreement:2"), values.transfer("urn:t:6", owner="other")]
    await store.commit([changes.PutProcess(process, None) for process in made])
    first, second = made[3], made[4]
    keys = [first.agreement_key, second.agreement_key, "urn:none"]
    newest = {first.agreement_key: first, second.agreement_key: second}
    assert await store.last_transfers(OWNER, keys) == newest
    assert await store.last_transfers(OWNER, []) == {}


async def test_the_ledger_of_one_transfer_is_read_without_that_of_others(store: Store) -> None:
    entries = [
        values.duty("d", state=DutyState.FULFILLED, occasion=occasion) for occasion in ("urn:t:2", "", "urn:t:1")
    ]
    await store.commit([changes.RecordDuty(entry) for entry in entries])
    assert await store.duties(OWNER, "urn:agreement:1", occasions=["urn:t:1", "urn:t:2"]) == entries
    assert await store.duties(OWNER, "urn:agreement:1", occasions=["urn:t:1"]) == entries[1:]
    assert await store.duties(OWNER, "urn:agreement:1", occasions=["urn:t:3"]) == [entries[1]]
    assert await store.duties(OWNER, "urn:agreement:1") == [entries[1]]


async def test_the_state_of_an_event_is_its_last_entry_the_latest_first(store: Store) -> None:
    entries = [values.event(name, begun=begun) for name, begun in (("b", True), ("a", True), ("b", False), ("c", True))]
    for entry in entries:
        await store.commit([changes.RecordEvent(entry)])
    assert await store.events(OWNER) == [entries[3], entries[2], entries[1]]
    assert await store.events("other") == []


async def test_payments_are_kept_in_their_order_by_agreement(store: Store) -> None:
    due = values.payment(PaymentState.DUE, until=50)
    paid = values.payment(PaymentState.SETTLED, amount="12.50", currency="EUR")
    other = values.payment(PaymentState.OVERDUE, agreement_id="urn:agreement:2")
    await store.commit([changes.RecordPayment(due, 1), changes.RecordPayment(other, 1)])
    await store.commit([changes.RecordPayment(paid, 2), changes.RecordPayment(due, 3)])
    assert await store.payments(OWNER, AGREED) == [due, paid, due]
    assert await store.payments("other", AGREED) == []
    for number in (3, 5):
        with pytest.raises(Conflict):
            await store.commit([changes.RecordPayment(paid, number)])
    assert await store.payments(OWNER, AGREED) == [due, paid, due]
