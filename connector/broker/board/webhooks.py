"""Webhooks of saved searches: their messages, and what follows a failure. Pure."""

from collections.abc import Collection

from msgspec.structs import replace

from connector.ports.board import SavedSearch
from connector.ports.pauses import double_pause
from connector.ports.webhooks import Webhook
from connector.protocol.webhooks import SignedMessage, sign_message
from connector.views.conversion import moment, to_view
from connector.views.saved import WebhookState, WebhookView

WEBHOOKS, WEBHOOKS_OF_ONE = 1000, 10
"""The most webhooks, in all and of one participant."""

HITS = 20
"""The most hits of one message."""

STOPPED_AFTER_MS = 3 * 86_400_000
"""The time of failures after which a webhook is switched off."""

FIRST_WAIT_MS, LONGEST_WAIT_MS = 10_000, 6 * 3_600_000
GONE = 410
"""The status with which an address says that it wants no more messages (RFC 9110, section 15.5.11)."""

_TYPE = "search.new"


def make_message(webhook: Webhook, saved: SavedSearch, items: Collection[object], now: int) -> SignedMessage:
    """Return the message about the `items`, signed at `now` (ms): the event on its way of a webhook."""
    data = {"search": {"id": saved.id, "name": saved.name}, "items": items, "next": webhook.until}
    return sign_message(webhook.secret, webhook.event, _TYPE, data, moment(now))


def note_told(webhook: Webhook, now: int) -> Webhook:
    """Return a webhook after its message was taken at `now` (ms)."""
    return replace(
        webhook, after=webhook.until, event="", told_at=now, failures=0, failing_since=None, next_at=0, problem=""
    )


def note_failure(webhook: Webhook, problem: str, now: int, *, gone: bool = False, jitter: float = 0.0) -> Webhook:
    """Return a webhook after an attempt failed at `now` (ms): tried again later, or switched off.

    The pause doubles from 10 s to 6 hours, and varies by a fifth with `jitter` from -1 to 1. An address that is `gone`
    is switched off at once, another one after three days of failures.
    """
    since = now if webhook.failing_since is None else webhook.failing_since
    pause = double_pause(FIRST_WAIT_MS, webhook.failures + 1, LONGEST_WAIT_MS)
    return replace(
        webhook,
        failures=webhook.failures + 1,
        failing_since=since,
        next_at=now + int(pause * (1 + jitter / 5)),
        problem=problem,
        stopped_at=now if gone or now - since >= STOPPED_AFTER_MS else None,
    )


def resume(webhook: Webhook) -> Webhook:
    """Return a webhook that is tried again at once; it goes on where it was."""
    return replace(webhook, failures=0, failing_since=None, next_at=0, stopped_at=None)


def view_webhook(webhook: Webhook, *, secret: bool = False) -> WebhookView:
    """Return the view of a webhook; the secret is shown once."""
    state = WebhookState.STOPPED if webhook.stopped_at is not None else WebhookState.ACTIVE
    if state is WebhookState.ACTIVE and webhook.failures:
        state = WebhookState.FAILING
    following = moment(webhook.next_at) if state is WebhookState.FAILING else None
    return to_view(WebhookView, webhook, state=state, next_at=following, secret=webhook.secret if secret else None)
