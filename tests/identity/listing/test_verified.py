"""What was verified last is kept for the same text and the same keys, and for nothing else."""

import pytest

from connector.identity.jws import Rejected
from connector.identity.keys import generate
from connector.identity.listing.verified import LastVerified, RootKeys


def test_only_the_same_text_with_the_same_keys_is_not_verified_again() -> None:
    one, other = (generate().verification for _ in range(2))
    calls, kept = list[bytes](), LastVerified[int]()

    def verify(signed: bytes, _roots: RootKeys, _pinned: RootKeys) -> int:
        calls.append(signed)
        return len(calls)

    assert [kept.find(b"a", (one,), (one,), verify) for _ in range(3)] == [1, 1, 1]
    assert kept.find(b"a", (other,), (one,), verify) == 2
    assert kept.find(b"a", (one,), (other,), verify) == 3
    assert kept.find(b"b", (one,), (one,), verify) == 4
    assert kept.find(b"a", (one,), (one,), verify) == 5, "it keeps a bounded number"


def test_what_is_refused_is_verified_each_time() -> None:
    key, calls, kept = generate().verification, list[bytes](), LastVerified[int]()

    def refuse(signed: bytes, _roots: RootKeys, _pinned: RootKeys) -> int:
        calls.append(signed)
        raise Rejected("size", "no.")

    for _ in range(2):
        with pytest.raises(Rejected):
            kept.find(b"a", (key,), (key,), refuse)
    assert len(calls) == 2
