"""A document of every message with every optional member, and the validators of the official schemas."""

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema_rs
import msgspec

from connector.protocol.dps import messages
from tests.support.data import data_folder

KINDS: dict[str, type[msgspec.Struct]] = {
    kind.__name__: kind
    for kind in (
        messages.DataFlowPrepareMessage,
        messages.DataFlowStartMessage,
        messages.DataFlowStartedNotificationMessage,
        messages.DataFlowSuspendMessage,
        messages.DataFlowResumeMessage,
        messages.DataFlowTerminateMessage,
        messages.DataFlowStatusMessage,
        messages.DataFlowStatusResponseMessage,
        messages.DataPlaneRegistrationMessage,
        messages.ControlPlaneRegistrationMessage,
    )
}
ADDRESS: dict[str, Any] = {
    "@type": "DataAddress",
    "endpointType": "https://w3id.org/dspace-sig/profile/http-pull",
    "endpoint": "https://provider.example/data/1",
    "endpointProperties": [{"@type": "EndpointProperty", "name": "authType", "value": "bearer"}],
}
BASE: dict[str, Any] = {
    "messageId": "urn:uuid:1",
    "participantId": "did:web:city.example",
    "counterPartyId": "did:web:company.example",
    "dataspaceContext": "city",
    "processId": "urn:uuid:2",
    "agreementId": "urn:uuid:3",
    "datasetId": "urn:dataset:trees",
    "profile": "https://w3id.org/dspace-sig/profile/http-pull",
    "claims": {"membership": "active"},
    "metadata": {"kind": "file", "path": "trees.csv"},
    "labels": ["gold"],
}
_AUTHORIZATION = {"type": "oauth2_client_credentials", "tokenEndpoint": "https://a.example/token", "clientId": "1"}
DOCUMENTS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("DataFlowPrepareMessage", BASE),
    ("DataFlowStartMessage", BASE | {"dataAddress": ADDRESS}),
    ("DataFlowStartedNotificationMessage", {"messageId": "1", "dataAddress": ADDRESS}),
    ("DataFlowSuspendMessage", {"messageId": "1", "reason": "maintenance"}),
    ("DataFlowResumeMessage", {"messageId": "1", "dataAddress": ADDRESS}),
    ("DataFlowTerminateMessage", {"messageId": "1", "reason": "withdrawn"}),
    (
        "DataFlowStatusMessage",
        {"messageId": "1", "dataFlowId": "2", "dataAddress": ADDRESS, "state": "STARTED", "error": "none"},
    ),
    ("DataFlowStatusResponseMessage", {"dataFlowId": "2", "state": "PREPARING"}),
    (
        "DataPlaneRegistrationMessage",
        {
            "dataplaneId": "urn:dataplane:1",
            "endpoint": "https://plane.example/signaling",
            "profiles": ["https://w3id.org/dspace-sig/profile/http-pull"],
            "authorization": _AUTHORIZATION,
            "labels": ["gold"],
        },
    ),
    (
        "ControlPlaneRegistrationMessage",
        {"controlplaneId": "c", "endpoint": "https://city.example/signaling", "authorization": _AUTHORIZATION},
    ),
)


def load_validators() -> dict[str, Any]:
    """Return the validator of each official schema of a message, by its name; skips without the official files."""
    texts = [path.read_text("utf-8") for path in data_folder("standards", "dsp-2025-1-err1").glob("*/*-schema.json")]
    # Some official files refer to "json#definitions/", which is no JSON pointer.
    known = [json.loads(text.replace("json#definitions/", "json#/definitions/")) for text in texts]
    own = {path.name: json.loads(path.read_text("utf-8")) for path in _list_schemas()}
    pairs = [(schema["$id"], schema) for schema in known]
    pairs += [
        (f"https://w3id.org/dspace-sig/v1.0/{name}", _drop_id(schema)) for name, schema in own.items() if name in own
    ]
    registry = jsonschema_rs.Registry(pairs)
    return {
        name.removesuffix(".schema.json"): jsonschema_rs.validator_for(_drop_id(schema), registry=registry)
        for name, schema in own.items()
    }


def validate(kind: str, document: Any) -> None:
    """Validate a message against its official schema, where that is at hand."""
    if os.environ.get("DATENKONTOR_DATA"):
        _load_once()[kind].validate(document)


@cache
def _load_once() -> dict[str, Any]:
    return load_validators()


def _list_schemas() -> list[Path]:
    return sorted(data_folder("standards", "dps-1.0-RC3", "schemas").glob("*.schema.json"))


def _drop_id(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema without its identifier, which is a bare file name and not the address that others refer to."""
    return {name: value for name, value in schema.items() if name != "$id"}
