"""An office whose people come with the login of the city."""

import dataclasses
from collections.abc import Callable
from functools import partial
from pathlib import Path

import httpx
import msgspec
import pytest

from connector.controlplane.usecases.accounts import logins
from connector.controlplane.usecases.accounts.logins import RoleClaim
from connector.controlplane.usecases.users import UserRegister
from connector.identity.oidc import OidcClient, OidcProvider
from connector.net.addresses import net_policy
from connector.net.client import GuardedClient
from connector.ports.entities import UserRole
from connector.web.chapters.accounts.login import BACK, BEGIN
from connector.web.frame.logins import LoginAttempts, PagesLogin
from tests.support.login import ISSUER, SECRET, CityLogin, make_query
from tests.support.plane import NOW, PAGES, Desk
from tests.support.transport import InProcess
from tests.web.office import Office
from tests.web.public.square import Square, list_offers
from tests.web.visited import Visited

ROLES = {"dk-koordination": (UserRole.RELEASE, UserRole.PROVIDER), "dk-betrieb": (UserRole.OPERATOR,)}


def make_login(register: UserRegister, city: CityLogin, wire: InProcess, clock: Callable[[], int]) -> PagesLogin:
    """Return the login of a city, for the pages whose people are in a register."""
    wire.apps["https://login.city.example:443"] = city.app
    client = OidcClient(issuer=ISSUER, id="datenkontor", secret=SECRET)
    claim = RoleClaim(path="realm_access.roles", roles=ROLES)
    return PagesLogin(
        provider=OidcProvider(GuardedClient(net_policy(), wire), client, clock, claim.path),
        title="Stadt-Login",
        sign_in=partial(logins.sign_in, register, claim),
        attempts=LoginAttempts(b"k" * 32),
    )


class ByLogin(Visited):
    """Pages whose people come with the login of the city."""

    city: CityLogin

    async def begin(self, browser: httpx.AsyncClient, wanted: str = "") -> dict[str, str]:
        """Begin in a browser, and sign in at the provider; return the query of its answer."""
        begun = await browser.get(BEGIN + (f"?zu={wanted}" if wanted else ""))
        assert begun.status_code == 303, begun.text
        return self.city.admit(begun.headers["location"])

    async def come_back(
        self, browser: httpx.AsyncClient, answer: dict[str, str], **changed: str | None
    ) -> httpx.Response:
        """Bring the answer of the provider to the pages; a refusal is the page that says it."""
        query = make_query(answer, **changed)
        return await follow(browser, await browser.get(f"{BACK}?{query}", headers={"sec-fetch-site": "cross-site"}))

    async def log_in(self, browser: httpx.AsyncClient | None = None) -> httpx.Response:
        """Sign in with the login of the city."""
        browser = browser or self.visitor()
        return await self.come_back(browser, await self.begin(browser))


class LoginOffice(Office, ByLogin):
    """The pages of one participant, and the login of its city."""

    def __init__(self, desk: Desk, *, local: bool = True, address: str = PAGES) -> None:
        self.clock = [NOW]
        object.__setattr__(desk.values.context, "now", lambda: self.clock[0])
        register = dataclasses.replace(desk.values.users, local=local)
        desk.values = msgspec.structs.replace(desk.values, users=register)
        self.city, self.wire = CityLogin(NOW / 1000), InProcess()
        login = make_login(register, self.city, self.wire, lambda: self.clock[0])
        super().__init__(desk, organisation=login, address=address)


class LoginSquare(Square, ByLogin):
    """The pages of a broker, and the login of the city that runs it."""

    def __init__(self) -> None:
        super().__init__(**list_offers())
        self.city, self.wire = CityLogin(self.space.now / 1000), InProcess()
        self.organisation = make_login(self.register, self.city, self.wire, self._tell_time)
        self.app = self.build()


async def follow(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.Response:
    """Return the page that says why nobody was signed in; an answer of another kind as it is."""
    refused = answer.headers.get("location", "").startswith("/anmelden?grund=")
    return await browser.get(answer.headers["location"]) if refused else answer


@pytest.fixture
def city_office(tmp_path: Path) -> LoginOffice:
    return LoginOffice(Desk(tmp_path))


@pytest.fixture
def make_office(tmp_path: Path) -> Callable[..., LoginOffice]:
    return lambda **more: LoginOffice(Desk(tmp_path), **more)


@pytest.fixture
def city_square() -> LoginSquare:
    return LoginSquare()
