"""The credentials that this participant holds and shows."""

from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking
from connector.views.credentials import CredentialImportOrder, CredentialView, IssuanceView


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

    >>> connector.credentials.issuances()
    ()
    """
    return ApiCall(method="GET", path=path_of("issuances"), answer=tuple[IssuanceView, ...])


@dataclass(frozen=True)
class Credentials:
    """Credentials of this participant."""

    driver: Runs

    list = blocking(_list)
    show = blocking(_show)
    add = blocking(_add)
    remove = blocking(_remove)
    issuances = blocking(_issuances)


@dataclass(frozen=True)
class AsyncCredentials:
    """Credentials of this participant."""

    driver: AsyncRuns

    list = asynchronous(_list)
    show = asynchronous(_show)
    add = asynchronous(_add)
    remove = asynchronous(_remove)
    issuances = asynchronous(_issuances)
