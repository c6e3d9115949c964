"""The offers of a Dataset as the policy engine reads them: what they cost, for which purposes, and in plain words."""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from connector import resources
from connector.language.catalogue import write_in_all
from connector.policy.compiling.compile import WIRE_CONFLICT, compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import is_shown
from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import ODRL
from connector.policy.model.situation import Request, World
from connector.policy.model.values import Iri
from connector.policy.reading.frame import list_assignees
from connector.policy.reading.load import load
from connector.policy.vocabulary import registry
from connector.policy.vocabulary.registry import Registry
from connector.policy.words.limits import is_paid
from connector.policy.words.sentence import sentence
from connector.views.conversion import moment

PURPOSE = ODRL + "purpose"
FREE, PAID = "free", "paid"

# What is read of a Dataset: its first offers, if they are short. All tiers of enforcement are read, none is enforced.
OFFERS = 4
TERMS_BYTES = 16 * 1024
_EVERY_TIER = frozenset({"provider", "consumer", "organisational"})
_REMEMBERED = 512


class TermsRead(msgspec.Struct, frozen=True):
    """What the offers of a Dataset say: `prices` (`free`, `paid`), the purposes that one allows, and their number.

    The purposes are the terms of the vocabulary that a use may state, narrower ones too.
    """

    prices: tuple[str, ...] = ()
    purposes: tuple[str, ...] = ()
    offers: int = 0


def read_terms(offers: Sequence[Any], now: int) -> TermsRead:
    """Read the offers of a Dataset at `now` (ms); offers that cannot be read count, and say nothing else."""
    prices: dict[str, None] = {}
    purposes: dict[str, None] = {}
    for offer in offers[:OFFERS]:
        price, allowed = _judge(_strip(offer), now // 86_400_000) if isinstance(offer, dict) else ("", ())
        prices |= dict.fromkeys(filter(None, (price,)))
        purposes |= dict.fromkeys(allowed)
    return TermsRead(tuple(sorted(prices)), tuple(sorted(purposes)), len(offers))


def write_terms(offer: Mapping[str, Any]) -> dict[str, str]:
    """Return an offer in one sentence, by language; nothing if it cannot be read or is too long."""
    return dict(_write(_strip(offer)))


def list_parties(offer: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the parties that all permissions of an offer are for; nothing if it is for everybody or unreadable."""
    return _list_parties(_strip(offer))


def name_purposes() -> dict[str, dict[str, str]]:
    """Return the labels of the purposes of the vocabulary, by IRI and language."""
    terms = _find_purposes().items()
    return {iri: {"de": term.de, "en": term.en} for iri, term in terms}


@cache
def read_operands() -> Registry:
    """Return the distributed operands with their taxonomies."""
    texts = sorted(entry.name for entry in resources.find_path("vocab", "terms").iterdir() if entry.suffix == ".toml")
    vocabulary = tuple(resources.read_text("vocab", "terms", name) for name in texts)
    return registry.parse(resources.read_text("policies", "operands.toml"), vocabulary)


def _find_purposes() -> Mapping[str, Any]:
    operands = read_operands()
    return operands.taxonomies[operands.operands[PURPOSE].taxonomy].terms


def _strip(offer: Mapping[str, Any]) -> bytes:
    """Return an offer without what differs between offers of the same terms: a provider repeats its terms."""
    return msgspec.json.encode({name: value for name, value in offer.items() if name not in {"@id", "target"}})


def _compile(terms: bytes) -> Compiled | None:
    if len(terms) > TERMS_BYTES:
        return None
    document: dict[str, Any] = msgspec.json.decode(terms)
    try:
        policy = load({**document, "@id": "urn:offer"})
        if policy.conflict is None:
            policy = msgspec.structs.replace(policy, conflict=WIRE_CONFLICT)
        return compile_policy(policy, read_operands(), accept=_EVERY_TIER)
    except PolicyError:
        return None


@lru_cache(_REMEMBERED)
def _write(terms: bytes) -> tuple[tuple[str, str], ...]:
    compiled = _compile(terms)
    return tuple(write_in_all(lambda language: sentence(compiled, language)).items()) if compiled else ()


@lru_cache(_REMEMBERED)
def _list_parties(terms: bytes) -> tuple[str, ...]:
    try:
        policy = load({**msgspec.json.decode(terms), "@id": "urn:offer"})
    except PolicyError:
        return ()
    return tuple(party.uid for party in list_assignees(policy))


@lru_cache(_REMEMBERED)
def _judge(terms: bytes, day: int) -> tuple[str, tuple[str, ...]]:
    """Return the price of an offer and the purposes that it does not exclude on a day."""
    compiled = _compile(terms)
    if compiled is None or compiled.void is not None:
        return "", ()
    named = list_assignees(load({**msgspec.json.decode(terms), "@id": "urn:offer"}))
    reader = named[0].uid if named else "urn:reader"
    request = Request("odrl:use", "", reader, moment((day * 86_400 + 43_200) * 1000))
    fact = read_operands().operands[PURPOSE].fact
    price = PAID if is_paid(compiled) else FREE
    if fact not in compiled.facts:
        return price, tuple(_find_purposes()) if is_shown(compiled, request, World()) else ()
    allowed = (iri for iri in _find_purposes() if is_shown(compiled, request, World(facts={fact: (Iri(iri),)})))
    return price, tuple(allowed)
