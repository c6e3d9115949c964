"""What an owner says of the records of an asset, checked: format, fields, and which field holds what."""

from collections.abc import Sequence

import msgspec

from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.treating.known_data import CONSENT, LEVEL, parse_format
from connector.controlplane.judging.treating.transform_steps import LARGEST_GROUP
from connector.policy.vocabulary.names import expand
from connector.policy.vocabulary.registry import Registry
from connector.ports.treatment import Records

MOST_NAMES, LONGEST_NAME = 2_000, 200
# Types that say nothing against any format.
_UNTYPED = frozenset({"application/octet-stream", "text/plain"})


def check_records(operands: Registry, records: Records, media_type: str) -> Records:
    """Check what an owner says of records, and return it with full IRIs. Raises Invalid."""
    if parse_format(media_type) != records.format and media_type.partition(";")[0].strip().lower() not in _UNTYPED:
        raise Invalid("records", f"Data of the type {media_type[:100]} is not read as {records.format}: correct one.")
    if records.delimiter and (records.format != "csv" or len(records.delimiter) != 1 or records.delimiter in '"\r\n'):
        raise Invalid("records", "A delimiter is one character, for CSV, and neither a quote nor a line end.")
    facts = {expand(name, {}): field for name, field in records.facts.items()}
    for iri in facts:
        operand = operands.operands.get(iri)
        if operand is None or not operand.per_record:
            near = ", ".join(sorted(known for known, row in operands.operands.items() if row.per_record))
            raise Invalid("records", f"{iri[:200]} is not decided for each record: the facts of records are {near}.")
    if records.subject and CONSENT in facts:
        raise Invalid("records", "Consent stands in a field or is looked up for a subject, not both: name one of them.")
    if records.level and records.level not in operands.operands[LEVEL].values:
        raise Invalid("records", f"The level is one of {', '.join(operands.operands[LEVEL].values)}.")
    if not 0 <= records.smallest_group <= LARGEST_GROUP:
        raise Invalid("records", "The smallest group is a number of people or things, not below 0.")
    named = (*facts.values(), *([records.subject] if records.subject else []), *records.groups, *records.measures)
    _names(records.fields, named)
    return msgspec.structs.replace(records, facts=facts)


def _names(fields: Sequence[str], named: Sequence[str]) -> None:
    if len(fields) > MOST_NAMES or len(named) > MOST_NAMES or any(not 0 < len(name) <= LONGEST_NAME for name in named):
        raise Invalid("records", f"The name of a field has 1 to {LONGEST_NAME} characters, and there are {MOST_NAMES}.")
    for name in named:
        if fields and name not in fields:
            raise Invalid("records", f"The data has no field {name!r}: it is not among the fields that you name.")
