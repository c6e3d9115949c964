"""Datasets of a provider as subjects, and graphs of what is said of them."""

import json
from typing import Any

from rdflib import Graph

from connector.broker.describing.catalog import CATALOG_PREFIXES, describe_catalog
from connector.broker.describing.subject import PublicSite, Subject
from connector.broker.normalise import read_entry
from connector.broker.schedule import Rhythm, make_source
from connector.semantic.writing import RdfForm, write_statements
from tests.broker.world import CITY, dataset, member

SITE = PublicSite(base="https://broker.example", participant=CITY + "broker", name="Datenraum Musterstadt")
SOURCE = make_source(member("umweltamt"), 0, Rhythm())
OWN = CITY + "umweltamt"


def subject_of(document: dict[str, Any], *, is_claimed: bool = True, **changed: Any) -> Subject:
    entry = read_entry(json.dumps(document).encode(), SOURCE, 1_800_000_000_000).entry
    return Subject(entry=entry, provider=SOURCE.name, is_claimed=is_claimed, site=SITE, **changed)


def describe(id: str = "urn:uuid:1", **members: Any) -> Graph:
    return graph_of(subject_of(dataset(id, **members)))


def graph_of(*subjects: Subject) -> Graph:
    statements = describe_catalog(SITE, subjects)
    return Graph().parse(data=write_statements(statements, RdfForm.TURTLE, CATALOG_PREFIXES), format="turtle")
