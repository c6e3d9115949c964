"""Whether a policy may be offered or agreed here: it is read, not void, of use to somebody, and enforced here.

What nothing here can check, apply or see would deny every access later; it is refused before anybody relies on it.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from connector.controlplane import treatments
from connector.controlplane.facts import known, performed_here
from connector.controlplane.library import Library
from connector.controlplane.treatments import ANY, TRANSFORMS, Data
from connector.policy.analysis.findings import Finding
from connector.policy.analysis.lint import Remark, lint
from connector.policy.checks import leaves
from connector.policy.compile import Compiled, CompiledDuty, CompiledRule
from connector.policy.decision import PolicyError
from connector.policy.model import DK, ODRL, AtomicConstraint
from connector.policy.words import findings

Texts = dict[str, str]
"""The same in `de` and `en`."""

# What comes nearest to an operand that nothing here can check.
_NEAREST = {
    DK + "requestsPerHour": ODRL + "count",
    DK + "dataAge": ODRL + "dateTime",
    ODRL + "event": ODRL + "dateTime",
    ODRL + "version": ODRL + "dateTime",
    DK + "paymentState": DK + "participantGroup",
    ODRL + "payAmount": DK + "participantGroup",
    DK + "legalBasis": ODRL + "purpose",
    DK + "artifactState": DK + "securityLevel",
}


class Unfit(msgspec.Struct, frozen=True):
    """Why a policy may not be offered or agreed: a code for programs, a text in each language for people."""

    code: str
    texts: Texts


def unenforceable(library: Library, document: bytes, data: Data = ANY) -> Unfit | None:
    """Return why a policy cannot be accepted at all: it cannot be read, or something in it cannot be enforced here.

    `data` is what is known of the data it is about; without it some that fit are meant.
    """
    compiled = library.compiled(document)
    if isinstance(compiled, PolicyError):
        return unreadable(compiled)
    return next((_unfit(library, finding) for finding in gaps(library, compiled, data)), None)


def unpublishable(library: Library, document: bytes, now: datetime, data: Data = ANY) -> Unfit | None:
    """Return why a policy is not offered: as above, or because it is void or nobody could ever use it from `now` on."""
    problem = unenforceable(library, document, data)
    if problem is not None:
        return problem
    compiled = library.compiled(document)
    assert isinstance(compiled, Compiled)
    if not any(rule.covers is None or ODRL + "use" in rule.covers for rule in compiled.permissions):
        return _unfit(library, Finding("no-use"))
    errors = (remark.finding for remark in lint(compiled, now=now) if remark.level == "error")
    return next((_unfit(library, finding) for finding in errors), None)


def remarks(library: Library, compiled: Compiled) -> tuple[Remark, ...]:
    """Return what nothing here can enforce, as remarks beside those of `lint`."""
    return tuple(Remark("error", finding) for finding in gaps(library, compiled))


def unreadable(error: PolicyError) -> Unfit:
    """Return why a policy cannot be read or compiled, with the place in the document."""
    where = f" ({error.path})" if error.path else ""
    text = f"{error.sentence}{where}"
    return Unfit(error.code, {"de": f"Diese Regeln sind hier nicht annehmbar: {text}", "en": text})


def _unfit(library: Library, finding: Finding) -> Unfit:
    said = {"de": findings.say(finding, library.operands, "de"), "en": findings.say(finding, library.operands, "en")}
    return Unfit(finding.code, said)


def gaps(library: Library, compiled: Compiled, data: Data = ANY) -> Iterator[Finding]:
    """Yield what in a policy nothing here can check, apply or see; each operand and action once."""
    seen: set[Finding] = set()
    for finding in (*_all(library, compiled), *treatments.gaps(compiled, data)):
        if finding not in seen:
            seen.add(finding)
            yield finding


def _all(library: Library, compiled: Compiled) -> Iterator[Finding]:
    for rule in (*compiled.permissions, *compiled.prohibitions):
        for atom in _conditions(rule):
            yield from _of_atom(library, atom)
        for duty in rule.duties:
            if rule.kind == "permission" and not duty.transform and not performed_here(duty):
                yield Finding("not-seen", other=duty.duty.action[0].iri)
            yield from _of_duty(library, duty)
    for duty in compiled.obligations:
        yield from _of_duty(library, duty)


def _of_duty(library: Library, duty: CompiledDuty) -> Iterator[Finding]:
    if duty.transform and duty.transform not in TRANSFORMS:
        yield Finding("not-applied", other=duty.duty.action[0].iri)
    for check in duty.checks:
        for atom in leaves(check.constraint):
            yield from _of_atom(library, atom)


def _of_atom(library: Library, atom: AtomicConstraint) -> Iterator[Finding]:
    operand = library.operands.operands[atom.left]
    if not known(operand, library.claims) and not treatments.by_data(operand):
        yield Finding("not-checked", other=_NEAREST.get(operand.iri, ""), operands=(operand.iri,))


def _conditions(rule: CompiledRule) -> Iterator[AtomicConstraint]:
    for check in (*rule.refinements, *rule.constraints):
        yield from leaves(check.constraint)
    for row in rule.rows:
        yield from leaves(row)
