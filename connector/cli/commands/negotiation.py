"""`negotiation`: start and follow contract negotiations, and answer those that wait for a person."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from connector.cli.frame.command import (
    AfterOption,
    AllOption,
    LimitOption,
    PolicyOption,
    ReasonOption,
    TimeoutOption,
    YesOption,
    create_noun,
    register,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.finding import find_counterparty, find_dataset, find_participant
from connector.cli.frame.output import Output
from connector.cli.frame.remote import choose_text, connect, print_listing
from connector.cli.policies.files import read_policy
from connector.cli.policies.terms import NO_TERMS, describe_policies, list_differences, write_terms
from connector.cli.processes.outcome import choose_reason, report_state, report_waited, to_common_fields, to_head_fields
from connector.client import Connector
from connector.client.frame.errors import RequestRefused
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from connector.views.holds import HoldView
from connector.views.negotiations import NegotiationView, RecordedDecisionView

app = create_noun("Contract negotiations as provider and as consumer.")

EXAMPLE = "urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10"
NegotiationArgument = Annotated[str, typer.Argument(metavar="NEGOTIATION", help="Identifier of the negotiation.")]


@register(
    app,
    "start",
    example="""datenkontor negotiation start tiefbauamt urn:uuid:0d0c4a5e-3b0f-4a3e-8a52-5d1c3f1b2a77 --wait
    datenkontor negotiation start urn:participant:tiefbauamt roadworks --policy terms.json""",
)
def start(
    call: CommandCall,
    provider: Annotated[str, typer.Argument(metavar="PARTICIPANT", help="Provider: identifier or name.")],
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Identifier of the dataset.")],
    offer: Annotated[
        str | None, typer.Option(metavar="OFFER", help="Identifier of the offer (default: the first).")
    ] = None,
    policy: PolicyOption = None,
    purpose: Annotated[
        str | None, typer.Option(metavar="PURPOSE", help="Purpose of the use to declare with the request.")
    ] = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until the negotiation has ended.")] = False,
    timeout: TimeoutOption = 60.0,
) -> None:
    """Request an agreement on a dataset; --policy requests another policy than the offer."""
    asked = read_policy(policy)
    with connect(call) as connector:
        peer = find_participant(connector, provider)
        found = connector.negotiations.start(peer, dataset, offer=offer, policy=asked, purpose=purpose)
        if not wait:
            report_state(call, found)
            return
        call.output.print_hint(call.output.say("cli.step-negotiating", id=found.id))
        found = connector.negotiations.wait(found.id, timeout_s=timeout)
        report_waited(call, found, timeout, _describe(call, connector, found), None)


@register(app, "list", example="datenkontor negotiation list --state AGREED --peer urn:participant:firma")
def list_negotiations(
    call: CommandCall,
    state: Annotated[NegotiationState | None, typer.Option(help="Only negotiations in this state.")] = None,
    peer: Annotated[
        str | None, typer.Option(metavar="ID|NAME", help="Only negotiations with this participant.")
    ] = None,
    dataset: Annotated[str | None, typer.Option(metavar="ID|TITLE", help="Only negotiations on this dataset.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the negotiations, newest first."""
    columns = {
        "id": lambda found: found.id,
        "role": lambda found: found.role,
        "state": lambda found: found.state,
        "counterparty": lambda found: found.counterparty_name or found.peer,
        "dataset": lambda found: choose_text(found.title, call.output.lang) or found.dataset,
        "waits": lambda found: found.hold and found.hold.who,
        "changed": lambda found: call.output.format_time(found.updated_at),
    }
    chosen = state.value if state else None
    with connect(call) as connector:
        if peer is not None:
            peer = find_counterparty(connector, peer, lambda one: connector.negotiations.list(peer=one, limit=1))
        if dataset is not None:
            dataset = find_dataset(connector, dataset, lambda one: connector.negotiations.list(dataset=one, limit=1))
        print_listing(
            call,
            lambda size, cursor: connector.negotiations.list(
                state=chosen, peer=peer, dataset=dataset, limit=size, after=cursor
            ),
            columns,
            limit=limit,
            after=after,
            everything=all,
        )


@register(app, "show", example=f"datenkontor negotiation show {EXAMPLE}")
def show(call: CommandCall, negotiation: NegotiationArgument) -> None:
    """Show one negotiation: its state, the current offer and the reason why it waits.

    Of a request that waits at its provider, it is said what it asks for otherwise than the offer of the asset.
    """
    with connect(call) as connector:
        found = connector.negotiations.show(negotiation)
        (terms,) = [NO_TERMS] if call.output.json else write_terms(connector, [found.offer], call.output.lang)
        differences = [] if call.output.json else list_differences(connector, found, call.output.lang)
    fields = _build_fields(found, terms.sentence, call.output)
    fields |= {"differs from the offer": differences} if differences else {}
    call.output.print_details(found, fields, {"policy": terms.card})


@register(app, "wait", example=f"datenkontor negotiation wait {EXAMPLE} --timeout 300")
def wait(
    call: CommandCall,
    negotiation: NegotiationArgument,
    state: Annotated[NegotiationState | None, typer.Option(help="State to wait for (default: the end).")] = None,
    timeout: TimeoutOption = 60.0,
) -> None:
    """Wait until a negotiation has ended or waits for a person of this participant.

    Exit code 0 if finalized, 4 if terminated, 6 if a person has to decide or the time is over.
    """
    wanted = state.value if state else None
    with connect(call) as connector:
        found = connector.negotiations.wait(negotiation, timeout_s=timeout, states=[wanted] if wanted else ())
        fields = _describe(call, connector, found)
    report_waited(call, found, timeout, fields, wanted)


@register(app, "approve", example=f"datenkontor negotiation approve {EXAMPLE}")
def approve(call: CommandCall, negotiation: NegotiationArgument, yes: YesOption = False) -> None:
    """Approve the step that waits for a person: agree, accept, verify or finalize.

    If the offer has other terms since the request waits, the contract is made on those that were asked for, after a
    question. What was withdrawn is not agreed.
    """
    with connect(call) as connector:
        try:
            found = connector.negotiations.approve(negotiation, changed_offer=yes)
        except RequestRefused as refused:
            if refused.code != "offer-changed":
                raise
            call.output.confirm(call.output.say("cli.ask-changed-offer", id=negotiation), yes)
            found = connector.negotiations.approve(negotiation, changed_offer=True)
        report_state(call, found)


@register(app, "reject", example=f"datenkontor negotiation reject {EXAMPLE} --reason 'Nur für Forschung' --yes")
def reject(
    call: CommandCall, negotiation: NegotiationArgument, reason: ReasonOption = None, yes: YesOption = False
) -> None:
    """Reject the step that waits for a person: the negotiation ends, and the counterparty receives the reason."""
    with connect(call) as connector:
        if not yes:
            connector.negotiations.show(negotiation)  # what does not exist is not asked about
        call.output.confirm(call.output.say("cli.ask-reject", id=negotiation), yes)
        report_state(call, connector.negotiations.reject(negotiation, reason=reason))


@register(app, "counter", example=f"datenkontor negotiation counter {EXAMPLE} --policy terms.json")
def counter(
    call: CommandCall,
    negotiation: NegotiationArgument,
    policy: Annotated[
        Path | None, typer.Option(metavar="FILE", help="ODRL policy: JSON, or Turtle in a `.ttl` file.")
    ] = None,
) -> None:
    """Answer with another policy: a counter-offer of the provider, or a new request of the consumer."""
    asked = read_policy(policy)
    if asked is None:
        raise Failure(Code.USAGE, "errors.no-policy")
    with connect(call) as connector:
        report_state(call, connector.negotiations.counter(negotiation, asked))


@register(app, "terminate", example=f"datenkontor negotiation terminate {EXAMPLE} --reason 'Kein Bedarf mehr' --yes")
def terminate(
    call: CommandCall, negotiation: NegotiationArgument, reason: ReasonOption = None, yes: YesOption = False
) -> None:
    """Terminate a negotiation; the counterparty receives the reason."""
    with connect(call) as connector:
        if not yes:
            connector.negotiations.show(negotiation)
        call.output.confirm(call.output.say("cli.ask-terminate", id=negotiation), yes)
        report_state(call, connector.negotiations.terminate(negotiation, reason=reason))


def _describe(
    call: CommandCall, connector: Connector, found: NegotiationView
) -> Callable[[NegotiationView], dict[str, object]]:
    """Return a function for the fields of a negotiation, with its current offer in the language of the call."""
    sentence = "" if call.output.json else describe_policies(connector, [found.offer], call.output.lang)[0]
    return lambda process: _build_fields(process, sentence, call.output)


def _format_decision(decision: RecordedDecisionView, hold: HoldView | None, output: Output) -> str:
    """Return a decision as a sentence; one that left the step to a person says why, not that the terms allow it."""
    texts = decision.texts.get(output.lang, ())
    if decision.event == "held":
        texts = (choose_reason(hold, output.lang),) if hold else ()
    said = f"{output.format_time(decision.at)} {output.name_event(decision.event)}"
    return f"{said}: {' '.join(texts)}" if texts else said


def _build_fields(found: NegotiationView, sentence: str, output: Output) -> dict[str, object]:
    return {
        **to_head_fields(found, output.lang),
        "policy": sentence,
        "offered by": found.offered_by,
        "rounds": found.rounds,
        "agreement": found.agreement_id,
        "decisions": [_format_decision(decision, found.hold, output) for decision in found.decisions],
        **to_common_fields(found, output),
    }
