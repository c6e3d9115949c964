"""Results of the analysis as values: reasons, examples and verdicts.

`words` describes them in plain language. Pure: standard library and msgspec only.
"""

from enum import Enum

import msgspec

from connector.policy.model.situation import Request, World


class Containment(Enum):
    """The answer of `contains`: everything that a request asks for is offered, or not, or it is unknown."""

    CONTAINED = "contained"
    NOT_CONTAINED = "not-contained"
    UNKNOWN = "unknown"


class Meeting(Enum):
    """The answer of `overlap`: two policies both grant something, or nothing, or it is unknown."""

    OVERLAP = "overlap"
    DISJOINT = "disjoint"
    UNKNOWN = "unknown"


class Finding(msgspec.Struct, frozen=True):
    """One reason.

    Codes of a comparison: `beyond-offer` (the request grants more, on the operands named), `prohibited`,
    `duty-missing`, `duty-weaker`, `duty-differs`, `remedy-missing`, `records-beyond-offer`, `nothing-in-common`,
    `unrelated-terms` (apart on terms that no vocabulary calls exclusive),
    `added-duty`, `added-party`, `added-prohibition` (of `burdens`),
    `nothing-granted`, `void`.
    Codes for Unknown: `too-many-clauses`, `too-many-operands`, `different-scales`, `different-registries`,
    `different-duty-modes`, `several-counters`, `no-example`.

    Parameters:
        code: one of the above, or of `lint`.
        rule: uid of the rule it is about, or empty.
        other: uid of the other rule, of a duty, or the IRI of an action, as the code wants it.
        operands: IRIs of left operands, or `action`, `target`, `assignee`.
        detail: what in particular, as the document or the data names it: a field, a parameter.
    """

    code: str
    rule: str = ""
    other: str = ""
    operands: tuple[str, ...] = ()
    detail: str = ""


class Example(msgspec.Struct, frozen=True):
    """A situation that proves a finding: the evaluator itself was asked about it."""

    request: Request
    world: World


class ContainmentResult(msgspec.Struct, frozen=True):
    """The answer of `contains`, its reasons, and an example if what is granted makes the answer NOT_CONTAINED."""

    verdict: Containment
    reasons: tuple[Finding, ...] = ()
    example: Example | None = None


class OverlapResult(msgspec.Struct, frozen=True):
    """The answer of `overlap`, its reasons, and an example of what both grant."""

    verdict: Meeting
    reasons: tuple[Finding, ...] = ()
    example: Example | None = None


class Unknown(msgspec.Struct, frozen=True):
    """The analysis cannot tell; a person has to look."""

    reasons: tuple[Finding, ...] = ()
