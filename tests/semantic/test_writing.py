"""Statements in every serialisation: the same graph, whoever reads it."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import Dataset, Graph
from rdflib.compare import isomorphic

from connector.semantic.statements import TYPE, XSD, BlankTerm, IriTerm, LiteralTerm, Statement, make_text
from connector.semantic.writing import SUFFIXES, RdfForm, write_graphs, write_statements

EX = "https://ex.example/"
NODES = st.sampled_from([IriTerm(EX + "a"), IriTerm("urn:b"), BlankTerm("c1"), BlankTerm("c2")])
# As the describing cleans them: without signs that cannot be printed.
PRINTED = st.text().map(lambda text: "".join(sign for sign in text if sign.isprintable()))
LITERALS = st.builds(make_text, PRINTED, st.sampled_from(["", "de", "en-gb"])) | st.just(
    LiteralTerm("2024-01-01", datatype=XSD + "date")
)
STATEMENTS = st.lists(
    st.builds(Statement, NODES, st.sampled_from([EX + "p", EX + "q", TYPE]), NODES | LITERALS), max_size=12
)


@settings(deadline=None, max_examples=60)
@given(STATEMENTS)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_turtle_json_ld_and_rdf_xml_are_the_same_graph(statements: list[Statement]) -> None:
    turtle, jsonld, xml = (
        Graph().parse(data=write_statements(statements, form, {"ex": EX}), format=form.value)
        for form in (RdfForm.TURTLE, RdfForm.JSON_LD, RdfForm.RDF_XML)
    )
    assert len(turtle) == len(set(statements))
    assert isomorphic(turtle, jsonld)
    assert isomorphic(turtle, xml)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_sign_that_xml_cannot_contain_is_shown_as_one_that_it_can_in_every_form() -> None:
    said = [
        Statement(IriTerm(EX + "a"), EX + "p", LiteralTerm("urn:\ufffe\x01", language=language, datatype=datatype))
        for language, datatype in (("", ""), ("de", ""), ("", EX + "type"))
    ]
    for form in (RdfForm.TURTLE, RdfForm.JSON_LD, RdfForm.RDF_XML):
        read = Graph().parse(data=write_statements(said, form, {"ex": EX}), format=form.value)
        assert [str(value) for value in read.objects()] == ["urn:\ufffd\ufffd"] * len(said), form


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("form", [RdfForm.TRIG, RdfForm.JSON_LD])
def test_a_named_graph_has_its_own_statements(form: RdfForm) -> None:
    said = Statement(IriTerm(EX + "a"), EX + "p", LiteralTerm('"<b>&\\'))
    document = write_graphs([(None, [said]), (EX + "g", [said, said])], form, {"ex": EX})
    read = Dataset()
    read.parse(data=document, format=form.value)
    assert {str(graph.identifier): len(graph) for graph in read.graphs() if len(graph)} == {
        str(read.default_graph.identifier): 1,
        EX + "g": 1,
    }


def test_every_ending_of_a_file_has_its_form() -> None:
    assert set(SUFFIXES.values()) == set(RdfForm)
