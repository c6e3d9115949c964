"""Typed views of the policies inside messages (Dataspace Protocol 2025-1, lower level types; ODRL 2.2).

A policy stays raw JSON in its message, so no member is lost. These views check that it has the form of the standard
in its one spelling (`spell`), and contain only the members that the standard names. The policy engine interprets a
policy.

Pure: standard library and msgspec only.
"""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar

import msgspec

from connector.protocol.dsp.common import read_view
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.identifiers import check_identifier, check_uri
from connector.protocol.dsp.timestamps import read_timestamp

ODRL_PREFIXES = ("odrl:", "http://www.w3.org/ns/odrl/2/")
RULES = frozenset({"permission", "prohibition", "obligation", "duty", "remedy", "consequence"})
"""The members of policies and rules that contain rules."""
_RULES_IN_ORDER = tuple(sorted(RULES))
LOGICAL_OPERATORS = ("and", "andSequence", "or", "xone")

_TOP = frozenset({"permission", "prohibition", "obligation"})
_WORDS = frozenset({"action", "leftOperand"})
_INNER = RULES | _WORDS | {"target", "constraint", "operator", "rightOperand", *LOGICAL_OPERATORS}
_LISTS = RULES | {"constraint"}
_CONTAINERS = ("@list", "@set")
_MOST_DIGITS = 40


def shorten_term(term: str) -> str:
    """Return the short form of a term of ODRL; another term stays as it is.

    >>> shorten_term("odrl:permission")
    'permission'
    >>> shorten_term("odrl:http://www.w3.org/ns/odrl/2/permission")
    'http://www.w3.org/ns/odrl/2/permission'
    """
    if not term.startswith(ODRL_PREFIXES):
        return term
    return next(term.removeprefix(prefix) for prefix in ODRL_PREFIXES if term.startswith(prefix))


def spell(policy: dict[str, Any]) -> dict[str, Any]:
    """Return the parsed JSON of a policy in the one spelling; it is not changed itself.

    A member that is there in two spellings keeps both, and the policy engine refuses it.

    >>> spell({"odrl:permission": {"action": {"@id": "odrl:use"}}, "prohibition": []})
    {'permission': [{'action': 'odrl:use'}]}
    """
    return _spell_members(policy, _TOP)


def _spell_members(value: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, entry in value.items():
        name = key
        if ":" in key:
            short = shorten_term(key)
            name = short if short in names and short not in value and short not in found else key
        spelled = _SPELLINGS[name](entry) if name in names and name in _SPELLINGS else entry
        if spelled != [] or name not in _LISTS:
            found[name] = spelled
    return found


def _spell_list(value: Any) -> Any:
    """Return rules or constraints as a list; what is no object and no list stays, and is refused as it is."""
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and "@list" in value[0]:
        value = value[0]
    if isinstance(value, dict) and len(value) == 1:
        value = next((value[name] for name in _CONTAINERS if name in value), value)
    if isinstance(value, dict):
        return [_spell_members(value, _INNER)]
    if not isinstance(value, list):
        return value
    return [_spell_members(entry, _INNER) if isinstance(entry, dict) else entry for entry in value]


def _spell_word(value: Any) -> Any:
    """Return a name that stands in an object or in a list of one; what is no name stays."""
    word = value[0] if isinstance(value, list) and len(value) == 1 else value
    if isinstance(word, dict) and len(word) == 1:
        word = word.get("@id", word.get("@value"))
    return word if isinstance(word, str) else value


def _spell_operator(value: Any) -> Any:
    word = _spell_word(value)
    return shorten_term(word) if isinstance(word, str) else word


def _spell_operand(value: Any) -> Any:
    return [_spell_value(entry) for entry in value] if isinstance(value, list) else _spell_value(value)


def _spell_value(value: Any) -> Any:
    """Return a number or a truth value with its type; one that is out of all measure stays, and is refused."""
    if isinstance(value, bool):
        return {"@value": "true" if value else "false", "@type": "xsd:boolean"}
    if not isinstance(value, int | float | Decimal):
        return value
    amount = Decimal(str(value))
    if not amount.is_finite() or (amount and abs(amount.adjusted()) > _MOST_DIGITS):
        return value
    text = format(amount, "f")
    return {"@value": text.rstrip("0").rstrip(".") if "." in text else text, "@type": "xsd:decimal"}


_SPELLINGS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(_LISTS.union(LOGICAL_OPERATORS), _spell_list),
    **dict.fromkeys(_WORDS, _spell_word),
    "operator": _spell_operator,
    "rightOperand": _spell_operand,
}


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
    policy: dict[str, Any] = _spell_whole(value) if isinstance(value, dict) else {}
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


def _spell_whole(policy: dict[str, Any]) -> dict[str, Any]:
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
    for name in _RULES_IN_ORDER:
        if name not in policy:
            continue
        for index, rule in enumerate(policy[name] if isinstance(policy[name], list) else ()):
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
