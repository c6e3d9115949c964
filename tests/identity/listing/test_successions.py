"""A new pair of roots: only the last root names it, members keep it, and the old roots never come back."""

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connector.identity.jws import Rejected, sign
from connector.identity.keys import SigningKey, VerificationKey, generate, public_jwk
from connector.identity.listing.certificates import certify, make_certificate
from connector.identity.listing.sources import RosterRejected
from connector.identity.listing.successions import (
    MAX_ROOTS,
    MAX_SUCCESSIONS,
    SUCCESSION_KIND,
    RootSuccession,
    append_roots,
    is_succession,
    show_successors,
    write_succession,
)
from connector.identity.roster import AcceptedRoster, read_roster
from tests.identity.lists import NOW, NOW_MS, document, signed, twice

ROOT, SPARE, ISSUER = generate(), generate(), generate()
NEXT, NEXT_SPARE, THIEF, OTHER = generate(), generate(), generate(), generate()
PINNED = (ROOT.verification, SPARE.verification)
AUTHORITY = document().issuer


def names(by: SigningKey, *roots: SigningKey, authority: str = AUTHORITY) -> str:
    """Return the word of a root about those that come next."""
    return write_succession(by, said(*roots, authority=authority))


def said(*roots: SigningKey, authority: str = AUTHORITY) -> RootSuccession:
    return RootSuccession(authority=authority, roots=tuple(map(public_jwk, roots)), issued=NOW)


def listed(root: SigningKey, *lines: str, version: int = 1, number: int = 1) -> bytes:
    """Return a list of the issuer key, which `root` has certified."""
    made = make_certificate(ISSUER, authority=AUTHORITY, number=number, issued=NOW, expires=NOW + timedelta(days=90))
    head = [line.encode() for line in (*lines, certify(root, made))]
    return b"\n".join((*head, signed(document(version), ISSUER)))


def read(
    content: bytes, seen: AcceptedRoster | None = None, pinned: tuple[VerificationKey, ...] = PINNED
) -> AcceptedRoster:
    return read_roster(content, operator=pinned, now_ms=NOW_MS, seen=seen).seen


SUCCESSION = names(SPARE, NEXT, NEXT_SPARE)


def test_members_follow_the_spare_to_the_new_pair_and_refuse_the_old_roots_for_good() -> None:
    before = read(listed(ROOT))
    after = read(listed(NEXT, SUCCESSION, version=2), before)
    assert after.root == NEXT.kid
    assert [jwk["kid"] for jwk in after.successors] == [NEXT.kid, NEXT_SPARE.kid]
    for old in (listed(ROOT, version=9), listed(SPARE, version=9), listed(SPARE, SUCCESSION, version=9, number=99)):
        with pytest.raises(RosterRejected, match="replaced"):
            read(old, after)
    # The word is not needed any more, and neither is it by who pins the new pair.
    assert read(listed(NEXT, version=3), after).successors == after.successors
    assert read(listed(NEXT, SUCCESSION), pinned=(NEXT.verification, NEXT_SPARE.verification)).root == NEXT.kid


def test_the_thief_of_the_first_root_names_nobody() -> None:
    with pytest.raises(RosterRejected, match="only the spare root may"):
        read(listed(THIEF, names(ROOT, THIEF, OTHER)))


def test_the_spare_names_others_once() -> None:
    after = read(listed(NEXT, SUCCESSION))
    with pytest.raises(RosterRejected, match="only the spare root may"):
        read(listed(THIEF, names(SPARE, THIEF, OTHER), version=2), after)


def test_the_new_spare_names_the_pair_after_the_next() -> None:
    third = names(NEXT_SPARE, THIEF, OTHER)
    both = listed(THIEF, SUCCESSION, third, version=2)
    assert read(both).root == read(both, read(listed(NEXT, SUCCESSION))).root == THIEF.kid


def test_roots_that_a_person_pins_anew_follow_nobody_of_before() -> None:
    after = read(listed(NEXT, SUCCESSION))
    found = read(listed(OTHER, version=2), after, pinned=(OTHER.verification,))
    assert (found.root, found.successors) == (OTHER.kid, ())


@pytest.mark.parametrize(
    "line",
    [
        names(SPARE, SPARE),
        names(SPARE, NEXT, NEXT),
        names(SPARE, NEXT, authority="did:web:other.example"),
        sign(SPARE, b"{}", kind=SUCCESSION_KIND),
        sign(SPARE, b"[" * 2000, kind=SUCCESSION_KIND),
        sign(SPARE, twice(msgspec.json.encode(said(NEXT, NEXT_SPARE)), "authority"), kind=SUCCESSION_KIND),
        SUCCESSION[:-8] + "AAAAAAAA",
        "a.b.c",
        "",
    ],
)
def test_a_word_that_is_wrong_refuses_the_list(line: str) -> None:
    with pytest.raises(RosterRejected):
        read(listed(NEXT, line))


def test_what_is_read_is_bounded() -> None:
    chain, last = [], SPARE
    for _ in range(MAX_SUCCESSIONS + 1):
        root, spare = generate(), generate()
        chain.append(names(last, root, spare).encode())
        last = spare
    with pytest.raises(Rejected, match=f"more than {MAX_SUCCESSIONS} times"):
        append_roots(chain, PINNED)
    many = tuple(generate().verification for _ in range(MAX_ROOTS - 1))
    with pytest.raises(Rejected, match=f"more than {MAX_ROOTS} roots"):
        append_roots([SUCCESSION.encode()], (*many, SPARE.verification))


def test_a_certificate_is_no_word_about_roots() -> None:
    made = make_certificate(ISSUER, authority=AUTHORITY, number=1, issued=NOW, expires=NOW)
    assert not is_succession(certify(ROOT, made).encode())
    assert is_succession(SUCCESSION.encode())
    assert show_successors(append_roots([SUCCESSION.encode()], PINNED).keys, PINNED) == (
        public_jwk(NEXT),
        public_jwk(NEXT_SPARE),
    )


KEYS = [generate() for _ in range(6)]


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=MAX_SUCCESSIONS))
def test_whatever_is_said_pinned_roots_stay_in_front_and_only_the_last_one_is_followed(
    said: list[tuple[int, int]],
) -> None:
    texts = [names(KEYS[by], KEYS[root]).encode() for by, root in said]
    pinned = (KEYS[0].verification, KEYS[1].verification)
    try:
        known = append_roots(texts, pinned).keys
    except Rejected:
        return
    assert known[:2] == pinned
    allowed = {(by.kid, root.kid) for by, root in ((KEYS[one], KEYS[two]) for one, two in said)}
    assert all((known[place].kid, known[place + 1].kid) in allowed for place in range(1, len(known) - 1))


@given(st.binary(max_size=200))
def test_other_texts_are_refused_by_the_documented_error(text: bytes) -> None:
    with pytest.raises(Rejected):
        is_succession(text)
    with pytest.raises(Rejected):
        append_roots([text], PINNED)
