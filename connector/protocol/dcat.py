"""The terms of DCAT-AP 3 that a catalogue uses beside those of the Dataspace Protocol.

A name is a prefixed name if the context of the Dataspace Protocol has its prefix (`dct`, `dcat`, `odrl`), and a full
IRI otherwise. Pure: standard library only.
"""

from collections.abc import Mapping
from datetime import datetime

from connector.language.catalogue import say_in_all

AGENT = "http://xmlns.com/foaf/0.1/Agent"
AGENT_NAME = "http://xmlns.com/foaf/0.1/name"
CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
CONTINUOUS = "http://publications.europa.eu/resource/authority/frequency/CONT"

_SPDX = "http://spdx.org/rdf/terms#"
CHECKSUM = _SPDX + "checksum"
_CHECKSUM_VALUE = _SPDX + "checksumValue"

# EU Vocabularies, Data theme: the values that DCAT-AP recommends for `dcat:theme`.
_THEME = "http://publications.europa.eu/resource/authority/data-theme/"
THEMES = frozenset(
    {
        "AGRI",
        "ECON",
        "EDUC",
        "ENER",
        "ENVI",
        "GOVE",
        "HEAL",
        "INTR",
        "JUST",
        "OP_DATPRO",
        "REGI",
        "SOCI",
        "TECH",
        "TRAN",
    }
)

_TITLES = ("dct:title", "dcterms:title", "http://purl.org/dc/terms/title", "title", "edc:name", "name")
_MOST_TITLES, _TITLE_LENGTH, _TAG_LENGTH = 8, 200, 20


def to_theme(text: str) -> str:
    """Return the IRI of a theme that is given by its code, such as `TRAN`; any other text is returned unchanged."""
    return _THEME + text.upper() if text.upper() in THEMES else text


def make_texts(texts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return texts by language as language-tagged values, in the order of the languages."""
    return [{"@language": language, "@value": text} for language, text in sorted(texts.items())]


def make_agent(id: str, name: str) -> dict[str, str]:
    """Return an agent, such as the publisher (DCAT-AP: `foaf:Agent` with a name)."""
    return {"@id": id, "@type": AGENT, AGENT_NAME: name}


def make_theme(text: str) -> dict[str, object]:
    """Return a theme given by its IRI or code (DCAT-AP: a `skos:Concept` with its label); other text is a label."""
    theme = to_theme(text)
    code = theme.removeprefix(_THEME)
    known = code in THEMES
    labels = make_texts(say_in_all(f"catalog.theme-{code}")) if known else text
    return {**({"@id": theme} if ":" in theme else {}), "@type": CONCEPT, PREF_LABEL: labels}


def make_licence(text: str) -> dict[str, str]:
    """Return a licence given by its IRI; another text is the label of a licence document."""
    return {"@id": text} if ":" in text else {"@type": "dct:LicenseDocument", LABEL: text}


def make_frequency(iri: str) -> dict[str, str]:
    """Return a frequency of updates (DCAT-AP: `dct:Frequency`)."""
    return {"@id": iri, "@type": "dct:Frequency"}


def make_provenance(text: str) -> dict[str, str]:
    """Return a statement on the origin of the data (DCAT-AP: `dct:ProvenanceStatement`)."""
    return {"@type": "dct:ProvenanceStatement", LABEL: text}


def make_catalog_members(participant_id: str, name: str) -> dict[str, object]:
    """Return the members that DCAT-AP requires of a catalogue: its title, description and publisher."""
    return {
        "dct:title": make_texts(say_in_all("catalog.title", name=name)),
        "dct:description": make_texts(say_in_all("catalog.description", name=name)),
        "dct:publisher": make_agent(participant_id, name),
    }


def make_moment(at: datetime) -> dict[str, str]:
    """Return an instant as a typed value (DCAT 3: xsd:dateTime)."""
    return {"@type": "http://www.w3.org/2001/XMLSchema#dateTime", "@value": at.isoformat()}


def make_checksum(sha256: str) -> dict[str, object]:
    """Return a SHA-256 in hex as a checksum (DCAT 3: `spdx:checksum`)."""
    algorithm = {"@id": _SPDX + "checksumAlgorithm_sha256"}
    return {"@type": _SPDX + "Checksum", _SPDX + "algorithm": algorithm, _CHECKSUM_VALUE: sha256}


def find_checksum(distribution: Mapping[str, object]) -> str | None:
    """Return the SHA-256 in hex that a distribution states, or None."""
    stated = distribution.get(CHECKSUM, distribution.get("spdx:checksum"))
    if not isinstance(stated, Mapping):
        return None
    algorithm = stated.get(_SPDX + "algorithm", stated.get("spdx:algorithm"))
    named = algorithm.get("@id") if isinstance(algorithm, Mapping) else algorithm
    value = stated.get(_CHECKSUM_VALUE, stated.get("spdx:checksumValue"))
    text = value.get("@value") if isinstance(value, Mapping) else value
    return text.lower() if isinstance(text, str) and str(named).endswith("sha256") else None


def read_title(dataset: Mapping[str, object]) -> dict[str, str]:
    """Return the titles of a Dataset of a peer by language: few and short; without a language, `und`.

    >>> read_title({"dct:title": [{"@language": "de", "@value": "Luft"}, "Air"]})
    {'de': 'Luft', 'und': 'Air'}
    """
    stated = next((dataset[name] for name in _TITLES if dataset.get(name)), ())
    found: dict[str, str] = {}
    for value in stated if isinstance(stated, list) else [stated]:
        text = value.get("@value") if isinstance(value, Mapping) else value
        language = value.get("@language") if isinstance(value, Mapping) else None
        tag = language.lower() if isinstance(language, str) and 2 <= len(language) <= _TAG_LENGTH else "und"
        if isinstance(text, str) and text.strip() and len(found) < _MOST_TITLES:
            found.setdefault(tag, " ".join(text.split())[:_TITLE_LENGTH])
    return found
