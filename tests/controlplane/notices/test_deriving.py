"""What of a commit people are told."""

from connector.controlplane.notices.deriving import derive_marks, derive_notices
from connector.ports.changes import FinalizeAgreement, PutAgreement, PutAsset, PutHold, PutProcess
from connector.ports.entities import AssetStatus, DataClass, Hold
from connector.protocol.dsp.common import Role
from connector.views.users import UserNoticeKind
from tests.contract import values
from tests.support.plane import NOW, OWNER

HOLD = Hold(
    owner=OWNER, process_id="urn:n:1", process_kind="negotiation", reason="more", who="provider", created_at=NOW,
    dataset="urn:d:1", title={"de": "Bäume"},
)  # fmt: skip


def test_a_hold_is_told_by_the_role_of_this_side() -> None:
    for role, kind in ((Role.PROVIDER, UserNoticeKind.REQUEST), (Role.CONSUMER, UserNoticeKind.COUNTER_OFFER)):
        process = values.negotiation("urn:n:1", role=role)
        (added,) = derive_notices([PutProcess(process, None), PutHold(HOLD)])
        told = added.notice
        assert (told.kind, told.subject, told.title, told.at) == (kind, "urn:n:1", {"de": "Bäume"}, NOW)


def test_a_draft_that_needs_a_second_person_is_told_once() -> None:
    for data_class, status, expected, count in (
        (DataClass.PERSONAL, AssetStatus.DRAFT, None, 1),
        (DataClass.CONFIDENTIAL, AssetStatus.DRAFT, None, 1),
        (DataClass.OPEN, AssetStatus.DRAFT, None, 0),
        (DataClass.PERSONAL, AssetStatus.PUBLISHED, None, 0),
        (DataClass.PERSONAL, AssetStatus.DRAFT, 1, 0),
    ):
        asset = values.asset("urn:d:1", data_class=data_class, status=status)
        assert len(derive_notices([PutAsset(asset, expected)])) == count


def test_a_delivery_that_broke_off_is_told_to_who_gets_it() -> None:
    for role, state, count in ((Role.CONSUMER, "TERMINATED", 1), (Role.PROVIDER, "TERMINATED", 0),
                               (Role.CONSUMER, "COMPLETED", 0)):  # fmt: skip
        assert len(derive_notices([PutProcess(values.transfer("urn:t:1", role=role, state=state), 1)])) == count


def test_the_end_of_an_agreement_is_looked_at_once_it_is_final() -> None:
    waiting = values.agreement("urn:a:1", finalized_at=None)
    assert derive_marks([PutAgreement(waiting)]) == []
    (marked,) = derive_marks([FinalizeAgreement(OWNER, waiting.key, NOW)])
    (both,) = derive_marks([PutAgreement(values.agreement("urn:a:1", finalized_at=NOW))])
    assert marked == both
    assert (marked.mark.subject, marked.mark.mark) == (waiting.key, 0)


def test_an_agreement_that_time_cannot_end_is_never_looked_at() -> None:
    final = values.agreement("urn:a:1", finalized_at=NOW)
    assert derive_marks([PutAgreement(final, ends=False), FinalizeAgreement(OWNER, final.key, NOW, ends=False)]) == []
