"""Webhooks are called over the guarded client."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from connector.binding.notices import GuardedWebhooks
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.ports.mailing import NotSent
from connector.protocol.webhooks import sign_message, write_secret
from tests.support.transport import InProcess

URL = "https://hook.example/told"
MESSAGE = sign_message(write_secret(b"geheim"), "m-1", "notices.new", {"count": 1}, datetime(2026, 7, 1, tzinfo=UTC))


class Hook:
    """A program that is told, and what it got."""

    def __init__(self) -> None:
        self.answer: Callable[[], Response] = lambda: Response("", 204)
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.wire = InProcess()
        self.wire.apps["https://hook.example:443"] = Starlette(routes=[Route("/told", self._hear, methods=["POST"])])
        self.webhooks = GuardedWebhooks(GuardedClient(net_policy(), self.wire))

    async def _hear(self, request: Request) -> Response:
        self.heard.append((dict(request.headers), await request.body()))
        return self.answer()


@pytest.fixture
def hook() -> Hook:
    return Hook()


async def test_the_message_arrives_with_what_signs_it(hook: Hook) -> None:
    await hook.webhooks.call(URL, MESSAGE)
    ((headers, body),) = hook.heard
    assert body == MESSAGE.body
    assert {name.title(): headers[name.lower()] for name in MESSAGE.headers} == {
        name.title(): value for name, value in MESSAGE.headers.items()
    }


@pytest.mark.parametrize("status", [302, 400, 500])
async def test_any_other_answer_is_a_failure_without_the_address(hook: Hook, status: int) -> None:
    hook.answer = lambda: Response("x" * 100, status, headers={"location": "https://evil.example"})
    with pytest.raises(NotSent) as failed:
        await hook.webhooks.call(URL, MESSAGE)
    assert "/told" not in failed.value.reason
    assert not failed.value.all_fail


async def test_an_address_of_the_own_network_is_not_called(hook: Hook) -> None:
    with pytest.raises(NotSent, match="not a public address"):
        await hook.webhooks.call("https://127.0.0.1/x", MESSAGE)
    assert not hook.heard
