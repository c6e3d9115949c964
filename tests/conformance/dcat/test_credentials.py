"""Self-descriptions as linked data: with the official contexts they state what the catalogue does, and who does."""

import json
from dataclasses import replace

import pytest
from rdflib import Graph, Namespace, URIRef
from rdflib.compare import isomorphic

from connector.controlplane.usecases.offering import assets, self_descriptions
from connector.protocol.credential import DescriptionKind
from connector.protocol.dsp.common import add_context
from connector.views.assets import AssetOrder
from connector.views.descriptions import Contact
from tests.conformance.dcat.graphs import read_graph
from tests.controlplane.usecases.offering.test_self_descriptions import KEY
from tests.identity.lists import Board, document, identity, member, signed
from tests.interop.ours import ME, Ours, play
from tests.support.transport import InProcess

CRED = Namespace("https://www.w3.org/2018/credentials#")
DCAT = Namespace("http://www.w3.org/ns/dcat#")
ODRL = Namespace("http://www.w3.org/ns/odrl/2/")

# pyshacl still uses a name that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")


async def _describe(kind: DescriptionKind) -> tuple[bytes, bytes]:
    """Return a credential without its signature, and the Dataset of the catalogue."""
    keys = (await identity(Board(signed(document(members=[member(ME, KEY)]))), ME, KEY)).credentials
    publisher = replace(Ours(InProcess()).rooms.publisher, keys=keys, contact=Contact(email="amt@stadt.example"))
    await assets.add(publisher, AssetOrder(id="urn:a", title={"de": "Luft"}, source={"kind": "file"}, themes=("ENVI",)))
    asset = await assets.publish(publisher, "urn:a")
    return (await self_descriptions.provide(publisher, kind, "urn:a")).payload, asset.document


def _read(kind: DescriptionKind) -> tuple[Graph, URIRef, Graph]:
    """Return the graph of a credential, its subject, and the graph of the Dataset."""
    payload, catalogued = play(_describe(kind))
    graph = read_graph(payload)
    (subject,) = graph.objects(URIRef(json.loads(payload)["id"]), CRED.credentialSubject)
    assert isinstance(subject, URIRef)
    return graph, subject, read_graph(add_context(catalogued))


def test_a_dataset_states_exactly_what_the_catalogue_states() -> None:
    graph, _, catalogued = _read(DescriptionKind.DATASET)
    (credential,) = graph.subjects(CRED.credentialSubject)
    graph.remove((credential, None, None))
    assert isomorphic(graph, catalogued)


def test_no_statement_of_an_offering_or_a_participant_is_lost() -> None:
    offering, service, catalogued = _read(DescriptionKind.OFFERING)
    (dataset,) = offering.objects(service, DCAT.servesDataset)
    (offer,) = offering.objects(dataset, ODRL.hasPolicy)
    assert (dataset, ODRL.hasPolicy, offer) in catalogued
    assert list(offering.objects(offer, ODRL.permission))
    assert list(offering.objects(service, DCAT.endpointURL))
    participant, agent, _ = _read(DescriptionKind.PARTICIPANT)
    assert list(participant.objects(agent, DCAT.service))
    assert list(participant.objects(agent, DCAT.contactPoint))
