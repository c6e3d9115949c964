"""The order of the rules of presentations and credentials: no later rule runs, and no socket opens, once one failed.

Each text breaks a rule and all that follow; the rules of tokens have the same test in tests/identity/dcp.
"""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from connector.identity.dcp.presented import CREDENTIAL_RULES, PRESENTATION_RULES, verify_presentation
from connector.identity.jws import Rejected, sign
from connector.protocol.dcp.claims import MAX_CREDENTIAL, MAX_PRESENTATION
from tests.hostile.identity.callers import CITY_PLACE
from tests.identity.dcp.places import (
    CITY,
    FIRM,
    KEYS,
    LIST_URL,
    NOW_S,
    STRANGER,
    Places,
    credential,
    presentation,
    status_at,
)
from tests.identity.lists import compact

Fault = tuple[Mapping[str, Any], Mapping[str, Any]]
OPENING: Mapping[str, Fault] = {
    "header": ({"jku": "https://fremd.example/keys"}, {}),
    "type": ({"typ": "roster+jws"}, {}),
    "algorithm": ({"alg": "none"}, {}),
}
PRESENTATION: Mapping[str, Fault] = {
    **OPENING,
    "form-of-claims": ({}, {"type": "Nothing"}),
    "holder": ({}, {"holder": CITY}),
    "audience": ({}, {"aud": CITY}),
    "time": ({}, {"exp": NOW_S - 1}),
    "key-name": ({"kid": KEYS[CITY].kid}, {}),
    "key": ({"kid": f"{FIRM}#k9"}, {}),
    "key-algorithm": ({"alg": "EdDSA"}, {}),
    "signature": ({}, {}),
}
CREDENTIAL: Mapping[str, Fault] = {
    **OPENING,
    "form-of-claims": ({}, {"type": "Nothing"}),
    "profile": ({}, {}),
    "subject": ({}, {"credentialSubject": {"id": STRANGER}}),
    "time": ({}, {"validUntil": "2026-03-01T11:00:00Z"}),
    "issuer": ({}, {"issuer": STRANGER}),
    "key-name": ({"kid": KEYS[FIRM].kid}, {}),
    "schema": ({}, {"credentialSchema": {"id": "https://fremd.example/s.json", "type": "JsonSchema"}}),
    "document": ({}, {}),
    "key": ({"kid": f"{CITY}#k9"}, {}),
    "key-algorithm": ({"alg": "EdDSA"}, {}),
    "signature": ({}, {}),
    "status": ({}, {"credentialStatus": status_at(94)}),
}


def break_from(rule: str, rules: tuple[str, ...], faults: Mapping[str, Fault], kid: str, kind: str) -> tuple[Any, Any]:
    """Return header and changes of a payload that break a rule and all that follow."""
    header: dict[str, Any] = {"alg": "ES256", "kid": kid, "typ": kind}
    changed: dict[str, Any] = {}
    # The earlier fault of a member stands: the later one is hidden behind it.
    for name in reversed(rules[rules.index(rule) :]):
        more, members = faults.get(name, ({}, {}))
        header |= more
        changed |= members
    return header, changed


def spoil(rule: str, text: str, most: int) -> str:
    """Break the two rules that read no content yet; `most` is the size of the largest payload."""
    if rule == "size":
        return text.replace(".", "!") + "A" * 2 * most
    return text.replace(".", "!") if rule == "form" else text


async def judge(text: str, places: Places) -> str | None:
    sender = await places.sender()
    try:
        await verify_presentation(text, sender, places.verifier(), places.now_ms)
    except Rejected as rejected:
        return rejected.rule
    return None


@pytest.mark.parametrize("rule", PRESENTATION_RULES)
async def test_a_presentation_is_judged_in_order_and_opens_no_socket(rule: str) -> None:
    places = Places()
    header, changed = break_from(rule, PRESENTATION_RULES, PRESENTATION, KEYS[FIRM].kid, "vp+jwt")
    assert (
        await judge(spoil(rule, compact(header, presentation("no credential", **changed)), MAX_PRESENTATION), places)
        == rule
    )
    assert places.fetched == []


@pytest.mark.parametrize("rule", CREDENTIAL_RULES)
async def test_a_credential_is_judged_in_order_and_opens_a_socket_when_only_documents_are_left(rule: str) -> None:
    places = Places()
    places.publish_list(94)
    at = CREDENTIAL_RULES.index(rule)
    if at <= CREDENTIAL_RULES.index("document"):
        places.put(CITY_PLACE, {"id": FIRM})
    header, changed = break_from(rule, CREDENTIAL_RULES, CREDENTIAL, KEYS[CITY].kid, "vc+jwt")
    payload: dict[str, Any] = credential(**changed)
    if at <= CREDENTIAL_RULES.index("profile") and rule != "form-of-claims":
        inside = {**payload, "@context": ["https://www.w3.org/2018/credentials/v1"]}
        payload = {"vc": {name: value for name, value in inside.items() if not name.startswith("valid")}}
    secured = compact(header, payload)
    if rule == "status":
        secured = sign(KEYS[CITY], json.dumps(payload).encode(), kind="vc+jwt")
    shown = sign(KEYS[FIRM], json.dumps(presentation(spoil(rule, secured, MAX_CREDENTIAL))).encode(), kind="vp+jwt")
    assert await judge(shown, places) == rule
    fetched = [
        *([CITY_PLACE] if at >= CREDENTIAL_RULES.index("document") else []),
        *([LIST_URL] if rule == "status" else []),
    ]
    assert places.fetched == fetched


def test_no_rule_is_without_a_fault() -> None:
    assert ("size", "form", *PRESENTATION) == PRESENTATION_RULES
    assert ("size", "form", *CREDENTIAL) == CREDENTIAL_RULES
