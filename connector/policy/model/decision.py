"""The result of a decision: verdict, reasons, duties, transforms, row filter and explanation.

ODRL Information Model 2.2, sections 2.6 and 2.7. Pure: standard library and msgspec only.
"""

from datetime import datetime
from enum import Enum
from typing import Literal, TypeAlias

import msgspec

from connector.policy.model.literals import to_lexical
from connector.policy.model.policy import Constraint
from connector.policy.model.situation import Truth
from connector.policy.model.values import Value

ENGINE_VERSION = "2"
"""Changes when the same policy, request and world can give another verdict; recorded with every decision."""


class Verdict(Enum):
    """PERMIT now; DEFERRED until facts are known that nobody can know yet; DENY."""

    PERMIT = "permit"
    DEFERRED = "deferred"
    DENY = "deny"


class DutyMode(Enum):
    """The effect of a permission's duty: it comes first (the product's reading), or it only must not be violated."""

    PRECONDITION = "precondition"
    NOT_VIOLATED = "not_violated"


class Reason(msgspec.Struct, frozen=True):
    """One reason for a decision, as a value; `words` turns it into sentences.

    Codes: `permitted`, `prohibited`, `no-rule-matches`, `constraint-false`, `constraint-unknown`,
    `duty-not-performed`, `duty-lost` (it can no longer be fulfilled),
    `void`, `conflict`, `offer-is-no-grant`, `transform-unavailable`, `row-filter-unavailable`.

    Parameters:
        code: one of the above.
        rule: uid of the rule, or empty.
        atom: path of the constraint in the normal form, or the uid of the duty, or empty.
        operand: IRI of the left operand if the reason is a constraint.
        expected: operator and right operand in words of the standard.
        found: the values seen, empty if Unknown or not looked up.
    """

    code: str
    rule: str = ""
    atom: str = ""
    operand: str = ""
    expected: str = ""
    found: tuple[Value, ...] = ()

    def __str__(self) -> str:
        subject = f" by rule {self.rule}" if self.rule else ""
        if self.operand:
            seen = f", found {', '.join(_show(value) for value in self.found)}" if self.found else ""
            return f"{_SENTENCES[self.code]}{subject}: {self.operand} {self.expected}{seen}."
        return f"{_SENTENCES.get(self.code, self.code)}{subject}{f' ({self.atom})' if self.atom else ''}."


_SENTENCES = {
    "permitted": "The request is permitted",
    "prohibited": "The request is prohibited",
    "no-rule-matches": "No permission of the policy covers this action, target and party",
    "constraint-false": "A constraint is not met",
    "constraint-unknown": "A constraint cannot be checked yet",
    "duty-not-performed": "A duty has to be performed first",
    "duty-lost": "A duty that comes first can no longer be fulfilled",
    "void": "The policy is void",
    "conflict": "The policy is void, because a permission and a prohibition conflict",
    "offer-is-no-grant": "An offer grants nothing before it is agreed",
    "transform-unavailable": "The data plane cannot apply a transform that the policy demands",
    "row-filter-unavailable": "The data plane cannot leave out single records as the policy demands",
}


def _show(value: Value) -> str:
    unit = getattr(value, "unit", "")
    return to_lexical(value)[0] + (f" {unit}" if unit else "")


DutyRole: TypeAlias = Literal["obligation", "duty", "remedy", "consequence"]


EvaluatedDutyState: TypeAlias = Literal["inactive", "active", "fulfilled", "violated"]


class DutyTask(msgspec.Struct, frozen=True):
    """A duty that somebody has to perform, and its state.

    Parameters:
        uid: key of the duty in the ledger.
        role: its place in the policy.
        action: canonical IRI of what has to be done.
        state: where the ledger and the clock put it.
        assignee: who has to do it, empty if the policy does not say.
        deadline: first instant at which it is too late, None without a deadline.
        parameters: its constraints and refinements that say how (fields, address, log level).
    """

    uid: str
    role: DutyRole
    action: str
    state: EvaluatedDutyState
    assignee: str = ""
    deadline: datetime | None = None
    parameters: tuple[Constraint, ...] = ()


class RequiredTransform(msgspec.Struct, frozen=True):
    """A change that the data plane makes to the data on the way, with the constraints that are its parameters."""

    name: str
    duty: str
    parameters: tuple[Constraint, ...] = ()


class RowFilter(msgspec.Struct, frozen=True):
    """The test of records that may leave: each of `keep` is True for the record, and each group of `drop` False."""

    keep: tuple[Constraint, ...] = ()
    drop: tuple[tuple[Constraint, ...], ...] = ()


class Counter(msgspec.Struct, frozen=True):
    """A counter that the store bumps atomically after a PERMIT at access; if the bump fails, decide again.

    Parameters:
        fact: name of the counter, `<operand>:<rule uid>`.
        step: how much this use adds; 0 if the meter adds while bytes flow.
        limit: the counter must not exceed this after the bump; None if the policy sets no upper bound.
        exact: a limit alone does not say what is allowed (a choice, an equality, a prohibition): the bump has to find
            the counter as it was handed in as a fact.
    """

    fact: str
    step: int
    limit: int | None
    exact: bool = False


class Decision(msgspec.Struct, frozen=True):
    """The answer to a request.

    Parameters:
        verdict: PERMIT, DEFERRED or DENY.
        reasons: why, most important first.
        valid_until: first instant at which the answer may differ although no fact changes; None for never.
        duties: what has to be performed or scheduled; on DENY the duties that stand in the way.
        transforms: what the data plane does, in order.
        row_filter: which records may leave, or None for all.
        deferred: what is still Unknown (never at access).
        counters: what the store bumps if this is a PERMIT at access.
        contractual: paths of constraints that only the contract enforces.
        policy_hash: sha256 of the normal form, hexadecimal.
        engine_version: version of the semantics.
    """

    verdict: Verdict
    reasons: tuple[Reason, ...]
    valid_until: datetime | None
    duties: tuple[DutyTask, ...]
    transforms: tuple[RequiredTransform, ...]
    row_filter: RowFilter | None
    deferred: tuple[Reason, ...]
    counters: tuple[Counter, ...]
    contractual: tuple[str, ...]
    policy_hash: str
    engine_version: str = ENGINE_VERSION


class AtomVerdict(msgspec.Struct, frozen=True):
    """One constraint of the normal form with its verdict; `children` for a logical constraint."""

    path: str
    constraint: Constraint
    verdict: Truth
    found: tuple[Value, ...] = ()
    children: tuple["AtomVerdict", ...] = ()


class RuleVerdict(msgspec.Struct, frozen=True):
    """One rule of the normal form, judged for the request.

    `active` leaves out who asks for what (formal semantics: activation state); `applies` is active and matched.
    """

    uid: str
    kind: Literal["permission", "prohibition"]
    action_matches: bool
    target_matches: bool
    assignee_matches: bool
    refinements: tuple[AtomVerdict, ...]
    constraints: tuple[AtomVerdict, ...]
    duties: tuple[DutyTask, ...]
    active: Truth
    applies: Truth


class Explanation(msgspec.Struct, frozen=True):
    """A decision together with the verdict of every rule and every constraint."""

    decision: Decision
    rules: tuple[RuleVerdict, ...]
