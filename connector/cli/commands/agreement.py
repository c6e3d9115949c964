"""`agreement`: agreements with their use, their payments and their duties."""

import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Annotated

import typer

from connector.cli.commands import agreement_evidence
from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    ReasonOption,
    YesOption,
    check_period,
    create_noun,
    parse_end,
    parse_time,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_counterparty, find_dataset
from connector.cli.frame.remote import connect, print_listing
from connector.cli.policies.terms import NO_TERMS, write_terms
from connector.cli.processes.tables import choose_text, select_uses, write_usage, write_uses
from connector.client import Connector
from connector.controlplane.judging.library import operands
from connector.policy.words.names import action_name
from connector.protocol.dsp.common import Role
from connector.views.agreements import (
    AgreementState,
    AgreementView,
    DutyView,
    MonthlyUsageView,
    UsagePart,
    UseView,
)
from connector.views.common import Page
from connector.views.payments import PaymentOrder, PaymentState, PaymentSummaryView, PaymentView

app = create_noun("Agreements as provider and as consumer.")
app.add_typer(agreement_evidence.app)
_DAY = timedelta(days=1)


@register(
    app,
    "list",
    example="""datenkontor agreement list --counterparty urn:participant:firma
    datenkontor agreement list --expiring 30
    datenkontor agreement list --state used-up""",
)
def list_agreements(
    call: CommandCall,
    dataset: Annotated[str | None, typer.Option(metavar="ID|TITLE", help="Only agreements on this dataset.")] = None,
    counterparty: Annotated[
        str | None, typer.Option(metavar="ID|NAME", help="Only agreements with this participant.")
    ] = None,
    expiring: Annotated[
        int | None,
        typer.Option(min=0, metavar="DAYS", help="Only active agreements that end within this number of days."),
    ] = None,
    state: Annotated[
        AgreementState | None, typer.Option(help="Only agreements in this state; looks through all of them.")
    ] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the agreements, newest first, with their state and their end."""
    columns: dict[str, Callable[[AgreementView], object]] = {
        "id": lambda found: found.id,
        "title": lambda found: choose_text(found.title, call.output.lang) or found.dataset,
        "role": lambda found: found.role,
        "counterparty": lambda found: found.counterparty_name or found.counterparty,
        "state": lambda found: found.state,
        "agreed": lambda found: call.output.format_time(found.agreed_at),
        "ends": lambda found: call.output.format_time(found.expires_at),
    }
    with connect(call) as connector:
        counterparty, dataset = _find_named(connector, counterparty, dataset)
        if expiring is not None or state is not None:
            found = connector.agreements.all(dataset=dataset, counterparty=counterparty)
            call.output.print_rows(_select(found, state, expiring), columns)
            return
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


def _find_named(connector: Connector, counterparty: str | None, dataset: str | None) -> tuple[str | None, str | None]:
    """Return the identifiers for which the words of two filters stand. Raises Failure."""
    if counterparty is not None:
        counterparty = find_counterparty(
            connector, counterparty, lambda one: connector.agreements.list(counterparty=one, limit=1)
        )
    if dataset is not None:
        dataset = find_dataset(connector, dataset, lambda one: connector.agreements.list(dataset=one, limit=1))
    return counterparty, dataset


def _select(agreements: Iterable[AgreementView], state: AgreementState | None, days: int | None) -> list[AgreementView]:
    """Return the agreements in a state; with a number of days, the active ones that end within it, the next first."""
    found = [one for one in agreements if state in {None, one.state}]
    if days is None:
        return found
    now = datetime.now(UTC)
    ending = [(one.expires_at, one) for one in found if one.state is AgreementState.ACTIVE and one.expires_at]
    # The time that is left is compared: a sum of days can lie beyond the calendar.
    return [one for end, one in sorted(ending, key=lambda pair: pair[0]) if (end - now) / _DAY <= days]


@register(app, "show", example="datenkontor agreement show urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2")
def show(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
) -> None:
    """Show one agreement with its policy and its use."""
    with connect(call) as connector:
        found = connector.agreements.show(agreement)
        usage = connector.agreements.usage(agreement)
        (terms,) = [NO_TERMS] if call.output.json else write_terms(connector, [found.policy], call.output.lang)
    fields = {
        "id": found.id,
        "role": found.role,
        "state": found.state,
        "reason": choose_text(found.because, call.output.lang),
        "counterparty": found.counterparty,
        "name": found.counterparty_name,
        "dataset": found.dataset,
        "title": choose_text(found.title, call.output.lang),
        "policy": terms.sentence,
        "SHA-256": found.sha256,
        "negotiation": found.negotiation_id,
        "agreed": call.output.format_time(found.agreed_at),
        "finalized": call.output.format_time(found.finalized_at),
        "ends": call.output.format_time(found.expires_at),
        "withdrawn": call.output.format_time(found.withdrawn_at),
        "used": call.output.say("cli.used", count=usage.uses, size=call.output.format_size(usage.bytes_moved)),
    }
    call.output.print_details({"agreement": found, "usage": usage}, fields, {"policy": terms.card})


@register(
    app,
    "uses",
    example="""datenkontor agreement uses urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2
    datenkontor agreement uses --csv
    datenkontor agreement uses --counterparty Tiefbauamt --from 2026-07-01 --until 2026-09-30""",
)
def list_uses(
    call: CommandCall,
    agreement: Annotated[
        str | None, typer.Argument(metavar="[AGREEMENT]", help="Identifier of the agreement (default: all).")
    ] = None,
    counterparty: Annotated[
        str | None, typer.Option(metavar="PARTICIPANT", help="Only uses with this participant: identifier or name.")
    ] = None,
    dataset: Annotated[
        str | None, typer.Option(metavar="DATASET", help="Only uses of this dataset: identifier or title.")
    ] = None,
    since: Annotated[
        str | None, typer.Option("--from", metavar="TIME", help="First day, or begin, of the period.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="TIME", help="Last day, or end, of the period.")] = None,
    csv: Annotated[
        bool, typer.Option("--csv", help="Write all uses as CSV for a spreadsheet, in the form of the language.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="With --csv: commas, English names, times with offset, for programs.")
    ] = False,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List who used what, when and for which purpose, oldest use first."""
    columns: dict[str, Callable[[UseView], object]] = {
        "at": lambda use: call.output.format_time(use.at),
        "role": lambda use: use.role,
        "counterparty": lambda use: use.counterparty_name or use.counterparty,
        "dataset": lambda use: choose_text(use.title, call.output.lang) or use.dataset,
        "purposes": lambda use: use.purposes,
        "bytes": lambda use: use.bytes_moved,
        "agreement": lambda use: use.agreement_id,
    }
    begin, end = parse_time(since, call.output.zone), parse_end(until, call.output.zone)
    check_period(begin, end)
    with connect(call) as connector:
        counterparty, dataset = _find_named(connector, counterparty, dataset)
        chosen = select_uses(connector.agreements.all_uses(agreement=agreement), counterparty, dataset, begin, end)
        if csv:
            write_uses(sys.stdout, chosen, call.output.lang, call.output.zone, plain=plain)
            return
        if (counterparty, dataset, begin, end) != (None, None, None, None):
            call.output.print_rows(list(chosen), columns)
            return
        print_listing(
            call,
            lambda count, cursor: connector.agreements.uses(agreement=agreement, limit=count, after=cursor),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(
    app,
    "usage",
    example="""datenkontor agreement usage
    datenkontor agreement usage --from 2026-01 --until 2026-12 --by counterparty --csv
    datenkontor agreement usage --dataset Baustellen --by month --by purposes""",
)
def list_usage(
    call: CommandCall,
    first: Annotated[
        str | None, typer.Option("--from", metavar="MONTH", help="First month, as 2026-01 (default: eleven ago).")
    ] = None,
    last: Annotated[
        str | None, typer.Option("--until", metavar="MONTH", help="Last month, as 2026-12 (default: the present one).")
    ] = None,
    role: Annotated[Role, typer.Option(help="What others used of this participant, or the reverse.")] = Role.PROVIDER,
    dataset: Annotated[
        str | None, typer.Option(metavar="DATASET", help="Only uses of this dataset: identifier or title.")
    ] = None,
    counterparty: Annotated[
        str | None, typer.Option(metavar="PARTICIPANT", help="Only uses with this participant: identifier or name.")
    ] = None,
    purpose: Annotated[str | None, typer.Option(metavar="IRI", help="Only agreements for this purpose.")] = None,
    by: Annotated[
        list[UsagePart] | None, typer.Option(help="Sum up by this part; may be repeated (default: all parts).")
    ] = None,
    sort: Annotated[
        str, typer.Option(metavar="COLUMN", help="Part or count to sort by, with - in descending order.")
    ] = "-month",
    csv: Annotated[
        bool, typer.Option("--csv", help="Write all rows as CSV for a spreadsheet, in the form of the language.")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="With --csv: commas and English names, for programs.")] = False,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """Show who used what for which purpose, by month, as sums.

    Counted are agreements, deliveries, bytes, and transfers that a policy denied.
    """
    columns: dict[str, Callable[[MonthlyUsageView], object]] = {
        "month": lambda row: row.month,
        "title": lambda row: choose_text(row.title, call.output.lang) or row.dataset,
        "counterparty": lambda row: row.counterparty_name or row.counterparty,
        "purposes": lambda row: row.purposes,
        "agreements": lambda row: row.agreements,
        "deliveries": lambda row: row.deliveries,
        "bytes": lambda row: row.bytes_moved,
        "denied": lambda row: row.denied,
    }
    with connect(call) as connector:
        counterparty, dataset = _find_named(connector, counterparty, dataset)
        narrowed = {"dataset": dataset, "counterparty": counterparty, "purpose": purpose}

        def fetch(count: int, cursor: str | None) -> Page[MonthlyUsageView]:
            return connector.agreements.list_usage(
                first=first, last=last, role=role, **narrowed, by=by or (), sort=sort, limit=count, after=cursor
            )

        if csv:
            rows = connector.agreements.all_usage(
                first=first, last=last, role=role, **narrowed, by=by or (), sort=sort, limit=500
            )
            write_usage(sys.stdout, rows, call.output.lang, plain=plain)
            return
        print_listing(call, fetch, columns, limit=limit, after=after, everything=all)


@register(
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
    """Withdraw an agreement: active transfers end and no new one starts; the agreement stays on record."""
    with connect(call) as connector:
        if not yes:
            connector.agreements.show(agreement)  # what does not exist is not asked about
        call.output.confirm(call.output.say("cli.ask-withdraw-agreement", id=agreement), yes)
        found = connector.agreements.withdraw(agreement, reason=reason)
    call.output.print_result(
        found, call.output.say("cli.agreement-withdrawn", id=found.id, at=call.output.format_time(found.withdrawn_at))
    )
    call.output.print_hint(call.output.say("cli.holders-learn"))


@register(app, "duties", example="datenkontor agreement duties urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2")
def list_duties(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
) -> None:
    """List the duties of an agreement with their states."""
    with connect(call) as connector:
        found = connector.agreements.duties(agreement)
    registry = operands(call.output.zone)
    columns: dict[str, Callable[[DutyView], object]] = {
        "duty": lambda duty: duty.id,
        "action": lambda duty: action_name(duty.action, registry, call.output.lang),
        "state": lambda duty: duty.state,
        "due": lambda duty: call.output.format_time(duty.deadline),
        "by": lambda duty: call.output.say("cli.by-receipt" if duty.by_person else "cli.by-connector"),
        "entries": lambda duty: len(duty.events),
    }
    call.output.print_rows(found, columns)


@register(
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
    note: Annotated[str, typer.Option(metavar="TEXT", help="Note for this participant's own records.")] = "",
) -> None:
    """Confirm that a duty is fulfilled, such as the deletion of the data."""
    with connect(call) as connector:
        found = connector.agreements.receipt(agreement, duty, note)
    call.output.print_result(found, f"{found.id}: {call.output.name_value(found.state)}")


@register(
    app,
    "payment",
    example="""datenkontor agreement payment urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --state settled --amount 9.50
    datenkontor agreement payment urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2 --correct 1
    datenkontor agreement payment urn:uuid:3c1f6f0c-5e0f-44a7-9a55-e4a5d0f3c9b2""",
)
def payment(
    call: CommandCall,
    agreement: Annotated[str, typer.Argument(metavar="AGREEMENT", help="Identifier of the agreement.")],
    state: Annotated[PaymentState | None, typer.Option(help="New state of the payments (default: show them).")] = None,
    amount: Annotated[str | None, typer.Option(metavar="NUMBER", help="Amount that is paid or due now.")] = None,
    currency: Annotated[str | None, typer.Option(metavar="CODE", help="Currency of the amount: EUR.")] = None,
    until: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Last day, or end, of the paid period; with --state due, the day of payment."
        ),
    ] = None,
    correct: Annotated[
        int | None, typer.Option(metavar="NUMBER", min=1, help="Take the entry with this number back; it is kept.")
    ] = None,
) -> None:
    """Record, correct or show payments; the policies of active transfers are evaluated again immediately."""
    ends = parse_end(until, call.output.zone)
    if correct is not None and (state, amount, currency, ends) != (None, None, None, None):
        raise Failure(Code.USAGE, "errors.payment-correct")
    if state is None and (amount, currency, ends) != (None, None, None):
        raise Failure(Code.USAGE, "errors.payment-state")
    with connect(call) as connector:
        if state is not None:
            order = PaymentOrder(state=state, amount=_parse_amount(amount), currency=currency, until=ends)
            paid = connector.agreements.pay(agreement, order)
        elif correct is not None:
            paid = connector.agreements.correct_payment(agreement, correct)
        else:
            _print_payments(call, connector.agreements.payments(agreement))
            return
    call.output.print_result(paid, _say_paid(call, agreement, paid))


def _say_paid(call: CommandCall, agreement: str, paid: PaymentSummaryView) -> str:
    """Say the state of the payments: what is to be paid now, and apart from it what was paid so far."""
    return call.output.say(
        "cli.paid" if paid.due is None else "cli.paid-open",
        id=agreement,
        state=call.output.name_value(paid.state),
        amount=call.output.format_money(paid.amount),
        due=call.output.format_money(paid.due or "0"),
        currency=paid.currency,
    )


def _print_payments(call: CommandCall, paid: PaymentSummaryView) -> None:
    """Print the entries with their numbers; one that was taken back names its correction."""
    if call.output.json:
        call.output.print_result(paid)
        return
    corrected = {entry.corrects for entry in paid.entries}
    numbers = {id(entry): number for number, entry in enumerate(paid.entries, 1)}

    def remark(entry: PaymentView) -> str:
        if entry.corrects is not None:
            return call.output.say("cli.payment-corrects", number=entry.corrects)
        return call.output.say("cli.payment-taken-back") if numbers[id(entry)] in corrected else ""

    columns: dict[str, Callable[[PaymentView], object]] = {
        "number": lambda entry: numbers[id(entry)],
        "state": lambda entry: entry.state,
        "amount": lambda entry: f"{call.output.format_money(entry.amount)} {entry.currency}" if entry.amount else None,
        "until": lambda entry: call.output.format_end(entry.until),
        "recorded": lambda entry: call.output.format_time(entry.at),
        "by": lambda entry: entry.by,
        "remark": remark,
    }
    call.output.print_rows(paid.entries, columns)


def _parse_amount(text: str | None) -> Decimal | None:
    """Return an amount of money. Raises Failure."""
    if text is None:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise Failure(Code.USAGE, "errors.amount", text=text[:50]) from None
