"""The conditions that are checked at each access, because they can change after the contract is made.

Pure: standard library only.
"""

from connector.language.catalogue import Language
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.settling import is_settled
from connector.policy.model.constraints import walk_leaves
from connector.policy.vocabulary.registry import Operand
from connector.policy.words.names import subject


def list_rechecked(compiled: Compiled, language: Language) -> tuple[str, ...]:
    """Return the operands whose values can change after the contract is made, as sorted names.

    Facts of the party, its purpose and facts of the data are checked before the contract is made.

    >>> list_rechecked(compiled("odrl:count lteq 5", "dk:role eq planner"), "en")
    ('number of uses',)
    """
    operands = compiled.registry.operands
    conditions = [
        entry.constraint
        for rule in (*compiled.permissions, *compiled.prohibitions)
        for entry in (*rule.refinements, *rule.constraints)
    ]
    found = {operands[leaf.left].iri for entry in conditions for leaf in walk_leaves(entry)}
    changing = [iri for iri in found if operands[iri].tier == "provider" and not _is_fixed(operands[iri])]
    return tuple(sorted(subject(iri, compiled.registry, language) for iri in changing))


def _is_fixed(operand: Operand) -> bool:
    """Return whether a fact is settled before the contract, or one of single records."""
    return is_settled(operand) or operand.per_record
