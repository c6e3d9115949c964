"""The row filter of a treatment, evaluated for each record. A record is left out if a fact is unknown."""

from collections.abc import Mapping
from typing import Any

from connector.dataplane.formats.values import require_fields, to_text
from connector.policy.deciding.rows import compile_rows
from connector.policy.model.policy import DK
from connector.policy.model.values import Text, Value
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.vocabulary.sorts import coerce
from connector.ports.flow import Record, Untreatable
from connector.ports.treatment import Treatment

CONSENT = DK + "consentStatus"
# Most data repeats few combinations of values; beyond this number, combinations are evaluated again.
_REMEMBERED = 10_000


class RecordFilter:
    """The row filter of one delivery. Raises Untreatable for an unknown operand."""

    def __init__(self, treatment: Treatment, operands: Registry) -> None:
        assert treatment.rows is not None
        self._operands = operands
        self._fields: list[tuple[Operand, str]] = []
        for iri, field in treatment.records.facts.items():
            operand = operands.operands.get(iri)
            if operand is None or not operand.per_record:
                raise Untreatable(f"The operand {iri[:200]} cannot be read from a record: correct the asset's records.")
            self._fields.append((operand, field))
        self._test = compile_rows(treatment.rows, operands)
        self._results: dict[tuple[str, ...], bool] = {}

    def begin(self, fields: tuple[str, ...]) -> None:
        """Raise Untreatable if a field that the filter reads is missing."""
        require_fields((field for _, field in self._fields), fields, "apply the row filter")

    def allows(self, record: Record, consent: str | None) -> bool:
        """Return whether a record may leave; `consent` is the state of its person's consent, None if unknown."""
        key = (consent or "", *(to_text(record.get(field)) for _, field in self._fields))
        result = self._results.get(key)
        if result is None:
            result = self._test(self._read_facts(key))
            if len(self._results) < _REMEMBERED:
                self._results[key] = result
        return result

    def _read_facts(self, key: tuple[str, ...]) -> Mapping[str, tuple[Value, ...]]:
        consent, *texts = key
        facts: dict[str, Any] = {}
        pairs = [(operand, text) for (operand, _), text in zip(self._fields, texts, strict=True)]
        for operand, text in (*pairs, (self._operands.operands[CONSENT], consent)):
            value = coerce(Text(text.strip()), operand, self._operands) if text.strip() else None
            if value is not None:
                facts[operand.fact] = (value,)
        return facts
