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
from connector.ports.entities import Agreement, Asset, AssetStatus, DataClass, NoticeMark, UserNotice
from connector.ports.store import AnyProcess
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.protocol.dsp.machines.transfer_machine import Transfer
from connector.views.users import UserNoticeKind

_BROKEN = "TERMINATED"
_TOLD: frozenset[type] = frozenset({PutProcess, PutHold, PutAsset})
_ENDING: frozenset[type] = frozenset({FinalizeAgreement, PutAgreement})
GUARDED = frozenset({DataClass.CONFIDENTIAL, DataClass.PERSONAL})
"""The data that the role `release` alone publishes and agrees to."""


def derive_notices(group: Sequence[Change]) -> list[AddNotice]:
    """Return the notices that belong to a group of changes, to be stored with it."""
    found: list[UserNotice] = []
    for change in [change for change in group if type(change) in _TOLD]:
        if isinstance(change, PutProcess):
            if isinstance(change.process, Transfer) and _is_broken(change.process):
                found.append(_note_transfer(change.process))
        elif isinstance(change, PutHold):
            process = _find_process(group, change.hold.process_id)
            if isinstance(process, Negotiation):
                found.append(_note_hold(change, process))
        elif isinstance(change, PutAsset) and change.expected is None and _waits(change.asset):
            found.append(_note_draft(change.asset))
    return [AddNotice(notice) for notice in found]


def _find_process(group: Sequence[Change], process_id: str) -> AnyProcess | None:
    """Return a process as the group leaves it."""
    stored = (change.process for change in reversed(group) if isinstance(change, PutProcess))
    return next((process for process in stored if process.id == process_id), None)


def _is_broken(process: Transfer) -> bool:
    return process.state == _BROKEN and process.role is Role.CONSUMER


def derive_marks(group: Sequence[Change]) -> list[PutNoticeMark]:
    """Return the marks that belong to a group of changes: the end of an agreement that can have one is looked at."""
    found: list[PutNoticeMark] = []
    for change in [change for change in group if type(change) in _ENDING]:
        final: FinalizeAgreement | Agreement
        if isinstance(change, FinalizeAgreement):
            final = change
        elif isinstance(change, PutAgreement) and change.agreement.finalized_at is not None:
            final = change.agreement
        else:
            continue
        if change.ends:
            mark = NoticeMark(owner=final.owner, kind=UserNoticeKind.ENDING, subject=final.key, mark=0)
            found.append(PutNoticeMark(mark))
    return found


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
