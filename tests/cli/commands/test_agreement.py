"""`agreement`: agreements with their use, payments and duties."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from connector.cli.frame.zone import find_zone
from connector.protocol.dsp.common import Role
from connector.views.agreements import DutyView, MonthlyUsageView, UseView
from connector.views.common import Page
from connector.views.payments import PaymentSummaryView, PaymentView
from tests.cli.conftest import Cli
from tests.cli.management import NOW, Management, agreement


def test_an_agreement_is_shown_with_its_terms_and_use(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/agreements/urn:a", agreement())
    management.answer("GET", "/v1/usage/urn:a", {"agreement_id": "urn:a", "bytes_moved": 2_500_000, "uses": 3})
    done = cli("agreement", "show", "urn:a")
    assert "may use." in done.out
    assert "3 times, 2.5 MB" in done.out


def test_payments_are_recorded_and_shown(cli: Cli, management: Management) -> None:
    path = "/v1/agreements/urn:a/payments"
    entry = PaymentView(state="settled", at=NOW, by="accounts", amount="12.50", currency="EUR", until=NOW)
    paid = PaymentSummaryView(
        agreement_id="urn:a", state="settled", until=NOW, amount="12.50", currency="EUR", entries=(entry,)
    )
    management.answer("POST", path, paid)
    management.answer("GET", path, paid)
    done = cli(
        "agreement",
        "payment",
        "urn:a",
        "--state",
        "settled",
        "--amount",
        "12.50",
        "--until",
        "2026-12-31",
        "--lang",
        "de",
    )
    assert (done.code, done.out) == (0, "urn:a: beglichen; bisher bezahlt: 12,50 EUR.\n")
    assert management.bodies("POST", path) == [
        {"state": "settled", "amount": "12.50", "until": "2027-01-01T00:00:00+01:00"}
    ]
    shown = cli("agreement", "payment", "urn:a")
    assert "12.50 EUR" in shown.out
    assert "accounts" in shown.out
    assert cli("agreement", "payment", "urn:a", "--amount", "1").code == 2
    assert cli("agreement", "payment", "urn:a", "--state", "due", "--until", "soon").code == 2


def test_a_payment_is_taken_back_by_its_number_and_open_and_paid_amounts_are_told_apart(
    cli: Cli, management: Management
) -> None:
    path = "/v1/agreements/urn:a/payments"
    common = {"at": NOW, "by": "accounts", "currency": "EUR"}
    end = datetime(2026, 12, 1, 23, tzinfo=UTC)  # midnight in Berlin
    entries = (
        PaymentView(state="due", amount="9.50", until=end, **common),
        PaymentView(state="settled", amount="950", until=None, **common),
        PaymentView(state="settled", amount=None, until=None, corrects=2, **common),
    )
    paid = PaymentSummaryView(
        agreement_id="urn:a", state="due", until=end, amount="0", due="9.50", currency="EUR", entries=entries
    )
    management.answer("POST", f"{path}/correct", paid)
    management.answer("GET", path, paid)
    done = cli("agreement", "payment", "urn:a", "--correct", 2, "--lang", "de")
    assert (done.code, done.out) == (0, "urn:a: offen, zu zahlen: 9,50 EUR; bisher bezahlt: 0 EUR.\n")
    assert management.bodies("POST", f"{path}/correct") == [{"entry": 2}]
    rows = cli("agreement", "payment", "urn:a", "--lang", "en").out.splitlines()[1:]
    assert [row.split()[0] for row in rows] == ["1", "2", "3"]
    assert (" 2026-12-01 " in rows[0], "taken back" in rows[1], "takes number 2 back" in rows[2]) == (True, True, True)
    assert cli("agreement", "payment", "urn:a", "--correct", 2, "--state", "none").code == 2


def test_agreements_are_listed_in_pages_and_filtered(cli: Cli, management: Management) -> None:
    pages = [{"items": [agreement(id=name)], "next": after} for name, after in (("urn:a1", "c1"), ("urn:a2", None))]
    management.answer("GET", "/v1/agreements", pages[0])
    page = cli("agreement", "list", "--limit", 1, "--counterparty", "urn:city", "--dataset", "air")
    assert page.out.splitlines()[0].split() == ["ID", "TITLE", "ROLE", "COUNTERPARTY", "STATE", "AGREED", "ENDS"]
    assert "--after c1" in page.err
    assert management.asked[-1].query == {"limit": ["1"], "counterparty": ["urn:city"], "dataset": ["air"]}
    management.answer("GET", "/v1/agreements", *pages)
    every = cli("agreement", "list", "--limit", 1, "--all", "--json")
    assert [entry["id"] for entry in every.json["items"]] == ["urn:a1", "urn:a2"]
    cli("agreement", "list", "--after", "c1")
    assert management.asked[-1].query["after"] == ["c1"]


def test_agreements_in_one_state_are_listed_and_shown_with_the_reason(cli: Cli, management: Management) -> None:
    used = agreement(id="urn:used", state="used-up", because={"de": "Schon 3-mal genutzt.", "en": "Used 3 times."})
    soon = agreement(id="urn:soon", expires_at=datetime.now(UTC) + timedelta(days=3))
    ended = agreement(id="urn:no", state="unusable", expires_at=datetime.now(UTC) + timedelta(days=3))
    management.answer("GET", "/v1/agreements", {"items": [used, soon, ended], "next": None})
    assert [entry["id"] for entry in cli("agreement", "list", "--state", "used-up", "--json").json["items"]] == [
        "urn:used"
    ]
    for days in (5, 3_000_000):
        found = cli("agreement", "list", "--expiring", days, "--json").json["items"]
        assert [entry["id"] for entry in found] == ["urn:soon"]
    assert "aufgebraucht" in cli("agreement", "list", "--state", "used-up", "--lang", "de").out
    management.answer("GET", "/v1/agreements/urn:used", used)
    management.answer("GET", "/v1/usage/urn:used", {"agreement_id": "urn:used", "bytes_moved": 1, "uses": 3})
    shown = cli("agreement", "show", "urn:used", "--lang", "de").out
    assert "Schon 3-mal genutzt." in shown
    assert "aufgebraucht" in shown


def test_no_agreements_are_an_empty_listing_in_the_language_of_the_call(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/agreements", {"items": [], "next": None})
    empty = cli("agreement", "list", "--lang", "de")
    assert (empty.code, empty.out, empty.err) == (0, "", "Keine Einträge vorhanden.\n")
    assert cli("agreement", "list", "--json").json == {"items": [], "next": None}


@pytest.mark.parametrize(
    ("arguments", "method", "path"),
    [
        (["show", "urn:none"], "GET", "/v1/agreements/urn:none"),
        (["duties", "urn:none"], "GET", "/v1/agreements/urn:none/duties"),
        (["receipt", "urn:none", "obligation/0"], "POST", "/v1/agreements/urn:none/duties/obligation/0/receipt"),
        (["payment", "urn:none"], "GET", "/v1/agreements/urn:none/payments"),
        (["withdraw", "urn:none", "--yes"], "POST", "/v1/agreements/urn:none/withdraw"),
    ],
)
def test_an_unknown_agreement_is_not_found(
    cli: Cli, management: Management, arguments: list[str], method: str, path: str
) -> None:
    management.refuse(method, path, 404, "unknown-agreement", "Unknown agreement urn:none.")
    done = cli("agreement", *arguments, "--json")
    assert (done.code, done.out, done.err) == (3, "", "datenkontor: Unknown agreement urn:none.\n")


def test_an_agreement_is_withdrawn_after_confirmation(cli: Cli, management: Management) -> None:
    path = "/v1/agreements/urn:a/withdraw"
    management.answer("POST", path, agreement(withdrawn_at=NOW))
    management.answer("GET", "/v1/agreements/urn:a", agreement())
    asked = cli("agreement", "withdraw", "urn:a", "--lang", "de")
    assert (asked.code, asked.out, management.bodies("POST", path)) == (2, "", [])
    assert "Der Vertrag urn:a wird dann zurückgezogen" in asked.err
    assert "--yes" in asked.err
    done = cli("agreement", "withdraw", "urn:a", "--reason", "No longer needed", "--yes")
    assert (done.code, done.out.startswith("urn:a is withdrawn since 2026-05-01")) == (0, True)
    assert management.bodies("POST", path) == [{"reason": "No longer needed"}]


def test_duties_are_listed_and_confirmed_by_a_receipt(cli: Cli, management: Management) -> None:
    duty = DutyView(
        id="obligation/0",
        agreement_id="urn:a",
        role="obligation",
        action="http://www.w3.org/ns/odrl/2/delete",
        state="active",
        assignee="urn:firm",
        deadline=NOW,
        by_person=True,
        events=(),
    )
    management.answer("GET", "/v1/agreements/urn:a/duties", [duty])
    listed = cli("agreement", "duties", "urn:a")
    assert listed.out.splitlines()[1].split()[:3] == ["obligation/0", "delete", "active"]
    assert cli("agreement", "duties", "urn:a", "--json").json["items"][0]["by_person"] is True
    path = "/v1/agreements/urn:a/duties/obligation/0/receipt"
    management.answer("POST", path, msgspec.structs.replace(duty, state="fulfilled"))
    done = cli("agreement", "receipt", "urn:a", "obligation/0", "--note", "deleted")
    assert (done.code, done.out) == (0, "obligation/0: fulfilled\n")
    assert management.bodies("POST", path) == [{"note": "deleted"}]


def test_agreements_that_end_soon_are_listed_with_titles_names_and_ends(cli: Cli, management: Management) -> None:
    soon, late = datetime.now(UTC) + timedelta(days=5), datetime.now(UTC) + timedelta(days=50)
    listed = [
        agreement(id="urn:late", expires_at=late),
        agreement(id="urn:soon", expires_at=soon, title={"de": "Luft"}, counterparty_name="Stadt"),
        agreement(id="urn:over", expires_at=soon, state="expired"),
        agreement(id="urn:open"),
    ]
    management.answer("GET", "/v1/agreements", {"items": listed, "next": None})
    every = cli("agreement", "list").out
    assert all(entry.id in every for entry in listed)
    assert "Stadt" in every
    ending = cli("agreement", "list", "--expiring", "30", "--json").json["items"]
    assert [entry["id"] for entry in ending] == ["urn:soon"]


def test_the_uses_are_a_table_for_a_spreadsheet(cli: Cli, management: Management) -> None:
    use = UseView(
        at=NOW,
        role=Role.PROVIDER,
        counterparty="urn:firma",
        counterparty_name="=cmd|x",
        dataset="urn:air",
        title={"en": "Air, daily"},
        purposes=("dpv:Navigation",),
        agreement_id="urn:a",
        transfer="urn:t",
        bytes_moved=12,
    )
    management.answer("GET", "/v1/uses", {"items": [use], "next": None})
    sheet = cli("agreement", "uses", "--csv", "--lang", "de").out
    assert sheet.startswith("\ufeffZeitpunkt;Rolle;Vertragspartner;")
    heading, row = cli("agreement", "uses", "--csv", "--plain", "--lang", "de").out.splitlines()
    assert heading.startswith("at,role,counterparty,name,dataset,title,purposes,bytes")
    name, at = "'=cmd|x", NOW.astimezone(find_zone()).isoformat()
    assert row == f'{at},provider,urn:firma,{name},urn:air,"Air, daily",dpv:Navigation,12,urn:a,urn:t'
    assert "Air, daily" in cli("agreement", "uses", "urn:a").out
    day = NOW.astimezone(find_zone()).date().isoformat()
    management.answer("GET", "/v1/agreements", Page(items=(agreement(),)))
    for options, found in (
        (["--dataset", "urn:air"], True),
        (["--dataset", "urn:other"], False),
        (["--counterparty", "urn:firma", "--from", day, "--until", day], True),
        (["--counterparty", "urn:amt"], False),
        (["--until", "2001-01-01"], False),
    ):
        assert ("Air, daily" in cli("agreement", "uses", *options).out) is found, options


def test_usage_by_month_is_a_table_and_a_sheet_of_all_rows(cli: Cli, management: Management) -> None:
    row = MonthlyUsageView(
        month="2026-11", role=Role.PROVIDER, dataset="urn:d", title={"en": "Air, daily", "de": "Luft, täglich"},
        counterparty="urn:city", counterparty_name="=City", purposes=("urn:traffic",), agreements=1, deliveries=12,
        bytes_moved=3000, denied=2,
    )  # fmt: skip
    management.answer("GET", "/v1/usage", Page(items=(row,)))
    shown = cli("agreement", "usage", "--from", "2026-01", "--by", "month", "--by", "dataset")
    assert (shown.code, "Air, daily" in shown.out, "12" in shown.out) == (0, True, True)
    sheet = cli("agreement", "usage", "--csv", "--lang", "de").out
    assert "Luft, täglich;urn:traffic;1;12;3000;2" in sheet
    assert "'=City" in sheet
    assert cli("agreement", "usage", "--csv", "--plain").out.startswith("month,role,counterparty,name,")
    assert '"denied": 2' in cli("agreement", "usage", "--json").out
