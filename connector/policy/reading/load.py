"""From a policy document (compact DSP form, ODRL JSON-LD with inline terms, or expanded) to the model.

DSP 2025-1 contract schema; ODRL Information Model 2.2. What is not understood is refused, never trimmed, and nothing
is ever fetched. Pure: standard library and msgspec only.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NoReturn, cast

import msgspec

from connector.policy.model import literals
from connector.policy.model.policy import (
    EVERYBODY,
    ODRL,
    UNDECIDABLE_SCOPES,
    Action,
    ConflictStrategy,
    Constraint,
    Duty,
    Party,
    PartyFunction,
    Permission,
    Policy,
    PolicyKind,
    Prohibition,
    Target,
)
from connector.policy.reading.constraints import ConstraintReader
from connector.policy.reading.document import DEFAULT as DEFAULT
from connector.policy.reading.document import (
    DocumentLimits,
    ignore_status,
    parse,
    read_members,
    read_word,
    refuse,
    refuse_rest,
    take_identifier,
    take_types,
    to_items,
)
from connector.policy.vocabulary.names import NameResolver, expand

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


def load(document: Mapping[str, object] | bytes, *, limits: DocumentLimits = DEFAULT) -> Policy:
    """Read one policy.

    Parameters:
        document: the policy object itself (not the message around it), parsed or as UTF-8 JSON.
        limits: how large and deep it may be.

    Raises:
        PolicyError: it cannot be read without guessing; nothing else is ever raised.

    >>> policy = load({"@id": "urn:policy", "permission": {"action": "odrl:use", "target": "urn:data"}})
    >>> policy.kind, policy.permission[0].target[0].uid
    ('Set', 'urn:data')
    """
    return _PolicyReader(parse(document, limits), limits).policy()


class _PolicyReader:
    """One document on its way into the model."""

    def __init__(self, document: Mapping[str, object], limits: DocumentLimits) -> None:
        self.document = document
        self.limits = limits
        self.names = NameResolver()
        self.rules = 0
        self.is_for_everybody = False
        self.constraints = ConstraintReader(document, self.names, limits)

    def policy(self) -> Policy:
        names = self.names
        names.read_context(self.document.get("@context"))
        found = read_members(self.document, names, "")
        found.pop("@context", None)
        kind = self._kind(take_types(found, names, ""))
        uid = take_identifier(found, "")
        if not uid:
            refuse("missing-uid", "", "The policy has no identifier: add an @id.")
        ignore_status(found, self.names)
        fields = self._shared(found, "")
        policy = Policy(
            kind=kind,
            uid=uid,
            profiles=tuple(read_word(entry, "profile") for entry in to_items(found.pop("profile", None))),
            conflict=self._conflict(found.pop("conflict", None)),
            inherit_from=tuple(read_word(entry, "inheritFrom") for entry in to_items(found.pop("inheritFrom", None))),
            replaced_by=self._replaced_by(found),
            timestamp=self._timestamp(found),
            action=fields[0],
            target=fields[1],
            assigner=fields[2],
            assignee=fields[3],
            functions=fields[4],
            permission=tuple(
                self._permission(entry, f"permission/{index}")
                for index, entry in enumerate(to_items(found.pop("permission", None)))
            ),
            prohibition=tuple(
                self._prohibition(entry, f"prohibition/{index}")
                for index, entry in enumerate(to_items(found.pop("prohibition", None)))
            ),
            obligation=self._duties(found, "obligation", ""),
            about=self._about(found),
            prefixes=tuple(names.prefixes.items()),
        )
        if self.is_for_everybody and policy.assignee:
            _refuse_mixed("assignee")
        refuse_rest(found, "", "Policy")
        if not (policy.permission or policy.prohibition or policy.obligation or policy.inherit_from):
            refuse("no-rule", "", "The policy has no rule: add a permission, prohibition or obligation.")
        return msgspec.structs.replace(policy, notes=tuple(names.notes))

    def _kind(self, given: list[str]) -> PolicyKind:
        for name in given:
            if name in _UNSUPPORTED_KINDS:
                refuse(
                    "unsupported-kind",
                    "@type",
                    f"Policies of type {name} are not supported: use Set, Offer or Agreement.",
                )
        kinds = {_KINDS[name] for name in given if name in _KINDS}
        if not given:
            self.names.notes["The policy has no @type: it is read as a Set."] = None
            return "Set"
        if len(kinds - {"Set"}) > 1 or not kinds:
            refuse(
                "unsupported-kind",
                "@type",
                "The @type of the policy is not supported: use one of Set, Offer and Agreement.",
            )
        return next(iter(kinds - {"Set"}), "Set")

    def _conflict(self, value: object) -> ConflictStrategy | None:
        if value is None:
            return None
        name = self.names.term(read_word(value, "conflict"))
        if name not in {"perm", "prohibit", "invalid"}:
            refuse(
                "unknown-conflict",
                "conflict",
                f"Unknown conflict strategy {name[:100]}: use perm, prohibit or invalid.",
            )
        return cast("ConflictStrategy", name)

    def _replaced_by(self, found: dict[str, object]) -> str:
        return next((read_word(found.pop(key), key) for key in list(found) if key in _REPLACED_BY), "")

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
                is_text = isinstance(value, str | list | tuple) and value
                moment = literals.parse_instant(read_word(value, "timestamp")) if is_text else None
                if moment is None:
                    refuse(
                        "malformed",
                        "timestamp",
                        "The timestamp is not an xsd:dateTime: write it as 2026-01-31T12:00:00Z.",
                    )
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
                    self.names.notes[f"The descriptive member {key[:200]} is ignored: it is not plain text."] = None
        return tuple(kept)

    def _shared(
        self, found: dict[str, object], path: str
    ) -> tuple[tuple[Action, ...], tuple[Target, ...], tuple[Party, ...], tuple[Party, ...], tuple[PartyFunction, ...]]:
        """Take out what policies and rules have in common: actions, targets, parties."""
        functions = tuple(
            PartyFunction(ODRL + name, party)
            for name in [key for key in found if key in FUNCTIONS]
            for party in self._parties(found, name, path)
        )
        return (
            tuple(self._action(entry, f"{path}/action") for entry in to_items(found.pop("action", None))),
            tuple(
                Target(*self._read_named(entry, "Asset", f"{path}/target"))
                for entry in to_items(found.pop("target", None))
            ),
            self._parties(found, "assigner", path),
            self._assignees(found, path),
            functions,
        )

    def _parties(self, found: dict[str, object], function: str, path: str) -> tuple[Party, ...]:
        place = f"{path}/{function}"
        entries = to_items(found.pop(function, None))
        parties = tuple(Party(*self._read_named(entry, "Party", place)) for entry in entries)
        for party in parties:
            plain = function == "assignee" and not party.refinement
            if party.uid in UNDECIDABLE_SCOPES or (party.uid == EVERYBODY and not plain):
                scope = party.uid.removeprefix(ODRL)
                sentence = f"The scope odrl:{scope} cannot be decided here: name the party, or write a constraint."
                refuse("undecidable-scope", place, sentence)
        return parties

    def _assignees(self, found: dict[str, object], path: str) -> tuple[Party, ...]:
        """Take the assignees out; none if the rule is for everybody, as for one that names nobody."""
        parties = self._parties(found, "assignee", path)
        if all(party.uid != EVERYBODY for party in parties):
            return parties
        if any(party.uid != EVERYBODY for party in parties):
            _refuse_mixed(f"{path}/assignee")
        self.is_for_everybody = self.is_for_everybody or bool(path)
        return ()

    def _action(self, value: object, path: str) -> Action:
        if not isinstance(value, Mapping) or set(value) <= {"@id", "@value"}:
            return Action(self.names.iri(read_word(value, path), path))
        found = read_members(value, self.names, path)
        take_types(found, self.names, path)
        meant = found.pop("http://www.w3.org/1999/02/22-rdf-syntax-ns#value", None)
        if meant is None:
            meant = take_identifier(found, path) or None
        else:
            take_identifier(found, path)
        refinement = self.constraints.read(found, "refinement", path)
        refuse_rest(found, path, "Action")
        return Action(self.names.iri(read_word(meant, path), path), refinement)

    def _read_named(self, value: object, kind: str, path: str) -> tuple[str, bool, tuple[Constraint, ...]]:
        """Read an asset or a party: identifier, whether it is a collection, refinement."""
        if not isinstance(value, Mapping) or set(value) <= {"@id", "@value"}:
            return expand(read_word(value, path), self.names.prefixes), False, ()
        found = read_members(value, self.names, path)
        collection = kind + "Collection" in take_types(found, self.names, path)
        uid = take_identifier(found, path)
        source = found.pop("source", None)
        if source is not None:
            collection = True
            uid = read_word(source, f"{path}/source")
        refinement = self.constraints.read(found, "refinement", path)
        refuse_rest(found, path, kind)
        if not uid:
            refuse(
                "malformed", path, f"The {kind.lower()} has no identifier: add an @id, or `source` for a collection."
            )
        return expand(uid, self.names.prefixes), collection, refinement

    def _rule(self, value: object, kind: str, path: str) -> dict[str, object]:
        self.rules += 1
        if self.rules > self.limits.rules:
            refuse("too-large", path, f"The policy has more than {self.limits.rules} rules: remove some.")
        if not isinstance(value, Mapping):
            refuse("malformed", path, f"The {kind.lower()} is not a JSON object: write the rule in the document.")
        found = read_members(value, self.names, path)
        if set(take_types(found, self.names, path)) - {kind, "Rule"}:
            refuse("malformed", path, f"The @type of the rule is wrong here: write {kind}, or no @type.")
        ignore_status(found, self.names)
        return found

    def _permission(self, value: object, path: str) -> Permission:
        found = self._rule(value, "Permission", path)
        uid = take_identifier(found, path)
        action, target, assigner, assignee, functions = self._shared(found, path)
        rule = Permission(
            action=action,
            target=target,
            assigner=assigner,
            assignee=assignee,
            functions=functions,
            constraint=self.constraints.read(found, "constraint", path),
            duty=self._duties(found, "duty", path),
            uid=uid,
        )
        refuse_rest(found, path, "Permission")
        return rule

    def _prohibition(self, value: object, path: str) -> Prohibition:
        found = self._rule(value, "Prohibition", path)
        uid = take_identifier(found, path)
        action, target, assigner, assignee, functions = self._shared(found, path)
        rule = Prohibition(
            action=action,
            target=target,
            assigner=assigner,
            assignee=assignee,
            functions=functions,
            constraint=self.constraints.read(found, "constraint", path),
            remedy=self._duties(found, "remedy", path),
            uid=uid,
        )
        refuse_rest(found, path, "Prohibition")
        return rule

    def _duties(self, found: dict[str, object], member: str, path: str) -> tuple[Duty, ...]:
        base = f"{path}/{member}" if path else member
        return tuple(
            self._duty(entry, f"{base}/{index}") for index, entry in enumerate(to_items(found.pop(member, None)))
        )

    def _duty(self, value: object, path: str) -> Duty:
        found = self._rule(value, "Duty", path)
        uid = take_identifier(found, path)
        action, target, assigner, assignee, functions = self._shared(found, path)
        rule = Duty(
            action=action,
            target=target,
            assigner=assigner,
            assignee=assignee,
            functions=functions,
            constraint=self.constraints.read(found, "constraint", path),
            consequence=self._duties(found, "consequence", path),
            uid=uid,
        )
        refuse_rest(found, path, "Duty")
        return rule


def _refuse_mixed(path: str) -> NoReturn:
    sentence = "The policy is for everybody (odrl:All) and for a party as well: name the party, or nobody."
    refuse("mixed-assignees", path, sentence)
