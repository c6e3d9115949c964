"""Names in a policy document: prefixes, inline contexts and bare core terms become IRIs.

DSP 2025-1 contexts; ODRL Information Model 2.2. Nothing is ever fetched. Pure: standard library only.
"""

from collections.abc import Mapping

from connector.policy.model.errors import PolicyError
from connector.policy.model.policy import DK, ODRL
from connector.policy.vocabulary.actions import CC, CORE

PREFIXES: dict[str, str] = {
    "odrl": ODRL,
    "dk": DK,
    "cc": CC,
    "cx": "https://w3id.org/catenax/policy/",
    "cx-policy": "https://w3id.org/catenax/policy/",
    "dct": "http://purl.org/dc/terms/",
    "dcterms": "http://purl.org/dc/terms/",
    "dc": "http://purl.org/dc/terms/",
    "dpv": "https://w3id.org/dpv#",
    "edc": "https://w3id.org/edc/v0.0.1/ns/",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
"""Prefixes that are understood without a context."""

_FIXED = frozenset({"odrl", "dk", "dpv", "eu-gdpr", "xsd", "rdf", "dct", "dcterms"})
KNOWN_CONTEXTS = frozenset(
    {
        "https://w3id.org/dspace/2025/1/context.jsonld",
        "https://w3id.org/dspace/2025/1/odrl-profile.jsonld",
        "https://w3id.org/dspace/2024/1/context.json",
        "http://www.w3.org/ns/odrl.jsonld",
        "https://www.w3.org/ns/odrl.jsonld",
    }
)
LEFT_OPERANDS = frozenset(
    ODRL + name
    for name in [
        "absolutePosition",
        "absoluteSize",
        "absoluteSpatialPosition",
        "absoluteTemporalPosition",
        "count",
        "dateTime",
        "delayPeriod",
        "deliveryChannel",
        "device",
        "elapsedTime",
        "event",
        "fileFormat",
        "industry",
        "language",
        "media",
        "meteredTime",
        "payAmount",
        "percentage",
        "product",
        "purpose",
        "recipient",
        "relativePosition",
        "relativeSize",
        "relativeSpatialPosition",
        "relativeTemporalPosition",
        "resolution",
        "spatial",
        "spatialCoordinates",
        "system",
        "systemDevice",
        "timeInterval",
        "unitOfCount",
        "version",
        "virtualLocation",
    ]
)
OPERATORS = frozenset(
    [
        "eq",
        "neq",
        "lt",
        "lteq",
        "gt",
        "gteq",
        "isA",
        "isAnyOf",
        "isAllOf",
        "isNoneOf",
        "isPartOf",
        "hasPart",
    ]
)
LOGICAL = ("and", "or", "xone", "andSequence")
_CORE_NAMES = frozenset(iri.removeprefix(ODRL) for iri in CORE | LEFT_OPERANDS if iri.startswith(ODRL)) | {
    "policyUsage"
}
# These mean the same under the official context of the protocol, so a bare name is not worth a note.
_IN_CONTEXT = frozenset({"use"})
_MAX_TERMS = 200
_WITHOUT_MEANING = frozenset({"@version", "@protected"})
"""Members of a context that give no term a meaning."""


class NameResolver:
    """Resolves the names of one document; collects notes about names that were read leniently."""

    def __init__(self) -> None:
        self.prefixes: dict[str, str] = {}
        self.notes: dict[str, None] = {}
        self._terms: dict[str, str] = {}
        self._foreign = ""

    def read_context(self, context: object) -> None:
        """Take over what an `@context` says; a context given by address is noted and never fetched.

        Raises:
            PolicyError: the context is malformed, too large, or gives a core prefix or term another meaning.
        """
        for entry in context if isinstance(context, list | tuple) else [context]:
            if isinstance(entry, str):
                if entry not in KNOWN_CONTEXTS:
                    self._foreign = entry
                    self.notes[f"The context {entry[:200]} is not fetched: bare names are refused."] = None
            elif isinstance(entry, Mapping):
                self._read_terms(entry)
            elif entry is not None:
                raise PolicyError(
                    "context-malformed",
                    "@context",
                    "The @context is malformed: write an IRI, an object of terms or an array of these.",
                )

    def _read_terms(self, terms: Mapping[object, object]) -> None:
        if len(terms) > _MAX_TERMS:
            raise PolicyError("too-large", "@context", f"The @context has more than {_MAX_TERMS} terms: remove some.")
        for name, meaning in terms.items():
            if name in _WITHOUT_MEANING:
                continue
            iri = meaning.get("@id") if isinstance(meaning, Mapping) else meaning
            if not isinstance(name, str) or not isinstance(iri, str) or len(iri) > 2000:
                raise PolicyError(
                    "context-malformed", "@context", "A term of the @context is malformed: write a name and its IRI."
                )
            if name.startswith("@"):
                if name == "@vocab" and iri != ODRL:
                    self._foreign = iri
                continue
            full = self._expand(iri)
            fixed = PREFIXES[name] if name in _FIXED else ODRL + name if _is_keyword(name) else full
            if full != fixed:
                sentence = f"The @context redefines {name} as {full[:200]}: rename the term."
                raise PolicyError("context-redefines", "@context", sentence)
            self._terms[name] = full
            if full.endswith(("#", "/", ":", "=", "?")):
                self.prefixes[name] = full

    def iri(self, name: str, path: str) -> str:
        """Resolve the name of an action or left operand to an IRI; an unknown bare name stays as it is.

        Raises:
            PolicyError: a bare core name in a document whose context could give it another meaning.
        """
        if name in self._terms:
            return self._terms[name]
        if ":" in name:
            return self._expand(name)
        if name not in _CORE_NAMES:
            return name
        if self._foreign and name not in _IN_CONTEXT:
            sentence = f"The bare name {name} is ambiguous under {self._foreign[:200]}: write odrl:{name}."
            raise PolicyError("ambiguous-name", path, sentence)
        if name not in _IN_CONTEXT:
            self.notes[f"The bare name {name} is read as odrl:{name}."] = None
        return ODRL + name

    def operator(self, name: str) -> str:
        """Resolve an operator to the bare name of the standard; anything else stays as it is."""
        if name == "term-lteq":
            self.notes["The operator term-lteq is read as lteq."] = None
            return "lteq"
        return self._terms.get(name, self._expand(name)).removeprefix(ODRL)

    def term(self, name: str) -> str:
        """Resolve the key of an object: ODRL terms to their bare name, JSON-LD keywords as they are."""
        return name if name.startswith("@") else self._terms.get(name, self._expand(name)).removeprefix(ODRL)

    def _expand(self, name: str) -> str:
        return expand(name, self.prefixes)


def expand(name: str, prefixes: Mapping[str, str]) -> str:
    """Replace a known prefix; any other name is returned as it is.

    >>> expand("odrl:use", {}), expand("urn:data", {})
    ('http://www.w3.org/ns/odrl/2/use', 'urn:data')
    """
    prefix, colon, rest = name.partition(":")
    if not colon or rest.startswith("//"):
        return name
    base = PREFIXES[prefix] if prefix in _FIXED else prefixes.get(prefix) or PREFIXES.get(prefix)
    return base + rest if base else name


def _is_keyword(name: str) -> bool:
    return name in OPERATORS or name in LOGICAL or name in _MEMBERS


_MEMBERS = frozenset(
    [
        "permission",
        "prohibition",
        "obligation",
        "duty",
        "remedy",
        "consequence",
        "constraint",
        "refinement",
        "action",
        "target",
        "assigner",
        "assignee",
        "leftOperand",
        "operator",
        "rightOperand",
        "rightOperandReference",
        "profile",
        "conflict",
        "inheritFrom",
        "use",
    ]
)
