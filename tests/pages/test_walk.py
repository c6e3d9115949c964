"""Every page that a person reaches is whole, for each role and in each language; none leads to nothing."""

import re
from importlib.resources import files

import pytest

from connector.language.catalogue import LANGUAGES
from connector.ports.entities import UserRole
from connector.web.pages import PAGES
from tests.pages.codes import list_codes
from tests.pages.page import Page, read_text
from tests.pages.walk import Walked, walk
from tests.pages.world import furnish, invite
from tests.web.office import Office
from tests.web.protection import list_own_places
from tests.web.test_texts import FORBIDDEN

ROLES = {role.value: (role,) for role in UserRole} | {"all": tuple(UserRole)}
UNFILLED = re.compile(r"\{|\}|\bNone\b(?!\.)|&(lt|amp|quot|#39);")
"""What a template leaves that was not filled in, or escaped a text twice."""
ELSEWHERE = {
    ("GET", "/anmelden/login"): "for an office with the login of an organisation (tests/web/chapters/accounts)",
    ("GET", "/anmelden/fertig"): "from a sign-in in a second window (tests/web/chapters/accounts)",
    ("GET", "/anmelden/zurueck"): "the provider of that login leads there",
    ("POST", "/einwilligungen/einlesen"): "from the look at a file (tests/web/chapters/privacy, tests/browser)",
    ("POST", "/einwilligungen/einlesen/zuruecknehmen"): "from an import that is done",
    ("GET", "/lieferungen/mitschnitt"): "from a delivery of a stream (tests/web/chapters/getting)",
    ("POST", "/bedarf/abschliessen"): "on a need of one's own (tests/web/chapters/keeping)",
}
RIGHTS = {(method, path): roles for method, path, _, roles in PAGES}


async def _walk(office: Office, roles: tuple[UserRole, ...], language: str = "de") -> Walked:
    await furnish(office)
    return await walk(await office.sign_in(*roles, language=language))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("roles", ROLES.values(), ids=ROLES.keys())
async def test_all_that_a_role_reaches_is_whole_and_no_form_is_refused(
    office: Office, roles: tuple[UserRole, ...], language: str
) -> None:
    walked = await _walk(office, roles, language)
    assert walked.list_faults() == []
    assert walked.dead == []
    assert {page.root.get("lang") for page in walked.pages.values()} == {language}
    assert [address for address, page in walked.pages.items() if UNFILLED.search(page.text)] == []
    assert {address: found for address, page in walked.pages.items() if (found := list_codes(page))} == {}
    for method, path, _ in walked.forms:
        allowed = RIGHTS[method, path]
        assert allowed is None or allowed & set(roles), f"{path} is shown to {roles}"


async def test_a_page_or_a_script_leads_to_every_path(office: Office) -> None:
    """What nothing leads to is found by nobody. A new path needs a link, and an office that has what it is about."""
    signing = await walk(office.visitor(), ("/anmelden", await invite(office, "n.neu")))
    assert signing.list_faults() == []
    await furnish(office)
    own = await walk(office.visitor(), tuple(await list_own_places(office)))
    walked = await walk(await office.sign_in(*UserRole))
    assert own.list_faults() == own.dead == []
    named = signing.named | own.named | walked.named | ELSEWHERE.keys()
    static = files("connector.web").joinpath("static")
    scripts = "".join(file.read_text(encoding="utf-8") for file in static.iterdir() if file.name.endswith(".js"))
    unreached = [known for known in RIGHTS if known not in named and "{" not in known[1] and known[1] not in scripts]
    assert unreached == []


async def test_german_pages_have_no_word_of_the_standards(office: Office) -> None:
    for address, page in (await _walk(office, tuple(UserRole))).pages.items():
        assert not FORBIDDEN.findall(read_german(page)), address


async def test_people_are_called_by_their_names(office: Office) -> None:
    """What somebody signs in with is on the pages of the accounts, and in the log as it is written there."""
    walked = await _walk(office, tuple(UserRole))
    others = {address: page for address, page in walked.pages.items() if not address.startswith("/konto")}
    assert any("Left." in page.text for page in others.values())
    assert [address for address, page in others.items() if "w.weg" in read_german(page)] == []


def read_german(page: Page) -> str:
    """Return what is read without what others read in English, which is shown beside it, and without code."""
    foreign = [one for one in page.elements if one.get("lang") == "en" or "code" in one.get("class", "").split()]
    text = page.text
    for one in foreign:
        text = text.replace(read_text(one), "")
    return text
