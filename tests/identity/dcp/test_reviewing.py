"""Credentials that were shown are looked at again: what was revoked since, and what nobody can say."""

import asyncio
from collections.abc import Sequence

import pytest

from connector.identity.dcp import reviewing
from connector.identity.dcp.presented import verify_credential
from connector.identity.dcp.reviewing import CredentialReview
from connector.identity.dcp.statuses import FRESH_MS
from connector.net.transport import HttpCall
from connector.ports.identity import Exclusion
from connector.protocol.dcp.claims import PresentedCredential, StatusEntry
from tests.identity.dcp.places import FIRM, LIST_URL, NOW_MS, STRANGER, Places, credential, signed, status_at
from tests.support.transport import InProcessAnswer

GRACE_MS = 3_600_000


class SlowPlaces(Places):
    """Places, one of whose hosts never answers."""

    async def send(self, call: HttpCall) -> InProcessAnswer:
        if "slow.example" in call.endpoint.url:
            await asyncio.Event().wait()
        return await super().send(call)


async def relied() -> tuple[Places, CredentialReview]:
    places = SlowPlaces()
    places.publish_list()
    found = await verify_credential(signed(credential(credentialStatus=status_at(7))), FIRM, places.verifier(), NOW_MS)
    review = CredentialReview(places.statuses, lambda: places.now_ms, GRACE_MS)
    review.note(FIRM, [found])
    return places, review


def another(credentials: Sequence[PresentedCredential]) -> list[PresentedCredential]:
    """Return credentials of the same types that were issued since, at a place of their own."""
    places = (StatusEntry("revocation", 8, LIST_URL),)
    return [each._replace(id=f"{each.id}-new", statuses=places) for each in credentials]


async def test_a_credential_that_was_revoked_excludes_its_holder_until_it_shows_another() -> None:
    places, review = await relied()
    await review.look()
    assert review.exclude(FIRM) is None
    places.publish_list(7)
    places.now_ms += FRESH_MS
    await review.look()
    assert review.exclude(FIRM) is Exclusion.CREDENTIAL_ENDED
    review.note(FIRM, another(review._relied[FIRM]))
    assert review.exclude(FIRM) is None


async def test_a_credential_that_was_revoked_is_not_forgotten_because_less_is_shown_for_another_purpose() -> None:
    places, review = await relied()
    role = review._relied[FIRM]
    membership = [each._replace(id="urn:uuid:2", types=("Other",), statuses=()) for each in role]
    review.note(FIRM, membership)
    places.publish_list(7)
    places.now_ms += FRESH_MS
    await review.look()
    assert review.exclude(FIRM) is Exclusion.CREDENTIAL_ENDED
    review.note(FIRM, membership)
    assert review.exclude(FIRM) is Exclusion.CREDENTIAL_ENDED
    review.note(FIRM, another(role))
    assert review.exclude(FIRM) is None


async def test_a_list_that_cannot_be_read_hides_no_revocation_in_another_of_its_issuer() -> None:
    places, review = await relied()
    away = (StatusEntry("revocation", 1, "https://stadt.example/status/away"),)
    lost = [each._replace(id="urn:uuid:2", types=("Other",), statuses=away) for each in review._relied[FIRM]]
    review.note(FIRM, [*lost, *review._relied[FIRM]])
    places.publish_list(7)
    places.now_ms += FRESH_MS
    await review.look()
    assert review.exclude(FIRM) is Exclusion.CREDENTIAL_ENDED


async def test_a_status_that_cannot_be_read_warns_at_once_and_excludes_after_the_time_of_grace() -> None:
    places, review = await relied()
    places.served.pop(LIST_URL)
    places.now_ms += FRESH_MS
    await review.look()
    assert "1 participants cannot be read" in (review.warning() or "")
    assert review.exclude(FIRM) is None
    places.now_ms += GRACE_MS
    assert review.exclude(FIRM) is Exclusion.STATUS_UNKNOWN
    places.publish_list()
    await review.look()
    assert (review.exclude(FIRM), review.warning()) == (None, None)


async def test_a_list_is_fetched_once_for_all_who_rely_on_it() -> None:
    places, review = await relied()
    for number in range(50):
        review.note(f"did:web:m{number}.example", review._relied[FIRM])
    places.now_ms += FRESH_MS
    places.fetched.clear()
    await review.look()
    assert places.fetched.count(LIST_URL) == 1


async def test_an_issuer_that_never_answers_hides_no_revocation_of_another(monkeypatch: pytest.MonkeyPatch) -> None:
    places, review = await relied()
    slow = [each._replace(issuer=STRANGER) for each in review._relied[FIRM]]
    for number in range(20):
        lists = [
            each._replace(statuses=(StatusEntry("revocation", 1, f"https://slow.example/{number}"),)) for each in slow
        ]
        review.note(f"did:web:m{number}.example", lists)
    # It is the last that is looked at.
    review.note(FIRM, review._relied[FIRM])
    places.publish_list(7)
    places.now_ms += FRESH_MS
    monkeypatch.setattr(reviewing, "LOOK_S", None)
    look = asyncio.create_task(review.look())
    async with asyncio.timeout(10):
        while review.exclude(FIRM) is not Exclusion.CREDENTIAL_ENDED:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0.001)
    assert not look.done()
    look.cancel()
    monkeypatch.setattr(reviewing, "LOOK_S", 0.05)
    await review.look()
    assert "20 participants cannot be read" in (review.warning() or "")


async def test_what_is_shown_during_a_look_is_not_judged_by_what_was_shown_before() -> None:
    places, review = await relied()
    places.publish_list(7)
    places.now_ms += FRESH_MS
    look = asyncio.create_task(review.look())
    await asyncio.sleep(0)
    review.note(FIRM, another(review._relied[FIRM]))
    await look
    assert review.exclude(FIRM) is None


async def test_what_is_relied_on_is_remembered_of_a_bounded_number(monkeypatch: pytest.MonkeyPatch) -> None:
    places, review = await relied()
    monkeypatch.setattr(reviewing, "MAX_RELIED", 3)
    shown = review._relied[FIRM]
    places.publish_list(7)
    places.now_ms += FRESH_MS
    for number in range(8):
        review.note(f"did:web:m{number}.example", shown)
        await review.look()
    assert (len(review._relied), len(review._ended)) == (3, 3)
