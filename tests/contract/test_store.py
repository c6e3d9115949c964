"""What every store does, whatever it is made of: one suite, run against the memory twin and SQLite."""

import asyncio

import pytest
from msgspec.structs import replace

from connector.ports import changes
from connector.ports.changes import Change
from connector.ports.entities import AssetStatus, Backoff, DutyState, PageBounds, Usage
from connector.ports.store import Store
from connector.ports.store_errors import Conflict, LimitReached, PidTaken, Replayed, Unavailable
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import Pending, ProcessKind
from tests.contract import values
from tests.contract.values import OWNER


async def test_a_process_comes_back_as_it_was_put(store: Store) -> None:
    pending = Pending(message="ContractAgreementMessage", target="AGREED", body=b"\x00\xff{", attempts=2)
    negotiation = values.negotiation("urn:n:1", peer_pid="urn:p:1", pending=pending, due_at=0, agreement=b"\xc3")
    transfer = values.transfer("urn:n:1", data_address=b"{}", keep=True)
    await store.commit([changes.PutProcess(negotiation, None), changes.PutProcess(transfer, None)])
    assert await store.negotiation(OWNER, "urn:n:1") == negotiation
    assert await store.transfer(OWNER, "urn:n:1") == transfer
    found = await store.process_of_peer(OWNER, ProcessKind.NEGOTIATION, Role.PROVIDER, negotiation.peer, "urn:p:1")
    assert found == negotiation


async def test_unknown_and_foreign_keys_answer_none(store: Store) -> None:
    await store.commit([changes.PutProcess(values.negotiation("urn:n:1", peer_pid="urn:p:1"), None)])
    for owner, pid in (("other", "urn:n:1"), (OWNER, "urn:n:2"), (OWNER, "\ud800"), (OWNER, "urn:n:1\x00")):
        assert await store.negotiation(owner, pid) is None
        assert await store.transfer(owner, pid) is None
        assert await store.asset(owner, pid) is None
        assert await store.flow_of_token(pid) is None
    peer = "did:web:peer.example"
    assert await store.process_of_peer(OWNER, ProcessKind.NEGOTIATION, Role.CONSUMER, peer, "urn:p:1") is None
    assert await store.process_of_peer(OWNER, ProcessKind.TRANSFER, Role.PROVIDER, peer, "urn:p:1") is None
    assert (
        await store.process_of_peer(OWNER, ProcessKind.NEGOTIATION, Role.PROVIDER, "did:web:thief.example", "urn:p:1")
        is None
    )


async def test_a_process_changes_only_from_the_version_that_was_read(store: Store) -> None:
    first = values.negotiation("urn:n:1", due_at=5)
    await store.commit([changes.PutProcess(first, None)])
    second = replace(first, version=2, state="AGREED", due_at=None, peer_pid="urn:p:1", agreement_id="urn:a:1")
    await store.commit([changes.PutProcess(second, 1)])
    with pytest.raises(Conflict):
        await store.commit([changes.PutProcess(replace(first, version=2, state="TERMINATED"), 1)])
    with pytest.raises(Conflict):
        await store.commit([changes.PutProcess(first, None)])
    with pytest.raises(Conflict):
        await store.commit([changes.PutProcess(values.negotiation("urn:n:9", version=4), 3)])
    with pytest.raises(ValueError, match="expected"):
        await store.commit([changes.PutProcess(replace(second, version=2), 2)])
    assert await store.negotiation(OWNER, "urn:n:1") == second
    assert await store.due_last(OWNER, 1) == []


async def test_a_pid_of_a_peer_belongs_to_one_process(store: Store) -> None:
    first = values.negotiation("urn:n:1", peer_pid="urn:p:1")
    second = values.negotiation("urn:n:2")
    await store.commit([changes.PutProcess(first, None), changes.PutProcess(second, None)])
    with pytest.raises(PidTaken):
        await store.commit([changes.PutProcess(values.negotiation("urn:n:3", peer_pid="urn:p:1"), None)])
    with pytest.raises(PidTaken):
        await store.commit([changes.PutProcess(replace(second, version=2, peer_pid="urn:p:1"), 1)])
    others = (
        values.negotiation("urn:n:4", peer_pid="urn:p:1", role=Role.CONSUMER),
        values.negotiation("urn:n:5", peer_pid="urn:p:1", peer="did:web:other.example"),
        values.negotiation("urn:n:6", peer_pid="urn:p:1", owner="other"),
        values.transfer("urn:n:7", peer_pid="urn:p:1"),
    )
    await store.commit([changes.PutProcess(process, None) for process in others])
    assert await store.negotiation(OWNER, "urn:n:3") is None


async def test_a_group_is_kept_whole_or_not_at_all(store: Store) -> None:
    await store.commit(
        [
            changes.UseReplayKey(values.replay_key("once")),
            changes.PutHold(values.hold("urn:n:0")),
            changes.AppendLeaf(values.leaf("first")),
        ]
    )
    with pytest.raises(Replayed):
        await store.commit(
            [
                changes.PutProcess(values.negotiation("urn:n:1", peer_pid="urn:p:1"), None),
                changes.PutAsset(values.asset("urn:d:1"), None),
                changes.PutAgreement(values.agreement("urn:a:1")),
                changes.PutHold(values.hold("urn:n:1")),
                changes.DropHold(OWNER, "urn:n:0"),
                changes.PutBackoff(Backoff(owner=OWNER, peer="p", failures=1, until=9)),
                changes.PutFlow(values.flow("urn:t:1", token_hash="aa")),
                changes.PutLease(values.lease("urn:t:1", 1)),
                changes.AddUsage(OWNER, "urn:a:1", bytes_moved=5, uses=1),
                changes.RecordConsent(values.consent("s")),
                changes.AppendLeaf(values.leaf("second")),
                changes.UseReplayKey(values.replay_key("once")),
            ]
        )
    assert await store.negotiation(OWNER, "urn:n:1") is None
    assert (
        await store.process_of_peer(OWNER, ProcessKind.NEGOTIATION, Role.PROVIDER, "did:web:peer.example", "urn:p:1")
        is None
    )
    assert await store.asset(OWNER, "urn:d:1") is None
    assert await store.asset_of_offer(OWNER, "offer of urn:d:1") is None
    assert await store.agreement(OWNER, "urn:a:1") is None
    assert await store.consents_of(OWNER, ["s"], "") == {}
    assert await store.consent_revision(OWNER) == 0
    assert await store.holds(OWNER, PageBounds()) == ([values.hold("urn:n:0")], None)
    assert await store.backoffs(OWNER) == []
    assert await store.flow_of_token("aa") is None
    assert await store.lease(OWNER, "urn:t:1") is None
    assert await store.usage(OWNER, "urn:a:1") == Usage(owner=OWNER, agreement_id="urn:a:1", bytes_moved=0, uses=0)
    assert [leaf.id for leaf in (await store.leaves(OWNER, PageBounds()))[0]] == ["first"]


async def test_a_token_is_used_once_for_each_owner_and_issuer(store: Store) -> None:
    key = values.replay_key("once")
    for other in (key, replace(key, jti="two"), replace(key, issuer="did:web:x.example"), replace(key, owner="other")):
        await store.commit([changes.UseReplayKey(other)])
    with pytest.raises(Replayed):
        await store.commit([changes.UseReplayKey(replace(key, expires_at=1))])


async def test_what_is_due_comes_longest_due_first(store: Store) -> None:
    rows = (("urn:n:1", 30), ("urn:n:2", 10), ("urn:n:3", None), ("urn:n:4", 40))
    await store.commit([changes.PutProcess(values.negotiation(pid, due_at=due_at), None) for pid, due_at in rows])
    await store.commit([changes.PutProcess(values.transfer("urn:t:1", due_at=20), None)])
    await store.commit([changes.PutProcess(values.transfer("urn:t:2", due_at=1, owner="other"), None)])
    assert [p.id for p in await store.due(OWNER, 30, 10)] == ["urn:n:2", "urn:t:1", "urn:n:1"]
    assert [p.id for p in await store.due(OWNER, 30, 2)] == ["urn:n:2", "urn:t:1"]
    assert await store.due(OWNER, 9, 10) == []
    assert [p.due_at for p in await store.due_last(OWNER, 3)] == sorted(
        (p.due_at for p in await store.due(OWNER, 10**12, 100)), reverse=True
    )[:3]
    assert await store.due_last("nobody", 3) == []


async def test_listings_are_filtered_and_newest_first(store: Store) -> None:
    for number in range(1, 7):
        state = "AGREED" if number % 2 else "OFFERED"
        peer = "did:web:a.example" if number < 4 else "did:web:b.example"
        process = values.negotiation(f"urn:n:{number}", state=state, peer=peer, dataset=f"urn:d:{number % 3}")
        await store.commit([changes.PutProcess(process, None)])
    await store.commit([changes.PutProcess(values.transfer("urn:t:1"), None)])
    await store.commit([changes.PutProcess(values.transfer("urn:t:2", agreement_id="urn:agreement:2"), None)])

    async def listed(**wanted: str) -> str:
        return "".join(p.id[-1] for p in (await store.negotiations(OWNER, PageBounds(), **wanted))[0])

    assert await listed() == "654321"
    assert await listed(state="AGREED") == "531"
    assert await listed(state="AGREED", peer="did:web:a.example") == "31"
    assert await listed(dataset="urn:d:0") == "63"
    assert await listed(state="' OR 1=1 --") == ""
    assert [t.id for t in (await store.transfers(OWNER, PageBounds()))[0]] == ["urn:t:2", "urn:t:1"]
    key = values.transfer("urn:t:1").agreement_key
    assert [t.id for t in (await store.transfers(OWNER, PageBounds(), agreement_key=key))[0]] == ["urn:t:1"]
    assert (await store.transfers(OWNER, PageBounds(), agreement_key="urn:agreement:1")) == ([], None)
    assert (await store.transfers("other", PageBounds())) == ([], None)


async def test_pages_follow_each_other_while_new_rows_arrive(store: Store) -> None:
    for number in range(5):
        await store.commit([changes.PutAgreement(values.agreement(f"urn:a:{number}"))])
    rows, after = await store.agreements(OWNER, PageBounds(limit=2))
    seen = [row.id for row in rows]
    await store.commit([changes.PutAgreement(values.agreement("urn:a:9"))])
    await store.commit([changes.FinalizeAgreement(OWNER, values.agreement("urn:a:1").key, 8)])
    while after:
        rows, after = await store.agreements(OWNER, PageBounds(limit=2, after=after))
        seen += [row.id for row in rows]
    assert seen == [f"urn:a:{number}" for number in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    "page",
    [
        PageBounds(after="x"),
        PageBounds(after=""),
        PageBounds(after="-1"),
        PageBounds(after="f" * 99),
        PageBounds(limit=0),
    ],
)
async def test_a_page_that_cannot_be_is_an_error(store: Store, page: PageBounds) -> None:
    with pytest.raises(ValueError, match=r"cursor|at least one row"):
        await store.holds(OWNER, page)


async def test_the_quota_counts_what_has_not_ended(store: Store) -> None:
    peer = "did:web:peer.example"
    ended = values.transfer("urn:t:1", state="COMPLETED")
    begun = values.negotiation("urn:n:1", state=None)
    others = (values.negotiation("urn:n:2", peer="did:web:x.example"), values.negotiation("urn:n:3", owner="other"))
    await store.commit([changes.PutProcess(p, None) for p in (ended, begun, values.transfer("urn:t:2"), *others)])
    assert await store.open_processes(OWNER, peer, 9) == 2
    assert await store.open_processes(OWNER, peer, 1) == 1
    await store.commit([changes.PutProcess(replace(begun, version=2, state="TERMINATED"), 1)])
    assert await store.open_processes(OWNER, peer, 9) == 1


async def test_the_holds_of_one_peer_are_listed_and_counted(store: Store) -> None:
    peers = {"urn:n:1": "did:web:x.example", "urn:n:2": "did:web:y.example", "urn:n:3": "did:web:x.example"}
    for pid, peer in peers.items():
        await store.commit(
            [
                changes.PutProcess(values.negotiation(pid, peer=peer), None),
                changes.PutHold(values.hold(pid, counterparty=peer)),
            ]
        )
    rows, after = await store.holds(OWNER, PageBounds(limit=1), peer="did:web:x.example")
    assert [row.process_id for row in rows] == ["urn:n:1"]
    rows, after = await store.holds(OWNER, PageBounds(limit=1, after=after), peer="did:web:x.example")
    assert ([row.process_id for row in rows], after) == (["urn:n:3"], None)
    for owner, peer, most, count in [
        (OWNER, "did:web:x.example", 9, 2),
        (OWNER, "did:web:x.example", 1, 1),
        (OWNER, "did:web:z.example", 9, 0),
        ("other", "did:web:x.example", 9, 0),
    ]:
        assert await store.open_holds(owner, peer, most) == count
    await store.commit([changes.DropHold(OWNER, "urn:n:1")])
    assert await store.open_holds(OWNER, "did:web:x.example", 9) == 1


async def test_an_asset_is_found_by_every_offer_it_had(store: Store) -> None:
    first = values.asset("urn:d:1", offer_id="urn:o:1")
    await store.commit([changes.PutAsset(first, None)])
    second = replace(first, version=2, offer_id="urn:o:2", status=AssetStatus.WITHDRAWN)
    await store.commit([changes.PutAsset(second, 1)])
    for version, expected in ((2, 1), (1, None)):
        with pytest.raises(Conflict):
            await store.commit([changes.PutAsset(replace(first, version=version, offer_id="urn:o:3"), expected)])
    assert await store.asset(OWNER, "urn:d:1") == second
    for offer, found in (("urn:o:1", second), ("urn:o:2", second), ("urn:o:3", None)):
        assert await store.asset_of_offer(OWNER, offer) == found
    assert await store.asset_of_offer("other", "urn:o:1") is None


async def test_assets_are_listed_either_way(store: Store) -> None:
    for number in range(4):
        status = AssetStatus.DRAFT if number == 1 else AssetStatus.PUBLISHED
        await store.commit([changes.PutAsset(values.asset(str(number), status=status), None)])
    assert "".join(a.id for a in (await store.assets(OWNER, PageBounds()))[0]) == "3210"
    rows, after = await store.assets(OWNER, PageBounds(limit=2), status=AssetStatus.PUBLISHED, oldest_first=True)
    assert "".join(a.id for a in rows) == "02"
    rows, after = await store.assets(OWNER, PageBounds(after=after), status=AssetStatus.PUBLISHED, oldest_first=True)
    assert "".join(a.id for a in rows) == "3"
    assert after is None


async def test_agreements_become_final_and_are_filtered(store: Store) -> None:
    first = values.agreement("urn:a:1")
    other = values.agreement("urn:a:2", dataset="urn:d:2", counterparty="did:web:x.example")
    await store.commit([changes.PutAgreement(first), changes.PutAgreement(other)])
    await store.commit([changes.FinalizeAgreement(OWNER, first.key, 9)])
    final = replace(first, finalized_at=9)
    assert await store.agreement(OWNER, first.key) == final
    assert (await store.agreements(OWNER, PageBounds(), dataset="urn:d:2"))[0] == [other]
    assert (await store.agreements(OWNER, PageBounds(), counterparty=first.counterparty))[0] == [final]
    await store.commit([changes.WithdrawAgreement(OWNER, first.key, 10, "Vertragsbruch")])
    ended = replace(final, withdrawn_at=10, withdrawn_because="Vertragsbruch")
    assert await store.agreement(OWNER, first.key) == ended
    again: list[Change] = [
        changes.FinalizeAgreement(OWNER, first.key, 11),
        changes.WithdrawAgreement(OWNER, first.key, 11, "again"),
        changes.FinalizeAgreement(OWNER, "urn:a:unknown", 11),
        changes.WithdrawAgreement("other", first.key, 11, ""),
    ]
    for change in again:
        with pytest.raises(Conflict):
            await store.commit([change])
    assert await store.agreement(OWNER, first.key) == ended


async def test_what_was_agreed_is_never_replaced(store: Store) -> None:
    first = values.agreement("urn:a:1")
    await store.commit([changes.PutAgreement(first)])
    await store.commit([changes.PutAgreement(first)])
    for changed in ({"document": b"{}"}, {"dataset": "urn:d:9"}, {"negotiation_id": "urn:n:9"}, {"finalized_at": 9}):
        other = replace(first, **changed)
        with pytest.raises(Conflict):
            await store.commit([changes.PutHold(values.hold("with it")), changes.PutAgreement(other)])
    assert await store.agreements(OWNER, PageBounds()) == ([first], None)
    assert await store.hold(OWNER, "with it") is None


async def test_partners_choose_the_same_identifier_and_each_keeps_its_agreement(store: Store) -> None:
    rows = [
        values.agreement("urn:a:1", role=role, counterparty=peer, document=f"{role} {peer}".encode())
        for role, peer in ((Role.CONSUMER, "urn:p:a"), (Role.CONSUMER, "urn:p:b"), (Role.PROVIDER, "urn:p:a"))
    ]
    await store.commit([changes.PutAgreement(row) for row in rows])
    assert await store.agreements_named(OWNER, "urn:a:1") == rows
    assert await store.agreements_named("other", "urn:a:1") == []
    await store.commit([changes.WithdrawAgreement(OWNER, rows[2].key, 9, "")])
    found = [await store.agreement(OWNER, row.key) for row in rows]
    assert found == [rows[0], rows[1], replace(rows[2], withdrawn_at=9)]
    assert len({row.key for row in rows}) == 3


async def test_holds_are_listed_oldest_first_and_dropped(store: Store) -> None:
    await store.commit([changes.PutHold(values.hold(pid)) for pid in ("a", "b", "c")])
    await store.commit([changes.PutHold(values.hold("a", reason="again"))])
    await store.commit([changes.DropHold(OWNER, "b"), changes.DropHold(OWNER, "unknown")])
    rows, after = await store.holds(OWNER, PageBounds(limit=1))
    assert rows == [values.hold("c")]
    await store.commit([changes.DropHold(OWNER, "a"), changes.PutHold(values.hold("d"))])
    assert await store.holds(OWNER, PageBounds(after=after)) == ([values.hold("d")], None)
    assert await store.hold(OWNER, "a") is None
    await store.commit([changes.PutHold(values.hold('e"]'))])
    found = await store.holds_of(OWNER, ["a", "d", 'e"]'])
    assert (found, await store.holds_of("other", ["d"])) == ({pid: values.hold(pid) for pid in ("d", 'e"]')}, {})


async def test_a_peer_is_left_alone_until_it_answers(store: Store) -> None:
    backoff = Backoff(owner=OWNER, peer="did:web:peer.example", failures=3, until=99)
    await store.commit([changes.PutBackoff(replace(backoff, failures=2)), changes.PutBackoff(backoff)])
    assert await store.backoffs(OWNER) == [backoff]
    assert await store.backoffs("other") == []
    await store.commit([changes.PutBackoff(replace(backoff, failures=0))])
    assert await store.backoffs(OWNER) == []


async def test_a_flow_is_found_by_its_present_token_alone(store: Store) -> None:
    flow = values.flow("urn:t:1", token_hash="aa", source={"kind": "file"}, endpoint=b"{}")
    await store.commit([changes.PutFlow(flow)])
    assert await store.flow_of_token("aa") == flow
    renewed = replace(flow, token_hash="bb", state="SUSPENDED", bytes_moved=2**40)
    await store.commit([changes.PutFlow(renewed)])
    assert await store.flow_of_token("aa") is None
    assert await store.flow_of_token("bb") == await store.flow(OWNER, "urn:t:1") == renewed
    assert await store.flows(OWNER, state="STARTED") == []
    assert await store.flows(OWNER, state="SUSPENDED") == [renewed]
    await store.commit([changes.PutFlow(replace(renewed, token_hash=None))])
    assert await store.flow_of_token("bb") is None


async def test_a_lease_never_goes_back_to_an_older_epoch(store: Store) -> None:
    await store.commit([changes.PutLease(values.lease("urn:t:1", 2, valid_until=50, max_bytes=10))])
    with pytest.raises(Conflict):
        await store.commit([changes.PutLease(values.lease("urn:t:1", 1))])
    assert await store.lease(OWNER, "urn:t:1") == values.lease("urn:t:1", 2, valid_until=50, max_bytes=10)
    changed = values.lease("urn:t:1", 3, decision=b"[]", max_per_hour=4, max_within={"P1D": 5}, treatment=b"{}")
    await store.commit([changes.PutLease(changed)])
    assert await store.lease(OWNER, "urn:t:1") == changed
    await store.commit([changes.DropLease(OWNER, "urn:t:1"), changes.DropLease(OWNER, "unknown")])
    assert await store.lease(OWNER, "urn:t:1") is None


async def test_a_counted_limit_is_never_exceeded(store: Store) -> None:
    with pytest.raises(LimitReached):
        await store.commit([changes.AddUsage(OWNER, "urn:a:1", uses=3, max_uses=2)])
    use = changes.AddUsage(OWNER, "urn:a:1", bytes_moved=10, uses=1, max_uses=2)
    outcomes = await asyncio.gather(*(store.commit([use]) for _ in range(5)), return_exceptions=True)
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["LimitReached"] * 3 + ["NoneType"] * 2
    await store.commit([changes.AddUsage(OWNER, "urn:a:1", bytes_moved=5)])
    assert await store.usage(OWNER, "urn:a:1") == Usage(owner=OWNER, agreement_id="urn:a:1", bytes_moved=25, uses=2)


async def test_leaves_are_kept_in_the_order_of_the_commits(store: Store) -> None:
    for number, process in enumerate("ababa"):
        await store.commit([changes.AppendLeaf(values.leaf(f"leaf {number}", process, at=9 - number))])
        await store.commit([changes.AppendLeaf(values.leaf(f"other {number}", owner="other"))])
    rows, after = await store.leaves(OWNER, PageBounds(limit=3))
    more, _ = await store.leaves(OWNER, PageBounds(limit=3, after=after))
    assert [leaf.position for leaf in [*rows, *more]] == [0, 1, 2, 3, 4]
    assert rows[1] == values.leaf("leaf 1", "b", at=8, position=1)
    rows, after = await store.leaves(OWNER, PageBounds(limit=2), process_id="a")
    more, end = await store.leaves(OWNER, PageBounds(limit=2, after=after), process_id="a")
    assert [leaf.id for leaf in [*rows, *more]] == ["leaf 0", "leaf 2", "leaf 4"]
    assert end is None


async def test_of_two_that_change_the_same_process_one_loses(store: Store) -> None:
    first = values.negotiation("urn:n:1")
    await store.commit([changes.PutProcess(first, None)])

    async def move(state: str) -> None:
        leaf = changes.AppendLeaf(values.leaf(state))
        await store.commit([leaf, changes.PutProcess(replace(first, version=2, state=state), 1)])

    outcomes = await asyncio.gather(move("AGREED"), move("TERMINATED"), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [type(None), Conflict]
    stored = await store.negotiation(OWNER, "urn:n:1")
    assert stored
    assert stored.state == "AGREED"
    assert [leaf.id for leaf in (await store.leaves(OWNER, PageBounds()))[0]] == ["AGREED"]


async def test_a_closed_store_is_unavailable(store: Store) -> None:
    await store.close()
    await store.close()
    with pytest.raises(Unavailable):
        await store.commit([changes.PutHold(values.hold("a"))])
    with pytest.raises(Unavailable):
        await store.negotiation(OWNER, "urn:n:1")
    with pytest.raises(Unavailable):
        await store.holds(OWNER, PageBounds())


async def test_the_duty_ledger_keeps_each_entry_once_and_in_order(store: Store) -> None:
    active = values.duty("delete", deadline=50)
    done = values.duty("delete", state=DutyState.FULFILLED, at=9, evidence=b'{"by":"a person"}')
    logged = values.duty("log", state=DutyState.FULFILLED, occasion="urn:t:1")
    await store.commit([changes.RecordDuty(active), changes.RecordDuty(logged)])
    await store.commit([changes.RecordDuty(values.duty("delete", at=99)), changes.RecordDuty(done)])
    await store.commit([changes.RecordDuty(replace(logged, occasion="urn:t:2"))])
    await store.commit([changes.RecordDuty(values.duty("delete", agreement_id="urn:agreement:2"))])
    found = await store.duties(OWNER, "urn:agreement:1", occasions=["urn:t:1", "urn:t:2"])
    assert found == [active, logged, done, replace(logged, occasion="urn:t:2")]
    assert await store.duties("other", "urn:agreement:1") == []


async def test_a_duty_is_overdue_from_its_deadline_until_something_is_recorded_of_it(store: Store) -> None:
    late, later = values.duty("delete", deadline=50), values.duty("inform", deadline=40)
    await store.commit([changes.RecordDuty(late), changes.RecordDuty(later), changes.RecordDuty(values.duty("log"))])
    assert await store.overdue(OWNER, 39, 10) == []
    assert await store.overdue(OWNER, 50, 10) == [later, late]
    assert await store.overdue(OWNER, 50, 1) == [later]
    assert await store.overdue("other", 50, 10) == []
    await store.commit([changes.RecordDuty(replace(later, state=DutyState.VIOLATED, at=50))])
    assert await store.overdue(OWNER, 50, 10) == [late]


async def test_a_ledger_entry_of_a_failed_group_is_not_kept(store: Store) -> None:
    with pytest.raises(LimitReached):
        await store.commit(
            [
                changes.RecordDuty(values.duty("delete", deadline=5)),
                changes.AddUsage(OWNER, "urn:agreement:1", uses=1, max_uses=0),
            ]
        )
    assert await store.duties(OWNER, "urn:agreement:1") == []
    assert await store.overdue(OWNER, 9, 10) == []


async def test_of_an_event_the_last_entry_counts(store: Store) -> None:
    flood, fair = values.event("urn:e:flood", begun=True), values.event("urn:e:fair", begun=True, at=2)
    over = values.event("urn:e:flood", begun=False, at=3)
    await store.commit([changes.RecordEvent(flood), changes.RecordEvent(fair)])
    assert await store.events(OWNER) == [fair, flood]
    await store.commit([changes.RecordEvent(over)])
    assert await store.events(OWNER) == [over, fair]
    assert await store.events("other") == []


async def test_the_latest_entry_of_a_person_counts_and_the_earlier_stay_on_record(store: Store) -> None:
    given = values.consent("anna")
    withdrawn = replace(given, state="withdrawn", at=2)
    others = [
        values.consent("anna", purpose="urn:purpose:2", until=9),
        values.consent("anna", dataset="urn:d:1"),
        values.consent("anna", dataset="urn:d:2"),
        values.consent("bert"),
        values.consent("anna", owner="other"),
    ]
    revisions = [await store.consent_revision(OWNER)]
    for entry in (given, *others, withdrawn):
        await store.commit([changes.RecordConsent(entry)])
        revisions.append(await store.consent_revision(OWNER))
    assert sorted(set(revisions)) == [*revisions[:6], revisions[7]], "it grows with each entry of the owner"
    found = await store.consents_of(OWNER, ["anna", "cem", "bert"], "urn:d:1")
    assert found.keys() == {"anna", "bert"}
    assert list(found["anna"]) == [others[0], others[1], withdrawn]
    assert list((await store.consents_of(OWNER, ["anna"], ""))["anna"]) == [*others[:3], withdrawn]
    listed, after = await store.consents(OWNER, PageBounds(limit=2), subject="anna")
    assert list(listed) == [withdrawn, others[2]]
    listed, after = await store.consents(OWNER, PageBounds(limit=9, after=after), subject="anna")
    assert (list(listed), after) == ([others[1], others[0], given], None)
    assert list((await store.consents(OWNER, PageBounds(), dataset="urn:d:2"))[0]) == [others[2]]
    assert await store.consents_of(OWNER, [], "urn:d:1") == {}


async def test_many_people_are_looked_up_at_once(store: Store) -> None:
    people = [f"person {number}" for number in range(1_300)]
    await store.commit([changes.RecordConsent(values.consent(person)) for person in people])
    assert len(await store.consents_of(OWNER, [*people, "nobody"], "urn:d:1")) == 1_300
