"""Which records may leave: the row filter of a treatment, asked for each record. What is not known is left out."""

from collections.abc import Mapping
from typing import Any

from connector.dataplane.formats.values import demand, text
from connector.policy.deciding.rows import compile_rows
from connector.policy.model.policy import DK
from connector.policy.model.values import Text, Value
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.vocabulary.sorts import coerce
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Treatment

CONSENT = DK + "consentStatus"
# Most data repeats few combinations of region and state; more than these are judged anew.
_REMEMBERED = 10_000


class Rows:
    """The row filter of one delivery. Raises Untreatable for an operand that nobody here knows."""

    def __init__(self, treatment: Treatment, operands: Registry) -> None:
        assert treatment.rows is not None
        self._operands = operands
        self._fields: list[tuple[Operand, str]] = []
        for iri, field in treatment.records.facts.items():
            operand = operands.operands.get(iri)
            if operand is None or not operand.per_record:
                raise Untreatable(f"Nothing here can read {iri[:200]} of a record: correct what the asset says of it.")
            self._fields.append((operand, field))
        self._test = compile_rows(treatment.rows, operands)
        self._known: dict[tuple[str, ...], bool] = {}

    def begin(self, fields: tuple[str, ...]) -> None:
        """Raise Untreatable where a field is missing that says what a record is about."""
        demand((field for _, field in self._fields), fields, "tell which records may leave")

    def leaves(self, record: Record, consent: str | None) -> bool:
        """Tell whether a record may leave; `consent` is the state of its person's consent, None if unknown."""
        key = (consent or "", *(text(record.get(field)) for _, field in self._fields))
        found = self._known.get(key)
        if found is None:
            found = self._test(self._facts(key))
            if len(self._known) < _REMEMBERED:
                self._known[key] = found
        return found

    def _facts(self, key: tuple[str, ...]) -> Mapping[str, tuple[Value, ...]]:
        consent, *texts = key
        facts: dict[str, Any] = {}
        pairs = [(operand, written) for (operand, _), written in zip(self._fields, texts, strict=True)]
        for operand, written in (*pairs, (self._operands.operands[CONSENT], consent)):
            value = coerce(Text(written.strip()), operand, self._operands) if written.strip() else None
            if value is not None:
                facts[operand.fact] = (value,)
        return facts
