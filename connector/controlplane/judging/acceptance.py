"""Checks whether a policy can be offered or agreed: it is readable, not void, usable, and enforced here.

A part that this connector cannot check or apply would deny every access later; such a policy is refused before.
"""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.facts import is_known
from connector.controlplane.judging.library import Library
from connector.controlplane.judging.payments import TOLD
from connector.controlplane.judging.performed import is_performed_here
from connector.controlplane.judging.treating import known_data, treatments
from connector.controlplane.judging.treating.known_data import ANY, KnownData
from connector.controlplane.judging.treating.transform_steps import find_exact_places
from connector.controlplane.judging.world import OF_CONNECTOR, build_fixed_facts
from connector.language.catalogue import Language, find_translated_sentence, say, write_in_all
from connector.policy.analysis.findings import Finding
from connector.policy.analysis.granting import DeadPart, FixedFacts, find_never_granted, list_dead_parts
from connector.policy.analysis.lint import PersonalData, Remark, lint
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.constraints import walk_leaves
from connector.policy.model.errors import PolicyError
from connector.policy.model.literals import to_lexical
from connector.policy.model.policy import DK, ODRL, AtomicConstraint
from connector.policy.words import findings
from connector.ports.entities import AssetStatement, DataClass, Marking

# Remarks on personal data that do not prevent its offer.
_PERSONAL = frozenset({"unusual-purpose", "consent-is-weak"})

_VERSION = ODRL + "version"
OPTIONS = {
    ODRL + "language": "--language",
    _VERSION: "--data-version",
    ODRL + "resolution": "--resolution",
    DK + "legalBasis": "--legal-basis",
}
"""The options that state what an asset can leave open."""

Texts = dict[str, str]
"""One text in each language."""


class Unfit(msgspec.Struct, frozen=True):
    """Why a policy may not be offered or agreed: a code for programs, a text in each language for people."""

    code: str
    texts: Texts


def find_unenforceable(library: Library, document: bytes, data: KnownData = ANY) -> Unfit | None:
    """Return why a policy cannot be accepted, or None: it is not readable, or a part of it is not enforced here.

    `data` are the known properties of its data; the default is data that fits.
    """
    compiled = library.compile(document)
    if isinstance(compiled, PolicyError):
        return to_unreadable(compiled)
    return next((_to_unfit(library, finding) for finding in gaps(library, compiled, data)), None)


def find_unacceptable(library: Library, document: bytes) -> Unfit | None:
    """Return why a consumer cannot contract on the terms of a provider, or None.

    The rule is that of a provider: what is not readable is not agreed, and what only the contract or the consumer's
    connector enforces follows the accepted tiers. A policy that is void or permits nothing is not agreed either. The
    provider checks facts and duties, so that this connector need not be able to.
    """
    compiled = library.compile(document)
    if isinstance(compiled, PolicyError):
        return to_unreadable(compiled)
    if compiled.void is not None:
        return _to_unfit(library, Finding("void", compiled.void.rule, compiled.void.atom))
    return None if compiled.permissions else _to_unfit(library, Finding("never-granted"))


def find_unpublishable(library: Library, document: bytes, now: datetime, data: KnownData = ANY) -> Unfit | None:
    """Return why a policy cannot be offered, or None: it is unenforceable, void, or grants no use from `now` on."""
    problem = find_unenforceable(library, document, data)
    if problem is not None:
        return problem
    compiled = library.compile(document)
    assert isinstance(compiled, Compiled)
    errors = (remark.finding for remark in list_remarks(library, compiled, now, data) if remark.level == "error")
    return next((_to_unfit(library, finding) for finding in errors), None)


def list_remarks(
    library: Library, compiled: Compiled, now: datetime, data: KnownData = ANY, personal: PersonalData = "none"
) -> list[Remark]:
    """Return the remarks on a policy as an offer; with an error among them it cannot be offered."""
    found = [Remark("error", finding) for finding in gaps(library, compiled, data)]
    if not any(rule.covers is None or ODRL + "use" in rule.covers for rule in compiled.permissions):
        found.append(Remark("error", Finding("no-use")))
    return [*found, *lint(compiled, now=now, personal=personal), *_list_ruled_out(library, compiled, data, now)]


def find_ruled_out(library: Library, compiled: Compiled, now: datetime, data: KnownData) -> Unfit | None:
    """Return why the data or this connector rules out every use under a policy, or None."""
    found = (entry.finding for entry in _list_ruled_out(library, compiled, data, now) if entry.level == "error")
    return next((_to_unfit(library, finding) for finding in found), None)


def asset_remarks(library: Library, document: bytes, now: datetime, data: KnownData) -> tuple[Texts, ...]:
    """Return the warnings on an offer of this data.

    They are about what can never be used of it, because of the data or of this connector, and about a place that the
    terms make coarser in one field and not in another.
    """
    compiled = library.compile(document)
    if isinstance(compiled, PolicyError):
        return ()
    found = [entry.finding for entry in _list_ruled_out(library, compiled, data, now) if entry.level == "warning"]
    if data.records and (exact := find_exact_places(compiled, data.records)):
        found.append(Finding("place-exact", detail=", ".join(exact)))
    return tuple(_to_unfit(library, finding).texts for finding in dict.fromkeys(found))


def _list_ruled_out(library: Library, compiled: Compiled, data: KnownData, now: datetime) -> Iterator[Remark]:
    """Yield an error if the policy can never grant a use of the data, else warnings for what can never apply.

    Another version of the data is stated in the ordinary course, so that a version that differs is a warning.
    """
    facts = build_fixed_facts(data, compiled, library.operands, now)
    release = data.stated.release if data.stated is not None else None
    lasting = msgspec.structs.replace(facts, operands=facts.operands - {_VERSION}) if release else facts
    never = find_never_granted(compiled, lasting)
    if never is not None:
        yield Remark("error", _explain(library, never, lasting, ("never-unstated", "never-stated", "never-delivered")))
    elif release and find_never_granted(compiled, facts) is not None:
        yield Remark("warning", Finding("version-stated", operands=(_VERSION,), detail=release))
    else:
        codes = ("part-unstated", "part-stated", "part-delivered")
        parts = (part for part in list_dead_parts(compiled, facts) if part.operands)
        yield from (Remark("warning", _explain(library, part, facts, codes)) for part in parts)


def _explain(library: Library, part: DeadPart, facts: FixedFacts, codes: tuple[str, str, str]) -> Finding:
    """Return the finding about the operands that are alike: unstated ones, else those of the asset, else our own."""
    operands = library.operands.operands
    unstated = tuple(iri for iri in part.operands if operands[iri].fact not in facts.worlds[0].facts)
    if unstated:
        options = ", ".join(OPTIONS[iri] for iri in unstated if iri in OPTIONS)
        return Finding(codes[0], part.rule, operands=unstated, detail=options)
    of_data = tuple(iri for iri in part.operands if iri not in OF_CONNECTOR)
    named = of_data or part.operands
    known = [world.facts.get(operands[iri].fact, ()) for iri in named for world in facts.worlds]
    values = dict.fromkeys(to_lexical(value)[0] for found in known for value in found)
    return Finding(codes[1] if of_data else codes[2], part.rule, operands=named, detail=", ".join(values))


def find_impersonal(
    evaluator: Evaluator, document: bytes, stated: AssetStatement, data_class: DataClass
) -> Unfit | None:
    """Return why a policy is not complete for personal data, with a sentence for each missing part, or None."""
    found = [finding for level, finding in _personal(evaluator, document, stated, data_class) if level == "error"]
    if not found:
        return None
    texts = [_to_unfit(evaluator.library, finding).texts for finding in dict.fromkeys(found)]
    return Unfit(found[0].code, write_in_all(lambda language: " ".join(text[language] for text in texts)))


def personal_remarks(
    evaluator: Evaluator, document: bytes, stated: AssetStatement, data_class: DataClass
) -> tuple[Texts, ...]:
    """Return the warnings on an offer of personal data that can be offered."""
    found = [finding for level, finding in _personal(evaluator, document, stated, data_class) if level == "warning"]
    return tuple(
        _to_unfit(evaluator.library, finding).texts for finding in dict.fromkeys(found) if finding.code in _PERSONAL
    )


def _personal(
    evaluator: Evaluator, document: bytes, stated: AssetStatement, data_class: DataClass
) -> Iterator[tuple[str, Finding]]:
    compiled = evaluator.library.compile(document)
    if data_class is not DataClass.PERSONAL or isinstance(compiled, PolicyError):
        return
    kind: PersonalData = "special" if stated.marking is Marking.SPECIAL else "personal"
    for remark in lint(compiled, personal=kind, public_body=is_public_body(evaluator)):
        yield remark.level, msgspec.structs.replace(remark.finding, rule="")


def is_public_body(evaluator: Evaluator) -> bool:
    """Return whether this participant is a public body, by the participant list; if the list has no type, it is one."""
    known = evaluator.directory.participant(evaluator.context.participant)
    kinds = known.claims.get("organisationType", ()) if known else ()
    return not kinds or "public-body" in kinds


def to_unreadable(error: PolicyError, *, with_path: bool = True) -> Unfit:
    """Return why a policy cannot be read or compiled, with the path in the document if nothing else shows it."""
    path = f" ({error.path})" if error.path and with_path else ""

    def write(language: Language) -> str:
        told = find_translated_sentence(language, error.sentence)
        key = "processes.unreadable" if told is None else "processes.unfit"
        return say(language, key, reason=f"{told or error.sentence}{path}")

    return Unfit(error.code, write_in_all(write))


def _to_unfit(library: Library, finding: Finding) -> Unfit:
    texts = write_in_all(lambda language: findings.say(finding, library.operands, language))
    return Unfit(finding.code, texts)


def gaps(library: Library, compiled: Compiled, data: KnownData = ANY) -> Iterator[Finding]:
    """Yield the parts of a policy that this connector cannot check or apply; each operand and action once."""
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
            action = duty.duty.action[0].iri
            if (
                rule.kind == "permission"
                and not duty.transform
                and action not in TOLD
                and not is_performed_here(duty, library.executors)
            ):
                yield Finding("not-seen", other=action)
            yield from _of_duty(library, duty)
    for duty in compiled.obligations:
        yield from _of_duty(library, duty)


def _of_duty(library: Library, duty: CompiledDuty) -> Iterator[Finding]:
    for check in (*duty.checks, *duty.timely):
        for atom in walk_leaves(check.constraint):
            yield from _of_atom(library, atom)


def _of_atom(library: Library, atom: AtomicConstraint) -> Iterator[Finding]:
    operand = library.operands.operands[atom.left]
    if not is_known(operand, library.claims) and not known_data.is_from_data(operand):
        yield Finding("not-checked", operands=(operand.iri,))


def _conditions(rule: CompiledRule) -> Iterator[AtomicConstraint]:
    for check in (*rule.refinements, *rule.constraints):
        yield from walk_leaves(check.constraint)
    for row in rule.rows:
        yield from walk_leaves(row)
