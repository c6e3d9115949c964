"""Schema versions: forward with a backup, never backward, nothing half done."""

import sqlite3
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest

from connector.ports import changes
from connector.ports.entities import (
    EARLIER,
    Agreement,
    AssetStatement,
    DataClass,
    DutyEvent,
    DutyState,
    Marking,
    MonthlyUsage,
    PageBounds,
    UsePart,
)
from connector.protocol.dsp.common import Role
from connector.store.sqlite.engine.examine import SchemaRefused
from connector.store.sqlite.engine.migrate import migrate, steps
from connector.store.sqlite.store import open_store
from connector.views.users import UserNoticeKind
from tests.contract import values
from tests.contract.values import OWNER

_FIRST = "CREATE TABLE things (name TEXT NOT NULL);\nINSERT INTO things VALUES ('Bäume; Bänke');"
_SECOND = "ALTER TABLE things ADD COLUMN count INTEGER NOT NULL DEFAULT 7;"
_BROKEN = "ALTER TABLE things ADD COLUMN third TEXT; INSERT INTO nowhere VALUES (1);"


def _rows(path: Path, statement: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path)
    rows = connection.execute(statement).fetchall()
    connection.close()
    return rows


def test_an_older_schema_goes_forward_after_a_backup(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "store.db"
    assert migrate(path, [_FIRST]) is None
    backup = migrate(path, [_FIRST, _SECOND])
    assert _rows(path, "SELECT * FROM things") == [("Bäume; Bänke", 7)]
    assert backup
    assert backup.parent == path.parent
    assert backup.stat().st_mode & 0o077 == 0
    assert _rows(backup, "SELECT * FROM things") == [("Bäume; Bänke",)]
    assert _rows(backup, "PRAGMA user_version") == [(1,)]
    assert migrate(path, [_FIRST, _SECOND]) is None


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, [_FIRST])
    with pytest.raises(SchemaRefused, match="was not changed"):
        migrate(path, [_FIRST, _BROKEN])
    assert _rows(path, "SELECT * FROM things") == [("Bäume; Bänke",)]
    assert _rows(path, "PRAGMA user_version") == [(1,)]
    migrate(path, [_FIRST, _SECOND])
    assert _rows(path, "SELECT count FROM things") == [(7,)]


async def test_a_newer_schema_is_refused_with_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = await open_store(path)
    await store.commit([changes.PutHold(values.hold("a"))])
    await store.close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(SchemaRefused, match=r"has schema 99, but this release supports schemas up to \d+"):
        await open_store(path)
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version = {len(steps('store'))}")
    connection.close()
    store = await open_store(path)
    assert await store.hold(OWNER, "a")
    await store.close()


@pytest.mark.parametrize("kind", ["foreign tables", "no database", "a folder"])
def test_a_file_that_is_none_of_ours_is_refused_untouched(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "store.db"
    if kind == "a folder":
        path.mkdir()
    elif kind == "no database":
        path.write_text("Straßenbäume " * 500)
    else:
        connection = sqlite3.connect(path)
        connection.execute("CREATE TABLE others (name TEXT)")
        connection.close()
    before = path.read_bytes() if path.is_file() else None
    with pytest.raises(SchemaRefused, match=str(path)):
        migrate(path, steps("store"))
    if kind == "no database":
        assert path.read_bytes() == before
    if kind == "foreign tables":
        assert _rows(path, "SELECT name FROM sqlite_schema") == [("others",)]


def _fill(path: Path, table: str, **columns: Any) -> None:
    """Insert a row as an earlier release did; a struct is stored as its bytes."""
    values = [msgspec.msgpack.encode(v) if isinstance(v, msgspec.Struct) else v for v in columns.values()]
    names, marks = ", ".join(columns), ", ".join("?" * len(columns))
    connection = sqlite3.connect(path)
    connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", values)
    connection.commit()
    connection.close()


def _store_agreement(path: Path, agreement: Agreement) -> None:
    named = {"owner": OWNER, "id": agreement.id, "dataset": agreement.dataset}
    _fill(path, "agreements", **named, counterparty=agreement.counterparty, body=agreement)


async def test_agreements_of_an_earlier_release_keep_what_belongs_to_them(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, steps("store")[:3])
    given = values.agreement("urn:a:given", finalized_at=6, withdrawn_at=7, withdrawn_because="over")
    got = values.agreement("urn:a:got", role=Role.CONSUMER, finalized_at=6)
    for agreement in (given, got):
        _store_agreement(path, agreement)
        used = {"owner": OWNER, "agreement_id": agreement.id}
        _fill(path, "usage", **used, bytes_moved=9, uses=2)
        duty = DutyEvent(owner=OWNER, agreement_id=agreement.id, duty="d", state=DutyState.ACTIVE, at=1, deadline=8)
        _fill(path, "duties", **used, duty="d", state="active", occasion="", body=duty)
        _fill(path, "deadlines", **used, duty="d", deadline=8, body=duty)
        process = values.transfer(f"t of {agreement.id}", role=agreement.role, agreement_id=agreement.id)
        flow = values.flow(process.id, agreement_id=agreement.id)
        _fill(path, "flows", owner=OWNER, id=flow.id, state=flow.state, body=flow)
        made = {"kind": "transfer", "state": process.state, "ended": 0, "version": 1, "created_at": 1, "updated_at": 1}
        named = {"id": process.id, "role": process.role, "peer": process.peer, "dataset": process.dataset}
        _fill(path, "processes", **used, **made, **named, body=process)
    store = await open_store(path)
    for agreement in (given, got):
        key = agreement.key
        assert await store.agreement(OWNER, key) == agreement
        assert await store.agreements_named(OWNER, agreement.id) == [agreement]
        assert (await store.usage(OWNER, key)).uses == 2
        assert [event.agreement_id for event in await store.duties(OWNER, key)] == [key]
        (process,), _ = await store.transfers(OWNER, PageBounds(), agreement_key=key)
        assert process.agreement_id == agreement.id
        flow_now = await store.flow(OWNER, process.id)
        assert flow_now
        assert flow_now.agreement_id == key
    assert {event.agreement_id for event in await store.overdue(OWNER, 9, 9)} == {given.key, got.key}
    await store.commit([changes.WithdrawAgreement(OWNER, got.key, 9, "")])
    await store.close()


async def test_processes_and_agreements_of_an_earlier_release_are_listed_and_counted(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, steps("store")[:5])
    made = {"owner": OWNER, "version": 1, "created_at": 1, "updated_at": 1}
    for state in ("STARTED", "COMPLETED", "TERMINATED"):
        process = values.transfer(state, state=state, role=Role.PROVIDER)
        named = {"kind": "transfer", "id": process.id, "role": process.role, "peer": process.peer}
        more = {"state": state, "ended": int(state != "STARTED"), "dataset": process.dataset}
        _fill(path, "processes", **made, **named, **more, agreement_key=process.agreement_key, body=process)
    for at, role in ((None, Role.PROVIDER), (6, Role.PROVIDER), (6, Role.CONSUMER)):
        agreement = values.agreement(f"urn:a:{at}:{role}", role=role, finalized_at=at)
        known = {"owner": OWNER, "id": agreement.id, "key": agreement.key, "dataset": agreement.dataset}
        _fill(path, "agreements", **known, counterparty=agreement.counterparty, finalized_at=at, body=agreement)
    store = await open_store(path)
    dataset = values.transfer("t").dataset
    assert [row.id for row in (await store.transfers(OWNER, PageBounds()))[0]] == ["TERMINATED", "COMPLETED", "STARTED"]
    for state in ("STARTED", "COMPLETED", "TERMINATED"):
        (row,), _ = await store.transfers(OWNER, PageBounds(), state=state)
        assert row.id == state
    assert await store.running(OWNER, dataset) == await store.open_processes(OWNER, row.peer, 9) == 1
    assert await store.in_force(OWNER, dataset) == 1
    assert [row.id for row in (await store.agreements_in_force(OWNER, PageBounds(), dataset=dataset))[0]] == [
        "urn:a:6:provider"
    ]
    await store.close()


async def test_what_protects_personal_data_is_found_in_a_store_of_an_earlier_release(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, steps("store")[:10])
    special = AssetStatement(marking=Marking.SPECIAL)
    for asset in (
        values.asset("urn:classed", data_class=DataClass.PERSONAL),
        values.asset("urn:marked", stated=special),
        values.asset("urn:open"),
    ):
        named = {"owner": OWNER, "id": asset.id, "status": asset.status, "version": 1}
        _fill(path, "assets", **named, body=asset)
    for duty, *states in (("late", "active", "violated"), ("done", "violated", "settled")):
        for state in states:
            event = values.duty(duty, state=DutyState(state))
            named = {"owner": OWNER, "agreement_id": event.agreement_id, "duty": duty, "state": state}
            _fill(path, "duties", **named, occasion="", body=event)
    entry = values.consent("anna", state="given")
    named = {"owner": OWNER, "subject": "anna", "dataset": "", "purpose": entry.purpose}
    _fill(path, "consent_standing", **named, place=1, body=entry)
    store = await open_store(path)
    page = PageBounds()
    assert [asset.id for asset in (await store.personal_assets(OWNER, page))[0]] == ["urn:marked", "urn:classed"]
    assert [event.duty for event in (await store.late_duties(OWNER, page))[0]] == ["late"]
    assert (await store.standing_consents(OWNER, page, state="given"))[0] == [entry]
    await store.close()


async def test_uses_of_an_earlier_release_that_are_under_way_are_kept_so_that_they_can_be_finished(
    tmp_path: Path,
) -> None:
    path = tmp_path / "store.db"
    migrate(path, steps("store")[:6])
    for state in ("STARTED", "SUSPENDED", "COMPLETED", "TERMINATED"):
        flow = values.flow(state, state=state)
        _fill(path, "flows", owner=OWNER, id=flow.id, state=flow.state, body=flow)
        for name, version in (("a", '"tag"'), ("b", "")):
            part = UsePart(owner=OWNER, flow_id=flow.id, part=name, version=version, size=9, sent=5, starts=7)
            # An earlier release knew neither digests nor folders.
            body = {key: value for key, value in msgspec.to_builtins(part).items() if key not in _LATER}
            _fill(path, "use_parts", owner=OWNER, flow_id=flow.id, part=name, body=msgspec.msgpack.encode(body))
    store = await open_store(path)
    for state in ("STARTED", "SUSPENDED"):
        tagged, other = await store.use_parts(OWNER, state)
        assert (tagged.version, tagged.size, tagged.sent, tagged.starts) == (EARLIER, 9, 5, 7)
        assert (other.version, other.size, other.sent, other.starts) == ("", 9, 5, 0)
    for state in ("COMPLETED", "TERMINATED"):
        assert await store.use_parts(OWNER, state) == [], "what an ended flow has left is kept for ever"
    await store.close()


async def test_the_ends_of_agreements_in_force_of_an_earlier_release_are_looked_at(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, steps("store")[:15])
    for key, times in {"new": (None, None), "final": (1, None), "withdrawn": (1, 2)}.items():
        agreement = values.agreement(key, role=Role.PROVIDER)
        later = {"finalized_at": times[0], "withdrawn_at": times[1], "withdrawn_because": "", "purposes": "[]"}
        named = {"owner": OWNER, "key": key, "id": key, "dataset": "urn:d", "counterparty": "urn:p"}
        _fill(path, "agreements", **named, **later, body=agreement)
    store = await open_store(path)
    assert [mark.subject for mark in await store.notice_marks(OWNER, UserNoticeKind.ENDING, 9)] == ["final"]
    await store.close()


_LATER = frozenset({"sha256", "members", "state"})


async def test_what_an_earlier_release_has_done_is_counted_once_by_month(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    migrate(path, steps("store")[:10])
    at = 1_769_900_400_000  # the last hour of January 2026 in UTC, and the first of February in Berlin
    purpose = {"leftOperand": "purpose", "operator": "eq", "rightOperand": "urn:traffic"}
    rule = {"action": "use", "target": "urn:d", "constraint": [purpose]}
    document = msgspec.json.encode({"@id": "urn:a", "@type": "Agreement", "permission": [rule]})
    agreement = values.agreement("urn:a", role=Role.PROVIDER, document=document, finalized_at=at)
    between = {"owner": OWNER, "dataset": agreement.dataset, "counterparty": agreement.counterparty}
    _fill(path, "agreements", **between, id="urn:a", key="urn:a", finalized_at=at, body=agreement)
    for moved in (4, 5):
        _fill(path, "uses", **between, agreement_id="urn:a", flow_id="urn:t", providing=1, at=at, bytes_moved=moved)
    process = values.transfer("urn:t", state="TERMINATED", role=Role.PROVIDER, agreement_id="urn:a")
    made = {"kind": "transfer", "id": "urn:t", "role": "provider", "peer": "urn:p", "state": "TERMINATED"}
    more = {"outcome": "TERMINATED", "version": 1, "created_at": 1, "updated_at": 1, "agreement_key": "urn:a"}
    _fill(path, "processes", owner=OWNER, dataset=agreement.dataset, **made, **more, body=process)
    for position, body in enumerate((b'{"fields": {"judged": {"verdict": "deny"}}}', b'{"fields": {}}', b"")):
        leaf = {"id": f"l{position}", "at": at, "kind": "decided terminate", "process_id": "urn:t", "salt": b""}
        _fill(path, "leaves", owner=OWNER, position=position, **leaf, hash=b"", body=body)
    store = await open_store(path, zone=ZoneInfo("Europe/Berlin"))
    rows, _ = await store.usage_in(OWNER, PageBounds(), month="2026-02", providing=True)
    named = {**between, "month": "2026-02", "providing": True, "purposes": ("urn:traffic",)}
    assert rows == [MonthlyUsage(**named, agreements=1, deliveries=2, bytes_moved=9, denied=1)]
    known = await store.agreement(OWNER, "urn:a")
    assert known
    assert known.purposes == ("urn:traffic",)
    await store.close()
