"""The visibility classes of the record: their own numbers, and records of an earlier release."""

import sqlite3
from pathlib import Path
from typing import Any

import msgspec

from connector.ports.broker_store import Delta, Statements
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.record.record import open_record
from tests.contract.test_record import CITY, NOW, A, B, entry, source

BOX = (7.0, 51.0, 7.5, 51.5)


def _read_numbers(path: Path) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(
        "SELECT id, reduced, arrival - arrivals, change - changes, removed_at IS NULL FROM entries, classes "
        "WHERE number = visibility ORDER BY place"
    ).fetchall()
    connection.close()
    return rows


async def test_each_class_counts_its_own_arrivals_and_changes(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    record = await open_record(path)
    upserts = (entry("a"), entry("b", audience=A, teaser=True), entry("c"), entry("d", audience=A))
    await record.apply(Delta(source=source(), upserts=upserts), NOW)
    await record.apply(Delta(source=source(), upserts=(entry("a", "Neu"),)), NOW)
    await record.close()
    assert _read_numbers(path) == [
        ("a", 0, -1, 0, 1),
        ("b", 0, -1, -1, 1),
        ("b", 1, 0, 0, 1),
        ("c", 0, 0, -1, 1),
        ("d", 0, 0, 0, 1),
    ]


async def test_classes_outlive_the_process(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    for audiences in ((A,), (B, A)):
        record = await open_record(path)
        upserts = tuple(entry(f"of {audience!r}", audience=audience) for audience in audiences)
        await record.apply(Delta(source=source(), upserts=upserts), NOW)
        known = [found.audience for found in await record.classes()]
        await record.close()
    assert known == [A, B]


async def test_the_entries_of_an_earlier_release_are_for_everybody(tmp_path: Path) -> None:
    path = tmp_path / "record.db"
    migrate(path, steps("record")[:4])
    connection = sqlite3.connect(path)
    kept = entry("a", statements=Statements(boxes=(BOX,)))
    row = {"place": 7, "participant": CITY, "id": "a", "digest": "d", "publisher": "p", "seq": 9, "verified_at": 1}
    row |= {"changed_at": 1, "first_seen": 1, "body": msgspec.msgpack.encode(kept)}
    names = ", ".join(row)
    connection.execute(f"INSERT INTO entries ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
    connection.execute("INSERT INTO areas VALUES (28, 7.0, 7.5, 51.0, 51.5)")
    connection.commit()
    connection.close()
    record = await open_record(path)
    found = await record.entry(CITY, "a")
    assert found is not None
    assert (found.row, found.seq, found.visibility, found.audience) == (7, 9, 0, b"")
    assert await record.view().within(BOX, 5) == [(7, BOX)]
    assert await record.classes() == []
    assert await record.view().claimants(("a",)) == {"a": CITY}
    assert await record.apply(Delta(source=source(), upserts=(entry("b"),)), NOW) == 10
    await record.close()
    assert _read_numbers(path) == [("a", 0, -1, -1, 1), ("b", 0, 0, 0, 1)]
