"""A policy in one sentence, for lists: what is allowed, what not, what has to be done.

Short before complete: what does not fit is counted. The card says everything. Pure: standard library only.
"""

from connector.language.catalogue import Language
from connector.policy.compiling.checks import leaves
from connector.policy.compiling.compile import Compiled
from connector.policy.words.constraint import phrases
from connector.policy.words.names import subject
from connector.policy.words.rule import Manner, action, duty, manner, prohibition, scope
from connector.policy.words.tiers import label

_MOST_WORDS = 40
_MOST_CHARACTERS = 320
_EVERYTHING = 1_000_000


def sentence(compiled: Compiled, language: Language) -> str:
    """Say a policy in one sentence.

    Parameters:
        compiled: any policy.
        language: `de` or `en`.
    """
    how = manner(compiled, language)
    if compiled.void is not None:
        return how.say("policy.void")
    said = ""
    for details, parts in ((_EVERYTHING, _EVERYTHING), (4, 4), (3, 4), (2, 4), (1, 3), (1, 2), (0, 2), (0, 1)):
        said = how.grammar.end_sentence(_say_shortened(compiled, how, details, parts))
        if len(said.split()) <= _MOST_WORDS and len(said) <= _MOST_CHARACTERS:
            break
    return said


def _say_shortened(compiled: Compiled, how: Manner, details: int, parts: int) -> str:
    """Keep at most so many conditions of each rule, and at most so many rules of each kind."""
    permissions = sorted({_permission(compiled, index, how, details) for index in range(len(compiled.permissions))})
    bans = _bans(compiled, how, brief=details < _EVERYTHING)
    duties = _obligations(compiled, how, brief=details < _EVERYTHING)
    allowed = _join_listed(permissions, parts, how) or how.say("policy.sentence-nothing")
    found = [allowed]
    if bans:
        found.append(how.say("policy.sentence-forbidden", bans=_join_listed(bans, parts, how)))
    if duties:
        found.append(how.say("policy.sentence-required", duties=_join_listed(duties, parts, how)))
    found += _contractual(compiled, how)
    return "; ".join(found)


def _contractual(compiled: Compiled, how: Manner) -> list[str]:
    """Label the conditions that nobody enforces here: whoever reads the terms has to see it beside them."""
    said: dict[str, None] = {}
    for rule in (*compiled.permissions, *compiled.prohibitions):
        for entry in (*rule.refinements, *rule.constraints):
            for leaf in leaves(entry.constraint):
                tier = how.registry.operands[leaf.left].tier
                if tier != "provider":
                    said[f"{subject(leaf.left, how.registry, how.language)} ({label(tier, how.language)})"] = None
    if not said:
        return []
    return [how.say("policy.sentence-not-enforced", names=", ".join(sorted(said)))]


def _permission(compiled: Compiled, index: int, how: Manner, most: int) -> str:
    rule = compiled.permissions[index].rule
    conditions = [*scope(rule, how), *phrases(rule.constraint, how.registry, how.language)]
    first = sorted(duty(entry, how) for entry in compiled.permissions[index].duties)
    conditions += [how.say("policy.sentence-first", duty=entry) for entry in first]
    said = how.say("policy.sentence-allowed", action=action(rule, how))
    return f"{said}: {_join_counted(conditions, most, how)}" if conditions else said


def _join_counted(entries: list[str], most: int, how: Manner) -> str:
    rest = len(entries) - most
    if rest <= 0:
        return ", ".join(entries)
    return ", ".join([*entries[:most], how.say("policy.more" if most else "policy.conditions-only", count=rest)])


def _bans(compiled: Compiled, how: Manner, *, brief: bool) -> list[str]:
    if brief:
        return sorted({action(rule.rule, how) for rule in compiled.prohibitions})
    return sorted({prohibition(rule.rule, rule.duties, how) for rule in compiled.prohibitions})


def _obligations(compiled: Compiled, how: Manner, *, brief: bool) -> list[str]:
    if brief:
        return sorted({action(obligation.duty, how) for obligation in compiled.obligations})
    return sorted({duty(obligation, how) for obligation in compiled.obligations})


def _join_listed(entries: list[str], most: int, how: Manner) -> str:
    if not entries:
        return ""
    rest = len(entries) - most
    kept = [*entries[:most], how.say("policy.more", count=rest)] if rest > 0 else entries
    return how.grammar.join(kept, how.say("policy.and"))
