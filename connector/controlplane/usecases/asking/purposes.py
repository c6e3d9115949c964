"""The purpose that our own people state with a request: read, and checked against the terms."""

import re

from connector.controlplane.core import instants
from connector.controlplane.core.errors import Invalid
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating.known_data import PURPOSE
from connector.language.catalogue import say, write_in_all
from connector.policy.compiling.compiled import Compiled
from connector.policy.deciding.decide import decide, explain
from connector.policy.model.decision import Verdict
from connector.policy.model.situation import Phase, Request, World
from connector.policy.model.values import Iri, Text
from connector.policy.vocabulary.names import PREFIXES
from connector.policy.vocabulary.registry import Registry
from connector.policy.vocabulary.sorts import coerce
from connector.policy.words.reasons import reasons

# RFC 3986, section 3; an IRI has no spaces and none of the characters that delimit one.
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]+")
MOST_REASONS = 3


def read_purpose(operands: Registry, text: str) -> str:
    """Return the IRI of a purpose: a term of the vocabulary, or an absolute IRI of another one. Raises Invalid."""
    operand = operands.operands[PURPOSE]
    value = coerce(Text(text), operand, operands)
    iri = value.iri if isinstance(value, Iri) else ""
    known = iri in operands.taxonomies[operand.taxonomy].terms
    # A name under the prefix of the vocabulary that is none of its terms is a slip.
    if known or (_ABSOLUTE.fullmatch(iri) and not iri.startswith(PREFIXES["dpv"])):
        return iri
    texts = write_in_all(lambda language: say(language, "processes.unknown-purpose", purpose=text[:100]))
    raise Invalid("unknown-purpose", texts["en"], texts)


def check_purpose(evaluator: Evaluator, offer: bytes, dataset: str, purpose: str) -> None:
    """Check that terms do not exclude a purpose, whatever else is true. Raises Invalid with the reasons."""
    compiled = evaluator.library.compile(offer)
    if not isinstance(compiled, Compiled):
        return
    operands = evaluator.library.operands
    request = Request(
        action="odrl:use",
        target=dataset,
        assignee=evaluator.context.participant,
        at=instants.instant(evaluator.context.now()),
    )
    stated = World(facts={operands.operands[PURPOSE].fact: (Iri(purpose),)}, zone=operands.zone)
    open_world = World(zone=operands.zone)
    found = explain(compiled, request, stated, Phase.CATALOGUE)
    if found.decision.verdict is not Verdict.DENY:
        return
    if decide(compiled, request, open_world, Phase.CATALOGUE).verdict is Verdict.DENY:
        return  # something else stands in the way, which the provider tells
    why = write_in_all(lambda language: " ".join(reasons(found, operands, language)[:MOST_REASONS]))
    texts = write_in_all(lambda language: say(language, "processes.not-for-purpose", reason=why[language]))
    raise Invalid("not-for-purpose", texts["en"], texts)
