"""A policy in one sentence, for lists: its permissions, prohibitions and duties.

The sentence is short: conditions and rules beyond its length are counted, and the card has all of them.
Pure: standard library only.
"""

from connector.language.catalogue import Language
from connector.policy.compiling.compiled import Compiled, CompiledDuty, CompiledRule
from connector.policy.model.constraints import walk_leaves
from connector.policy.words.constraint import split_and
from connector.policy.words.limits import is_overruled
from connector.policy.words.names import subject
from connector.policy.words.rule import (
    Wording,
    list_scope,
    list_users,
    make_wording,
    write_action,
    write_duty,
    write_prohibition,
)
from connector.policy.words.tiers import name_tier

_MOST_WORDS = 40
_MOST_CHARACTERS = 320
_EVERYTHING = 1_000_000


def sentence(compiled: Compiled, language: Language) -> str:
    """Describe a policy in one sentence.

    Parameters:
        compiled: any policy, also a void one.
        language: the language of the sentence.

    >>> sentence(compiled("odrl:count lteq 5", prohibition=[{"action": "odrl:distribute"}]), "de")
    'Nutzen erlaubt: Anzahl der Nutzungen: höchstens 5; verboten: weitergeben.'
    """
    wording = make_wording(compiled, language)
    if compiled.void is not None:
        return wording.say("policy.void")
    text = ""
    for details, parts in ((_EVERYTHING, _EVERYTHING), (4, 4), (3, 4), (2, 4), (1, 3), (1, 2), (0, 2), (0, 1)):
        text = wording.end_sentence(_shorten(compiled, wording, details, parts))
        if len(text.split()) <= _MOST_WORDS and len(text) <= _MOST_CHARACTERS:
            break
    return text


def _shorten(compiled: Compiled, wording: Wording, details: int, parts: int) -> str:
    """Describe at most `details` conditions of each rule and at most `parts` rules of each kind."""
    permissions = sorted({_permission(compiled, index, wording, details) for index in range(len(compiled.permissions))})
    brief = details < _EVERYTHING
    bans = _list_brief([_write_ban(rule, wording) for rule in compiled.prohibitions], brief=brief)
    duties = _list_brief([_write_obligation(entry, wording) for entry in compiled.obligations], brief=brief)
    allowed = _join_listed(permissions, parts, wording) or wording.say("policy.sentence-nothing")
    clauses = [allowed]
    if compiled.policy.kind != "Agreement":
        # An agreement is between its parties anyway; an offer that names one is of use to nobody else.
        clauses += [wording.say("policy.sentence-only-for", party=name) for name in list_users(wording)]
    if bans:
        key = "policy.sentence-forbidden-perm" if compiled.conflict == "perm" else "policy.sentence-forbidden"
        clauses.append(wording.say(key, bans=_join_listed(bans, parts, wording)))
    if duties:
        clauses.append(wording.say("policy.sentence-required", duties=_join_listed(duties, parts, wording)))
    clauses += _contractual(compiled, wording)
    return "; ".join(clauses)


def _contractual(compiled: Compiled, wording: Wording) -> list[str]:
    """Return the conditions that this connector does not enforce: the reader has to see them beside the others."""
    labels: set[str] = set()
    for rule in (*compiled.permissions, *compiled.prohibitions):
        for entry in (*rule.refinements, *rule.constraints):
            for leaf in walk_leaves(entry.constraint):
                tier = wording.registry.operands[leaf.left].tier
                if tier != "provider":
                    name = subject(leaf.left, wording.registry, wording.language)
                    labels.add(f"{name} ({name_tier(tier, wording.language)})")
    return [wording.say("policy.sentence-not-enforced", names=", ".join(sorted(labels)))] if labels else []


def _permission(compiled: Compiled, index: int, wording: Wording, most: int) -> str:
    rule = compiled.permissions[index].rule
    conditions = [*list_scope(rule, wording), *wording.write_constraints(rule.constraint)]
    first = sorted(write_duty(entry, wording) for entry in compiled.permissions[index].duties)
    conditions += [wording.say("policy.sentence-first", duty=entry) for entry in first]
    overruled = is_overruled(compiled, compiled.permissions[index])
    key = "policy.sentence-overruled" if overruled else "policy.sentence-allowed"
    allowed = wording.say(key, action=write_action(rule, wording))
    return f"{allowed}: {_join_counted(conditions, most, wording)}" if conditions else allowed


def _join_counted(entries: list[str], most: int, wording: Wording) -> str:
    rest = len(entries) - most
    if rest <= 0:
        return ", ".join(entries)
    return ", ".join([*entries[:most], wording.say(f"policy.{'more-' if most else ''}conditions", count=rest)])


def _write_ban(rule: CompiledRule, wording: Wording) -> tuple[str, str]:
    """Write a prohibition in full, and its action with the number of its conditions: none falls out unseen."""
    details = [*list_scope(rule.rule, wording), *wording.write_constraints(rule.rule.constraint, banned=True)]
    short = _count_conditions(write_action(rule.rule, wording), len(details) + len(rule.duties), wording)
    return write_prohibition(rule.rule, rule.duties, wording), short


def _write_obligation(entry: CompiledDuty, wording: Wording) -> tuple[str, str]:
    """Write an obligation in full, and its action with the number of its conditions."""
    details = [*list_scope(entry.duty, wording, optional=True), *split_and(entry.duty.constraint)]
    count = len(details) + len(entry.consequences)
    return write_duty(entry, wording), _count_conditions(write_action(entry.duty, wording), count, wording)


def _count_conditions(action: str, count: int, wording: Wording) -> str:
    return f"{action} ({wording.say('policy.conditions', count=count)})" if count else action


def _list_brief(entries: list[tuple[str, str]], *, brief: bool) -> list[str]:
    """Return each rule once, in full or in brief."""
    return [short if brief else full for full, short in sorted(set(entries))]


def _join_listed(entries: list[str], most: int, wording: Wording) -> str:
    if not entries:
        return ""
    rest = len(entries) - most
    shown = [*entries[:most], wording.say("policy.more-rules", count=rest)] if rest > 0 else entries
    return wording.grammar.join(shown, wording.say("policy.and"))
