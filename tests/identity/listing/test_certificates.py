"""Who may sign a list: a pinned root, or a key that it has certified; and which of two has replaced the other."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.identity.jws import Rejected, sign
from connector.identity.keys import SigningKey, generate
from connector.identity.listing.certificates import (
    KeyCertificate,
    certify,
    compare_signers,
    make_certificate,
    open_list,
    read_certificate,
)
from connector.identity.listing.sources import RosterRejected
from connector.identity.listing.successions import CERTIFICATE_KIND
from connector.identity.roster import AcceptedRoster, read_roster
from tests.identity.lists import NOW, NOW_MS, document, signed, twice

ROOT, SPARE, ISSUER, OTHER = generate(), generate(), generate(), generate()
ROOTS = (ROOT.verification, SPARE.verification)
AUTHORITY = document().issuer


def certificate(
    number: int = 1, key: SigningKey = ISSUER, authority: str = AUTHORITY, days: int = 90
) -> KeyCertificate:
    return make_certificate(key, authority=authority, number=number, issued=NOW, expires=NOW + timedelta(days=days))


def certified(*certificates: str, version: int = 1, key: SigningKey = ISSUER) -> bytes:
    return b"\n".join((*(each.encode() for each in certificates), signed(document(version), key)))


def read(content: bytes, seen: AcceptedRoster | None = None, now_ms: int = NOW_MS) -> AcceptedRoster:
    return read_roster(content, operator=ROOTS, now_ms=now_ms, seen=seen).seen


def test_a_root_signs_a_list_itself_or_certifies_the_key_that_does() -> None:
    assert read(signed(document(), ROOT)).number == 0
    found = read(certified(certify(ROOT, certificate(7))))
    assert (found.root, found.number) == (ROOT.kid, 7)


@pytest.mark.parametrize(
    "content",
    [
        certified(certify(OTHER, certificate())),
        certified(certify(ROOT, certificate(key=OTHER))),
        certified(certify(ROOT, certificate()), key=OTHER),
        certified(certify(ROOT, certificate(authority="did:web:other.example"))),
        certified(*[certify(ROOT, certificate())] * 5),
        certified(sign(ROOT, b"{}", kind=CERTIFICATE_KIND)),
        certified(sign(ROOT, b"{}", kind="roster+jws")),
        certified(sign(ROOT, twice(msgspec.json.encode(certificate()), "number"), kind=CERTIFICATE_KIND)),
        signed(document(), ISSUER),
        b"\n" * 3,
    ],
)
def test_what_no_root_stands_behind_is_refused(content: bytes) -> None:
    with pytest.raises(RosterRejected):
        read(content)


def test_a_list_ends_with_the_certificate_of_its_signer() -> None:
    content = certified(certify(ROOT, certificate(days=0)))
    with pytest.raises(RosterRejected, match="expired"):
        read(content)
    assert read_roster(content, operator=ROOTS, now_ms=NOW_MS, seen=None, take_expired=True).is_expired(NOW_MS)


def test_a_higher_certificate_replaces_a_lower_one_whatever_the_versions_are() -> None:
    thief = read(certified(certify(ROOT, certificate(1)), version=2**53 - 1))
    new = read(certified(certify(ROOT, certificate(2, OTHER)), version=1, key=OTHER), thief)
    with pytest.raises(RosterRejected, match="replaced"):
        read(certified(certify(ROOT, certificate(1)), version=2**53 - 1), new)
    with pytest.raises(RosterRejected, match="replaced"):
        read(signed(document(2**53 - 1), ROOT), new)


def test_the_spare_outranks_the_first_root_for_good() -> None:
    recovered = read(
        certified(certify(SPARE, certificate(1)), version=1), read(certified(certify(ROOT, certificate(9))))
    )
    with pytest.raises(RosterRejected, match="replaced"):
        read(certified(certify(ROOT, certificate(2**53 - 1)), version=9), recovered)
    both = certified(certify(ROOT, certificate(2)), certify(SPARE, certificate(2)), version=2)
    assert read(both, recovered).root == SPARE.kid


def test_each_member_takes_the_certificate_of_the_root_that_it_pins() -> None:
    content = certified(certify(ROOT, certificate()), certify(OTHER, certificate()))
    for pinned in (ROOT, OTHER):
        assert open_list(content, kind="roster+jws", roots=[pinned.verification], limit=10**6).root == pinned.kid


def test_after_another_root_is_pinned_by_hand_only_the_version_counts() -> None:
    before = replace_root(read(certified(certify(ROOT, certificate(5)), version=4)))
    assert read(certified(certify(ROOT, certificate(1)), version=4), before).version == 4
    with pytest.raises(RosterRejected, match="older"):
        read(certified(certify(ROOT, certificate(1)), version=3), before)


def replace_root(seen: AcceptedRoster) -> AcceptedRoster:
    return AcceptedRoster(version=seen.version, digest=seen.digest, root="gone", number=seen.number)


SIGNERS = st.tuples(st.sampled_from(["a", "b"]), st.integers(0, 3))


@given(SIGNERS, SIGNERS, SIGNERS)
def test_signers_are_in_one_order(one: tuple[str, int], two: tuple[str, int], three: tuple[str, int]) -> None:
    roots = ["a", "b"]
    assert compare_signers(one, two, roots) == -compare_signers(two, one, roots)
    if compare_signers(one, two, roots) >= 0 <= compare_signers(two, three, roots):
        assert compare_signers(one, three, roots) >= 0


@given(st.binary(max_size=300) | st.lists(st.sampled_from([b"a.b.c", b"\n", b".", b"eyJ"])).map(b"".join))
def test_any_bytes_are_refused_as_such(content: bytes) -> None:
    with pytest.raises(Rejected):
        open_list(content, kind="roster+jws", roots=ROOTS, limit=1000)


def test_a_certificate_says_what_was_certified() -> None:
    made = certificate(3)
    assert read_certificate(certify(ROOT, made).encode(), ROOTS) == made
    assert made.issued == datetime(2026, 3, 1, 12, tzinfo=UTC)
