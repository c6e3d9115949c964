"""The webhook of a saved search: set with a secret that is shown once, bounded, resumed and removed."""

import pytest

from connector.broker.board.webhooks import WEBHOOKS_OF_ONE, note_failure
from tests.api.board.conftest import BoardWorld
from tests.api.board.test_saved import WORDS

URL = {"url": "https://hooks.example/radverkehr"}


async def test_a_webhook_is_set_with_a_secret_that_is_shown_once(broker: BoardWorld) -> None:
    path = f"searches/{(await broker.said('POST', 'searches', WORDS))['id']}"
    first = (await broker.said("PUT", f"{path}/webhook", URL))["webhook"]
    assert (first["url"], first["state"]) == (URL["url"], "active")
    assert first["secret"].startswith("whsec_")
    assert (await broker.said("GET", path))["webhook"] == first | {"secret": None}
    assert (await broker.said("GET", "searches"))[0]["webhook"]["secret"] is None
    again = (await broker.said("PUT", f"{path}/webhook", URL))["webhook"]
    assert again["secret"] != first["secret"]
    assert (await broker.said("DELETE", f"{path}/webhook"))["webhook"] is None
    assert (await broker.said("DELETE", f"{path}/webhook"))["webhook"] is None
    assert await broker.refused("POST", f"{path}/webhook/resume") == (404, "no-webhook")


async def test_a_webhook_that_was_switched_off_says_why_and_is_resumed(broker: BoardWorld) -> None:
    search = (await broker.said("POST", "searches", WORDS))["id"]
    await broker.said("PUT", f"searches/{search}/webhook", URL)
    hook = await broker.webhooks.webhook(search)
    assert hook
    await broker.webhooks.note_webhook(note_failure(hook, "The address answered with status 410.", 1, gone=True))
    shown = (await broker.said("GET", "searches"))[0]["webhook"]
    assert (shown["state"], shown["problem"]) == ("stopped", "The address answered with status 410.")
    assert (await broker.said("POST", f"searches/{search}/webhook/resume"))["webhook"]["state"] == "active"


@pytest.mark.parametrize(
    "url", ["http://hooks.example/x", "https://127.0.0.1/x", "https://169.254.169.254/", "x", "https://a@b/"]
)
async def test_an_address_that_is_not_public_is_refused(broker: BoardWorld, url: str) -> None:
    search = (await broker.said("POST", "searches", WORDS))["id"]
    assert await broker.refused("PUT", f"searches/{search}/webhook", {"url": url}) == (422, "address")


async def test_a_participant_has_so_many_webhooks_and_they_end_with_their_search(broker: BoardWorld) -> None:
    for _ in range(WEBHOOKS_OF_ONE):
        search = (await broker.said("POST", "searches", WORDS))["id"]
        await broker.said("PUT", f"searches/{search}/webhook", URL)
    more = (await broker.said("POST", "searches", WORDS))["id"]
    assert await broker.refused("PUT", f"searches/{more}/webhook", URL) == (409, "limit")
    assert (await broker.said("DELETE", f"searches/{search}"))["webhook"]["url"] == URL["url"]
    await broker.said("PUT", f"searches/{more}/webhook", URL)
