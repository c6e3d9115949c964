"""The pages of subscriptions: ordered once from an agreement, seen with what came of them, paused, resumed, ended."""

from typing import Any

import pytest

from connector.ports.changes import PutAgreement, PutSubscription
from connector.ports.entities import PageBounds, Subscription, UserRole
from connector.views.subscriptions import RunOutcome, SubscriptionRhythm, SubscriptionState
from tests.support.plane import NOW, OWNER
from tests.web.getting import link, make_agreement, make_dataset, make_subscription
from tests.web.office import Office, Reading, find

SHOWN = link("/abos/abo", id="urn:s:1")
KEY = make_agreement().key
FORM = {"vertrag": KEY, "rhythmus": "week", "uhrzeit": "06:30", "wochentag": "3", "ordner": "luft"}


async def put(office: Office, **changed: Any) -> None:
    await office.store.commit([PutAgreement(make_agreement()), PutSubscription(make_subscription(**changed), None)])


async def list_all(office: Office) -> list[Subscription]:
    rows, _ = await office.store.subscriptions(OWNER, PageBounds(limit=9))
    return list(rows)


async def test_a_subscription_is_ordered_once_from_an_agreement(office: Office) -> None:
    await office.store.commit([PutAgreement(make_agreement())])
    office.desk.peer.datasets = [make_dataset()]
    browser = await office.sign_in(UserRole.CONSUMER)
    agreement = (await browser.get(link("/vertraege/vertrag", id=KEY))).text
    form = (await browser.get(find(agreement, r'href="(/abos/neu[^"]*)"').replace("&amp;", "&"))).text
    assert f'value="{KEY}"' in form
    places = {(await browser.post("/abos/bestellen", data=FORM)).headers["location"] for _ in range(3)}
    (made,) = await list_all(office)
    assert places == {link("/abos/abo", id=made.id, fertig="bestellt")}
    assert (made.every, made.minute, made.weekday, made.by) == (SubscriptionRhythm.WEEK, 390, 2, "a.kaya")
    assert made.sink == {"kind": "file", "path": "luft/", "overwrite": True}
    page = Reading((await browser.get(places.pop())).text).text
    assert "jeden Mittwoch um 06:30 Uhr" in page
    assert "Das Abo ist bestellt." in page


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"uhrzeit": "halb"}, "Eine Uhrzeit hat die Form 06:30"),
        ({"rhythmus": "minute"}, "einer der Rhythmen"),
        ({"wochentag": "9"}, "einer der Rhythmen"),
        pytest.param({"wochentag": "9" * 5000}, "einer der Rhythmen", id="a weekday of 5000 digits"),
        ({"rhythmus": "change"}, "sodass niemand eine Änderung sieht"),
    ],
)
async def test_what_cannot_be_ordered_is_said_in_the_form(office: Office, changed: dict[str, str], said: str) -> None:
    await office.store.commit([PutAgreement(make_agreement())])
    office.desk.peer.datasets = [make_dataset(**{"dct:modified": None})]
    browser = await office.sign_in(UserRole.CONSUMER)
    answer = await browser.post("/abos/bestellen", data=FORM | changed)
    assert answer.status_code == 422
    assert said in Reading(answer.text).text
    assert await list_all(office) == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"failures": 2, "failing_since": NOW, "outcome": RunOutcome.FAILED, "reason": {"de": "Keine Leitung."}},
         "Keine Leitung. Es wird von selbst weiter versucht."),
        ({"state": SubscriptionState.ENDED, "due_at": None, "reason": {"de": "Die Zeit ist vorbei."}},
         "Dieses Abo ist beendet. Die Zeit ist vorbei."),
        ({"outcome": RunOutcome.UNSEEN}, "Ihr Vertrag zählt die Nutzungen"),
        ({"transfer": "urn:t:9", "due_at": None}, "nach der laufenden Lieferung"),
        ({"delivered": "", "delivered_at": None, "outcome": None}, "noch keine"),
        ({"sink": {"kind": "http", "url": "https://gis.example"}}, "In einem anderen System"),
    ],
)  # fmt: skip
async def test_a_subscription_says_how_it_stands(office: Office, changed: dict[str, Any], said: str) -> None:
    await put(office, **changed)
    browser = await office.sign_in(UserRole.CONSUMER)
    assert said in Reading((await browser.get(SHOWN)).text).text
    assert (await browser.get("/abos")).status_code == 200


async def test_a_subscription_is_paused_resumed_run_and_ended(office: Office) -> None:
    await put(office)
    browser = await office.sign_in(UserRole.CONSUMER)
    for verb, done in (("anhalten", "angehalten"), ("fortsetzen", "geht weiter"), ("jetzt", "sieht jetzt nach")):
        answer = await browser.post(f"/abos/{verb}", data={"id": "urn:s:1"})
        assert done in Reading((await browser.get(answer.headers["location"])).text).text
    assert "bleiben" in (await browser.get(link("/abos/beenden", id="urn:s:1"))).text
    ended = await browser.post("/abos/beenden", data={"id": "urn:s:1"})
    page = Reading((await browser.get(ended.headers["location"])).text).text
    assert "Das Abo ist beendet." in page
    assert "Es gibt noch kein Abo." in page
    assert (await browser.post("/abos/jetzt", data={"id": "urn:s:1"})).status_code == 404


@pytest.mark.parametrize("role", [UserRole.PROVIDER, UserRole.RELEASE, UserRole.PRIVACY, UserRole.AUDITOR])
async def test_others_read_a_subscription_and_change_nothing(office: Office, role: UserRole) -> None:
    await put(office)
    browser = await office.sign_in(role)
    page = (await browser.get(SHOWN)).text
    assert "Abos ändert, wer die Rolle Datenbezug hat." in page
    assert '<button class="button' not in page
    for verb in ("bestellen", "anhalten", "fortsetzen", "jetzt", "beenden"):
        assert (await browser.post(f"/abos/{verb}", data={"id": "urn:s:1", "vertrag": KEY})).status_code == 403


async def test_the_inbox_names_a_subscription_that_fails_once_however_often_it_failed(office: Office) -> None:
    await put(office, failures=5, failing_since=NOW, outcome=RunOutcome.FAILED, reason={"de": "Keine Leitung."})
    browser = await office.sign_in(UserRole.CONSUMER)
    page = Reading((await browser.get("/eingang")).text)
    assert page.text.count("Keine Leitung.") == 1
    assert SHOWN in page.links()
