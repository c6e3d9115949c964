"""What waits for a person: each Hold with the terms in words, what differs from the offer, and who may answer."""

from collections.abc import Awaitable, Callable, Sequence

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.judging.library import Library
from connector.controlplane.processes.loading import load_negotiation
from connector.controlplane.usecases import negotiation
from connector.desk.holds import view_holds
from connector.ports.entities import Asset, Hold, User
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.negotiation_machine import Negotiation
from connector.views.holds import HoldView
from connector.web.frame.visit import Visit, name_party
from connector.web.frame.wording import PageWords
from connector.web.rights import find_protection, may_answer
from connector.web.terms import Terms, TermsChanges, compare_terms, describe_terms, summarise_terms

TermsWriter = Callable[[Library, PageWords, bytes], Awaitable[Terms]]


class WaitingRequest(msgspec.Struct, frozen=True, kw_only=True):
    """A negotiation that waits for a person here, with the terms that would be agreed to.

    `changes` compares them with the own offer, or with what was asked for. `may_answer` is about the reader, `party` is
    the name of the counterparty.
    """

    hold: HoldView
    process: Negotiation
    asset: Asset | None
    terms: Terms
    changes: TermsChanges
    may_answer: bool
    party: str

    @property
    def providing(self) -> bool:
        """Whether this participant is asked for its data."""
        return self.process.role is Role.PROVIDER

    @property
    def can_return(self) -> bool:
        """Whether the own offer can be sent back as it is: other terms were asked for, and it is still offered."""
        return self.providing and bool(self.changes.width) and self.hold.offer != "withdrawn"


async def list_waiting(
    visit: Visit, holds: Sequence[Hold], describe: TermsWriter = summarise_terms
) -> list[WaitingRequest]:
    """Return the negotiations of Holds, in their order, with their terms as a sentence or as `describe` says them.

    One that has gone on meanwhile is left out.
    """
    context = visit.desk.context
    views = await view_holds(context, holds)
    assets = await context.store.assets_of(context.owner, sorted({hold.dataset for hold in holds}))
    found = []
    for view in views:
        process = await load_negotiation(context, view.process_id)
        if process is not None and process.held:
            found.append(await _describe(visit, view, process, assets.get(process.dataset), describe))
    return found


async def find_waiting(visit: Visit, process_id: str) -> WaitingRequest | None:
    """Return one negotiation that waits for a person; None if it does not wait any more. Raises NoSuchEntity."""
    context = visit.desk.context
    await negotiation.get(context, process_id)
    hold = await context.store.hold(context.owner, process_id)
    found = await list_waiting(visit, [hold], describe_terms) if hold else []
    return found[0] if found else None


def may_decide(user: User, process: Negotiation, asset: Asset | None) -> bool:
    """Return whether a user may answer for a negotiation."""
    return may_answer(user.roles, process.role, find_protection(asset) if asset else None)


def _frame_offer(visit: Visit, process: Negotiation, asset: Asset) -> bytes:
    """Return the own offer as it would be made to who asks, so that only rules differ from the request."""
    return documents.make_message_offer(
        asset.policy,
        offer_id=process.offer_id,
        target=process.dataset,
        assigner=visit.desk.context.participant,
        assignee=process.peer,
    )


async def _describe(
    visit: Visit, hold: HoldView, process: Negotiation, asset: Asset | None, describe: TermsWriter
) -> WaitingRequest:
    library = visit.desk.evaluator.library
    providing = process.role is Role.PROVIDER
    compared = _frame_offer(visit, process, asset) if providing and asset else process.asked
    changes = await compare_terms(library, visit.words, compared, process.offer) if compared else TermsChanges()
    return WaitingRequest(
        hold=hold,
        process=process,
        asset=asset if providing else None,
        terms=await describe(library, visit.words, process.offer),
        changes=changes,
        party=name_party(visit, process.peer),
        may_answer=may_decide(visit.person, process, asset if providing else None),
    )
