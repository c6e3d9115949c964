"""The folder of an authority: made once, changed under a lock, its issuer key certified anew."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from connector.authority import issuing, keeping, roster
from connector.authority.card import load_key, make_member, new_key
from connector.authority.inviting import invite
from connector.authority.keeping import ISSUER, PROFILE, RECORD, ROOT, SPARE, AuthorityRecord
from connector.authority.roster import RosterFault, RosterUnwritten
from connector.dataplane.files.space import measure_disk
from connector.identity.keys import generate, public_jwk
from connector.identity.listing.certificates import read_certificate
from tests.authority.folders import DID, NOW, NOW_MS, Applicant, found
from tests.support.disk import small_disk


def test_an_authority_is_made_with_two_roots_and_a_certified_key(tmp_path: Path) -> None:
    authority = found(tmp_path)
    record = keeping.show(authority)
    pinned = keeping.load_roots(authority)
    assert [key.kid for key in pinned] == [load_key(authority.folder / name).kid for name in (ROOT, SPARE)]
    (certificate,) = [read_certificate(text.encode(), pinned) for text in record.certificates]
    assert certificate.key == public_jwk(keeping.load_issuer(authority))
    assert (certificate.authority, certificate.number) == (DID, 1)
    assert certificate.expires - certificate.issued == timedelta(days=90)
    assert roster.show(authority.members).issuer == DID
    assert (authority.folder / RECORD).stat().st_mode & 0o077 == 0


def test_an_authority_is_never_made_over_another_one(tmp_path: Path) -> None:
    authority = found(tmp_path)
    before = {path.name: path.read_bytes() for path in authority.folder.iterdir()}
    with pytest.raises(RosterFault, match="already"):
        keeping.create(authority, DID, "https://broker.example", now=NOW)
    assert {path.name: path.read_bytes() for path in authority.folder.iterdir()} == before


def test_an_issuer_key_that_is_missing_or_open_to_others_is_a_problem(tmp_path: Path) -> None:
    authority = found(tmp_path)
    assert keeping.find_issuer_problem(authority) is None
    (authority.folder / ISSUER).chmod(0o644)
    assert "Other users can read" in (keeping.find_issuer_problem(authority) or "")
    (authority.folder / ISSUER).unlink()
    assert "is missing: put that file back from the backup" in (keeping.find_issuer_problem(authority) or "")


def test_the_roots_can_have_a_password(tmp_path: Path) -> None:
    authority = keeping.Authority(folder=tmp_path / "authority", members=tmp_path / "members.json")
    roster.create(authority.members, "urn:participant:broker")
    keeping.create(authority, DID, "https://broker.example", now=NOW, password=b"correct horse")
    with pytest.raises(RosterFault, match="has a password"):
        keeping.load_root(authority.folder / ROOT)
    with pytest.raises(RosterFault, match="another pass phrase"):
        keeping.load_root(authority.folder / ROOT, b"wrong")
    root = keeping.load_root(authority.folder / ROOT, b"correct horse")
    assert keeping.rotate(authority, [root], now=NOW).number == 2


def test_the_key_that_signed_the_list_before_certifies_the_issuer_key_too(tmp_path: Path) -> None:
    operator = generate()
    authority = found(tmp_path, operator)
    texts = keeping.show(authority).certificates
    assert len(texts) == 2
    assert read_certificate(texts[1].encode(), [operator.verification]).number == 1
    assert keeping.read_profile(authority).moving_over


@pytest.mark.parametrize("did", ["urn:participant:broker", "did:web:127.0.0.1", "did:key:z6Mk"])
def test_an_authority_needs_an_identifier_that_names_a_place(tmp_path: Path, did: str) -> None:
    authority = keeping.Authority(folder=tmp_path / "authority", members=tmp_path / "members.json")
    with pytest.raises(RosterFault):
        keeping.create(authority, did, "https://broker.example", now=NOW)
    assert not authority.folder.exists()


def test_a_rotated_key_stays_in_the_document_until_its_last_credential_ends_and_a_stolen_one_does_not(
    tmp_path: Path,
) -> None:
    authority = found(tmp_path)
    root, first = load_key(authority.folder / ROOT), keeping.load_issuer(authority).kid

    def place(record: AuthorityRecord) -> AuthorityRecord:
        return issuing.place_credential(record, "did:web:firm.example", ["MembershipCredential"], NOW_MS)

    ends = keeping.change(authority, place).issued[0].until

    def names(now: int) -> list[str]:
        document = issuing.write_own_document(keeping.show(authority), authority, now)
        return [method["id"].partition("#")[2] for method in document["verificationMethod"]]

    keeping.rotate(authority, [root], now=NOW)
    second = keeping.load_issuer(authority).kid
    assert names(NOW_MS) == [second, first]
    assert names(ends) == [second]
    keeping.rotate(authority, [root], now=NOW, stolen=True)
    assert names(NOW_MS) == [keeping.load_issuer(authority).kid]


def test_only_a_root_certifies_an_issuer_key(tmp_path: Path) -> None:
    authority = found(tmp_path)
    before = (authority.folder / ISSUER).read_bytes()
    for keys in ([], [generate()], [keeping.load_issuer(authority)]):
        with pytest.raises(RosterFault, match="not a root"):
            keeping.rotate(authority, keys, now=NOW)
    assert (authority.folder / ISSUER).read_bytes() == before
    assert keeping.show(authority).number == 1


@pytest.mark.parametrize("content", [b"", b"{}", b'{"did": 7}', b"\xff" * 10])
def test_a_damaged_record_is_left_alone(tmp_path: Path, content: bytes) -> None:
    authority = found(tmp_path)
    (authority.folder / RECORD).write_bytes(content)
    with pytest.raises(RosterFault):
        keeping.change(authority, lambda record: msgspec.structs.replace(record, number=9))
    assert (authority.folder / RECORD).read_bytes() == content


@pytest.mark.parametrize("text", ["[", "issuers = 3", "[show]\ncatalog = ['X']", "\0"])
def test_a_profile_that_no_member_could_use_is_not_published(tmp_path: Path, text: str) -> None:
    authority = found(tmp_path)
    (authority.folder / PROFILE).write_text(text)
    with pytest.raises(RosterFault, match=r"trust\.toml"):
        issuing.publish(authority, now=NOW)
    assert not authority.signed.exists()


class _Crash(BaseException):
    """The process ends here."""


def _cut_short(monkeypatch: pytest.MonkeyPatch, at: int, work: Callable[[], object]) -> bool:
    """Run `work`, but end it before its file is renamed for the `at`-th time; return whether it was cut short."""
    left, rename = [at], Path.replace

    def replace(source: Path, target: Path) -> Path:
        left[0] -= 1
        if left[0] == 0:
            raise _Crash
        return rename(source, target)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", replace)
        try:
            work()
        except _Crash:
            return True
    return False


@pytest.mark.parametrize("at", range(1, 8))
def test_a_rotation_that_is_cut_short_anywhere_leaves_an_authority_that_members_believe(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    authority = found(tmp_path)
    root, first = load_key(authority.folder / ROOT), public_jwk(keeping.load_issuer(authority))

    def place(record: AuthorityRecord) -> AuthorityRecord:
        return issuing.place_credential(record, "did:web:firm.example", ["MembershipCredential"], NOW_MS)

    keeping.change(authority, place)
    issuing.publish(authority, now=NOW)

    def rotate() -> None:
        keeping.rotate(authority, [root], now=NOW)
        issuing.publish(authority, now=NOW)

    cut = _cut_short(monkeypatch, at, rotate)
    assert cut == (at < 5)
    for again in (lambda: None, lambda: keeping.rotate(authority, [root], now=NOW)):
        again()
        issuing.publish(authority, now=NOW)
        roster.verify(authority.signed, keeping.load_roots(authority), now=NOW)
        document = issuing.write_own_document(keeping.show(authority), authority, NOW_MS)
        # The credentials of before the crash are still those of a key in the document.
        assert first["x"] in [method["publicKeyJwk"]["x"] for method in document["verificationMethod"]]


def test_a_key_that_no_root_has_certified_signs_nothing(tmp_path: Path) -> None:
    authority = found(tmp_path)
    issuing.publish(authority, now=NOW)
    before = authority.signed.read_bytes()
    (authority.folder / ISSUER).unlink()
    new_key(authority.folder / ISSUER)
    for work in (
        lambda: issuing.publish(authority, now=NOW),
        lambda: issuing.make_status_list(authority, NOW_MS),
        lambda: issuing.write_own_document(keeping.show(authority), authority, NOW_MS),
    ):
        with pytest.raises(RosterFault, match="not the one that the root has certified"):
            work()
    assert authority.signed.read_bytes() == before


def read_all(folder: Path) -> dict[Path, bytes]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path: path.read_bytes() for path in files}


def test_a_full_disk_refuses_each_change_in_one_sentence_and_changes_nothing(tmp_path: Path) -> None:
    firm = Applicant()
    with small_disk(tmp_path / "small") as disk:
        authority = found(disk)
        issuing.publish(authority, now=NOW)
        changes: Sequence[Callable[[], object]] = (
            lambda: keeping.change(authority, lambda record: record),
            lambda: invite(authority, "Firma", now=NOW),
            lambda: roster.add(authority.members, make_member(firm.card())),
            lambda: issuing.publish(authority, now=NOW),
            lambda: keeping.begin(authority),
            lambda: keeping.begin_recovery(authority, generate()),
        )
        files = read_all(disk)
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(measure_disk(disk)[0]))
        for change in changes:
            with pytest.raises(RosterUnwritten, match=r"No space left.*: make room or repair its disk"):
                change()
        ballast.unlink()
        assert read_all(disk) == files
        for change in changes:
            change()
