"""Forms are bounded, and a reason is one line of text."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connector.ports.entities import UserRole
from connector.web.frame.forms import LONGEST_REASON, FormFault, read_reason, read_version
from tests.web.office import Office

FORM = {"content-type": "application/x-www-form-urlencoded"}


@settings(deadline=None)
@given(st.text())
def test_a_reason_is_readable_text_on_one_line_or_refused(text: str) -> None:
    try:
        reason = read_reason({"r": text}, "r")
    except FormFault as fault:
        refused = fault.key
    else:
        refused = ""
        assert 0 < len(reason) <= LONGEST_REASON
        assert reason.isprintable()
        assert reason == " ".join(reason.split())
    assert refused in {"", "reason-missing", "reason-long"}


@pytest.mark.parametrize("text", ["", "x", "-1", "1.0", "9" * 16, "٣"])
def test_a_version_is_a_number(text: str) -> None:
    with pytest.raises(FormFault):
        read_version({"stand": text}, "stand")
    assert read_version({"stand": "12"}, "stand") == 12


@pytest.mark.parametrize("body", [b"\xff=1", b"&".join(b"a%d=1" % n for n in range(501)), b"name=%ff&passwort=x"])
async def test_a_form_that_no_page_sends_is_refused(office: Office, body: bytes) -> None:
    answer = await office.visitor().post("/anmelden", content=body, headers=FORM)
    assert answer.status_code == 422
    assert "Formular" in answer.text


async def test_a_form_is_bounded_also_if_its_length_is_a_lie(office: Office) -> None:
    browser = office.visitor()
    assert (await browser.post("/anmelden", content=b"a" * 270_000, headers=FORM)).status_code == 413

    async def chunks():  # type: ignore[no-untyped-def]
        yield b"a" * 270_000

    assert (await browser.post("/anmelden", content=chunks(), headers=FORM)).status_code == 413


async def test_several_values_of_one_name_are_lines(office: Office) -> None:
    await office.fill_in()
    browser = await office.sign_in(UserRole.PROVIDER)
    body = b"id=urn:f:1&stand=1&titel=Luft&text=&text=Zwei&text=Drei%0D%0AVier"
    await browser.post("/neues-angebot/beschreibung", content=body, headers=FORM)
    assert (await office.form()).answers["text"] == "\nZwei\nDrei\nVier"


async def test_who_leaves_before_the_end_of_a_form_is_no_error_of_the_pages(
    office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    """A stranger would fill the log with it."""
    host = office.address.partition("://")[2].encode()
    head = [(b"host", host), (b"sec-fetch-site", b"same-origin"), (b"content-length", b"100")]
    scope = {"type": "http", "method": "POST", "path": "/anmelden", "query_string": b"", "headers": head}
    arriving = [{"type": "http.request", "body": b"name=a", "more_body": True}, {"type": "http.disconnect"}]
    answered: list[dict[str, object]] = []

    async def receive() -> dict[str, object]:
        return arriving.pop(0)

    async def send(message: dict[str, object]) -> None:
        answered.append(message)

    await office.app(scope, receive, send)
    assert answered[0]["status"] == 422
    assert not caplog.records
