"""Nothing grows: a read costs as many steps of SQLite's machine after much as after little.

Left out is what returns all it is asked for by contract, such as the blocks, or the flows in a state.
"""

import sqlite3
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.ports import changes
from connector.ports.broker_store import BrokerStore, Entry, RecordView
from connector.ports.entities import PageBounds
from connector.ports.store import Store
from connector.store.sqlite.chapters import agreements
from connector.store.sqlite.record.record import open_record
from connector.store.sqlite.store import open_store
from tests.contract import values
from tests.contract.values import OWNER
from tests.store.sqlite.recording import count_steps, list_calls
from tests.store.sqlite.test_plans import OTHER, SAMPLES

PEER, DATASET, AGREEMENT = "did:web:peer.example", "urn:dataset:bäume", "urn:agreement:1"
MANY = [pytest.param(300, 3_000), pytest.param(2_000, 200_000, marks=pytest.mark.nightly)]
ALL_OF_IT = {"payments", "flows", "backoffs", "blocks", "users", "within", "offer_forms", "credentials", "issuances"}
ASKED: dict[str, list[Any]] = SAMPLES | {
    "peer": [PEER, "urn:nobody"],
    "counterparty": [PEER, "urn:nobody"],
    "dataset": [DATASET, "urn:none"],
    "agreement_key": [AGREEMENT, "urn:none"],
    "agreement_id": [AGREEMENT],
    "state": ["STARTED", "FINALIZED", "COMPLETED", "TERMINATED"],
    "occasions": [["urn:t:1", "urn:t:2"]],
    "subject": ["ab" * 32, "urn:nobody"],
    "keys": [["urn:a:1", "urn:a:2"]],
    "page": [PageBounds(limit=20)],
}
"""A page of what is there in great number, and of what is not there at all: for that, all would be read in vain."""

_encode = msgspec.msgpack.Encoder().encode


def _list_rows(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    negotiation, transfer = values.negotiation("n", state="FINALIZED"), values.transfer("t", state="COMPLETED")
    agreement, use = values.agreement("a", finalized_at=6), {"at": 1, "bytes_moved": 1, "providing": 1}
    duty, consent, event = values.duty("d"), values.consent("s"), values.event("e", begun=True)
    named = {"owner": OWNER, "dataset": DATASET}
    for at in range(count):
        both = {**named, "role": "provider", "peer": PEER, "version": 1, "created_at": 1, "updated_at": 1}
        begun = {"kind": "negotiation", "id": f"urn:n:{at}", "state": "FINALIZED", "outcome": "FINALIZED"}
        yield "processes", {**both, **begun, "agreement_key": f"urn:a:{at}", "body": _encode(negotiation)}
        moved = {"kind": "transfer", "id": f"urn:t:{at}", "state": "COMPLETED", "outcome": "COMPLETED"}
        yield "processes", {**both, **moved, "agreement_key": AGREEMENT, "body": _encode(transfer)}
        made = {"id": f"urn:a:{at}", "key": f"urn:a:{at}", "counterparty": PEER, "finalized_at": 6}
        yield "agreements", {**named, **made, "withdrawn_at": 7 if at % 2 else None, "body": _encode(agreement)}
        counted = {"agreement_id": AGREEMENT, "flow_id": f"urn:t:{at}", "counterparty": PEER}
        yield "uses", {**named, **counted, **use}
        entry = {"agreement_id": AGREEMENT, "duty": "d", "state": "fulfilled", "occasion": f"urn:t:{at}"}
        yield "duties", {"owner": OWNER, **entry, "body": _encode(duty)}
        yield "consents", {**named, "subject": "ab" * 32, "purpose": "p", "body": _encode(consent)}
        yield "events", {"owner": OWNER, "name": "urn:event:1", "body": _encode(event)}
        leaf = {"id": f"l{at}", "at": 1, "kind": "agreed", "process_id": "urn:process_id", "position": at}
        yield "leaves", {"owner": OWNER, **leaf, "body": b"{}", "salt": b"", "hash": b""}


def _fill(path: Path, rows: Iterator[tuple[str, dict[str, Any]]]) -> None:
    """Write rows as the store does, without its commits: what is measured is the reading."""
    connection = sqlite3.connect(path)
    by_table: dict[str, list[dict[str, Any]]] = {}
    for table, row in rows:
        by_table.setdefault(table, []).append(row)
    for table, kept in by_table.items():
        names = list(kept[0])
        insert = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        connection.executemany(insert, (tuple(row.values()) for row in kept))
    connection.commit()
    connection.close()


async def _measure(
    store: Any, port: type, samples: dict[str, list[Any]], left_out: set[str], counted: Any = None
) -> dict[str, int]:
    """Return the steps of each read of a port, by its name and arguments; `counted` has the connections."""
    steps = {}
    for name, arguments in list_calls(port, samples):
        if name in OTHER | left_out:
            continue
        call = getattr(store, name)(**arguments)
        asked = {key: value for key, value in arguments.items() if value is not None and key not in {"owner", "page"}}
        steps[f"{name} {asked}"] = await _count_steps(counted or store, call)
    return steps


async def _count_steps(store: Any, call: Any) -> int:
    """Return the steps of a read, on the thread of the event loop or beside it."""
    steps = 0

    def step() -> int:
        nonlocal steps
        steps += 1
        return 0

    connections = [vars(store)[name] for name in ("_reader", "_lister") if name in vars(store)]
    for connection in connections:
        connection.set_progress_handler(step, 1)
    await call
    for connection in connections:
        connection.set_progress_handler(None, 0)
    return steps


@pytest.mark.parametrize(("few", "many"), MANY)
async def test_a_read_costs_the_same_after_much_as_after_little(tmp_path: Path, few: int, many: int) -> None:
    measured = []
    for count in (few, many):
        path = tmp_path / f"{count}.db"
        store = await open_store(path)
        _fill(path, _list_rows(count))
        measured.append(await _measure(store, Store, ASKED | {"group": [()]}, ALL_OF_IT))
        await store.close()
    little, much = measured
    assert len(little) > 100
    assert {name: (little[name], steps) for name, steps in much.items() if steps > little[name] + 20} == {}


@pytest.mark.parametrize(("few", "many"), MANY)
async def test_withdrawing_costs_the_same_after_much_as_after_little(tmp_path: Path, few: int, many: int) -> None:
    measured = []
    for count in (few, many):
        path = tmp_path / f"{count}.db"
        store = await open_store(path)
        _fill(path, _list_rows(count))
        connection = store._writer._connection
        assert connection
        change = changes.WithdrawAgreement(OWNER, "urn:a:0", 9, "over")
        measured.append(count_steps(connection, partial(agreements.withdraw, connection, change)))
        await store.close()
    assert measured[1] <= measured[0] + 20


@pytest.mark.parametrize(("few", "many"), MANY)
async def test_a_read_of_the_record_costs_the_same_after_much_as_after_little(
    tmp_path: Path, few: int, many: int
) -> None:
    measured = []
    for count in (few, many):
        path = tmp_path / f"{count}.db"
        store = await open_record(path)
        _fill(path, _list_entries(count))
        samples = SAMPLES | {
            "source": [None],
            "delta": [None],
            "listing": [None],
            "after": [0],
            "entries.after": ["5"],
        }
        whole = await _measure(store, BrokerStore, samples, {"sources", "digests"})
        view = store.view((1, 2, 3))
        # The numbers of rows are known before the first read, and so is what each participant has.
        await view.sources()
        asked = samples | {"changes.after": ["5"], "at": [0]}
        shown = await _measure(view, RecordView, asked, {"sources", "identifiers", "within"}, store)
        measured.append(whole | {f"view.{name}": steps for name, steps in shown.items()})
        await store.close()
    little, much = measured
    assert {name: (little[name], steps) for name, steps in much.items() if steps > little[name] + 20} == {}


def _list_entries(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield entries of which all but the oldest and the newest ones are removed."""
    for at in range(count):
        present = at < 10 or at >= count - 100
        entry = Entry(
            participant="urn:p",
            id=f"urn:d:{at}",
            digest="d",
            titles={},
            descriptions={},
            keywords=(),
            themes=(),
            publisher="urn:p",
            address="https://p.example/dsp",
            document=b"",
            first_seen=1,
            changed_at=1,
            verified_at=1,
        )
        times = {"verified_at": 1, "changed_at": 1, "first_seen": 1, "removed_at": None if present else 2}
        key = {"participant": "urn:p", "id": entry.id, "digest": "d", "publisher": "urn:p", "seq": at + 1}
        key |= {"arrival": at + 1, "change": at + 1}
        yield "entries", {**key, **times, "body": _encode(entry)}
