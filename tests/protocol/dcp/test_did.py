"""Identifiers of the method web have one reading, and reach the host that they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.protocol.dcp.did import MAX_DID, parse_key_name, parse_web_did, write_web_did
from connector.protocol.dcp.errors import ClaimFault

HOSTILE = {
    "empty": "",
    "another method": "did:key:z6MkhaXgBZD",
    "method in capitals": "DID:WEB:stadt.example",
    "no host": "did:web:",
    "host in capitals": "did:web:Stadt.example",
    "encoded fragment confuses the host": "did:web:evil.example%23.daten.stadt.example",
    "encoded user confuses the host": "did:web:daten.stadt.example%40evil.example",
    "user in the clear": "did:web:user@evil.example",
    "encoded slash": "did:web:stadt.example%2Fadmin",
    "encoded dots": "did:web:stadt.example:..%2F..%2Fadmin",
    "segments that go up": "did:web:stadt.example:..:admin",
    "a segment of one dot": "did:web:stadt.example:.:admin",
    "an empty segment": "did:web:stadt.example::admin",
    "a colon at the end": "did:web:stadt.example:",
    "encoded twice": "did:web:stadt.example%253A8443",
    "encoded letter": "did:web:st%61dt.example",
    "NUL": "did:web:stadt.example%00",
    "new line": "did:web:stadt.example\n",
    "a path": "did:web:stadt.example/admin",
    "a query": "did:web:stadt.example?x",
    "a fragment": "did:web:stadt.example#k1",
    "an address": "did:web:127.0.0.1",
    "an address with a port": "did:web:127.0.0.1%3A8443",
    "an address as one number": "did:web:2130706433",
    "an address in hexadecimal": "did:web:0x7f000001",
    "an address whose end is octal": "did:web:127.0.0.01",
    "a name that ends in a number": "did:web:stadt.example.1",
    "an address of IPv6": "did:web:[::1]",
    "an address of IPv6, encoded": "did:web:%5B%3A%3A1%5D",
    "a dot at the end": "did:web:stadt.example.",
    "two dots": "did:web:stadt..example",
    "a hyphen first": "did:web:-stadt.example",
    "an underscore": "did:web:stadt_1.example",
    "letters that only look alike": "did:web:stаdt.example",
    "full-width dot": "did:web:stadt．example",
    "port zero": "did:web:stadt.example%3A0",
    "port with a zero first": "did:web:stadt.example%3A08443",
    "port beyond the last": "did:web:stadt.example%3A65536",
    "two ports": "did:web:stadt.example%3A1%3A2",
    "no port": "did:web:stadt.example%3A",
    "digits of another script": "did:web:stadt.example%3A١٢",
    "a label of 64": f"did:web:{'a' * 64}.example",
    "a host of 254": f"did:web:{'.'.join(['a' * 63] * 4)}",
    "17 segments": "did:web:stadt.example" + ":a" * 17,
    "too long": "did:web:stadt.example:" + "a" * MAX_DID,
    "blank": "did:web:stadt.example ",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_an_identifier_with_a_second_reading_is_refused(text: str) -> None:
    with pytest.raises(ClaimFault):
        parse_web_did(text)


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("did:web:stadt.example", "https://stadt.example/.well-known/did.json"),
        ("did:web:localhost%3A8080:verifier", "https://localhost:8080/verifier/did.json"),
        ("did:web:stadt.example%3a8443", "https://stadt.example:8443/.well-known/did.json"),
        ("did:web:a-b.1x.example:Verkehr:v_1.2", "https://a-b.1x.example/Verkehr/v_1.2/did.json"),
        ("did:web:xn--kln-sna.example", "https://xn--kln-sna.example/.well-known/did.json"),
    ],
)
def test_an_identifier_names_the_place_of_its_document(text: str, url: str) -> None:
    assert parse_web_did(text).locate_document() == url


@given(st.text(max_size=80) | st.from_regex(r"did:web:[a-z0-9.%A-F:@/#-]{0,60}", fullmatch=True))
def test_every_text_is_an_identifier_of_one_host_or_refused(text: str) -> None:
    try:
        did = parse_web_did(text)
    except ClaimFault:
        return
    named = text.removeprefix("did:web:").partition(":")[0].replace("%3A", ":").replace("%3a", ":")
    assert did.locate_document().removeprefix("https://").partition("/")[0] == named


def test_a_place_that_no_identifier_can_name_is_refused() -> None:
    assert write_web_did("stadt.example", None, ("a", "b")) == "did:web:stadt.example:a:b"
    for host, path in (("127.0.0.1", ()), ("stadt.example", ("..",)), ("stadt.example", ("a/b",))):
        with pytest.raises(ClaimFault):
            write_web_did(host, None, path)


@pytest.mark.parametrize(
    "text",
    [
        "did:web:stadt.example",
        "#k1",
        "did:web:stadt.example#",
        "did:web:stadt.example#a#b",
        "did:web:stadt.example/path#k1",
        "did:web:stadt.example?versionId=1#k1",
        "https://stadt.example/#k1",
        "did:web:stadt.example #k1",
        "did:web:stadt.example#" + "k" * 257,
        "../../etc/passwd#k1",
        "did:web:städt.example#k1",
    ],
)
def test_the_name_of_a_key_is_an_identifier_and_a_fragment(text: str) -> None:
    with pytest.raises(ClaimFault):
        parse_key_name(text)
