"""Renders the Dataset of a published asset for the catalogue (Catalog Protocol, ACK - Dataset; DCAT-AP 3)."""

import msgspec

from connector.controlplane.judging import visibility
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating.treatments import may_treat
from connector.policy.compiling.compiled import Compiled
from connector.ports.entities import Asset, DataClass, DataFacts, PageBounds
from connector.protocol import dcat
from connector.protocol.dsp.catalog import DataService, Distribution, dataset_document
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH
from connector.views.conversion import find_moment


def render_dataset(evaluator: Evaluator, asset: Asset) -> bytes:
    """Return the Dataset of an asset as the catalogue contains it. It is rendered once, when the asset is published."""
    service = DataService(id=f"{evaluator.context.participant}#connector", endpoint_url=evaluator.context.address)
    formats = (PULL,) if asset.live else (PULL, PUSH)
    # DCAT-AP requires a description; the title is the description of an asset without one.
    members: dict[str, object] = {
        "dct:title": dcat.make_texts(asset.title),
        "dct:description": dcat.make_texts(asset.description or asset.title),
    }
    if asset.keywords:
        members["dcat:keyword"] = list(asset.keywords)
    if asset.themes:
        members["dcat:theme"] = [dcat.make_theme(theme) for theme in asset.themes]
    known = evaluator.directory.participant(evaluator.context.participant)
    name = known.name if known else evaluator.context.participant
    members["dct:publisher"] = dcat.make_agent(evaluator.context.participant, name)
    if asset.licence:
        members["dct:license"] = dcat.make_licence(asset.licence)
    if asset.live:
        members["dct:accrualPeriodicity"] = dcat.make_frequency(dcat.CONTINUOUS)
    if asset.stated.release:
        members["dcat:version"] = asset.stated.release
    if asset.synthetic:
        members["dct:provenance"] = dcat.make_provenance("synthetic")
    return dataset_document(
        asset.id,
        offers=[msgspec.Raw(visibility.catalog_policy(asset))],
        distributions=[Distribution(format=name, access_service=service) for name in formats],
        members=members,
    )


def add_facts(asset: Asset, facts: DataFacts, *, whole: bool) -> bytes:
    """Return the Dataset of an asset with what is known of its data now, on each distribution (DCAT 3, 6.8).

    Without `whole`, other bytes than those of the source may leave, so size, digest and name are not stated.
    """
    document = msgspec.json.decode(asset.document)
    members: dict[str, object] = {"dcat:mediaType": asset.media_type}
    changed = find_moment(facts.changed_at) if facts.changed_at is not None else None
    if changed is not None:
        members["dct:modified"] = dcat.make_moment(changed)
    if whole and facts.size is not None:
        members["dcat:byteSize"] = facts.size
    if whole and facts.sha256 is not None:
        members[dcat.CHECKSUM] = dcat.make_checksum(facts.sha256)
    if whole and facts.name is not None:
        members["dct:title"] = facts.name
    document["distribution"] = [{**entry, **members} for entry in document.get("distribution", [])]
    return msgspec.json.encode(document)


async def leaves_whole(evaluator: Evaluator, asset: Asset, consumer: str) -> bool:
    """Return whether this consumer receives exactly the bytes of the source, by its newest agreement and the offer.

    A description of records changes nothing by itself. The digest of personal data tells something about it: then no.
    """
    if asset.data_class is DataClass.PERSONAL:
        return False
    context = evaluator.context
    rows, _ = await context.store.agreements(
        context.owner, PageBounds(limit=1), dataset=asset.id, counterparty=consumer
    )
    compiled = [
        evaluator.library.compile(terms)
        for terms in (visibility.catalog_policy(asset), *(row.document for row in rows if row.role is Role.PROVIDER))
    ]
    return all(isinstance(terms, Compiled) and not may_treat(terms) for terms in compiled)
