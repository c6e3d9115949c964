"""Pages that people sign in to, as a test visits them."""

from typing import Any

import httpx

from connector.controlplane.usecases import users
from connector.controlplane.usecases.users import UserRegister
from connector.ports.entities import UserRole
from connector.views.users import UserOrder

PASSWORD = "sieben bunte Kiesel"


class Visited:
    """Pages with people: `app` answers at `address`, `register` has the people."""

    app: Any
    address: str
    register: UserRegister

    def visitor(self, **headers: str) -> httpx.AsyncClient:
        """A browser that nobody has signed in with."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        own = {"sec-fetch-site": "same-origin", **{name.replace("_", "-"): value for name, value in headers.items()}}
        return httpx.AsyncClient(transport=transport, base_url=self.address, headers=own)

    async def add_user(self, name: str, *roles: UserRole, person: str = "Aylin Kaya", member: str = "") -> None:
        invited = await users.add(
            self.register, UserOrder(name=name, person=person, roles=roles, member=member), by="test"
        )
        secret = invited.link.rpartition("=")[2]
        await users.choose_password(self.register, name, secret, PASSWORD)

    async def sign_in(
        self, *roles: UserRole, name: str = "a.kaya", language: str = "de", **more: Any
    ) -> httpx.AsyncClient:
        """A browser in which a user with these roles has signed in."""
        context = self.register.context
        if await context.store.user(context.owner, name) is None:
            await self.add_user(name, *roles, **more)
        browser = self.visitor()
        answer = await browser.post("/anmelden", data={"name": name, "passwort": PASSWORD})
        assert answer.status_code == 303, answer.text
        browser.cookies.set("dk-lang", language)
        return browser
