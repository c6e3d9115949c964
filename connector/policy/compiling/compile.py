"""Compile a policy to closures, once for each revision of an agreement.

The order is: inherit, push down, validate, normalise, compile. No code is generated and no text is evaluated. Pure:
standard library and msgspec only.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import cast

import msgspec

from connector.policy.compiling import normalise, validate
from connector.policy.compiling.checks import Builder, list_edges
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.compiling.duties import compile_duty
from connector.policy.compiling.inheriting import inherit, push_down
from connector.policy.compiling.rules import compile_rule
from connector.policy.model.decision import DutyMode, Reason
from connector.policy.model.policy import (
    ConflictStrategy,
    Policy,
)
from connector.policy.vocabulary.registry import Registry

WIRE_CONFLICT: ConflictStrategy = "prohibit"
"""The conflict strategy of a policy from the wire that states none: the protocol's context has no term for one."""


ENFORCED_HERE = frozenset({"provider"})
"""Tiers of enforcement that are accepted without the operator allowing more."""


def compile_policy(
    policy: Policy,
    registry: Registry,
    *,
    parents: Sequence[Policy] = (),
    suite_mode: bool = False,
    duty_mode: DutyMode = DutyMode.PRECONDITION,
    conflict: ConflictStrategy | None = None,
    accept: frozenset[str] = ENFORCED_HERE,
) -> Compiled:
    """Validate, normalise and compile a policy.

    Parameters:
        policy: as loaded. An Offer compiles too, to be shown and negotiated; it is denied at access.
        registry: what it may say.
        parents: the policies it may inherit from.
        suite_mode: a missing action or target means any (public test suite).
        duty_mode: how duties of permissions count.
        conflict: strategy if neither the policy nor its profile states one; the standard's `invalid` if None.
        accept: tiers of enforcement that the operator of this connector allows (`consumer`, `organisational`).

    Raises:
        PolicyError: the broken rule, its place, and the nearest supported form.

    >>> policy = compile_policy(load(document("odrl:count lteq 5")), registry, conflict="prohibit")
    >>> [counter.limit for counter in policy.counters]
    [5]
    """
    merged, stated = inherit(policy, parents)
    pushed = push_down(merged)
    validate.check_policy(pushed, registry, suite_mode=suite_mode)
    normal = normalise.to_normal(pushed, registry, accept)
    strategy = _find_strategy(normal, registry, stated, conflict)
    builders: list[Builder] = []
    permissions = tuple(compile_rule(rule, "permission", registry, builders) for rule in normal.permission)
    prohibitions = tuple(compile_rule(rule, "prohibition", registry, builders) for rule in normal.prohibition)
    obligations = tuple(compile_duty(duty, "obligation", registry, builders) for duty in normal.obligation)
    flips = [flip for builder in builders for flip in builder.flips]
    counters = {name: counter for builder in builders for name, counter in builder.counters.items()}
    return Compiled(
        policy=normal,
        registry=registry,
        void=_find_void(normal, stated, strategy, permissions, prohibitions),
        conflict=strategy,
        permissions=permissions,
        prohibitions=prohibitions,
        obligations=obligations,
        duty_mode=duty_mode,
        edges=_collect_edges((*permissions, *prohibitions)),
        flips=tuple(flips),
        facts=frozenset(fact for builder in builders for fact in builder.facts),
        counters=tuple(counters.values()),
        counted=counters.keys() != {counter.fact for rule in permissions for counter in rule.counters},
        contractual=tuple(path for builder in builders for path in builder.contractual),
        effects=bool(obligations) or any(rule.rows or rule.duties for rule in (*permissions, *prohibitions)),
        policy_hash=hash_policy(normal, strategy),
    )


def hash_policy(normal: Policy, conflict: ConflictStrategy) -> str:
    """Hash the meaning of a normal form, without its notes and descriptions.

    >>> normal_form = compiled().policy
    >>> hash_policy(normal_form, "prohibit") == hash_policy(normal_form, "perm")
    False
    """
    bare = msgspec.structs.replace(normal, conflict=conflict, notes=(), about=(), prefixes=(), inherit_from=())
    return hashlib.sha256(msgspec.json.encode(bare)).hexdigest()


def _find_strategy(
    normal: Policy, registry: Registry, stated: frozenset[str], default: ConflictStrategy | None
) -> ConflictStrategy:
    if len(stated) == 1:
        return cast("ConflictStrategy", next(iter(stated)))
    if stated:
        return "invalid"
    by_profile = {registry.profiles[profile].conflict for profile in normal.profiles}
    if len(by_profile) == 1:
        return next(iter(by_profile))
    return "invalid" if by_profile else default or "invalid"


def _collect_edges(rules: Sequence[CompiledRule]) -> tuple[datetime, ...]:
    found: set[datetime] = set()
    for rule in rules:
        found.update(list_edges(rule.ordered))
        if rule.kind == "permission":
            for duty in rule.duties:
                found.update(list_edges((*duty.checks, *duty.timely)))
                if duty.deadline is not None:
                    found.add(duty.deadline)
    return tuple(sorted(found))


def _find_void(
    normal: Policy,
    stated: frozenset[str],
    strategy: ConflictStrategy,
    permissions: Sequence[CompiledRule],
    prohibitions: Sequence[CompiledRule],
) -> Reason | None:
    """A policy that grants nothing: replaced, or with a conflict that its strategy does not resolve.

    Only certain conflicts count here: a prohibition without any condition that falls on the actions, target and party
    of a permission. Conflicts that depend on facts are found when a request meets both rules.
    """
    if normal.replaced_by:
        return Reason("void", atom="isReplacedBy", expected=normal.replaced_by)
    if strategy != "invalid":
        return None
    for prohibition in prohibitions:
        for permission in permissions:
            if _is_overlapping(permission, prohibition) and (
                len(stated) > 1 or not (prohibition.ordered or prohibition.rows)
            ):
                return Reason("conflict", prohibition.uid, permission.uid)
    return None


def _is_overlapping(one: CompiledRule, other: CompiledRule) -> bool:
    if one.covers is not None and other.covers is not None:
        # An action has one parent at most, so two actions meet only where one is above the other.
        above, below = one.rule.action[0].iri, other.rule.action[0].iri
        if above not in other.covers and below not in one.covers:
            return False
    same_target = one.target is None or other.target is None or one.target == other.target
    return same_target and (one.assignee is None or other.assignee is None or one.assignee == other.assignee)
