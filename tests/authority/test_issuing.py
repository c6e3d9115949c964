"""What the authority signs: a list that members take, credentials with a place in the status list."""

import asyncio
import json
import random
from base64 import urlsafe_b64decode
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from connector.authority import issuing, keeping, roster
from connector.authority.card import make_member
from connector.authority.issuing import MOST_HELD, MOST_OF_ONE, STATUS_VALID_MS
from connector.authority.keeping import PROFILE, AuthorityRecord, PlacedCredential
from connector.authority.roster import RosterFault
from connector.identity.jws import Rejected
from connector.identity.roster import read_roster
from connector.ports.entities.issuing import STATUS_ENTRIES
from connector.protocol.dcp.claims import ClaimsProfile, StatusEntry, read_claims
from connector.protocol.dcp.did import parse_web_did
from connector.protocol.dcp.status_list import expand_status_list
from tests.authority.folders import DID, NOW, NOW_MS, Applicant, found
from tests.identity.dcp.places import Places


def payload(signed: str) -> bytes:
    return urlsafe_b64decode(signed.split(".")[1] + "==")


def test_a_published_list_carries_the_profile_and_is_mirrored_for_those_who_read_a_file(tmp_path: Path) -> None:
    authority = msgspec.structs.replace(found(tmp_path), mirror=tmp_path / "roster.jws")
    issuing.publish(authority, now=NOW)
    assert authority.mirror is not None
    assert authority.mirror.read_bytes() == authority.signed.read_bytes()
    roots = keeping.load_roots(authority)
    found_list = read_roster(authority.signed.read_bytes(), operator=roots, now_ms=NOW_MS, seen=None)
    assert found_list.document.profile == keeping.read_profile(authority)
    assert issuing.publish(authority, now=NOW).version == 2


def test_nobody_publishes_while_the_copy_for_those_who_read_a_file_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else the copy could be the list of before, and an old list undoes a revocation."""
    authority, written = msgspec.structs.replace(found(tmp_path), mirror=tmp_path / "roster.jws"), list[Path]()

    true = roster.write

    def write(path: Path, content: bytes, *, mode: int) -> None:
        if path == authority.mirror:
            with pytest.raises(RosterFault, match="locked"), roster.lock(authority.members):
                pass
            written.append(path)
        true(path, content, mode=mode)

    monkeypatch.setattr(roster, "LOCKED_S", 0)
    monkeypatch.setattr(roster, "write", write)
    issuing.publish(authority, now=NOW)
    assert written == [authority.mirror]


def test_nothing_is_published_with_an_expired_certificate_or_without_trust_in_itself(tmp_path: Path) -> None:
    authority = found(tmp_path)
    with pytest.raises(RosterFault, match="authority rotate"):
        issuing.publish(authority, now=NOW + timedelta(days=90))
    (authority.folder / PROFILE).write_text('[issuers]\n"did:web:other.example" = ["X"]\n')
    with pytest.raises(RosterFault, match="does not trust"):
        issuing.publish(authority, now=NOW)


def test_a_credential_has_a_place_of_its_own_and_the_newest_is_issued(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    for _ in range(MOST_HELD + 1):
        keeping.change(authority, lambda record: issuing.place_credential(record, firm.did, ["M"], NOW_MS))
    record = keeping.show(authority)
    first, *others = record.issued
    assert [each.revoked for each in record.issued] == [True] + [False] * MOST_HELD
    assert len({each.index for each in record.issued}) == MOST_HELD + 1
    entry = make_member(firm.card(), roles=("company",))
    said = read_claims(payload(issuing.issue_credential(authority, record, entry, NOW_MS)))
    assert (said.issuer, said.subject, said.claims["role"]) == (DID, firm.did, ["company"])
    assert [place.bit for place in said.statuses] == [others[-1].index]
    stated = json.loads(payload(issuing.make_status_list(authority, NOW_MS)))
    bits = expand_status_list(stated["credentialSubject"]["encodedList"])
    assert (bits.is_set(first.index), bits.is_set(others[-1].index)) == (True, False)
    assert read_claims(json.dumps(stated).encode()).valid_until == NOW_MS + STATUS_VALID_MS


def test_what_is_signed_is_in_the_older_data_model_where_members_have_an_edc(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    keeping.change(authority, lambda record: issuing.place_credential(record, firm.did, ["M"], NOW_MS))
    entry, profile = make_member(firm.card(), roles=()), authority.folder / PROFILE
    written = profile.read_text()
    for text, form in (
        (written, ClaimsProfile.VC20),
        (f"of_edc = true\n{written}", ClaimsProfile.VC11),
        ("of_edc = tr", ClaimsProfile.VC20),
    ):
        profile.write_text(text)
        issued = issuing.issue_credential(authority, keeping.show(authority), entry, NOW_MS)
        listed = issuing.make_status_list(authority, NOW_MS)
        assert [read_claims(payload(each)).profile for each in (issued, listed)] == [form, form]


def test_one_holder_does_not_take_all_places() -> None:
    record = AuthorityRecord(did=DID, url="https://broker.example")
    for _ in range(MOST_OF_ONE):
        record = issuing.place_credential(record, "did:web:x.example", ["M"], NOW_MS)
    with pytest.raises(RosterFault, match="of this year"):
        issuing.place_credential(record, "did:web:x.example", ["M"], NOW_MS)
    assert issuing.place_credential(record, "did:web:y.example", ["M"], NOW_MS)


def test_the_record_keeps_what_is_in_force_and_not_what_has_ended(tmp_path: Path) -> None:
    record = AuthorityRecord(did=DID, url="https://broker.example")
    for number in range(5):
        record = issuing.place_credential(record, f"did:web:m{number}.example", ["M"], NOW_MS)
    later = issuing.place_credential(record, "did:web:x.example", ["M"], record.issued[0].until + 1)
    assert [each.holder for each in later.issued] == ["did:web:x.example"]


def test_there_is_an_end_to_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(issuing, "MOST_ISSUED", 3)
    issued = tuple(
        PlacedCredential(holder=f"h{place}", types=("M",), index=place, until=NOW_MS + 1) for place in range(3)
    )
    record = AuthorityRecord(did=DID, url="https://broker.example", issued=issued)
    with pytest.raises(RosterFault, match="as many"):
        issuing.place_credential(record, "did:web:x.example", ["M"], NOW_MS)


def test_who_has_no_place_gets_no_credential(tmp_path: Path) -> None:
    authority, firm = found(tmp_path), Applicant()
    with pytest.raises(RosterFault, match="no credential"):
        issuing.issue_credential(authority, keeping.show(authority), make_member(firm.card()), NOW_MS)


async def test_the_whole_status_list_is_fetched_once_for_a_thousand_credentials(tmp_path: Path) -> None:
    authority = found(tmp_path)
    revoked = random.Random(17).sample(range(STATUS_ENTRIES), 1000)

    def fill(record: AuthorityRecord) -> AuthorityRecord:
        placed = [
            PlacedCredential(
                holder="did:web:firm.example", types=("MembershipCredential",), index=index, until=2**53, revoked=True
            )
            for index in revoked
        ]
        return msgspec.structs.replace(record, issued=tuple(placed))

    record = keeping.change(authority, fill)
    places = Places()
    places.now_ms = NOW_MS
    url = issuing.locate_status(record)
    document = issuing.write_own_document(record, authority, NOW_MS)
    places.put(parse_web_did(DID).locate_document(), document)
    signed = issuing.make_status_list(authority, NOW_MS)
    places.put(url, signed, kind="application/vc+jwt")

    async def judge(index: int) -> str | None:
        return await places.statuses.find_ended(DID, [StatusEntry("revocation", index, url)])

    asked = [0, STATUS_ENTRIES - 1, *revoked[:500], *range(5, STATUS_ENTRIES, 264)]
    ended_places = set(revoked)
    ended = await asyncio.gather(*map(judge, asked))
    assert len(asked) >= 900
    assert [bool(each) for each in ended] == [index in ended_places for index in asked]
    assert places.fetched.count(url) == 1
    with pytest.raises(Rejected, match="131072 entries"):
        await judge(STATUS_ENTRIES)
    assert places.fetched.count(url) == 1
