"""The shapes of this project find what is missing, and nothing in what is complete."""

import pytest

from connector.semantic.shapes import ShapeFault, find_shape_faults
from connector.semantic.statements import TYPE, BlankTerm, IriTerm, LiteralTerm, Statement

# pyshacl still uses a name that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")

DCT, DCAT, FOAF = "http://purl.org/dc/terms/", "http://www.w3.org/ns/dcat#", "http://xmlns.com/foaf/0.1/"


def test_what_is_missing_at_a_node_is_found_with_its_rule() -> None:
    about = BlankTerm("catalogue")
    statements = [
        Statement(about, TYPE, IriTerm(DCAT + "Catalog")),
        Statement(about, DCT + "title", LiteralTerm("Katalog", language="de")),
        Statement(about, DCT + "publisher", IriTerm("urn:p")),
    ]
    faults = find_shape_faults(statements)
    assert faults == (
        ShapeFault("catalogue", DCT + "description", "MinCount"),
        ShapeFault("catalogue", DCT + "publisher", "Class"),
    )
    more = [
        Statement(about, DCT + "description", LiteralTerm("Alles.")),
        Statement(IriTerm("urn:p"), TYPE, IriTerm(FOAF + "Agent")),
        Statement(IriTerm("urn:p"), FOAF + "name", LiteralTerm("Stadt")),
    ]
    assert find_shape_faults([*statements, *more]) == ()


def test_a_hostile_literal_is_not_interpreted() -> None:
    about = IriTerm("urn:d")
    number = LiteralTerm("1e999999999", datatype="http://www.w3.org/2001/XMLSchema#decimal")
    statements = [Statement(about, TYPE, IriTerm(DCAT + "Distribution")), Statement(about, DCAT + "byteSize", number)]
    assert ShapeFault("urn:d", DCAT + "byteSize", "Datatype") in find_shape_faults(statements)
