"""Decode and encode messages (Dataspace Protocol 2025-1, Schemas & Contexts).

`decode` reads the messages of a peer and is strict: one parse, whose result is checked, hashed and stored. `decode_ack`
and `decode_error` read the answers of a peer and are lenient: no answer of a peer can stop a process.

Pure: standard library and msgspec only.
"""

import hashlib
import json
import re
from typing import Any, Generic, TypeVar

import msgspec

from connector.protocol.dsp.catalog import Catalog, CatalogError, Dataset, check_catalog, check_dataset
from connector.protocol.dsp.common import CONTEXT, CONTEXT_MEMBER, check_address, locate_error, refuse_nulls
from connector.protocol.dsp.errors import ProtocolError, RemoteProtocolError, clean
from connector.protocol.dsp.identifiers import check_identifier
from connector.protocol.dsp.negotiation import (
    ContractAgreementMessage,
    ContractNegotiation,
    ContractNegotiationError,
    ContractOfferMessage,
    ContractRequestMessage,
)
from connector.protocol.dsp.paths import check_pid
from connector.protocol.dsp.policy import MessageAgreement, MessageOffer, policy_view
from connector.protocol.dsp.transfer import TransferError, TransferProcess, TransferRequestMessage, TransferStartMessage
from connector.protocol.dsp.version import Version, VersionResponse

DEPTH_LIMIT = 100
ELEMENT_LIMIT = 500_000
ANSWER_LIMIT = 256 * 1024
# Digits and sign of a whole number; what is longer Python itself refuses, in words about Python.
LONGEST_NUMBER = 1_000
_CONTEXT_ALONE = [CONTEXT]

M = TypeVar("M", bound=msgspec.Struct)
A = TypeVar("A", ContractNegotiation, TransferProcess)


class Received(msgspec.Struct, Generic[M], frozen=True):
    """A message, its bytes, and the digest that distinguishes a repeat from a new message.

    `digest` is the SHA-256 (hexadecimal) of the canonical JSON without the `@id` of the message, because peers change
    the `@id` if they repeat a message.
    """

    message: M
    body: bytes
    digest: str


def decode(kind: type[M], body: bytes, *, inner: bool = True) -> Received[M]:
    """Read a document of one type, exactly as in the official schema, except for known deviations of deployed peers.

    :param inner: False does not check raw parts, so one bad dataset does not affect the rest of a catalogue; read its
        parts one by one with `catalog.dataset_view` and `catalog.catalog_view`.
    :raises RemoteProtocolError: for every fault, with the status of the answer and the JSON path.
    """
    document = _parse_object(body)
    try:
        _check_frame(kind, document)
        message = msgspec.json.decode(body, type=kind)
        refuse_nulls(kind, document)
        if inner:
            _check_inner(message, document)
        digest = hashlib.sha256(_encode_sorted({name: value for name, value in document.items() if name != "@id"}))
    except (msgspec.MsgspecError, ValueError, OverflowError, RecursionError) as error:
        raise RemoteProtocolError(locate_error(error)) from error
    return Received(message, body, digest.hexdigest())


def encode(message: msgspec.Struct) -> bytes:
    """Return a message as compact JSON with `@context` and `@type` first; the version document has neither."""
    encoded = msgspec.json.encode(message)
    return encoded if isinstance(message, VersionResponse) else _BEGINNING + encoded[1:]


def canonical(document: object) -> bytes:
    """Return the canonical JSON (sorted members, compact) of a document, for hashing and comparing.

    :param document: JSON as bytes or `msgspec.Raw`, or parsed JSON.
    :raises RemoteProtocolError: if it is not JSON, has duplicate members or is nested too deeply.
    """
    if isinstance(document, bytes | msgspec.Raw):
        document = parse(bytes(document))
    try:
        return _encode_sorted(document)
    except (ValueError, OverflowError, RecursionError) as error:
        raise RemoteProtocolError(f"The document cannot be written as JSON: {error}.") from error


def parse(body: bytes) -> object:
    """Parse JSON strictly: UTF-8, no duplicate members, finite numbers, `DEPTH_LIMIT` levels, `ELEMENT_LIMIT` values.

    A lone surrogate is half a character, which nothing stores and nothing sends.

    :raises RemoteProtocolError: for every other input.
    """
    # Before anything is built: 16 MiB of `[],` are six million lists.
    if len(body) > ELEMENT_LIMIT and count_elements(body) > ELEMENT_LIMIT:
        raise RemoteProtocolError(f"The body has too many values: expected at most {ELEMENT_LIMIT}.")
    try:
        text = body.decode()
        # Without white space around it, one step reads a document; with it, the whole rule does.
        document, end = _DECODER.raw_decode(text) if text.startswith("{") else (None, -1)
        if end != len(text):
            document = _DECODER.decode(text)
    except ValueError as error:
        raise RemoteProtocolError(f"The body cannot be read as JSON: {error}.") from error
    except RecursionError:
        raise _refuse_depth() from None
    if _SURROGATE.search(body):
        try:
            json.dumps(document, ensure_ascii=False).encode()
        except UnicodeEncodeError:
            raise RemoteProtocolError("A text of the body contains a lone surrogate: write whole characters.") from None
        except RecursionError:
            raise _refuse_depth() from None
    # Counting brackets costs much less than walking the document, and is sufficient for nearly every message.
    if body.count(b"{") + body.count(b"[") > DEPTH_LIMIT:
        _check_depth(document)
    return document


def count_elements(body: bytes) -> int:
    """Return how many values JSON has at most: each but the first follows a comma or begins in a list or an object."""
    return 1 + body.count(b",") + body.count(b"[") + body.count(b"{")


def _parse_object(body: bytes) -> dict[str, Any]:
    document = parse(body)
    if not isinstance(document, dict):
        raise RemoteProtocolError("The body is not a JSON object: expected a message of the Dataspace Protocol.")
    return document


def _check_unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("an object contains a member twice")
    return members


def _parse_finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number


def _parse_whole(text: str) -> int:
    if len(text) > LONGEST_NUMBER:
        raise ValueError(f"a number has more than {LONGEST_NUMBER} digits: write a smaller one")
    return int(text)


def _refuse_constant(text: str) -> float:
    raise ValueError(f"{text} is not a JSON number")


# What can be half a pair in an escape; a whole character that is written so is taken as it is.
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")
_DECODER = json.JSONDecoder(
    object_pairs_hook=_check_unique,
    parse_int=_parse_whole,
    parse_float=_parse_finite,
    parse_constant=_refuse_constant,
)
_encode_sorted = msgspec.json.Encoder(order="deterministic", decimal_format="number").encode


def _check_depth(document: object) -> None:
    level: list[object] = [document]
    for _ in range(DEPTH_LIMIT):
        deeper: list[object] = []
        for value in level:
            if isinstance(value, dict):
                deeper.extend(value.values())
            elif isinstance(value, list):
                deeper.extend(value)
        if not deeper:
            return
        level = deeper
    if any(isinstance(value, dict | list) for value in level):
        raise _refuse_depth()


def _refuse_depth() -> RemoteProtocolError:
    return RemoteProtocolError(f"The body is nested too deeply: expected at most {DEPTH_LIMIT} levels.")


def _check_frame(kind: type[msgspec.Struct], document: dict[str, Any]) -> None:
    """Check `@context`, `@type` and pids, which all messages have."""
    if kind is VersionResponse:
        return
    context = document.get("@context")
    if context != _CONTEXT_ALONE:
        entries = context if isinstance(context, list) else [context]
        if CONTEXT not in entries or not all(isinstance(entry, str) for entry in entries):
            raise RemoteProtocolError(f"$.@context does not name the protocol: expected a list of IRIs with {CONTEXT}.")
    expected = kind.__struct_config__.tag
    if expected is not None and document.get("@type") != expected:
        raise RemoteProtocolError(f"$.@type is missing or is another type: expected {expected}.")
    if kind not in _ERRORS:
        for name in ("consumerPid", "providerPid"):
            pid = document.get(name)
            if isinstance(pid, str):
                check_pid(pid, f"$.{name}")


_ERRORS = frozenset({ContractNegotiationError, TransferError})
# Each message has another member, its type.
_BEGINNING = b"{" + CONTEXT_MEMBER + b","


def _check_inner(message: msgspec.Struct, document: dict[str, Any]) -> None:
    """Check the parts that the typed decoding does not check: raw policies, raw datasets, and inner nulls."""
    if isinstance(message, ContractRequestMessage):
        policy_view(MessageOffer, document["offer"], "$.offer")
    elif isinstance(message, ContractOfferMessage):
        if policy_view(MessageOffer, document["offer"], "$.offer").target is None:
            raise RemoteProtocolError("$.offer.target is missing: expected the identifier of the offered dataset.")
    elif isinstance(message, ContractAgreementMessage):
        policy_view(MessageAgreement, document["agreement"], "$.agreement")
    elif isinstance(message, TransferRequestMessage | TransferStartMessage):
        if isinstance(message, TransferRequestMessage):
            check_identifier(message.agreement_id, "$.agreementId")
        if message.data_address is not None:
            check_address(document["dataAddress"], "$.dataAddress")
    elif isinstance(message, Catalog):
        check_catalog(message, document)
    elif isinstance(message, Dataset):
        check_dataset(message, document)
    elif isinstance(message, VersionResponse):
        for index, entry in enumerate(document["protocolVersions"]):
            refuse_nulls(Version, entry, f"$.protocolVersions[{index}]")


def error_body(
    kind: type[ContractNegotiationError] | type[TransferError] | type[CatalogError],
    error: ProtocolError,
    *,
    provider_pid: str = "",
    consumer_pid: str = "",
) -> bytes:
    """Return the error document for an endpoint of this kind, with the pids that are known."""
    if issubclass(kind, CatalogError):
        return encode(CatalogError(code=error.code, reason=(error.reason,)))
    return encode(kind(provider_pid=provider_pid, consumer_pid=consumer_pid, code=error.code, reason=(error.reason,)))


def decode_ack(kind: type[A], body: bytes) -> A | None:
    """Read the acknowledgement of a peer, if it is one.

    :returns: None for an empty body, an error page, another type of document or an unknown state; an absent pid is the
        empty string. Never raises.
    """
    if not body or len(body) > ANSWER_LIMIT:
        return None
    try:
        # Most peers answer in the form of the standard.
        return msgspec.json.decode(body, type=kind)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        document = _answer(body)
    if document is None or document.get("@type", kind.__name__) != kind.__name__:
        return None
    state = document.get("state")
    if isinstance(state, str):
        state = state.removeprefix("https://w3id.org/dspace/2025/1/").removeprefix("dspace:")
    pids = {
        name: document[name] if isinstance(document.get(name), str) else "" for name in ("providerPid", "consumerPid")
    }
    try:
        return msgspec.convert({"@type": kind.__name__, "state": state, **pids}, type=kind)
    except msgspec.ValidationError:
        return None


def decode_error(body: bytes) -> str | None:
    """Return the reason in an error answer of a peer: one printable line of bounded length.

    :returns: None if the body contains no reason, such as an HTML page. Never raises.
    """
    document = _answer(body)
    if document is None:
        return None
    reason = document.get("reason")
    entries = reason if isinstance(reason, list) else [reason]
    texts = [text for text in (_text(entry) for entry in entries[:10]) if text]
    code = document.get("code")
    if isinstance(code, str) and code:
        texts.insert(0, f"[{code}]")
    return clean(" ".join(texts)) or None


def _text(entry: object) -> str | None:
    if isinstance(entry, dict):
        entry = entry.get("@value") or entry.get("message")
    return entry if isinstance(entry, str) else None


def _answer(body: bytes) -> dict[str, Any] | None:
    if not body or len(body) > ANSWER_LIMIT:
        return None
    try:
        document = msgspec.json.decode(body)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) else None
