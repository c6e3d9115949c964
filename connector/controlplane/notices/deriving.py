"""What of a commit people are told: one notice for each Hold, draft to release and delivery that broke off. Pure.

An agreement that becomes final gets a mark: somebody looks at its end.
"""

from collections.abc import Sequence

from connector.ports.changes import (
    AddNotice,
    Change,
    FinalizeAgreement,
    PutAgreement,
    PutAsset,
    PutHold,
    PutNoticeMark,
    PutProcess,
)
from connector.ports.entities import Asset, AssetStatus, DataClass, NoticeMark, UserNotice
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.users import UserNoticeKind

_BROKEN = "TERMINATED"
GUARDED = frozenset({DataClass.CONFIDENTIAL, DataClass.PERSONAL})
"""The data that the role `release` alone publishes and agrees to."""


def derive_notices(group: Sequence[Change]) -> list[AddNotice]:
    """Return the notices that belong to a group of changes, to be stored with it."""
    processes = {change.process.id: change.process for change in group if isinstance(change, PutProcess)}
    found: list[UserNotice] = []
    for change in group:
        if isinstance(change, PutHold) and isinstance(process := processes.get(change.hold.process_id), Negotiation):
            found.append(_note_hold(change, process))
        elif isinstance(change, PutAsset) and change.expected is None and _waits(change.asset):
            found.append(_note_draft(change.asset))
    moved = (process for process in processes.values() if isinstance(process, Transfer))
    found += [_note_transfer(each) for each in moved if each.state == _BROKEN and each.role is Role.CONSUMER]
    return [AddNotice(notice) for notice in found]


def derive_marks(group: Sequence[Change]) -> list[PutNoticeMark]:
    """Return the marks that belong to a group of changes: the end of an agreement that can have one is looked at."""
    final = [(change.owner, change.key) for change in group if isinstance(change, FinalizeAgreement) and change.ends]
    put = (change.agreement for change in group if isinstance(change, PutAgreement) and change.ends)
    final += [(agreement.owner, agreement.key) for agreement in put if agreement.finalized_at is not None]
    kind = UserNoticeKind.ENDING
    return [PutNoticeMark(NoticeMark(owner=owner, kind=kind, subject=key, mark=0)) for owner, key in final]


def _note_hold(change: PutHold, process: Negotiation) -> UserNotice:
    hold = change.hold
    return UserNotice(
        owner=hold.owner,
        kind=UserNoticeKind.REQUEST if process.role is Role.PROVIDER else UserNoticeKind.COUNTER_OFFER,
        subject=hold.process_id,
        occasion=str(hold.created_at),
        at=hold.created_at,
        title=hold.title,
        dataset=hold.dataset,
    )


def _waits(asset: Asset) -> bool:
    return asset.status is AssetStatus.DRAFT and asset.data_class in GUARDED


def _note_draft(asset: Asset) -> UserNotice:
    return UserNotice(
        owner=asset.owner,
        kind=UserNoticeKind.RELEASE,
        subject=asset.id,
        occasion="",
        at=asset.created_at,
        title=asset.title,
        dataset=asset.id,
    )


def _note_transfer(process: Transfer) -> UserNotice:
    return UserNotice(
        owner=process.owner,
        kind=UserNoticeKind.DELIVERY,
        subject=process.id,
        occasion=_BROKEN,
        at=process.updated_at,
        title=process.title,
        dataset=process.dataset,
    )
