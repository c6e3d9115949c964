"""The messages and documents of the catalogue (Dataspace Protocol 2025-1, Catalog Protocol; DCAT 3).

Parts that can have members outside the standard stay raw: the datasets and nested catalogues of a `Catalog`, and the
offers of a `Dataset`, are `msgspec.Raw`, byte for byte as received. `dataset_view` and `catalog_view` read one of them
as a typed view. `codec.decode` checks a `Catalog` or `Dataset` at all levels.

The functions at the end build documents from plain values; stored datasets are inserted into a catalogue unparsed.

Pure: standard library and msgspec only.
"""

from collections.abc import Callable, Iterable, Mapping
from itertools import chain
from typing import Annotated, Any, TypeVar

import msgspec

from connector.protocol import dcat
from connector.protocol.dsp.common import Message, add_context, locate_error, require_type
from connector.protocol.dsp.errors import RemoteProtocolError
from connector.protocol.dsp.policy import Offer, policy_view

# The most services of a catalogue, and the most distributions of a dataset, that are read.
MOST_SERVICES = 100
# The largest Dataset that is offered, and that a broker takes, in bytes of its JSON.
DATASET_LIMIT = 128 * 1024

_Raws = Annotated[tuple[msgspec.Raw, ...], msgspec.Meta(min_length=1)]

S = TypeVar("S", bound=msgspec.Struct)


class CatalogRequestMessage(Message, frozen=True, kw_only=True):
    """Consumer to provider: request the catalogue. The content of `filter` is agreed between implementations."""

    filter: tuple[Any, ...] = ()


class DatasetRequestMessage(Message, frozen=True, kw_only=True):
    """Consumer to provider: request one dataset. The HTTPS binding sends it as a GET."""

    dataset: str


class CatalogError(Message, frozen=True, kw_only=True):
    """The error body of the catalogue endpoints."""

    code: str | None = None
    reason: tuple[Any, ...] = ()


class DataService(Message, frozen=True, kw_only=True):
    """An endpoint for negotiations and transfers; `serves_dataset` contains raw datasets."""

    id: str = msgspec.field(name="@id")
    endpoint_url: str = msgspec.field(name="endpointURL")
    serves_dataset: _Raws = ()


class Distribution(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A form in which a dataset can be transferred: a format and a service, by its identifier or as an object."""

    format: str
    access_service: str | DataService
    has_policy: _Raws = ()


class Dataset(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A view of a dataset: identifier, raw offers and distributions. `dataset_document` writes it."""

    id: str = msgspec.field(name="@id")
    has_policy: _Raws
    distribution: Annotated[tuple[Distribution, ...], msgspec.Meta(min_length=1)]


class NestedCatalog(Message, frozen=True, kw_only=True, tag="Catalog"):
    """A view of a catalogue inside another one. `has_policy` detects a policy, which a catalogue must not have."""

    id: str = msgspec.field(name="@id")
    dataset: _Raws = ()
    catalog: _Raws = ()
    service: Annotated[tuple[DataService, ...], msgspec.Meta(min_length=1)] = ()
    distribution: Annotated[tuple[Distribution, ...], msgspec.Meta(min_length=1)] = ()
    has_policy: Any = msgspec.UNSET

    def __post_init__(self) -> None:
        if self.has_policy is not msgspec.UNSET:
            raise ValueError("Expected no hasPolicy in a catalogue")


class Catalog(NestedCatalog, frozen=True, kw_only=True, tag="Catalog"):
    """A catalogue as an answer, with the participant that it belongs to."""

    participant_id: str


class AnsweredCatalog(Message, frozen=True, kw_only=True, tag="Catalog"):
    """A lenient view of the catalogue of a peer: faults outside its datasets do not affect them."""

    participant_id: str | None = None
    dataset: tuple[msgspec.Raw, ...] = ()
    catalog: tuple[msgspec.Raw, ...] = ()
    service: Any = ()
    publisher: Any = msgspec.field(default=None, name="dct:publisher")
    source: Any = msgspec.field(default=None, name="dct:source")
    access_rights: Any = msgspec.field(default=None, name="dct:accessRights")


class CatalogOrigin(msgspec.Struct, frozen=True, kw_only=True):
    """What a broker says of a participant whose nested catalogue it lists.

    `services` are those of `list_services`, `brokers` the brokers that it came through before, in any order. A
    `restricted` catalogue is only for those who see it.
    """

    name: str | None = None
    services: Mapping[str, str] = {}
    brokers: tuple[str, ...] = ()
    restricted: bool = False


def read_origin(catalog: AnsweredCatalog) -> CatalogOrigin:
    """Return what a nested catalogue says of its participant; what cannot be read is left out."""
    sources = catalog.source if isinstance(catalog.source, list) else [catalog.source]
    name = catalog.publisher.get(dcat.AGENT_NAME) if isinstance(catalog.publisher, dict) else None
    return CatalogOrigin(
        name=name if isinstance(name, str) else None,
        services=list_services(catalog),
        brokers=tuple(
            source["@id"] for source in sources if isinstance(source, dict) and isinstance(source.get("@id"), str)
        ),
        # Whatever it says: what is not for everybody is not passed on.
        restricted=catalog.access_rights is not None,
    )


def list_services(catalog: AnsweredCatalog) -> dict[str, str]:
    """Return the base URL of each service of a catalogue by its identifier; an unreadable service is ignored."""
    services = catalog.service if isinstance(catalog.service, list) else [catalog.service]
    return {
        service["@id"]: service["endpointURL"]
        for service in services[:MOST_SERVICES]
        if isinstance(service, dict)
        and isinstance(service.get("@id"), str)
        and isinstance(service.get("endpointURL"), str)
    }


def find_services(dataset: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the services of the distributions of a parsed Dataset: base URLs, and identifiers without a URL."""
    urls: dict[str, None] = {}
    references: dict[str, None] = {}
    distributions = dataset.get("distribution")
    for distribution in distributions[:MOST_SERVICES] if isinstance(distributions, list) else [distributions]:
        service = distribution.get("accessService") if isinstance(distribution, dict) else None
        url = service.get("endpointURL") if isinstance(service, dict) else None
        reference = service.get("@id") if isinstance(service, dict) else service
        if isinstance(url, str):
            urls[url] = None
        elif isinstance(reference, str):
            references[reference] = None
    return tuple(urls), tuple(references)


def choose_service(
    urls: Iterable[str],
    references: Iterable[str],
    services: Mapping[str, str],
    is_allowed: Callable[[str], bool],
    listed: str,
) -> str:
    """Return the first base URL of a Dataset that may be dialled, else the `listed` one; stated URLs come first.

    `urls` and `references` are those of `find_services`, `services` those of `list_services`. Some peers state the URL
    above all versions of the protocol; the listed address below it has the version (Exposure of Versions).

    >>> secure = lambda url: url.startswith("https")
    >>> choose_service(["http://a"], ["#b", "#c"], {"#c": "https://c"}, secure, "https://d/2025-1")
    'https://c'
    >>> choose_service(["https://d"], [], {}, secure, "https://d/2025-1")
    'https://d/2025-1'
    """
    known = (services[reference] for reference in references if reference in services)
    chosen = next((url for url in chain(urls, known) if is_allowed(url)), listed)
    return listed if listed.startswith(chosen.rstrip("/") + "/") else chosen


def dataset_view(raw: bytes | msgspec.Raw, path: str = "$") -> Dataset:
    """Read one dataset and check it with all its offers.

    :raises RemoteProtocolError: with the JSON path below `path`.
    """
    dataset = _read_raw(Dataset, raw, path)
    check_dataset(dataset, _members(raw), path)
    return dataset


def drop_unreadable(dataset: Mapping[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """Return a parsed Dataset without the offers that cannot be read, and the fault of each, with its JSON path.

    One offer that is not of the standard hides neither the other offers nor the Dataset.
    """
    faults: list[str] = []
    found = _drop_offers(dataset, "$", faults)
    distributions = dataset.get("distribution")
    if isinstance(distributions, list):
        found["distribution"] = [
            _drop_offers(entry, f"$.distribution[{place}]", faults) if isinstance(entry, dict) else entry
            for place, entry in enumerate(distributions)
        ]
    return found, tuple(faults)


def _drop_offers(holder: Mapping[str, Any], path: str, faults: list[str]) -> dict[str, Any]:
    offers = holder.get("hasPolicy")
    if not isinstance(offers, list):
        return dict(holder)
    kept = []
    for place, offer in enumerate(offers):
        try:
            policy_view(Offer, offer, f"{path}.hasPolicy[{place}]")
        except RemoteProtocolError as error:
            faults.append(error.reason)
        else:
            kept.append(offer)
    left = {name: value for name, value in holder.items() if name != "hasPolicy" or kept}
    return left | {"hasPolicy": kept} if kept else left


def catalog_view(raw: bytes | msgspec.Raw, path: str = "$") -> NestedCatalog:
    """Read one nested catalogue and check it to the bottom.

    :raises RemoteProtocolError: with the JSON path below `path`.
    """
    catalog = _read_raw(NestedCatalog, raw, path)
    check_catalog(catalog, _members(raw), path)
    return catalog


def flatten(catalog: AnsweredCatalog) -> list[tuple[str | None, CatalogOrigin, msgspec.Raw]]:
    """Return the datasets of all nested catalogues, each with the participant that it belongs to and its origin.

    A nested catalogue without a participant belongs to the participant of the outer one. An unreadable one is ignored,
    so a fault of one member does not hide the others. `codec.parse` limits the depth.
    """
    found: list[tuple[str | None, CatalogOrigin, msgspec.Raw]] = []
    waiting = [(catalog.participant_id, raw) for raw in reversed(catalog.catalog)]
    while waiting:
        outer, raw = waiting.pop()
        try:
            inner = msgspec.json.decode(raw, type=AnsweredCatalog)
        except (msgspec.MsgspecError, UnicodeError, RecursionError):
            continue
        participant = inner.participant_id or outer
        origin = read_origin(inner)
        found += [(participant, origin, dataset) for dataset in inner.dataset]
        waiting += [(participant, deeper) for deeper in reversed(inner.catalog)]
    return found


def check_dataset(dataset: Dataset, document: dict[str, Any], path: str = "$") -> None:
    """Check the parts of the parsed `document` that its view does not check.

    :raises RemoteProtocolError: with the JSON path.
    """
    _check_offers(document, path)
    _check_distributions(dataset.distribution, document, path)


def check_catalog(catalog: NestedCatalog, document: dict[str, Any], path: str = "$") -> None:
    """Check the parts of the parsed `document` that its view does not check.

    :raises RemoteProtocolError: with the JSON path.
    """
    require_type(NestedCatalog, document, path)
    _check_datasets(catalog.dataset, document.get("dataset", []), f"{path}.dataset")
    for index, raw in enumerate(catalog.catalog):
        place = f"{path}.catalog[{index}]"
        check_catalog(_read_raw(NestedCatalog, raw, place), document["catalog"][index], place)
    for index, service in enumerate(catalog.service):
        _check_service(service, document["service"][index], f"{path}.service[{index}]")
    _check_distributions(catalog.distribution, document, path)


def _check_datasets(raws: tuple[msgspec.Raw, ...], documents: list[dict[str, Any]], path: str) -> None:
    for index, raw in enumerate(raws):
        place = f"{path}[{index}]"
        check_dataset(_read_raw(Dataset, raw, place), documents[index], place)


def _check_distributions(distributions: tuple[Distribution, ...], document: dict[str, Any], path: str) -> None:
    for index, distribution in enumerate(distributions):
        place, inner = f"{path}.distribution[{index}]", document["distribution"][index]
        _check_offers(inner, place)
        if isinstance(distribution.access_service, DataService):
            _check_service(distribution.access_service, inner["accessService"], f"{place}.accessService")


def _check_service(service: DataService, document: dict[str, Any], path: str) -> None:
    require_type(DataService, document, path)
    _check_datasets(service.serves_dataset, document.get("servesDataset", []), f"{path}.servesDataset")


def _check_offers(document: dict[str, Any], path: str) -> None:
    for index, offer in enumerate(document.get("hasPolicy", ())):
        policy_view(Offer, offer, f"{path}.hasPolicy[{index}]")


def _members(raw: bytes | msgspec.Raw) -> dict[str, Any]:
    members: dict[str, Any] = msgspec.json.decode(raw)
    return members


def _read_raw(kind: type[S], raw: bytes | msgspec.Raw, path: str) -> S:
    try:
        return msgspec.json.decode(raw, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise RemoteProtocolError(locate_error(error, path)) from error


def dataset_document(
    dataset_id: str,
    *,
    offers: Iterable[msgspec.Raw | Mapping[str, object]],
    distributions: Iterable[Distribution],
    members: Mapping[str, object] | None = None,
    distribution_members: Mapping[str, object] | None = None,
    service_members: Mapping[str, object] | None = None,
    form_members: Iterable[Mapping[str, object]] = (),
) -> bytes:
    """Return a dataset as compact JSON without `@context`: the form that is stored and that catalogues contain.

    `members` are further members, such as the title, under prefixes of the official context or full IRIs;
    `distribution_members` those of each distribution, `service_members` those of its service. `form_members` are those
    of the forms of the first distribution, each of which is a distribution too.
    `common.add_context` makes of this the answer to a request for the dataset itself.
    """
    document: dict[str, object] = {"@id": dataset_id, "@type": "Dataset", **(members or {})}
    document["hasPolicy"] = list(offers)
    written = [
        {**_distribution(entry, service_members or {}), **(distribution_members or {})} for entry in distributions
    ]
    document["distribution"] = [*written, *({**written[0], **members} for members in form_members)]
    return msgspec.json.encode(document)


def _service(service: DataService, members: Mapping[str, object]) -> dict[str, object]:
    return {"@type": "DataService", "@id": service.id, "endpointURL": service.endpoint_url, **members}


def _distribution(distribution: Distribution, members: Mapping[str, object]) -> dict[str, object]:
    service = distribution.access_service
    document: dict[str, object] = {
        "@type": "Distribution",
        "format": distribution.format,
        "accessService": service if isinstance(service, str) else {**msgspec.to_builtins(service), **members},
    }
    if isinstance(service, DataService):
        document["dcat:accessURL"] = {"@id": service.endpoint_url}
    if distribution.has_policy:
        document["hasPolicy"] = distribution.has_policy
    return document


def catalog_document(
    catalog_id: str,
    participant_id: str,
    *,
    services: Iterable[DataService],
    datasets: Iterable[bytes] = (),
    catalogs: Iterable[bytes] = (),
    name: str | None = None,
) -> bytes:
    """Return a catalogue as compact JSON with `@context`, ready to send; see `make_catalog`."""
    document = make_catalog(
        catalog_id, participant_id, services=services, datasets=datasets, catalogs=catalogs, name=name
    )
    return add_context(document)


def make_catalog(
    catalog_id: str,
    participant_id: str,
    *,
    services: Iterable[DataService],
    datasets: Iterable[bytes] = (),
    catalogs: Iterable[bytes] = (),
    name: str | None = None,
    brokers: Iterable[str] = (),
    restricted: bool = False,
) -> bytes:
    """Return a catalogue as compact JSON without `@context`: the form that another catalogue contains.

    `datasets` and `catalogs` are stored documents without `@context`, inserted unchanged. Empty lists are omitted.
    `name` is the name of the participant: it titles the catalogue and names its publisher, as DCAT-AP 3 requires.
    `brokers` and `restricted` are those of a `CatalogOrigin`.
    """
    name = name or participant_id
    document: dict[str, object] = {
        "@id": catalog_id,
        "@type": "Catalog",
        "participantId": participant_id,
        **dcat.make_catalog_members(participant_id, name),
        **dcat.make_origin_members(brokers, restricted=restricted),
    }
    members: dict[str, list[Any]] = {
        "service": [_service(service, dcat.make_service_members(participant_id, name)) for service in services],
        "dataset": [msgspec.Raw(raw) for raw in datasets],
        "catalog": [msgspec.Raw(raw) for raw in catalogs],
    }
    document.update({name: values for name, values in members.items() if values})
    return msgspec.json.encode(document)
