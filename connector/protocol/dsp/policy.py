"""Typed views of the policies inside messages (Dataspace Protocol 2025-1, lower level types; ODRL 2.2).

A policy stays raw JSON in its message, so no member is lost. These views check that it has the form of the standard
in its one spelling (`spelling`), and contain only the members that the standard names. The policy engine interprets a
policy.

Pure: standard library and msgspec only.
"""

from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from connector.protocol.dsp.common import read_view
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.identifiers import check_identifier, check_uri
from connector.protocol.dsp.spelling import LOGICAL_OPERATORS, RULES, shorten_term, spell
from connector.protocol.dsp.timestamps import read_timestamp

_LOGICAL = frozenset(LOGICAL_OPERATORS)
_FRAME = frozenset({"target", "assigner", "assignee", "timestamp"})
_ATOMIC_MEMBERS = frozenset({"leftOperand", "operator", "rightOperand"})

P = TypeVar("P", bound="MessagePolicy")


class MessageOperator(StrEnum):
    """The operators of an atomic constraint; `term-lteq`, an error of the official schema, is only read."""

    EQ = "eq"
    NEQ = "neq"
    LT = "lt"
    LTEQ = "lteq"
    TERM_LTEQ = "term-lteq"
    GT = "gt"
    GTEQ = "gteq"
    IS_A = "isA"
    HAS_PART = "hasPart"
    IS_PART_OF = "isPartOf"
    IS_ALL_OF = "isAllOf"
    IS_ANY_OF = "isAnyOf"
    IS_NONE_OF = "isNoneOf"


class MessageAtomicConstraint(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """One comparison: left operand, operator, right operand."""

    left_operand: str
    operator: MessageOperator
    right_operand: str | dict[str, Any] | list[Any]


class _AtomicConstraints(msgspec.Struct, frozen=True):
    constraint: tuple[MessageAtomicConstraint, ...]


class MessageLogicalConstraint(msgspec.Struct, frozen=True, kw_only=True):
    """Constraints under one of the operators `and`, `andSequence`, `or`, `xone`."""

    operator: str
    constraints: tuple["MessageAtomicConstraint | MessageLogicalConstraint", ...]


class MessageRule(msgspec.Struct, frozen=True, kw_only=True):
    """A permission, prohibition or duty; its constraints are read with `constraint_view`."""

    action: str
    constraint: tuple[Any, ...] = ()


_Rules = Annotated[tuple[MessageRule, ...], msgspec.Meta(min_length=1)]


class MessagePolicy(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """The common part of offers and agreements: an identifier and at least one permission or prohibition."""

    id: str = msgspec.field(name="@id")
    profile: str | tuple[str, ...] = ()
    permission: _Rules = ()
    prohibition: _Rules = ()
    obligation: _Rules = ()

    def __post_init__(self) -> None:
        if not self.permission and not self.prohibition:
            raise ValueError("Expected a permission or a prohibition")


class Offer(MessagePolicy, frozen=True, kw_only=True):
    """An offer in a catalogue. Its target is the dataset that contains it, so it must not name one."""

    type: Literal["Offer"] = msgspec.field(name="@type", default="Offer")
    target: Any = msgspec.UNSET

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.target is not msgspec.UNSET:
            raise ValueError("Expected no target in an offer of a catalogue")


class MessageOffer(MessagePolicy, frozen=True, kw_only=True):
    """An offer in a negotiation message."""

    type: Literal["Offer"] = msgspec.field(name="@type")
    target: str | None = None
    assigner: str | None = None
    assignee: str | None = None


class MessageAgreement(MessagePolicy, frozen=True, kw_only=True):
    """A policy that both sides agreed. `timestamp` is an XSD dateTime as text."""

    type: Literal["Agreement"] = msgspec.field(name="@type")
    target: str
    assigner: str
    assignee: str
    timestamp: str


def policy_view(kind: type[P], document: object, path: str = "$") -> P:
    """Read a policy, raw or parsed JSON, as `Offer`, `MessageOffer` or `MessageAgreement`.

    :raises RemoteProtocolError: with the JSON path, if the policy does not have the form of the standard.
    """
    value = document
    if isinstance(document, bytes | msgspec.Raw):
        value = read_json(document, path)
    policy: dict[str, Any] = _spell(value) if isinstance(value, dict) else {}
    view = read_view(kind, policy or value, path)
    for name in ("permission", "prohibition", "obligation"):
        rules: tuple[MessageRule, ...] = getattr(view, name)
        for index, rule in enumerate(rules):
            if rule.constraint:
                _check_constraints(rule.constraint, f"{path}.{name}[{index}]")
    if kind is not Offer:
        _check_frame(policy, path)
        _check_identifiers(view, path)
        _refuse_targets(policy, path)
    return view


def _spell(policy: dict[str, Any]) -> dict[str, Any]:
    kind = policy.get("@type")
    return spell({**policy, "@type": shorten_term(kind)} if isinstance(kind, str) else policy)


def _check_frame(policy: dict[str, Any], path: str) -> None:
    """Refuse a member of the frame in another spelling: some readers would see it, and others miss it."""
    for name in policy:
        if name not in _FRAME and shorten_term(name) in _FRAME:
            raise RemoteProtocolError(f"{path} has the member {name}: write it as {shorten_term(name)}.")


def _check_identifiers(view: MessagePolicy, path: str) -> None:
    """Check the identifiers in the policy of a message, and the time of an agreement."""
    if isinstance(view, MessageAgreement):
        check_uri(view.id, f"{path}.@id")
        if read_timestamp(view.timestamp) is None:
            raise RemoteProtocolError(f"{path}.timestamp is not a time that exists: expected an xsd:dateTime.")
    else:
        check_identifier(view.id, f"{path}.@id")
    for name in ("target", "assigner", "assignee"):
        value = getattr(view, name)
        if value is not None:
            check_identifier(value, f"{path}.{name}")


def _refuse_targets(policy: dict[str, Any], path: str) -> None:
    """Refuse a rule with a target of its own: the policy has one target, and a reader could miss the other."""
    for name in sorted(RULES):
        rules = policy.get(name)
        for index, rule in enumerate(rules if isinstance(rules, list) else ()):
            if isinstance(rule, dict):
                place = f"{path}.{name}[{index}]"
                if "target" in rule:
                    raise RemoteProtocolError(f"{place} has a target: expected it only in the policy itself.")
                _refuse_targets(rule, place)


def _check_constraints(constraints: tuple[Any, ...], path: str) -> None:
    """Check the constraints of a rule; if none is a logical one, as usual, all in one step."""
    for constraint in constraints:
        if not isinstance(constraint, dict) or not _LOGICAL.isdisjoint(constraint):
            break
    else:
        read_view(_AtomicConstraints, {"constraint": constraints}, path)
        return
    for place, constraint in enumerate(constraints):
        constraint_view(constraint, f"{path}.constraint[{place}]")


def constraint_view(value: object, path: str = "$") -> MessageAtomicConstraint | MessageLogicalConstraint:
    """Read parsed JSON as a constraint of either kind.

    :raises RemoteProtocolError: if it is neither kind, and if it is written as both, because its meaning would depend
        on the reader.
    """
    if not isinstance(value, dict):
        raise RemoteProtocolError(f"{path} is not a constraint: expected a JSON object.")
    logical = [name for name in LOGICAL_OPERATORS if name in value]
    if not logical:
        return read_view(MessageAtomicConstraint, value, path)
    if len(logical) > 1 or value.keys() >= _ATOMIC_MEMBERS:
        raise RemoteProtocolError(
            f"{path} mixes kinds of constraint: write one comparison or one of {', '.join(LOGICAL_OPERATORS)}."
        )
    (operator,) = logical
    members = value[operator]
    if not isinstance(members, list):
        raise RemoteProtocolError(f"{path}.{operator} is not a list: expected a list of constraints.")
    inner = tuple(constraint_view(member, f"{path}.{operator}[{place}]") for place, member in enumerate(members))
    return MessageLogicalConstraint(operator=operator, constraints=inner)


def read_json(raw: bytes | msgspec.Raw, path: str = "$") -> object:
    """Parse raw JSON that is part of an accepted document.

    :raises RemoteProtocolError: if it is not JSON.
    """
    try:
        return msgspec.json.decode(raw)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RemoteProtocolError(f"{path} cannot be read as JSON: {error}.") from error
