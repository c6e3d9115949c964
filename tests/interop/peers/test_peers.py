"""Real peers of DCP: two control planes of EDC, whose credentials an IdentityHub shows, and a connector of ours.

`make test-peers` runs them in a network of their own; they need a JDK 17, Maven and its registry. All that the parts
say to each other goes over TLS, and ours runs in the mode `production`.
"""

import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from connector.client.frame.errors import ClientError
from connector.protocol.dcp.scopes import Scope, ScopeKind
from tests.interop.edc.runtime import READY_S, until
from tests.interop.peers.acts import WAIT_S, hold_ours, negotiate_ours, negotiate_theirs, read_ours, read_theirs
from tests.interop.peers.issuer import ROLE, TYPE
from tests.interop.peers.space import HERS, ISSUED, OURS, Space

pytestmark = pytest.mark.peers


def test_each_reads_the_catalogue_of_the_other(space: Space) -> None:
    assert "roads" in read_ours(space)
    assert read_theirs(space) == {"asset-1"}


def test_we_read_all_pages_of_a_catalogue_although_its_links_have_the_inner_address_of_edc(space: Space) -> None:
    assets = {f"page-{number}" for number in range(60)}
    source = {"type": "HttpData", "baseUrl": "https://localhost/nothing"}
    for name in sorted(assets):
        space.edc.ask("POST", "/assets", {"@id": name, "@type": "Asset", "properties": {}, "dataAddress": source})
    every = {"accessPolicyId": "policy-asset-1", "contractPolicyId": "policy-asset-1", "assetsSelector": []}
    space.edc.ask("POST", "/contractdefinitions", {"@id": "every", **every})
    try:
        assert read_theirs(space) == {"asset-1", *assets}
    finally:
        space.edc.ask("DELETE", "/contractdefinitions/every")


def test_the_peers_know_each_other_without_us(space: Space) -> None:
    assert space.edc.catalogue(space.other.address, space.bert.did)["participantId"] == space.bert.did


def test_a_negotiation_that_we_begin_is_finalized_on_both_sides(space: Space) -> None:
    negotiate_ours(space)


def test_a_negotiation_that_edc_begins_is_finalized_on_both_sides(space: Space) -> None:
    negotiate_theirs(space)


def test_a_token_of_the_hub_counts_once_and_only_with_what_it_grants(space: Space) -> None:
    scope = " ".join(Scope(ScopeKind.TYPE, each).write(of_edc=True) for each in (TYPE, ROLE))
    token = space.hub.issue_token(space.anna, space.us.id, bearer_access_scope=scope)
    assert ask(space, token).status_code == 200
    assert ask(space, token).status_code == 401
    assert ask(space, space.hub.issue_token(space.anna, space.bert.did, bearer_access_scope=scope)).status_code == 401
    space.us.halt()
    space.us.start()
    assert ask(space, space.hub.issue_token(space.anna, space.us.id)).status_code == 401


def ask(space: Space, token: str) -> httpx.Response:
    """Ask us for our catalogue with a token; who is refused learns nothing but that."""
    body = {"@context": ["https://w3id.org/dspace/2025/1/context.jsonld"], "@type": "CatalogRequestMessage"}
    headers = {"Authorization": f"Bearer {token}"}
    answer = httpx.post(
        f"{space.us.address}/catalog/request", json=body, headers=headers, verify=space.trust(), timeout=READY_S
    )
    if answer.status_code == 401:
        assert answer.json()["code"] == "unauthenticated"
        assert "presentation" not in answer.text.lower()
    return answer


def test_a_membership_in_the_newer_data_model_counts_with_us_beside_a_role_in_the_older_one(space: Space) -> None:
    # The hub shows it in a presentation and an envelope of its own, for nobody in particular.
    space.hub.remove(space.anna, f"membership-{HERS}")
    issued = space.give_newer(space.anna, 21)
    space.us.halt()
    space.us.start()
    try:
        assert "roads" in read_ours(space)
    finally:
        space.hub.remove(space.anna, issued)
        space.give(space.anna, HERS)


@pytest.mark.parametrize(
    ("profile", "format"), [("vc11-sl2021/jwt", "VC1_0_JWT"), ("vc20-bssl/jwt", "VC2_0_JOSE")], ids=["1.1", "2.0"]
)
def test_the_hub_asks_our_issuer_for_a_credential_and_keeps_what_it_is_given(
    space: Space, profile: str, format: str
) -> None:
    address = f"{space.us.public}/issuer/metadata"
    supported = httpx.get(address, verify=space.trust(), timeout=READY_S).json()["credentialsSupported"]
    (wanted,) = [entry["id"] for entry in supported if entry["profile"] == profile]
    space.hub.request(space.anna, space.us.id, f"asked-{format}", {"id": wanted, "type": ISSUED, "format": format})
    until(lambda: space.hub.requested(space.anna, f"asked-{format}") in {"ISSUED", "ERROR"}, WAIT_S)
    assert space.hub.requested(space.anna, f"asked-{format}") == "ISSUED", space.hub.log()[-2000:]
    (known,) = [row for row in space.us.client.issuing.requests().items if row.holder_pid == f"asked-{format}"]
    assert (known.holder, known.state, known.problem) == (space.anna.did, "issued", "")
    held = [row["verifiableCredential"] for row in space.hub.held(space.anna, ISSUED)]
    issued = [row.id for row in space.us.client.issuing.list(holder=space.anna.did).items if row.profile == profile]
    assert [row["credential"]["id"] for row in held if row["format"] == format] == issued


def test_who_has_deleted_its_membership_is_refused_on_both_sides(space: Space) -> None:
    held = hold_ours(space)
    space.hub.remove(space.anna, f"membership-{HERS}")
    space.us.client.credentials.remove(held)
    try:
        assert_refused_by_us(space, "shown")
        assert_refused_by_edc(space)
    finally:
        space.give(space.anna, HERS)
        space.give_us(OURS)
    assert_admitted(space)


def test_who_shows_an_expired_membership_is_refused_on_both_sides(space: Space) -> None:
    held = hold_ours(space)
    space.hub.remove(space.anna, f"membership-{HERS}")
    space.us.client.credentials.remove(held)
    # Each side is given one that is in force, and waits for its end.
    ends = time.monotonic() + 6
    space.give(space.anna, 11, lives_s=5)
    short = space.give_us(12, lives_s=5)
    until(lambda: time.monotonic() > ends, 10)
    try:
        assert_refused_by_us(space, "shown")
        assert_refused_by_edc(space)
    finally:
        space.us.client.credentials.remove(short)
        space.hub.remove(space.anna, "membership-11")
        space.give(space.anna, HERS)
        space.give_us(OURS)
    assert_admitted(space)


def test_who_shows_a_revoked_membership_is_refused_on_both_sides(space: Space) -> None:
    # Our holder has looked at the list a moment ago, and shows what is on it: so it is EDC that has to see it.
    assert read_theirs(space) == {"asset-1"}
    space.issuer.ended |= {HERS, OURS}
    try:
        assert_refused_by_edc(space)
        assert_refused_by_us(space, "status")
        # After the start our holder reads the list anew, and shows nothing that has ended.
        assert_refused_by_edc(space)
    finally:
        space.issuer.ended.clear()
    assert_admitted(space)


def test_a_revoked_membership_in_one_data_model_spoils_none_in_the_other(space: Space) -> None:
    revoked = space.give_newer(space.anna, 31)
    space.issuer.ended.add(31)
    space.us.halt()
    space.us.start()
    try:
        # The hub shows both, each in a presentation of its own.
        assert "roads" in read_ours(space)
        space.hub.remove(space.anna, f"membership-{HERS}")
        assert_refused_by_us(space, "status")
    finally:
        space.issuer.ended.clear()
        space.hub.remove(space.anna, revoked)
        space.give(space.anna, HERS)
    assert_admitted(space)


def test_who_shows_a_suspended_membership_is_refused_on_both_sides_until_it_is_in_force_again(space: Space) -> None:
    held = hold_ours(space)
    space.hub.remove(space.anna, f"membership-{HERS}")
    space.us.client.credentials.remove(held)
    hers, ours = space.give(space.anna, 51, purpose="suspension"), space.give_us(52, purpose="suspension")
    try:
        assert_admitted(space)
        space.issuer.paused |= {51, 52}
        assert_refused_by_edc(space)
        assert_refused_by_us(space, "status")
        space.issuer.paused.clear()
        assert_admitted(space)
    finally:
        space.issuer.paused.clear()
        space.hub.remove(space.anna, hers)
        space.us.client.credentials.remove(ours)
        space.give(space.anna, HERS)
        space.give_us(OURS)
    assert_admitted(space)


def test_while_the_issuer_is_away_nobody_is_admitted_whom_it_would_vouch_for(space: Space) -> None:
    space.us.halt()
    space.us.start()
    seen = len(space.us.log())
    space.issuer.away = True
    try:
        refused(lambda: read_ours(space), "Authentication is unavailable")
        until(lambda: "authentication is unavailable" in space.us.log()[seen:], 10)
    finally:
        space.issuer.away = False
    assert_admitted(space)


def assert_refused_by_us(space: Space, rule: str) -> None:
    """Hold that we refuse EDC by a rule, which our log names; what it showed before is forgotten with a new start."""
    space.us.halt()
    space.us.start()
    seen = len(space.us.log())
    refused(lambda: read_ours(space), "unauthenticated")
    until(lambda: "not authenticated: " in space.us.log()[seen:], 10)
    assert f"not authenticated: {rule}:" in space.us.log()[seen:]


def assert_refused_by_edc(space: Space) -> None:
    with pytest.raises(ClientError, match="does not accept this participant"):
        read_theirs(space)


def assert_admitted(space: Space) -> None:
    space.us.halt()
    space.us.start()
    assert "roads" in read_ours(space)
    assert read_theirs(space) == {"asset-1"}


def refused(act: Callable[[], Any], problem: str) -> None:
    with pytest.raises(AssertionError, match=problem):
        act()
