"""The audience of an entry: an access policy in ODRL that is written in one form, and decided for a caller.

ODRL Information Model 2.2, sections 2.1 and 2.6. Two policies that say the same in another order or under other
identifiers are written alike, so that their entries share a visibility class. Pure: no input or output.
"""

from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import msgspec

from connector.broker.reading.terms import read_operands
from connector.language.catalogue import LANGUAGES, say, write_in_all
from connector.policy.compiling.compile import WIRE_CONFLICT, compile_policy
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.claims import identify_party, list_claimable, read_claims
from connector.policy.deciding.decide import decide, is_shown
from connector.policy.deciding.effects import find_validity_end
from connector.policy.model.decision import Verdict
from connector.policy.model.dump import dump
from connector.policy.model.errors import PolicyError
from connector.policy.model.situation import Phase, Request, World
from connector.policy.model.values import Iri
from connector.policy.reading.load import load
from connector.policy.vocabulary.registry import Operand
from connector.policy.words.sentence import sentence
from connector.ports.broker_store import CLASSES, Entry
from connector.protocol.dsp.codec import canonical, parse
from connector.protocol.dsp.errors import ProtocolError, clean
from connector.protocol.dsp.version import VERSION
from connector.views.conversion import moment

LARGEST = 16 * 1024
"""The most bytes of an access policy."""

_NAME = "urn:audience"
_OF_CONSTRAINT_OR_DUTY = frozenset({"leftOperand", "and", "or", "xone", "andSequence", "action"})
# The order of these lists says nothing.
_UNORDERED = frozenset({"permission", "prohibition", "obligation", "constraint", "and", "or", "xone", "rightOperand"})


class AudienceRefused(Exception):
    """An access policy cannot be the audience of an entry; the message is one sentence."""


class Admission(msgspec.Struct, frozen=True):
    """Whether an audience admits a caller, and the ms since the Unix epoch until which that holds; None for ever."""

    admitted: bool
    until: int | None = None


def read_audience(document: bytes, dataset: str) -> bytes:
    """Return an access policy as the audience of the dataset with an identifier: compact JSON in one form.

    A policy of any kind but an agreement is read. Its identifiers and its assigner are left out, and so is its target,
    which can only be the dataset. Raises AudienceRefused for a policy that this broker cannot decide.
    """
    if len(document) > LARGEST:
        raise AudienceRefused(f"The access policy is larger than {LARGEST} bytes: shorten it.")
    try:
        compiled = _compile(document)
    except PolicyError as error:
        raise AudienceRefused(f"The access policy cannot be used: {clean(str(error))}") from None
    if compiled.void is not None:
        raise AudienceRefused("The access policy admits nobody, because its rules conflict: change them.")
    written = dump(compiled.policy)
    rules = {name: [_strip(rule, dataset) for rule in _to_list(written.get(name))] for name in _RULES}
    named = {"@type": "Offer", "conflict": compiled.conflict, **{name: found for name, found in rules.items() if found}}
    audience = canonical(_sort(named))
    if len(audience) > LARGEST:
        raise AudienceRefused(f"The access policy is larger than {LARGEST} bytes in its normal form: shorten it.")
    return audience


_RULES = ("permission", "prohibition", "obligation")


def _to_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _strip(rule: Mapping[str, Any], dataset: str) -> dict[str, Any]:
    """Return a rule without what names the dataset, its owner or the rule itself."""
    if rule.get("target", dataset) != dataset:
        raise AudienceRefused("The access policy has another target than the dataset: leave the target out.")
    return {name: _drop_names(value) for name, value in rule.items() if name not in {"@id", "target", "assigner"}}


def _drop_names(value: Any) -> Any:
    """Return constraints and duties without their own identifiers; names of parties and other things stay."""
    if isinstance(value, list):
        return [_drop_names(entry) for entry in value]
    if isinstance(value, dict):
        dropped = {"@id"} if value.keys() & _OF_CONSTRAINT_OR_DUTY else set()
        return {name: _drop_names(inner) for name, inner in value.items() if name not in dropped}
    return value


def _sort(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {inner: _sort(entry, inner) for inner, entry in value.items()}
    if isinstance(value, list):
        entries = [_sort(entry) for entry in value]
        return sorted(entries, key=canonical) if name in _UNORDERED else entries
    return value


def _compile(document: bytes) -> Compiled:
    try:
        members = parse(document)
    except ProtocolError as error:
        raise PolicyError("not-a-policy", "", error.reason) from None
    if not isinstance(members, dict):
        raise PolicyError("not-a-policy", "", "It is not a JSON object: send a Set or an Offer.")
    policy = load({**members, "@id": _NAME})
    if policy.kind == "Agreement":
        raise PolicyError("agreement", "", "It is an agreement: send a Set or an Offer.")
    # An Offer needs no target: the audience is that of the dataset it comes with.
    policy = msgspec.structs.replace(policy, kind="Offer", conflict=policy.conflict or WIRE_CONFLICT)
    return compile_policy(policy, read_operands())


@lru_cache(2 * CLASSES)
def _prepare(audience: bytes) -> Compiled | None:
    """Return a compiled audience, or None if it cannot be read, such as after an update."""
    try:
        return _compile(audience)
    except PolicyError:
        return None


@cache
def _claimable() -> Mapping[str, Operand]:
    return list_claimable(read_operands())


@lru_cache(2 * CLASSES)
def write_audience(audience: bytes) -> Mapping[str, str]:
    """Return an audience in one sentence, by language; nothing if it cannot be read."""
    compiled = _prepare(audience)
    if compiled is None:
        return {}
    return write_in_all(lambda language: sentence(compiled, language))


def explain_teaser(entry: Entry) -> Entry:
    """Return an entry; a reduced one has its access policy in words as its description."""
    if not entry.reduced:
        return entry
    words = write_audience(entry.audience)
    said = {
        language: say(language, "search.teaser", terms=words[language]) for language in LANGUAGES if language in words
    }
    return msgspec.structs.replace(entry, descriptions=said)


def decide_member(audience: bytes, participant: str, claims: Mapping[str, Sequence[str]], now: int) -> Admission:
    """Return whether an audience admits an authenticated participant at `now` (ms), as a catalogue would show an offer.

    What the policy asks and nobody has stated yet, such as the purpose of a use, does not hide the entry.
    """
    compiled = _prepare(audience)
    if compiled is None:
        return Admission(admitted=False)
    facts = identify_party(participant) | {"connectorProtocol": (Iri(VERSION),)}
    known = read_claims(claims, _claimable(), compiled.registry)
    request = Request("odrl:use", "", participant, moment(now))
    world = World(facts=known | facts, zone=compiled.registry.zone)
    return Admission(is_shown(compiled, request, world), _find_end(compiled, request, world))


def decide_nobody(audience: bytes, now: int) -> Admission:
    """Return whether an audience admits a reader without a token at `now` (ms).

    Nothing will ever be stated about this reader: what asks for a fact of it does not admit it.
    """
    compiled = _prepare(audience)
    if compiled is None:
        return Admission(admitted=False)
    request, world = Request("odrl:use", "", "", moment(now)), World(zone=compiled.registry.zone)
    admitted = decide(compiled, request, world, Phase.CATALOGUE).verdict is Verdict.PERMIT
    return Admission(admitted, _find_end(compiled, request, world))


def _find_end(compiled: Compiled, request: Request, world: World) -> int | None:
    end = find_validity_end(compiled, request, world)
    return None if end is None else int(end.timestamp() * 1000)
