"""What the operator of an issuer does: requests of holders, and the credentials that were issued."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of, reason_order
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.common import Page
from connector.views.issuing import CredentialOrder, CredentialRequestView, IssuedCredentialView

_ISSUED = ("issuer", "credentials")


def _requests(
    *, state: str | None = None, holder: str | None = None, limit: int = 50, after: str | None = None
) -> ApiCall[Page[CredentialRequestView]]:
    """List one page of the requests of holders and of offers to them, newest first.

    >>> [row.types for row in connector.issuing.requests(state="received").items]
    [('UtilityCredential',)]
    """
    query = {"state": state, "holder": holder, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("issuer", "requests"), answer=Page[CredentialRequestView], query=query)


def _request(id: str) -> ApiCall[CredentialRequestView]:
    """Show one request of a holder.

    >>> connector.issuing.request("7c1").types
    ('UtilityCredential',)
    """
    return ApiCall(method="GET", path=path_of("issuer", "requests", id), answer=CredentialRequestView)


def _approve(id: str) -> ApiCall[CredentialRequestView]:
    """Issue the credentials of a request that waits.

    >>> print(connector.issuing.approve("7c1").state)
    issued
    """
    return _decide(id, "approve")


def _reject(id: str, *, reason: str | None = None) -> ApiCall[CredentialRequestView]:
    """Reject a request that waits; the holder is told the reason.

    >>> print(connector.issuing.reject("7c1", reason="The contract has not been signed.").state)
    rejected
    """
    path = path_of("issuer", "requests", id, "reject")
    return ApiCall(method="POST", path=path, answer=CredentialRequestView, body=reason_order(reason))


def _send(id: str) -> ApiCall[CredentialRequestView]:
    """Tell a holder again what became of its request.

    >>> connector.issuing.send("7c2").problem
    ''
    """
    return _decide(id, "send")


def _offer(
    holder: str, types: Sequence[str], *, profiles: Sequence[str] = (), reason: str = ""
) -> ApiCall[CredentialRequestView]:
    """Offer credentials to a member: when it asks for them, it gets them at once.

    >>> print(connector.issuing.offer("did:web:firma.example", ["UtilityCredential"]).state)
    offered
    """
    order = CredentialOrder(holder=holder, types=tuple(types), profiles=tuple(profiles), reason=reason)
    return ApiCall(method="POST", path=path_of("issuer", "offers"), answer=CredentialRequestView, body=order)


def _list(
    *, holder: str | None = None, limit: int = 50, after: str | None = None
) -> ApiCall[Page[IssuedCredentialView]]:
    """List one page of the credentials that were issued here, newest first.

    >>> [row.type for row in connector.issuing.list().items]
    ['UtilityCredential']
    """
    query = {"holder": holder, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of(*_ISSUED), answer=Page[IssuedCredentialView], query=query)


def _show(id: str) -> ApiCall[IssuedCredentialView]:
    """Show one credential that was issued here, with its JWT.

    >>> connector.issuing.show("urn:credential:1").index
    4711
    """
    return ApiCall(method="GET", path=path_of(*_ISSUED, id), answer=IssuedCredentialView)


def _issue(
    holder: str, types: Sequence[str], *, profiles: Sequence[str] = ()
) -> ApiCall[tuple[IssuedCredentialView, ...]]:
    """Issue credentials that are handed over in another way, and return them with their JWTs.

    >>> [made.type for made in connector.issuing.issue("did:web:firma.example", ["UtilityCredential"])]
    ['UtilityCredential']
    """
    order = CredentialOrder(holder=holder, types=tuple(types), profiles=tuple(profiles))
    return ApiCall(method="POST", path=path_of(*_ISSUED), answer=tuple[IssuedCredentialView, ...], body=order)


def _revoke(id: str, *, reason: str | None = None) -> ApiCall[IssuedCredentialView]:
    """End a credential for good; it is on the status list at once.

    >>> print(connector.issuing.revoke("urn:credential:1", reason="The member has left.").standing)
    revoked
    """
    return _end(id, "revoke", reason)


def _suspend(id: str, *, reason: str | None = None) -> ApiCall[IssuedCredentialView]:
    """End a credential for a time.

    >>> print(connector.issuing.suspend("urn:credential:1").standing)
    suspended
    """
    return _end(id, "suspend", reason)


def _reinstate(id: str, *, reason: str | None = None) -> ApiCall[IssuedCredentialView]:
    """Let a suspended credential count again.

    >>> paused = connector.issuing.suspend("urn:credential:1")
    >>> print(connector.issuing.reinstate(paused.id).standing)
    valid
    """
    return _end(id, "reinstate", reason)


def _decide(id: str, verb: str) -> ApiCall[CredentialRequestView]:
    return ApiCall(method="POST", path=path_of("issuer", "requests", id, verb), answer=CredentialRequestView)


def _end(id: str, verb: str, reason: str | None) -> ApiCall[IssuedCredentialView]:
    path = path_of(*_ISSUED, id, verb)
    return ApiCall(method="POST", path=path, answer=IssuedCredentialView, body=reason_order(reason))


@dataclass(frozen=True)
class Issuing:
    """Requests of holders and issued credentials."""

    driver: Runs

    requests = blocking(_requests)
    all_requests = every(_requests)
    request = blocking(_request)
    approve = blocking(_approve)
    reject = blocking(_reject)
    send = blocking(_send)
    offer = blocking(_offer)
    list = blocking(_list)
    all = every(_list)
    show = blocking(_show)
    issue = blocking(_issue)
    revoke = blocking(_revoke)
    suspend = blocking(_suspend)
    reinstate = blocking(_reinstate)


@dataclass(frozen=True)
class AsyncIssuing:
    """Requests of holders and issued credentials."""

    driver: AsyncRuns

    requests = asynchronous(_requests)
    all_requests = every_async(_requests)
    request = asynchronous(_request)
    approve = asynchronous(_approve)
    reject = asynchronous(_reject)
    send = asynchronous(_send)
    offer = asynchronous(_offer)
    list = asynchronous(_list)
    all = every_async(_list)
    show = asynchronous(_show)
    issue = asynchronous(_issue)
    revoke = asynchronous(_revoke)
    suspend = asynchronous(_suspend)
    reinstate = asynchronous(_reinstate)
