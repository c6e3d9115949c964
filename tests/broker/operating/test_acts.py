"""Acts are checked before they are done."""

import pytest

from connector.broker.operating.acts import ActRefused, moderate, undo
from connector.ports.broker_store import Delta
from connector.ports.moderation import MarkKind, ModerationChange
from connector.store.memory.record import MemoryBrokerStore
from tests.contract.test_record import CITY, NOW, entry, source


async def make_record() -> MemoryBrokerStore:
    record = MemoryBrokerStore()
    await record.apply(Delta(source=source(), upserts=(entry("a"),)), NOW)
    return record


@pytest.mark.parametrize(
    ("kind", "dataset", "code"),
    [
        (MarkKind.SUSPENDED, "a", "of-source"),
        (MarkKind.REMOVED, "a", "of-source"),
        (MarkKind.HIDDEN, "unknown", "no-dataset"),
    ],
)
async def test_what_cannot_be_marked_is_refused(kind: MarkKind, dataset: str, code: str) -> None:
    record = await make_record()
    change = ModerationChange(participant=CITY, dataset=dataset, kind=kind, wanted=True, by="admin")
    with pytest.raises(ActRefused) as refused:
        await moderate(record, change, NOW)
    assert refused.value.code == code
    assert (await record.acts(None, None, 9))[0] == []


async def test_an_act_that_a_later_one_changed_is_not_undone() -> None:
    record = await make_record()
    change = ModerationChange(participant=CITY, dataset="a", kind=MarkKind.HIDDEN, wanted=True, reason="1", by="admin")
    await moderate(record, change, NOW)
    await moderate(record, ModerationChange(**{**_members(change), "reason": "2"}), NOW)
    with pytest.raises(ActRefused, match="A later act"):
        await undo(record, 1, "admin", NOW)
    undone = await undo(record, 2, "admin", NOW)
    assert (undone.change.reason, undone.change.wanted) == ("1", True)
    # Now the mark is as the first act left it.
    await undo(record, 1, "admin", NOW)
    assert await record.marks(CITY, "a") == []


def _members(change: ModerationChange) -> dict[str, object]:
    return {name: getattr(change, name) for name in change.__struct_fields__}
