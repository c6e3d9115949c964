"""`agreement`: contracts that were made, what was used and paid under them, and what they oblige to."""

from collections.abc import Callable
from enum import StrEnum
from typing import Annotated

import typer

from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    ReasonOption,
    YesOption,
    command,
    group,
    instant,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import moment, size
from connector.cli.frame.remote import connect, print_listing
from connector.cli.frame.terms import say_policies
from connector.client.chapters.agreements import Duty, Payment

app = group("Contracts that were made, as provider and as consumer.")


class PaymentState(StrEnum):
    """Where the payments of an agreement stand."""

    NONE = "none"
    DUE = "due"
    SETTLED = "settled"
    OVERDUE = "overdue"


@command(app, "list", example="datenkontor agreement list --counterparty urn:participant:firma")
def list_agreements(
    call: CommandCall,
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Only on this dataset.")] = None,
    counterparty: Annotated[str | None, typer.Option(metavar="ID", help="Only with this participant.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the agreements, newest first."""
    columns = {
        "id": lambda found: found.id,
        "role": lambda found: found.role,
        "counterparty": lambda found: found.counterparty,
        "dataset": lambda found: found.dataset,
        "agreed": lambda found: moment(found.agreed_at),
        "final": lambda found: found.finalized_at is not None,
    }
    with connect(call) as connector:
        print_listing(
            call,
            lambda count, cursor: connector.agreements.list(
                dataset=dataset, counterparty=counterparty, limit=count, after=cursor
            ),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@command(app, "show", example="datenkontor agreement show urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2")
def show(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
) -> None:
    """Show one agreement: its terms, and what was used under it."""
    with connect(call) as connector:
        found = connector.agreements.show(agreement)
        usage = connector.agreements.usage(agreement)
        terms = "" if call.output.json else say_policies(connector, [found.policy], call.output.lang)[0]
    fields = {
        "id": found.id,
        "role": found.role,
        "counterparty": found.counterparty,
        "dataset": found.dataset,
        "terms": terms,
        "SHA-256": found.sha256,
        "negotiation": found.negotiation_id,
        "agreed": moment(found.agreed_at),
        "finalized": moment(found.finalized_at),
        "withdrawn": moment(found.withdrawn_at),
        "used": f"{usage.uses} times, {size(usage.bytes_moved)}",
    }
    call.output.details({"agreement": found, "usage": usage}, fields)


@command(
    app,
    "withdraw",
    example="datenkontor agreement withdraw urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --yes",
)
def withdraw(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
    reason: ReasonOption = None,
    yes: YesOption = False,
) -> None:
    """Deliver nothing more under an agreement: running transfers end; the contract stays on record."""
    call.output.confirm(call.output.say("ask-terminate", id=agreement), yes)
    with connect(call) as connector:
        found = connector.agreements.withdraw(agreement, reason=reason)
    call.output.result(found, f"{found.id}: {moment(found.withdrawn_at)}")


@command(app, "duties", example="datenkontor agreement duties urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2")
def list_duties(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
) -> None:
    """List the duties of an agreement and where each stands."""
    with connect(call) as connector:
        found = connector.agreements.duties(agreement)
    columns: dict[str, Callable[[Duty], object]] = {
        "duty": lambda duty: duty.id,
        "action": lambda duty: duty.action.rpartition("/")[2].rpartition("#")[2],
        "state": lambda duty: duty.state,
        "due": lambda duty: moment(duty.deadline),
        "by": lambda duty: "receipt" if duty.by_person else "connector",
        "entries": lambda duty: len(duty.events),
    }
    call.output.rows(found, columns)


@command(
    app,
    "receipt",
    example="datenkontor agreement receipt urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 obligation/0 --note deleted",
)
def receipt(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
    duty: Annotated[
        str, typer.Argument(metavar="DUTY", help="Identifier of the duty, as `agreement duties` shows it.")
    ],
    note: Annotated[str, typer.Option(metavar="TEXT", help="What happened; it stays in our own ledger.")] = "",
) -> None:
    """Confirm that a duty was done: the data deleted, the invoice paid."""
    with connect(call) as connector:
        found = connector.agreements.receipt(agreement, duty, note)
    call.output.result(found, f"{found.id}: {found.state}")


@command(
    app,
    "payment",
    example="""datenkontor agreement payment urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --state settled --amount 9.50
    datenkontor agreement payment urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2""",
)
def payment(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
    state: Annotated[
        PaymentState | None, typer.Option(help="Where the payments stand from now on; without it, show them.")
    ] = None,
    amount: Annotated[str | None, typer.Option(metavar="NUMBER", help="What was paid now, or is due now.")] = None,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="Of the amount: EUR.")] = None,
    until: Annotated[
        str | None, typer.Option(metavar="TIME", help="Paid until then; with --state due, to be paid until then.")
    ] = None,
) -> None:
    """Record what was paid or is due, as the accounts say, or show it; running transfers are decided again at once."""
    ends = instant(until)
    if state is None and (amount, currency, ends) != (None, None, None):
        raise Failure(Code.USAGE, "Say where the payments stand: --state none, due, settled or overdue.")
    with connect(call) as connector:
        if state is not None:
            paid = connector.agreements.pay(agreement, state.value, amount=amount, currency=currency, until=ends)
            sentence = call.output.say(
                "paid", id=agreement, state=paid.state, amount=paid.amount, currency=paid.currency
            )
            call.output.result(paid, sentence)
            return
        paid = connector.agreements.payments(agreement)
    if call.output.json:
        call.output.result(paid)
        return
    columns: dict[str, Callable[[Payment], object]] = {
        "state": lambda entry: entry.state,
        "amount": lambda entry: f"{entry.amount} {entry.currency}" if entry.amount else None,
        "until": lambda entry: moment(entry.until),
        "recorded": lambda entry: moment(entry.at),
        "by": lambda entry: entry.by,
    }
    call.output.rows(paid.entries, columns)
