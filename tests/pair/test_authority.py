"""What a data space with an authority promises: the gate, revocation, rotation, the drills, and two cities."""

import shutil
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest

from connector.api.frame.desk import wait
from connector.authority import issuing, keeping, membership, roster
from connector.authority.keeping import ISSUER, ROOT, ROOTS, SPARE, AuthorityRecord
from connector.authority.renewing import renew_roots
from connector.client.frame.errors import ClientError
from connector.controlplane.enforcing import renewals
from connector.identity.keys import load_private, public_jwk
from connector.identity.listing.partner import Partner
from connector.identity.listing.sources import RosterRejected
from connector.ports.identity import Exclusion
from tests.pair.authorities import City
from tests.pair.space import SOON, Member, participant

HOUR_MS = 3_600_000
SEEN_S = 5.0


@pytest.fixture
async def city(tmp_path: Path) -> AsyncIterator[City]:
    made = City(tmp_path / "city", "city", "firm")
    await made.open()
    yield made
    await made.close()


async def agree(made: City, **more: Any) -> str:
    asset = await made.city.offers(**more)
    asked = await made.firm.api.negotiations.start(made.city.id, asset.id)
    await made.firm.reaches(asked.id, "FINALIZED")
    return (await made.firm.api.agreements.list()).items[0].id


async def start(made: City, **more: Any) -> str:
    """Start a transfer that stays active; return its identifier at the city.

    The firm sees the start before the city sees that the firm has it.
    """
    begun = await made.firm.api.transfers.start(await agree(made, **more), keep=True)
    shown = await made.firm.api.transfers.wait(begun.id, timeout_s=10, states=["STARTED"])
    pid = shown.peer_pid or ""
    assert (await made.city.api.transfers.wait(pid, timeout_s=10, states=["STARTED"])).state == "STARTED"
    return pid


async def ends(member: Member, pid: str) -> None:
    """Decide again what is excluded, as after a look at the list, and wait for the end of the flow."""
    await renewals.end_excluded(member.connector.enforcer.evaluator)
    watch, show = member.connector.context.watch, partial(member.api.transfers.show, pid)
    found = await wait(watch, pid, SEEN_S, show, lambda found: found.flow_reported == "TERMINATED")
    assert found.flow_reported == "TERMINATED"


async def test_members_agree_with_credentials_of_their_authority_by_the_profile_on_its_list(city: City) -> None:
    assert await agree(city)


async def test_a_policy_on_a_role_that_only_the_credential_states_lets_a_transfer_run(city: City) -> None:
    limited = {"leftOperand": "dk:role", "operator": "eq", "rightOperand": "participant"}
    terms = {"permission": [{"action": "use", "constraint": [limited]}]}
    pid = await start(city, policy=terms)
    assert (await city.city.api.transfers.show(pid)).state == "STARTED"


async def test_a_suspended_member_loses_its_flow_and_both_sides_are_told_why(city: City) -> None:
    pid = await start(city)
    membership.suspend(city.authority, participant("firm"), now=datetime.now(UTC))
    await city.refresh()
    assert city.city.connector.parts.identity.exclude(participant("firm")) is Exclusion.SUSPENDED
    await ends(city.city, pid)
    assert "suspended the membership" in str(await city.city.api.transfers.show(pid))
    membership.suspend(city.authority, participant("firm"), now=datetime.now(UTC), suspended=False)
    await city.refresh()
    assert city.city.connector.parts.identity.exclude(participant("firm")) is None


async def test_a_revoked_member_loses_its_flow_as_soon_as_the_new_list_is_seen(city: City) -> None:
    pid = await start(city)
    membership.revoke(city.authority, participant("firm"), now=datetime.now(UTC))
    await city.refresh()
    assert city.city.connector.parts.identity.exclude(participant("firm")) is Exclusion.NOT_LISTED
    await ends(city.city, pid)


async def test_a_suspended_member_is_stopped_and_comes_back(city: City) -> None:
    pid = await start(city)
    membership.suspend(city.authority, participant("firm"), now=datetime.now(UTC))
    await city.refresh()
    await ends(city.city, pid)
    with pytest.raises(ClientError):
        await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")
    membership.suspend(city.authority, participant("firm"), now=datetime.now(UTC), suspended=False)
    await city.refresh()
    assert await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")


async def test_a_renewed_credential_interrupts_nothing_that_relies_on_the_old_one(city: City) -> None:
    pid = await start(city)
    city.admit(participant("firm"))
    await city.firm.api.credentials.add(city.credential("firm"))
    city.late_ms += 6 * 60_000
    await city.refresh()
    await renewals.end_excluded(city.city.connector.enforcer.evaluator)
    assert (await city.city.api.transfers.show(pid)).state == "STARTED"
    assert city.city.connector.parts.identity.exclude(participant("firm")) is None


async def test_clocks_that_were_hours_ahead_hide_no_revocation(city: City) -> None:
    pid, firm = await start(city), participant("firm")
    city.late_ms = 3 * HOUR_MS
    await city.refresh()
    assert city.city.connector.parts.identity.exclude(firm) is None
    city.late_ms = 0
    await city.refresh()
    assert await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")
    city.late_ms = 3 * HOUR_MS
    keeping.change(city.authority, _revoke_another)
    await city.refresh()
    city.late_ms = 0
    keeping.change(city.authority, lambda record: issuing.revoke_credentials(record, firm))
    city.late_ms = 6 * 60_000
    await city.refresh()
    assert city.city.connector.parts.identity.exclude(firm) is Exclusion.CREDENTIAL_ENDED
    await ends(city.city, pid)


def _revoke_another(record: AuthorityRecord) -> AuthorityRecord:
    """Return the record with a credential of somebody else that has ended: the next status list says something new."""
    gone, now = participant("gone"), int(datetime.now(UTC).timestamp() * 1000)
    return issuing.revoke_credentials(issuing.place_credential(record, gone, ("MembershipCredential",), now), gone)


async def test_a_status_list_that_revokes_a_credential_ends_the_flow_without_a_new_list(city: City) -> None:
    pid = await start(city)
    firm = participant("firm")
    keeping.change(city.authority, lambda record: issuing.revoke_credentials(record, firm))
    city.late_ms += 6 * 60_000
    await city.refresh()
    assert city.city.connector.parts.identity.exclude(firm) is Exclusion.CREDENTIAL_ENDED
    await ends(city.city, pid)


async def test_without_the_authority_nothing_new_is_agreed_and_what_runs_goes_on_for_the_time_of_grace(
    city: City,
) -> None:
    pid = await start(city)
    identity, firm = city.city.connector.parts.identity, participant("firm")
    city.wire.down.add("https://broker.example:443")
    city.late_ms += 6 * 60_000
    await identity.refresh()
    assert "cannot be read" in (identity.warning() or "")
    assert identity.exclude(firm) is None
    with pytest.raises(ClientError):
        await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")
    city.late_ms += HOUR_MS + 6 * 60_000
    assert identity.exclude(firm) is Exclusion.STATUS_UNKNOWN
    await ends(city.city, pid)


async def test_an_expired_list_authenticates_nobody_and_ends_what_runs_after_the_time_of_grace(city: City) -> None:
    pid = await start(city)
    identity, firm = city.city.connector.parts.identity, participant("firm")
    city.late_ms += 30 * 24 * HOUR_MS + 1000
    assert "has expired" in (identity.problem() or "")
    with pytest.raises(ClientError):
        await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")
    assert identity.exclude(firm) is None
    city.late_ms += HOUR_MS
    assert identity.exclude(firm) is Exclusion.LIST_EXPIRED
    await ends(city.city, pid)


async def test_the_issuer_key_is_rotated_while_negotiations_run(city: City) -> None:
    asset = await city.city.offers()
    asked = [await city.firm.api.negotiations.start(city.city.id, asset.id) for _ in range(3)]
    keeping.rotate(city.authority, [city.root()], now=datetime.now(UTC))
    city.publish()
    await city.refresh()
    asked += [await city.firm.api.negotiations.start(city.city.id, asset.id) for _ in range(2)]
    for each in asked:
        await city.firm.reaches(each.id, "FINALIZED")


async def test_an_authority_of_an_older_backup_is_followed_once_the_root_has_certified_it_anew(
    city: City, tmp_path: Path
) -> None:
    await agree(city)
    folder, draft = city.authority.folder, city.authority.members.read_bytes()
    shutil.copytree(folder, tmp_path / "backup")
    for _ in range(2):
        city.publish()
    await city.refresh()
    shutil.rmtree(folder)
    shutil.copytree(tmp_path / "backup", folder)
    city.authority.members.write_bytes(draft)
    city.publish()
    with pytest.raises(RosterRejected, match="older"):
        await city.city.connector.parts.identity.refresh()
    keeping.rotate(city.authority, [city.root()], now=datetime.now(UTC), stolen=True)
    city.publish()
    await city.refresh()
    for name in city.names:
        await city.members[name].api.credentials.add(city.credential(name))
    assert await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")


async def test_a_stolen_issuer_key_signs_nothing_that_counts_once_a_new_one_is_certified(city: City) -> None:
    await agree(city)
    certificates = keeping.show(city.authority).certificates
    thief = load_private(city.authority.folder / ISSUER)
    keeping.rotate(city.authority, [city.root()], now=datetime.now(UTC), stolen=True)
    city.publish()
    await city.refresh()
    with pytest.raises(ClientError):
        await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")
    for name in city.names:
        await city.members[name].api.credentials.add(city.credential(name))
    assert await city.firm.api.catalog.dataset(city.city.id, "urn:dataset:counts")
    signed = city.authority.signed.read_bytes()
    city.authority.signed.unlink()
    roster.publish(
        city.authority.members,
        city.authority.signed,
        thief,
        now=datetime.now(UTC),
        certificates=certificates,
        profile=keeping.read_profile(city.authority),
    )
    with pytest.raises(RosterRejected, match="replaced"):
        await city.city.connector.parts.identity.refresh()
    city.authority.signed.write_bytes(signed)
    await city.refresh()


async def test_the_spare_root_goes_on_and_the_first_one_is_refused_for_good(city: City) -> None:
    keeping.rotate(city.authority, [city.spare()], now=datetime.now(UTC))
    city.publish()
    await city.refresh()
    assert await agree(city)
    keeping.rotate(city.authority, [city.root()], now=datetime.now(UTC))
    city.publish()
    with pytest.raises(RosterRejected, match="replaced"):
        await city.city.connector.parts.identity.refresh()
    assert city.city.connector.parts.identity.participant(participant("firm")) is not None


async def test_members_follow_to_a_new_pair_of_roots_and_the_thief_of_the_old_one_is_refused(city: City) -> None:
    thief, spare = city.root(), city.spare()
    before, pinned = keeping.show(city.authority), (city.authority.folder / ROOTS).read_bytes()
    for name in (ROOT, SPARE):
        (city.authority.folder / name).unlink()
    renew_roots(city.authority, spare, now=datetime.now(UTC))
    city.publish()
    await city.refresh()
    assert await agree(city)
    # Members pin what they have pinned.
    (city.authority.folder / ROOTS).write_bytes(pinned)
    # The thief of both old roots has nothing to say to whoever has seen the new pair, in this process and after it.
    old = msgspec.structs.replace(before, number=99)
    keeping.change(city.authority, lambda _: old)
    keeping.rotate(city.authority, [spare, thief], now=datetime.now(UTC))
    good = city.authority.signed.read_bytes()
    city.authority.signed.unlink()
    city.publish()
    identity = city.city.connector.parts.identity
    with pytest.raises(RosterRejected, match="replaced"):
        await identity.refresh()
    assert identity.participant(participant("firm")) is not None
    await city.leave("city")
    with pytest.raises(RosterRejected, match="replaced"):
        await city.join("city", SOON)
    city.authority.signed.write_bytes(good)
    await city.join("city", SOON)


async def test_a_list_without_the_signature_of_the_authority_is_refused_and_the_last_good_one_kept(city: City) -> None:
    identity, place = city.city.connector.parts.identity, city.authority.signed
    good = place.read_bytes()
    other = City(place.parent.parent.parent / "foreign", "city", "firm")
    bad = {
        b"none": "not three segments",
        good.split(b"\n")[-1]: "does not name one of the issuer's keys",
        other.authority.signed.read_bytes(): "no root that is pinned",
        good[:-20] + b"A" * 20: "signature",
    }
    city.publish()
    newer = place.read_bytes()
    await identity.refresh()
    for content, _problem in (*bad.items(), (good, "older")):
        place.write_bytes(content)
        with pytest.raises(RosterRejected):
            await identity.refresh()
        assert identity.participant(participant("firm")) is not None
    place.write_bytes(newer)
    await identity.refresh()


async def test_two_cities_meet_as_far_as_they_say_and_trust_nothing_else(tmp_path: Path) -> None:
    one = City(tmp_path / "one", "city", "firm")
    two = City(tmp_path / "two", "other", broker="second", wire=one.wire)
    for made, partner in ((one, two), (two, one)):
        roots = tuple(public_jwk(key) for key in keeping.load_roots(partner.authority))
        listed = Partner(
            authority=partner.did,
            list=f"https://{partner.broker}.example/authority/members",
            roots=roots,
            types=("MembershipCredential",),
        )
        membership.list_partner(made.authority, listed)
        made.publish()
    try:
        await one.open()
        await two.open()
        await one.refresh()
        await two.refresh()
        identity = one.city.connector.parts.identity
        met = identity.participant(participant("other"))
        assert met is not None
        assert (met.roles, met.claims) == (("participant",), {})
        asset = await one.city.offers(policy={"permission": [{"action": "use"}]})
        asked = await two.other.api.negotiations.start(one.city.id, asset.id)
        await two.other.reaches(asked.id, "FINALIZED")

        membership.remove_partner(one.authority, two.did)
        one.publish()
        await one.refresh()
        assert identity.exclude(participant("other")) is Exclusion.NOT_LISTED
        one.wire.sent.clear()
        with pytest.raises(ClientError):
            await two.other.api.catalog.dataset(one.city.id, asset.id)
        assert {request.url.host for request in one.wire.sent} == {"city.example"}, "nothing of a stranger is fetched"
    finally:
        await one.close()
        await two.close()


async def test_a_partner_without_the_type_that_is_asked_for_shows_nothing_that_counts(tmp_path: Path) -> None:
    one = City(tmp_path / "one", "city")
    two = City(tmp_path / "two", "other", broker="second", wire=one.wire)
    for made, partner, types in ((one, two, ("OtherCredential",)), (two, one, ("MembershipCredential",))):
        roots = tuple(public_jwk(key) for key in keeping.load_roots(partner.authority))
        at = f"https://{partner.broker}.example/authority/members"
        membership.list_partner(made.authority, Partner(authority=partner.did, list=at, roots=roots, types=types))
        made.publish()
    try:
        await one.open()
        await two.open()
        await one.refresh()
        await two.refresh()
        asset = await one.city.offers()
        with pytest.raises(ClientError):
            await two.other.api.catalog.dataset(one.city.id, asset.id)
    finally:
        await one.close()
        await two.close()
