"""The two clients of the management API of a broker, for its operator."""

from pathlib import Path
from typing import Any, Self

from connector.client.frame.flow import ApiCall, path_of, reason_order
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.common import Page
from connector.views.members import (
    InvitationOrder,
    InvitationView,
    InvitedView,
    MemberOrder,
    MembershipActView,
    MembershipDoneView,
    MemberView,
)
from connector.views.moderation import ActedView, ActView, DuplicateView, MarkView, ModerationOrder, WhyView
from connector.views.quality import QualityReportView
from connector.views.sources import (
    BrokerStatusView,
    CrawlOrder,
    CrawlsView,
    CrawlView,
    SourceDetailView,
    SourceKind,
    SourceOrder,
    SourceView,
)
from connector.views.usage import SearchUsageView

_MARGIN_S = 10.0


def _list_sources(
    *,
    kind: SourceKind | None = None,
    state: str | None = None,
    mark: str | None = None,
    text: str = "",
    failing: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> ApiCall[Page[SourceView]]:
    """List a page of the sources, ordered by identifier."""
    query = {"kind": kind, "state": state, "mark": mark, "q": text, "failing": failing, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("sources"), answer=Page[SourceView], query=query)


def _show_source(participant: str) -> ApiCall[SourceDetailView]:
    """Show a source with its marks, its crawls, and what could not be read."""
    return ApiCall(method="GET", path=path_of("sources", participant), answer=SourceDetailView)


def _register(
    participant: str, address: str, *, name: str | None = None, kind: SourceKind = SourceKind.PARTICIPANT
) -> ApiCall[ActedView]:
    """Register a participant or a portal by hand, or again after a removal."""
    order = SourceOrder(kind=kind, participant=participant, name=name, address=address)
    return ApiCall(method="POST", path=path_of("sources"), answer=ActedView, body=order)


def _suspend(participant: str, reason: str | None = None) -> ApiCall[ActedView]:
    """Suspend a source: it is not crawled, and nobody sees its offers."""
    path = path_of("sources", participant, "suspend")
    return ApiCall(method="POST", path=path, answer=ActedView, body=reason_order(reason), timeout_s=60.0)


def _resume(participant: str) -> ApiCall[ActedView]:
    """Resume a suspended source."""
    path = path_of("sources", participant, "resume")
    return ApiCall(method="POST", path=path, answer=ActedView, timeout_s=60.0)


def _remove(participant: str, reason: str | None = None) -> ApiCall[ActedView]:
    """Remove a source: its offers become tombstones."""
    path = path_of("sources", participant, "remove")
    return ApiCall(method="POST", path=path, answer=ActedView, body=reason_order(reason), timeout_s=60.0)


def _crawl(participants: tuple[str, ...] = (), *, failing: bool = False) -> ApiCall[CrawlsView]:
    """Crawl sources now: those named, and with `failing` all whose last crawl failed."""
    order = CrawlOrder(participants=participants, failing=failing)
    return ApiCall(method="POST", path=path_of("crawls"), answer=CrawlsView, body=order)


def _await_crawl(participant: str, since: int, timeout_s: float) -> ApiCall[CrawlView]:
    """Wait until a crawl of a source has ended that began at a time in ms or later."""
    path, query = path_of("sources", participant, "crawl"), {"since": since, "timeout": timeout_s}
    return ApiCall(method="GET", path=path, answer=CrawlView, query=query, timeout_s=timeout_s + _MARGIN_S)


def _hide(participant: str, dataset: str | None, reason: str) -> ApiCall[ActedView]:
    """Hide one offer, or without a dataset all of a participant."""
    return _moderate("hide", participant, dataset, reason)


def _unhide(participant: str, dataset: str | None) -> ApiCall[ActedView]:
    """Show again what was hidden."""
    return _moderate("unhide", participant, dataset, None)


def _mark_test(participant: str, dataset: str | None, reason: str | None = None) -> ApiCall[ActedView]:
    """Mark an offer, or without a dataset a source, as a test."""
    return _moderate("test", participant, dataset, reason)


def _unmark_test(participant: str, dataset: str | None) -> ApiCall[ActedView]:
    """Take the mark of a test away."""
    return _moderate("untest", participant, dataset, None)


def _moderate(verb: str, participant: str, dataset: str | None, reason: str | None) -> ApiCall[ActedView]:
    given = {"reason": reason} if reason is not None else {}
    order = ModerationOrder(participant=participant, dataset=dataset, **given)
    return ApiCall(method="POST", path=path_of("moderation", verb), answer=ActedView, body=order, timeout_s=60.0)


def _list_marks(
    *, participant: str | None = None, limit: int = 50, after: str | None = None
) -> ApiCall[Page[MarkView]]:
    """List a page of the marks that are set, in the order in which they were set."""
    query = {"participant": participant, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("marks"), answer=Page[MarkView], query=query)


def _list_acts(*, participant: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[ActView]]:
    """List a page of the acts of the operator, the newest first."""
    query = {"participant": participant, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("acts"), answer=Page[ActView], query=query)


def _list_duplicates(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[DuplicateView]]:
    """List a page of what datasets of several participants state to be."""
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("duplicates"), answer=Page[DuplicateView], query=query)


def _undo(number: int) -> ApiCall[ActedView]:
    """Undo an act, unless a later one has changed the same."""
    return ApiCall(method="POST", path=path_of("acts", str(number), "undo"), answer=ActedView, timeout_s=60.0)


def _why(participant: str, dataset: str, text: str | None = None) -> ApiCall[WhyView]:
    """Say why an offer is shown or not, and with words whether a search finds it."""
    query = {"participant": participant, "dataset": dataset, "q": text}
    return ApiCall(method="GET", path=path_of("why"), answer=WhyView, query=query)


def _show_quality(
    participant: str | None = None, *, limit: int = 50, after: str | None = None
) -> ApiCall[QualityReportView]:
    """Show the last assessment of quality: a page of all sources, or one."""
    query = {"participant": participant, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("quality"), answer=QualityReportView, query=query)


def _assess_quality(participant: str | None = None, timeout_s: float = 0.0) -> ApiCall[QualityReportView]:
    """Assess the quality of all offers, and wait for the result up to a time."""
    query = {"participant": participant, "timeout": timeout_s}
    path, wait_s = path_of("quality"), timeout_s + _MARGIN_S
    return ApiCall(method="POST", path=path, answer=QualityReportView, query=query, timeout_s=wait_s)


def _show_usage(days: int = 30) -> ApiCall[SearchUsageView]:
    """Show the searches of the last days, and words that many participants searched for."""
    return ApiCall(method="GET", path=path_of("usage"), answer=SearchUsageView, query={"days": days})


def _list_members(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[MemberView]]:
    """List a page of the members of the data space, ordered by identifier."""
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("members"), answer=Page[MemberView], query=query)


def _show_member(member: str) -> ApiCall[MemberView]:
    """Show a member."""
    return ApiCall(method="GET", path=path_of("members", member), answer=MemberView)


def _add_member(order: MemberOrder) -> ApiCall[MembershipDoneView]:
    """Make the holder of an identity card a member."""
    return ApiCall(method="POST", path=path_of("members"), answer=MembershipDoneView, body=order)


def _suspend_member(member: str, reason: str | None = None) -> ApiCall[MembershipDoneView]:
    """Suspend a member, until it is admitted again."""
    path = path_of("members", member, "suspend")
    return ApiCall(method="POST", path=path, answer=MembershipDoneView, body=reason_order(reason))


def _admit_member(member: str) -> ApiCall[MembershipDoneView]:
    """Admit a suspended member again."""
    return ApiCall(method="POST", path=path_of("members", member, "admit"), answer=MembershipDoneView)


def _revoke_member(member: str, reason: str | None = None) -> ApiCall[MembershipDoneView]:
    """Take a member off the list, for good."""
    path = path_of("members", member, "revoke")
    return ApiCall(method="POST", path=path, answer=MembershipDoneView, body=reason_order(reason))


def _list_invitations(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[InvitationView]]:
    """List a page of the invitations, the next to end first."""
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("invitations"), answer=Page[InvitationView], query=query)


def _show_invitation(invitation: str) -> ApiCall[InvitationView]:
    """Show an invitation."""
    return ApiCall(method="GET", path=path_of("invitations", invitation), answer=InvitationView)


def _invite(order: InvitationOrder) -> ApiCall[InvitedView]:
    """Invite an organisation; the answer has the link, this once."""
    return ApiCall(method="POST", path=path_of("invitations"), answer=InvitedView, body=order)


def _agree(invitation: str) -> ApiCall[InvitationView]:
    """Agree to an invitation of somebody else."""
    return ApiCall(method="POST", path=path_of("invitations", invitation, "agree"), answer=InvitationView)


def _withdraw_invitation(invitation: str, reason: str | None = None) -> ApiCall[InvitationView]:
    """Withdraw an invitation."""
    path = path_of("invitations", invitation, "withdraw")
    return ApiCall(method="POST", path=path, answer=InvitationView, body=reason_order(reason))


def _list_member_acts(*, limit: int = 50, after: str | None = None) -> ApiCall[Page[MembershipActView]]:
    """List a page of what was done about members and invitations, the newest first."""
    query = {"limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("member-acts"), answer=Page[MembershipActView], query=query)


def _status() -> ApiCall[BrokerStatusView]:
    """Show the broker on one screen."""
    return ApiCall(method="GET", path=path_of("status"), answer=BrokerStatusView)


class BrokerClient:
    """A blocking client of the management API of a broker; the parameters are those of `Connector`."""

    def __init__(self, url: str, key: str, *, ca: Path | None = None, transport: Any = None) -> None:
        # httpx comes with the first client: a process that only serves needs no httpx.
        import httpx

        from connector.client.frame.driver import Driver, options

        driver = Driver(httpx.Client(**options(url, key, ca, transport)))
        self._close = driver.close
        self.driver: Runs = driver

    list_sources = blocking(_list_sources)
    show_source = blocking(_show_source)
    register = blocking(_register)
    suspend = blocking(_suspend)
    resume = blocking(_resume)
    remove = blocking(_remove)
    crawl = blocking(_crawl)
    await_crawl = blocking(_await_crawl)
    hide = blocking(_hide)
    unhide = blocking(_unhide)
    mark_test = blocking(_mark_test)
    unmark_test = blocking(_unmark_test)
    list_marks = blocking(_list_marks)
    list_acts = blocking(_list_acts)
    list_duplicates = blocking(_list_duplicates)
    undo = blocking(_undo)
    why = blocking(_why)
    show_quality = blocking(_show_quality)
    assess_quality = blocking(_assess_quality)
    show_usage = blocking(_show_usage)
    list_members = blocking(_list_members)
    show_member = blocking(_show_member)
    add_member = blocking(_add_member)
    suspend_member = blocking(_suspend_member)
    admit_member = blocking(_admit_member)
    revoke_member = blocking(_revoke_member)
    list_invitations = blocking(_list_invitations)
    show_invitation = blocking(_show_invitation)
    invite = blocking(_invite)
    agree = blocking(_agree)
    withdraw_invitation = blocking(_withdraw_invitation)
    list_member_acts = blocking(_list_member_acts)
    status = blocking(_status)

    def __enter__(self) -> Self:
        """Use the client in a `with` block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._close()


class AsyncBrokerClient:
    """An asynchronous client of the management API of a broker; the parameters are those of `Connector`."""

    def __init__(self, url: str, key: str, *, ca: Path | None = None, transport: Any = None) -> None:
        # As above.
        import httpx

        from connector.client.frame.driver import AsyncDriver, options

        driver = AsyncDriver(httpx.AsyncClient(**options(url, key, ca, transport)))
        self._close = driver.close
        self.driver: AsyncRuns = driver

    list_sources = asynchronous(_list_sources)
    show_source = asynchronous(_show_source)
    register = asynchronous(_register)
    suspend = asynchronous(_suspend)
    resume = asynchronous(_resume)
    remove = asynchronous(_remove)
    crawl = asynchronous(_crawl)
    await_crawl = asynchronous(_await_crawl)
    hide = asynchronous(_hide)
    unhide = asynchronous(_unhide)
    mark_test = asynchronous(_mark_test)
    unmark_test = asynchronous(_unmark_test)
    list_marks = asynchronous(_list_marks)
    list_acts = asynchronous(_list_acts)
    list_duplicates = asynchronous(_list_duplicates)
    undo = asynchronous(_undo)
    why = asynchronous(_why)
    show_quality = asynchronous(_show_quality)
    assess_quality = asynchronous(_assess_quality)
    show_usage = asynchronous(_show_usage)
    list_members = asynchronous(_list_members)
    show_member = asynchronous(_show_member)
    add_member = asynchronous(_add_member)
    suspend_member = asynchronous(_suspend_member)
    admit_member = asynchronous(_admit_member)
    revoke_member = asynchronous(_revoke_member)
    list_invitations = asynchronous(_list_invitations)
    show_invitation = asynchronous(_show_invitation)
    invite = asynchronous(_invite)
    agree = asynchronous(_agree)
    withdraw_invitation = asynchronous(_withdraw_invitation)
    list_member_acts = asynchronous(_list_member_acts)
    status = asynchronous(_status)

    async def __aenter__(self) -> Self:
        """Use the client in an `async with` block."""
        return self

    async def __aexit__(self, *_: object) -> None:
        """Close the connections."""
        await self._close()
