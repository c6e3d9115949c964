"""The messages to people, whatever a hostile peer calls its data."""

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from connector.controlplane.notices.writing import MOST_LINES, clean_title, write_message, write_signed
from connector.net.mail import write_mail
from connector.protocol.webhooks import sign, write_secret
from connector.views.users import UserNoticeKind
from tests.controlplane.notices.made import make_notice, make_user
from tests.support.plane import NOW

PAGES = "https://pages.example"


def test_one_notice_has_its_title_as_subject_and_leads_to_its_page() -> None:
    message = write_message(make_user(), [make_notice()], pages=PAGES, provider="Tiefbauamt")
    assert message.subject == "Anfrage wartet: Baustellen"
    assert f"{PAGES}/eingang/anfrage?id=urn%3An%3A1" in message.text
    assert message.text.startswith("Guten Tag, Aylin Kaya,\n")
    assert f"{PAGES}/konto" in message.text


def test_several_are_one_message_in_the_language_of_the_person_and_of_a_bounded_length() -> None:
    notices = [make_notice(number) for number in range(1, MOST_LINES + 3)]
    message = write_message(make_user(language="en"), notices, pages=PAGES, provider="Tiefbauamt")
    assert message.subject == "22 messages wait for you"
    assert message.text.count("Request waits: Roadworks") == MOST_LINES
    assert "And 2 more." in message.text


@given(st.text(max_size=400))
def test_a_title_of_a_peer_stays_on_its_line_and_links_nowhere(title: str) -> None:
    clean = clean_title(title)
    assert len(clean) <= 120
    assert "://" not in clean
    assert clean.isprintable()
    notice = make_notice(title={"de": title})
    message = write_message(make_user(person=title), [notice], pages=PAGES, provider=title)
    mail = write_mail("datenkontor@city.example", "a@city.example", message.subject, message.text, "k", NOW)
    raw = mail.as_bytes()
    head = raw.partition(b"\n\n")[0]
    names = {line.partition(b":")[0].lower() for line in head.split(b"\n") if not line.startswith((b" ", b"\t"))}
    assert names <= {b"from", b"to", b"subject", b"date", b"message-id", b"auto-submitted", b"content-type",
                     b"content-transfer-encoding", b"mime-version"}  # fmt: skip


def test_a_webhook_gets_titles_and_links_and_nothing_of_the_terms() -> None:
    told = make_user(webhook_secret=write_secret(b"geheim"))
    message = write_signed(told, [make_notice(kind=UserNoticeKind.DELIVERY)], pages=PAGES, key="a.kaya-1-2", now=NOW)
    body = msgspec.json.decode(message.body)
    assert (body["type"], body["timestamp"]) == ("notices.new", "2025-11-24T16:00:00Z")
    assert body["data"] == {
        "user": "a.kaya", "count": 1,
        "notices": [{"kind": "delivery", "at": "2025-11-24T16:00:00Z",
                     "title": {"de": "Baustellen", "en": "Roadworks"},
                     "url": f"{PAGES}/lieferungen/lieferung?id=urn%3An%3A1"}],
    }  # fmt: skip
    headers = message.headers
    assert "." not in headers["webhook-id"]
    signed = sign(told.webhook_secret, headers["webhook-id"], headers["webhook-timestamp"], message.body)
    assert headers["webhook-signature"] == signed
