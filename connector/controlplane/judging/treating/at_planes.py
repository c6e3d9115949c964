"""What a data plane in a process of its own cannot enforce; an offer of data there is refused for it.

A data plane that takes our leases stops in time, counts uses here, and treats records. It has neither the register of
consents nor the secret for pseudonyms. Any other one is only told to start and to end (Data Plane Signaling 1.0).
"""

from collections.abc import Iterator

from connector.controlplane.judging.treating.known_data import CONSENT, KnownData, PlaceOfData
from connector.policy.analysis.findings import Finding
from connector.policy.compiling.compiled import Compiled, walk_duties
from connector.policy.model.policy import AtomicConstraint

_SECRET = "pseudonymise"  # noqa: S105 - the name of a transform


def find_unenforced(compiled: Compiled, known: KnownData, atoms: Iterator[AtomicConstraint]) -> Iterator[Finding]:
    """Yield the conditions and treatments that the data plane of the data does not enforce."""
    if known.place is PlaceOfData.HERE:
        return
    leased = known.place is PlaceOfData.LEASED
    for atom in atoms:
        operand = compiled.registry.operands[atom.left]
        if operand.iri == CONSENT:
            yield Finding("plane-consents", operands=(operand.iri,))
        elif leased:
            continue
        elif operand.source == "clock" or operand.sort == "duration":
            yield Finding("plane-cut-off", operands=(operand.iri,))
        elif operand.source == "counter":
            yield Finding("plane-counts", operands=(operand.iri,))
        elif operand.per_record:
            yield Finding("plane-treats", operands=(operand.iri,))
    for duty in walk_duties(compiled):
        if duty.transform and (not leased or duty.transform == _SECRET):
            yield Finding("plane-treats" if not leased else "plane-secret", other=duty.duty.action[0].iri)
