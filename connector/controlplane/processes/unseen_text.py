"""Finds what a policy of a peer says beside its rules: text that no decision reads and that nobody here wrote.

An agreement is signed as it stands, so a title or a licence in it would be signed as well.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from connector.controlplane.core.documents import FRAME
from connector.policy.model.policy import PROFILE
from connector.policy.vocabulary.names import expand
from connector.protocol.dsp.codec import canonical
from connector.protocol.dsp.policy import shorten_term

# The members that a decision reads, wherever they stand below the policy itself.
_READ = frozenset(
    [
        *(
            "@id",
            "@type",
            "@value",
            "@list",
            "uid",
            "http://www.w3.org/1999/02/22-rdf-syntax-ns#value",
            "source",
            "unit",
            "dataType",
        ),
        *("action", "target", "assigner", "assignee", "constraint", "refinement"),
        *("permission", "prohibition", "obligation", "duty", "remedy", "consequence"),
        *("leftOperand", "operator", "rightOperand", "and", "andSequence", "or", "xone"),
    ]
)
_PARTIES = tuple(
    pair + "Party"
    for kind in ("attribut", "compensat", "consent", "contract", "inform", "track")
    for pair in (kind + "ed", kind + "ing")
)
_RULES = frozenset({"permission", "prohibition", "obligation", "action", "conflict", "uid", *_PARTIES})
_TYPES = frozenset(
    [
        *("Rule", "Permission", "Prohibition", "Duty", "Action", "Constraint", "LogicalConstraint"),
        *("AtomicConstraint", "Asset", "AssetCollection", "Party", "PartyCollection"),
    ]
)
_LITERALS = ("xsd:", "http://www.w3.org/2001/XMLSchema#")


def find_unseen(document: bytes, own: list[bytes]) -> str | None:
    """Return the name of a member of a policy that no rule uses and that none of our own policies states, or None.

    >>> find_unseen(b'{"dct:title": "Everything is allowed", "permission": []}', [b"{}"])
    'dct:title'
    >>> find_unseen(b'{"dct:title": "Air"}', [b'{"dct:title": "Air"}'])
    """
    stated = {entry for policy in own for entry in _list_all(msgspec.json.decode(policy))}
    members: dict[str, Any] = msgspec.json.decode(document)
    for key, value in members.items():
        name = _name(key)
        if key in FRAME or (name, canonical(value)) in stated or value == []:
            continue
        if name == "profile" and value in (PROFILE, [PROFILE]):
            continue
        if name not in _RULES:
            return key
        found = _find_below(value, stated)
        if found is not None:
            return found
    return None


def _find_below(value: Any, stated: set[tuple[str, bytes]]) -> str | None:
    waiting = [value]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, list):
            waiting += entry
        if not isinstance(entry, dict):
            continue
        for key, member in entry.items():
            name = _name(key)
            if (name, canonical(member)) in stated:
                continue
            if (name not in _READ and name not in _PARTIES) or (name == "@type" and not _is_type(member)):
                return str(key)
            waiting.append(member)
    return None


def _name(key: str) -> str:
    """Return one spelling of a name, whatever prefix it has."""
    return shorten_term(expand(key, {}))


def _is_type(value: Any) -> bool:
    types = value if isinstance(value, list) else [value]
    return all(isinstance(entry, str) and (shorten_term(entry) in _TYPES or _is_literal(entry)) for entry in types)


def _is_literal(name: str) -> bool:
    return any(name.startswith(prefix) and name.removeprefix(prefix).isalnum() for prefix in _LITERALS)


def _list_all(value: Any) -> Iterator[tuple[str, bytes]]:
    """Yield every member of a document of ours, at any depth."""
    waiting = [value]
    while waiting:
        entry = waiting.pop()
        if isinstance(entry, list):
            waiting += entry
        if isinstance(entry, dict):
            for key, member in entry.items():
                yield _name(key), canonical(member)
                waiting.append(member)
