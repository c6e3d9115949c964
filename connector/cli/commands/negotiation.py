"""`negotiation`: contract negotiations: begin, follow, and answer where a person is asked."""

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
    command,
    group,
)
from connector.cli.frame.context import CommandCall
from connector.cli.frame.failure import Code, Failure
from connector.cli.frame.output import moment
from connector.cli.frame.process import report_state, report_waited, to_common_fields
from connector.cli.frame.remote import connect, participant, print_listing, read_policy
from connector.cli.frame.terms import say_policies
from connector.client import Connector
from connector.client.chapters.negotiations import Decision, Negotiation
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState

app = group("Contract negotiations, as provider and as consumer.")

EXAMPLE = "urn:uuid:8f6b1c1e-0a51-4c5e-9f0e-2f1f7f6b7a10"
NegotiationArgument = Annotated[str, typer.Argument(metavar="NEGOTIATION", help="Identifier of the negotiation.")]


@command(
    app,
    "start",
    example="""datenkontor negotiation start tiefbauamt urn:uuid:0d0c4a5e-3b0f-4a3e-8a52-5d1c3f1b2a77 --wait
    datenkontor negotiation start urn:participant:tiefbauamt roadworks --policy terms.json""",
)
def start(
    call: CommandCall,
    provider: Annotated[str, typer.Argument(metavar="PARTICIPANT", help="The provider: identifier or name.")],
    dataset: Annotated[str, typer.Argument(metavar="DATASET", help="Identifier of the dataset.")],
    offer: Annotated[str | None, typer.Option(metavar="OFFER", help="Which offer; else the first.")] = None,
    policy: PolicyOption = None,
    wait: Annotated[bool, typer.Option("--wait", help="Wait until it has ended.")] = False,
    timeout: TimeoutOption = 60.0,
) -> None:
    """Ask a provider for a contract on a dataset; --policy asks for other terms than it offers."""
    asked = read_policy(policy)
    with connect(call) as connector:
        found = connector.negotiations.start(participant(connector, provider), dataset, offer=offer, policy=asked)
        if not wait:
            report_state(call, found)
            return
        call.output.hint(call.output.say("step-negotiating", id=found.id))
        found = connector.negotiations.wait(found.id, timeout_s=timeout)
        report_waited(call, found, timeout, _shown(call, connector, found), None)


@command(app, "list", example="datenkontor negotiation list --state AGREED --peer urn:participant:firma")
def list_negotiations(
    call: CommandCall,
    state: Annotated[NegotiationState | None, typer.Option(help="Only those.")] = None,
    peer: Annotated[str | None, typer.Option(metavar="ID", help="Only with this participant.")] = None,
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Only on this dataset.")] = None,
    limit: LimitOption = 50,
    after: AfterOption = None,
    all: AllOption = False,
) -> None:
    """List the negotiations, newest first."""
    columns = {
        "id": lambda found: found.id,
        "role": lambda found: found.role,
        "state": lambda found: found.state,
        "peer": lambda found: found.peer,
        "dataset": lambda found: found.dataset,
        "waits": lambda found: found.hold and found.hold.who,
        "changed": lambda found: moment(found.updated_at),
    }
    chosen = state.value if state else None
    with connect(call) as connector:
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


@command(app, "show", example=f"datenkontor negotiation show {EXAMPLE}")
def show(call: CommandCall, negotiation: NegotiationArgument) -> None:
    """Show one negotiation: its state, the terms on the table, and what it waits for."""
    with connect(call) as connector:
        found = connector.negotiations.show(negotiation)
        fields = _shown(call, connector, found)
    call.output.details(found, fields(found))


@command(app, "wait", example=f"datenkontor negotiation wait {EXAMPLE} --timeout 300")
def wait(
    call: CommandCall,
    negotiation: NegotiationArgument,
    state: Annotated[NegotiationState | None, typer.Option(help="Wait for this state; else for the end.")] = None,
    timeout: TimeoutOption = 60.0,
) -> None:
    """Wait until a negotiation has ended or waits for a person here.

    Ends with 0 when it is finalized, 4 when it was ended, 6 when somebody still has to act.
    """
    wanted = state.value if state else None
    with connect(call) as connector:
        found = connector.negotiations.wait(negotiation, timeout_s=timeout, states=[wanted] if wanted else ())
        fields = _shown(call, connector, found)
    report_waited(call, found, timeout, fields, wanted)


@command(app, "approve", example=f"datenkontor negotiation approve {EXAMPLE}")
def approve(call: CommandCall, negotiation: NegotiationArgument) -> None:
    """Say yes where a person is asked: agree, accept, verify or finalize, as the state has it."""
    with connect(call) as connector:
        report_state(call, connector.negotiations.approve(negotiation))


@command(app, "reject", example=f"datenkontor negotiation reject {EXAMPLE} --reason 'Nur für Forschung' --yes")
def reject(
    call: CommandCall, negotiation: NegotiationArgument, reason: ReasonOption = None, yes: YesOption = False
) -> None:
    """Say no where a person is asked: the negotiation ends, and the counter-party is told the reason."""
    call.output.confirm(call.output.say("ask-reject", id=negotiation), yes)
    with connect(call) as connector:
        report_state(call, connector.negotiations.reject(negotiation, reason=reason))


@command(app, "counter", example=f"datenkontor negotiation counter {EXAMPLE} --policy terms.json")
def counter(
    call: CommandCall,
    negotiation: NegotiationArgument,
    policy: Annotated[Path | None, typer.Option(metavar="FILE", help="ODRL Offer as JSON.")] = None,
) -> None:
    """Answer with other terms: as provider with a counter-offer, as consumer with a counter-request."""
    asked = read_policy(policy)
    if asked is None:
        raise Failure(Code.USAGE, "Say which terms: --policy FILE.")
    with connect(call) as connector:
        report_state(call, connector.negotiations.counter(negotiation, asked))


@command(app, "terminate", example=f"datenkontor negotiation terminate {EXAMPLE} --reason 'Kein Bedarf mehr' --yes")
def terminate(
    call: CommandCall, negotiation: NegotiationArgument, reason: ReasonOption = None, yes: YesOption = False
) -> None:
    """End a negotiation for good; the counter-party is told the reason."""
    call.output.confirm(call.output.say("ask-terminate", id=negotiation), yes)
    with connect(call) as connector:
        report_state(call, connector.negotiations.terminate(negotiation, reason=reason))


def _shown(call: CommandCall, connector: Connector, found: Negotiation) -> Callable[[Negotiation], dict[str, object]]:
    """Return what shows a negotiation, with the terms on the table in the language of the call."""
    lang = call.output.lang
    terms = "" if call.output.json else say_policies(connector, [found.offer], lang)[0]
    return lambda process: _fields(process, terms, lang)


def _decided(decision: Decision, lang: str) -> str:
    return f"{moment(decision.at)} {decision.event}: {' '.join(decision.texts.get(lang, ()))}"


def _fields(found: Negotiation, terms: str, lang: str) -> dict[str, object]:
    return {
        "id": found.id,
        "role": found.role,
        "state": found.state,
        "peer": found.peer,
        "dataset": found.dataset,
        "terms": terms,
        "offered by": found.offered_by,
        "rounds": found.rounds,
        "agreement": found.agreement_id,
        "decisions": [_decided(decision, lang) for decision in found.decisions],
        **to_common_fields(found, lang),
    }
