"""`agreement`: agreements with their use, payments and duties."""

from connector.client.chapters.agreements import Paid, Payment
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
    entry = Payment(state="settled", at=NOW, by="accounts", amount="12.50", currency="EUR", until=NOW)
    paid = Paid(agreement_id="urn:a", state="settled", until=NOW, amount="12.50", currency="EUR", entries=(entry,))
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
    assert (done.code, done.out) == (0, "urn:a: settled, bezahlt 12.50 EUR.\n")
    assert management.bodies("POST", path) == [{"state": "settled", "amount": "12.50", "until": "2026-12-31T00:00:00Z"}]
    shown = cli("agreement", "payment", "urn:a")
    assert "12.50 EUR" in shown.out
    assert "accounts" in shown.out
    assert cli("agreement", "payment", "urn:a", "--amount", "1").code == 2
    assert cli("agreement", "payment", "urn:a", "--state", "due", "--until", "soon").code == 2
