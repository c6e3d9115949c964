"""Endpoints for the webhook of a saved search at the broker: set, resumed and removed by the owner."""

import secrets
from typing import Any

import msgspec

from connector.api.board.frame import AtBoard, limit_change
from connector.api.board.saved import find_own_search, view_saved
from connector.api.broker import KnownCaller
from connector.api.frame.chapter import ChapterRouter
from connector.api.frame.errors import ApiError
from connector.api.frame.models import answer_model
from connector.broker.board.posting import choose_client
from connector.broker.board.webhooks import WEBHOOKS, WEBHOOKS_OF_ONE, resume, view_webhook
from connector.net.errors import Blocked
from connector.ports.webhooks import Webhook
from connector.protocol.webhooks import SECRET_BYTES, write_secret
from connector.views.common import ErrorView
from connector.views.saved import SavedSearchView, WebhookOrder

_FAILURES: dict[int | str, dict[str, Any]] = {
    code: {"model": answer_model(ErrorView)} for code in (401, 404, 409, 422, 429, 503)
}

router = ChapterRouter(prefix="/v1", tags=["saved searches"], responses=_FAILURES)


@router.put("/searches/{search_id}/webhook")
async def set_webhook(desk: AtBoard, caller: KnownCaller, search_id: str, order: WebhookOrder) -> SavedSearchView:
    """Post what is new from now on to an address; the answer has the secret that signs the messages, once."""
    saved = await find_own_search(desk, search_id, caller)
    try:
        choose_client(desk.poster.office, caller.participant, order.url)
    except Blocked as fault:
        raise ApiError(422, "address", fault.reason) from None
    webhook = Webhook(
        id=desk.new_id(),
        search=saved.id,
        owner=caller.participant,
        url=order.url,
        secret=write_secret(secrets.token_bytes(SECRET_BYTES)),
        created_at=desk.now(),
        after=desk.index.progress().shown,
    )
    await limit_change(desk.webhooks.put_webhook(webhook, most_of_one=WEBHOOKS_OF_ONE, most=WEBHOOKS))
    await desk.poster.end(saved.id)
    desk.poster.begin(saved.id)
    return msgspec.structs.replace(await view_saved(desk, saved), webhook=view_webhook(webhook, secret=True))


@router.post("/searches/{search_id}/webhook/resume")
async def resume_webhook(desk: AtBoard, caller: KnownCaller, search_id: str) -> SavedSearchView:
    """Try a webhook again at once that fails or was switched off; it goes on where it was."""
    saved = await find_own_search(desk, search_id, caller)
    await desk.poster.end(saved.id)
    webhook = await desk.webhooks.webhook(saved.id)
    if webhook is None:
        raise ApiError(404, "no-webhook", "The saved search has no webhook: set its address first.")
    await desk.webhooks.note_webhook(resume(webhook))
    desk.poster.begin(saved.id)
    return await view_saved(desk, saved)


@router.delete("/searches/{search_id}/webhook")
async def remove_webhook(desk: AtBoard, caller: KnownCaller, search_id: str) -> SavedSearchView:
    """Remove the webhook of a saved search, if there is one."""
    saved = await find_own_search(desk, search_id, caller)
    await desk.poster.end(saved.id)
    await desk.webhooks.drop_webhook(saved.id)
    return await view_saved(desk, saved)
