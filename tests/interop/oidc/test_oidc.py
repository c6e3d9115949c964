"""People sign in to the pages with real OpenID providers, and out of both."""

import html
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import httpx
import pytest

from connector.controlplane.usecases.accounts import logins
from connector.controlplane.usecases.accounts.logins import RoleClaim
from connector.identity.oidc import OidcClient, OidcProvider
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.net.dial import SocketTransport
from connector.net.tls import client_context
from connector.ports.entities import UserRole
from connector.web.chapters.accounts.login import BEGIN
from connector.web.frame.logins import LoginAttempts, PagesLogin
from tests.interop.oidc.runtime import BACK, PAGES, SECRET, Keycloak, NodeProvider, Running, read_form
from tests.support.plane import OWNER, Desk
from tests.web.office import Office

pytestmark = pytest.mark.oidc

ROLES = {"dk-betrieb": (UserRole.OPERATOR,), "anna": (UserRole.OPERATOR,)}


class RealOffice(Office):
    """The pages, with the login of a real provider over real sockets."""

    def __init__(self, desk: Desk, provider: Running, claim: str) -> None:
        import time

        clock = lambda: time.time_ns() // 1_000_000  # noqa: E731 - handed on twice
        object.__setattr__(desk.values.context, "now", clock)
        hosts = ("127.0.0.1:*",)
        policy = net_policy(hosts=hosts, plain_http=hosts)
        self.transport = SocketTransport(policy, tls=client_context(ca_file=provider.ca) if provider.ca else None)
        client = OidcClient(issuer=provider.issuer, id="datenkontor", secret=SECRET)
        login = PagesLogin(
            provider=OidcProvider(GuardedClient(policy, self.transport), client, clock, claim),
            title="Stadt-Login",
            sign_in=partial(logins.sign_in, desk.values.users, RoleClaim(path=claim, roles=ROLES)),
            attempts=LoginAttempts(b"k" * 32),
        )
        super().__init__(desk, organisation=login, address=PAGES)


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with NodeProvider(tmp_path_factory.mktemp("node")) as provider:
        yield provider


@pytest.fixture(scope="module")
def keycloak(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Keycloak(tmp_path_factory.mktemp("keycloak")) as provider:
        yield provider


def sign_in_at(browser: httpx.Client, address: str, **typed: str) -> str:
    """Fill in the forms of a provider until it leads back; return where it leads."""
    answer = browser.get(address)
    for _ in range(12):
        if answer.is_redirect:
            place = str(answer.url.join(answer.headers["location"]))
            if place.startswith(PAGES):
                return place
            answer = browser.get(place)
            continue
        assert answer.is_success, answer.text[:2000]
        action, fields = read_form(answer.text)
        known = {name: value for name, value in typed.items() if f'name="{name}"' in answer.text}
        answer = browser.post(answer.url.join(action), data=fields | known)
    raise AssertionError(answer.text[:2000])


async def sign_in_and_out(office: RealOffice, provider: Running, **typed: str) -> None:
    pages = office.visitor()
    begun = await pages.get(BEGIN + "?zu=/konto")
    with provider.browser() as browser:
        back = sign_in_at(browser, begun.headers["location"], **typed)
        assert back.startswith(BACK)
        answer = await pages.get(back, headers={"sec-fetch-site": "cross-site"})
        assert answer.headers["location"] == "/konto"
        page = await pages.get("/konto")
        (user,) = await office.store.users(OWNER)
        assert (user.roles, user.email) == ((UserRole.OPERATOR,), "anna@city.example")
        assert user.person in page.text
        # The code was redeemed: nobody else does so again.
        assert (await office.visitor().get(back)).headers["location"] == "/anmelden?grund=over"
        out = await pages.post("/abmelden")
        leave = html.unescape(re.search(r'url=([^"]+)"', out.text)[1])  # type: ignore[index]  # fails where there is none
        assert sign_in_at(browser, leave, logout="yes").startswith(f"{PAGES}/anmelden")
        # The session at the provider is over: it asks for the password again.
        begun = await pages.get(BEGIN)
        asked = browser.get(begun.headers["location"], follow_redirects=True)
        assert 'type="password"' in asked.text
    await office.transport.close()


async def test_a_person_signs_in_and_out_with_oidc_provider(node: Running, tmp_path: Path) -> None:
    office = RealOffice(Desk(tmp_path), node, "groups")
    await sign_in_and_out(office, node, login="anna", password="any")


async def test_who_says_no_at_oidc_provider_is_told(node: Running, tmp_path: Path) -> None:
    office = RealOffice(Desk(tmp_path), node, "groups")
    pages = office.visitor()
    begun = await pages.get(BEGIN)
    with node.browser() as browser:
        form = browser.get(begun.headers["location"], follow_redirects=True)
        cancel = re.search(r'href="([^"]*/abort)"', form.text)
        assert cancel
        back = sign_in_at(browser, str(form.url.join(html.unescape(cancel[1]))))
    assert (await pages.get(back)).headers["location"] == "/anmelden?grund=denied"
    await office.transport.close()


async def test_a_person_signs_in_and_out_with_keycloak(keycloak: Running, tmp_path: Path) -> None:
    office = RealOffice(Desk(tmp_path), keycloak, "realm_access.roles")
    await sign_in_and_out(office, keycloak, username="anna", password="anna-test-only")


async def test_a_person_of_keycloak_without_a_role_is_told(keycloak: Running, tmp_path: Path) -> None:
    office = RealOffice(Desk(tmp_path), keycloak, "realm_access.roles")
    pages = office.visitor()
    begun = await pages.get(BEGIN)
    with keycloak.browser() as browser:
        back = sign_in_at(browser, begun.headers["location"], username="otto", password="otto-test-only")
    assert (await pages.get(back)).headers["location"] == "/anmelden?grund=no-role"
    assert not await office.store.users(OWNER)
    await office.transport.close()
