"""The ODRL information model as frozen values: policies, rules and constraints.

ODRL Information Model 2.2, sections 2.1 to 2.7.

`load` builds these values from a document. `to_normal` converts them to the normal form, which has the same types: each
rule has one action and at most one target, assigner and assignee, literals are typed, and every rule and duty has a
uid. `compile_policy`, the analysis and the plain-language texts work on the normal form. All ODRL terms are full IRIs,
except operators, logical operands and conflict strategies, which are the bare names of the standard (`lteq`, `and`,
`prohibit`).

Pure: standard library and msgspec only.
"""

from datetime import datetime
from typing import Literal, TypeAlias

import msgspec

from connector.policy.model.values import Value

ODRL = "http://www.w3.org/ns/odrl/2/"


EVERYBODY = ODRL + "All"
"""As an assignee it means anybody (ODRL Vocabulary 2.2, scope)."""


UNDECIDABLE_SCOPES = frozenset(
    ODRL + name for name in ("Individual", "Group", "AllConnections", "All2ndConnections", "AllGroups")
)
"""The other scopes of the vocabulary: no connector knows the groups and connections of a party."""


PROFILE = "https://w3id.org/datenkontor/policy/1"


DK = PROFILE + "#"


PolicyKind: TypeAlias = Literal["Set", "Offer", "Agreement"]


LogicalOperand: TypeAlias = Literal["and", "or", "xone", "andSequence"]


ConflictStrategy: TypeAlias = Literal["perm", "prohibit", "invalid"]


Operator: TypeAlias = Literal[
    "eq", "neq", "lt", "lteq", "gt", "gteq", "isA", "isAnyOf", "isAllOf", "isNoneOf", "isPartOf", "hasPart"
]


class AtomicConstraint(msgspec.Struct, frozen=True, tag="atomic"):
    """One comparison (section 2.5.1); `right` holds one value, or several for the set operators.

    `reference` is a rightOperandReference: it is kept so that it can be refused with a name, never followed.
    """

    left: str
    operator: str
    right: tuple[Value, ...]
    unit: str = ""
    data_type: str = ""
    reference: str = ""
    uid: str = ""


class LogicalConstraint(msgspec.Struct, frozen=True, tag="logical"):
    """Two or more constraints under one logical operand (section 2.5.2)."""

    operand: LogicalOperand
    constraints: tuple["Constraint", ...]
    uid: str = ""


Constraint: TypeAlias = AtomicConstraint | LogicalConstraint


class Action(msgspec.Struct, frozen=True):
    """An action and the refinements that narrow it (section 2.4)."""

    iri: str
    refinement: tuple[Constraint, ...] = ()


class Target(msgspec.Struct, frozen=True):
    """An asset or asset collection (section 2.2); a collection with a refinement is named by its `source`, which
    is `uid` here.
    """

    uid: str
    collection: bool = False
    refinement: tuple[Constraint, ...] = ()


class Party(msgspec.Struct, frozen=True):
    """A party or party collection (section 2.3)."""

    uid: str
    collection: bool = False
    refinement: tuple[Constraint, ...] = ()


class PartyFunction(msgspec.Struct, frozen=True):
    """A party in a function beside assigner and assignee, for example `informedParty` (full IRI)."""

    function: str
    party: Party


class Duty(msgspec.Struct, frozen=True, kw_only=True):
    """An obligation of the policy, the duty of a permission, a remedy of a prohibition or a consequence of a duty
    (section 2.6.3 to 2.6.7).
    """

    action: tuple[Action, ...] = ()
    target: tuple[Target, ...] = ()
    assigner: tuple[Party, ...] = ()
    assignee: tuple[Party, ...] = ()
    functions: tuple[PartyFunction, ...] = ()
    constraint: tuple[Constraint, ...] = ()
    consequence: tuple["Duty", ...] = ()
    uid: str = ""


class Permission(msgspec.Struct, frozen=True, kw_only=True):
    """A permission: an action is allowed, under constraints and with duties that come first (section 2.6.1)."""

    action: tuple[Action, ...] = ()
    target: tuple[Target, ...] = ()
    assigner: tuple[Party, ...] = ()
    assignee: tuple[Party, ...] = ()
    functions: tuple[PartyFunction, ...] = ()
    constraint: tuple[Constraint, ...] = ()
    duty: tuple[Duty, ...] = ()
    uid: str = ""


class Prohibition(msgspec.Struct, frozen=True, kw_only=True):
    """A prohibition: an action is not allowed, with the remedies if it happens nevertheless (section 2.6.2)."""

    action: tuple[Action, ...] = ()
    target: tuple[Target, ...] = ()
    assigner: tuple[Party, ...] = ()
    assignee: tuple[Party, ...] = ()
    functions: tuple[PartyFunction, ...] = ()
    constraint: tuple[Constraint, ...] = ()
    remedy: tuple[Duty, ...] = ()
    uid: str = ""


Rule: TypeAlias = Permission | Prohibition | Duty


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """A Set, Offer or Agreement (section 2.1).

    `action`, `target`, `assigner` and `assignee` are the properties of a compact policy; the normal form has pushed
    them into the rules.
    `prefixes` is what an inline `@context` said about names; `about` keeps descriptive members (title, issued …) that
    no decision reads.
    `notes` tells a person what was read leniently.
    """

    kind: PolicyKind
    uid: str
    profiles: tuple[str, ...] = ()
    conflict: ConflictStrategy | None = None
    inherit_from: tuple[str, ...] = ()
    replaced_by: str = ""
    action: tuple[Action, ...] = ()
    target: tuple[Target, ...] = ()
    assigner: tuple[Party, ...] = ()
    assignee: tuple[Party, ...] = ()
    functions: tuple[PartyFunction, ...] = ()
    permission: tuple[Permission, ...] = ()
    prohibition: tuple[Prohibition, ...] = ()
    obligation: tuple[Duty, ...] = ()
    timestamp: datetime | None = None
    prefixes: tuple[tuple[str, str], ...] = ()
    about: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()
