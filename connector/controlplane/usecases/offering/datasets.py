"""Renders the Dataset of a published asset for the catalogue (Catalog Protocol, ACK - Dataset; DCAT 3)."""

import msgspec

from connector.controlplane.judging import visibility
from connector.controlplane.judging.evaluator import Evaluator
from connector.ports.entities import Asset
from connector.protocol.dsp.catalog import DataService, Distribution, dataset_document
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH


def render_dataset(evaluator: Evaluator, asset: Asset) -> bytes:
    """Return the Dataset of an asset as the catalogue contains it. It is rendered once, when the asset is published."""
    service = DataService(id=f"{evaluator.context.participant}#connector", endpoint_url=evaluator.context.address)
    formats = (PULL,) if asset.live else (PULL, PUSH)
    members: dict[str, object] = {"dct:title": _texts(asset.title)}
    if asset.description:
        members["dct:description"] = _texts(asset.description)
    if asset.keywords:
        members["dcat:keyword"] = list(asset.keywords)
    if asset.themes:
        members["dcat:theme"] = list(asset.themes)
    known = evaluator.directory.participant(evaluator.context.participant)
    members["dct:publisher"] = {
        "@id": evaluator.context.participant,
        "foaf:name": known.name if known else evaluator.context.participant,
    }
    if asset.licence:
        members["dct:license"] = asset.licence
    if asset.live:
        members["dct:accrualPeriodicity"] = "http://publications.europa.eu/resource/authority/frequency/CONT"
    if asset.synthetic:
        members["dct:provenance"] = "synthetic"
    return dataset_document(
        asset.id,
        offers=[msgspec.Raw(visibility.catalog_policy(asset))],
        distributions=[Distribution(format=name, access_service=service) for name in formats],
        members=members,
    )


def _texts(texts: dict[str, str]) -> list[dict[str, str]]:
    return [{"@language": language, "@value": text} for language, text in sorted(texts.items())]
