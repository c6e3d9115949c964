"""From the constraints of a document to the model: atomic, logical, written once and referred to, typed values.

ODRL Information Model 2.2, section 2.5. Pure: standard library only.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import cast

from connector.policy.model import literals
from connector.policy.model.policy import AtomicConstraint, Constraint, LogicalConstraint, LogicalOperand
from connector.policy.model.values import Flag, Iri, Text, Value
from connector.policy.reading.document import (
    DocumentLimits,
    find_constraints,
    read_members,
    read_word,
    refuse,
    refuse_rest,
    take_identifier,
    take_types,
    to_items,
)
from connector.policy.vocabulary.names import LOGICAL, NameResolver, expand

_MOST_VALUES = 1_000


class ConstraintReader:
    """Reads the constraints of one document; counts what it reads so that references cannot blow up."""

    def __init__(self, document: Mapping[str, object], names: NameResolver, limits: DocumentLimits) -> None:
        self.document = document
        self.names = names
        self.limits = limits
        self.steps = 0
        self.by_id: dict[str, Mapping[str, object]] | None = None

    def read(self, found: dict[str, object], member: str, path: str) -> tuple[Constraint, ...]:
        """Take the constraints out of a member of a rule, action, asset or party.

        Raises:
            PolicyError: one of them cannot be read without guessing.
        """
        entries = to_items(found.pop(member, None))
        return tuple(self._constraint(entry, f"{path}/{member}/{index}", 0) for index, entry in enumerate(entries))

    def _constraint(self, value: object, path: str, depth: int) -> Constraint:
        self.steps += 1
        if self.steps > self.limits.nodes:
            refuse("too-large", path, f"The policy contains more than {self.limits.nodes} constraints: remove some.")
        if depth > self.limits.depth:
            refuse(
                "too-deep",
                path,
                f"Constraints are nested more than {self.limits.depth} levels deep or form a cycle: simplify them.",
            )
        if isinstance(value, Mapping) and len(value) == 1 and self.names.term(next(iter(value))) in {"@id", "uid"}:
            value = read_word(next(iter(value.values())), path)
        if isinstance(value, str):
            value = self._follow_reference(read_word(value, path), path)
        if not isinstance(value, Mapping):
            refuse("malformed", path, "The constraint is not a JSON object: write one.")
        found = read_members(value, self.names, path)
        take_types(found, self.names, path)
        if found.pop("status", None) is not None:
            refuse(
                "constraint-status",
                path,
                "A status, the value from which a comparison begins, is not supported: "
                "remove it, and write as rightOperand what is left.",
            )
        uid = take_identifier(found, path)
        logical = [name for name in LOGICAL if name in found]
        if not logical:
            return self._atomic(found, uid, path)
        operand = cast("LogicalOperand", logical[0])
        entries = to_items(found.pop(operand))
        refuse_rest(found, path, "LogicalConstraint")
        children = tuple(
            self._constraint(entry, f"{path}/{operand}/{index}", depth + 1) for index, entry in enumerate(entries)
        )
        return LogicalConstraint(operand, children, uid)

    def _follow_reference(self, uid: str, path: str) -> Mapping[str, object]:
        if self.by_id is None:
            self.by_id = dict(find_constraints(self.document, self.names))
        if uid not in self.by_id:
            refuse(
                "remote-reference",
                path,
                f"Unknown constraint {uid[:200]}: write it in the document; constraints are never fetched.",
            )
        return self.by_id[uid]

    def _atomic(self, found: dict[str, object], uid: str, path: str) -> AtomicConstraint:
        if "leftOperand" not in found or "operator" not in found:
            refuse(
                "malformed",
                path,
                "The constraint is incomplete: write a leftOperand and an operator, or and, or, xone or andSequence.",
            )
        data_type = found.pop("dataType", None)
        unit = found.pop("unit", None)
        reference = found.pop("rightOperandReference", None)
        datatype = "" if data_type is None else expand(read_word(data_type, path), self.names.prefixes)
        right = tuple(
            self._value(entry, datatype, f"{path}/rightOperand") for entry in to_items(found.pop("rightOperand", None))
        )
        if len(right) > _MOST_VALUES:
            refuse("too-large", path, f"The constraint has more than {_MOST_VALUES} values: use fewer.")
        constraint = AtomicConstraint(
            left=self.names.iri(read_word(found.pop("leftOperand"), path), path),
            operator=self.names.operator(read_word(found.pop("operator"), path)),
            right=right,
            unit="" if unit is None else expand(read_word(unit, path), self.names.prefixes),
            data_type=datatype,
            reference="" if reference is None else read_word(reference, path),
            uid=uid,
        )
        refuse_rest(found, path, "Constraint")
        return constraint

    def _value(self, value: object, datatype: str, path: str) -> Value:
        if isinstance(value, bool):
            return Flag(value)
        if isinstance(value, int | float | Decimal):
            return self._read_typed(_write_number(value, path), literals.XSD + "decimal", path)
        if isinstance(value, str):
            return self._read_typed(value, datatype, path) if datatype else Text(value)
        if not isinstance(value, Mapping):
            refuse(
                "malformed",
                path,
                "The rightOperand is malformed: write a string, a typed value object or an array of these.",
            )
        if set(value) == {"@id"}:
            return Iri(expand(read_word(value, path), self.names.prefixes))
        if "@value" not in value or set(value) - {"@value", "@type", "@language"}:
            refuse("malformed", path, "The value object is malformed: write only @value with @type or @language.")
        inner, kind, language = value["@value"], value.get("@type"), value.get("@language")
        if isinstance(inner, bool):
            inner = "true" if inner else "false"
        elif isinstance(inner, int | float | Decimal):
            inner = _write_number(inner, path)
            kind = kind or "xsd:decimal"
        if not isinstance(inner, str):
            refuse("malformed", path, "The @value of the value object is malformed: write a string, number or boolean.")
        if language is not None:
            return Text(inner, read_word(language, path).lower())
        if kind is None and not datatype:
            return Text(inner)
        return self._read_typed(
            inner, datatype if kind is None else expand(read_word(kind, path), self.names.prefixes), path
        )

    def _read_typed(self, lexical: str, datatype: str, path: str) -> Value:
        value = literals.parse_typed(lexical, datatype)
        if value is None:
            refuse(
                "bad-literal",
                path,
                f"{lexical[:100]!r} is not a supported {datatype[:200]}: correct the value or its type.",
            )
        return Iri(expand(value.iri, self.names.prefixes)) if isinstance(value, Iri) else value


def _write_number(number: float | Decimal, path: str) -> str:
    """Write a number of JSON in digits alone, a whole one without a point: its spelling says nothing."""
    amount = Decimal(str(number))
    if not amount.is_finite() or (amount and abs(amount.adjusted()) > 40) or literals.scale(amount, 1) is None:
        refuse("bad-literal", path, "The number is too large or too small: write one of at most 40 digits.")
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
