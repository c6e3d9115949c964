"""The pages of a broker's operator: found by a walk, whole, closed to others, and with hostile texts as texts."""

import itertools
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from connector.controlplane.usecases import users
from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from connector.web.frame.unseen import SHOWN
from connector.web.public.site import BROKER_PAGES
from tests.pages.codes import list_codes
from tests.pages.page import Page
from tests.pages.square import furnish_square, list_sources
from tests.pages.test_forms import ELSEWHERE as ADDRESSES
from tests.pages.test_forms import NEXT, SIGNING_OUT, TYPED
from tests.pages.test_walk import UNFILLED, read_german
from tests.pages.walk import Walked, walk
from tests.pages.world import FILLED_IN, HOSTILE, MARK_UP, poison
from tests.web.public.square import Square
from tests.web.test_texts import FORBIDDEN

RIGHTS = {(method, path): roles for method, path, _, roles in BROKER_PAGES}
ELSEWHERE = {
    ("GET", "/anmelden/login"): "for pages with the login of an organisation (tests/web/chapters/accounts)",
    ("GET", "/anmelden/zurueck"): "the provider of that login leads there",
    ("GET", "/anmelden/fertig"): "from a sign-in in a second window",
    ("GET", "/willkommen"): "a link for a new account leads there",
    ("POST", "/willkommen"): "the form that it leads to",
    ("GET", "/anmelden"): "for who has not signed in",
    ("POST", "/anmelden"): "the form of who has not signed in",
    ("GET", "/robots.txt"): "search engines know it",
    ("GET", "/sitemap.xml"): "it is named there",
}
MakeSquare = Callable[[bool], Any]


@pytest.fixture
async def squares() -> AsyncIterator[list[Square]]:
    made: list[Square] = []
    yield made
    for square in made:
        await square.operator.assessor.stop()
        await square.searching.index.close()


async def _furnish(squares: list[Square], *, hostile: bool = False) -> Square:
    catalogues = list_sources(**({"dct:publisher": {"foaf:name": MARK_UP}} if hostile else {}))
    texts = itertools.cycle(HOSTILE)
    if hostile:
        for catalogue in catalogues.values():
            catalogue.offers = [poison(offer, texts) for offer in catalogue.offers]
    square = Square(**catalogues)
    squares.append(square)
    if hostile:
        members = [poison(f"{one.name} wie genannt", texts) for one in square.space.members]
        pairs = zip(square.space.members, members, strict=True)
        square.space.members = [type(one)(id=one.id, name=name, address=one.address) for one, name in pairs]
    await furnish_square(square, MARK_UP if hostile else "Der Text ist doppelt.")
    if hostile:
        square.board.posted = poison(square.board.posted, texts)
        square.board.answered = poison(square.board.answered, texts)
        square.problem = MARK_UP
    return square


async def _walk(square: Square, *roles: UserRole, language: str = "de") -> Walked:
    await square.add_user("n.neu", UserRole.CONSUMER, person="Noa Neu", member=square.space.members[1].id)
    await square.add_user("w.weg", UserRole.CONSUMER)
    await square.add_user("b.trieb", UserRole.OPERATOR, person="Bea Trieb")
    await users.disable(square.register, "w.weg", by="test")
    return await walk(await square.sign_in(*roles, language=language, person="Ada Amt"))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("hostile", [False, True], ids=["as they are", "hostile"])
async def test_all_that_the_operator_reaches_is_whole(squares: list[Square], language: str, hostile: bool) -> None:
    square = await _furnish(squares, hostile=hostile)
    walked = await _walk(square, *square.register.roles, language=language)
    assert walked.list_faults() == []
    assert walked.dead == []
    assert {page.root.get("lang") for page in walked.pages.values()} == {language}
    sources = [page.source for page in walked.pages.values()]
    if hostile:
        assert sum("&lt;script&gt;" in source for source in sources) > 10
        assert sum(SHOWN in source for source in sources) > 3
        assert not any(FILLED_IN in source for source in sources)
    else:
        assert [address for address, page in walked.pages.items() if UNFILLED.search(page.text)] == []
        assert {address: found for address, page in walked.pages.items() if (found := list_codes(page))} == {}


async def test_who_did_something_is_called_by_name(squares: list[Square]) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, *square.register.roles)
    others = {address: page for address, page in walked.pages.items() if not address.startswith("/konto")}
    named = {address.partition("?")[0] for address, page in others.items() if "Bea Trieb:" in page.text}
    assert {"/betrieb/quellen/quelle", "/betrieb/angebote/angebot"} <= named
    assert [address for address, page in others.items() if "b.trieb" in page.text] == []


async def test_a_page_leads_to_every_path(squares: list[Square]) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, *square.register.roles)
    known = walked.named | ELSEWHERE.keys()
    assert [row for row in RIGHTS if row not in known and "{" not in row[1] and "laufend" not in row[1]] == []
    streams = {("GET", stream.partition("?")[0]) for stream in walked.streams}
    assert {row for row in RIGHTS if "laufend" in row[1]} - streams == {("GET", "/betrieb/qualitaet/laufend")}


async def test_a_member_reaches_no_page_of_the_operator(squares: list[Square]) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, UserRole.CONSUMER)
    assert walked.list_faults() == walked.dead == []
    for method, path, _ in walked.forms:
        allowed = RIGHTS[method, path]
        assert allowed is None or UserRole.CONSUMER in allowed, path
    browser = await square.sign_in(UserRole.CONSUMER)
    before = await square.record.acts(None, None, 100)
    for (method, path), roles in RIGHTS.items():
        if roles is not None and UserRole.CONSUMER not in roles:
            answer = await browser.request(method, path, data={"id": "roads", "nummer": "1", "tat": "zeigen"})
            assert answer.status_code == 403, path
    assert await square.record.acts(None, None, 100) == before


async def test_german_pages_have_no_word_of_the_standards(squares: list[Square]) -> None:
    square = await _furnish(squares)
    for address, page in (await _walk(square, *square.register.roles)).pages.items():
        assert not FORBIDDEN.findall(read_german(page)), address


async def test_what_was_typed_outlives_a_session_and_changes_nothing(squares: list[Square]) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, *square.register.roles)
    before = await square.record.acts(None, None, 100)
    for address, form in walked.forms.values():
        if form.path in SIGNING_OUT:
            continue
        typed = {**form.fields, **dict.fromkeys(form.texts, TYPED)}
        answer = await square.visitor().post(form.action, data=typed)
        # A form without a field has nothing to lose.
        assert answer.status_code == (401 if typed else 303), (address, form)
        assert not typed or Page(answer.text).list_faults() == []
    assert await square.record.acts(None, None, 100) == before


async def test_a_form_over_another_state_changes_nothing_and_says_so(squares: list[Square]) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, *square.register.roles)
    forms = [form for _, form in walked.forms.values() if "stand" in form.fields]
    assert len(forms) >= 5
    browser = await square.sign_in(*square.register.roles)
    before = await square.record.acts(None, None, 100)
    for form in forms:
        answer = await browser.post(form.action, data={**form.fields, "begruendung": TYPED, "stand": "4711"})
        assert answer.status_code == 409, form
    assert await square.record.acts(None, None, 100) == before


async def test_a_form_as_it_stands_leads_to_a_page(squares: list[Square]) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, *square.register.roles)
    browser = await square.sign_in(*square.register.roles)
    for address, form in walked.forms.values():
        if form.path in SIGNING_OUT:
            continue
        answer = await browser.post(form.action, data=form.fields)
        if answer.status_code == 303:
            answer = await browser.get(answer.headers["location"])
        assert answer.status_code in {200, 409, 422}, (address, form, answer.status_code)
        assert Page(answer.text).list_faults() == [], (address, form)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_hostile_values_are_answered_with_a_whole_page(squares: list[Square], language: str) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, *square.register.roles, language=language)
    browser = await square.sign_in(*square.register.roles, language=language)
    for address, form in walked.forms.values():
        if form.path in SIGNING_OUT:
            continue
        answer = await browser.post(form.action, data=dict.fromkeys([*form.fields, *form.texts, "id"], MARK_UP))
        assert answer.status_code in {303, 404, 409, 422}, (address, form, answer.status_code)
        assert answer.status_code == 303 or Page(answer.text).list_faults() == [], (address, form)
    for address in walked.pages:
        path, _, query = address.partition("?")
        names = [pair.partition("=")[0] for pair in query.split("&")] if query else ["x"]
        for value in (f"\x01\u202e{MARK_UP}", "9" * 5000):
            answer = await browser.get(path, params=dict.fromkeys(names, value))
            assert answer.status_code in {200, 404, 422}, (path, names, answer.status_code)
            assert Page(answer.text).list_faults() == [], (path, names)


async def test_no_parameter_leads_to_another_site(squares: list[Square]) -> None:
    square = await _furnish(squares)
    walked = await _walk(square, *square.register.roles)
    browser = await square.sign_in(*square.register.roles)
    names = {name for _, form in walked.forms.values() for name in form.fields} | set(NEXT)
    for elsewhere in ADDRESSES:
        for method, path in RIGHTS:
            if "laufend" in path or "{" in path or path in SIGNING_OUT:
                continue
            answer = await browser.request(method, path, params=dict.fromkeys(names, elsewhere))
            location = answer.headers.get("location", "/")
            assert location.startswith("/"), path
            assert not location.startswith(("//", "/\\", "/\t")), path
