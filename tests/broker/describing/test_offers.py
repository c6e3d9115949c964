"""The terms of an offer as ODRL in RDF: whole, or told to be elsewhere."""

from typing import Any

from rdflib import RDF, RDFS, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection

from connector.broker.describing.offers import MOST_OFFERS
from tests.broker.describing.published import describe

ODRL = Namespace("http://www.w3.org/ns/odrl/2/")
PURPOSE = {"leftOperand": "purpose", "operator": "isA", "rightOperand": "https://w3id.org/dpv#Marketing"}
COUNT = {"leftOperand": "count", "operator": "lteq", "rightOperand": 5}


def offered(**rules: Any) -> tuple[Graph, Any]:
    graph = describe(hasPolicy=[{"@id": "urn:offer:1", "@type": "Offer", **rules}])
    return graph, graph.value(URIRef("urn:uuid:1"), ODRL.hasPolicy)


def test_rules_constraints_and_duties_are_nodes_with_the_terms_of_odrl() -> None:
    duty = {"action": "compensate", "constraint": [{"leftOperand": "payAmount", "operator": "eq", "rightOperand": "5"}]}
    graph, offer = offered(
        permission=[{"action": "use", "constraint": [PURPOSE, COUNT], "duty": [duty]}],
        prohibition=[{"action": "odrl:distribute"}],
    )
    permission = graph.value(offer, ODRL.permission)
    assert graph.value(permission, ODRL.action) == ODRL.use
    constraints = {graph.value(node, ODRL.leftOperand): node for node in graph.objects(permission, ODRL.constraint)}
    assert set(constraints) == {ODRL.purpose, ODRL["count"]}
    assert graph.value(constraints[ODRL["count"]], ODRL.operator) == ODRL.lteq
    assert graph.value(constraints[ODRL["count"]], ODRL.rightOperand) == Literal(5)
    assert graph.value(graph.value(permission, ODRL.duty), ODRL.action) == ODRL.compensate
    assert graph.value(graph.value(offer, ODRL.prohibition), RDF.type) == ODRL.Prohibition


def test_a_sequence_of_constraints_keeps_its_order() -> None:
    graph, offer = offered(permission=[{"action": "use", "constraint": [{"andSequence": [COUNT, PURPOSE]}]}])
    logical = graph.value(graph.value(offer, ODRL.permission), ODRL.constraint)
    assert (logical, RDF.type, ODRL.LogicalConstraint) in graph
    sequence = Collection(graph, graph.value(logical, ODRL.andSequence))
    assert [graph.value(part, ODRL.leftOperand) for part in sequence] == [ODRL["count"], ODRL.purpose]


def test_terms_that_are_not_understood_are_not_stated_in_part() -> None:
    graph, offer = offered(permission=[{"action": "use", "unheardOf": "x"}, {"action": "use"}])
    assert not list(graph.objects(offer, ODRL.permission))
    assert {str(comment.language) for comment in graph.objects(offer, RDFS.comment)} == {"de", "en"}


def test_terms_that_are_too_long_are_not_stated_in_part() -> None:
    graph, offer = offered(permission=[{"action": "use", "constraint": [PURPOSE] * 150}])
    assert not list(graph.objects(offer, ODRL.permission))
    assert list(graph.objects(offer, RDFS.comment))


def test_a_text_that_would_be_cut_is_not_stated_in_part() -> None:
    purpose = {"leftOperand": "purpose", "operator": "eq", "rightOperand": {"@value": "x " * 900}}
    graph, offer = offered(permission=[{"action": "use", "constraint": [purpose]}])
    assert not list(graph.objects(offer, ODRL.permission))


def test_an_offer_states_its_identifier_and_is_no_one_elses() -> None:
    graph, offer = offered(permission=[{"action": "use"}])
    assert str(graph.value(offer, URIRef("http://purl.org/dc/terms/identifier"))) == "urn:offer:1"
    assert not list(graph.predicate_objects(URIRef("urn:offer:1")))


def test_the_first_offers_are_stated() -> None:
    offers = [{"@id": f"urn:o:{number}", "@type": "Offer", "permission": [{"action": "use"}]} for number in range(40)]
    graph = describe(hasPolicy=offers)
    assert len(list(graph.objects(URIRef("urn:uuid:1"), ODRL.hasPolicy))) == MOST_OFFERS
