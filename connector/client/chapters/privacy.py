"""Data protection: the record of processing activities, duties that are late, and vetoes."""

from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.assets import AssetView
from connector.views.common import Page
from connector.views.privacy import LateDutyView, ProcessingView, VetoOrder


def _processing(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[ProcessingView]]:
    """List one page of the record of processing activities (GDPR Art. 30).

    >>> connector.privacy.processing().items
    ()
    """
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("privacy/processing"), answer=Page[ProcessingView], query=query)


def _late_duties(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[LateDutyView]]:
    """List one page of the duties that were not performed in time.

    >>> connector.privacy.late_duties().items
    ()
    """
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("privacy/late-duties"), answer=Page[LateDutyView], query=query)


def _veto(id: str, reason: str) -> ApiCall[AssetView]:
    """Veto the release of an offer of personal data: nobody publishes it until the veto is lifted.

    >>> draft = connector.assets.edit("urn:asset:1", {"data_class": "personal"})
    >>> connector.privacy.veto(draft.id, "The field `phone` is not needed.").veto.reason
    'The field `phone` is not needed.'
    """
    path = path_of("assets", id, "veto")
    return ApiCall(method="POST", path=path, answer=AssetView, body=VetoOrder(reason=reason))


def _lift(id: str) -> ApiCall[AssetView]:
    """Take the veto against an offer back; a repetition changes nothing.

    >>> connector.privacy.lift("urn:asset:1").veto is None
    True
    """
    return ApiCall(method="POST", path=path_of("assets", id, "veto/lift"), answer=AssetView)


@dataclass(frozen=True)
class Privacy:
    """Data protection."""

    driver: Runs

    processing = blocking(_processing)
    all_processing = every(_processing)
    late_duties = blocking(_late_duties)
    all_late_duties = every(_late_duties)
    veto = blocking(_veto)
    lift = blocking(_lift)


@dataclass(frozen=True)
class AsyncPrivacy:
    """Data protection."""

    driver: AsyncRuns

    processing = asynchronous(_processing)
    all_processing = every_async(_processing)
    late_duties = asynchronous(_late_duties)
    all_late_duties = every_async(_late_duties)
    veto = asynchronous(_veto)
    lift = asynchronous(_lift)
