"""The state tables as pictures and words: docs/protocol/states.md, made from the same arrows that the machine obeys.

Dataspace Protocol 2025-1, Contract Negotiation Protocol and Transfer Process Protocol. Pure: tables in, text out.
"""

from collections.abc import Iterator

from connector.protocol.dsp.machines.machine import Move, StateMachine
from connector.protocol.dsp.machines.negotiation_machine import NEGOTIATION, NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TRANSFER, TransferState

_HEAD = """# States

The two state figures of the Dataspace Protocol 2025-1 as this connector obeys them. This page is made from the tables
in `negotiation_machine.py` and `transfer_machine.py` of `connector/protocol/dsp/machines` (by its `figures.py`), so it
cannot say anything else than the code does.

An arrow is a message; the letter before it says who may send it: C the consumer, P the provider. A state changes when
the message is acknowledged and not before ([ADR 2](../adr/0002-state-on-acknowledgement.md)). A termination is sent by
these arrows only, and accepted from the peer in every state that is not final. What happens to lost, repeated and
crossing messages is in [ADR 3](../adr/0003-doubt-crossing-repeats.md).

`bears` marks an arrow whose message brings what the state alone does not tell: it is never inferred from the peer's
state.
"""


def render_markdown() -> str:
    """Return docs/protocol/states.md."""
    chapters = (
        ("Contract negotiation", NEGOTIATION, tuple(NegotiationState)),
        ("Transfer process", TRANSFER, tuple(TransferState)),
    )
    lines = [_HEAD]
    for title, table, states in chapters:
        lines += [f"## {title}", "", "```mermaid", diagram(table), "```", ""]
        lines += ["| from | message | sender | to | bears |", "|---|---|---|---|---|", *map(_row, table.moves), ""]
        final = ", ".join(state for state in states if state in table.terminal)
        lines += [f"Final: {final}.{_crossing(table)}", ""]
    return "\n".join(lines).rstrip() + "\n"


def diagram(table: StateMachine) -> str:
    """Return the figure of a table as a mermaid state diagram; arrows between the same states share a line."""
    labels: dict[tuple[str, str], list[str]] = {}
    for move in table.moves:
        label = f"{move.sender[0].upper()} {_short(move.message)}"
        labels.setdefault((move.source or "[*]", move.target), []).append(label)
    return "\n".join(
        ["stateDiagram-v2", *_arrows(labels), *(f"    {state} --> [*]" for state in sorted(table.terminal))]
    )


def _arrows(labels: dict[tuple[str, str], list[str]]) -> Iterator[str]:
    for (source, target), texts in labels.items():
        yield f"    {source} --> {target}: {', '.join(texts)}"


def _short(message: str) -> str:
    """Return the part of a message's name that tells it from the others of its figure; an event's type for an event."""
    name, _, event = message.partition(":")
    return event or name.removeprefix("Contract").removeprefix("Negotiation").removeprefix("Transfer").removesuffix(
        "Message"
    )


def _row(move: Move) -> str:
    bears = "yes" if move.bears else ""
    return f"| {move.source or 'none'} | `{move.message}` | {move.sender} | {move.target} | {bears} |"


def _crossing(table: StateMachine) -> str:
    if len(table.ranks) < 2:
        return " Where messages cross, a termination goes before all others."
    ranked = sorted(table.ranks, key=lambda message: -table.ranks[message])
    return f" Where messages cross: {' before '.join(_short(message) for message in ranked)}."
