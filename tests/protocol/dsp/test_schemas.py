"""The structs are the schema: they take and refuse what the official JSON Schemas do, save for listed differences."""

import json
from collections.abc import Callable
from typing import Any, NamedTuple

import jsonschema_rs
import msgspec
import pytest

from connector.protocol.dsp.catalog import (
    Catalog,
    DataService,
    Dataset,
    Distribution,
    catalog_document,
    dataset_document,
)
from connector.protocol.dsp.codec import decode, encode
from connector.protocol.dsp.common import CONTEXT, http_address
from connector.protocol.dsp.errors import ProtocolError
from connector.protocol.dsp.negotiation import ContractAgreementMessage, ContractOfferMessage, ContractRequestMessage
from connector.protocol.dsp.policy import spell
from connector.protocol.dsp.timestamps import read_timestamp
from connector.protocol.dsp.transfer import TransferStartMessage
from connector.protocol.dsp.version import VersionResponse
from tests.protocol.dsp.documents import KINDS, MESSAGE_OFFER, OWN_DOCUMENTS, kind_of, mutations, nodes
from tests.support.data import data_folder

_SCHEMA_OF = {
    "VersionResponse": "common/protocol-version-schema.json",
    "Catalog": "catalog/catalog-schema.json",
    "CatalogError": "catalog/catalog-error-schema.json",
    "CatalogRequestMessage": "catalog/catalog-request-message-schema.json",
    "Dataset": "catalog/dataset-schema.json",
    "DatasetRequestMessage": "catalog/dataset-request-message-schema.json",
    "ContractAgreementMessage": "negotiation/contract-agreement-message-schema.json",
    "ContractAgreementVerificationMessage": "negotiation/contract-agreement-verification-message-schema.json",
    "ContractNegotiation": "negotiation/contract-negotiation-schema.json",
    "ContractNegotiationError": "negotiation/contract-negotiation-error-schema.json",
    "ContractNegotiationEventMessage": "negotiation/contract-negotiation-event-message-schema.json",
    "ContractNegotiationTerminationMessage": "negotiation/contract-negotiation-termination-message-schema.json",
    "ContractOfferMessage": "negotiation/contract-offer-message-schema.json",
    "ContractRequestMessage": "negotiation/contract-request-message-schema.json",
    "TransferCompletionMessage": "transfer/transfer-completion-message-schema.json",
    "TransferError": "transfer/transfer-error-schema.json",
    "TransferProcess": "transfer/transfer-process-schema.json",
    "TransferRequestMessage": "transfer/transfer-request-message-schema.json",
    "TransferStartMessage": "transfer/transfer-start-message-schema.json",
    "TransferSuspensionMessage": "transfer/transfer-suspension-message-schema.json",
    "TransferTerminationMessage": "transfer/transfer-termination-message-schema.json",
}


class Difference(NamedTuple):
    """A deliberate difference: what we say where the schema says otherwise, when, and why."""

    name: str
    accepted: bool
    reason: str
    applies: Callable[[type, dict[str, Any]], bool]


def _mixes_kinds(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    logical = [name for name in ("and", "andSequence", "or", "xone") if name in value]
    return bool(logical) and (len(logical) > 1 or {"leftOperand", "operator", "rightOperand"} <= value.keys())


_WITH_POLICY = {ContractAgreementMessage, ContractOfferMessage, ContractRequestMessage}


def _policy(document: dict[str, Any]) -> dict[str, Any]:
    found = document.get("agreement", document.get("offer"))
    return found if isinstance(found, dict) else {}


def _rules(policy: dict[str, Any]) -> list[Any]:
    return [policy[name] for name in ("permission", "prohibition", "obligation") if name in policy]


RESPELLED = "policy in another spelling"


def _respelled(document: Any) -> Any:
    """Return a message or Dataset with each policy in it in the one spelling of the protocol."""
    if isinstance(document, list):
        return [_respelled(entry) for entry in document]
    if not isinstance(document, dict):
        return document
    inner = {
        name: _respelled(entry) if name not in {"offer", "agreement"} else entry for name, entry in document.items()
    }
    for name in ("offer", "agreement"):
        if isinstance(inner.get(name), dict):
            inner[name] = spell(inner[name])
    if isinstance(inner.get("hasPolicy"), list):
        inner["hasPolicy"] = [spell(entry) if isinstance(entry, dict) else entry for entry in inner["hasPolicy"]]
    return inner


DIFFERENCES = (
    Difference(
        RESPELLED,
        True,
        "deployed connectors write single rules, empty lists, prefixed names, names in objects, and bare numbers",
        lambda _, document: _respelled(document) != document,
    ),
    Difference(
        "value of an endpoint property that is a whole number or a truth value",
        True,
        "deployed connectors write ports and times bare, and the text of one is certain",
        lambda _, document: any(
            isinstance(value, dict) and isinstance(value.get("value"), int) for _, value in nodes(document)
        ),
    ),
    Difference(
        "context as one string",
        True,
        "the specification's own pagination example writes it so, and deployed connectors do",
        lambda _, document: document.get("@context") == CONTEXT,
    ),
    Difference(
        "callback address repeated in a later message",
        True,
        "deployed connectors send it with every request and offer; the pid decides and the address does no harm",
        lambda kind, document: (
            kind in {ContractRequestMessage, ContractOfferMessage}
            and "callbackAddress" in document
            and {"consumerPid", "providerPid"} <= document.keys()
        ),
    ),
    Difference(
        "callback address of an agreement that is no string",
        False,
        "the schema does not know the member there, but deployed connectors send it as an address",
        lambda kind, document: (
            kind is ContractAgreementMessage and not isinstance(document.get("callbackAddress", ""), str)
        ),
    ),
    Difference(
        "pid that cannot be a path segment",
        False,
        "the process could never be addressed: every later path holds the pid",
        lambda kind, document: (
            not kind.__name__.endswith("Error")
            and any(document.get(name) == "" for name in ("consumerPid", "providerPid"))
        ),
    ),
    Difference(
        "identifier of a policy or an agreement that is empty",
        False,
        "it names nothing, and everything that belongs to an agreement is found by its identifier",
        lambda kind, document: (
            document.get("agreementId") == ""
            or any(_policy(document).get(name) == "" for name in ("@id", "target", "assigner", "assignee"))
        ),
    ),
    Difference(
        "party of an offer that is no string",
        False,
        "the agreement would name another party than the offer that was compared",
        lambda _, document: any(
            not isinstance(_policy(document).get(name, ""), str) for name in ("assigner", "assignee")
        ),
    ),
    Difference(
        "agreement without a time that exists",
        False,
        "the pattern of the schema is not anchored, and knows no calendar; the time is part of what was agreed",
        lambda kind, document: (
            kind is ContractAgreementMessage and read_timestamp(str(_policy(document).get("timestamp"))) is None
        ),
    ),
    Difference(
        "rule with a target of its own",
        False,
        "a policy in a message has one target; a reader that looks only there would apply the rule to other data",
        lambda kind, document: (
            kind in _WITH_POLICY
            and any(
                isinstance(rule, dict) and {"target", "odrl:target"} & rule.keys()
                for _, rule in nodes(_rules(_policy(document)))
            )
        ),
    ),
    Difference(
        "target of a policy under a prefix",
        False,
        "some readers would see it, and others miss it",
        lambda kind, document: kind in _WITH_POLICY and "odrl:target" in _policy(document),
    ),
    Difference(
        "constraint of two kinds at once",
        False,
        "what it means depends on which half a reader looks at",
        lambda _, document: any(_mixes_kinds(value) for _, value in nodes(document)),
    ),
)


@pytest.fixture(scope="module")
def validators() -> dict[str, Any]:
    folder = data_folder("standards", "dsp-2025-1-err1")
    schemas = {}
    for path in sorted(folder.glob("*/*-schema.json")):
        # Three of the official files refer to "json#definitions/", which is no JSON pointer.
        text = path.read_text("utf-8").replace("json#definitions/", "json#/definitions/")
        schemas[path.relative_to(folder).as_posix()] = json.loads(text)
    registry = jsonschema_rs.Registry([(schema["$id"], schema) for schema in schemas.values()])
    return {name: jsonschema_rs.validator_for(schemas[file], registry=registry) for name, file in _SCHEMA_OF.items()}


def _examples() -> list[dict[str, Any]]:
    folder = data_folder("standards", "dsp-2025-1-err1")
    documents = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*/example/*.json"))]
    # Entries of a DID document, the two examples without our message types, belong to identity.
    return [document for document in documents if "serviceEndpoint" not in document]


def _accepts(kind: type, document: dict[str, Any]) -> bool:
    try:
        decode(kind, json.dumps(document).encode())
    except ProtocolError:
        return False
    return True


def test_every_type_has_an_official_example_and_it_is_read() -> None:
    examples = _examples()
    assert {kind_of(document) for document in examples} == set(KINDS.values())
    assert all(_accepts(kind_of(document), document) for document in examples)


def test_documents_with_every_optional_member_are_valid_and_read(validators: dict[str, Any]) -> None:
    for document in OWN_DOCUMENTS:
        kind = kind_of(document)
        assert validators[kind.__name__].is_valid(document), document
        assert _accepts(kind, document), document


def test_mutated_documents_are_judged_as_the_schemas_judge_them(validators: dict[str, Any]) -> None:
    judged, met = 0, set()
    for seed in [*_examples(), *OWN_DOCUMENTS]:
        kind = kind_of(seed)
        is_valid = validators[kind.__name__].is_valid
        for document in mutations(seed):
            judged += 1
            ours, theirs = _accepts(kind, document), is_valid(document)
            if ours != theirs:
                names = [
                    entry.name for entry in DIFFERENCES if entry.accepted == ours and entry.applies(kind, document)
                ]
                if names == [RESPELLED]:
                    assert is_valid(_respelled(document)), json.dumps(document)
                assert names, f"{kind.__name__}: we say {ours}, the schema {theirs}: {json.dumps(document)}"
                met.update(names)
    assert judged > 10_000
    assert met == {entry.name for entry in DIFFERENCES}, "a listed difference is no difference"


def _foreign_terms(value: Any, context: dict[str, Any], odrl: set[str], known: set[str]) -> set[str]:
    """Return the members that are no term of the context in force: what JSON-LD expansion would drop."""
    if isinstance(value, list):
        return {term for entry in value for term in _foreign_terms(entry, context, odrl, known)}
    if not isinstance(value, dict):
        return set()
    scope = context.get(value.get("@type", ""), {})
    scoped = scope.get("@context", {}) if isinstance(scope, dict) else {}
    propagated = known | odrl | scoped.keys() if scoped.get("@propagate") else known
    foreign = {name for name in value if name[0] != "@" and ":" not in name} - propagated - scoped.keys()
    opaque = {"filter", "reason", "rightOperand"}
    inner = [entry for name, entry in value.items() if name not in opaque]
    return foreign | _foreign_terms(inner, context, odrl, propagated)


def test_what_we_write_uses_only_terms_of_the_official_context() -> None:
    folder = data_folder("standards", "dsp-2025-1-err1", "context")
    context = json.loads((folder / "dspace.jsonld").read_text("utf-8"))["@context"]
    odrl = set(json.loads((folder / "odrl.jsonld").read_text("utf-8"))["@context"])
    address = http_address("https://provider.example/data", "token")
    written = [encode(TransferStartMessage(provider_pid="p", consumer_pid="c", data_address=address))]
    for document in [*_examples(), *OWN_DOCUMENTS]:
        kind = kind_of(document)
        if kind not in {Catalog, Dataset, VersionResponse}:
            message = decode(kind, json.dumps(document).encode()).message
            if isinstance(message, ContractAgreementMessage):  # read from others, but never written
                message = msgspec.structs.replace(message, callback_address=None)
            written.append(encode(message))
    service = DataService(id="s", endpoint_url="https://provider.example/dsp")
    dataset = dataset_document(
        "d",
        offers=[{name: value for name, value in MESSAGE_OFFER.items() if name != "target"}],
        distributions=[Distribution(format="HttpData-PULL", access_service=service)],
        members={"dct:title": "Verkehrsmengen"},
    )
    written.append(catalog_document("c", "did:web:p", services=[service], datasets=[dataset], catalogs=[]))
    for body in written:
        assert _foreign_terms(json.loads(body), context, odrl, set()) == set(), body
