"""Bytes to messages and back: exactness, hostile input, and lenient reading of answers."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.protocol.dsp import negotiation, transfer
from connector.protocol.dsp.catalog import CatalogError, CatalogRequestMessage
from connector.protocol.dsp.codec import (
    DEPTH_LIMIT,
    ELEMENT_LIMIT,
    canonical,
    count_elements,
    decode,
    decode_ack,
    decode_error,
    encode,
    error_body,
    parse,
)
from connector.protocol.dsp.common import CONTEXT, DataAddress, EndpointProperty
from connector.protocol.dsp.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from connector.protocol.dsp.machines.negotiation_machine import NegotiationState
from connector.protocol.dsp.machines.transfer_machine import TransferState
from connector.protocol.dsp.negotiation import ContractNegotiation, ContractNegotiationError, ContractRequestMessage
from connector.protocol.dsp.transfer import TransferError, TransferProcess
from tests.protocol.dsp.documents import KINDS, MESSAGE_OFFER, OWN_DOCUMENTS, kind_of

PIDS = {"provider_pid": "urn:example:p", "consumer_pid": "urn:example:c"}
OFFER = msgspec.Raw(json.dumps(MESSAGE_OFFER).encode())


def _request(**members: Any) -> bytes:
    document = {
        "@context": [CONTEXT],
        "@type": "ContractRequestMessage",
        "consumerPid": "c",
        "callbackAddress": "https://c.example",
        "offer": MESSAGE_OFFER,
    }
    return json.dumps(document | members).encode()


def _refusal(body: bytes, kind: type[msgspec.Struct] = ContractRequestMessage) -> RemoteProtocolError:
    with pytest.raises(RemoteProtocolError) as caught:
        decode(kind, body)
    assert caught.value.status == 400
    return caught.value


def test_a_policy_keeps_every_byte_on_its_way_through() -> None:
    offer = b'{ "@id": "o", "@type": "Offer", "permission": [{"action": "use", "x:count": 1.50}], "x:\\u00fc": 1e2 }'
    body = b'{"@context":["%s"],"@type":"ContractRequestMessage","consumerPid":"c","providerPid":"p","offer":%s}' % (
        CONTEXT.encode(),
        offer,
    )
    received = decode(ContractRequestMessage, body)
    assert bytes(received.message.offer) == offer
    assert received.body == body
    assert encode(received.message).count(offer) == 1


def test_what_is_written_begins_with_context_and_type_and_leaves_out_what_is_absent() -> None:
    message = negotiation.ContractNegotiationTerminationMessage(**PIDS)
    assert encode(message) == (
        b'{"@context":["%s"],"@type":"ContractNegotiationTerminationMessage",'
        b'"providerPid":"urn:example:p","consumerPid":"urn:example:c"}' % CONTEXT.encode()
    )


def test_the_digest_tells_a_repeat_from_a_new_message() -> None:
    first = decode(ContractRequestMessage, _request(**{"@id": "1"})).digest
    members = json.loads(_request(**{"@id": "2"}))
    reordered = json.dumps(dict(reversed(members.items())), indent=2).encode()
    assert decode(ContractRequestMessage, reordered).digest == first
    other = _request(offer=MESSAGE_OFFER | {"@id": "another"})
    assert decode(ContractRequestMessage, other).digest != first


def test_refusals_name_the_place() -> None:
    assert (
        "$.offer.permission[0].action"
        in _refusal(_request(offer=MESSAGE_OFFER | {"permission": [{"action": 1}]})).reason
    )
    constraint = {"leftOperand": "a", "operator": "equals", "rightOperand": "b"}
    rule = {"action": "use", "constraint": [constraint]}
    assert (
        "$.offer.permission[0].constraint[0].operator"
        in _refusal(_request(offer=MESSAGE_OFFER | {"permission": [rule]})).reason
    )
    nested = {"action": "use", "constraint": [{"or": [{"and": [constraint]}]}]}
    assert (
        "permission[0].constraint[0].or[0].and[0].operator"
        in _refusal(_request(offer=MESSAGE_OFFER | {"permission": [nested]})).reason
    )
    assert "$.providerPid is null" in _refusal(_request(providerPid=None)).reason
    assert "$.@context" in _refusal(_request(**{"@context": ["https://example.org/other"]})).reason
    for other in ("ContractOfferMessage", None):
        reason = _refusal(_request(**{"@type": other})).reason
        assert reason == "$.@type is missing or is another type: expected ContractRequestMessage."
    assert "$.consumerPid" in _refusal(_request(consumerPid="..")).reason


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"null",
        b"\xff\xfe{}",
        b'{"@type":"ContractRequestMessage"',
        _request().replace(b'"use"', b'"use","action":"use"', 1),
        _request().replace(b'"consumerPid"', b'"consumerPi\\u0064":"x","consumerPid"', 1),
        _request(extra=float("nan")),
        _request(extra=0).replace(b'"extra": 0', b'"extra": 1e999'),
        _request(extra=0).replace(b'"extra": 0', b'"extra": ' + b"9" * 5000),
        _request(extra="\ud800"),
        b"[" * 100_000,
        b'{"a":' * 100_000,
        _request(extra=0).replace(b'"extra": 0', b'"extra": ' + b"[" * DEPTH_LIMIT + b"]" * DEPTH_LIMIT),
    ],
    ids=lambda body: body[:12].decode(errors="replace"),
)
def test_what_is_no_sound_json_is_refused(body: bytes) -> None:
    _refusal(body)


@pytest.mark.parametrize("number", [b"9" * 1_001, b"-" + b"9" * 900_000, b"1" * 5_000])
def test_a_number_of_many_digits_is_refused_in_our_words(number: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="has more than 1000 digits: write a smaller one"):
        parse(b'{"x":' + number + b"}")
    assert parse(b"9" * 1_000) == int("9" * 1_000)


@pytest.mark.parametrize("text", [r"\ud800", r"\uDBFF x", r"\udc00\ud800"])
def test_half_a_character_is_refused_wherever_it_stands_and_a_whole_one_is_read(text: str) -> None:
    for body in (f'{{"x":["{text}"]}}', f'{{"{text}":1}}'):
        with pytest.raises(RemoteProtocolError, match="lone surrogate"):
            parse(body.encode())
    assert parse(rb'"\ud83c\udf33"') == "\U0001f333"


def test_nesting_up_to_the_limit_is_read() -> None:
    depth = DEPTH_LIMIT - 1
    body = _request(extra=0).replace(b'"extra": 0', b'"extra": ' + b"[" * depth + b"]" * depth)
    assert decode(ContractRequestMessage, body).message.consumer_pid == "c"


def test_canonical_form_ignores_order_and_spacing_and_refuses_what_is_ambiguous() -> None:
    assert canonical(b'{ "b": [1, 2.0], "a": "\\u00fc" }') == '{"a":"ü","b":[1,2.0]}'.encode()
    assert canonical(msgspec.Raw(b'{"b":1,"a":2}')) == canonical({"a": 2, "b": 1})
    with pytest.raises(RemoteProtocolError):
        canonical(b'{"a":1,"a":1}')


_text = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_name = st.text(st.characters(exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp"]), min_size=1, max_size=20)
_pid = _name.filter(lambda text: text not in {".", ".."})
_reason = st.lists(st.text(max_size=5, alphabet="abü\n") | st.integers() | st.none(), max_size=3).map(tuple)
_address = st.builds(
    DataAddress,
    endpoint_type=_text,
    endpoint=st.none() | _text,
    endpoint_properties=st.lists(st.builds(EndpointProperty, name=_text, value=_text), max_size=3).map(tuple),
)
_pids = {"provider_pid": _pid, "consumer_pid": _pid}
_messages = st.one_of(
    st.builds(ContractRequestMessage, **_pids, offer=st.just(OFFER), callback_address=st.none() | _text),
    st.builds(negotiation.ContractOfferMessage, **_pids, offer=st.just(OFFER)),
    st.builds(negotiation.ContractNegotiationEventMessage, **_pids, event_type=st.sampled_from(negotiation.EventType)),
    st.builds(negotiation.ContractNegotiationTerminationMessage, **_pids, code=st.none() | _text, reason=_reason),
    st.builds(ContractNegotiation, **_pids, state=st.sampled_from(NegotiationState)),
    st.builds(TransferProcess, **_pids, state=st.sampled_from(TransferState)),
    st.builds(transfer.TransferStartMessage, **_pids, data_address=st.none() | _address),
    st.builds(
        transfer.TransferRequestMessage,
        consumer_pid=_pid,
        agreement_id=_name,
        format=_text,
        callback_address=_text,
        data_address=st.none() | _address,
    ),
    st.builds(TransferError, **_pids, code=st.none() | _text, reason=_reason),
    st.builds(CatalogRequestMessage, filter=_reason),
)


@settings(max_examples=150, deadline=None)
@given(_messages)
def test_what_we_write_we_read_back(message: msgspec.Struct) -> None:
    assert decode(type(message), encode(message)).message == message


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_bodies = st.one_of(
    st.binary(max_size=200),
    _json.map(lambda value: json.dumps(value).encode()),
    st.builds(
        lambda document, name, value: json.dumps(document | {name: value}).encode(),
        st.sampled_from(OWN_DOCUMENTS),
        st.sampled_from(["@context", "@type", "offer", "agreement", "dataAddress", "dataset", "reason", "filter", "x"]),
        _json,
    ),
    st.builds(
        lambda document, cut, junk: json.dumps(document).encode()[:cut] + junk,
        st.sampled_from(OWN_DOCUMENTS),
        st.integers(0, 600),
        st.binary(max_size=20),
    ),
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(sorted(KINDS)), _bodies)
def test_no_input_raises_anything_but_a_protocol_error(name: str, body: bytes) -> None:
    kind, reason = KINDS[name], ""
    try:
        assert isinstance(decode(kind, body).message, kind)
    except ProtocolError as error:
        reason = error.reason
    assert reason.isprintable()
    assert len(reason) <= 500


@settings(max_examples=150, deadline=None)
@given(_bodies)
def test_no_answer_of_a_peer_raises(body: bytes) -> None:
    acknowledged = decode_ack(ContractNegotiation, body)
    assert acknowledged is None or acknowledged.state in NegotiationState
    reason = decode_error(body)
    assert reason is None or (reason.isprintable() and len(reason) <= 500)


def test_acknowledgements_are_read_as_far_as_they_go() -> None:
    full = ContractNegotiation(**PIDS, state=NegotiationState.AGREED)
    assert decode_ack(ContractNegotiation, encode(full)) == full
    bare = decode_ack(TransferProcess, b'{"state":"dspace:STARTED","providerPid":5}')
    assert bare == TransferProcess(provider_pid="", consumer_pid="", state=TransferState.STARTED)
    for body in (
        b"",
        b"<html>OK</html>",
        b"{}",
        b'{"state":"UNHEARD"}',
        encode(full).replace(b"tion", b"tor", 1),
        b"[" * 9999,
    ):
        assert decode_ack(ContractNegotiation, body) is None


def test_error_answers_give_one_printable_line() -> None:
    body = json.dumps({"code": "409", "reason": ["locked\r\n\x1b[31m", {"@value": "again"}, {"a": 1}, 7]}).encode()
    assert decode_error(body) == "[409] locked [31m again"
    assert decode_error(json.dumps({"reason": "x" * 10_000}).encode()) == "x" * 499 + "…"
    for empty in (b"", b"<html>500</html>", b"{}", b'{"reason":[]}', b'"text"'):
        assert decode_error(empty) is None


def test_error_bodies_are_valid_documents_and_show_the_pids_known() -> None:
    remote = RemoteProtocolError("The message\ncannot be read.")
    body = error_body(ContractNegotiationError, remote, provider_pid="p")
    read = decode(ContractNegotiationError, body).message
    assert read == ContractNegotiationError(
        provider_pid="p", consumer_pid="", code="malformed", reason=("The message cannot be read.",)
    )
    local = LocalProtocolError("We are at fault.")
    assert local.status == 500
    assert decode(TransferError, error_body(TransferError, local)).message.code == "internal"
    assert decode(CatalogError, error_body(CatalogError, remote)).message.reason == (remote.reason,)


def test_every_own_document_round_trips_through_its_type() -> None:
    for document in OWN_DOCUMENTS:
        received = decode(kind_of(document), json.dumps(document).encode())
        assert len(received.digest) == 64


@pytest.mark.parametrize("value", [b"[]", b"{}", b"0", b'""', b'{"a":0}'])
def test_values_are_counted_before_they_are_built(value: bytes) -> None:
    most = _request(extra=0).replace(b'"extra": 0', b'"extra": [' + b",".join([value] * ELEMENT_LIMIT) + b"]")
    with pytest.raises(RemoteProtocolError, match="too many values"):
        decode(ContractRequestMessage, most)
    assert count_elements(b"[" + b",".join([value] * 7) + b"]") >= len(json.loads(b"[" + b",".join([value] * 7) + b"]"))
