"""The purposes that a policy names. Pure: standard library and msgspec only."""

from connector.policy.model.constraints import walk_leaves
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import ODRL, Permission, Policy
from connector.policy.model.values import Iri, Text
from connector.policy.reading.load import load
from connector.policy.vocabulary.names import expand

MOST, LONGEST = 10, 300
"""Bounds of what is kept of one policy: purposes, and characters of one."""

_PURPOSE = ODRL + "purpose"


def read_purposes(document: bytes) -> tuple[str, ...]:
    """Return the purposes that a policy names; a document that cannot be read names none.

    >>> read_purposes(b'{"@id": "urn:p", "permission": {"action": "use", "target": "urn:d", "constraint": '
    ...     b'{"leftOperand": "purpose", "operator": "eq", "rightOperand": "urn:traffic"}}}')
    ('urn:traffic',)
    """
    try:
        return list_purposes(load(document))
    except PolicyError:
        return ()


def list_purposes(policy: Policy) -> tuple[str, ...]:
    """Return the purposes that the permissions of a policy name (ODRL Vocabulary 4.2, `odrl:purpose`).

    They are as its document spells them, in alphabetical order and within bounds, so that policies for the same
    purposes have equal lists.

    >>> terms = b'{"@id": "urn:p", "permission": {"action": "use", "target": "urn:d", "constraint": %s}}'
    >>> list_purposes(load(terms % b'{"leftOperand": "purpose", "operator": "eq", "rightOperand": "urn:traffic"}'))
    ('urn:traffic',)
    """
    prefixes = dict(policy.prefixes)
    found = {expand(name, prefixes)[:LONGEST] for rule in policy.permission for name in _list_named(rule)}
    return tuple(sorted(found)[:MOST])


def _list_named(rule: Permission) -> list[str]:
    refined = [constraint for action in rule.action for constraint in action.refinement]
    leaves = [leaf for constraint in (*rule.constraint, *refined) for leaf in walk_leaves(constraint)]
    values = [value for leaf in leaves if leaf.left == _PURPOSE for value in leaf.right]
    return [value.iri if isinstance(value, Iri) else value.text for value in values if isinstance(value, Iri | Text)]
