"""Which members of the data space could use an offer under its terms, and why not: a dry run for each."""

from typing import Any

import msgspec

from connector.controlplane.core.errors import UseCaseError
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.usecases import policies
from connector.controlplane.usecases.trying.dry_runs import decide_question
from connector.policy.compiling.compiled import Compiled
from connector.policy.model.constraints import flatten
from connector.policy.model.policy import AtomicConstraint
from connector.policy.model.values import Iri
from connector.policy.words.names import name_value
from connector.views.policies import TrialOrder
from connector.web.frame.wording import PageWords

MOST_MEMBERS = 15


class AudienceMember(msgspec.Struct, frozen=True, kw_only=True):
    """A member and the verdict: `reasons` say why not, or what is due first."""

    name: str
    id: str
    may: bool
    reasons: tuple[str, ...] = ()


class Audience(msgspec.Struct, frozen=True, kw_only=True):
    """The first members by name, how many there are, and what each is taken to state, such as its purpose."""

    members: tuple[AudienceMember, ...]
    count: int
    stating: tuple[str, ...] = ()


async def find_audience(evaluator: Evaluator, words: PageWords, policy: dict[str, Any]) -> Audience:
    """Return who could use data under a policy, at most `MOST_MEMBERS` of them; this participant is left out."""
    own = evaluator.context.participant
    known = sorted(
        (listed for listed in evaluator.directory.participants() if listed.id != own),
        key=lambda listed: ((listed.name or listed.id).casefold(), listed.id),
    )
    compiled = policies.try_compile(evaluator.library, policy)
    stated = _assume(compiled) if isinstance(compiled, Compiled) else {}
    members = []
    for listed in known[:MOST_MEMBERS]:
        facts: dict[str, tuple[str, ...]] = {left: (iri,) for left, iri in stated.items()}
        question = TrialOrder(policy=policy, participant=listed.id, facts=facts)
        try:
            found = await decide_question(evaluator, question)
        except UseCaseError as error:
            members.append(
                AudienceMember(name=listed.name, id=listed.id, may=False, reasons=(words.translate(error.reason),))
            )
            continue
        denied = found.verdict == "deny"
        reasons = found.reasons.get(words.language, ()) if denied else found.duties.get(words.language, ())
        members.append(
            AudienceMember(name=listed.name or words.party(listed.id), id=listed.id, may=not denied, reasons=reasons)
        )
    registry = evaluator.library.operands
    stating = tuple(name_value(iri, registry.operands[left], registry, words.language) for left, iri in stated.items())
    return Audience(members=tuple(members), count=len(known), stating=stating)


def _assume(compiled: Compiled) -> dict[str, str]:
    """Return what a consumer states itself, by operand: the first value that the policy allows for each."""
    operands = compiled.registry.operands
    found: dict[str, str] = {}
    for rule in compiled.permissions:
        for entry, _path in flatten([check.constraint for check in rule.constraints], ""):
            if isinstance(entry, AtomicConstraint) and operands[entry.left].trust == "declared":
                value = next((value for value in entry.right if isinstance(value, Iri)), None)
                if value is not None and entry.operator in {"eq", "isA", "isAnyOf"}:
                    found.setdefault(entry.left, value.iri)
    return found
