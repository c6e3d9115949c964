"""The terms that the inputs of a recipe allow: the meet of their policies, as an offer to others.

What the inputs permit is cut, and what they forbid and require is united. An input that others provide must permit to
derive data from it and to distribute what was derived, without an exception: a condition of ours is none of theirs.
"""

from collections.abc import Sequence

import msgspec

from connector.controlplane.core import documents
from connector.controlplane.judging.library import Library
from connector.controlplane.usecases.recipes.inputs import FoundInput
from connector.language.catalogue import Language, say, say_in_all, write_in_all
from connector.policy.analysis.contains import contains
from connector.policy.analysis.findings import Containment, Finding, Unknown
from connector.policy.analysis.meet import meet
from connector.policy.compiling.compile import compile_policy
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import ODRL, Duty, Permission, Policy, Prohibition
from connector.policy.words import findings

_UID = "urn:uuid:product"
_NEEDED = (ODRL + "derive", ODRL + "distribute")
_EVERY_TIER = frozenset({"provider", "consumer", "organisational"})
_MOST_REASONS = 3


class NoTerms(msgspec.Struct, frozen=True):
    """Why a product cannot be offered, in each language."""

    texts: dict[str, str]


def find_terms(library: Library, inputs: Sequence[FoundInput]) -> Compiled | NoTerms:
    """Return the widest terms under which a product of these inputs can be offered."""
    joint: Compiled | None = None
    for found in inputs:
        title = next(iter(found.lineage.title.values()), found.lineage.dataset)
        compiled = library.compile_readable(_to_document(found))
        if isinstance(compiled, PolicyError):
            return NoTerms(say_in_all("products.unreadable", title=title))
        if not found.own and (missing := _find_forbidden(compiled)):
            return NoTerms(say_in_all(f"products.no-{missing.removeprefix(ODRL)}", title=title))
        bared = _compile(library, _bare(compiled.policy))
        if isinstance(bared, PolicyError):
            return NoTerms(say_in_all("products.unreadable", title=title))
        if joint is None:
            joint = bared
            continue
        met = meet(joint, bared, uid=_UID)
        if met is None:
            return NoTerms(say_in_all("products.void", title=title))
        if isinstance(met, Unknown):
            return NoTerms(_add_reasons("products.unknown", title, met.reasons, library))
        compiled_met = _compile(library, met)
        if isinstance(compiled_met, PolicyError):
            return NoTerms(say_in_all("products.void", title=title))
        joint = compiled_met
    assert joint is not None
    return joint


def write_terms(terms: Compiled) -> dict[str, object]:
    """Return terms as a policy that can be offered."""
    document = dump(terms.policy)
    # The context of the protocol has no term for it; the wire profile assumes `prohibit` if it is missing.
    document.pop("conflict", None)
    return document


def find_wider(library: Library, terms: Compiled, offered: bytes) -> dict[str, str] | None:
    """Return why an offer is not within the terms that the inputs allow, in each language; None if it is."""
    compiled = library.compile_readable(documents.make_catalog_offer(offered, offer_id=_UID))
    if isinstance(compiled, PolicyError):
        return say_in_all("products.unreadable-offer")
    bared = _compile(library, _bare(compiled.policy))
    if isinstance(bared, PolicyError):
        return say_in_all("products.unreadable-offer")
    found = contains(terms, bared)
    if found.verdict is Containment.CONTAINED:
        return None
    names = dict.fromkeys(name for reason in found.reasons for name in reason.operands)

    def write(language: Language) -> str:
        parts = ", ".join(findings.name_part(name, library.operands, language) for name in names)
        return say(language, "products.wider-in" if parts else "products.wider", parts=parts)

    return write_in_all(write)


def _to_document(found: FoundInput) -> bytes:
    """Return the policy of an input: an agreement as it is, the policy of an own asset as an offer."""
    return documents.make_catalog_offer(found.policy, offer_id=_UID) if found.own else found.policy


def _compile(library: Library, policy: Policy) -> Compiled | PolicyError:
    try:
        return compile_policy(policy, library.operands, conflict="prohibit", accept=_EVERY_TIER)
    except PolicyError as error:
        return error


def _find_forbidden(compiled: Compiled) -> str:
    """Return what has to be permitted and is not; empty if all is."""
    if compiled.void is not None:
        return _NEEDED[0]
    for action in _NEEDED:
        if not any(_covers(rule, action) for rule in compiled.permissions):
            return action
        if any(_covers(rule, action) for rule in compiled.prohibitions):
            return action
    return ""


def _covers(rule: CompiledRule, action: str) -> bool:
    return rule.covers is None or action in rule.covers


def _bare(policy: Policy) -> Policy:
    """Return a policy about no asset in particular, from nobody in particular, to anybody."""
    return msgspec.structs.replace(
        policy,
        kind="Offer",
        uid=_UID,
        target=(),
        assigner=(),
        assignee=(),
        permission=tuple(_bare_permission(rule) for rule in policy.permission),
        prohibition=tuple(_bare_prohibition(rule) for rule in policy.prohibition),
        obligation=tuple(map(_bare_duty, policy.obligation)),
    )


def _bare_permission(rule: Permission) -> Permission:
    duties = tuple(map(_bare_duty, rule.duty))
    return msgspec.structs.replace(rule, target=(), assigner=(), assignee=(), duty=duties)


def _bare_prohibition(rule: Prohibition) -> Prohibition:
    remedies = tuple(map(_bare_duty, rule.remedy))
    return msgspec.structs.replace(rule, target=(), assigner=(), assignee=(), remedy=remedies)


def _bare_duty(duty: Duty) -> Duty:
    consequences = tuple(map(_bare_duty, duty.consequence))
    return msgspec.structs.replace(duty, target=(), assigner=(), assignee=(), consequence=consequences)


def _add_reasons(key: str, title: str, reasons: Sequence[Finding], library: Library) -> dict[str, str]:
    said = say_in_all(key, title=title)
    shown = list(dict.fromkeys(reasons))[:_MOST_REASONS]
    more = write_in_all(lambda language: " ".join(findings.say(one, library.operands, language) for one in shown))
    return {language: " ".join(filter(None, (text, more[language]))) for language, text in said.items()}
