"""A document of somebody else is an object within its bound, or a fault that names it."""

import json
from typing import Any

import pytest

from connector.protocol.dcp.errors import ClaimFault
from connector.protocol.dcp.objects import CONTEXT, cut_envelope, list_objects, read_message, read_object


def test_an_object_of_the_bound_is_read() -> None:
    assert read_object(b'{"a": 1}', 8, "The text") == {"a": 1}


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b'{"a": 12}', "larger than 8"),
        (b"[]", "not a JSON object"),
        (b"{", "cannot be read"),
        (b'{"":1,"":1}', "larger"),
    ],
)
def test_anything_else_is_a_fault_that_names_the_document(body: bytes, problem: str) -> None:
    with pytest.raises(ClaimFault, match=f"^The text .*{problem}"):
        read_object(body, 8, "The text")


def test_a_list_that_is_null_is_one_that_is_missing() -> None:
    assert list_objects({"credentials": None}, "credentials", 1) == list_objects({}, "credentials", 1) == []


@pytest.mark.parametrize(
    ("context", "problem"),
    [
        (None, "is not a list of texts"),
        (CONTEXT, "is not a list of texts"),
        ([CONTEXT, {"@vocab": "https://stadt.example/"}], "is not a list of texts"),
        ([], "does not contain"),
        (["https://w3id.org/dspace-dcp/v0.8/"], "does not contain"),
    ],
)
def test_the_sentence_about_a_wrong_context_is_true(context: Any, problem: str) -> None:
    body = json.dumps({"@context": context, "type": "CredentialMessage"}).encode()
    with pytest.raises(ClaimFault, match=problem):
        read_message(body, 1024, "CredentialMessage")


@pytest.mark.parametrize(
    "address",
    [
        "data:application/vc+jwt,a.b.c",
        "DATA:application/VC+JWT,a.b.c",
        "data:application/vc+jwt;charset=utf-8,a.b.c",
        "data:application/vc+ld+json+jwt,a.b.c",
        "data:application/vc+ld+jwt,a.b.c",
        "data:application/vc-ld+jwt,a.b.c",
    ],
)
def test_a_secured_credential_is_in_its_data_url(address: str) -> None:
    assert cut_envelope(address, "vc") == "a.b.c"
    assert cut_envelope(address, "vp") is None


@pytest.mark.parametrize(
    "address",
    [
        None,
        ["data:application/vc+jwt,a.b.c"],
        "a.b.c",
        "data:application/jwt,a.b.c",
        "data:application/vc+jwt;a.b.c",
        "data:application/vc+jwt;base64,YS5iLmM",
        "data:application/vc+jwt;charset=utf-8;base64,YS5iLmM",
        "data:application/vc+sd-jwt,a.b.c",
        " data:application/vc+jwt,a.b.c",
    ],
)
def test_another_url_has_no_secured_credential(address: object) -> None:
    assert cut_envelope(address, "vc") is None
