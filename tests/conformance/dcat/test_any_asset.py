"""Any asset within the bounds of the API has a dataset that conforms, or is refused with the member to correct."""

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connector.broker.normalise import read_entry
from connector.controlplane.core.errors import NotAllowed, UseCaseError
from connector.controlplane.usecases.offering import assets, completeness, datasets
from connector.ports.broker_store import CrawlSource, Statements
from connector.ports.entities import AssetStatement, DataClass
from connector.protocol.credential import read_credential, write_credential
from connector.protocol.dsp.common import add_context
from connector.semantic.codes import read_codes
from connector.views.assets import AssetDescription, AssetOrder
from connector.views.descriptions import Contact, CoveredPlace, CoveredTime, Organisation
from tests.conformance.dcat.graphs import OFFICIAL, OWN, find_faults, read_graph
from tests.interop.ours import Ours, play
from tests.support.transport import InProcess

# pyshacl still uses a name that rdflib deprecates.
pytestmark = pytest.mark.filterwarnings("ignore:Dataset.default_context:DeprecationWarning")

TEXT = st.text(max_size=20) | st.sampled_from(["<b>Luft</b>", "\x00", "\u2028", "a\\", '"', "@id", "https://a b"])
IRI = st.sampled_from(["urn:a", "https://stadt.example/ä", "https://[::1]/x", "mailto:a@b", "a:\x01", "a:%zz"]) | TEXT
DATE = st.sampled_from(["2026", "2026-02", "2026-02-29", "2024-02-29", "2026-01-01T00:00:00Z", "24:00"]) | TEXT
TAG = st.sampled_from(["de", "en-GB", "x-0", "und", "gsw", "a b"]) | TEXT
DEGREES = st.floats(-200, 200) | st.just(float("nan"))
TEXTS = st.dictionaries(TAG, TEXT, max_size=2)


def codes(name: Any) -> st.SearchStrategy[str]:
    return st.sampled_from([*read_codes(name)]) | TEXT


def part(kind: Any, **members: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.builds(kind, **members)


STATED = st.fixed_dictionaries(
    {"title": TEXTS | st.just({"de": "Luft"})},
    optional={
        "description": TEXTS,
        "keywords": st.lists(TEXT, max_size=2).map(tuple),
        "themes": st.lists(IRI | st.just("ENVI"), max_size=2).map(tuple),
        "media_type": st.sampled_from(["text/csv", "text/csv; charset=utf-8", "a/b", "APPLICATION/JSON"]) | TEXT,
        "data_class": st.sampled_from([DataClass.OPEN, DataClass.INTERNAL, DataClass.CONFIDENTIAL]),
        "live": st.booleans(),
        "synthetic": st.booleans(),
        "licence": st.none() | codes("licence") | IRI,
        "publisher": part(Organisation, name=TEXT, id=IRI),
        "contact": part(Contact, name=TEXT, email=st.just("a@b.example") | TEXT, url=IRI, telephone=TEXT),
        "place": part(CoveredPlace, name=TEXT, key=st.just("08212000") | TEXT, id=IRI, box=st.tuples(*[DEGREES] * 4)),
        "period": part(CoveredTime, start=DATE, end=DATE),
        "frequency": st.none() | codes("frequency"),
        "format": st.none() | codes("file-type"),
        "hvd": st.lists(codes("hvd-category"), max_size=2).map(tuple),
        "legislation": st.lists(IRI, max_size=2).map(tuple),
        "issued": st.none() | DATE,
        "modified": st.none() | DATE,
        "landing_page": st.none() | IRI,
        "documentation": st.lists(IRI, max_size=2).map(tuple),
        "conforms_to": st.lists(IRI, max_size=2).map(tuple),
        "stated": st.builds(AssetStatement, languages=st.lists(TAG, max_size=2).map(tuple), release=st.none() | TEXT),
    },
)
NAMED = {"theme", "keywords", "media-type", "language", "too-long", "title"}
"""Codes of refusals that name a member in other words."""


def _settle(stated: dict[str, Any]) -> tuple[dict[str, Any], set[str]]:
    """Return the members that are accepted, and the codes of refusals.

    Each member is tried by itself, because most combinations have something to refuse.
    """
    us = Ours(InProcess())
    kept: dict[str, Any] = {"title": {"de": "Luft"}}
    refused = set()
    for name, value in stated.items():
        order = AssetOrder(id="urn:a", source={"kind": "file"}, **(kept | {name: value}))
        try:
            asyncio.run(assets.look(us.rooms.publisher, order))
        except UseCaseError as error:
            refused.add(error.code)
        else:
            kept[name] = value
    return kept, refused


async def _publish(order: AssetOrder) -> tuple[bytes, bool, str]:
    """Return the Dataset of a draft, whether nothing required is missing, and the code of a refused publication."""
    publisher, refused = Ours(InProcess()).rooms.publisher, ""
    asset = await assets.add(publisher, order)
    try:
        await assets.publish(publisher, asset.id)
    except NotAllowed as error:
        refused = error.code
    complete = completeness.find_missing(asset, None) is None
    return add_context(datasets.render_dataset(publisher, asset)), complete, refused


@settings(max_examples=60, deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True)
@given(STATED)
def test_any_asset_conforms_or_is_refused_with_its_member(stated: dict[str, Any]) -> None:
    kept, refused = _settle(stated)
    assert {code.replace("-", "_") for code in refused - NAMED} <= set(AssetDescription.__struct_fields__)
    document, complete, code = play(_publish(AssetOrder(id="urn:a", source={"kind": "file"}, **kept)))
    assert code == ("" if complete else "incomplete")
    graph = read_graph(document)
    assert find_faults(graph, OFFICIAL) == set()
    # The shapes of this project say of each asset what the plain code says of it.
    assert (find_faults(graph, OWN) == set()) is complete
    source = CrawlSource(participant="urn:p", name="P", address="https://p.example/dsp/2025-1")
    entry = read_entry(document, source, 0).entry
    assert entry.id == "urn:a"
    assert _read_as_stated(document, source) == (entry.digest, entry.statements, entry.titles, entry.keywords)


def _read_as_stated(document: bytes, source: CrawlSource) -> tuple[str, Statements, dict[str, str], tuple[str, ...]]:
    """Return what an entry says that is read from the self-description of a Dataset."""
    stated = msgspec.json.decode(document)
    del stated["@context"]
    times = {"valid_from": "2026-03-01T00:00:00Z", "valid_until": "2026-03-31T00:00:00Z"}
    found = read_credential(write_credential(source.participant, stated, **times))
    entry = read_entry(add_context(found.document), source, 0).entry
    return entry.digest, entry.statements, entry.titles, entry.keywords


def test_what_is_right_is_kept_and_what_is_wrong_is_refused() -> None:
    stated = {"licence": "cc-by/4.0", "frequency": "DAILY", "hvd": ("mobility",), "landing_page": "https://a.example/"}
    assert _settle(stated) == ({"title": {"de": "Luft"}, **stated}, set())
    assert _settle({"landing_page": "a b"}) == ({"title": {"de": "Luft"}}, {"landing-page"})
