"""Slips in the claims that a data-space operator confirms: a list takes any claim, also one that nothing reads."""

from collections.abc import Iterator, Sequence

from connector.controlplane.judging.library import operands
from connector.policy.deciding.claims import list_claimable
from connector.policy.model.values import Iri, Text
from connector.policy.vocabulary.sorts import coerce


def list_odd_claims(name: str, values: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield the sentence, by its key, and the value of each that is most likely a slip.

    A claim that no operand reads has no effect; a plain word that the vocabulary of a claim lacks equals only itself.
    Terms of one's own are IRIs.

    >>> list(list_odd_claims("purpose", ["navigation", "dpv:Marketing"]))
    []
    >>> list(list_odd_claims("purpose", ["quatsch"]))
    [('setup.claim-term', 'quatsch')]
    """
    registry = operands()
    operand = list_claimable(registry).get(name)
    if operand is None:
        if values:
            yield "setup.claim-unread", ""
        return
    if not operand.taxonomy:
        return
    terms = registry.taxonomies[operand.taxonomy].terms
    for text in values:
        value = coerce(Text(text), operand, registry)
        if ":" not in text and not (isinstance(value, Iri) and value.iri in terms):
            yield "setup.claim-term", text
