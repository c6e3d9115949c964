"""Renders the Dataset of a published asset for the catalogue (Catalog Protocol, ACK - Dataset; DCAT-AP 3.0.1).

What the owner stated is written as DCAT-AP and DCAT-AP.de name it. Nothing is guessed: what is not stated has a default
only where another statement already says it, such as the access rights by the data class.
"""

from collections.abc import Mapping
from urllib.parse import urljoin

import msgspec

from connector.controlplane.judging import visibility
from connector.controlplane.judging.evaluator import Evaluator
from connector.controlplane.judging.treating.treatments import may_treat
from connector.controlplane.usecases.offering.publisher import Publisher
from connector.language.catalogue import find_label_in_all
from connector.policy.compiling.compiled import Compiled
from connector.ports.entities import Asset, DataClass, DataFacts, PageBounds
from connector.protocol import dcat
from connector.protocol.dsp.catalog import DataService, Distribution, dataset_document
from connector.protocol.dsp.common import Role
from connector.protocol.dsp.machines.transfer_machine import PULL, PUSH
from connector.protocol.dsp.paths import BASE_PATH, WELL_KNOWN
from connector.semantic.codes import ListName, find_code, find_file_type, find_language
from connector.views.assets import DEFAULT_MEDIA_TYPE, FORM_TYPES, RowForm
from connector.views.conversion import find_moment, moment
from connector.views.data_quality import DataQuality
from connector.views.descriptions import Contact

RIGHTS: Mapping[DataClass, str] = {
    DataClass.OPEN: "PUBLIC",
    DataClass.INTERNAL: "RESTRICTED",
    DataClass.CONFIDENTIAL: "NON_PUBLIC",
    DataClass.PERSONAL: "NON_PUBLIC",
}
"""The access rights (EU vocabulary Access right) that a data class stands for."""
CLOSED_LICENCE = "other-closed"
"""The licence, by its code, of data that is not open and states none: the terms are those of its offer."""

Stated = dict[str, object]


def render_dataset(publisher: Publisher, asset: Asset) -> bytes:
    """Return the Dataset of an asset as the catalogue contains it. It is rendered once, when the asset is published."""
    context = publisher.context
    service = DataService(id=f"{context.participant}#connector", endpoint_url=context.address)
    name = context.find_name(context.participant) or context.participant
    contact = asset.contact or publisher.contact
    formats = (PULL,) if asset.live else (PULL, PUSH)
    return dataset_document(
        asset.id,
        offers=[msgspec.Raw(visibility.catalog_policy(asset))],
        distributions=[Distribution(format=form, access_service=service) for form in formats],
        members={
            **_describe_content(asset),
            **_describe_origin(asset, contact, dcat.make_agent(context.participant, name)),
            **_describe_coverage(asset),
            **_describe_category(asset),
            **_describe_parameters(asset),
        },
        distribution_members=_describe_distribution(asset),
        service_members={
            **dcat.make_service_members(context.participant, name),
            **_describe_service(asset, context.address, contact),
        },
        form_members=[_describe_form(form) for form in asset.forms],
    )


def _describe_content(asset: Asset) -> Stated:
    """Return what a person reads first. A missing description is the title, because DCAT-AP requires one."""
    members: Stated = {
        "dct:title": dcat.make_texts(asset.title),
        "dct:description": dcat.make_texts(asset.description or asset.title),
        "dct:identifier": asset.id,
    }
    if asset.keywords:
        members["dcat:keyword"] = list(asset.keywords)
    if asset.themes:
        members["dcat:theme"] = [dcat.make_theme(theme) for theme in asset.themes]
    languages = dict.fromkeys(filter(None, map(find_language, asset.stated.languages)))
    if languages:
        members["dct:language"] = [dcat.make_typed(iri, "dct:LinguisticSystem") for iri in languages]
    if asset.landing_page:
        members["dcat:landingPage"] = dcat.make_typed(asset.landing_page, dcat.DOCUMENT)
    if asset.documentation:
        members[dcat.PAGE] = [dcat.make_typed(page, dcat.DOCUMENT) for page in asset.documentation]
    if asset.conforms_to:
        members["dct:conformsTo"] = [dcat.make_typed(iri, "dct:Standard") for iri in asset.conforms_to]
    return members


def _describe_origin(asset: Asset, contact: Contact | None, participant: dict[str, str]) -> Stated:
    """Return who answers for the data, and its versions; without a publisher it is the participant."""
    stated = asset.publisher
    members: Stated = {"dct:publisher": dcat.make_agent(stated.id, stated.name) if stated else participant}
    if contact:
        members["dcat:contactPoint"] = dcat.make_contact(**msgspec.structs.asdict(contact))
    if asset.licence:
        members["dct:license"] = dcat.make_licence(asset.licence)
    if asset.issued or asset.published_at:
        published = dcat.make_moment(moment(asset.published_at))
        members["dct:issued"] = dcat.make_date(asset.issued) if asset.issued else published
    if asset.modified:
        members["dct:modified"] = dcat.make_date(asset.modified)
    if asset.stated.release:
        members["dcat:version"] = asset.stated.release
    if asset.synthetic:
        members["dct:provenance"] = dcat.make_provenance("synthetic")
    return members | _describe_lineage(asset)


def _describe_lineage(asset: Asset) -> Stated:
    """Return what the result of a recipe was made of: each input with its version, its licence and its agreement."""
    if not asset.lineage:
        return {}
    derived = [
        dcat.make_derivation(entry.dataset, version=entry.version, licence=entry.licence) for entry in asset.lineage
    ]
    under = [f"{entry.dataset} ({entry.agreement})" for entry in asset.lineage if entry.agreement]
    members: Stated = {
        "dct:source": [{"@id": entry.dataset} for entry in asset.lineage],
        dcat.DERIVED_FROM: derived,
    }
    if under:
        members["dct:provenance"] = dcat.make_provenance(", ".join(under))
    return members


def _describe_coverage(asset: Asset) -> Stated:
    """Return which place and time the data is about, and how often it is updated."""
    members: Stated = {}
    place = asset.place
    if place and place.key:
        members |= dcat.make_geocoding(place.key)
    if place and (place.id or place.name or place.box):
        members["dct:spatial"] = dcat.make_place(id=place.id, name=place.name, box=place.box)
    if asset.period:
        members["dct:temporal"] = dcat.make_period(start=asset.period.start, end=asset.period.end)
    frequency = asset.frequency or ("CONT" if asset.live else None)
    if frequency:
        members["dct:accrualPeriodicity"] = dcat.make_typed(_find_iri("frequency", frequency), "dct:Frequency")
    return members


def _describe_category(asset: Asset) -> Stated:
    """Return who may use the data, and which legislation requires it."""
    rights = _find_iri("access-right", RIGHTS[asset.data_class])
    return {
        "dct:accessRights": dcat.make_typed(rights, "dct:RightsStatement"),
        dcat.DATA_CLASS: asset.data_class.value,
        **_describe_mandate(asset),
    }


def _describe_parameters(asset: Asset) -> Stated:
    """Return by what a consumer may ask for a part of the data; the columns behind it stay with the provider."""
    declared = asset.source.get("parameters")
    if not isinstance(declared, dict):
        return {}
    shown = [
        {
            key: value
            for member, key in dcat.PARAMETER_MEMBERS.items()
            if (value := {"type": "text", **stated, "name": name}.get(member)) not in (None, [], ())
        }
        for name, stated in declared.items()
        if isinstance(stated, dict)
    ]
    return {dcat.PARAMETER: shown} if shown else {}


def _describe_mandate(asset: Asset) -> Stated:
    """Return the categories of a high-value dataset and the legislation (DCAT-AP HVD 3.0.0)."""
    acts = dict.fromkeys((*asset.legislation, *((dcat.HVD_REGULATION,) if asset.hvd else ())))
    members: Stated = {dcat.LEGISLATION: [dcat.make_legislation(act) for act in acts]} if acts else {}
    categories = [code for text in asset.hvd if (code := find_code("hvd-category", text))]
    if categories:
        members[dcat.HVD_CATEGORY] = [
            dcat.make_concept(code.iri, find_label_in_all(f"term:{code.iri}", code.labels)) for code in categories
        ]
    return members


def _describe_distribution(asset: Asset) -> Stated:
    """Return the licence, the file type and the media type of the data, and the legislation that requires it."""
    members: Stated = {}
    if asset.licence:
        members["dct:license"] = dcat.make_licence(asset.licence)
    elif asset.data_class is not DataClass.OPEN:
        members["dct:license"] = dcat.make_licence(_find_iri("licence", CLOSED_LICENCE))
    code = find_code("file-type", asset.format) if asset.format else find_file_type(asset.media_type)
    if code:
        members[dcat.FILE_TYPE] = dcat.make_typed(code.iri, "dct:MediaTypeOrExtent")
    if asset.media_type != DEFAULT_MEDIA_TYPE:
        members["dcat:mediaType"] = dcat.make_media_type(asset.media_type)
    mandate = _describe_mandate(asset)
    return {**members, **({dcat.LEGISLATION: mandate[dcat.LEGISLATION]} if dcat.LEGISLATION in mandate else {})}


def _describe_form(form: RowForm) -> Stated:
    """Return what tells a form of the rows from the data as it is; it replaces the media type and the file type."""
    media_type = FORM_TYPES[form]
    members: Stated = {dcat.FORM: form, "dcat:mediaType": dcat.make_media_type(media_type)}
    code = find_file_type(media_type)
    if code:
        members[dcat.FILE_TYPE] = dcat.make_typed(code.iri, "dct:MediaTypeOrExtent")
    if form == "features":
        members["dct:conformsTo"] = [dcat.make_typed(dcat.FEATURES, "dct:Standard")]
    return members


def _describe_service(asset: Asset, address: str, contact: Contact | None) -> Stated:
    """Return what the service of a distribution serves and where it is described.

    The service of a high-value dataset also has a contact, a documentation and the mandate (DCAT-AP HVD 3.0.0).
    """
    members: Stated = {
        "dcat:servesDataset": {"@id": asset.id},
        "dcat:endpointDescription": {"@id": _locate_versions(address)},
    }
    if not asset.hvd:
        return members
    members[dcat.PAGE] = dcat.make_typed(dcat.PROTOCOL, dcat.DOCUMENT)
    if contact:
        members["dcat:contactPoint"] = dcat.make_contact(**msgspec.structs.asdict(contact))
    return {**members, **_describe_mandate(asset)}


def _locate_versions(address: str) -> str:
    """Return where the version document is: beside the base path, of one tenant of several below its own path."""
    root = address.removesuffix(BASE_PATH)
    return root + WELL_KNOWN if root != address else urljoin(address, WELL_KNOWN)


def _find_iri(name: ListName, code: str) -> str:
    found = find_code(name, code)
    assert found, f"{code} was checked when it was stated"
    return found.iri


def _list_measurements(quality: DataQuality) -> list[dict[str, object]]:
    """Return what was measured of a version of the data (DQV): rows, cells without a value, and what is wrong."""
    faults = sum(finding.count for finding in quality.findings if finding.level == "fault")
    found = {
        "rows": quality.rows,
        "values": quality.values,
        "missing": quality.missing,
        "repeated": quality.repeated,
        "empty-columns": len(quality.empty),
        "faults": faults,
    }
    return [dcat.make_measurement(metric, value) for metric, value in found.items()]


def add_facts(asset: Asset, facts: DataFacts, *, whole: bool, quality: DataQuality | None = None) -> bytes:
    """Return the Dataset of an asset with what is known of its data now, on each distribution (DCAT 3, 6.8).

    Without `whole`, other bytes than those of the source may leave, so size, digest and name are not stated. `quality`
    is that of the newest version that was measured.
    """
    document = msgspec.json.decode(asset.document)
    members: Stated = {"dcat:mediaType": dcat.make_media_type(asset.media_type)}
    changed = find_moment(facts.changed_at) if facts.changed_at is not None else None
    if changed is not None:
        members["dct:modified"] = dcat.make_moment(changed)
    if whole and facts.size is not None:
        members["dcat:byteSize"] = dcat.make_size(facts.size)
    if whole and facts.sha256 is not None:
        members[dcat.CHECKSUM] = dcat.make_checksum(facts.sha256)
    if whole and facts.name is not None:
        members["dct:title"] = facts.name
    if quality is not None and not quality.problem and asset.data_class is not DataClass.PERSONAL:
        document[dcat.MEASUREMENTS] = _list_measurements(quality)
    document["distribution"] = [
        # A form of the rows has a media type, a size and a digest of its own.
        entry if dcat.FORM in entry else {**entry, **members}
        for entry in document.get("distribution", [])
    ]
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
