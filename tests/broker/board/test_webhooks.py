"""The messages of webhooks: signed as Standard Webhooks are, and tried again for days at most."""

import base64
import hmac
import json

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from connector.broker.board.webhooks import (
    FIRST_WAIT_MS,
    LONGEST_WAIT_MS,
    STOPPED_AFTER_MS,
    make_message,
    note_failure,
    note_told,
    resume,
    view_webhook,
)
from connector.ports.board import SavedSearch
from connector.ports.webhooks import Webhook
from connector.protocol.webhooks import write_secret
from connector.views.conversion import moment
from connector.views.saved import WebhookState
from tests.contract.test_record import CITY, NOW

KEY = b"k" * 32
SAVED = SavedSearch(id="s", owner=CITY, name="Wald", parameters=b"{}", feed="f", created_at=NOW, changed_at=NOW)


def webhook(**stated: object) -> Webhook:
    """Return a webhook with an event on its way."""
    made = Webhook(
        id="w",
        search="s",
        owner=CITY,
        url="https://hooks.example/wald",
        secret=write_secret(KEY),
        created_at=NOW,
        after=3,
        event="e",
        until=7,
    )
    return replace(made, **stated)


def test_the_signature_covers_identifier_time_and_body() -> None:
    message = make_message(webhook(), SAVED, [{"id": "a"}], NOW)
    headers = message.headers
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + message.body
    expected = base64.b64encode(hmac.digest(KEY, signed, "sha256")).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["webhook-timestamp"] == str(NOW // 1000)
    assert json.loads(message.body)["data"] == {
        "search": {"id": "s", "name": "Wald"},
        "items": [{"id": "a"}],
        "next": 7,
    }


def test_what_was_taken_ends_the_failures() -> None:
    told = note_told(note_failure(webhook(), "x", NOW), NOW + 1)
    assert told == webhook(after=7, event="", told_at=NOW + 1)


@given(st.lists(st.floats(-1, 1), min_size=1, max_size=300))
def test_pauses_grow_to_a_longest_one_and_the_last_failure_comes_after_days(jitters: list[float]) -> None:
    one, now = webhook(), NOW
    for jitter in jitters:
        if one.stopped_at is not None:
            break
        one = note_failure(one, "x", now, jitter=jitter)
        assert 0.8 * FIRST_WAIT_MS - 1 <= one.next_at - now <= 1.2 * LONGEST_WAIT_MS
        assert (one.stopped_at is not None) == (now - NOW >= STOPPED_AFTER_MS)
        now = one.next_at
    assert (one.after, one.event, one.failing_since) == (3, "e", NOW)


def test_an_address_that_is_gone_is_switched_off_at_once_and_can_be_resumed() -> None:
    gone = note_failure(webhook(), "status 410", NOW, gone=True)
    assert view_webhook(gone).state is WebhookState.STOPPED
    assert (view_webhook(gone).problem, view_webhook(gone).next_at) == ("status 410", None)
    again = resume(gone)
    assert (again.after, again.event, again.next_at) == (3, "e", 0)
    assert view_webhook(again).state is WebhookState.ACTIVE


def test_the_secret_is_in_no_view_unless_it_is_asked_for() -> None:
    failing = note_failure(webhook(), "x", NOW)
    assert (view_webhook(failing).state, view_webhook(failing).secret) == (WebhookState.FAILING, None)
    assert view_webhook(failing).next_at == moment(failing.next_at)
    assert view_webhook(failing, secret=True).secret == write_secret(KEY)
