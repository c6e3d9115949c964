"""The subscriptions of an agreement stand on its page, with what came of them and what a person may do."""

from datetime import UTC

import pytest

from connector.ports.changes import PutSubscription
from connector.ports.entities import UserRole
from connector.views.subscriptions import SubscriptionRhythm, SubscriptionState
from connector.web.frame.wording import PageWords
from connector.web.showing.standing import write_rhythm
from tests.pages.page import Page
from tests.support.plane import NOW
from tests.web.getting import make_agreement, make_subscription
from tests.web.office import Office, path

CONTRACT = path("/vertraege/vertrag", make_agreement().key)


@pytest.mark.parametrize(
    ("every", "said"),
    [
        (SubscriptionRhythm.HOUR, "stündlich, zur Minute 30"),
        (SubscriptionRhythm.DAY, "täglich um 06:30 Uhr"),
        (SubscriptionRhythm.WEEK, "jeden Mittwoch um 06:30 Uhr"),
        (SubscriptionRhythm.STREAM, "folgt dem Datenstrom"),
    ],
)
def test_a_rhythm_is_written_in_words(every: SubscriptionRhythm, said: str) -> None:
    assert write_rhythm(PageWords("de", UTC), make_subscription(every=every, minute=390, weekday=2)) == said


async def test_the_contract_shows_its_subscriptions_with_what_came_and_what_failed(office: Office) -> None:
    await office.furnish()
    told = {"de": "Der Anbieter ist nicht erreichbar.", "en": "The provider is away."}
    failing = make_subscription("urn:s:failing", failures=2, failing_since=NOW, reason=told)
    other = make_subscription("urn:s:other", agreement="another", title={"de": "Anderes"})
    await office.store.commit([PutSubscription(failing, None), PutSubscription(other, None)])
    browser = await office.sign_in(UserRole.CONSUMER)
    page = Page((await browser.get(CONTRACT)).text)
    assert page.list_faults() == []
    assert "Der Anbieter ist nicht erreichbar." in page.text
    assert {link for link in page.links() if link.startswith("/abos/abo")} == {
        path("/abos/abo", "urn:s:1"),
        path("/abos/abo", "urn:s:failing"),
    }
    paused = [form for form in page.forms() if form.path == "/abos/anhalten"]
    assert sorted(form.fields["id"] for form in paused) == ["urn:s:1", "urn:s:failing"]
    await browser.post("/abos/anhalten", data=paused[0].fields)
    again = Page((await browser.get(CONTRACT)).text)
    assert [form.path for form in again.forms() if form.path.startswith("/abos/")].count("/abos/fortsetzen") == 1


async def test_who_only_reads_changes_no_subscription_there(office: Office) -> None:
    await office.furnish()
    await office.store.commit(
        [PutSubscription(make_subscription("urn:s:paused", state=SubscriptionState.PAUSED, due_at=None), None)]
    )
    browser = await office.sign_in(UserRole.AUDITOR)
    page = Page((await browser.get(CONTRACT)).text)
    assert [form.path for form in page.forms() if form.path.startswith("/abos/")] == []
