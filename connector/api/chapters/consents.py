"""Endpoints for the consent register: statements of persons about uses of data about them.

No name is stored or shown.
"""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Query, Request

from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.desk import AfterQuery, AtContext, AtRegister, AtUsers, LimitQuery, page, read_page
from connector.controlplane.usecases import consents
from connector.controlplane.usecases.consents import ConsentStatement
from connector.controlplane.usecases.privacy import consent_links
from connector.ports.entities import Consent
from connector.views.common import LONGEST_IDENTIFIER, Page
from connector.views.consents import (
    ConsentLinkOrder,
    ConsentLinkView,
    ConsentLookupOrder,
    ConsentsOrder,
    ConsentsRecordedView,
    ConsentView,
    ConsentWithdrawOrder,
)
from connector.views.conversion import to_ms, to_view

router = ChapterRouter(tags=["consents"])


def _view(entry: Consent) -> ConsentView:
    return to_view(ConsentView, entry)


def _page(entries: Sequence[Consent]) -> Page[ConsentView]:
    return Page(items=tuple(_view(entry) for entry in entries))


@router.post("/consents", status_code=201)
async def record_consents(register: AtRegister, order: ConsentsOrder) -> ConsentsRecordedView:
    """Record statements of persons, all or none; a withdrawal takes effect in running transfers at once."""
    statements = [
        ConsentStatement(
            subject=entry.subject,
            purpose=entry.purpose,
            state=entry.state,
            dataset=entry.dataset or "",
            until=to_ms(entry.until),
        )
        for entry in order.entries
    ]
    return ConsentsRecordedView(recorded=len(await consents.record(register, statements)))


@router.post("/consents/withdraw")
async def withdraw_consent(register: AtRegister, order: ConsentWithdrawOrder) -> Page[ConsentView]:
    """Record that a person withdraws the consent; the answer contains the new entries."""
    return _page(await consents.withdraw(register, order.subject, dataset=order.dataset, purpose=order.purpose))


@router.post("/consents/lookup")
async def lookup_consent(register: AtRegister, order: ConsentLookupOrder) -> Page[ConsentView]:
    """Show the latest entries of one person, for each dataset and purpose."""
    return _page(await consents.list_of_person(register, order.subject))


@router.post("/consents/link", status_code=201)
async def make_consent_link(
    register: AtRegister, people: AtUsers, request: Request, order: ConsentLinkOrder
) -> ConsentLinkView:
    """Make a link with which a person sees and changes the own consents; an earlier link of the person ends."""
    reference = consents.find_reference(register, order.subject)
    by = request.state.key_id
    return to_view(
        ConsentLinkView, await consent_links.make_link(register, people.pages, reference, days=order.days, by=by)
    )


@router.get("/consents")
async def list_consents(
    context: AtContext,
    dataset: Annotated[
        str | None, Query(max_length=LONGEST_IDENTIFIER, description="Only entries for this asset.")
    ] = None,
    limit: LimitQuery = 50,
    after: AfterQuery = None,
) -> Page[ConsentView]:
    """List the entries, newest first."""
    return await read_page(consents.list_consents(context, page(limit, after), dataset), _view)
