"""What a change differs in, in words, and what follows from it."""

from connector.ports.entities import DataClass, UserRole
from connector.web.frame.visit import Visit, begin_visit
from connector.web.offering.changing import ChangedAnswer, describe_change
from tests.web.office import Office


async def visit(office: Office) -> Visit:
    from starlette.requests import Request

    await office.sign_in(UserRole.PROVIDER)
    app = office.app._pages  # type: ignore[attr-defined]
    scope = {
        "type": "http",
        "method": "GET",
        "path": "/",
        "headers": [(b"cookie", b"dk-lang=de")],
        "state": {"pages": app},
    }
    return begin_visit(Request({**scope, "query_string": b""}))


async def test_a_choice_is_named_by_its_label_and_a_long_text_is_cut(office: Office) -> None:
    await office.offer()
    await office.change(thema="ENVI", text="x" * 500)
    change = await describe_change(await visit(office), await office.form("urn:f:2"))
    assert change.answers == (
        ChangedAnswer("text", "", "x" * 200 + " …"),
        ChangedAnswer("thema", "", "Umwelt"),
    )
    assert sorted(change.members) == ["description", "themes"]
    assert not change.held_back


async def test_fields_about_persons_count_only_for_personal_data(office: Office) -> None:
    await office.offer()
    await office.change(personenbezug="personal", rechtsgrundlage="urn:basis")
    change = await describe_change(await visit(office), await office.form("urn:f:2"))
    assert (change.answers, change.members) == ((), {})


async def test_data_that_becomes_protected_is_held_back(office: Office) -> None:
    await office.offer()
    await office.change(klasse=DataClass.PERSONAL.value)
    change = await describe_change(await visit(office), await office.form("urn:f:2"))
    assert change.held_back
    assert change.answers[0] == ChangedAnswer("klasse", "intern", "personenbezogen")
