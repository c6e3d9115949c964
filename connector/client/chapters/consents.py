"""The consent register: statements of persons about uses of data about them."""

from collections.abc import Sequence
from dataclasses import dataclass

from connector.client.frame.flow import ApiCall, path_of
from connector.client.frame.methods import AsyncRuns, Runs, asynchronous, blocking, every, every_async
from connector.views.common import Page
from connector.views.consents import (
    LINK_DAYS,
    ConsentLinkOrder,
    ConsentLinkView,
    ConsentLookupOrder,
    ConsentOrder,
    ConsentsOrder,
    ConsentsRecordedView,
    ConsentView,
    ConsentWithdrawOrder,
)


def _add(order: ConsentOrder) -> ApiCall[ConsentsRecordedView]:
    """Record the statement of one person.

    >>> connector.consents.add(ConsentOrder(subject="4711", purpose="dpv:PublicBenefit")).recorded
    1
    """
    return _record([order])


def _record(entries: Sequence[ConsentOrder]) -> ApiCall[ConsentsRecordedView]:
    """Record several statements (up to 1000), all or none.

    >>> orders = [ConsentOrder(subject=person, purpose="dpv:PublicBenefit") for person in ("4711", "4712")]
    >>> connector.consents.record(orders).recorded
    2
    """
    order = ConsentsOrder(entries=tuple(entries))
    return ApiCall(method="POST", path=path_of("consents"), answer=ConsentsRecordedView, body=order)


def _withdraw(subject: str, *, dataset: str | None = None, purpose: str | None = None) -> ApiCall[Page[ConsentView]]:
    """Record that a person withdraws the consent, for one purpose or all on record; return the new entries.

    >>> withdrawn = connector.consents.withdraw("4710")
    >>> [entry.state for entry in withdrawn.items]
    ['https://w3id.org/dpv#ConsentWithdrawn']
    """
    order = ConsentWithdrawOrder(subject=subject, dataset=dataset, purpose=purpose)
    return ApiCall(method="POST", path=path_of("consents", "withdraw"), answer=Page[ConsentView], body=order)


def _lookup(subject: str) -> ApiCall[Page[ConsentView]]:
    """Show the latest entries of one person, for each dataset and purpose.

    >>> [entry.purpose for entry in connector.consents.lookup("4710").items]
    ['https://w3id.org/dpv#PublicBenefit']
    """
    order = ConsentLookupOrder(subject=subject)
    return ApiCall(method="POST", path=path_of("consents", "lookup"), answer=Page[ConsentView], body=order)


def _link(subject: str, *, days: int = LINK_DAYS) -> ApiCall[ConsentLinkView]:
    """Make a link with which a person sees and changes the own consents; an earlier link of the person ends.

    >>> connector.consents.link("4710").link.partition("?")[0]
    'https://pages.example/meine-einwilligungen'
    """
    order = ConsentLinkOrder(subject=subject, days=days)
    return ApiCall(method="POST", path=path_of("consents", "link"), answer=ConsentLinkView, body=order)


def _list(*, dataset: str | None = None, limit: int = 50, after: str | None = None) -> ApiCall[Page[ConsentView]]:
    """List one page of the entries, newest first.

    >>> len(connector.consents.list(limit=10).items)
    1
    """
    query = {"dataset": dataset, "limit": limit, "after": after}
    return ApiCall(method="GET", path=path_of("consents"), answer=Page[ConsentView], query=query)


@dataclass(frozen=True)
class Consents:
    """The consent register."""

    driver: Runs

    add = blocking(_add)
    record = blocking(_record)
    withdraw = blocking(_withdraw)
    lookup = blocking(_lookup)
    link = blocking(_link)
    list = blocking(_list)
    all = every(_list)


@dataclass(frozen=True)
class AsyncConsents:
    """The consent register."""

    driver: AsyncRuns

    add = asynchronous(_add)
    record = asynchronous(_record)
    withdraw = asynchronous(_withdraw)
    lookup = asynchronous(_lookup)
    link = asynchronous(_link)
    list = asynchronous(_list)
    all = every_async(_list)
