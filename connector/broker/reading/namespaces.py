"""The namespaces of DCAT-AP 3.0.1 and of what connectors and portals write beside it. Pure."""

from collections.abc import Mapping

DCT = "http://purl.org/dc/terms/"
DCAT = "http://www.w3.org/ns/dcat#"
FOAF = "http://xmlns.com/foaf/0.1/"
VCARD = "http://www.w3.org/2006/vcard/ns#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
ADMS = "http://www.w3.org/ns/adms#"
SPDX = "http://spdx.org/rdf/terms#"
ODRL = "http://www.w3.org/ns/odrl/2/"
DCATAP = "http://data.europa.eu/r5r/"
DCATDE = "http://dcat-ap.de/def/dcatde/"
LOCN = "http://www.w3.org/ns/locn#"

PREFIXES: Mapping[str, str] = {
    "dct": DCT,
    "dcat": DCAT,
    "foaf": FOAF,
    "vcard": VCARD,
    "skos": SKOS,
    "rdfs": RDFS,
    "adms": ADMS,
    "spdx": SPDX,
    "odrl": ODRL,
    "dcatap": DCATAP,
}
"""The prefixes of the serialisations."""

READ_PREFIXES: Mapping[str, str] = {
    **PREFIXES,
    "dcatde": DCATDE,
    "locn": LOCN,
    "edc": "https://w3id.org/edc/v0.0.1/ns/",
    "dk": "https://w3id.org/datenkontor/policy/1#",
}
"""The prefixes of the terms that are read."""
