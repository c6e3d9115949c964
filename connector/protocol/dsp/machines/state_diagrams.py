"""The state machines as diagrams and tables: docs/protocol/states.md, generated from the tables of the machines.

Dataspace Protocol 2025-1, Contract Negotiation Protocol and Transfer Process Protocol.

Pure: tables in, text out.
"""

from collections.abc import Iterator

from connector.protocol.dsp.machines.machine import StateMachine, Transition
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, TransferState

_HEAD = """# State machines

The two state machines of the Dataspace Protocol 2025-1, as this connector implements them. This page is generated from
the tables `negotiation_machine.py` and `transfer_machine.py` in `connector/protocol/dsp/machines`, by
`state_diagrams.py`.

A transition is caused by a message; its letter names the sender: C for the consumer, P for the provider. A state
changes when the message is acknowledged ([ADR 2](../adr/0002-state-on-acknowledgement.md)). A termination is sent only
by these transitions; from the peer, it is accepted in every state that is not final.
[ADR 3](../adr/0003-doubt-crossing-repeats.md) describes lost, repeated and crossing messages.

A message with content contains data that the state does not show, such as an offer or an address. Its transition is
never inferred from the state of the peer.
"""


def render_markdown() -> str:
    """Return docs/protocol/states.md."""
    chapters = (
        ("Contract negotiation", NEGOTIATION, tuple(NegotiationState)),
        ("Transfer process", TRANSFER, tuple(TransferState)),
    )
    lines = [_HEAD]
    for title, table, states in chapters:
        lines += [f"## {title}", "", "```mermaid", render_diagram(table), "```", ""]
        lines += [
            "| from | message | sender | to | content |",
            "|---|---|---|---|---|",
            *map(_row, table.transitions),
            "",
        ]
        final = ", ".join(state for state in states if state in table.terminal)
        lines += [f"Final: {final}.{_crossing(table)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def render_diagram(table: StateMachine) -> str:
    """Return a state machine as a Mermaid diagram; transitions between the same states share a line."""
    labels: dict[tuple[str, str], list[str]] = {}
    for transition in table.transitions:
        label = f"{transition.sender[0].upper()} {_short(transition.message)}"
        labels.setdefault((transition.source or "[*]", transition.target), []).append(label)
    return "\n".join(
        ["stateDiagram-v2", *_list_lines(labels), *(f"    {state} --> [*]" for state in sorted(table.terminal))]
    )


def _list_lines(labels: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    for (source, target), texts in labels.items():
        yield f"    {source} --> {target}: {', '.join(texts)}"


def _short(message: str) -> str:
    """Return the distinctive part of the name of a message; for an event message, the type of the event."""
    name, _, event = message.partition(":")
    return event or name.removeprefix("Contract").removeprefix("Negotiation").removeprefix("Transfer").removesuffix(
        "Message"
    )


def _row(transition: Transition) -> str:
    content = "yes" if transition.has_content else ""
    source, target = transition.source or "none", transition.target
    return f"| {source} | `{transition.message}` | {transition.sender} | {target} | {content} |"


def _crossing(table: StateMachine) -> str:
    if len(table.ranks) < 2:
        return " If messages cross, a termination takes precedence over all others."
    ranked = sorted(table.ranks, key=lambda message: -table.ranks[message])
    return f" Precedence of crossing messages: {' before '.join(_short(message) for message in ranked)}."
