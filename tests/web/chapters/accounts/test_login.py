"""Signing in with the login of the organisation: what a person sees, and what an attacker tries."""

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
from msgspec.structs import replace
from starlette.responses import JSONResponse, RedirectResponse, Response

from connector.controlplane.usecases import users
from connector.controlplane.usecases.accounts.logins import make_name
from connector.ports.changes import PutUser
from connector.ports.entities import PageBounds, User, UserRole
from connector.web.chapters.accounts.login import BACK, BEGIN
from tests.support.login import ISSUER, OTHER_RSA, RSA, left_half, public_jwk
from tests.support.plane import OWNER
from tests.web.chapters.accounts.conftest import LoginOffice, follow
from tests.web.office import PASSWORD, Reading, find

HOUR = 3_600_000


async def only_user(office: LoginOffice) -> User:
    (user,) = await office.store.users(OWNER)
    return user


async def test_a_person_of_the_city_signs_in_and_gets_the_roles_of_the_claim(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    answer = await city_office.come_back(browser, await city_office.begin(browser, "/vertraege?x=1"))
    assert (answer.status_code, answer.headers["location"]) == (303, "/vertraege?x=1")
    user = await only_user(city_office)
    assert (user.person, user.email, user.password) == ("Aylin Kaya", "kaya@city.example", "")
    assert user.name.startswith("a.kaya-")
    assert user.roles == (UserRole.PROVIDER, UserRole.RELEASE)
    page = await browser.get("/vertraege")
    assert page.status_code == 200
    assert "Aylin Kaya" in page.text
    leaves, _ = await city_office.store.leaves(OWNER, PageBounds(limit=9))
    assert [leaf.kind for leaf in leaves] == ["user added by login", "user signed in"]


async def test_a_second_sign_in_takes_over_what_changed_at_the_provider(city_office: LoginOffice) -> None:
    await city_office.log_in()
    first = await only_user(city_office)
    assert (await city_office.log_in()).status_code == 303
    same = await only_user(city_office)
    assert same.version == first.version + 1  # the time of the sign-in
    city_office.city.person |= {"name": "Aylin\r\nKaya-Adler", "realm_access": {"roles": ["dk-betrieb"]}}
    await city_office.log_in()
    changed = await only_user(city_office)
    assert (changed.name, changed.person, changed.roles) == (first.name, "Aylin Kaya-Adler", (UserRole.OPERATOR,))


async def test_a_local_user_of_the_same_name_stays_another_one(city_office: LoginOffice) -> None:
    await city_office.add_user("a.kaya", UserRole.OPERATOR)
    await city_office.log_in()
    local, other = await city_office.store.users(OWNER)
    assert (local.name, local.roles, local.login) == ("a.kaya", (UserRole.OPERATOR,), "")
    assert UserRole.OPERATOR not in other.roles


async def test_another_person_with_the_same_name_is_another_user(city_office: LoginOffice) -> None:
    await city_office.log_in()
    city_office.city.person["sub"] = "f-4712"
    await city_office.log_in()
    assert len({user.name for user in await city_office.store.users(OWNER)}) == 2


async def test_who_has_no_role_stays_out_and_is_signed_out(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    await city_office.log_in(browser)
    city_office.city.person["realm_access"] = {"roles": ["offline_access"]}
    answer = await city_office.log_in()
    assert answer.status_code == 403
    assert "hat keine Rolle" in answer.text
    assert (await browser.get("/konto")).status_code == 303


async def test_a_disabled_user_stays_out_until_it_is_admitted(city_office: LoginOffice) -> None:
    await city_office.log_in()
    user = await only_user(city_office)
    await users.disable(city_office.register, user.name, by="test")
    refused = await city_office.log_in()
    assert refused.status_code == 403
    assert "gesperrt" in refused.text
    await users.admit(city_office.register, user.name, by="test")
    assert (await city_office.log_in()).status_code == 303


async def test_the_session_is_new_and_the_one_before_ends(city_office: LoginOffice) -> None:
    """Whoever planted a session before the sign-in has nothing afterwards."""
    browser = await city_office.sign_in(UserRole.AUDITOR, name="planted")
    cookie = next(name for name in browser.cookies if name.startswith("__Host"))
    planted = browser.cookies[cookie]
    fresh = city_office.visitor()
    answer = await city_office.begin(fresh)
    fresh.cookies.set(cookie, planted)
    await city_office.come_back(fresh, answer)
    thief = city_office.visitor()
    thief.cookies.set(cookie, planted)
    assert (await thief.get("/konto")).status_code == 303


async def test_the_answer_for_another_browser_signs_nobody_in(city_office: LoginOffice) -> None:
    """The attacker's own login does not become the session of a victim (RFC 9700, 4.7)."""
    attacker, victim = city_office.visitor(), city_office.visitor()
    answer = await city_office.begin(attacker)
    for browser in (city_office.visitor(), victim):
        refused = await city_office.come_back(browser, answer)
        assert refused.status_code == 400
        assert "noch einmal an" in refused.text
        await city_office.begin(victim)
    assert "/token" not in city_office.city.asked


async def test_an_answer_works_once_and_for_minutes(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    answer = await city_office.begin(browser)
    kept = dict(browser.cookies)
    assert (await city_office.come_back(browser, answer)).status_code == 303
    again = city_office.visitor()
    again.cookies.update(kept)
    assert (await city_office.come_back(again, answer)).status_code == 400
    late = await city_office.begin(browser2 := city_office.visitor())
    city_office.clock[0] += 600_000
    assert (await city_office.come_back(browser2, late)).status_code == 400
    assert city_office.city.asked.count("/token") == 1


async def test_a_code_that_was_redeemed_elsewhere_is_told(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    answer = await city_office.begin(browser)
    refused = await city_office.come_back(browser, answer, code="code-99")
    assert refused.status_code == 400
    assert "schon benutzt" in refused.text


@pytest.mark.parametrize("issuer", ["https://evil.example", None, ISSUER + "/"])
async def test_the_answer_of_another_issuer_is_refused_before_the_code_is_sent(
    city_office: LoginOffice, issuer: str | None
) -> None:
    """Mix-up (RFC 9207): the code would go to the wrong provider."""
    browser = city_office.visitor()
    answer = await city_office.begin(browser)
    refused = await city_office.come_back(browser, answer, iss=issuer)
    assert refused.status_code == 502
    assert "/token" not in city_office.city.asked


HOSTILE = {
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "another issuer": {"iss": "https://evil.example"},
    "another audience": {"aud": "another-client"},
    "several audiences": {"aud": ["datenkontor", "another-client"]},
    "another authorised party": {"aud": ["datenkontor"], "azp": "another-client"},
    "no subject": {"sub": ""},
    "a long subject": {"sub": "x" * 256},
    "another access token": {"at_hash": left_half("another")},
}


@pytest.mark.parametrize("changed", HOSTILE.values(), ids=HOSTILE)
async def test_an_id_token_with_other_claims_signs_nobody_in(
    city_office: LoginOffice, changed: dict[str, object]
) -> None:
    city_office.city.changed = changed
    answer = await city_office.log_in()
    assert answer.status_code == 502
    assert "ließ sich nicht prüfen" in answer.text
    assert not await city_office.store.users(OWNER)


PEM = RSA.public_key().public_numbers().n.to_bytes(256, "big")
SIGNERS: dict[str, Callable[[dict[str, object]], str]] = {
    "none": lambda claims: jwt.encode(claims, None, "none"),
    "none with a kid": lambda claims: jwt.encode(claims, None, "none", headers={"kid": "k1"}),
    "the public key as a secret": lambda claims: jwt.encode(claims, PEM, "HS256", headers={"kid": "k1"}),
    "another key": lambda claims: jwt.encode(claims, OTHER_RSA, "RS256", headers={"kid": "k1"}),
    "another algorithm of the key": lambda claims: jwt.encode(claims, RSA, "PS256", headers={"kid": "k1"}),
    "an unknown key": lambda claims: jwt.encode(claims, OTHER_RSA, "RS256", headers={"kid": "k2"}),
    "a key of its own": lambda claims: jwt.encode(
        claims, OTHER_RSA, "RS256", headers={"kid": "k1", "jwk": public_jwk(OTHER_RSA)}
    ),
    "an extension": lambda claims: jwt.encode(claims, RSA, "RS256", headers={"kid": "k1", "crit": ["x"], "x": 1}),
    "another type": lambda claims: jwt.encode(claims, RSA, "RS256", headers={"kid": "k1", "typ": "at+jwt"}),
    "no token": lambda _: "a.b",
    "a large token": lambda claims: jwt.encode({**claims, "x": "x" * 40_000}, RSA, "RS256", headers={"kid": "k1"}),
}


@pytest.mark.parametrize("sign", SIGNERS.values(), ids=SIGNERS)
async def test_an_id_token_that_the_provider_did_not_sign_so_signs_nobody_in(
    city_office: LoginOffice, sign: Callable[[dict[str, object]], str]
) -> None:
    city_office.city.sign = sign
    assert (await city_office.log_in()).status_code == 502
    assert not await city_office.store.users(OWNER)


async def test_a_new_key_of_the_provider_is_read_and_unknown_ones_do_not_make_requests(
    city_office: LoginOffice,
) -> None:
    await city_office.log_in()
    city = city_office.city
    city.keys.append(public_jwk(OTHER_RSA, kid="k2"))
    city.sign = lambda claims: jwt.encode(claims, OTHER_RSA, "RS256", headers={"kid": "k2"})
    assert (await city_office.log_in()).status_code == 502  # the keys were read just now
    city_office.clock[0] += 60_000
    city.now_s += 60
    assert (await city_office.log_in()).status_code == 303
    assert city.asked.count("/keys") == 2
    city.sign = SIGNERS["an unknown key"]
    city.keys = city.keys[:1]
    for _ in range(3):
        await city_office.log_in()
    assert city.asked.count("/keys") == 2
    assert city.asked.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize("times", [{"exp": -61}, {"iat": 61}, {"nbf": 61}])
async def test_other_clocks_are_told_as_such(city_office: LoginOffice, times: dict[str, int]) -> None:
    city_office.city.changed = {name: city_office.city.now_s + by for name, by in times.items()}
    answer = await city_office.log_in()
    assert answer.status_code == 502
    assert "andere Uhrzeit" in answer.text


async def test_a_provider_that_is_away_is_told_and_passwords_still_work(city_office: LoginOffice) -> None:
    city_office.wire.down.add("https://login.city.example:443")
    answer = await follow(city_office.visitor(), await city_office.visitor().get(BEGIN))
    assert answer.status_code == 503
    assert "zurzeit nicht erreichbar" in answer.text
    assert 'name="passwort"' in answer.text
    await city_office.sign_in(UserRole.AUDITOR)


async def test_a_person_who_is_denied_is_told_and_nothing_of_the_query_is_shown(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    answer = await city_office.begin(browser)
    refused = await city_office.come_back(
        browser, answer, code=None, error="access_denied", error_description="Call+4711"
    )
    assert refused.status_code == 403
    assert "hat Sie nicht angemeldet" in refused.text
    assert "4711" not in refused.text


def _large() -> Response:
    return JSONResponse({"keys": [], "x": "x" * 200_000})


@pytest.mark.parametrize("path", ["/.well-known/openid-configuration", "/keys", "/token"])
@pytest.mark.parametrize(
    "made",
    [_large, lambda: Response("[" * 50_000), lambda: Response("{}"), lambda: RedirectResponse("https://evil.example"),
     lambda: Response("", 500), lambda: JSONResponse({"error": "<script>"}, 400)],
    ids=["large", "deep", "empty", "elsewhere", "broken", "refused"],
)  # fmt: skip
async def test_answers_of_any_kind_sign_nobody_in_and_are_told(
    city_office: LoginOffice, path: str, made: Callable[[], Response]
) -> None:
    city_office.city.answers[path] = made
    browser = city_office.visitor()
    answer = await follow(browser, await browser.get(BEGIN))
    if answer.status_code == 303:
        answer = await city_office.come_back(browser, city_office.city.admit(answer.headers["location"]))
    assert answer.status_code in {502, 503}
    assert "script>" not in answer.text.replace("</script>", "").replace(" defer>", "")
    assert not await city_office.store.users(OWNER)


METADATA = {
    "another issuer": {"issuer": "https://login.city.example/realms/other"},
    "no PKCE": {"code_challenge_methods_supported": ["plain"]},
    "a script": {"authorization_endpoint": "javascript:alert(1)"},
    "plain http": {"end_session_endpoint": "http://login.city.example/end"},
}


@pytest.mark.parametrize("changed", METADATA.values(), ids=METADATA)
async def test_metadata_that_lead_astray_are_refused(city_office: LoginOffice, changed: dict[str, object]) -> None:
    city_office.city.metadata |= changed
    browser = city_office.visitor()
    assert (await follow(browser, await browser.get(BEGIN))).status_code == 502


async def test_roles_may_come_from_the_user_info_of_the_same_person_only(city_office: LoginOffice) -> None:
    city = city_office.city
    roles = city.person.pop("realm_access")
    city.user = {"realm_access": roles, "name": "Another"}
    assert (await city_office.log_in()).status_code == 303
    assert (await only_user(city_office)).person == "Aylin Kaya"
    city.user["sub"] = "f-1"
    assert (await city_office.log_in()).status_code == 502


async def test_signing_out_ends_the_session_at_the_provider_too(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    await city_office.log_in(browser)
    hint = next(cookie for cookie in browser.cookies.jar if cookie.name.endswith("-hint"))
    assert (hint.path, hint.secure) == ("/abmelden", True)
    answer = await browser.post("/abmelden")
    assert answer.status_code == 200
    address = answer.text.split("url=")[1].split('"')[0].replace("&amp;", "&")
    assert address.startswith(f"{ISSUER}/end?")
    query = parse_qs(urlsplit(address).query)
    assert query["post_logout_redirect_uri"] == ["https://pages.example/anmelden"]
    assert query["id_token_hint"] == [hint.value]
    assert (await browser.get("/konto")).status_code == 303
    assert (await browser.post("/abmelden")).status_code == 303  # nothing is left to end there


async def test_without_passwords_only_the_login_is_offered_and_works(
    make_office: Callable[..., LoginOffice],
) -> None:
    office = make_office(local=False)
    page = await office.visitor().get("/anmelden")
    assert "Mit Stadt-Login anmelden" in page.text
    assert 'name="passwort"' not in page.text
    made = User(owner=OWNER, name="old", person="Old", roles=(UserRole.AUDITOR,), created_at=1, version=1)
    await office.store.commit([PutUser(replace(made, password=await office.register.passwords.hash(PASSWORD)), None)])
    tried = await office.visitor().post("/anmelden", data={"name": "old", "passwort": PASSWORD})
    assert tried.status_code == 401
    assert await users.invite_first(office.register) is None
    assert (await office.log_in()).status_code == 303


async def test_pages_without_a_login_have_no_such_paths(office: LoginOffice) -> None:
    for path in (BEGIN, BACK):
        assert (await office.visitor().get(path)).status_code == 404


async def test_on_this_machine_the_login_works_over_plain_http(make_office: Callable[..., LoginOffice]) -> None:
    office = make_office(address="http://127.0.0.1:7084")
    assert (await office.log_in()).status_code == 303


async def test_a_stranger_who_brings_wrong_answers_has_to_wait(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    for _ in range(60):
        answer = await city_office.begin(browser)
        await city_office.come_back(browser, answer, code="wrong")
    redeemed = city_office.city.asked.count("/token")
    assert (await city_office.log_in()).status_code == 400
    assert city_office.city.asked.count("/token") == redeemed == 60


@pytest.mark.parametrize("told", ["", "...", "Ω", "x" * 300, "-a-", "../etc"])
def test_a_name_of_the_provider_becomes_one_that_can_be_typed(told: str) -> None:
    import re

    assert re.fullmatch(r"[a-z0-9][a-z0-9._-]{0,63}", make_name(told, "0a1b2c3d"))


async def test_what_was_typed_waits_in_its_window_for_a_sign_in_in_another_one(city_office: LoginOffice) -> None:
    browser = city_office.visitor()
    asked = await browser.post("/eingang/ablehnen", data={"id": "urn:n:1", "begruendung": "Zu <spät>"})
    assert asked.status_code == 401
    (way,) = [given["href"] for tag, given in Reading(asked.text).elements if given.get("target") == "_blank"]
    assert way == f"{BEGIN}?zu=%2Fanmelden%2Ffertig"
    answer = await city_office.come_back(browser, await city_office.begin(browser, "/anmelden/fertig"))
    assert "im anderen Fenster" in (await browser.get(answer.headers["location"])).text
    form = find(asked.text, r'<form method="post" action="/eingang/ablehnen">(.*?)</form>')
    names = [given["name"] for tag, given in Reading(form).elements if tag == "textarea"]
    assert names == ["id", "begruendung"]
    assert "Zu &lt;spät&gt;" in form
    # The request is unknown here: what counts is that the form arrives as one of somebody who has signed in.
    again = await browser.post("/eingang/ablehnen", data={"id": "urn:n:1", "begruendung": "Zu <spät>"})
    assert again.status_code == 404
