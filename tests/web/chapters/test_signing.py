"""Signing in and out: cookies, links, times, and what an attacker tries."""

import asyncio
import html
import re
from pathlib import Path

import httpx
import pytest

from connector.controlplane.usecases import users
from connector.ports.entities import PageBounds, UserRole
from connector.views.users import UserOrder
from tests.support.plane import NOW, OWNER, Desk
from tests.web.office import PASSWORD, Office

HOUR = 3_600_000


async def _try(office: Office, name: str, password: str, **more: str) -> httpx.Response:
    return await office.visitor().post("/anmelden", data={"name": name, "passwort": password, **more})


async def test_the_cookie_of_a_session_is_bound_to_the_host_and_hidden_from_scripts(office: Office) -> None:
    await office.add_user("a.kaya", UserRole.PROVIDER)
    answer = await _try(office, " A.Kaya ", PASSWORD)
    cookie, mark = answer.headers.get_list("set-cookie")
    assert re.match(r"__Host-dk-[0-9a-f]{8}=", cookie)
    assert re.match(r"__Secure-dk-[0-9a-f]{8}-known=", mark)
    assert {"HttpOnly", "Secure", "Path=/anmelden", "SameSite=strict"} <= set(mark.split("; "))
    assert {"HttpOnly", "Secure", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie
    assert "Max-Age" not in cookie


async def test_on_this_machine_a_second_cookie_serves_browsers_that_refuse_the_first(tmp_path: Path) -> None:
    office = Office(Desk(tmp_path), address="http://127.0.0.1:7084")
    browser = await office.sign_in(UserRole.PROVIDER)
    # A client that takes no secure cookie over plain http.
    assert (await browser.get("/")).status_code == 200


@pytest.mark.parametrize(("name", "password"), [("a.kaya", "wrong"), ("nobody", PASSWORD), ("", ""), ("a.kaya", "")])
async def test_a_wrong_name_and_a_wrong_password_look_alike(office: Office, name: str, password: str) -> None:
    await office.add_user("a.kaya", UserRole.PROVIDER)
    answer = await _try(office, name, password)
    assert answer.status_code == 401
    assert "gehören nicht zusammen" in answer.text
    assert "set-cookie" not in answer.headers
    assert not password or password not in answer.text


async def test_after_five_failures_the_right_password_has_to_wait_too(office: Office) -> None:
    await office.add_user("a.kaya", UserRole.PROVIDER)
    for _ in range(5):
        assert (await _try(office, "a.kaya", "wrong")).status_code == 401
    answer = await _try(office, "a.kaya", PASSWORD)
    assert answer.status_code == 429
    assert "warten Sie" in answer.text
    assert (await _try(office, "b.adler", "wrong")).status_code == 401


async def test_failures_of_others_do_not_keep_a_person_out_of_a_browser_that_is_known(office: Office) -> None:
    known = await office.sign_in(UserRole.PROVIDER)
    await known.post("/abmelden")
    await office.add_user("b.adler", UserRole.PROVIDER)
    for name in ("a.kaya", "b.adler"):
        for _ in range(5):
            assert (await _try(office, name, "wrong")).status_code == 401
        assert (await _try(office, name, PASSWORD)).status_code == 429
    # The mark is one for its own person.
    assert (await known.post("/anmelden", data={"name": "b.adler", "passwort": PASSWORD})).status_code == 429
    assert (await known.post("/anmelden", data={"name": "a.kaya", "passwort": "wrong"})).status_code == 401
    assert (await known.post("/anmelden", data={"name": "a.kaya", "passwort": PASSWORD})).status_code == 303


async def test_guesses_at_the_same_time_are_one_guess(office: Office) -> None:
    await office.add_user("a.kaya", UserRole.PROVIDER)
    done = await asyncio.gather(*(_try(office, "a.kaya", f"guess {number}") for number in range(10)))
    assert sorted(answer.status_code for answer in done) == [401] + [429] * 9


async def test_a_session_gets_a_new_token_and_the_old_one_ends(office: Office) -> None:
    """Whoever planted a token before the sign-in has nothing afterwards."""
    browser = await office.sign_in(UserRole.PROVIDER)
    cookie = next(name for name in browser.cookies if name.startswith("__Host"))
    planted = browser.cookies[cookie]
    await browser.post("/anmelden", data={"name": "a.kaya", "passwort": PASSWORD})
    assert browser.cookies[cookie] != planted
    thief = office.visitor()
    thief.cookies.set(cookie, planted)
    assert (await thief.get("/")).status_code == 303
    invented = office.visitor()
    invented.cookies.set(cookie, "chosen-by-a-thief")
    answer = await invented.post("/anmelden", data={"name": "a.kaya", "passwort": PASSWORD})
    assert "chosen-by-a-thief" not in answer.headers["set-cookie"]


async def test_a_session_ends_without_requests_and_after_a_day_in_any_case(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    context = office.desk.values.context
    clock = [NOW]
    object.__setattr__(context, "now", lambda: clock[0])
    for _ in range(6):
        clock[0] += 2 * HOUR - 1
        assert (await browser.get("/")).status_code == (200 if clock[0] - NOW < 12 * HOUR else 303)
    assert (await browser.get("/")).status_code == 200
    clock[0] = NOW + 12 * HOUR
    assert (await browser.get("/")).headers["location"] == "/anmelden"
    idle = await office.sign_in(UserRole.PROVIDER)
    clock[0] += 2 * HOUR
    assert (await idle.get("/konto")).headers["location"] == "/anmelden?zu=%2Fkonto"


async def test_a_session_and_a_link_of_a_clock_that_was_ahead_are_over(office: Office) -> None:
    """After a start with a wrong clock, they would last as long as it was wrong."""
    context = office.desk.values.context
    clock = [NOW + 400 * 24 * HOUR]
    object.__setattr__(context, "now", lambda: clock[0])
    browser = await office.sign_in(UserRole.PROVIDER)
    order = UserOrder(name="b.adler", person="Bo Adler", roles=(UserRole.PROVIDER,))
    secret = (await users.add(office.register, order, by="test")).link.rpartition("=")[2]
    assert (await browser.get("/konto")).status_code == 200
    # Clocks of two replicas differ a little.
    clock[0] -= users.CLOCK_MS
    assert (await browser.get("/konto")).status_code == 200
    assert await users.find_invited(office.register, "b.adler", secret) is not None
    clock[0] = NOW
    assert (await browser.get("/konto")).status_code == 303
    assert await users.find_invited(office.register, "b.adler", secret) is None


async def test_an_open_stream_of_events_does_not_keep_a_session_alive(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    clock = [NOW + HOUR]
    object.__setattr__(office.desk.values.context, "now", lambda: clock[0])
    token = next(value for name, value in browser.cookies.items() if name.startswith("__Host"))
    assert await users.find_session(office.register, token, seen=False)
    clock[0] = NOW + 2 * HOUR
    assert await users.find_session(office.register, token) is None


async def test_signing_out_ends_one_session_and_everywhere_all(office: Office) -> None:
    one, other = await office.sign_in(UserRole.PROVIDER), await office.sign_in(UserRole.PROVIDER)
    kept = dict(one.cookies)
    assert (await one.post("/abmelden")).headers["location"] == "/anmelden"
    thief = office.visitor()
    thief.cookies.update(kept)
    assert (await thief.get("/")).status_code == 303
    assert (await other.get("/")).status_code == 200
    third = await office.sign_in(UserRole.PROVIDER)
    await other.post("/konto/abmelden")
    assert [(await browser.get("/")).status_code for browser in (other, third)] == [303, 303]


async def test_a_link_lets_a_person_choose_a_password_once(office: Office) -> None:
    order = UserOrder(name="a.kaya", person="Aylin Kaya", roles=(UserRole.PROVIDER,))
    link = (await users.add(office.register, order, by="test")).link
    assert link.startswith("https://pages.example/willkommen?name=a.kaya&link=")
    browser = office.visitor()
    for _ in range(2):
        # A scanner of mail opens links too.
        page = await browser.get(link)
        assert "Willkommen, Aylin Kaya" in page.text
    form = {"name": "a.kaya", "link": link.rpartition("=")[2], "passwort": PASSWORD, "passwort2": PASSWORD}
    assert (await browser.post("/willkommen", data={**form, "passwort2": "other"})).status_code == 422
    short = await browser.post("/willkommen", data={**form, "passwort": "kurz", "passwort2": "kurz"})
    assert "12 bis 200 Zeichen" in short.text
    named = await browser.post("/willkommen", data={**form, "passwort": "xx a.kaya xx", "passwort2": "xx a.kaya xx"})
    assert "leicht zu erraten" in named.text
    assert (await browser.post("/willkommen", data=form)).headers["location"] == "/"
    assert (await browser.get("/")).status_code == 200
    again = await office.visitor().post("/willkommen", data=form)
    assert again.status_code == 409
    assert (await office.visitor().get(link)).status_code == 409


async def test_a_link_is_over_after_a_day_and_only_for_its_user(office: Office) -> None:
    order = UserOrder(name="a.kaya", person="Aylin Kaya", roles=(UserRole.PROVIDER,))
    link = (await users.add(office.register, order, by="test")).link
    await users.add(office.register, UserOrder(name="b", person="B", roles=(UserRole.RELEASE,)), by="test")
    assert (await office.visitor().get(link.replace("a.kaya", "b"))).status_code == 409
    object.__setattr__(office.desk.values.context, "now", lambda: NOW + 24 * HOUR)
    assert (await office.visitor().get(link)).status_code == 409


async def test_a_disabled_user_and_one_with_a_new_link_are_out_at_once(office: Office) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    await users.disable(office.register, "a.kaya", by="test")
    assert (await browser.get("/")).status_code == 303
    assert (await _try(office, "a.kaya", PASSWORD)).status_code == 401
    await users.invite(office.register, "a.kaya", by="test")
    assert (await _try(office, "a.kaya", PASSWORD)).status_code == 401


async def test_a_changed_password_ends_all_other_sessions(office: Office) -> None:
    browser, other = await office.sign_in(UserRole.PROVIDER), await office.sign_in(UserRole.PROVIDER)
    form = {"bisher": "wrong", "passwort": "acht runde Hölzer", "passwort2": "acht runde Hölzer"}
    wrong = await browser.post("/konto/passwort", data=form)
    assert (wrong.status_code, "bisherige Passwort stimmt nicht" in wrong.text) == (422, True)
    done = await browser.post("/konto/passwort", data={**form, "bisher": PASSWORD})
    assert done.headers["location"] == "/konto?fertig=passwort"
    assert (await browser.get("/konto?fertig=passwort")).status_code == 200
    assert (await other.get("/")).status_code == 303
    assert (await _try(office, "a.kaya", PASSWORD)).status_code == 401


@pytest.mark.parametrize(
    "wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//x"]
)
async def test_a_sign_in_leads_to_our_own_pages_only(office: Office, wanted: str) -> None:
    browser = await office.sign_in(UserRole.PROVIDER)
    assert (await browser.get("/anmelden", params={"zu": wanted})).headers["location"] == "/"
    assert (await browser.get("/sprache/en", params={"zu": wanted})).headers["location"] == "/"
    answer = await browser.post("/anmelden", data={"name": "a.kaya", "passwort": PASSWORD, "zu": wanted})
    assert answer.headers["location"] == "/"


async def test_after_the_sign_in_a_person_is_where_the_link_led(office: Office) -> None:
    await office.furnish()
    answer = await office.visitor().get("/vertraege/vertrag?id=urn:a:1")
    assert answer.headers["location"] == "/anmelden?zu=%2Fvertraege%2Fvertrag%3Fid%3Durn%3Aa%3A1"
    await office.add_user("a.kaya", UserRole.PROVIDER)
    done = await _try(office, "a.kaya", PASSWORD, zu="/vertraege/vertrag?id=urn:a:1")
    assert done.headers["location"] == "/vertraege/vertrag?id=urn:a:1"


async def test_a_language_is_remembered_and_an_unknown_one_is_not(office: Office) -> None:
    browser = office.visitor()
    assert "Anmelden" in (await browser.get("/anmelden")).text
    assert (await browser.get("/sprache/en", params={"zu": "/anmelden"})).headers["location"] == "/anmelden"
    assert "Sign in" in (await browser.get("/anmelden")).text
    await browser.get("/sprache/xx")
    assert "Sign in" in (await browser.get("/anmelden")).text


@pytest.mark.parametrize(
    ("accepted", "word"),
    [("en-GB,en;q=0.9", "Sign in"), ("de", "Anmelden"), ("fr, en;q=0.2", "Sign in"), ("fr", "Anmelden")],
)
async def test_the_first_visit_is_in_the_language_that_the_browser_asks_for(
    office: Office, accepted: str, word: str
) -> None:
    browser = office.visitor(accept_language=accepted)
    answer = await browser.get("/anmelden")
    assert f">{word}</h1>" in answer.text
    assert answer.headers["vary"] == "Accept-Language, Cookie"
    assert answer.headers["cache-control"] == "no-store"
    await browser.get("/sprache/de")
    assert ">Anmelden</h1>" in (await browser.get("/anmelden")).text


async def test_the_log_of_the_audit_names_who_signed_in_and_contains_no_secret(office: Office) -> None:
    await office.sign_in(UserRole.PROVIDER)
    leaves, _ = await office.store.leaves(OWNER, PageBounds())
    assert [leaf.kind for leaf in leaves][:3] == ["user added", "user chose a password", "user signed in"]
    assert not any(b"argon2" in leaf.body or PASSWORD.encode() in leaf.body for leaf in leaves)


async def test_what_was_typed_outlives_the_session(office: Office) -> None:
    await office.fill_in()
    await office.add_user("a.kaya", UserRole.PROVIDER)
    browser = office.visitor()
    browser.cookies.set("dk-lang", "de")
    typed = {"id": "urn:f:1", "stand": "1", "titel": 'Bäume <b>"alle"</b>', "text": "\nZwei\nZeilen", "passwort": "x"}
    asked = await browser.post("/neues-angebot/beschreibung", data=typed)
    assert asked.status_code == 401
    assert "bleibt erhalten" in asked.text
    assert (await office.form()).version == 1
    fields = {**read_fields(asked.text), "name": "a.kaya", "passwort": "falsch"}
    again = await browser.post("/anmelden", data=fields)
    assert again.status_code == 401
    back = await browser.post("/anmelden", data={**read_fields(again.text), "name": "a.kaya", "passwort": PASSWORD})
    assert "Ihre Eingaben sind noch da" in back.text
    sent = read_fields(back.text)
    assert sent == {name: text for name, text in typed.items() if name != "passwort"}
    assert 'action="/neues-angebot/beschreibung"' in back.text
    assert (await browser.post("/neues-angebot/beschreibung", data=sent)).status_code == 303
    assert (await office.form()).answers["text"] == "\nZwei\nZeilen"


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
async def test_what_was_typed_is_sent_to_no_other_site(office: Office, wanted: str) -> None:
    await office.add_user("a.kaya", UserRole.PROVIDER)
    form = {"name": "a.kaya", "passwort": PASSWORD, "zu": wanted, "feld:titel": "Bäume"}
    answer = await office.visitor().post("/anmelden", data=form)
    assert 'method="post" action="/"' in answer.text
    assert "evil" not in answer.text


async def test_a_page_that_saves_by_itself_gets_no_page_to_sign_in(office: Office) -> None:
    answer = await office.visitor().post("/neues-angebot/beschreibung", data={"titel": "Bäume", "speichern": "1"})
    assert answer.status_code == 303


def read_fields(page: str) -> dict[str, str]:
    """The hidden fields of a page, as a browser reads them."""
    areas = re.findall(r'<textarea[^>]* name="([^"]*)" hidden readonly>\n?(.*?)</textarea>', page, re.DOTALL)
    hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page)
    return {html.unescape(name): html.unescape(text) for name, text in [*hidden, *areas]}


async def test_a_browser_whose_session_has_ended_is_told_so_once_it_comes_back(office: Office) -> None:
    browsers = [await office.sign_in(UserRole.PROVIDER) for _ in range(users.MOST_SESSIONS + 1)]
    sent = [(browser, await browser.get("/angebote")) for browser in browsers]
    # One more has begun with the choice of the password.
    ended, answer = next((browser, answer) for browser, answer in sent if answer.status_code != 200)
    assert sum(answer.status_code == 200 for _, answer in sent) <= users.MOST_SESSIONS
    assert answer.headers["location"] == "/anmelden?zu=%2Fangebote"
    told = (await ended.get(answer.headers["location"])).text
    assert "Ihre Anmeldung ist zu Ende." in told
    assert f"mehr als {users.MOST_SESSIONS} Geräten" in told
    assert "zu Ende" not in (await office.visitor().get("/anmelden")).text
