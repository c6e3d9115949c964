"""The names of operands, actions, terms and codes: from the catalogue, or from the row that describes them.

The row of an operand, action or term has its German and English label; a further language has the labels in its
chapter `labels`, and shows the English one until it has its own. Pure: standard library only.
"""

from connector.language.catalogue import Language, find_label, find_sentence, read_grammar
from connector.policy.model.policy import DK, ODRL
from connector.policy.vocabulary.actions import CC
from connector.policy.vocabulary.registry import Operand, Registry

_PREFIXES = ((ODRL, "odrl:"), (DK, "dk:"), (CC, "cc:"))


def subject(left: str, registry: Registry, language: Language) -> str:
    """Name a left operand; an unregistered one by its quoted IRI.

    >>> subject(ODRL + "purpose", registry, "de"), subject("urn:left", registry, "de")
    ('Zweck', '„urn:left“')
    """
    operand = registry.operands.get(left)
    if operand is None:
        return quote_name(left, language)
    return find_label(language, f"operand:{operand.iri}", {"de": operand.de, "en": operand.en})


def action_name(iri: str, registry: Registry, language: Language) -> str:
    """Name an action by its label; an action without a label by its quoted IRI.

    >>> action_name(ODRL + "distribute", registry, "en")
    'pass on'
    """
    entry = registry.entries.get(iri)
    if entry is not None:
        return find_label(language, f"action:{iri}", {"de": entry.de, "en": entry.en})
    return _find("action", iri, language) or quote_name(iri, language)


def name_function(iri: str, party: str, language: Language) -> str:
    """Name the function of a party, and the party.

    >>> name_function(ODRL + "informedParty", "“urn:office”", "en")
    'to “urn:office”'
    """
    sentence = find_sentence(language, f"names.function:{iri.removeprefix(ODRL)}")
    return sentence.format(party=party) if sentence else f"{quote_name(iri, language)} {party}"


def name_value(iri: str, operand: Operand, registry: Registry, language: Language) -> str:
    """Name a value of an operand: a term of its taxonomy, a code, what people here call it, or a well-known name.

    Every other value is quoted.

    >>> name_value("Monday", registry.operands[DK + "dayOfWeek"], registry, "de")
    'Montag'
    """
    if operand.taxonomy:
        taxonomy = registry.taxonomies[operand.taxonomy]
        canonical = taxonomy.canonical.get(iri, iri)
        term = taxonomy.terms.get(canonical)
        if term is not None and term.de and term.en:
            return find_label(language, f"term:{canonical}", {"de": term.de, "en": term.en})
    code = find_sentence(language, f"names.code:{iri}") if operand.sort == "code" else None
    known = _find("name", iri, language) or find_sentence(language, f"names.value:{_shorten(operand.iri)}:{iri}")
    return code or _find_own(iri, registry, language) or known or quote_name(iri, language)


def _find_own(iri: str, registry: Registry, language: Language) -> str | None:
    """Return what people here call a value, in the language or in the one that they have given."""
    own = registry.labels.get(iri)
    return own.get(language) or next(iter(own.values()), None) if own else None


def quote_name(iri: str, language: Language) -> str:
    """Quote a name; terms of ODRL and of this profile by their short form.

    >>> quote_name(ODRL + "print", "en")
    '“odrl:print”'
    """
    return read_grammar(language).quote(iri if iri.startswith(CC) else _shorten(iri))


def _find(kind: str, iri: str, language: Language) -> str | None:
    short = _shorten(iri)
    return find_sentence(language, f"names.{kind}:{short}") if short != iri else None


def _shorten(iri: str) -> str:
    for base, prefix in _PREFIXES:
        if iri.startswith(base):
            return prefix + iri.removeprefix(base)
    return iri
