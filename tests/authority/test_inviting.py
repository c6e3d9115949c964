"""Invitations: a link that is shown once, and stored nowhere."""

from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.authority import inviting, keeping
from connector.authority.inviting import InvitationLink, find_invitation, find_state, invite, parse_link, withdraw
from connector.authority.keeping import RECORD
from connector.authority.roster import RosterFault
from tests.authority.folders import NOW, NOW_MS, found

LINK = "https://broker.example/authority/join#12ab.secret.root"


def test_a_link_names_the_root_and_its_secret_is_not_stored(tmp_path: Path) -> None:
    authority = found(tmp_path)
    link = parse_link(invite(authority, "Firma", now=NOW))
    assert link.base == "https://broker.example/authority"
    assert link.root == keeping.load_roots(authority)[0].kid
    assert link.secret.encode() not in (authority.folder / RECORD).read_bytes()
    kept = find_invitation(keeping.show(authority), link.id, link.secret, NOW_MS)
    assert (kept.name, kept.types, kept.roles) == ("Firma", ("MembershipCredential",), ("participant",))


def test_an_invitation_is_found_by_its_secret_until_it_ends(tmp_path: Path) -> None:
    authority = found(tmp_path)
    link = parse_link(invite(authority, "Firma", now=NOW, valid_for=timedelta(days=1)))
    record = keeping.show(authority)
    for number, secret in (("none", link.secret), (link.id, "x"), (link.id, ""), (link.id, "\ud800")):
        with pytest.raises(RosterFault, match="no such invitation"):
            find_invitation(record, number, secret, NOW_MS)
    with pytest.raises(RosterFault, match="expired"):
        find_invitation(record, link.id, link.secret, NOW_MS + 86_400_000)


def test_who_comes_weeks_late_is_told_that_the_invitation_has_expired(tmp_path: Path) -> None:
    authority = found(tmp_path)
    link = parse_link(invite(authority, "Firma", now=NOW, valid_for=timedelta(days=1)))
    invite(authority, "Amt", now=NOW + timedelta(days=20))
    with pytest.raises(RosterFault, match="has expired: ask the data-space operator for a new one"):
        find_invitation(keeping.show(authority), link.id, link.secret, NOW_MS + 20 * 86_400_000)
    invite(authority, "Amt", now=NOW + timedelta(days=32))
    assert link.id not in keeping.show(authority).invitations


@pytest.mark.parametrize("broken", ["{}\n{}", "{}\r\n{}", "{}=\n{}", "{}=\r\n{}", "  {} {}\n"])
def test_a_link_that_a_mail_program_has_broken_into_lines_is_whole_again(tmp_path: Path, broken: str) -> None:
    text = invite(found(tmp_path), "Firma", now=NOW)
    for at in (10, 40, len(text) - 50, len(text) - 5):
        assert parse_link(broken.format(text[:at], text[at:])) == parse_link(text)


def test_what_has_ended_is_forgotten_and_there_is_an_end_to_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = found(tmp_path)
    monkeypatch.setattr(inviting, "MAX_INVITATIONS", 2)
    for _ in range(2):
        invite(authority, "Firma", now=NOW)
    with pytest.raises(RosterFault, match="as many"):
        invite(authority, "Firma", now=NOW)
    invite(authority, "Firma", now=NOW + timedelta(days=8))
    assert len(keeping.show(authority).invitations) == 1


def test_a_withdrawn_invitation_lets_nobody_join_and_says_so(tmp_path: Path) -> None:
    authority = found(tmp_path)
    link, other = (parse_link(invite(authority, name, now=NOW)) for name in ("Firma", "Amt"))
    withdraw(authority, link.id, NOW_MS)
    record = keeping.show(authority)
    with pytest.raises(RosterFault, match="was withdrawn"):
        find_invitation(record, link.id, link.secret, NOW_MS)
    with pytest.raises(RosterFault, match="no such invitation"):
        find_invitation(record, link.id, "guess", NOW_MS)
    assert find_invitation(record, other.id, other.secret, NOW_MS).name == "Amt"
    states = [find_state(each, NOW_MS) for each in record.invitations.values()]
    assert states == ["withdrawn", "open"]


def test_what_is_withdrawn_is_one_open_invitation(tmp_path: Path) -> None:
    authority = found(tmp_path)
    first, second = (parse_link(invite(authority, "Firma", now=NOW)) for _ in range(2))
    with pytest.raises(RosterFault, match="Several invitations are for Firma"):
        withdraw(authority, "Firma", NOW_MS)
    withdraw(authority, second.id, NOW_MS)
    withdraw(authority, "Firma", NOW_MS)
    before = keeping.show(authority)
    assert before.invitations[first.id].withdrawn
    for word in ("Firma", first.id, "unknown"):
        with pytest.raises(RosterFault, match="no open invitation"):
            withdraw(authority, word, NOW_MS)
    late = parse_link(invite(authority, "Amt", now=NOW, valid_for=timedelta(days=1)))
    with pytest.raises(RosterFault, match="no open invitation"):
        withdraw(authority, late.id, NOW_MS + 86_400_000)


def test_withdrawn_invitations_leave_room_for_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority = found(tmp_path)
    monkeypatch.setattr(inviting, "MAX_INVITATIONS", 2)
    for _ in range(5):
        withdraw(authority, parse_link(invite(authority, "Firma", now=NOW)).id, NOW_MS)
    assert len(keeping.show(authority).invitations) <= 2


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        ({"types": ["Other"]}, "does not trust"),
        ({"did": "urn:firm"}, "did:web"),
        ({"valid_for": timedelta(0)}, "positive"),
    ],
)
def test_an_invitation_that_nobody_could_use_is_not_made(tmp_path: Path, more: dict[str, object], problem: str) -> None:
    authority = found(tmp_path)
    with pytest.raises(RosterFault, match=problem):
        invite(authority, "Firma", now=NOW, **more)  # type: ignore[arg-type]  # by the test
    assert keeping.show(authority).invitations == {}


def test_a_link_is_read_as_it_is_written() -> None:
    assert parse_link(f" {LINK}\n") == InvitationLink("https://broker.example/authority", "12ab", "secret", "root")
    assert parse_link(LINK).write() == LINK


@pytest.mark.parametrize(
    "text", ["", LINK[:-5], LINK.replace("https", "http"), LINK + ".more", LINK + "x" * 2048, LINK.replace("bro", "[")]
)
def test_half_a_link_is_none(text: str) -> None:
    with pytest.raises(RosterFault, match="not an invitation"):
        parse_link(text)


@given(st.text(max_size=200))
def test_any_text_is_a_link_or_refused(text: str) -> None:
    try:
        parse_link(text)
    except RosterFault:
        return
    assert "/join#" in text
