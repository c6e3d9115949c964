"""Answers questions about policies before their use: errors and warnings, description, comparison.

The answers depend on the documents alone: nothing is read from the store, and nothing is stored. Every text exists in
each language.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.core.errors import Invalid, NoSuchEntity
from connector.controlplane.judging import acceptance
from connector.controlplane.judging.acceptance import Texts, Unfit
from connector.controlplane.judging.library import Library, UnknownTemplate, template, template_names
from connector.controlplane.judging.policy_input import DRAFT, write_draft, write_wire
from connector.language.catalogue import LANGUAGES, write_in_all
from connector.policy.analysis.contains import contains
from connector.policy.analysis.difference import compare_versions
from connector.policy.analysis.lint import PersonalData
from connector.policy.analysis.overlap import overlap
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import Permission, Prohibition
from connector.policy.reading.load import load
from connector.policy.reading.recognising import FoundParameter, find_parameters
from connector.policy.reading.templates import Input, fill
from connector.policy.words import changes, findings
from connector.policy.words.card import card
from connector.policy.words.sentence import sentence


class TranslatedRemark(msgspec.Struct, frozen=True):
    """An error, a warning or a note. An `error` prevents the offer; `rule` is its rule, empty for all."""

    level: Literal["error", "warning", "note"]
    code: str
    rule: str
    text: Texts


class TranslatedLine(msgspec.Struct, frozen=True):
    """One question of a card and its answer."""

    question: str
    label: Texts
    text: Texts


class PolicyExplanation(msgspec.Struct, frozen=True, kw_only=True):
    """A policy in words. `problem` is the reason why it is not accepted; the rest is empty if it cannot be read."""

    sentence: Texts = {}
    card: tuple[TranslatedLine, ...] = ()
    contractual: tuple[str, ...] = ()
    policy_hash: str = ""
    problem: Texts | None = None


class TranslatedChange(msgspec.Struct, frozen=True):
    """One difference between two versions: the kind of change (`added` …) and the changed part (`permission` …)."""

    kind: str
    part: str
    rule: str
    text: Texts


class PolicyComparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two versions compared.

    `width` is `same`, `widened`, `narrowed`, `changed` or `unknown`; `text` has it in words. `contained` is whether the
    old version grants everything that the new one grants (`contained`, `not-contained`, `unknown`), `meeting` whether
    both grant something in common (`overlap`, `disjoint`, `unknown`). `reasons` are the differences behind both.
    """

    width: str
    text: Texts
    changes: tuple[TranslatedChange, ...]
    contained: str
    meeting: str
    reasons: tuple[Texts, ...]


def document(policy: dict[str, Any]) -> bytes:
    """Return the document of a policy that a person wrote: by default an Offer with the identifier of a draft.

    A policy without a target, of whatever type, is an Offer as well: its dataset is the one that it is handed in for.

    Raises PolicyError for a policy that cannot be read, or not be converted to the compact form.
    """
    read = load(write_draft(policy))
    rules: tuple[Permission | Prohibition, ...] = (*read.permission, *read.prohibition)
    targets = [rule.target or read.target for rule in rules]
    kind = read.kind if all(targets) or read.kind == "Agreement" else "Offer"
    return msgspec.json.encode(dump(msgspec.structs.replace(read, kind=kind)))


def try_compile(library: Library, policy: dict[str, Any]) -> Compiled | PolicyError:
    """Return a policy that a person wrote, compiled, or the error if it cannot be accepted."""
    try:
        return library.compile(document(policy))
    except PolicyError as error:
        return error


def read(library: Library, policy: dict[str, Any]) -> Compiled:
    """Compile a policy. Raises Invalid with the path in the document."""
    compiled = try_compile(library, policy)
    if isinstance(compiled, PolicyError):
        raise Invalid(compiled.code, acceptance.to_unreadable(compiled).texts["en"])
    return compiled


def examine(
    library: Library, policy: dict[str, Any], now: datetime, personal: PersonalData = "none"
) -> tuple[TranslatedRemark, ...]:
    """Return the errors, warnings and notes on a policy as an offer, errors first."""
    written, sent = try_compile(library, policy), _compile_wire(library, policy)
    if isinstance(sent, PolicyError):
        fault = written if isinstance(written, PolicyError) else sent
        return (_error(acceptance.to_unreadable(fault, with_path=False), fault.path),)
    found = acceptance.list_remarks(library, sent, now, personal=personal)
    return tuple(
        TranslatedRemark(
            remark.level,
            remark.finding.code,
            remark.finding.rule,
            {language: findings.say(remark.finding, library.operands, language) for language in LANGUAGES},
        )
        for level in ("error", "warning", "note")
        for remark in found
        if remark.level == level
    )


def _compile_wire(library: Library, policy: dict[str, Any]) -> Compiled | PolicyError:
    """Return a policy as it is compiled when an asset is offered under it: in the form in which policies travel."""
    try:
        wire = msgspec.json.encode(write_wire(policy, library.operands))
    except PolicyError as error:
        return error
    return library.compile(documents.make_catalog_offer(wire, offer_id=DRAFT))


def explain(library: Library, policy: dict[str, Any]) -> PolicyExplanation:
    """Describe a policy in a sentence and on a card, also one that this connector cannot enforce."""
    compiled = accepted = try_compile(library, policy)
    problem = None
    if isinstance(accepted, PolicyError):
        problem = acceptance.to_unreadable(accepted).texts
        if accepted.code == "not-enforceable":
            compiled = library.compile_readable(document(policy))
    if isinstance(compiled, PolicyError):
        return PolicyExplanation(problem=problem)
    cards = write_in_all(lambda language: card(compiled, language).lines)
    return PolicyExplanation(
        sentence=write_in_all(lambda language: sentence(compiled, language)),
        card=tuple(
            TranslatedLine(
                question=line.question,
                label={language: lines[place].label for language, lines in cards.items()},
                text={language: " ".join(lines[place].sentences) for language, lines in cards.items()},
            )
            for place, line in enumerate(cards["en"])
        ),
        contractual=compiled.contractual,
        policy_hash=compiled.policy_hash,
        problem=problem,
    )


def compare(library: Library, old: dict[str, Any], new: dict[str, Any]) -> PolicyComparison:
    """Compare two versions of a policy, or an offer (old) with a request (new). Raises Invalid."""
    before, after = read(library, old), read(library, new)
    found, held, common = compare_versions(before, after), contains(before, after), overlap(before, after)
    operands = library.operands
    return PolicyComparison(
        width=found.width,
        text={language: changes.width(found.width, language) for language in LANGUAGES},
        changes=tuple(
            TranslatedChange(
                entry.kind,
                entry.part,
                entry.rule,
                {language: changes.change(entry, operands, language) for language in LANGUAGES},
            )
            for entry in found.changes
        ),
        contained=held.verdict.value,
        meeting=common.verdict.value,
        reasons=tuple(
            {language: findings.say(reason, operands, language) for language in LANGUAGES}
            for reason in dict.fromkeys((*held.reasons, *common.reasons))
        ),
    )


class UnfitParameter(Invalid):
    """A parameter of a template is missing or wrong; `parameter` is its name."""

    def __init__(self, code: str, reason: str, parameter: str) -> None:
        super().__init__(code, reason)
        self.parameter = parameter


def fill_template(name: str, parameters: Mapping[str, Input]) -> dict[str, object]:
    """Return the policy of a template with its parameters filled in. Raises NoSuchEntity, UnfitParameter."""
    try:
        return fill(template(name), parameters, uid=f"urn:datenkontor:template:{name}")
    except UnknownTemplate as error:
        raise NoSuchEntity("no-template", str(error)) from None
    except PolicyError as error:
        raise UnfitParameter(error.code, error.sentence, error.path) from None


def find_template(policy: Mapping[str, object]) -> tuple[str, dict[str, FoundParameter]] | None:
    """Return the template that says what a policy says, as `dump` writes it, with its parameters; None if none does."""
    tried = ((name, find_parameters(template(name), policy)) for name in template_names())
    return next(((name, given) for name, given in tried if given is not None), None)


def _error(unfit: Unfit, rule: str) -> TranslatedRemark:
    return TranslatedRemark("error", unfit.code, rule, unfit.texts)
