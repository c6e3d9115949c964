"""The copy of what the operator of a broker said: sources entered by hand are read again, and nothing else is in it."""

from pathlib import Path

import pytest
from msgspec.structs import replace

from connector.ports.broker_store import CrawlSource, Liveness, Portal
from connector.ports.moderation import MarkKind, ModerationChange
from connector.ports.store_errors import StoreError
from connector.store.sqlite.record.operated import copy_operated
from connector.store.sqlite.record.record import open_record
from connector.views.portals import PortalKind
from tests.contract.test_record import NOW

LAND = CrawlSource(
    participant="urn:datenkontor:portal:land",
    name="Land",
    address="https://land.example",
    portal=Portal(kind=PortalKind.DCAT),
)


async def test_a_source_entered_by_hand_is_copied_as_if_it_was_never_read(tmp_path: Path) -> None:
    record = await open_record(tmp_path / "record.sqlite")
    portal = Portal(kind=PortalKind.DCAT, etag='"1"', body="b")
    await record.put_source(
        replace(LAND, portal=portal, liveness=Liveness.ONLINE, datasets=9, digest="d", verified_at=NOW, next_at=2 * NOW)
    )
    await record.put_source(replace(LAND, participant="urn:member", portal=None))
    entered = ModerationChange(participant=LAND.participant, kind=MarkKind.REGISTERED, wanted=True, by="a")
    await record.moderate(entered, NOW)
    copy_operated(tmp_path / "record.sqlite", tmp_path / "copy.sqlite")
    await record.close()
    copy = await open_record(tmp_path / "copy.sqlite")
    assert list(await copy.sources()) == [LAND]
    assert await copy.last_change() == 0
    await copy.close()


def test_what_is_no_record_is_refused(tmp_path: Path) -> None:
    (tmp_path / "record.sqlite").write_bytes(b"no database" * 1000)
    with pytest.raises(StoreError, match="cannot be copied"):
        copy_operated(tmp_path / "record.sqlite", tmp_path / "copy.sqlite")
