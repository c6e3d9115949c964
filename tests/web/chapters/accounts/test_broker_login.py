"""Signing in at a broker with the login of the organisation: the roles that a broker has, and forged answers."""

from typing import Any

import jwt
import pytest

from connector.ports.entities import UserRole
from tests.support.login import OTHER_RSA, left_half
from tests.web.chapters.accounts.conftest import LoginSquare

MINUTE_S = 60


async def _list_users(square: LoginSquare) -> list[Any]:
    context = square.register.context
    return list(await context.store.users(context.owner))


async def test_an_operator_signs_in_and_reaches_the_page_that_was_wanted(city_square: LoginSquare) -> None:
    city_square.city.person["realm_access"] = {"roles": ["dk-betrieb", "dk-koordination"]}
    browser = city_square.visitor()
    answer = await city_square.come_back(browser, await city_square.begin(browser, "/betrieb/quellen"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/betrieb/quellen")
    (user,) = await _list_users(city_square)
    # A broker has no offers: of the roles of the claim, those that it knows remain.
    assert user.roles == (UserRole.OPERATOR,)
    page = await browser.get("/betrieb/quellen")
    assert page.status_code == 200
    assert "Aylin Kaya" in page.text


async def test_who_has_no_role_of_a_broker_stays_out(city_square: LoginSquare) -> None:
    answer = await city_square.log_in()
    assert "keine Rolle" in answer.text
    assert await _list_users(city_square) == []


async def test_signing_out_ends_the_session_at_the_provider_too(city_square: LoginSquare) -> None:
    city_square.city.person["realm_access"] = {"roles": ["dk-betrieb"]}
    browser = city_square.visitor()
    await city_square.log_in(browser)
    left = await browser.post("/abmelden")
    assert "https://login.city.example/realms/stadt/end?" in left.text
    assert (await browser.get("/betrieb")).headers["location"] == "/anmelden?zu=%2Fbetrieb"


@pytest.mark.parametrize(
    ("query", "claims"),
    [
        ({"state": "x" * 43}, {}),
        ({"state": None}, {}),
        ({"code": "code-of-another"}, {}),
        ({"iss": "https://login.evil.example"}, {}),
        ({}, {"nonce": "x" * 43}),
        ({}, {"nonce": None}),
        ({}, {"iss": "https://login.evil.example/realms/stadt"}),
        ({}, {"aud": "somebody else"}),
        ({}, {"aud": ["datenkontor", "somebody else"], "azp": "somebody else"}),
        ({}, {"exp": "past"}),
        ({}, {"at_hash": left_half("another token")}),
    ],
)
async def test_a_forged_answer_signs_nobody_in(
    city_square: LoginSquare, query: dict[str, str | None], claims: dict[str, Any]
) -> None:
    city = city_square.city
    city.person["realm_access"] = {"roles": ["dk-betrieb"]}
    city.changed = {**claims, **({"exp": city.now_s - 10 * MINUTE_S} if "exp" in claims else {})}
    browser = city_square.visitor()
    answer = await city_square.come_back(browser, await city_square.begin(browser), **query)
    assert answer.status_code in {400, 502}
    assert 'role="alert"' in answer.text
    assert await _list_users(city_square) == []
    assert (await browser.get("/betrieb")).status_code == 303


async def test_a_token_of_another_key_signs_nobody_in(city_square: LoginSquare) -> None:
    city_square.city.person["realm_access"] = {"roles": ["dk-betrieb"]}
    city_square.city.sign = lambda claims: jwt.encode(claims, OTHER_RSA, "RS256", headers={"kid": "k1"})
    answer = await city_square.log_in()
    assert 'role="alert"' in answer.text
    assert await _list_users(city_square) == []


async def test_the_code_of_another_person_is_worth_nothing_in_this_browser(city_square: LoginSquare) -> None:
    city_square.city.person["realm_access"] = {"roles": ["dk-betrieb"]}
    attacker, victim = city_square.visitor(), city_square.visitor()
    stolen = await city_square.begin(victim)
    own = await city_square.begin(attacker)
    answer = await city_square.come_back(attacker, own, code=stolen["code"])
    assert 'role="alert"' in answer.text
    assert await _list_users(city_square) == []
    # The provider has seen the code, so that nobody gets in with it any more.
    assert (await city_square.come_back(victim, stolen)).status_code == 400
