"""Data protection from the command line."""

from datetime import UTC, datetime
from typing import Any

from connector.protocol.dsp.common import Role
from connector.views.agreements import AgreementState
from connector.views.assets import AssetStatus, DataClass, Marking
from connector.views.common import Page
from connector.views.privacy import LateDutyView, ProcessingView
from tests.cli.conftest import Cli
from tests.cli.management import Management

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)


def line(**other: Any) -> ProcessingView:
    values: dict[str, Any] = {
        "dataset": "urn:d", "title": {"de": "Fahrten"}, "status": AssetStatus.PUBLISHED,
        "data_class": DataClass.PERSONAL, "marking": Marking.PERSONAL, "categories": ("person",),
        "controller": "Stadt", "contact": "", "legal_basis": (), "legal_basis_in_words": {"de": "Einwilligung"},
        "purposes": (), "purposes_in_words": {"de": "Forschung"}, "deletion_in_words": {"de": "löschen"},
        "delete_by": AT, "safeguards_in_words": {"de": "pseudonymisieren"}, "recipient": "urn:r",
        "recipient_name": "Uni", "agreed_at": AT, "ends_at": None, "state": AgreementState.ACTIVE,
    }  # fmt: skip
    return ProcessingView(**(values | other))


def test_the_record_is_listed_and_written_as_csv(cli: Cli, management: Management) -> None:
    management.answer("GET", "/v1/privacy/processing", Page(items=(line(),)))
    done = cli("privacy", "record", "--lang", "de")
    assert "Uni" in done.out
    assert "RECHTSGRUNDLAGE" in done.out
    table = cli("privacy", "record", "--csv", "--lang", "de").out
    assert "Fahrten;urn:d;veröffentlicht;personenbezogen;Daten über Menschen;Stadt" in table
    plain = cli("privacy", "record", "--csv", "--plain").out
    assert plain.startswith("title,dataset,status")
    assert "2026-05-04" in plain


def test_late_duties_name_who_owes_them(cli: Cli, management: Management) -> None:
    late = LateDutyView(
        agreement="urn:a", duty="obligation/0", action="http://www.w3.org/ns/odrl/2/delete", role=Role.PROVIDER,
        counterparty="urn:r", counterparty_name="Uni", dataset="urn:d", title={}, since=AT, here=False,
        state="violated",
    )  # fmt: skip
    management.answer("GET", "/v1/privacy/late-duties", Page(items=(late,)))
    out = cli("privacy", "late", "--lang", "de").out
    assert "löschen" in out
    assert "Uni" in out


def test_a_veto_has_a_reason_and_its_end_is_asked_about(cli: Cli, management: Management) -> None:
    asset = {
        "id": "urn:d", "title": {"de": "Fahrten"}, "status": "draft", "source": {}, "policy": {}, "offer_id": "o",
        "created_at": AT, "updated_at": AT,
    }  # fmt: skip
    management.answer("POST", "/v1/assets/urn:d/veto", asset)
    management.answer("POST", "/v1/assets/urn:d/veto/lift", asset)
    assert "Einspruch eingelegt: „Fahrten“" in cli("privacy", "veto", "urn:d", "--reason", "Nein.", "--lang", "de").out
    assert management.bodies("POST", "/v1/assets/urn:d/veto") == [{"reason": "Nein."}]
    asked = cli("privacy", "lift", "urn:d")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    assert "can be published" in cli("privacy", "lift", "urn:d", "--yes").out
