"""The terms of DCAT-AP 3 that a catalogue uses beside those of the Dataspace Protocol.

A name is a prefixed name if the context of the Dataspace Protocol has its prefix (`dct`, `dcat`, `odrl`), and a full
IRI otherwise. A value that DCAT-AP gives a class has its type, so that each dataset can be checked by itself. Pure:
standard library only.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from connector.language.catalogue import say_in_all

AGENT = "http://xmlns.com/foaf/0.1/Agent"
AGENT_NAME = "http://xmlns.com/foaf/0.1/name"
CONCEPT = "http://www.w3.org/2004/02/skos/core#Concept"
PREF_LABEL = "http://www.w3.org/2004/02/skos/core#prefLabel"
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
DOCUMENT = "http://xmlns.com/foaf/0.1/Document"
PAGE = "http://xmlns.com/foaf/0.1/page"
PROTOCOL = "https://w3id.org/dspace/2025/1/"
"""The Dataspace Protocol 2025-1, as a standard that a service conforms to."""

RESTRICTED = "http://publications.europa.eu/resource/authority/access-right/RESTRICTED"

# High-value datasets: DCAT-AP HVD 3.0.0 and Commission Implementing Regulation (EU) 2023/138.
LEGISLATION = "http://data.europa.eu/r5r/applicableLegislation"
HVD_CATEGORY = "http://data.europa.eu/r5r/hvdCategory"
HVD_REGULATION = "http://data.europa.eu/eli/reg_impl/2023/138/oj"

# DCAT-AP.de 3.0: the administrative area that a dataset covers, and its level.
GEOCODING = "http://dcat-ap.de/def/dcatde/politicalGeocodingURI"
GEOCODING_LEVEL = "http://dcat-ap.de/def/dcatde/politicalGeocodingLevelURI"
_AREA = "http://dcat-ap.de/def/politicalGeocoding/"
_AREAS = {
    2: ("stateKey", "state"),
    3: ("governmentDistrictKey", ""),
    5: ("districtKey", "administrativeDistrict"),
    8: ("municipalityKey", "municipality"),
    9: ("municipalAssociationKey", "municipality"),
    12: ("regionalKey", "municipality"),
}
"""The list of a key by its number of digits, and the level of its areas; the list of levels has none for regions."""

FILE_TYPE = "http://purl.org/dc/elements/1.1/format"
"""The file type of a distribution. The protocol uses `dct:format`, which DCAT-AP allows once, for the kind of transfer;
`dct:format` is a subproperty of this one."""

DATA_CLASS = "https://w3id.org/datenkontor/policy/1#dataClass"
"""How much protection the data needs, as its provider classes it."""

FORM = "https://w3id.org/datenkontor/policy/1#form"
"""The form in which a distribution gives the rows of the data; without it, the data is as its provider has it."""

DERIVED_FROM = "http://www.w3.org/ns/prov#wasDerivedFrom"
"""The datasets that data was made of."""

PARAMETER = "https://w3id.org/datenkontor/policy/1#parameter"
"""A parameter by which a consumer asks the source for a part of the data, as an object of `PARAMETER_MEMBERS`."""
PARAMETER_MEMBERS: Mapping[str, str] = {
    member: f"https://w3id.org/datenkontor/policy/1#parameter{member.capitalize()}"
    for member in ("name", "type", "values", "least", "most", "default")
}
"""The members of a parameter: its name, its type, the allowed values, the bounds, and what counts without a choice."""

FEATURES = "http://www.opengis.net/spec/ogcapi-features-1/1.0"
"""OGC API – Features, Part 1: Core."""

_VCARD = "http://www.w3.org/2006/vcard/ns#"
_XSD = "http://www.w3.org/2001/XMLSchema#"
_WKT = "http://www.opengis.net/ont/geosparql#wktLiteral"
_DQV = "http://www.w3.org/ns/dqv#"
_METRICS = "https://w3id.org/datenkontor/policy/1#quality-"
MEASUREMENTS = _DQV + "hasQualityMeasurement"
"""What was measured of the quality of data (DQV)."""
_MEDIA_TYPES = "http://www.iana.org/assignments/media-types/"
_MOMENTS = (
    (re.compile(r"\d{4}"), "gYear"),
    (re.compile(r"\d{4}-\d\d"), "gYearMonth"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "date"),
)

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
_MOST_TITLES, _TITLE_LENGTH, _TAG_LENGTH, _NAME_END = 8, 200, 20, 40


def is_theme_code(text: str) -> bool:
    """Return whether a text is the code of an EU data theme, in any case."""
    return text.upper() in THEMES


def to_theme(text: str) -> str:
    """Return the IRI of a theme that is given by its code, such as `TRAN`; any other text is returned unchanged."""
    return _THEME + text.upper() if text.upper() in THEMES else text


def label_theme(theme: str) -> dict[str, str]:
    """Return the label of an EU data theme by language; nothing for another theme."""
    code = theme.removeprefix(_THEME)
    return dict(say_in_all(f"catalog.theme-{code}")) if code in THEMES else {}


def make_texts(texts: Mapping[str, str]) -> list[dict[str, str]]:
    """Return texts by language as language-tagged values, in the order of the languages."""
    return [{"@language": language, "@value": text} for language, text in sorted(texts.items())]


def make_agent(id: str, name: str) -> dict[str, str]:
    """Return an agent, such as the publisher (DCAT-AP: `foaf:Agent` with a name); without an `id` it is nameless."""
    return {**({"@id": id} if id else {}), "@type": AGENT, AGENT_NAME: name}


def make_contact(*, name: str, email: str, url: str, telephone: str) -> dict[str, object]:
    """Return a contact point (DCAT-AP: `vcard:Kind`; DCAT-AP.de: the addresses are IRIs); an empty text is left out.

    >>> make_contact(name="", email="amt@stadt.example", url="", telephone="+49 721 133-0")
    {'@type': 'http://www.w3.org/2006/vcard/ns#Kind', \
'http://www.w3.org/2006/vcard/ns#hasEmail': {'@id': 'mailto:amt@stadt.example'}, \
'http://www.w3.org/2006/vcard/ns#hasTelephone': {'@id': 'tel:+49721133-0'}}
    """
    members: dict[str, object] = {"@type": _VCARD + "Kind"}
    if name:
        members[_VCARD + "fn"] = name
    if email:
        members[_VCARD + "hasEmail"] = {"@id": f"mailto:{email}"}
    if url:
        members[_VCARD + "hasURL"] = {"@id": url}
    if telephone:
        members[_VCARD + "hasTelephone"] = {"@id": f"tel:{''.join(telephone.replace('/', '-').split())}"}
    return members


def make_place(*, id: str, name: str, box: Sequence[float]) -> dict[str, object]:
    """Return a place (DCAT-AP: `dct:Location`); the box is west, south, east and north in degrees (WGS 84).

    >>> make_place(id="", name="", box=(8.2, 48.9, 8.6, 49.1))["dcat:bbox"]["@value"]
    'POLYGON((8.2 48.9,8.6 48.9,8.6 49.1,8.2 49.1,8.2 48.9))'
    """
    members: dict[str, object] = {**({"@id": id} if id else {}), "@type": "dct:Location"}
    if name:
        members[PREF_LABEL] = name
    if box:
        members["dcat:bbox"] = {"@type": _WKT, "@value": write_box(box)}
    return members


def write_box(box: Sequence[float]) -> str:
    """Return a box as a polygon in WKT: west, south, east and north in degrees (WGS 84)."""
    west, south, east, north = (f"{degrees:.6f}".rstrip("0").rstrip(".") for degrees in box)
    return f"POLYGON(({west} {south},{east} {south},{east} {north},{west} {north},{west} {south}))"


def is_area_key(key: str) -> bool:
    """Return whether a text can be the official key of a German area.

    >>> is_area_key("08212000"), is_area_key("Karlsruhe")
    (True, False)
    """
    return key.isascii() and key.isdecimal() and len(key) in _AREAS and "01" <= key[:2] <= "16"


def name_area(key: str) -> str:
    """Return the IRI of a German area by its official key.

    >>> name_area("08")
    'http://dcat-ap.de/def/politicalGeocoding/stateKey/08'
    """
    return f"{_AREA}{_AREAS[len(key)][0]}/{key}"


def make_geocoding(key: str) -> dict[str, object]:
    """Return the members that state a German area by its official key (DCAT-AP.de 3.0).

    >>> make_geocoding("08212000")[GEOCODING]
    {'@id': 'http://dcat-ap.de/def/politicalGeocoding/municipalityKey/08212000'}
    """
    level = _AREAS[len(key)][1]
    members: dict[str, object] = {GEOCODING: {"@id": name_area(key)}}
    return {**members, GEOCODING_LEVEL: {"@id": f"{_AREA}Level/{level}"}} if level else members


def make_period(*, start: str, end: str) -> dict[str, object]:
    """Return a period (DCAT-AP: `dct:PeriodOfTime`); an empty end is open.

    >>> make_period(start="2026-05", end="")["dcat:startDate"]
    {'@type': 'http://www.w3.org/2001/XMLSchema#gYearMonth', '@value': '2026-05'}
    """
    members: dict[str, object] = {"@type": "dct:PeriodOfTime"}
    if start:
        members["dcat:startDate"] = make_date(start)
    if end:
        members["dcat:endDate"] = make_date(end)
    return members


def make_date(text: str) -> dict[str, str]:
    """Return a year, a month, a day or a time as a typed value (DCAT 3, 6.4.6)."""
    kind = next((kind for pattern, kind in _MOMENTS if pattern.fullmatch(text)), "dateTime")
    return {"@type": _XSD + kind, "@value": text}


def make_typed(iri: str, kind: str) -> dict[str, str]:
    """Return a thing by its IRI with its class, such as a frequency (`dct:Frequency`) or a web page (`DOCUMENT`)."""
    return {"@id": iri, "@type": kind}


def make_media_type(text: str) -> dict[str, str]:
    """Return a media type as an IRI of the registry, without parameters (DCAT-AP: `dct:MediaType`).

    >>> make_media_type("text/csv; charset=utf-8")["@id"]
    'http://www.iana.org/assignments/media-types/text/csv'
    """
    return make_typed(_MEDIA_TYPES + text.partition(";")[0].strip().lower(), "dct:MediaType")


def make_concept(iri: str, labels: Mapping[str, str]) -> dict[str, object]:
    """Return a value of a code list with its labels (DCAT-AP: `skos:Concept`)."""
    return {"@id": iri, "@type": CONCEPT, PREF_LABEL: make_texts(labels)}


def make_legislation(iri: str) -> dict[str, str]:
    """Return a legal act by its ELI (DCAT-AP: `eli:LegalResource`)."""
    return make_typed(iri, "http://data.europa.eu/eli/ontology#LegalResource")


def make_theme(text: str) -> dict[str, object]:
    """Return a theme given by its IRI or code (DCAT-AP: a `skos:Concept` with its label); other text is a label."""
    theme = to_theme(text)
    code = theme.removeprefix(_THEME)
    known = code in THEMES
    labels = make_texts(say_in_all(f"catalog.theme-{code}")) if known else text
    return {**({"@id": theme} if ":" in theme else {}), "@type": CONCEPT, PREF_LABEL: labels}


def make_licence(text: str) -> dict[str, str]:
    """Return a licence given by its IRI; another text is the label of a licence document."""
    return {**({"@id": text} if ":" in text else {LABEL: text}), "@type": "dct:LicenseDocument"}


def make_derivation(dataset: str, *, version: str, licence: str) -> dict[str, object]:
    """Return a dataset that data was derived from, with its version and its licence (PROV-O: `prov:wasDerivedFrom`).

    >>> make_derivation("urn:a", version="", licence="")
    {'@id': 'urn:a', '@type': 'http://www.w3.org/ns/prov#Entity'}
    """
    members: dict[str, object] = {"@id": dataset, "@type": "http://www.w3.org/ns/prov#Entity"}
    if version:
        members["dcat:version"] = version
    if licence:
        members["dct:license"] = make_licence(licence)
    return members


def make_measurement(metric: str, value: int) -> dict[str, object]:
    """Return a measured number about the quality of data (DQV: `dqv:QualityMeasurement`).

    >>> make_measurement("rows", 3)[_DQV + "value"]
    {'@value': '3', '@type': 'http://www.w3.org/2001/XMLSchema#integer'}
    """
    return {
        "@type": _DQV + "QualityMeasurement",
        _DQV + "isMeasurementOf": {"@id": _METRICS + metric},
        _DQV + "value": {"@value": str(value), "@type": _XSD + "integer"},
    }


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


def make_origin_members(brokers: Iterable[str], *, restricted: bool) -> dict[str, object]:
    """Return the brokers that a catalogue was read from (`dct:source`), and that it is not for everybody.

    >>> make_origin_members(["urn:participant:broker"], restricted=False)
    {'dct:source': [{'@id': 'urn:participant:broker'}]}
    """
    sources = [{"@id": broker} for broker in brokers]
    rights = {"@id": RESTRICTED, "@type": "dct:RightsStatement"}
    return ({"dct:source": sources} if sources else {}) | ({"dct:accessRights": rights} if restricted else {})


def make_service_members(participant_id: str, name: str) -> dict[str, object]:
    """Return what DCAT-AP and DCAT-AP.de require of the service of a participant: its title and its publisher."""
    return {
        "dct:title": name,
        "dct:publisher": make_agent(participant_id, name),
        "dct:conformsTo": make_typed(PROTOCOL, "dct:Standard"),
    }


def make_moment(at: datetime) -> dict[str, str]:
    """Return an instant as a typed value (DCAT 3: xsd:dateTime)."""
    return {"@type": _XSD + "dateTime", "@value": at.isoformat()}


def make_size(count: int) -> dict[str, str]:
    """Return a number of bytes as a typed value (DCAT 3: `dcat:byteSize`)."""
    return {"@type": _XSD + "nonNegativeInteger", "@value": str(count)}


def make_checksum(sha256: str) -> dict[str, object]:
    """Return a SHA-256 in hex as a checksum (DCAT 3: `spdx:checksum`)."""
    algorithm = make_typed(_SPDX + "checksumAlgorithm_sha256", _SPDX + "ChecksumAlgorithm")
    value = {"@type": _XSD + "hexBinary", "@value": sha256}
    return {"@type": _SPDX + "Checksum", _SPDX + "algorithm": algorithm, _CHECKSUM_VALUE: value}


def find_checksum(distribution: Mapping[str, object]) -> str | None:
    """Return the SHA-256 in hex that a distribution states, or None."""
    stated = distribution.get(CHECKSUM, distribution.get("spdx:checksum"))
    if not isinstance(stated, Mapping):
        return None
    algorithm = stated.get(_SPDX + "algorithm", stated.get("spdx:algorithm"))
    named = algorithm.get("@id") if isinstance(algorithm, Mapping) else algorithm
    value = stated.get(_CHECKSUM_VALUE, stated.get("spdx:checksumValue"))
    text = value.get("@value") if isinstance(value, Mapping) else value
    # The lists of SPDX, DCAT-AP.de and others write the name of the algorithm differently.
    plain = "".join(sign for sign in str(named)[-_NAME_END:].lower() if sign.isalnum())
    return text.lower() if isinstance(text, str) and plain.endswith("sha256") else None


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
