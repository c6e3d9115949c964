"""The audit log for examiners: every entry that fits is found, and a changed one is noticed."""

import asyncio
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.audit.leaves import leaf
from connector.audit.merkle import root, tree
from connector.controlplane.core.errors import NoSuchEntity
from connector.controlplane.usecases.proving import log
from connector.controlplane.usecases.proving.log import LogCheck, LogQuestion
from connector.ports.changes import AppendLeaf, PutProcess
from connector.ports.entities import Leaf
from connector.protocol.dsp.common import Role
from tests.contract import values
from tests.support.plane import CITY, OWNER, Desk

KINDS = ["received ContractRequestMessage", "decided agree", "flow started"]


async def _fill(desk: Desk, entries: list[tuple[str, str]]) -> None:
    for number, (kind, process) in enumerate(entries):
        await desk.store.commit([AppendLeaf(_make(number, kind, process))])


def _make(number: int, kind: str, process: str) -> Leaf:
    at, salt = 1000 + 10 * number, number.to_bytes(16)
    return leaf(owner=OWNER, id=f"l{number}", salt=salt, at=at, kind=kind, process_id=process, fields={})


async def _find_all(desk: Desk, question: LogQuestion, limit: int = 3) -> list[int]:
    places, before = [], None
    while True:
        found, before = await log.find_entries(desk.rooms.context, question, before=before, limit=limit)
        places += [entry.leaf.position or 0 for entry in found]
        if before is None:
            return places


async def test_pages_go_through_all_entries_once_newest_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "PIECE", 2)
    monkeypatch.setattr(log, "MOST_LOOKED_AT", 5)
    await _fill(desk, [(KINDS[number % 3], "urn:n") for number in range(17)])
    assert await _find_all(desk, LogQuestion()) == list(range(16, -1, -1))
    assert await _find_all(desk, LogQuestion(kind="decided")) == [16, 13, 10, 7, 4, 1]
    assert await _find_all(desk, LogQuestion(start=1050, end=1080)) == [7, 6, 5]
    assert await _find_all(desk, LogQuestion(start=9000)) == []
    assert await _find_all(desk, LogQuestion(end=1000)) == []


async def test_entries_are_found_by_what_they_are_about(desk: Desk) -> None:
    changed: dict[str, Any] = {"role": Role.PROVIDER, "peer": CITY, "dataset": "urn:d:1", "agreement_id": "urn:a"}
    await desk.store.commit([PutProcess(values.transfer("urn:t", **changed), None)])
    await _fill(desk, [("flow started", "urn:t"), ("flow started", "urn:other")])
    for question in (LogQuestion(partner=CITY), LogQuestion(dataset="urn:d:1"), LogQuestion(agreement="urn:a")):
        assert await _find_all(desk, question) == [0]
    assert (await log.find_entry(desk.rooms.context, 0)).subject.agreement == "urn:a"
    for position in (2, 10**15 - 1):
        with pytest.raises(NoSuchEntity):
            await log.find_entry(desk.rooms.context, position)


async def test_a_whole_log_has_the_root_of_its_tree(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log, "CHECKED", 3)
    await _fill(desk, [("held", "urn:n")] * 10)
    check = await log.begin_check(desk.rooms.context)
    while not check.over:
        check = await log.go_on(desk.rooms.context, check)
    leaves = await desk.store.leaves_between(OWNER, 0, 10)
    assert (check.checked, check.broken, check.root) == (10, None, root(tree([one.hash for one in leaves])))
    assert await log.go_on(desk.rooms.context, check) == check


def _log(count: int) -> list[Leaf]:
    return [replace(_make(number, "held", "urn:n"), position=number) for number in range(count)]


@settings(deadline=None)
@given(st.integers(1, 20), st.data())
def test_an_entry_that_was_changed_removed_or_moved_is_noticed(count: int, data: st.DataObject) -> None:
    leaves, place = _log(count), data.draw(st.integers(0, count - 1))
    what = data.draw(st.sampled_from(["body", "hash", "removed", "moved"]))
    if what == "removed":
        del leaves[place]
    elif what == "moved":
        leaves[place] = replace(leaves[place], position=count + 1)
    else:
        leaves[place] = replace(leaves[place], **{what: bytes(32)})
    found = log._check(LogCheck(size=count), leaves, count)
    assert found.broken == place
    assert found.over


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=40), st.integers(0, 40))
def test_a_tree_that_grows_has_the_root_of_the_whole(hashes: list[bytes], split: int) -> None:
    peaks = log.grow(log.grow((), hashes[:split]), hashes[split:])
    assert log.fold(peaks) == root(tree(hashes))
    assert sum(size for size, _ in peaks) == len(hashes)


async def test_the_check_lets_others_work(desk: Desk) -> None:
    await _fill(desk, [("held", "urn:n")] * 3)
    check = await log.begin_check(desk.rooms.context)
    done, _ = await asyncio.gather(log.go_on(desk.rooms.context, check), asyncio.sleep(0))
    assert done.over
