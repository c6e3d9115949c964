"""Duties as facts: the duties that the ledger records as performed, and those that this connector performs."""

from collections.abc import Iterable, Mapping

from connector.controlplane.core.instants import instant
from connector.policy.compiling.compiled import CompiledDuty
from connector.policy.model.literals import to_lexical
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.situation import Performance
from connector.ports.actions import Executor
from connector.ports.entities import DutyEvent, DutyState


def find_performed(ledger: Iterable[DutyEvent], occasion: str) -> dict[str, Performance]:
    """Return the entries of the ledger on each duty, in general and for one transfer (`occasion`)."""
    found: dict[str, Performance] = {}
    for event in ledger:
        if event.occasion in {"", occasion} and event.state is not DutyState.ACTIVE:
            at, known = instant(event.at), found.get(event.duty, Performance())
            violated = event.state is DutyState.VIOLATED
            found[event.duty] = Performance(
                fulfilled_at=known.fulfilled_at if violated else at, violated_at=at if violated else known.violated_at
            )
    return found


def is_performed_here(duty: CompiledDuty, executors: Mapping[str, Executor]) -> bool:
    """Return whether an executor performs a duty; a person performs every other duty, and confirms it."""
    executor = executors.get(duty.duty.action[0].iri)
    return executor is not None and executor.performs(read_parameters(duty))


def is_for_a_person_here(duty: CompiledDuty, executors: Mapping[str, Executor], participant: str) -> bool:
    """Return whether a person of this participant has to perform a duty."""
    assignee = duty.duty.assignee[0].uid if duty.duty.assignee else ""
    return assignee == participant and not is_performed_here(duty, executors)


def read_parameters(duty: CompiledDuty) -> dict[str, tuple[str, ...]]:
    """Return the parameters of a duty as texts, by the last part of the left operand's IRI."""
    parameters: dict[str, tuple[str, ...]] = {}
    for entry in duty.parameters:
        if isinstance(entry, AtomicConstraint):
            name = entry.left.rpartition("#")[2].rpartition("/")[2]
            parameters[name] = (*parameters.get(name, ()), *(to_lexical(value)[0] for value in entry.right))
    return parameters
