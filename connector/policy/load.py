"""From a policy document (compact DSP form, ODRL JSON-LD with inline terms, or expanded) to the model.

DSP 2025-1 contract schema; ODRL Information Model 2.2. What is not understood is refused, never trimmed, and nothing
is ever fetched. Pure: standard library and msgspec only.
"""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import cast

import msgspec

from connector.policy import literals
from connector.policy.document import DEFAULT as DEFAULT
from connector.policy.document import (
    Limits,
    constraints_by_id,
    identifier,
    items,
    members,
    parse,
    refuse,
    types,
    word,
)
from connector.policy.model import (
    ODRL,
    Action,
    Asset,
    AtomicConstraint,
    ConflictStrategy,
    Constraint,
    Duty,
    Flag,
    Iri,
    LogicalConstraint,
    LogicalOperand,
    Party,
    PartyFunction,
    Permission,
    Policy,
    PolicyKind,
    Prohibition,
    Text,
    Value,
)
from connector.policy.names import LOGICAL, Names, expand

FUNCTIONS = frozenset(
    side + "Party"
    for side in (
        *("attributed", "attributing", "compensated", "compensating", "consented", "consenting"),
        *("contracted", "contracting", "informed", "informing", "tracked", "tracking"),
    )
)
_DESCRIPTIVE = ("http://purl.org/dc/terms/", "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2004/02/skos/")
_BARE_DESCRIPTIVE = frozenset({"title", "description", "creator", "publisher", "issued", "modified", "source"})
_REPLACED_BY = frozenset({"isReplacedBy", "http://purl.org/dc/terms/isReplacedBy"})
_KINDS: dict[str, PolicyKind] = {"Set": "Set", "Policy": "Set", "Offer": "Offer", "Agreement": "Agreement"}
_UNSUPPORTED_KINDS = frozenset({"Assertion", "Privacy", "Request", "Ticket"})
_MOST_VALUES = 1_000


def load(document: Mapping[str, object] | bytes, *, limits: Limits = DEFAULT) -> Policy:
    """Read one policy.

    Parameters:
        document: the policy object itself (not the message around it), parsed or as UTF-8 JSON.
        limits: how large and deep it may be.

    Raises:
        PolicyError: it cannot be read without guessing; nothing else is ever raised.
    """
    return _Reader(parse(document, limits), limits).policy()


class _Reader:
    """One document on its way into the model; counts what it reads so that references cannot blow up."""

    def __init__(self, document: Mapping[str, object], limits: Limits) -> None:
        self.document = document
        self.limits = limits
        self.names = Names()
        self.rules = 0
        self.steps = 0
        self.by_id: dict[str, Mapping[str, object]] | None = None

    def policy(self) -> Policy:
        names = self.names
        names.read_context(self.document.get("@context"))
        found = members(self.document, names, "")
        found.pop("@context", None)
        kind = self._kind(types(found, names, ""))
        uid = identifier(found, "")
        if not uid:
            refuse("missing-uid", "", "A policy has an identifier, @id.")
        self._ignore_status(found)
        fields = self._shared(found, "")
        policy = Policy(
            kind=kind,
            uid=uid,
            profiles=tuple(word(entry, "profile") for entry in items(found.pop("profile", None))),
            conflict=self._conflict(found.pop("conflict", None)),
            inherit_from=tuple(word(entry, "inheritFrom") for entry in items(found.pop("inheritFrom", None))),
            replaced_by=self._replaced_by(found),
            timestamp=self._timestamp(found),
            action=fields[0],
            target=fields[1],
            assigner=fields[2],
            assignee=fields[3],
            functions=fields[4],
            permission=tuple(
                self._permission(entry, f"permission/{index}")
                for index, entry in enumerate(items(found.pop("permission", None)))
            ),
            prohibition=tuple(
                self._prohibition(entry, f"prohibition/{index}")
                for index, entry in enumerate(items(found.pop("prohibition", None)))
            ),
            obligation=self._duties(found, "obligation", ""),
            about=self._about(found),
            prefixes=tuple(names.prefixes.items()),
        )
        self._nothing_left(found, "")
        if not (policy.permission or policy.prohibition or policy.obligation or policy.inherit_from):
            refuse("no-rule", "", "A policy has at least one permission, prohibition or obligation.")
        return msgspec.structs.replace(policy, notes=tuple(names.notes))

    def _kind(self, given: list[str]) -> PolicyKind:
        for name in given:
            if name in _UNSUPPORTED_KINDS:
                refuse("unsupported-kind", "@type", f"A policy of type {name} is not evaluated; use Set or Agreement.")
        kinds = {_KINDS[name] for name in given if name in _KINDS}
        if not given:
            self.names.notes["The policy has no @type and is read as a Set."] = None
            return "Set"
        if len(kinds - {"Set"}) > 1 or not kinds:
            refuse("unsupported-kind", "@type", "A policy is one of Set, Offer and Agreement.")
        return next(iter(kinds - {"Set"}), "Set")

    def _conflict(self, value: object) -> ConflictStrategy | None:
        if value is None:
            return None
        name = self.names.term(word(value, "conflict"))
        if name not in {"perm", "prohibit", "invalid"}:
            refuse("unknown-conflict", "conflict", f"{name[:100]} is not one of perm, prohibit and invalid.")
        return cast("ConflictStrategy", name)

    def _replaced_by(self, found: dict[str, object]) -> str:
        return next((word(found.pop(key), key) for key in list(found) if key in _REPLACED_BY), "")

    def _timestamp(self, found: dict[str, object]) -> datetime | None:
        for key in list(found):
            if (
                key == "timestamp"
                or (key.endswith("timestamp") and "w3id.org/dspace" in key)
                or key == "dspace:timestamp"
            ):
                value = found.pop(key)
                if isinstance(value, Mapping):
                    value = value.get("@value")
                moment = literals.instant(word(value, "timestamp"))
                if moment is None:
                    refuse("malformed", "timestamp", "A timestamp is an xsd:dateTime such as 2026-01-31T12:00:00Z.")
                return moment.at
        return None

    def _about(self, found: dict[str, object]) -> tuple[tuple[str, str], ...]:
        kept = []
        for key in list(found):
            if key in _BARE_DESCRIPTIVE or key.startswith(_DESCRIPTIVE):
                value = found.pop(key)
                if isinstance(value, Mapping):
                    value = value.get("@value", value.get("@id"))
                if isinstance(value, str):
                    kept.append((key, value))
                else:
                    self.names.notes[f"The descriptive member {key[:200]} is not kept, it is no plain text."] = None
        return tuple(kept)

    def _ignore_status(self, found: dict[str, object]) -> None:
        if found.pop("status", None) is not None:
            self.names.notes["A received status is ignored: the state of a rule is what our own ledger says."] = None

    def _nothing_left(self, found: dict[str, object], path: str) -> None:
        for key in found:
            refuse("unknown-member", path, f"The member {key[:200]} is not understood; remove it or use the profile.")

    def _shared(
        self, found: dict[str, object], path: str
    ) -> tuple[tuple[Action, ...], tuple[Asset, ...], tuple[Party, ...], tuple[Party, ...], tuple[PartyFunction, ...]]:
        """Take out what policies and rules have in common: actions, targets, parties."""
        functions = tuple(
            PartyFunction(ODRL + name, Party(*self._named(entry, "Party", f"{path}/{name}")))
            for name in [key for key in found if key in FUNCTIONS]
            for entry in items(found.pop(name))
        )
        return (
            tuple(self._action(entry, f"{path}/action") for entry in items(found.pop("action", None))),
            tuple(Asset(*self._named(entry, "Asset", f"{path}/target")) for entry in items(found.pop("target", None))),
            self._parties(found, "assigner", path),
            self._parties(found, "assignee", path),
            functions,
        )

    def _parties(self, found: dict[str, object], function: str, path: str) -> tuple[Party, ...]:
        return tuple(
            Party(*self._named(entry, "Party", f"{path}/{function}")) for entry in items(found.pop(function, None))
        )

    def _action(self, value: object, path: str) -> Action:
        if not isinstance(value, Mapping) or set(value) <= {"@id", "@value"}:
            return Action(self.names.iri(word(value, path), path))
        found = members(value, self.names, path)
        types(found, self.names, path)
        meant = found.pop("http://www.w3.org/1999/02/22-rdf-syntax-ns#value", None)
        if meant is None:
            meant = identifier(found, path) or None
        else:
            identifier(found, path)
        refinement = self._constraints(found, "refinement", path)
        self._nothing_left(found, path)
        return Action(self.names.iri(word(meant, path), path), refinement)

    def _named(self, value: object, kind: str, path: str) -> tuple[str, bool, tuple[Constraint, ...]]:
        """Read an asset or a party: identifier, whether it is a collection, refinement."""
        if not isinstance(value, Mapping) or set(value) <= {"@id", "@value"}:
            return expand(word(value, path), self.names.prefixes), False, ()
        found = members(value, self.names, path)
        collection = kind + "Collection" in types(found, self.names, path)
        uid = identifier(found, path)
        source = found.pop("source", None)
        if source is not None:
            collection = True
            uid = word(source, f"{path}/source")
        refinement = self._constraints(found, "refinement", path)
        self._nothing_left(found, path)
        if not uid:
            refuse("malformed", path, f"A {kind.lower()} is named by its identifier, a collection by its source.")
        return expand(uid, self.names.prefixes), collection, refinement

    def _rule(self, value: object, kind: str, path: str) -> dict[str, object]:
        self.rules += 1
        if self.rules > self.limits.rules:
            refuse("too-large", path, f"The policy has more than {self.limits.rules} rules.")
        if not isinstance(value, Mapping):
            refuse("malformed", path, f"A {kind.lower()} is an object; rules elsewhere are not followed.")
        found = members(value, self.names, path)
        if set(types(found, self.names, path)) - {kind, "Rule"}:
            refuse("malformed", path, f"The @type of this rule is not {kind}.")
        self._ignore_status(found)
        return found

    def _permission(self, value: object, path: str) -> Permission:
        found = self._rule(value, "Permission", path)
        uid = identifier(found, path)
        action, target, assigner, assignee, functions = self._shared(found, path)
        rule = Permission(
            action=action,
            target=target,
            assigner=assigner,
            assignee=assignee,
            functions=functions,
            constraint=self._constraints(found, "constraint", path),
            duty=self._duties(found, "duty", path),
            uid=uid,
        )
        self._nothing_left(found, path)
        return rule

    def _prohibition(self, value: object, path: str) -> Prohibition:
        found = self._rule(value, "Prohibition", path)
        uid = identifier(found, path)
        action, target, assigner, assignee, functions = self._shared(found, path)
        rule = Prohibition(
            action=action,
            target=target,
            assigner=assigner,
            assignee=assignee,
            functions=functions,
            constraint=self._constraints(found, "constraint", path),
            remedy=self._duties(found, "remedy", path),
            uid=uid,
        )
        self._nothing_left(found, path)
        return rule

    def _duties(self, found: dict[str, object], member: str, path: str) -> tuple[Duty, ...]:
        base = f"{path}/{member}" if path else member
        return tuple(self._duty(entry, f"{base}/{index}") for index, entry in enumerate(items(found.pop(member, None))))

    def _duty(self, value: object, path: str) -> Duty:
        found = self._rule(value, "Duty", path)
        uid = identifier(found, path)
        action, target, assigner, assignee, functions = self._shared(found, path)
        rule = Duty(
            action=action,
            target=target,
            assigner=assigner,
            assignee=assignee,
            functions=functions,
            constraint=self._constraints(found, "constraint", path),
            consequence=self._duties(found, "consequence", path),
            uid=uid,
        )
        self._nothing_left(found, path)
        return rule

    def _constraints(self, found: dict[str, object], member: str, path: str) -> tuple[Constraint, ...]:
        entries = items(found.pop(member, None))
        return tuple(self._constraint(entry, f"{path}/{member}/{index}", 0) for index, entry in enumerate(entries))

    def _constraint(self, value: object, path: str, depth: int) -> Constraint:
        self.steps += 1
        if self.steps > self.limits.nodes:
            refuse("too-large", path, f"The policy holds more than {self.limits.nodes} constraints.")
        if depth > self.limits.depth:
            refuse("too-deep", path, f"Constraints are nested more than {self.limits.depth} deep, or in a circle.")
        if isinstance(value, str) or (isinstance(value, Mapping) and set(value) == {"@id"}):
            value = self._referred(word(value, path), path)
        if not isinstance(value, Mapping):
            refuse("malformed", path, "A constraint is an object.")
        found = members(value, self.names, path)
        types(found, self.names, path)
        self._ignore_status(found)
        uid = identifier(found, path)
        logical = [name for name in LOGICAL if name in found]
        if not logical:
            return self._atomic(found, uid, path)
        operand = cast("LogicalOperand", logical[0])
        entries = items(found.pop(operand))
        self._nothing_left(found, path)
        children = tuple(
            self._constraint(entry, f"{path}/{operand}/{index}", depth + 1) for index, entry in enumerate(entries)
        )
        return LogicalConstraint(operand, children, uid)

    def _referred(self, uid: str, path: str) -> Mapping[str, object]:
        if self.by_id is None:
            self.by_id = dict(constraints_by_id(self.document, self.names))
        if uid not in self.by_id:
            refuse("remote-reference", path, f"The constraint {uid[:200]} is not in the document and never fetched.")
        return self.by_id[uid]

    def _atomic(self, found: dict[str, object], uid: str, path: str) -> AtomicConstraint:
        if "leftOperand" not in found or "operator" not in found:
            refuse("malformed", path, "A constraint has a leftOperand and an operator, or one of and, or, xone.")
        data_type = found.pop("dataType", None)
        unit = found.pop("unit", None)
        reference = found.pop("rightOperandReference", None)
        datatype = "" if data_type is None else expand(word(data_type, path), self.names.prefixes)
        right = tuple(
            self._value(entry, datatype, f"{path}/rightOperand") for entry in items(found.pop("rightOperand", None))
        )
        if len(right) > _MOST_VALUES:
            refuse("too-large", path, f"A constraint lists more than {_MOST_VALUES} values.")
        constraint = AtomicConstraint(
            left=self.names.iri(word(found.pop("leftOperand"), path), path),
            operator=self.names.operator(word(found.pop("operator"), path)),
            right=right,
            unit="" if unit is None else expand(word(unit, path), self.names.prefixes),
            data_type=datatype,
            reference="" if reference is None else word(reference, path),
            uid=uid,
        )
        self._nothing_left(found, path)
        return constraint

    def _value(self, value: object, datatype: str, path: str) -> Value:
        if isinstance(value, bool):
            return Flag(value)
        if isinstance(value, int | float | Decimal):
            return self._typed(str(value), literals.XSD + "decimal", path)
        if isinstance(value, str):
            return self._typed(value, datatype, path) if datatype else Text(value)
        if not isinstance(value, Mapping):
            refuse("malformed", path, "A right operand is a string, a typed value object or an array of these.")
        if set(value) == {"@id"}:
            return Iri(expand(word(value, path), self.names.prefixes))
        if "@value" not in value or set(value) - {"@value", "@type", "@language"}:
            refuse("malformed", path, "A value object has @value and @type (or @language) and nothing else.")
        inner, kind, language = value["@value"], value.get("@type"), value.get("@language")
        if isinstance(inner, bool):
            inner = "true" if inner else "false"
        elif isinstance(inner, int | float | Decimal):
            inner = str(inner)
            kind = kind or "xsd:decimal"
        if not isinstance(inner, str):
            refuse("malformed", path, "The @value of a value object is a string, number or boolean.")
        if language is not None:
            return Text(inner, word(language, path))
        if kind is None and not datatype:
            return Text(inner)
        return self._typed(inner, datatype if kind is None else expand(word(kind, path), self.names.prefixes), path)

    def _typed(self, lexical: str, datatype: str, path: str) -> Value:
        value = literals.typed(lexical, datatype)
        if value is None:
            refuse("bad-literal", path, f"{lexical[:100]!r} is no {datatype[:200]} that is supported.")
        return Iri(expand(value.iri, self.names.prefixes)) if isinstance(value, Iri) else value
