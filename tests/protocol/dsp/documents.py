"""Documents of every type with every optional member, beside the official examples, and their systematic mutations."""

import copy
import json
from collections.abc import Iterator
from typing import Any

import msgspec

from connector.protocol.dsp import catalog, negotiation, transfer, version
from connector.protocol.dsp.common import CONTEXT

KINDS: dict[str, type[msgspec.Struct]] = {
    kind.__name__: kind
    for kind in (
        catalog.Catalog,
        catalog.CatalogError,
        catalog.CatalogRequestMessage,
        catalog.Dataset,
        catalog.DatasetRequestMessage,
        negotiation.ContractAgreementMessage,
        negotiation.ContractAgreementVerificationMessage,
        negotiation.ContractNegotiation,
        negotiation.ContractNegotiationError,
        negotiation.ContractNegotiationEventMessage,
        negotiation.ContractNegotiationTerminationMessage,
        negotiation.ContractOfferMessage,
        negotiation.ContractRequestMessage,
        transfer.TransferCompletionMessage,
        transfer.TransferError,
        transfer.TransferProcess,
        transfer.TransferRequestMessage,
        transfer.TransferStartMessage,
        transfer.TransferSuspensionMessage,
        transfer.TransferTerminationMessage,
        version.VersionResponse,
    )
}

_PIDS = {"providerPid": "urn:example:p", "consumerPid": "urn:example:c"}
ATOMIC = {"leftOperand": "odrl:count", "operator": "term-lteq", "rightOperand": {"@value": "5", "@type": "xsd:integer"}}
_RULES = {
    "profile": ["https://example.org/profile"],
    "permission": [
        {"action": "use", "constraint": [{"xone": [ATOMIC, {"and": [ATOMIC]}]}], "duty": [{"action": "delete"}]},
        {"action": "odrl:read", "constraint": [{"leftOperand": "a", "operator": "isAnyOf", "rightOperand": ["b"]}]},
    ],
    "prohibition": [{"action": "sell"}],
    "obligation": [{"action": "delete", "constraint": [ATOMIC]}],
}
MESSAGE_OFFER = {"@id": "urn:example:offer", "@type": "Offer", "target": "urn:example:asset", "assigner": "a", **_RULES}
_OFFER = {"@id": "urn:example:offer", "@type": "Offer", **_RULES}
_SERVICE = {"@id": "urn:example:service", "@type": "DataService", "endpointURL": "https://provider.example/dsp"}
_DATASET = {
    "@id": "urn:example:dataset",
    "@type": "Dataset",
    "dct:title": {"@value": "Verkehrsmengen", "@language": "de"},
    "hasPolicy": [_OFFER],
    "distribution": [{"@type": "Distribution", "format": "F", "accessService": _SERVICE, "hasPolicy": [_OFFER]}],
}
_ADDRESS = {
    "@type": "DataAddress",
    "endpointType": "HttpData",
    "endpoint": "https://consumer.example/in",
    "endpointProperties": [{"@type": "EndpointProperty", "name": "authType", "value": "bearer"}],
}


def _message(type_name: str, **members: Any) -> dict[str, Any]:
    return {"@context": [CONTEXT, "https://example.org/further"], "@type": type_name, **members}


OWN_DOCUMENTS: tuple[dict[str, Any], ...] = (
    _message("ContractRequestMessage", consumerPid="c", callbackAddress="https://c.example", offer=MESSAGE_OFFER),
    _message("ContractRequestMessage", consumerPid="c", providerPid="p", offer=MESSAGE_OFFER),
    _message("ContractOfferMessage", providerPid="p", callbackAddress="https://p.example", offer=MESSAGE_OFFER),
    _message("ContractOfferMessage", **_PIDS, offer=MESSAGE_OFFER),
    _message(
        "ContractAgreementMessage",
        **_PIDS,
        callbackAddress="https://p.example",
        agreement=MESSAGE_OFFER | {"@type": "Agreement", "assignee": "b", "timestamp": "2026-11-23T02:02:40+01:00"},
    ),
    _message("CatalogRequestMessage", filter=[{"@type": "QuerySpec", "limit": 50}, "any", 1, None]),
    _message(
        "Catalog",
        **{"@id": "urn:example:catalog"},
        participantId="did:web:provider.example",
        service=[_SERVICE | {"servesDataset": [_DATASET]}],
        dataset=[_DATASET],
        distribution=_DATASET["distribution"],
        catalog=[{"@id": "urn:example:inner", "@type": "Catalog", "dataset": [_DATASET], "participantId": "q"}],
    ),
    _DATASET | {"@context": [CONTEXT]},
    _message(
        "TransferRequestMessage",
        agreementId="a",
        format="F",
        callbackAddress="c",
        consumerPid="c",
        dataAddress=_ADDRESS,
    ),
    _message("TransferStartMessage", **_PIDS, dataAddress=_ADDRESS),
    _message("TransferError", **_PIDS, code="1", reason=[{"@value": "x"}, 1]),
    {
        "protocolVersions": [
            {
                "version": "2025-1",
                "path": "/dsp",
                "binding": "HTTPS",
                "identifierType": "did:web",
                "serviceId": "s",
                "auth": {"protocol": "DCP", "version": "1.0", "profile": ["vc11-sl2021/jwt"]},
            }
        ]
    },
)


def kind_of(document: dict[str, Any]) -> type[msgspec.Struct]:
    """Return the type a document (before its mutation) is of."""
    return KINDS[document.get("@type", "VersionResponse")]


def nodes(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Yield every value of a document below its root, with the way to it."""
    entries: Any = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*path, key), inner
        yield from nodes(inner, (*path, key))


_RETYPED: tuple[Any, ...] = (None, 5, "", "text", [], {}, ["text"], [None], {"@id": "x"})
_ADDED: tuple[tuple[str, Any], ...] = (
    ("unknown", {"kept": True}),
    ("@id", "urn:example:added"),
    ("@type", "Offer"),
    ("target", "urn:example:added"),
    ("hasPolicy", [_OFFER]),
    ("and", [ATOMIC]),
    ("or", "text"),
    ("leftOperand", "a"),
    ("callbackAddress", "https://added.example"),
    ("consumerPid", "added"),
    ("providerPid", "added"),
    ("participantId", 5),
    ("constraint", []),
    ("prohibition", []),
    ("odrl:permission", [{"action": "use"}]),
    ("odrl:target", "urn:example:other"),
    ("permission", [{"action": "use"}]),
    ("timestamp", "yesterday"),
    ("reason", []),
    ("code", 5),
)


def mutations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the document and every document one step away: each value deleted, retyped, and each object added to."""
    yield document
    if "@context" in document:
        yield document | {"@context": CONTEXT}
    for path, value in [((), document), *nodes(document)]:
        if path:
            yield _changed(document, path, delete=True)
            for other in (*_RETYPED, *_spell_otherwise(path[-1], value)):
                yield _changed(document, path, other)
        if isinstance(value, dict):
            for name, added in _ADDED:
                if name not in value:
                    yield _changed(document, (*path, name), added)


def _spell_otherwise(name: str | int, value: Any) -> Iterator[Any]:
    """Yield a value as deployed connectors write it; a word in an object, a list of one as its only entry."""
    if name in {"action", "leftOperand", "operator"}:
        yield from ({"@id": f"odrl:{value}"}, [value], f"http://www.w3.org/ns/odrl/2/{value}")
    if isinstance(value, list) and len(value) == 1:
        yield from (value[0], {"@list": value})


def _changed(
    document: dict[str, Any], path: tuple[str | int, ...], value: Any = None, *, delete: bool = False
) -> dict[str, Any]:
    changed: dict[str, Any] = json.loads(json.dumps(document))
    holder: Any = changed
    for step in path[:-1]:
        holder = holder[step]
    if delete:
        del holder[path[-1]]
    else:
        holder[path[-1]] = copy.deepcopy(value)
    return changed
