"""Compiled policies as values: rules, duties and the policy as a whole.

ODRL Information Model 2.2, sections 2.1 and 2.6. Pure: standard library and msgspec only.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Literal

import msgspec

from connector.policy.comparing.atom import Flip, Test
from connector.policy.compiling.checks import Check
from connector.policy.model.decision import Counter, DutyMode, DutyRole, Reason
from connector.policy.model.literals import add_duration, find_next
from connector.policy.model.policy import ConflictStrategy, Constraint, Duty, Permission, Policy, Prohibition
from connector.policy.model.situation import Request, Truth, World
from connector.policy.model.values import Duration
from connector.policy.vocabulary.registry import Registry


def _is_always(_request: Request, _world: World) -> Truth:
    return True


class CompiledDuty(msgspec.Struct, frozen=True):
    """A duty with its conditions.

    Parameters:
        duty: of the normal form.
        role: its place in the policy.
        checks: whether it applies at all, without deadlines and parameters.
        test: all of these.
        deadline: first instant at which it is too late, as far as the policy fixes it.
        elapsed: spans after the agreement within which it has to be performed, and whether their end is included.
        parameters: constraints and refinements that say how it is done.
        transform: the transform that performs it on the way, or empty.
        consequences: what has to be done as well once it is violated.
        counters: what a use adds to the counters it reads.
        timely: of the duty of a permission, at which time it is performed, without deadlines.
        met: all of these.
        turns: the next instants at which these can change although no fact changes.
        others: of the duty of a permission, the constraints that neither lift nor limit it.
    """

    duty: Duty
    role: DutyRole
    checks: tuple[Check, ...]
    test: Test
    deadline: datetime | None
    elapsed: tuple[tuple[Duration, bool], ...]
    parameters: tuple[Constraint, ...]
    transform: str
    consequences: tuple["CompiledDuty", ...]
    counters: tuple[Counter, ...] = ()
    timely: tuple[Check, ...] = ()
    met: Test = _is_always
    turns: tuple[Flip, ...] = ()
    others: tuple[Constraint, ...] = ()


class CompiledRule(msgspec.Struct, frozen=True):
    """A permission or prohibition, ready to be matched and asked.

    Parameters:
        uid: of the rule; parts of one split rule share it.
        kind: permission or prohibition.
        rule: of the normal form.
        covers: every spelling of every action that falls under its action; None for any.
        target: asset or asset collection; None for any.
        assignee: party or party collection; None for anyone.
        refinements: of action, target and parties.
        constraints: those that are decided for the request as a whole.
        ordered: refinements and constraints, the cheap ones first.
        tests: their tests.
        rows: constraints that are decided for each record.
        duties: of a permission what comes first, of a prohibition its remedies.
        counters: what a use under this rule adds.
        leaves: how many atomic constraints it has.
        permitted: the reason it gives for a grant.
    """

    uid: str
    kind: Literal["permission", "prohibition"]
    rule: Permission | Prohibition
    covers: frozenset[str] | None
    target: str | None
    assignee: str | None
    refinements: tuple[Check, ...]
    constraints: tuple[Check, ...]
    ordered: tuple[Check, ...]
    tests: tuple[Test, ...]
    rows: tuple[Constraint, ...]
    duties: tuple[CompiledDuty, ...]
    counters: tuple[Counter, ...]
    leaves: int
    permitted: tuple[Reason, ...]


class Compiled(msgspec.Struct, frozen=True):
    """A policy that can be asked.

    Parameters:
        policy: the normal form.
        registry: with which it was read.
        void: why it grants nothing at all, or None.
        conflict: strategy in force.
        permissions, prohibitions, obligations: compiled rules.
        duty_mode: how duties of permissions count.
        edges: instants at which the time alone can change a verdict, sorted.
        flips: the same for what depends on the world.
        facts: names of the facts that are read, for whoever gathers them.
        counters: counters that the store keeps; each starts at zero and is handed in as a fact.
        counted: whether anything but permissions counts uses.
        contractual: paths of the constraints that only the contract enforces.
        effects: whether a grant can come with transforms, row filters or tasks.
        policy_hash: sha256 of the normal form, hexadecimal.
    """

    policy: Policy
    registry: Registry
    void: Reason | None
    conflict: ConflictStrategy
    permissions: tuple[CompiledRule, ...]
    prohibitions: tuple[CompiledRule, ...]
    obligations: tuple[CompiledDuty, ...]
    duty_mode: DutyMode
    edges: tuple[datetime, ...]
    flips: tuple[Flip, ...]
    facts: frozenset[str]
    counters: tuple[Counter, ...]
    counted: bool
    contractual: tuple[str, ...]
    effects: bool
    policy_hash: str


def walk_duties(policy: Compiled) -> Iterator[CompiledDuty]:
    """Yield the duties that the rules of a policy state: obligations, duties of permissions, then remedies.

    Each rule yields its own, so a duty that two permissions share comes twice. Consequences are not among them.

    >>> policy = compiled(prohibition=[{"action": "odrl:sell", "remedy": [{"action": "odrl:inform"}]}])
    >>> [(duty.role, duty.duty.uid) for duty in walk_duties(policy)]
    [('remedy', 'prohibition/0/remedy/0')]
    """
    yield from policy.obligations
    for rule in (*policy.permissions, *policy.prohibitions):
        yield from rule.duties


def list_duties(policy: Compiled) -> list[CompiledDuty]:
    """Return every duty that a party may have to perform, each once: also remedies, and consequences at the end.

    An obligation or a duty that the data plane performs as a transform is not a task of a party, and neither are its
    consequences. No transform performs a remedy or a consequence, so these always are tasks.

    >>> late = {"action": "odrl:delete", "consequence": [{"action": "odrl:compensate"}]}
    >>> [duty.role for duty in list_duties(compiled(obligation=[late]))]
    ['obligation', 'consequence']
    """
    waiting = [duty for duty in walk_duties(policy) if duty.role == "remedy" or not duty.transform]
    found: dict[str, CompiledDuty] = {}
    while waiting:
        for duty in waiting:
            found.setdefault(duty.duty.uid, duty)
        waiting = [consequence for duty in waiting for consequence in duty.consequences]
    return list(found.values())


def find_deadline(duty: CompiledDuty, agreed_at: datetime | None) -> datetime | None:
    """Return the first instant at which a duty is late; None without a deadline that is known at this time.

    >>> late = {"action": "odrl:delete", "constraint": [constraint("odrl:elapsedTime lt P1D")]}
    >>> find_deadline(compiled(obligation=[late]).obligations[0], noon).isoformat()
    '2026-05-05T12:00:00+00:00'
    """
    found = duty.deadline
    if agreed_at is not None:
        for span, included in duty.elapsed:
            end = add_duration(agreed_at, span)
            if end is not None and included:
                end = find_next(end)
            if end is not None and (found is None or end < found):
                found = end
    return found
