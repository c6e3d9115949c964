"""Making an authority, its roots or its issuer key, cut short at each write: the same call goes on to the same end."""

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from connector.authority import issuing, keeping, roster
from connector.authority.card import card, load_key, make_member
from connector.authority.founding import establish
from connector.authority.keeping import ROOT, SPARE, Authority
from connector.authority.renewing import renew_roots
from connector.authority.roster import RosterFault, RosterUnwritten
from connector.identity.keys import SigningKey, generate
from tests.authority.folders import DID, NOW, found

OWN = "did:web:broker.example"
MOST, FEWEST = 400, 8


class Killed(BaseException):
    """The process ends here."""


def cut_short(monkeypatch: pytest.MonkeyPatch, at: int, fault: BaseException, work: Callable[[], object]) -> bool:
    """Run `work`, but fail from its `at`-th write on; return whether there were so many."""
    left = [at]

    def spoil(name: str) -> None:
        true = getattr(os, name)

        def change(*args: object, **more: object) -> object:
            left[0] -= 1
            if left[0] <= 0:
                raise fault
            return true(*args, **more)

        patch.setattr(os, name, change)

    with monkeypatch.context() as patch:
        # A disk is full when content reaches it; a kill counts between two changes of names.
        for name in ("fsync",) if isinstance(fault, OSError) else ("link", "unlink", "replace"):
            spoil(name)
        try:
            work()
        except (Killed, OSError, RosterUnwritten):
            return True
    return False


def list_names(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir() if each.is_file() and not each.name.endswith(".lock"))


def walk_cuts(folder: Path) -> Iterator[tuple[int, Path]]:
    """Yield the write to cut at, with a folder of its own: first one that never comes, then each in turn."""
    for at in (MOST, *range(1, MOST)):
        base = folder / str(at)
        base.mkdir()
        yield at, base


FAULTS = [Killed(), OSError(errno.ENOSPC, "No space left on device")]


@pytest.mark.parametrize("fault", FAULTS, ids=["kill", "full disk"])
def test_an_authority_that_is_cut_short_anywhere_is_made_by_the_same_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException
) -> None:
    former = "urn:participant:broker"
    ended: list[list[str]] = []
    for at, base in walk_cuts(tmp_path):
        authority = Authority(folder=base / "authority", members=base / "members.json")
        roster.create(authority.members, former)
        entry = card(generate(), id=former, name="Broker", address=None)
        roster.add(authority.members, make_member(entry, roles=("broker",)))

        def make(authority: Authority = authority) -> None:
            establish(authority, former, own=OWN, did=DID, url="https://broker.example", path="/dsp", now=NOW)
            issuing.publish(authority, now=NOW)
            keeping.end(authority)

        was_cut = cut_short(monkeypatch, at, fault, make)
        if was_cut:
            make()
        elif ended:
            break
        (member,) = roster.show(authority.members).members
        assert (member.id, member.former, member.by_document) == (OWN, (former,), True)
        assert roster.verify(authority.signed, keeping.load_roots(authority), now=NOW).document.issuer == DID
        kids = [key.kid for key in keeping.load_roots(authority)]
        assert kids == [load_key(authority.folder / name).kid for name in (ROOT, SPARE)]
        ended.append(list_names(authority.folder))
        assert ended[-1] == ended[0], f"cut short at {at}"
        with pytest.raises(RosterFault, match="already"):
            keeping.create(authority, DID, "https://broker.example", now=NOW)
    assert len(ended) > FEWEST


@pytest.mark.parametrize("fault", FAULTS, ids=["kill", "full disk"])
@pytest.mark.parametrize("by_hand", [False, True], ids=["spare", "by hand"])
def test_a_renewal_that_is_cut_short_anywhere_goes_on_by_the_same_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, by_hand: bool
) -> None:
    ended: list[list[str]] = []
    for at, base in walk_cuts(tmp_path):
        authority = found(base)
        before = keeping.load_roots(authority)
        spare = load_key(authority.folder / SPARE)
        for name in (ROOT, SPARE):
            (authority.folder / name).unlink()
        given: SigningKey | None = None if by_hand else spare

        def renew(authority: Authority = authority, given: SigningKey | None = given) -> None:
            renew_roots(authority, given, now=NOW)
            issuing.publish(authority, now=NOW)
            keeping.end(authority)

        if cut_short(monkeypatch, at, fault, renew):
            if at % 2:
                # The schedule of the broker signs meanwhile, and members of before believe the list.
                roster.verify(_publish(authority), (*before, *keeping.load_roots(authority)), now=NOW)
            renew()
        elif ended:
            break
        record, roots = keeping.show(authority), keeping.load_roots(authority)
        assert [key.kid for key in roots] == [load_key(authority.folder / name).kid for name in (ROOT, SPARE)]
        assert len(record.former_roots) == 2
        assert len(record.successions) == (0 if by_hand else 1)
        roster.verify(authority.signed, roots, now=NOW)
        ended.append(list_names(authority.folder))
        assert ended[-1] == ended[0], f"cut short at {at}"
    assert len(ended) > FEWEST


@pytest.mark.parametrize("fault", FAULTS, ids=["kill", "full disk"])
@pytest.mark.parametrize("stolen", [False, True], ids=["due", "stolen"])
@pytest.mark.parametrize("recovers", [False, True], ids=["rotate", "recover"])
def test_a_new_issuer_key_that_is_cut_short_anywhere_is_made_by_the_same_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: BaseException, recovers: bool, stolen: bool
) -> None:
    ended: list[list[str]] = []
    for at, base in walk_cuts(tmp_path):
        authority = found(base)
        issuing.publish(authority, now=NOW)
        key = load_key(authority.folder / (SPARE if recovers else ROOT))
        first, before = keeping.load_issuer(authority).kid, keeping.load_roots(authority)

        def change(authority: Authority = authority, key: SigningKey = key) -> None:
            keeping.check_root(authority, key, recovers=recovers)
            if recovers:
                keeping.begin_recovery(authority, key)
            keeping.rotate(authority, [key], now=NOW, stolen=stolen)
            issuing.publish(authority, now=NOW)
            keeping.end_recovery(authority)

        if cut_short(monkeypatch, at, fault, change):
            if at % 2:
                # The schedule of the broker signs meanwhile.
                roster.verify(_publish(authority), before, now=NOW)
            change()
        elif ended:
            break
        assert keeping.load_issuer(authority).kid != first
        assert keeping.has_certified(key.verification, keeping.show(authority))
        assert roster.verify(authority.signed, (key.verification,), now=NOW).document.issuer == DID
        ended.append(list_names(authority.folder))
        assert ended[-1] == ended[0], f"cut short at {at}"
        if recovers:
            with pytest.raises(RosterFault, match="root in use"):
                change()
    assert len(ended) > FEWEST


def test_a_recovery_that_was_cut_short_goes_on_with_its_own_root_alone(tmp_path: Path) -> None:
    authority = found(tmp_path)
    root, spare = (load_key(authority.folder / name) for name in (ROOT, SPARE))
    keeping.begin_recovery(authority, spare)
    with pytest.raises(RosterFault, match="root in use"):
        keeping.check_root(authority, root, recovers=True)
    keeping.rotate(authority, [spare], now=NOW)
    keeping.check_root(authority, spare, recovers=True)
    for recovers in (False, True):
        with pytest.raises(RosterFault, match="was replaced"):
            keeping.check_root(authority, root, recovers=recovers)


def _publish(authority: Authority) -> Path:
    issuing.publish(authority, now=NOW)
    return authority.signed


def test_a_renewal_that_was_cut_short_takes_no_other_way_on_and_no_old_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = found(tmp_path)
    spare, files = load_key(authority.folder / SPARE), {}
    for name in (ROOT, SPARE):
        files[name] = (authority.folder / name).read_bytes()
        (authority.folder / name).unlink()
    keeping.begin(authority, spare.kid)
    for name, content in files.items():
        (authority.folder / name).write_bytes(content)
        (authority.folder / name).chmod(0o600)
    with pytest.raises(RosterFault, match="move the old roots away"):
        renew_roots(authority, spare, now=NOW)
    assert {name: (authority.folder / name).read_bytes() for name in files} == files
    for name in files:
        (authority.folder / name).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(keeping, "rotate", _die)
        with pytest.raises(Killed):
            renew_roots(authority, spare, now=NOW)
    for other in (None, generate()):
        with pytest.raises(RosterFault, match="was cut short"):
            renew_roots(authority, other, now=NOW)
    renew_roots(authority, spare, now=NOW)


def _die(*_: object, **__: object) -> None:
    raise Killed


def test_a_root_without_a_note_is_never_overwritten(tmp_path: Path) -> None:
    authority = Authority(folder=tmp_path / "authority", members=tmp_path / "members.json")
    roster.create(authority.members, OWN)
    authority.folder.mkdir()
    (authority.folder / ROOT).write_text("x")
    with pytest.raises(RosterFault, match="already exists and was not changed: put"):
        keeping.create(authority, DID, "https://broker.example", now=NOW)
    assert list_names(authority.folder) == [ROOT]
