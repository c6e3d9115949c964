"""The row filter of a treatment, evaluated for each record. A record is left out if a fact is unknown.

A text that is no term of the operand's vocabulary decides nothing: `NRW` may mean DE-NW, so that neither "is DE-NW" nor
"is not DE-NW" is known of it. Only a name that the policy itself uses is compared as it is written.
"""

from collections.abc import Mapping
from typing import Any

from connector.dataplane.formats.tables import RecordTable
from connector.dataplane.formats.values import MISSING, format_number, make_reader, require_fields, to_text
from connector.policy.deciding.rows import compile_rows
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.decision import RowFilter
from connector.policy.model.policy import DK
from connector.policy.model.values import Iri, Text, Value
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
        self._records = treatment.records
        self._subject = treatment.records.subject
        self._fields: list[tuple[Operand, str]] = []
        for iri, field in treatment.records.facts.items():
            operand = operands.operands.get(iri)
            if operand is None or not operand.per_record:
                raise Untreatable(f"The operand {iri[:200]} cannot be read from a record: correct the asset's records.")
            self._fields.append((operand, field))
        self._known = {operand.iri: _list_names(operand, treatment.rows, operands) for operand, _ in self._fields}
        self._test = compile_rows(treatment.rows, operands)
        self._results: dict[tuple[str, ...], tuple[bool, tuple[str, ...]]] = {}
        self.unread: dict[str, int] = {}

    def begin(self, fields: tuple[str, ...]) -> None:
        """Raise Untreatable if a field that the filter reads is missing."""
        require_fields((field for _, field in self._fields), fields, "apply the row filter")

    def allows(self, record: Record, consent: str | None) -> bool:
        """Return whether a record may leave; `consent` is the state of its person's consent, None if unknown."""
        allowed, unread = self._judge((consent or "", *(to_text(record.get(field)) for _, field in self._fields)))
        for field in unread:
            self.unread[field] = self.unread.get(field, 0) + 1
        return allowed

    def keep_allowed(self, table: RecordTable, consents: Mapping[str, str | None] | None) -> RecordTable:
        """Return the records of a table that may leave.

        `consents` has the state of the consent of each subject in the table; None if nobody is identified.
        """
        fields = [field for _, field in self._fields]
        judged = table
        if consents is not None:
            states = {subject: state or "" for subject, state in consents.items()}
            judged = table.find_values(CONSENT, self._subject, states)
        asked = fields if consents is None else [CONSENT, *fields]
        allowed, some = [], False
        for group, count in judged.count_groups(asked) if asked else ():
            kept, unread = self._judge(group if consents is not None else ("", *group))
            for field in unread:
                self.unread[field] = self.unread.get(field, 0) + count
            some = some or not kept
            if kept:
                allowed.append(group)
        if not asked:
            return table if self._judge(("",))[0] else table.keep_groups(tuple(table.columns)[:1], ())
        return judged.keep_groups(asked, allowed).drop([CONSENT]) if some else table

    def _judge(self, key: tuple[str, ...]) -> tuple[bool, tuple[str, ...]]:
        """Return whether records with these values may leave, and the fields with a value that is not known."""
        result = self._results.get(key)
        if result is None:
            facts, unread = self._read_facts(key)
            result = self._test(facts), unread
            if len(self._results) < _REMEMBERED:
                self._results[key] = result
        return result

    def _read_facts(self, key: tuple[str, ...]) -> tuple[Mapping[str, tuple[Value, ...]], tuple[str, ...]]:
        """Return the facts of a record, and the fields with a value that its operand does not know."""
        consent, *texts = key
        facts: dict[str, Any] = {}
        unread = []
        pairs = [(*field, text) for field, text in zip(self._fields, texts, strict=True)]
        for operand, field, raw in (*pairs, (self._operands.operands[CONSENT], "", consent)):
            text = self._write_plain(field, raw.strip()) if operand.sort == "number" else raw.strip()
            value = coerce(Text(text), operand, self._operands) if text else None
            known = self._known.get(operand.iri)
            if value is not None and (known is None or (isinstance(value, Iri) and value.iri in known)):
                facts[operand.fact] = (value,)
            elif field and raw.strip() not in MISSING:
                unread.append(field)
        return facts, tuple(unread)

    def _write_plain(self, field: str, text: str) -> str:
        """Return a number with a decimal point; empty if it is not a number in the notation of the data."""
        records = self._records
        number = make_reader(field, records.decimal, records.thousands, records.certain)(text)
        return "" if number is None else format_number(number)


def _list_names(operand: Operand, rows: RowFilter, operands: Registry) -> frozenset[str] | None:
    """Return the names whose meaning is known for an operand with a vocabulary; None for any other operand."""
    if not operand.taxonomy:
        return None
    leaves = [
        leaf
        for constraint in (*rows.keep, *(one for group in rows.drop for one in group))
        for leaf in walk_leaves(constraint)
    ]
    used = {
        value.iri
        for leaf in leaves
        if operands.operands[leaf.left].iri == operand.iri
        for value in leaf.right
        if isinstance(value, Iri)
    }
    return operands.taxonomies[operand.taxonomy].names | used
