"""The purpose that a consumer states with its request: the one that the permissions of the policy have in common.

A stated purpose is declared, not verified. It counts for this policy only, and a purpose in the participant list takes
precedence. The request carries it as a constraint of each permission, which every connector of the standard reads.
"""

import msgspec

from connector.controlplane.judging.facts import Situation
from connector.controlplane.judging.treating.known_data import PURPOSE
from connector.policy.compiling.compiled import Compiled, CompiledRule
from connector.policy.model.constraints import flatten
from connector.policy.model.policy import ODRL, AtomicConstraint
from connector.policy.model.values import Iri


def declare(situation: Situation, compiled: Compiled) -> Situation:
    """Return the situation with the purpose that a policy states; one that is declared already stays."""
    if situation.purpose is not None:
        return situation
    return msgspec.structs.replace(situation, purpose=find_purpose(compiled))


def find_purpose(compiled: Compiled) -> str | None:
    """Return the only purpose to which each permission of a use is limited, or None."""
    granting = [rule for rule in compiled.permissions if rule.covers is None or ODRL + "use" in rule.covers]
    if not granting:
        return None
    common = set.intersection(*(_list_named(rule) for rule in granting))
    return common.pop() if len(common) == 1 else None


def _list_named(rule: CompiledRule) -> set[str]:
    """Return the purposes to which a rule is limited, each by a constraint that has to hold by itself."""
    return {
        value.iri
        for entry, _path in flatten([check.constraint for check in rule.constraints], "")
        if isinstance(entry, AtomicConstraint) and entry.left == PURPOSE and entry.operator == "eq"
        for value in entry.right
        if isinstance(value, Iri)
    }
