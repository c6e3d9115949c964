"""`agreement`: contracts that were made, and what was used under them."""

from typing import Annotated

import typer

from connector.cli.command import After, All, Limit, command, group
from connector.cli.context import Call
from connector.cli.output import moment, size
from connector.cli.remote import connected, listing
from connector.cli.terms import terms

app = group("Contracts that were made, as provider and as consumer.")


@command(app, "list", example="datenkontor agreement list --counterparty urn:participant:firma")
def list_agreements(
    call: Call,
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Only on this dataset.")] = None,
    counterparty: Annotated[str | None, typer.Option(metavar="ID", help="Only with this participant.")] = None,
    limit: Limit = 50,
    after: After = None,
    all: All = False,
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
    with connected(call) as connector:
        listing(
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
    call: Call, agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")]
) -> None:
    """Show one agreement: its terms, and what was used under it."""
    with connected(call) as connector:
        found = connector.agreements.show(agreement)
        usage = connector.agreements.usage(agreement)
    fields = {
        "id": found.id,
        "role": found.role,
        "counterparty": found.counterparty,
        "dataset": found.dataset,
        "terms": terms(found.policy),
        "SHA-256": found.sha256,
        "negotiation": found.negotiation_id,
        "agreed": moment(found.agreed_at),
        "finalized": moment(found.finalized_at),
        "used": f"{usage.uses} times, {size(usage.bytes_moved)}",
    }
    call.output.details({"agreement": found, "usage": usage}, fields)
