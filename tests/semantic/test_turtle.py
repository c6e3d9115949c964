"""Policies in Turtle: read as what they say, with nothing left over."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.controlplane.judging.policy_input import from_turtle
from connector.policy.compiling.compile import compile_policy
from connector.policy.model.errors import PolicyError
from connector.policy.reading.load import load
from tests.policy.support import atom, rule, shipped
from tests.support.data import data_folder

PREFIXES = b"@prefix odrl: <http://www.w3.org/ns/odrl/2/> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
POLICY = (
    PREFIXES
    + b"""
<urn:set> a odrl:Set ; odrl:permission [
    a odrl:Permission ; odrl:action odrl:use ; odrl:target <urn:a> ;
    odrl:constraint [ odrl:or (
        [ odrl:leftOperand odrl:count ; odrl:operator odrl:lteq ; odrl:rightOperand "5" ]
        [ odrl:leftOperand odrl:dateTime ; odrl:operator odrl:lt ; odrl:rightOperand "2027-01-01"^^xsd:date ]
    ) ] ] ; odrl:prohibition [ odrl:action odrl:distribute ; odrl:target <urn:a> ] .
"""
)


def refused(content: bytes) -> str:
    with pytest.raises(PolicyError) as caught:
        from_turtle(content)
    assert caught.value.sentence.endswith(".")
    return caught.value.code


def test_a_policy_in_turtle_is_the_policy_that_it_says() -> None:
    date = {"@value": "2027-01-01", "@type": "xsd:date"}
    either = {"or": [atom("odrl:count", "lteq", "5"), atom("odrl:dateTime", "lt", date)]}
    plain = {
        "@type": "Set",
        "@id": "urn:set",
        "permission": [rule(either, target="urn:a")],
        "prohibition": [{"action": "odrl:distribute", "target": "urn:a"}],
    }
    assert load(from_turtle(POLICY)) == load(plain)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xff", "not-turtle"),
        (b"{", "not-turtle"),
        (POLICY.decode().encode("utf-16"), "not-turtle"),
        (POLICY.replace(b"<urn:set>", b"<#offer>"), "relative-name"),
        (POLICY.replace(b"<urn:set>", b"<>"), "relative-name"),
        (POLICY.replace(b"<urn:a>", b"<//host/counts.csv>"), "relative-name"),
        (POLICY.replace(b"<urn:a>", b"<counts.csv>", 1), "relative-name"),
        (b"@base <sub/> .\n" + POLICY.replace(b"<urn:a>", b"<counts.csv>"), "relative-name"),
        (PREFIXES, "no-policy"),
        (POLICY + b"<urn:other> a odrl:Set .", "no-policy"),
        (POLICY + b"<urn:elsewhere> odrl:target <urn:b> .", "statement-lost"),
        (POLICY + b"<urn:a> odrl:partOf <urn:b> .", "unknown-member"),
        (POLICY + b"<urn:set> <urn:p> 5 .", "unknown-member"),
        (POLICY + b"<urn:set> odrl:obligation <urn:set> .", "too-deep"),
        (
            PREFIXES
            + b"<urn:set> a odrl:Set ; odrl:permission "
            + b"[ odrl:duty " * 60
            + b"<urn:x>"
            + b"]" * 60
            + b" .",
            "too-deep",
        ),
        (PREFIXES + b"<urn:set> a odrl:Set ; odrl:permission " + b"[ odrl:duty " * 3_000, "too-deep"),
        (b"#" * 300_000, "too-large"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(content: bytes, code: str) -> None:
    assert refused(content) == code


def test_a_byte_order_mark_and_a_base_that_is_stated_change_nothing() -> None:
    assert load(from_turtle(b"\xef\xbb\xbf" + POLICY)) == load(from_turtle(POLICY))
    based = b"@base <urn:x:> .\n" + POLICY.replace(b"<urn:a>", b"<https://example.org/b>")
    target = load(from_turtle(based)).permission[0].target[0]
    assert target.uid == "https://example.org/b"


def test_a_list_that_goes_in_a_circle_ends() -> None:
    rdf = b"@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    knot = b"<urn:set> a odrl:Set ; odrl:permission _:x . _:x rdf:first <urn:a> ; rdf:rest _:x ."
    assert refused(PREFIXES + rdf + knot) == "malformed-list"


def test_every_policy_of_the_public_suite_is_read_and_compiled() -> None:
    files: list[Path] = sorted(data_folder("standards", "odrl-test-suite", "policies").glob("*.ttl"))
    for path in files:
        compiled = compile_policy(load(from_turtle(path.read_bytes())), shipped(), suite_mode=True)
        assert compiled.permissions or compiled.prohibitions, path.name
    assert len(files) == 21


LITERALS = [
    *(f'"{text}"^^xsd:dateTime' for text in ("2027-06-30T24:00:00", "yesterday", "")),
    *(f'"{text}"^^xsd:{kind}' for text in ("2027-02-30", "x") for kind in ("date", "time", "gYear", "duration")),
    *(f'"x"^^xsd:{kind}' for kind in ("boolean", "integer", "double", "hexBinary", "base64Binary")),
    "<urn:a%20b\\u0020c>",
]


def test_a_literal_that_is_none_is_no_matter_of_the_log() -> None:
    """In a process of its own: what would be printed there goes to nobody's log here."""
    written = [POLICY.decode().replace('"5"', literal) for literal in LITERALS]
    code = (
        "from connector.semantic.turtle import read_turtle\n"
        "from connector.semantic.contexts import ForeignError\n"
        "from contextlib import suppress\n"
        f"for text in {written!r}:\n"
        "    with suppress(ForeignError):\n"
        "        read_turtle(text.encode())\n"
        "print('all')"
    )
    ran = subprocess.run([sys.executable, "-W", "default", "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("all\n", "")


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_turtle_gives_a_policy_or_a_policy_error(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(POLICY)))
    end = data.draw(st.integers(start, min(len(POLICY), start + 12)))
    with suppress(PolicyError):
        from_turtle(POLICY[:start] + data.draw(st.binary(max_size=6)) + POLICY[end:])
