"""Nothing grows: every query that the stores can make is answered by an index, and sorts nothing."""

import importlib
import sqlite3
from datetime import UTC
from pathlib import Path
from typing import Any, cast

import pytest

from connector.ports.broker_store import RecordView
from connector.ports.descriptions import DescribingKey, DescriptionStore, NamedList
from connector.ports.entities import AssetStatus, PageBounds, PushState
from connector.ports.moderated_store import ModeratedStore
from connector.ports.store import Store
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.machine import ProcessKind
from connector.store.sqlite import chapters
from connector.store.sqlite.chapters import (
    agreements,
    assets,
    audit,
    consents,
    credentials,
    duties,
    events,
    flows,
    holds,
    issuing,
    journals,
    notices,
    payments,
    peers,
    planes,
    processes,
    products,
    replay,
    subscriptions,
    usage,
    users,
)
from connector.store.sqlite.engine.connection import name_months
from connector.store.sqlite.record import assessments, classes, likeness, moderating, record, searches, view
from connector.store.sqlite.record.descriptions import SqliteDescriptionStore
from connector.store.sqlite.record.record import open_record
from connector.store.sqlite.record.rows import ALL_SOURCES
from connector.store.sqlite.store import open_store
from connector.views.credentials import CredentialStanding
from connector.views.issuing import RequestState
from tests.contract.values import OWNER
from tests.store.sqlite.recording import RecordingConnection, find_faults, list_calls, list_written

CHAPTERS = (
    agreements,
    assets,
    audit,
    consents,
    credentials,
    duties,
    events,
    flows,
    holds,
    issuing,
    journals,
    notices,
    payments,
    peers,
    planes,
    processes,
    products,
    replay,
    subscriptions,
    usage,
    users,
)
SAMPLES: dict[str, list[Any]] = {
    **{name: [f"urn:{name}"] for name in ("id", "key", "peer", "peer_pid", "offer_id", "dataset", "counterparty")},
    **{
        name: [f"urn:{name}"] for name in ("process_id", "participant", "token_hash", "flow_id", "agreement_id", "name")
    },
    **{name: [f"urn:{name}"] for name in ("agreement_key", "subject")},
    **{name: [["urn:1", "urn:2"]] for name in ("ids", "keys", "process_ids", "subjects", "occasions")},
    "used_in_all.keys": [[("urn:1", "urn:d:1"), ("urn:2", "urn:d:2")]],
    "asset": ["urn:asset"],
    "owner": [OWNER],
    "plane": ["urn:plane"],
    "login": ["0" * 64],
    "entries": [[]],
    "kind": list(ProcessKind),
    "role": [Role.CONSUMER],
    "now": [5],
    "until": [5],
    "limit": [50],
    "most": [50],
    "most_bytes": [1_000],
    "period": ["P1D"],
    "first": [5],
    "end": [9],
    "month": ["2026-11"],
    "providing": [True],
    "page": [PageBounds(), PageBounds(after="5")],
    "state": ["STARTED", "FINALIZED", "TERMINATED"],
    "status": [AssetStatus.PUBLISHED],
    "personal_lines.page": [PageBounds(), PageBounds(after="5.5")],
    "lasting_credentials.page": [PageBounds(), PageBounds(after="5.5")],
    "holder": ["urn:holder"],
    "holder_pid": ["urn:p"],
    "request": [None, "urn:r"],
    "index": [5],
    "standing": [CredentialStanding.REVOKED],
    "credential_requests.state": [None, RequestState.RECEIVED],
    "credential_requests.holder": [None, "urn:holder"],
    "issued_credentials.holder": [None, "urn:holder"],
    "pushes.after": ["urn:1"],
    "pushes_in.state": [PushState.REFUSED],
    "oldest_first": [False, True],
    "consents_of.dataset": ["", "urn:dataset"],
    "after": [5],
    "entries.after": ["5"],
    "at": [5],
    "rows": [[5]],
    "box": [(7.0, 51.0, 7.5, 51.6)],
    "tests": [False, True],
    "number": [5],
    "since": [5],
    "acts.after": ["5"],
    "shared_likenesses.after": [None, "5"],
    "sources": [["urn:1"]],
    "found": [{}],
    "alike_by.keys": [["5", "6"]],
    "marked.after": ["5"],
}
WRITES = {"commit", "close", "apply", "put_source", "moderate", "add_search_day", "put_assessed", "keep_assessment"}
# A list for CKAN is counted and skips an offset, on a thread of its own.
OTHER = WRITES | {"list_entries"}


async def test_every_query_of_the_store_has_an_index_for_all_its_filters(tmp_path: Path) -> None:
    store = await open_store(tmp_path / "store.db")
    connection = store._reader
    recording = RecordingConnection(connection)
    cast("Any", store)._reader = recording
    called = set()
    for name, arguments in list_calls(Store, SAMPLES | {name: [()] for name in ("group",)}):
        if name not in OTHER:
            called.add(name)
            await getattr(store, name)(**arguments)
    assert len(called) > 30
    assert len(recording.asked) > 100
    assert _find_all_faults(connection, recording) == {}
    await store.close()


async def test_every_query_of_the_record_has_an_index_for_all_its_filters(tmp_path: Path) -> None:
    store = await open_record(tmp_path / "record.db")
    connection = store._reader
    recording = RecordingConnection(connection)
    cast("Any", store)._reader = cast("Any", store)._lister = recording
    more: dict[str, list[Any]] = {
        "source": [None],
        "delta": [None],
        "listing": [None],
        "change": [None],
        "counted": [None],
    }
    more |= {name: [None, "urn:x"] for name in ("dataset", "acts.participant", "marked.participant")}
    for name, arguments in list_calls(ModeratedStore, SAMPLES | more):
        if name not in OTHER:
            await getattr(store, name)(**arguments)
    shown = store.view((1, 2))
    for name, arguments in list_calls(RecordView, SAMPLES | more | {"changes.after": ["5"], "entries.after": [None]}):
        if name not in OTHER:
            await getattr(shown, name)(**arguments)
    assert len(recording.asked) >= 12
    # There is one row for each participant and class.
    assert _find_all_faults(connection, recording) == {
        ALL_SOURCES: ["SCAN sources USING INDEX sqlite_autoindex_sources_1"],
        classes.HELD: ["SCAN holdings USING COVERING INDEX holdings_of_class"],
    }
    await store.close()


async def test_every_query_of_pushed_descriptions_has_an_index_for_all_its_filters(tmp_path: Path) -> None:
    store = await open_record(tmp_path / "record.db")
    connection = store._reader
    recording = RecordingConnection(connection)
    cast("Any", store)._reader = recording
    more: dict[str, list[Any]] = {"signer": [DescribingKey("urn:a", "k")], "describing_keys.after": [None]}
    more["descriptions_of.after"] = ["urn:1"]
    more |= {
        "names": [[]],
        "issuer": [None, "urn:a"],
        "description": [None],
        "entry": [None],
        "named": [NamedList("urn:a", "urn:list")],
    }
    for name, arguments in list_calls(DescriptionStore, SAMPLES | more):
        if name not in {"put_description", "drop_descriptions"}:
            await getattr(SqliteDescriptionStore(store), name)(**arguments)
    assert len(recording.asked) >= 4
    assert _find_all_faults(connection, recording) == {}
    await store.close()


def test_every_chapter_is_looked_at() -> None:
    modules = {file.stem for file in Path(record.__file__).parent.glob("*.py")}
    assert modules == {
        "__init__",
        "areas",
        "assessments",
        "classes",
        "descriptions",
        "likeness",
        "listing",
        "moderating",
        "operated",
        "record",
        "rows",
        "searches",
        "unchanged",
        "view",
    }
    folder = Path(chapters.__file__).parent
    # An owner that leaves is looked for in whole tables, once.
    assert {file.stem for file in folder.glob("*.py")} - {"__init__", "owners"} == {
        module.__name__.rpartition(".")[2] for module in CHAPTERS
    }


async def test_every_statement_that_is_written_down_has_an_index(tmp_path: Path) -> None:
    store, kept = await open_store(tmp_path / "store.db"), await open_record(tmp_path / "record.db")
    name_months(store._reader, UTC)
    statements = list_written(CHAPTERS)
    assert len(statements) > 60
    faults = {asked[0]: find_faults(store._reader, asked) for asked in statements}
    faults |= {
        asked[0]: find_faults(kept._reader, asked)
        for asked in list_written([record, view, assessments, likeness, moderating, searches])
    }
    assert {
        statement: found
        for statement, found in faults.items()
        if found and statement not in {ALL_SOURCES, classes.HELD, users.DROP_SESSIONS}
    } == {}
    await store.close()
    await kept.close()


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("SELECT a FROM t WHERE b = ?", "SCAN t"),
        ("SELECT a FROM t WHERE a = ? ORDER BY b", "USE TEMP B-TREE FOR ORDER BY"),
        ("SELECT a FROM t WHERE a = ? AND b = ?", "no index for b"),
        ("SELECT a FROM t WHERE a = ? AND +b = ?", "a condition with a plus sign, but not only open processes"),
        ("DELETE FROM t WHERE a = ? AND b = ?", "no index for b"),
    ],
)
def test_what_grows_is_found(statement: str, fault: str) -> None:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE t (a, b)")
    connection.execute("CREATE INDEX t_a ON t (a)")
    assert find_faults(connection, (statement, [None] * statement.count("?"))) == [fault]
    connection.close()


def _find_all_faults(connection: sqlite3.Connection, recording: RecordingConnection) -> dict[str, list[str]]:
    faults = {asked[0]: find_faults(connection, asked) for asked in recording.asked}
    return {statement: found for statement, found in faults.items() if found}


def test_a_statement_in_a_function_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "sample_chapter.py").write_text(
        '_KEPT = "DELETE FROM t WHERE a = ?2"\ndef put(c):\n    c.execute("SELECT b FROM t WHERE a = ?")\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    found = list_written([importlib.import_module("sample_chapter")])
    assert found == [("DELETE FROM t WHERE a = ?2", [None, None]), ("SELECT b FROM t WHERE a = ?", [None])]
