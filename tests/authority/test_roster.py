import errno
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from connector.authority import roster
from connector.authority.roster import RosterFault, RosterUnwritten, add, create, publish, remove, show, verify
from connector.identity.keys import generate, public_jwk
from connector.identity.roster import Member

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
OPERATOR = "did:web:operator.example"
KEY, NEXT_KEY = generate(), generate("EdDSA")


def member(id: str, **more) -> Member:
    return Member(id=id, name=id.title(), address="https://peer.example/dsp", keys=(public_jwk(generate()),), **more)


@pytest.fixture
def files(tmp_path):
    create(tmp_path / "roster.json", OPERATOR)
    return tmp_path / "roster.json", tmp_path / "roster.jws"


def test_a_list_is_made_changed_published_and_verified(files):
    draft, signed = files
    add(draft, member("a"))
    add(draft, member("b"))
    assert publish(draft, signed, KEY, now=NOW).version == 1
    add(draft, member("b", roles=("broker",)), replace=True)
    remove(draft, "a")
    assert publish(draft, signed, KEY, now=NOW, valid_for=timedelta(hours=1)).version == 2
    made = verify(signed, [KEY.verification], now=NOW)
    assert {name: entry.roles for name, entry in made.participants.items()} == {"b": ("broker",)}
    with pytest.raises(RosterFault, match="expired"):
        verify(signed, [KEY.verification], now=NOW + timedelta(hours=1))
    with pytest.raises(RosterFault, match="refused"):
        verify(signed, [NEXT_KEY.verification], now=NOW)


def test_an_existing_list_is_not_begun_again(files):
    add(files[0], member("a"))
    with pytest.raises(RosterFault, match="exists"):
        create(files[0], OPERATOR)
    assert [entry.id for entry in show(files[0]).members] == ["a"]


@pytest.mark.parametrize(
    "change",
    [
        lambda draft: add(draft, member("a")),
        lambda draft: remove(draft, "stranger"),
        lambda draft: add(draft, Member(id="b", name="B", address="ftp://x")),
        lambda draft: add(draft, Member(id="b b", name="B")),
        lambda draft: add(draft, Member(id="b", name="B", keys=show(draft).members[0].keys)),
        lambda draft: add(draft, Member(id="b", name="B", keys=({"kty": "oct"},))),
    ],
)
def test_a_refused_change_changes_nothing(files, change):
    draft, _ = files
    add(draft, member("a"))
    before = draft.read_bytes()
    with pytest.raises(RosterFault):
        change(draft)
    assert draft.read_bytes() == before


def test_a_published_list_is_never_overwritten_by_one_that_does_not_follow_from_it(files, tmp_path):
    draft, signed = files
    publish(draft, signed, KEY, now=NOW)
    publish(draft, signed, KEY, now=NOW)
    create(tmp_path / "other.json", "did:web:other.example")
    create(tmp_path / "again.json", OPERATOR)
    before = signed.read_bytes()
    with pytest.raises(RosterFault, match="not of did:web:other"):
        publish(tmp_path / "other.json", signed, KEY, now=NOW)
    with pytest.raises(RosterFault, match="knows only 0"):
        publish(tmp_path / "again.json", signed, KEY, now=NOW)
    with pytest.raises(RosterFault, match="operator's key"):
        publish(draft, signed, NEXT_KEY, now=NOW)
    with pytest.raises(RosterFault, match="validity"):
        publish(draft, signed, KEY, now=NOW, valid_for=timedelta(0))
    assert signed.read_bytes() == before
    assert publish(draft, signed, NEXT_KEY, now=NOW, former=[KEY.verification]).version == 3


def test_a_write_cut_short_costs_a_number_and_nothing_else(files, monkeypatch):
    draft, signed = files
    add(draft, member("a"))
    publish(draft, signed, KEY, now=NOW)
    before = signed.read_bytes()
    write = roster.replace_atomically

    def failing(path, content, *, mode):
        if path == signed:
            raise OSError(errno.ENOSPC, "disk full", str(path))
        write(path, content, mode=mode)

    with monkeypatch.context() as patch:
        patch.setattr(roster, "replace_atomically", failing)
        with pytest.raises(RosterUnwritten, match="disk full"):
            publish(draft, signed, KEY, now=NOW)
    assert signed.read_bytes() == before
    assert publish(draft, signed, KEY, now=NOW).version == 3


def test_two_operators_at_once_lose_nobody(files):
    draft, _ = files
    threads = [Thread(target=add, args=(draft, member(f"m{number}"))) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {entry.id for entry in show(draft).members} == {f"m{number}" for number in range(8)}


@pytest.mark.parametrize("content", [b"", b"[]", b'{"issuer": 1}', b'{"issuer": "x", "typo": 1}', b"[" * 100_000])
def test_a_damaged_working_file_is_left_alone(files, content):
    draft, signed = files
    draft.write_bytes(content)
    with pytest.raises(RosterFault, match="working file"):
        publish(draft, signed, KEY, now=NOW)
    assert draft.read_bytes() == content
    with pytest.raises(RosterFault, match="cannot be"):
        show(draft.with_name("missing") / "roster.json")


def test_an_issuer_nobody_would_accept_is_refused(tmp_path):
    with pytest.raises(RosterFault):
        create(tmp_path / "roster.json", "")
    assert not (tmp_path / "roster.json").exists()


def test_who_waits_for_a_process_that_was_stopped_is_told_so_in_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(roster, "LOCKED_S", 0.05)
    draft = tmp_path / "members.json"
    with roster.lock(draft), pytest.raises(RosterFault, match="end it, then try again"), roster.lock(draft):
        pass
    with roster.lock(draft):
        pass
