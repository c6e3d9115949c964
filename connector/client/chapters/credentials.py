"""The credentials that this participant holds and shows."""

import time
from collections.abc import Sequence
from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, ClientFlow, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.credentials import (
    CredentialImportOrder,
    CredentialView,
    IssuanceOrder,
    IssuanceState,
    IssuanceView,
)

_ONE_WAIT_S = 30.0
_FOR_THE_WAY_S = 10.0


def _list() -> ApiCall[tuple[CredentialView, ...]]:
    """List the credentials in the store.

    >>> [held.types for held in connector.credentials.list()]
    [('MembershipCredential',)]
    """
    return ApiCall(method="GET", path=path_of("credentials"), answer=tuple[CredentialView, ...])


def _show(key: str) -> ApiCall[CredentialView]:
    """Show one credential, with what it says about this participant.

    >>> connector.credentials.show(connector.credentials.list()[0].key).claims
    {'role': ['company']}
    """
    return ApiCall(method="GET", path=path_of("credentials", key), answer=CredentialView)


def _add(credential: str) -> ApiCall[CredentialView]:
    """Verify and store a credential (a JWT); one that it renews goes.

    >>> connector.credentials.add(membership).standing
    <CredentialStanding.VALID: 'valid'>
    """
    order = CredentialImportOrder(credential=credential)
    return ApiCall(method="POST", path=path_of("credentials"), answer=CredentialView, body=order)


def _remove(key: str) -> ApiCall[CredentialView]:
    """Remove a credential: it is shown to nobody any more.

    >>> connector.credentials.remove(connector.credentials.list()[0].key).issuer
    'did:web:stadt.example'
    """
    return ApiCall(method="DELETE", path=path_of("credentials", key), answer=CredentialView)


def _issuances() -> ApiCall[tuple[IssuanceView, ...]]:
    """List what issuers offer, and what they were asked for.

    >>> [row.id for row in connector.credentials.issuances()]
    ['urn:issuance:1']
    """
    return ApiCall(method="GET", path=path_of("issuances"), answer=tuple[IssuanceView, ...])


def _request(issuer: str, types: Sequence[str], *, profiles: Sequence[str] = ()) -> ApiCall[IssuanceView]:
    """Ask an issuer for credentials of these types; it goes on by itself until the issuer has answered.

    >>> print(connector.credentials.request("did:web:stadt.example", ["MembershipCredential"]).state)
    requested
    """
    order = IssuanceOrder(issuer=issuer, types=tuple(types), profiles=tuple(profiles))
    return ApiCall(method="POST", path=path_of("issuances"), answer=IssuanceView, body=order)


def _until(id: str, *, timeout_s: float = 60.0) -> ClientFlow[IssuanceView]:
    """Wait until the issuer has answered a request, at most `timeout_s`.

    >>> print(connector.credentials.wait("urn:issuance:1", timeout_s=10).state)
    issued
    """
    deadline = time.monotonic() + timeout_s
    while True:
        left = max(deadline - time.monotonic(), 0.0)
        now = min(left, _ONE_WAIT_S)
        found: IssuanceView = yield ApiCall(
            method="GET",
            path=path_of("issuances", id, "wait"),
            answer=IssuanceView,
            query={"timeout": now},
            timeout_s=now + _FOR_THE_WAY_S,
        )
        if left <= _ONE_WAIT_S or found.state is not IssuanceState.REQUESTED:
            return found


@dataclass(frozen=True)
class Credentials:
    """Credentials of this participant."""

    driver: Runs

    list = blocking(_list)
    show = blocking(_show)
    add = blocking(_add)
    remove = blocking(_remove)
    issuances = blocking(_issuances)
    request = blocking(_request)
    wait = blocking(_until)


@dataclass(frozen=True)
class AsyncCredentials:
    """Credentials of this participant."""

    driver: AsyncRuns

    list = asynchronous(_list)
    show = asynchronous(_show)
    add = asynchronous(_add)
    remove = asynchronous(_remove)
    issuances = asynchronous(_issuances)
    request = asynchronous(_request)
    wait = asynchronous(_until)
