"""What is known of a party: its authenticated identifier, and the claims that the participant list states about it.

Pure: standard library and msgspec only.
"""

from collections.abc import Mapping, Sequence

from connector.policy.model.values import Iri, Text, Value
from connector.policy.vocabulary.registry import Operand, Registry
from connector.policy.vocabulary.sorts import coerce

_IDENTIFIED = ("participant", "recipient")
_STATED = frozenset({"request", "credential", "connector"})


def list_claimable(registry: Registry) -> dict[str, Operand]:
    """Return the operands whose facts the participant list may state as claims, by fact name.

    Facts that a connector establishes itself are excluded, and so is what a provider states about its data.

    >>> "role" in list_claimable(registry), "participant" in list_claimable(registry)
    (True, False)
    """
    return {
        operand.fact: operand
        for operand in registry.operands.values()
        if operand.source in _STATED and operand.trust != "own" and operand.fact not in _IDENTIFIED
    }


def identify_party(participant: str) -> dict[str, tuple[Value, ...]]:
    """Return the facts that an authenticated identifier is.

    >>> sorted(identify_party("urn:city"))
    ['participant', 'recipient']
    """
    return {name: (Iri(participant),) for name in _IDENTIFIED}


def read_claims(
    claims: Mapping[str, Sequence[str]], claimable: Mapping[str, Operand], registry: Registry
) -> dict[str, tuple[Value, ...]]:
    """Return claims as facts; a claim with a value of another sort than its operand's is left out.

    >>> read_claims({"role": ["planner"], "shoeSize": ["46"]}, list_claimable(registry), registry)
    {'role': (Iri(iri='planner'),)}
    """
    return {
        claimable[name].fact: tuple(
            value for text in texts if (value := coerce(Text(text), claimable[name], registry)) is not None
        )
        for name, texts in claims.items()
        if name in claimable
    }
